import type { MetricStore, Series } from '../metric-store.ts';
import { increaseOf } from './increase.ts';
import { cumulative } from './prometheus-series.ts';
import { histogramQuantile } from './promql/quantile.ts';

/** A stretch of time, in milliseconds since the epoch. */
export interface Span {
  fromMs: number;
  toMs: number;
}

/** Sum over the series of a metric that share the grouping labels. */
export interface MetricSummary {
  labels: Readonly<Record<string, string>>;
  /** Of a histogram: measurements. */
  count: number;
  bounds: readonly number[];
  buckets: readonly number[];
}

/** Increase of a metric's counters or histograms, grouped by labels; without those that did not increase. */
export function metricSummaries(store: MetricStore, name: string, by: readonly string[], span: Span): MetricSummary[] {
  const groups = new Map<string, { labels: Record<string, string>; series: Series[] }>();
  for (const series of store.of(name)) {
    const key = JSON.stringify(by.map((label) => series.labels[label] ?? ''));
    const labels = Object.fromEntries(by.map((label) => [label, series.labels[label] ?? '']));
    const group = groups.get(key) ?? { labels, series: [] };
    groups.set(key, group);
    group.series.push(series);
  }
  return [...groups.values()]
    .map(({ labels, series }) => ({ labels, ...together(series, span) }))
    .filter(({ count }) => count > 0);
}

/** Ignores the buckets of a histogram with other bounds. */
function together(series: readonly Series[], span: Span): Omit<MetricSummary, 'labels'> {
  const bounds = series[0]?.bounds ?? [];
  const buckets = Array.from({ length: bounds.length > 0 ? bounds.length + 1 : 0 }, () => 0);
  let value = 0;
  for (const each of series) {
    const increase = increaseOf(each, span);
    value += increase.value;
    if (each.bounds.length === bounds.length)
      for (const [i, count] of increase.buckets.entries()) buckets[i] = (buckets[i] ?? 0) + count;
  }
  return { count: bounds.length > 0 ? buckets.reduce((sum, each) => sum + each, 0) : value, bounds, buckets };
}

/** Adds up summaries. */
export function summed(all: readonly MetricSummary[]): MetricSummary {
  const bounds = all[0]?.bounds ?? [];
  const buckets =
    bounds.length > 0
      ? Array.from({ length: bounds.length + 1 }, (_, i) => all.reduce((sum, each) => sum + (each.buckets[i] ?? 0), 0))
      : [];
  return { labels: all[0]?.labels ?? {}, count: all.reduce((sum, { count }) => sum + count, 0), bounds, buckets };
}

/** A quantile in milliseconds, of a histogram in seconds; `undefined` without measurements. */
export function quantileMs({ bounds, buckets, count }: MetricSummary, q: number): number | undefined {
  if (count <= 0 || bounds.length === 0) return undefined;
  return (
    1_000 *
    histogramQuantile(
      q,
      cumulative(buckets).map((each, i) => ({ upTo: bounds[i] ?? Number.POSITIVE_INFINITY, count: each })),
    )
  );
}

/** The sum of a gauge's last values that are not older than five minutes; `undefined` when there is none. */
export function gaugeAt(store: MetricStore, name: string, atMs: number): number | undefined {
  const values = [...store.of(name)].flatMap(({ samples }) => {
    const last = samples.findLast(({ timeMs }) => timeMs <= atMs);
    return last && last.timeMs > atMs - 5 * 60_000 ? [last.value] : [];
  });
  return values.length > 0 ? values.reduce((sum, each) => sum + each, 0) : undefined;
}
