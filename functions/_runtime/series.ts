import type { Metric } from '@dormouse/signals/metric';
import type { Measure, MeasureAttributes } from './measurement.ts';

/** What was measured with the same attributes since the instance began. */
export interface Series {
  readonly attributes: MeasureAttributes;
  /** The sum; of a gauge or an updowncounter the last value. */
  value: number;
  count: number;
  min: number;
  max: number;
  /** Of a histogram: measures in each bucket, those above the last bound in one more. */
  readonly buckets: number[];
  /** Something was measured that no push has had yet. */
  changed: boolean;
}

export interface SeriesOf {
  record(measure: Measure): void;
  all(): Iterable<Series>;
}

/** Combinations of attributes of one metric; more share one series (OpenTelemetry's metrics SDK, "Cardinality limits"). */
const maxSeries = 2000;
const overflow: MeasureAttributes = { 'otel.metric.overflow': true };

/**
 * Adds up the measures of one metric. Attributes that are frozen were made once for many measures: their series is found by
 * the object, without a look at what is in it.
 */
export function seriesOf({ kind, bounds = [] }: Pick<Metric, 'kind' | 'bounds'>): SeriesOf {
  const series = new Map<string, Series>();
  const known = new WeakMap<MeasureAttributes, Series>();
  const state = kind === 'gauge' || kind === 'updowncounter';

  const begin = (key: string, attributes: MeasureAttributes): Series => {
    const begun = {
      attributes,
      value: 0,
      count: 0,
      min: Number.POSITIVE_INFINITY,
      max: Number.NEGATIVE_INFINITY,
      buckets: bounds.map(() => 0).concat(0),
      changed: true,
    };
    series.set(key, begun);
    return begun;
  };
  const find = (attributes: MeasureAttributes): Series => {
    const key = keyOf(attributes);
    const found =
      series.get(key) ??
      (series.size < maxSeries - 1 ? begin(key, attributes) : (series.get('') ?? begin('', overflow)));
    if (Object.isFrozen(attributes)) known.set(attributes, found);
    return found;
  };

  return {
    record({ value, attributes }) {
      const to = known.get(attributes) ?? find(attributes);
      to.changed = true;
      if (state) {
        to.value = value;
        return;
      }
      to.value += value;
      if (kind === 'counter') return;
      to.count++;
      if (value < to.min) to.min = value;
      if (value > to.max) to.max = value;
      let bucket = 0;
      while (bucket < bounds.length && value > (bounds[bucket] as number)) bucket++;
      (to.buckets[bucket] as number)++;
    },
    all: () => series.values(),
  };
}

/** The same for the same attributes in any order. */
export const keyOf = (attributes: MeasureAttributes): string =>
  JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
