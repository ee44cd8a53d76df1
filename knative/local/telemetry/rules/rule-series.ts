import { type Flat, type Labels, labelOf } from '../query/prometheus-series.ts';
import { matcherTest, type Select } from '../query/promql/evaluate.ts';
import { keyOf } from '../query/promql/value.ts';

interface RuleSeriesOptions {
  keepMs?: number;
  /** Samples of all series. */
  maxSamples?: number;
}

interface Kept {
  labels: Labels;
  times: number[];
  values: number[];
  ends: number[];
}

const day = 24 * 60 * 60_000;

/**
 * The series that rules make: recorded ones, `ALERTS`, `ALERTS_FOR_STATE`. They are kept apart from what functions measure, so that
 * neither drives out the other. A series ends when its rule no longer gives it, not minutes later.
 */
export class RuleSeries {
  /** By name, then by labels. */
  #named = new Map<string, Map<string, Kept>>();
  #samples = 0;
  readonly keepMs: number;
  readonly #maxSamples: number;

  constructor({ keepMs = 3 * day, maxSamples = 600_000 }: RuleSeriesOptions = {}) {
    this.keepMs = keepMs;
    this.#maxSamples = maxSamples;
  }

  get samples(): number {
    return this.#samples;
  }

  /** @param labels with `__name__` */
  add(labels: Labels, timeMs: number, value: number): void {
    const kept = this.#of(labels);
    this.#forgetAfter(kept, timeMs - 1);
    kept.times.push(timeMs);
    kept.values.push(value);
    this.#samples++;
    this.#forget(kept, timeMs - this.keepMs);
    if (this.#samples > this.#maxSamples) this.#shrink();
  }

  /** From this time on there is no value. */
  end(labels: Labels, timeMs: number): void {
    const kept = this.#of(labels);
    this.#forgetAfter(kept, timeMs);
    kept.ends.push(timeMs);
  }

  /** Drops series whose last value is too old. */
  sweep(nowMs: number): void {
    for (const [name, series] of this.#named) {
      for (const [key, kept] of series) {
        this.#forget(kept, nowMs - this.keepMs);
        if (kept.times.length === 0) series.delete(key);
      }
      if (series.size === 0) this.#named.delete(name);
    }
  }

  /** Selects as `selectFrom` does from the store of metrics. @throws PromqlError */
  readonly select: Select = (matchers, fromMs, toMs) => {
    const tests = matchers.map((matcher) => ({ label: matcher.label, fits: matcherTest(matcher) }));
    const found: Flat[] = [];
    for (const [name, series] of this.#named) {
      if (!tests.every(({ label, fits }) => label !== '__name__' || fits(name))) continue;
      for (const { labels, times, values, ends } of series.values()) {
        if (!tests.every(({ label, fits }) => fits(labelOf(labels, label)))) continue;
        const [from, to] = [firstFrom(times, fromMs), firstFrom(times, toMs + 1)];
        if (to > from) found.push({ labels, ends, times: times.slice(from, to), values: values.slice(from, to) });
      }
    }
    return found;
  };

  #of(labels: Labels): Kept {
    const name = labelOf(labels, '__name__');
    const series = this.#named.get(name) ?? new Map<string, Kept>();
    this.#named.set(name, series);
    const key = keyOf(labels);
    const kept = series.get(key) ?? { labels, times: [], values: [], ends: [] };
    series.set(key, kept);
    return kept;
  }

  #forget(kept: Kept, beforeMs: number): void {
    const gone = firstFrom(kept.times, beforeMs);
    // A whole piece at a time: each removal moves what stays.
    if (gone > 0 && (gone >= 100 || gone === kept.times.length)) this.#cut(kept, gone);
  }

  #cut(kept: Kept, count: number): void {
    kept.times.splice(0, count);
    kept.values.splice(0, count);
    kept.ends.splice(0, firstFrom(kept.ends, kept.times[0] ?? Number.POSITIVE_INFINITY));
    this.#samples -= count;
  }

  /** What a clock that was set back has put into the future. */
  #forgetAfter(kept: Kept, timeMs: number): void {
    const stay = firstFrom(kept.times, timeMs + 1);
    this.#samples -= kept.times.length - stay;
    kept.times.length = stay;
    kept.values.length = stay;
    kept.ends.length = firstFrom(kept.ends, timeMs + 1);
  }

  /** Every series loses the older tenth. */
  #shrink(): void {
    for (const series of this.#named.values())
      for (const kept of series.values()) this.#cut(kept, Math.ceil(kept.times.length / 10));
  }
}

/** Index of the first time that is not before `ms`. */
function firstFrom(times: readonly number[], ms: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}
