import { DataPointType, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { hrTime } from './span-time.ts';

type Metric = ResourceMetrics['scopeMetrics'][number]['metrics'][number];
type Point = Metric['dataPoints'][number];

export interface SeriesStarts {
  /** What was collected, with a zero before each series that begins. `sent` is told once that was taken. */
  withZeros(collected: ResourceMetrics): { collected: ResourceMetrics; sent: () => void };
}

/**
 * A series of a counter or histogram begins with a zero, at the start of the process or at the push before it appeared.
 *
 * Prometheus' rate() and increase() know differences between samples only. An instance that wakes, answers three requests and
 * sleeps pushes each of its counters once or twice, beginning with 3: without the zero these requests were never counted.
 */
export function seriesStarts(startedMs: number, now: () => number = Date.now): SeriesStarts {
  const starts = new Map<string, number>();
  let pushedMs = startedMs;
  return {
    withZeros(collected) {
      const begun = new Map<string, number>();
      const atMs = now();
      const begin = (key: string) => {
        begun.set(key, pushedMs);
        return pushedMs;
      };
      const from = (metric: Metric): Metric => {
        if (
          metric.dataPointType === DataPointType.GAUGE ||
          metric.dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM ||
          (metric.dataPointType === DataPointType.SUM && !metric.isMonotonic)
        )
          return metric;
        const dataPoints = (metric.dataPoints as Point[]).flatMap((point) => {
          const key = JSON.stringify([metric.descriptor.name, point.attributes]);
          const known = starts.get(key);
          const startTime = hrTime(known ?? begin(key));
          const now = { ...point, startTime };
          return known === undefined ? [{ ...now, endTime: startTime, value: zero(point.value) }, now] : [now];
        });
        return { ...metric, dataPoints } as Metric;
      };
      const scopeMetrics = collected.scopeMetrics.map((scope) => ({ ...scope, metrics: scope.metrics.map(from) }));
      const sent = () => {
        for (const [key, startMs] of begun) starts.set(key, startMs);
        pushedMs = atMs;
      };
      return { collected: { ...collected, scopeMetrics }, sent };
    },
  };
}

function zero(value: Point['value']): Point['value'] {
  if (typeof value === 'number' || !('buckets' in value)) return 0;
  const { boundaries, counts } = value.buckets;
  return { count: 0, sum: 0, buckets: { boundaries, counts: counts.map(() => 0) } };
}
