import { AggregationTemporality, DataPointType, MeterProvider, MetricReader, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { Config } from './config.ts';
import { type Exemplars, exemplars } from './exemplars.ts';
import type { Measure, MeasureAttributes } from './measure.ts';
import type { Metric } from './metrics.ts';
import { hrTime, resourceOf, systemResourceOf } from './otlp.ts';

export interface Meter {
  record(measure: Measure): void;
  /** What this instance measured so far. */
  collect(): Promise<ResourceMetrics>;
  /** What was measured of the system since the last time, with the time of the look; undefined for nothing. */
  collectSystem(): ResourceMetrics | undefined;
  exemplars: Exemplars;
}

class Reader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/**
 * Turns measures into OpenTelemetry's metrics; an instrument is made by its first measure. Cumulative, so that a lost push loses nothing.
 * @param keep whether states of the system stay for the next collection, as they must where they are scraped
 */
export function openMeter(config: Config, keep = false): Meter {
  const reader = new Reader({ aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE });
  const meter = new MeterProvider({ resource: resourceOf(config), readers: [reader] }).getMeter('dormouse', config.version);
  const kept = exemplars();
  const system = systemStates(config, keep);
  const instruments = new Map<Metric, (measure: Measure) => void>();

  const instrument = (metric: Metric): ((measure: Measure) => void) => {
    if (metric.ofSystem) return system.set;
    const { name, description, unit, bounds } = metric;
    if (metric.kind === 'histogram') {
      const histogram = meter.createHistogram(name, { description, unit, advice: { explicitBucketBoundaries: [...(bounds ?? [])] } });
      return (measure) => {
        histogram.record(measure.value, measure.attributes);
        kept.note(measure);
      };
    }
    if (metric.kind === 'counter') {
      const counter = meter.createCounter(name, { description, unit });
      return ({ value, attributes }) => counter.add(value, attributes);
    }
    const last = new Map<string, { value: number; attributes: MeasureAttributes }>();
    const made =
      metric.kind === 'gauge' ? meter.createObservableGauge(name, { description, unit }) : meter.createObservableUpDownCounter(name, { description, unit });
    made.addCallback((result) => {
      for (const { value, attributes } of last.values()) result.observe(value, attributes);
    });
    return ({ value, attributes }) => void last.set(JSON.stringify(attributes), { value, attributes });
  };

  return {
    record(measure) {
      let record = instruments.get(measure.metric);
      if (!record) instruments.set(measure.metric, (record = instrument(measure.metric)));
      record(measure);
    },
    collect: async () => (await reader.collect()).resourceMetrics,
    collectSystem: system.collect,
    exemplars: kept,
  };
}

/** Gauges that belong to no instance: one series, whichever instance looked. */
function systemStates(config: Config, keep: boolean) {
  let states = new Map<string, Measure>();
  return {
    set: (measure: Measure) => void states.set(JSON.stringify([measure.metric.name, measure.attributes]), measure),
    collect(): ResourceMetrics | undefined {
      if (states.size === 0) return undefined;
      const metrics = [...Map.groupBy(states.values(), ({ metric }) => metric)].map(([{ name, description, unit }, measures]) => ({
        descriptor: { name, description, unit, valueType: 1, advice: {} },
        dataPointType: DataPointType.GAUGE,
        aggregationTemporality: AggregationTemporality.CUMULATIVE,
        dataPoints: measures.map(({ value, attributes, atMs }) => ({ startTime: hrTime(atMs), endTime: hrTime(atMs), attributes, value })),
      }));
      if (!keep) states = new Map();
      return { resource: systemResourceOf(config), scopeMetrics: [{ scope: { name: 'dormouse', version: config.version }, metrics }] } as ResourceMetrics;
    },
  };
}
