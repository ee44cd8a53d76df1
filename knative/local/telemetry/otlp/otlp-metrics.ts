import type { MetricKind } from '@dormouse/signals/metrics';
import { prometheusLabel } from '@dormouse/signals/prometheus-name';
import type { Exemplar, Family, Measured } from '../metric-store.ts';
import type { Attributes } from '../traces.ts';
import { hex, type Json, list, milliseconds, object, type Reading, readAttributes } from './otlp-json.ts';

const delta = new Set<unknown>([1, 'AGGREGATION_TEMPORALITY_DELTA']);
const noValue = 1;

/** Unsupported kinds, with what a sender can do about it. */
const unkept: Readonly<Record<string, string>> = {
  exponentialHistogram:
    'exponential histograms (OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION=explicit_bucket_histogram sends the others)',
  summary: 'summaries',
};
const deltas = 'deltas (OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=cumulative sends sums)';

/**
 * The data points of an ExportMetricsServiceRequest. Rejected: deltas, exponential histograms and summaries, which no function of this project sends.
 * Points without a recorded value are ignored. @throws TypeError when it is no such request
 */
export function* readMetrics(message: unknown, reading: Reading = {}): Generator<Measured> {
  for (const group of list(object(message).resourceMetrics, 'resourceMetrics')) {
    const resource = resourceLabels(readAttributes(object(group.resource ?? {}).attributes));
    for (const scope of list(group.scopeMetrics, 'scopeMetrics'))
      for (const metric of list(scope.metrics, 'metrics')) yield* readMetric(metric, resource, reading);
  }
}

/** Labels of a resource, as the collector and Prometheus derive them. */
function resourceLabels(attributes: Attributes): Record<string, string> {
  const service = String(attributes['service.name'] ?? 'unknown_service');
  const namespace = attributes['service.namespace'];
  return labelled({
    job: namespace === undefined ? service : `${namespace}/${service}`,
    instance: attributes['service.instance.id'],
    service_name: service,
    deployment_environment_name: attributes['deployment.environment.name'],
  });
}

function* readMetric(
  metric: Json,
  resource: Record<string, string>,
  { reject = () => {}, farAway }: Reading,
): Generator<Measured> {
  const sender = resource.service_name ?? '';
  const pointsOf = (data: Json) => list(data.dataPoints, 'dataPoints');
  for (const [form, words] of Object.entries(unkept))
    if (metric[form]) reject(pointsOf(object(metric[form])).length, { cause: 'unsupported', sender, words });
  for (const [form, kind] of [
    ['sum', 'updowncounter'],
    ['gauge', 'gauge'],
    ['histogram', 'histogram'],
  ] as const) {
    const data = object(metric[form] ?? {});
    if (delta.has(data.aggregationTemporality)) {
      reject(pointsOf(data).length, { cause: 'unsupported', sender, words: deltas });
      continue;
    }
    const family = familyOf(metric, form === 'sum' && data.isMonotonic === true ? 'counter' : kind);
    for (const point of pointsOf(data)) {
      if ((Number(point.flags ?? 0) & noValue) === noValue) continue;
      const timeMs = milliseconds(point.timeUnixNano);
      const isNoTime = Number.isNaN(timeMs);
      const cause = isNoTime ? 'invalid' : farAway?.(timeMs);
      if (cause) {
        reject(1, { cause, sender, ...(isNoTime && { words: 'data points without a valid time' }) });
        continue;
      }
      const labels = { ...labelled(readAttributes(point.attributes)), ...resource };
      yield {
        family,
        labels,
        timeMs,
        ...(kind === 'histogram' ? histogramOf(point) : { value: numberOf(point) }),
      };
    }
  }
}

const familyOf = ({ name, unit, description }: Json, kind: MetricKind): Family => ({
  name: String(name ?? ''),
  kind,
  unit: String(unit ?? ''),
  description: String(description ?? ''),
});

function histogramOf(point: Json): Pick<Measured, 'value' | 'bounds' | 'buckets' | 'exemplars'> {
  const bounds = numbers(point.explicitBounds);
  const counts = numbers(point.bucketCounts);
  const buckets = counts.length === bounds.length + 1 ? counts : [...bounds.map(() => 0), Number(point.count ?? 0)];
  const exemplars = list(point.exemplars, 'exemplars').flatMap(readExemplar);
  return { value: Number(point.sum ?? 0), bounds, buckets, ...(exemplars.length > 0 && { exemplars }) };
}

function readExemplar(exemplar: Json): Exemplar[] {
  const traceId = hex(exemplar.traceId, 32);
  const spanId = hex(exemplar.spanId, 16);
  const timeMs = milliseconds(exemplar.timeUnixNano);
  return traceId && spanId && !Number.isNaN(timeMs) ? [{ traceId, spanId, value: numberOf(exemplar), timeMs }] : [];
}

const numberOf = ({ asDouble, asInt }: Json): number => Number(asDouble ?? asInt ?? 0);
const numbers = (value: unknown): number[] => (Array.isArray(value) ? value.map(Number) : []);

/** Attributes as labels; an empty label is none. */
const labelled = (attributes: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) =>
      value === undefined || value === '' ? [] : [[prometheusLabel(name), String(value)]],
    ),
  );
