import type { AttributeValue } from '../traces.ts';
import { TempoQueryError } from './tempo-query-error.ts';

const units: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** Go's durations: `1m30s`, `100ms`. @throws TempoQueryError */
export function durationMs(text: string): number {
  if (!/^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/.test(text))
    throw new TempoQueryError(`duration ${text} is not understood: 100ms or 1.5s is`);
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)].reduce(
    (sum, [, value, unit]) => sum + Number(value) * (units[unit as string] as number),
    0,
  );
}

/** A literal of TraceQL; durations in milliseconds. @throws TempoQueryError */
export function readLiteral(raw: string): AttributeValue {
  if (raw.startsWith('"')) return unquoted(raw);
  if (raw.startsWith('`')) return raw.slice(1, -1);
  if (raw === 'true' || raw === 'false') return raw === 'true';
  if (/^-?\d+(?:\.\d+)?$/.test(raw)) return Number(raw);
  return /^\d/.test(raw) ? durationMs(raw) : raw === 'ok' ? 'unset' : raw;
}

/** The text of a quoted one. @throws TempoQueryError */
export function unquoted(raw: string): string {
  try {
    return JSON.parse(raw) as string;
  } catch {
    throw new TempoQueryError(`${raw} is not understood: an escape is none of \\" \\\\ \\n \\t`);
  }
}
