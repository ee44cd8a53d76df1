/** Asks PromQL for one number. @throws Error when Prometheus does not answer, or not with one number */
export type AskPrometheus = (query: string) => Promise<number>;

interface Answer {
  status?: string;
  error?: string;
  data?: { result?: { value?: [number, string] }[] };
}

/** Prometheus' HTTP API at `url`: Prometheus itself, what speaks like it, or the local platform's console. */
export function prometheusAt(url: string, timeoutMs = 5_000): AskPrometheus {
  const address = new URL('api/v1/query', url.endsWith('/') ? url : `${url}/`);
  return async (query) => {
    const response = await fetch(address, {
      method: 'POST',
      body: new URLSearchParams({ query }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const { status, error, data } = (await response.json().catch(() => ({}))) as Answer;
    if (!response.ok || status !== 'success')
      throw new Error(`Prometheus answered ${response.status}: ${error ?? 'no JSON'}`);
    const [one, ...more] = data?.result ?? [];
    const number = Number(one?.value?.[1]);
    if (more.length > 0 || !Number.isFinite(number)) throw new Error(`Prometheus has not one number for ${query}`);
    return number;
  };
}
