import { type Metric, metrics } from '@dormouse/signals/metrics';
import { AggregationTemporality, MeterProvider, MetricReader, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readConfig } from './config.ts';
import type { Measure, MeasureAttributes } from './measurement.ts';
import { openMeter } from './meter.ts';

const config = readConfig({}, 'posts');
const measure = (metric: Metric, value: number, attributes: MeasureAttributes): Measure => ({
  metric,
  value,
  attributes,
  atMs: 0,
});

class Reader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** What OpenTelemetry's SDK makes of measures. */
async function bySdk(measures: readonly Measure[]): Promise<ResourceMetrics> {
  const reader = new Reader({ aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE });
  const meter = new MeterProvider({ readers: [reader] }).getMeter('dormouse');
  for (const { metric, value, attributes } of measures) {
    const { name, description, unit, bounds } = metric;
    if (metric.kind === 'counter') meter.createCounter(name, { description, unit }).add(value, attributes);
    else
      meter
        .createHistogram(name, { description, unit, advice: { explicitBucketBoundaries: [...(bounds ?? [])] } })
        .record(value, attributes);
  }
  return (await reader.collect()).resourceMetrics;
}

/** By name and attributes, whatever their order; without times. */
function points({ scopeMetrics }: ResourceMetrics): Record<string, unknown> {
  const all = scopeMetrics.flatMap(({ metrics }) => metrics);
  return Object.fromEntries(
    all.flatMap(({ descriptor: { name, unit }, dataPointType, dataPoints }) =>
      dataPoints.map(({ attributes, value }) => [
        JSON.stringify([name, Object.entries(attributes).sort()]),
        { unit, dataPointType, value: typeof value === 'number' ? { sum: value } : value },
      ]),
    ),
  );
}

const name = 'dormouse.cache.name';
const result = 'dormouse.cache.result';
const attributes = fc
  .tuple(fc.constantFrom('pages', 'posts'), fc.constantFrom('hit', 'miss'), fc.boolean(), fc.boolean())
  .map(([of, to, turned, frozen]) => {
    const made = turned ? { [result]: to, [name]: of } : { [name]: of, [result]: to };
    return frozen ? Object.freeze(made) : made;
  });
/** Halves are on the bounds of buckets, and their sums are exact. */
const value = fc.integer({ min: 0, max: 40 }).map((halves) => halves / 2);
const measures = fc.array(
  fc
    .tuple(fc.constantFrom<Metric>(metrics.cacheRequests, metrics.requestDuration), value, attributes)
    .map(([metric, ...rest]) => measure(metric, ...rest)),
  { minLength: 1, maxLength: 60 },
);

test('measures add up to what OpenTelemetry’s SDK makes of them', async () => {
  await fc.assert(
    fc.asyncProperty(measures, async (taken) => {
      const meter = openMeter(config);
      for (const each of taken) meter.record(each);
      expect(points(meter.collect())).toEqual(points(await bySdk(taken)));
    }),
  );
});

test('a metric of too many combinations of attributes keeps adding, in one series for the rest', () => {
  const meter = openMeter(config);
  for (let n = 0; n < 2500; n++) meter.record(measure(metrics.cacheRequests, 1, { [name]: String(n) }));
  const [metric] = meter.collect().scopeMetrics[0]!.metrics;
  expect(metric!.dataPoints).toHaveLength(2000);
  expect(metric!.dataPoints.at(-1)).toMatchObject({ attributes: { 'otel.metric.overflow': true }, value: 501 });
});

test('of a state the last value counts', () => {
  const meter = openMeter(config);
  for (const value of [3, 7, 5]) meter.record(measure(metrics.memory, value, {}));
  expect(points(meter.collect())).toMatchObject({ [JSON.stringify([metrics.memory.name, []])]: { value: { sum: 5 } } });
});
