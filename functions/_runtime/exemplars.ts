import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { Measure, MeasureAttributes } from './measurement.ts';
import { keyOf } from './series.ts';

/** An exemplar as OTLP/JSON has it. */
interface Exemplar {
  timeUnixNano: string;
  asDouble: number;
  traceId: string;
  spanId: string;
}

export interface Exemplars {
  /** Keeps the measure's span for its bucket. */
  note(measure: Measure): void;
  /** The body of an OTLP/JSON request with what was noted since the last one in it. */
  put(collected: ResourceMetrics, body: Uint8Array): Uint8Array;
}

interface Request {
  resourceMetrics: { scopeMetrics: { metrics: { histogram?: { dataPoints: { exemplars?: Exemplar[] }[] } }[] }[] }[];
}

/**
 * OpenTelemetry's JavaScript serializers have no exemplars, OTLP has: the last kept span of each bucket of each series goes into the
 * serialized request, whose data points have the order of those that were collected.
 */
export function exemplars(): Exemplars {
  let noted = new Map<string, Map<number, Exemplar>>();
  return {
    note({ metric, value, attributes, span, atMs }) {
      if (!span) return;
      const series = seriesKey(metric.name, attributes);
      const buckets = noted.get(series) ?? new Map<number, Exemplar>();
      noted.set(series, buckets);
      const bucket = metric.bounds?.findIndex((bound) => value <= bound) ?? -1;
      buckets.set(bucket, {
        timeUnixNano: `${Math.floor(atMs)}000000`,
        asDouble: value,
        traceId: span.traceId,
        spanId: span.spanId,
      });
    },
    put(collected, body) {
      if (noted.size === 0) return body;
      const request = JSON.parse(Buffer.from(body).toString('utf8')) as Request;
      for (const [s, { metrics }] of collected.scopeMetrics.entries())
        for (const [m, { descriptor, dataPoints }] of metrics.entries())
          for (const [p, { attributes, value }] of dataPoints.entries()) {
            if (typeof value !== 'number' && value.count === 0) continue;
            const point = request.resourceMetrics[0]?.scopeMetrics[s]?.metrics[m]?.histogram?.dataPoints[p];
            const found = point && noted.get(seriesKey(descriptor.name, attributes as MeasureAttributes));
            if (found) point.exemplars = [...found.values()];
          }
      noted = new Map();
      return Buffer.from(JSON.stringify(request));
    },
  };
}

const seriesKey = (name: string, attributes: MeasureAttributes): string => `${name} ${keyOf(attributes)}`;
