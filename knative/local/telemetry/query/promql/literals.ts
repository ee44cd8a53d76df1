import { PromqlError } from './expression.ts';

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};
const duration = /^(?:\d+(?:ms|[smhdwy]))+$/;

/** Prometheus' longest duration: about 292 years. Sums of some of them are still whole milliseconds. */
const maxDurationMs = 2 ** 63 / 1e6;

/** `1h30m`, or seconds, in milliseconds. @throws PromqlError */
export function durationMs(text: string): number {
  const ms = millisecondsOf(text);
  if (ms > maxDurationMs) throw new PromqlError(`${text} is too long a duration`);
  return ms;
}

/** The distance of two instants: a millisecond at least. @throws PromqlError */
export function stepMsOf(text: string): number {
  const ms = durationMs(text);
  if (ms < 1) throw new PromqlError(`${text} is no step: the shortest is 1ms`);
  return ms;
}

function millisecondsOf(text: string): number {
  const trimmed = text.trim();
  if (duration.test(trimmed))
    return [...trimmed.matchAll(/(\d+)(ms|[smhdwy])/g)].reduce(
      (sum, [, count, unit]) => sum + Number(count) * (unitMs[unit as string] as number),
      0,
    );
  const seconds = Number(trimmed);
  if (trimmed === '' || !(seconds > 0)) throw new PromqlError(`${text} is no duration`);
  return seconds * 1_000;
}

/** Decimal, hexadecimal, `Inf`, `NaN`, or a duration, which is seconds. @throws PromqlError */
export function readNumber(text: string): number {
  const [, sign, rest] = /^([+-]?)\s*(.+)$/s.exec(text) ?? [];
  const word = (rest ?? '').replaceAll('_', '').toLowerCase();
  const value =
    word === 'inf' ? Number.POSITIVE_INFINITY : duration.test(word) ? durationMs(word) / 1_000 : Number(word);
  if (Number.isNaN(value) && word !== 'nan') throw new PromqlError(`${text} is no number`);
  return sign === '-' ? -value : value;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' };

/** A string in any of its three quotes; backquotes know no escapes. */
export function readString(text: string): string {
  const inner = text.slice(1, -1);
  if (text.startsWith('`')) return inner;
  return inner.replaceAll(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))/gs,
    (_, hex?: string, unicode?: string, plain?: string) =>
      plain === undefined
        ? String.fromCodePoint(Number.parseInt((hex ?? unicode) as string, 16))
        : (escapes[plain] ?? plain),
  );
}
