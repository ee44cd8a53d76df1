import { isCumulative, type Measured, seriesKey } from './metric-store.ts';

interface Thinned {
  writtenMs: number;
  value: number;
  /** What came since. */
  last: Measured | undefined;
}

export interface ThinnedMeasures {
  add(measured: Measured): void;
  /** What is to be written now. @param all at the end */
  take(all: boolean): Measured[];
}

/** As long without a measure, a series is forgotten. */
const quietMs = 10 * 60_000;

/**
 * Thins what is written of metrics: of each series the first measure at once, a counter's that begins again as well, then the last in `everyMs`. Functions push what changed each
 * second, and files that keep all of it would be full in a tenth of the time.
 */
export function thinnedMeasures(everyMs = 9_000, now: () => number = Date.now): ThinnedMeasures {
  const series = new Map<string, Thinned>();
  let first: Measured[] = [];
  return {
    add(measured) {
      const key = seriesKey(measured);
      const known = series.get(key);
      const begins = !known || (isCumulative(measured.family) && measured.value < known.value);
      if (begins) {
        first.push(...(known?.last ? [known.last] : []), measured);
        series.set(key, { writtenMs: now(), value: measured.value, last: undefined });
      } else [known.value, known.last] = [measured.value, measured];
    },
    take(all) {
      const due = first;
      first = [];
      const nowMs = now();
      for (const [key, each] of series) {
        const age = nowMs - each.writtenMs;
        if (each.last && (all || age >= everyMs)) {
          due.push(each.last);
          [each.writtenMs, each.last] = [nowMs, undefined];
        } else if (!each.last && age > quietMs) series.delete(key);
      }
      return due;
    },
  };
}
