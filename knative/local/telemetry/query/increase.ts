import type { Sample, Series } from '../metric-store.ts';

/** Increase of a counter or histogram. */
export interface Increase {
  /** Of a histogram: the sum of the measurements. */
  value: number;
  /** Of a histogram: how many more in each bucket. */
  buckets: number[];
}

/**
 * By how much a series grew after `fromMs` until `toMs`: the differences between its samples, nothing extrapolated. The sample
 * before the time is where it begins; a value that is smaller than the one before has begun again.
 */
export function increaseOf(
  { samples, bounds, family }: Series,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Increase {
  const made: Increase = {
    value: 0,
    buckets: family.kind === 'histogram' ? Array.from({ length: bounds.length + 1 }, () => 0) : [],
  };
  let before: Sample | undefined;
  for (const sample of samples) {
    if (sample.timeMs > toMs) break;
    if (before && sample.timeMs > fromMs) grow(made, before, sample);
    before = sample;
  }
  return made;
}

function grow(made: Increase, before: Sample, sample: Sample): void {
  const restarted = sample.buckets ? total(sample) < total(before) : sample.value < before.value;
  made.value += sample.value - (restarted ? 0 : before.value);
  for (const [i, count] of (sample.buckets ?? []).entries())
    made.buckets[i] = (made.buckets[i] ?? 0) + count - (restarted ? 0 : (before.buckets?.[i] ?? 0));
}

const total = ({ buckets = [] }: Sample): number => buckets.reduce((sum, each) => sum + each, 0);
