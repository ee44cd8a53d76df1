const goUnits: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** Milliseconds of a Go duration (`1m30s`, `0.2s`, `-5s`, `0`), which annotations and Istio's timeouts are; undefined when it is none. */
export function goDuration(text: string): number | undefined {
  if (text === '0') return 0;
  const [, sign, parts = ''] = /^([-+]?)((?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))+)$/.exec(text) ?? [];
  if (!parts) return undefined;
  let sum = 0;
  for (const [, amount, unit = ''] of parts.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/g))
    sum += Number(amount) * (goUnits[unit] ?? 0);
  return sign === '-' ? -sum : sum;
}

/** Milliseconds of an ISO 8601 duration (`PT0.2S`, `P1DT12H`) without years and months, whose length varies; undefined when it is none. */
export function isoDuration(text: string): number | undefined {
  const match = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(
    text,
  );
  if (!match || /[PT]$/.test(text)) return undefined;
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0));
  return (((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60_000 + seconds * 1000;
}
