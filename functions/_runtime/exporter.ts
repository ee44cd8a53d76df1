import type { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import {
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import { AggregationTemporality, MetricReader, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { Config } from './config.ts';
import { exchange } from './http.ts';
import type { FinishedSpan } from './light-span.ts';
import { onPush } from './measure.ts';
import type { Measure } from './measurement.ts';
import { type Meter, openMeter } from './meter.ts';
import { readableSpans, resourceOf } from './otlp.ts';
import { processState } from './process-state.ts';
import { prometheusReader } from './prometheus-reader.ts';
import { seriesStarts } from './series-start.ts';
import type { Target } from './telemetry-config.ts';

export interface Exporter {
  /** @throws ExportError when the collector has not taken them */
  spans(batch: readonly FinishedSpan[]): Promise<void>;
  record(measure: Measure): void;
  /** Pushes what was measured so far. @throws ExportError */
  push(): Promise<void>;
  /** Pushes those series of functions in which something was measured since the last push. @throws ExportError */
  pushChanged(): Promise<void>;
  /** Has OpenTelemetry's SDK take what libraries do. @param take is given their spans */
  startSdk(take: (span: FinishedSpan) => void): Promise<void>;
  /** Answers with what was measured, in Prometheus' text format; where that is asked for, and once the SDK is there. */
  scrape: PrometheusExporter['getMetricsRequestHandler'];
  close(): Promise<void>;
}

/** Collects when it is asked to. */
class Reader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** The collector did not take a request; `retryable` says whether it may the next time. */
export class ExportError extends Error {
  override name = 'ExportError';
  readonly retryable: boolean;

  constructor(message: string, retryable: boolean) {
    super(message);
    this.retryable = retryable;
  }
}

/** Answers after which OTLP/HTTP has a client try again. */
const retryableStatuses = new Set([429, 502, 503, 504]);

/** The part of telemetry that needs OpenTelemetry's packages; loaded after the first answer. Spans and metrics leave by OTLP/HTTP. */
export function openExporter(config: Config): Exporter {
  const { metrics, protocol, timeoutMs, tracesTo, metricsTo, sampler } = config.telemetry;
  const json = protocol === 'http/json';
  const resource = resourceOf(config);
  const meter = metrics === 'none' ? undefined : openMeter(config, metrics === 'prometheus');

  const starts = seriesStarts(config.startedMs);
  if (meter) onPush(processState());

  const post = async ({ url, headers }: Target, body: Uint8Array | undefined): Promise<void> => {
    if (!body) return;
    const sent = { 'content-type': json ? 'application/json' : 'application/x-protobuf', ...headers };
    const response = await exchange(url, { method: 'POST', headers: sent, body: Buffer.from(body), timeoutMs }).catch(
      (error: Error) => {
        throw new ExportError(error.message, true);
      },
    );
    if (response.status >= 400)
      throw new ExportError(`the collector answered ${response.status}`, retryableStatuses.has(response.status));
  };
  let sdk: { reader: MetricReader | undefined; end: () => Promise<void> } | undefined;
  let prometheus: PrometheusExporter | undefined;
  const readerOf = async (own: Meter): Promise<MetricReader> => {
    if (metrics !== 'prometheus') {
      const producer = { collect: async () => ({ resourceMetrics: own.collect(), errors: [] }) };
      return new Reader({
        aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE,
        metricProducers: [producer],
      });
    }
    prometheus = await prometheusReader(own);
    return prometheus;
  };
  let starting: Promise<void> | undefined;
  const start = async (take: (span: FinishedSpan) => void): Promise<void> => {
    const { startSdk } = await import('./sdk.ts');
    const reader = meter && (await readerOf(meter));
    sdk = { reader, end: startSdk({ resource, sampler, take: tracesTo && take, reader }) };
  };
  const collect = async (own: Meter): Promise<ResourceMetrics> =>
    sdk?.reader ? (await sdk.reader.collect()).resourceMetrics : own.collect();
  const write = (collected: ResourceMetrics) =>
    (json ? JsonMetricsSerializer : ProtobufMetricsSerializer).serializeRequest(collected);

  const pushOwn = async (own: Meter, to: Target, measured: ResourceMetrics): Promise<void> => {
    const { collected, sent } = starts.withZeros(measured);
    const body = write(collected);
    await post(to, body && (own.exemplars?.put(collected, body) ?? body)).catch((error) => {
      own.keepChanged();
      throw error;
    });
    sent();
  };

  return {
    async spans(batch) {
      const spans = readableSpans(resource, batch);
      if (tracesTo)
        await post(tracesTo, (json ? JsonTraceSerializer : ProtobufTraceSerializer).serializeRequest(spans));
    },
    record: (measure) => meter?.record(measure),
    async push() {
      if (!meter || !metricsTo) return;
      await pushOwn(meter, metricsTo, await collect(meter));
      const system = meter.collectSystem();
      if (system) await post(metricsTo, write(system));
    },
    async pushChanged() {
      const changed = metricsTo && meter?.collectChanged();
      if (changed) await pushOwn(meter as Meter, metricsTo, changed);
    },
    startSdk: (take) =>
      (starting ??= start(take).catch((error) => {
        starting = undefined;
        throw error;
      })),
    scrape(incoming, outgoing) {
      if (!prometheus) throw new TypeError('Prometheus is not asked for, or the SDK not started');
      prometheus.getMetricsRequestHandler(incoming, outgoing);
      // It has answered nothing yet; what it says of the type lacks the version, which scrapers tell formats by.
      outgoing.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8');
    },
    close: async () => sdk?.end(),
  };
}
