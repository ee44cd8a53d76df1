import { AggregationTemporality, MeterProvider, MetricReader, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { Config } from './config.ts';
import { type Metric, metrics } from './metrics.ts';
import type { resourceOf } from './otlp.ts';
import type { RequestMeasure } from './telemetry.ts';

export interface Meter {
  measure(request: RequestMeasure): void;
  collect(): Promise<ResourceMetrics>;
}

class Reader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** Measures requests. Cumulative, so that a lost push loses nothing. */
export function openMeter(config: Config, resource: ReturnType<typeof resourceOf>): Meter {
  const reader = new Reader({ aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE });
  const meter = new MeterProvider({ resource, readers: [reader] }).getMeter('dormouse', config.version);
  const { requestDuration, coldStarts: cold } = metrics;
  const duration = meter.createHistogram(requestDuration.name, {
    ...said(requestDuration),
    advice: { explicitBucketBoundaries: [...(requestDuration.bounds ?? [])] },
  });
  const coldStarts = meter.createCounter(cold.name, said(cold));
  return {
    measure({ method, route, status, seconds, first }) {
      const failed = status >= 500 ? { 'error.type': String(status) } : undefined;
      duration.record(seconds, { 'http.request.method': method, 'http.route': route, 'http.response.status_code': status, ...failed });
      if (first) coldStarts.add(1, { 'faas.trigger': route === '/events' ? 'pubsub' : 'http' });
    },
    collect: async () => (await reader.collect()).resourceMetrics,
  };
}

const said = ({ description, unit }: Metric) => ({ description, unit });
