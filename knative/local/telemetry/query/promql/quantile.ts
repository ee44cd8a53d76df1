/** One cumulative bucket of a histogram: the count of values up to `upTo`. */
export interface Bucket {
  upTo: number;
  count: number;
}

/**
 * A quantile of a histogram, interpolated within its bucket as Prometheus does: the first bucket begins at 0, and what is in the
 * last one has the highest bound. NaN without observations.
 */
export function histogramQuantile(q: number, given: readonly Bucket[]): number {
  if (Number.isNaN(q)) return Number.NaN;
  if (q < 0 || q > 1) return q < 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const buckets = ascending(given);
  const all = buckets.at(-1);
  if (!all || all.upTo !== Number.POSITIVE_INFINITY || buckets.length < 2 || !(all.count > 0)) return Number.NaN;
  const rank = q * all.count;
  const at = buckets.findIndex(({ count }) => count >= rank);
  if (at >= buckets.length - 1) return (buckets.at(-2) as Bucket).upTo;
  const { upTo, count } = buckets[at] as Bucket;
  const before = buckets[at - 1] ?? { upTo: 0, count: 0 };
  if (at === 0 && upTo <= 0) return upTo;
  return before.upTo + (upTo - before.upTo) * ((rank - before.count) / (count - before.count));
}

/** Sorted by bound, without duplicates, with non-decreasing counts. */
function ascending(given: readonly Bucket[]): Bucket[] {
  const buckets: Bucket[] = [];
  for (const { upTo, count } of [...given].sort((a, b) => a.upTo - b.upTo || 0)) {
    const last = buckets.at(-1);
    if (last?.upTo === upTo) last.count += count;
    else buckets.push({ upTo, count });
  }
  for (const [i, bucket] of buckets.entries()) bucket.count = Math.max(bucket.count, buckets[i - 1]?.count ?? 0);
  return buckets;
}
