import { prometheusName } from '@dormouse/signals/prometheus-name';
import type { Family, Series } from '../metric-store.ts';

export type Labels = Readonly<Record<string, string>>;

/** A series as in Prometheus: a number over time. */
export interface Flat {
  /** With `__name__`. */
  labels: Labels;
  /** Milliseconds since the epoch, ascending. */
  times: readonly number[];
  values: readonly number[];
  /** When it ended, as far as somebody said so; ascending. Otherwise its last value holds for the lookback. */
  ends?: readonly number[];
}

/** A label's value; empty, as in Prometheus, when there is no such label. */
export const labelOf = (labels: Labels, name: string): string =>
  Object.hasOwn(labels, name) ? (labels[name] as string) : '';

const known = new WeakMap<Family, readonly string[]>();

/** The names of a metric's series in Prometheus. */
export function namesOf(family: Family): readonly string[] {
  const before = known.get(family);
  if (before) return before;
  const name = prometheusName(family);
  const names = family.kind === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
  known.set(family, names);
  return names;
}

/** The value of `le` as OpenMetrics writes it: `0.5`, `1.0`, `+Inf`. */
export const leOf = (bound: number | undefined): string =>
  bound === undefined ? '+Inf' : Number.isInteger(bound) ? `${bound}.0` : String(bound);

/** Cumulative counts by bound; the last is the total. */
export function cumulative(buckets: readonly number[]): number[] {
  let sum = 0;
  return buckets.map((each) => {
    sum += each;
    return sum;
  });
}

/** A kept series as those that Prometheus makes of it, of which `wanted` names some, and over some time. */
export function* flatten(
  { family, labels, bounds, samples }: Series,
  wanted: (name: string) => boolean,
  fromMs: number,
  toMs: number,
): Generator<Flat> {
  const names = namesOf(family).filter(wanted);
  if (names.length === 0) return;
  const within = samples.filter(({ timeMs }) => timeMs >= fromMs && timeMs <= toMs);
  if (within.length === 0) return;
  const times = within.map(({ timeMs }) => Math.floor(timeMs));
  const sums = within.map(({ buckets = [] }) => cumulative(buckets));
  for (const name of names) {
    const named = { ...labels, __name__: name };
    if (family.kind !== 'histogram' || name.endsWith('_sum'))
      yield { labels: named, times, values: within.map(({ value }) => value) };
    else if (name.endsWith('_count')) yield { labels: named, times, values: sums.map((each) => each.at(-1) ?? 0) };
    else
      for (let i = 0; i <= bounds.length; i++)
        yield { labels: { ...named, le: leOf(bounds[i]) }, times, values: sums.map((each) => each[i] ?? 0) };
  }
}
