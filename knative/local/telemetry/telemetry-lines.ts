import type { LogLine } from './logs.ts';
import type { Measured } from './metric-store.ts';
import type { Telemetry } from './telemetry.ts';
import type { SpanRecord } from './traces.ts';

/** Encodes a signal as lines of JSON, and decodes it. */
export interface Lines<T> {
  write(item: T): string;
  /** Adds a line to the stores; ignores unknown lines. */
  read(line: string, telemetry: Telemetry): void;
  /** Called when a new file starts, which must be readable without the previous one. */
  begin?(): void;
}

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined; // the end of a file whose process was killed
  }
};
const maxMs = 8.64e15;
/** Times that are none would break the pages that show them. */
const isTime = (value: unknown): boolean => typeof value === 'number' && Math.abs(value) <= maxMs;
const has = (value: unknown, ...names: string[]): boolean =>
  typeof value === 'object' && value !== null && names.every((name) => name in value);

export const spanLines: Lines<SpanRecord> = {
  write: (span) => JSON.stringify(span),
  read(line, { traces }) {
    const span = parsed(line);
    if (!has(span, 'traceId', 'spanId', 'service', 'startMs', 'durationMs', 'attributes')) return;
    const { startMs, durationMs, kind, events = [] } = span as SpanRecord;
    if (
      [startMs, startMs + durationMs, ...events.map(({ timeMs }) => timeMs)].every(isTime) &&
      typeof kind === 'string'
    )
      traces.add(span as SpanRecord);
  },
};

export const logLines: Lines<LogLine> = {
  write: (line) => JSON.stringify(line),
  read(line, { logs }) {
    const read = parsed(line);
    if (has(read, 'timeMs', 'service', 'message') && isTime((read as LogLine).timeMs)) logs.add(read as LogLine);
  },
};

/** A series is described once in a file, `[number, family, labels, bounds]`; its samples are `[number, time, value, buckets]`. */
export function metricLines(): Lines<Measured> {
  const numbers = new Map<string, number>();
  const described = new Map<number, Pick<Measured, 'family' | 'labels' | 'bounds'>>();
  const describe = ({ family, labels, bounds = [] }: Measured, key: string): string => {
    numbers.set(key, numbers.size);
    return `${JSON.stringify([numbers.get(key), family, labels, bounds])}\n`;
  };
  return {
    begin: () => numbers.clear(),
    write(measured) {
      const { family, labels, timeMs, value, buckets } = measured;
      const key = JSON.stringify([family.name, labels]);
      const description = numbers.has(key) ? '' : describe(measured, key);
      return `${description}${JSON.stringify([numbers.get(key), timeMs, value, ...(buckets ? [buckets] : [])])}`;
    },
    read(line, { metrics }) {
      const read = parsed(line);
      if (!Array.isArray(read)) return;
      const [number, second, third, fourth] = read as [number, unknown, unknown, unknown];
      if (has(second, 'name', 'kind'))
        described.set(number, { family: second, labels: third, bounds: fourth } as Measured);
      else if (typeof second === 'number' && typeof third === 'number') {
        const series = described.get(number);
        if (series)
          metrics.add({
            ...series,
            timeMs: second,
            value: third,
            ...(Array.isArray(fourth) && { buckets: fourth as number[] }),
          });
      }
    },
  };
}
