import { JsonMetricsSerializer } from '@opentelemetry/otlp-transformer';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { readConfig } from './config.ts';
import type { Measure } from './measurement.ts';
import { openMeter } from './meter.ts';
import { seriesStarts } from './series-start.ts';
import { hrTime } from './span-time.ts';

export interface Pushes {
  measure(measure: Measure): void;
  /** The bodies of the requests in which a push at this time leaves, parsed. */
  push(atMs: number): unknown[];
}

/** What a process of a function pushes, as it does, at times that a test says. */
export function pushesOf(service: string, startedMs: number): Pushes {
  const meter = openMeter(readConfig({ K_SERVICE: service, STARTED_AT: String(startedMs) }));
  let nowMs = startedMs;
  const starts = seriesStarts(startedMs, () => nowMs);
  return {
    measure: meter.record,
    push(atMs) {
      nowMs = atMs;
      const { collected, sent } = starts.withZeros(takenAt(meter.collect(), atMs));
      sent();
      return [collected, meter.collectSystem()].flatMap((each) => {
        const body = each && JsonMetricsSerializer.serializeRequest(each);
        return body ? [JSON.parse(Buffer.from(body).toString('utf8')) as unknown] : [];
      });
    },
  };
}

const takenAt = (collected: ResourceMetrics, atMs: number): ResourceMetrics => ({
  ...collected,
  scopeMetrics: collected.scopeMetrics.map((scope) => ({
    ...scope,
    metrics: scope.metrics.map(
      (metric) =>
        ({
          ...metric,
          dataPoints: metric.dataPoints.map((point) => ({ ...point, endTime: hrTime(atMs) })),
        }) as typeof metric,
    ),
  })),
});
