import type { MetricKind } from '@dormouse/signals/metric';
import { prometheusName } from '@dormouse/signals/prometheus-name';
import type { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { DataPointType, type MetricProducer, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { Meter } from './meter.ts';

type MetricData = ResourceMetrics['scopeMetrics'][number]['metrics'][number];

/**
 * OpenTelemetry's exporter for Prometheus, without its server: that one takes no free port, and says nothing about the one it has. Functions'
 * metrics have the names in it that they have when they come by OTLP.
 */
export async function prometheusReader(own: Meter): Promise<PrometheusExporter> {
  const { PrometheusExporter } = await import('@opentelemetry/exporter-prometheus');
  const producer: MetricProducer = {
    async collect() {
      const collected = own.collect();
      const scopeMetrics = [collected, own.collectSystem()].flatMap((each) => each?.scopeMetrics ?? []);
      return { resourceMetrics: renamed({ ...collected, scopeMetrics }), errors: [] };
    },
  };
  return new PrometheusExporter({ preventServerStart: true, metricProducers: [producer] });
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
