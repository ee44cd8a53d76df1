import { JsonMetricsSerializer } from '@opentelemetry/otlp-transformer';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { Config } from './config.ts';
import { exchange } from './http.ts';
import { openMeter } from './meter.ts';
import { otlpTraces, resourceOf } from './otlp.ts';
import type { RequestMeasure } from './telemetry.ts';
import type { Span } from './trace.ts';

export interface Exporter {
  spans(batch: readonly Span[]): Promise<void>;
  measure(request: RequestMeasure): void;
  /** Pushes what was measured so far. */
  metrics(): Promise<void>;
  /** What was measured, in Prometheus' text format. */
  scrape(): Promise<string>;
}

/** The part of telemetry that needs OpenTelemetry's packages; loaded after the first answer. Spans and metrics leave as OTLP/HTTP JSON. */
export function openExporter(config: Config): Exporter {
  const resource = resourceOf(config);
  const meter = config.metrics === 'none' ? undefined : openMeter(config, resource);
  const post = async (path: string, body: Uint8Array | undefined): Promise<void> => {
    if (!config.otlpEndpoint || !body) return;
    const answer = await exchange(config.otlpEndpoint + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(body),
      timeoutMs: 5000,
    });
    if (answer.status >= 400) throw new Error(`the collector answered ${answer.status}`);
  };
  return {
    spans: (batch) => post('/v1/traces', otlpTraces(resource, batch)),
    measure: (request) => meter?.measure(request),
    async metrics() {
      if (meter && config.metrics === 'otlp') await post('/v1/metrics', JsonMetricsSerializer.serializeRequest(await meter.collect()));
    },
    async scrape() {
      const { PrometheusSerializer } = await import('@opentelemetry/exporter-prometheus');
      return meter ? new PrometheusSerializer().serialize(prometheusNames(await meter.collect())) : '';
    },
  };
}

/** Names with their unit, as the collector writes them and the dashboards ask for them: `…_seconds`. */
function prometheusNames(measured: ResourceMetrics): ResourceMetrics {
  const named = <M extends ResourceMetrics['scopeMetrics'][number]['metrics'][number]>(metric: M): M => {
    const { name, unit } = metric.descriptor;
    return { ...metric, descriptor: { ...metric.descriptor, name: unit === 's' ? `${name}_seconds` : name, unit: '' } };
  };
  return { ...measured, scopeMetrics: measured.scopeMetrics.map((scope) => ({ ...scope, metrics: scope.metrics.map(named) })) };
}
