import type { MetricKind } from '@dormouse/signals/metrics';
import { prometheusName } from '@dormouse/signals/prometheus-name';
import { DataPointType, type ResourceMetrics } from '@opentelemetry/sdk-metrics';

type MetricData = ResourceMetrics['scopeMetrics'][number]['metrics'][number];

/** Metrics in Prometheus' text format, under the names that they have when they come by OTLP. */
export async function prometheusText(collected: readonly (ResourceMetrics | undefined)[]): Promise<string> {
  const { PrometheusSerializer } = await import('@opentelemetry/exporter-prometheus');
  const texts = collected.flatMap((each, i) =>
    each ? [new PrometheusSerializer(undefined, false, undefined, i > 0).serialize(renamed(each))] : [],
  );
  return texts.join('');
}

/** The serializer writes the dots of a name as underscores, and neither unit nor `_ratio`. */
const renamed = (measured: ResourceMetrics): ResourceMetrics => ({
  ...measured,
  scopeMetrics: measured.scopeMetrics.map((scope) => ({ ...scope, metrics: scope.metrics.map(named) })),
});

function named<M extends MetricData>(metric: M): M {
  const { name, unit } = metric.descriptor;
  return {
    ...metric,
    descriptor: { ...metric.descriptor, name: prometheusName({ name, unit, kind: kindOf(metric) }), unit: '' },
  };
}

function kindOf(metric: MetricData): MetricKind {
  if (metric.dataPointType === DataPointType.GAUGE) return 'gauge';
  if (metric.dataPointType === DataPointType.SUM) return metric.isMonotonic ? 'counter' : 'updowncounter';
  return 'histogram';
}
