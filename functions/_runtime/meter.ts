import type { Metric, MetricKind } from '@dormouse/signals/metrics';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import type { Config } from './config.ts';
import { type Exemplars, exemplars } from './exemplars.ts';
import type { Measure } from './measurement.ts';
import { resourceOf, systemResourceOf } from './otlp.ts';
import { type Series, type SeriesOf, seriesOf } from './series.ts';
import { hrTime } from './span-time.ts';

export interface Meter {
  record(measure: Measure): void;
  /** What this instance measured so far. */
  collect(): ResourceMetrics;
  /** The series in which something was measured since they were last collected for a push; undefined when there are none. */
  collectChanged(): ResourceMetrics | undefined;
  /** Has what was last collected count as changed: it was not taken. */
  keepChanged(): void;
  /** What was measured of the system since the last time, with the time of the look; undefined for nothing. */
  collectSystem(): ResourceMetrics | undefined;
  /** Absent where none are sent. */
  exemplars: Exemplars | undefined;
}

/**
 * Turns measures into OpenTelemetry's metrics, cumulative, so that a lost push loses nothing. The adding up is our own: the SDK sorts and
 * writes the attributes of each measure anew to find its series.
 * @param keep whether states of the system stay for the next collection, as they must where they are scraped
 */
export function openMeter(config: Config, keep = false): Meter {
  const { metrics: mode, protocol } = config.telemetry;
  const kept = mode === 'otlp' && protocol === 'http/json' ? exemplars() : undefined;
  const system = systemStates(config, keep);
  const own = new Map<Metric, SeriesOf>();
  const resource = resourceOf(config);
  /** Those changed series that were collected last. */
  let collected: Series[] = [];
  const collectThose = (wanted: (series: Series) => boolean): ResourceMetrics | undefined => {
    const times = { startTime: hrTime(config.startedMs), endTime: hrTime(Date.now()) };
    collected = [];
    const metrics: MetricData[] = [];
    for (const [metric, series] of own) {
      const those = [...series.all()].filter(wanted);
      if (those.length === 0) continue;
      metrics.push(
        metricData(
          metric,
          those.map((each) => ({ ...times, attributes: each.attributes, value: pointValue(metric, each) })),
        ),
      );
      for (const each of those) {
        if (each.changed) collected.push(each);
        each.changed = false;
      }
    }
    return metrics.length > 0 ? { resource, scopeMetrics: [{ scope: scopeOf(config), metrics }] } : undefined;
  };
  return {
    record(measure) {
      const { metric } = measure;
      if (metric.ofSystem) return system.set(measure);
      let series = own.get(metric);
      if (!series) own.set(metric, (series = seriesOf(metric)));
      series.record(measure);
      if (metric.kind === 'histogram') kept?.note(measure);
    },
    collect: () => collectThose(() => true) ?? { resource, scopeMetrics: [{ scope: scopeOf(config), metrics: [] }] },
    collectChanged: () => collectThose(({ changed }) => changed),
    keepChanged() {
      for (const series of collected) series.changed = true;
    },
    collectSystem: system.collect,
    exemplars: kept,
  };
}

const scopeOf = ({ version }: Config) => ({ name: 'dormouse', version });

const pointValue = ({ kind, bounds = [] }: Metric, { value, count, min, max, buckets }: Series): number | Histogram =>
  kind === 'histogram'
    ? { buckets: { boundaries: [...bounds], counts: [...buckets] }, sum: value, count, min, max }
    : value;

/** OpenTelemetry's ValueType.DOUBLE. */
const double = 1;
const types: Record<MetricKind, Pick<MetricData, 'dataPointType'> & { isMonotonic?: boolean }> = {
  gauge: { dataPointType: DataPointType.GAUGE },
  counter: { dataPointType: DataPointType.SUM, isMonotonic: true },
  updowncounter: { dataPointType: DataPointType.SUM, isMonotonic: false },
  histogram: { dataPointType: DataPointType.HISTOGRAM },
};

const metricData = (
  { kind, name, description, unit }: Metric,
  dataPoints: DataPoint<number | Histogram>[],
): MetricData =>
  ({
    descriptor: { name, description, unit, valueType: double, advice: {} },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    ...types[kind],
    dataPoints,
  }) as MetricData;

/** Gauges that belong to no instance: one series, whichever instance looked. */
function systemStates(config: Config, keep: boolean) {
  let states = new Map<string, Measure>();
  return {
    set: (measure: Measure) => void states.set(JSON.stringify([measure.metric.name, measure.attributes]), measure),
    collect(): ResourceMetrics | undefined {
      if (states.size === 0) return undefined;
      const metrics = [...Map.groupBy(states.values(), ({ metric }) => metric)].map(([metric, measures]) =>
        metricData(
          metric,
          measures.map(({ value, attributes, atMs }) => ({
            startTime: hrTime(atMs),
            endTime: hrTime(atMs),
            attributes,
            value,
          })),
        ),
      );
      if (!keep) states = new Map();
      return { resource: systemResourceOf(config), scopeMetrics: [{ scope: scopeOf(config), metrics }] };
    },
  };
}
