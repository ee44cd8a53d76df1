import {
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { Config } from './config.ts';
import { exchange } from './http.ts';
import type { FinishedSpan } from './light-span.ts';
import { type Measure, onPush } from './measure.ts';
import { openMeter } from './meter.ts';
import { readableSpans, resourceOf } from './otlp.ts';
import { processState } from './process-state.ts';
import { prometheusText } from './prometheus-text.ts';
import { seriesStarts } from './series-start.ts';
import type { Target } from './telemetry-config.ts';

export interface Exporter {
  /** @throws ExportError when the collector has not taken them */
  spans(batch: readonly FinishedSpan[]): Promise<void>;
  record(measure: Measure): void;
  /** Pushes what was measured so far. @throws ExportError */
  push(): Promise<void>;
  /** What was measured, in Prometheus' text format. */
  scrape(): Promise<string>;
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
  const { metrics, protocol, timeoutMs, tracesTo, metricsTo } = config.telemetry;
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
  const write = (collected: ResourceMetrics) =>
    (json ? JsonMetricsSerializer : ProtobufMetricsSerializer).serializeRequest(collected);

  return {
    async spans(batch) {
      const spans = readableSpans(resource, batch);
      if (tracesTo)
        await post(tracesTo, (json ? JsonTraceSerializer : ProtobufTraceSerializer).serializeRequest(spans));
    },
    record: (measure) => meter?.record(measure),
    async push() {
      if (!meter || !metricsTo) return;
      const { collected: own, sent } = starts.withZeros(meter.collect());
      const body = write(own);
      await post(metricsTo, body && (meter.exemplars?.put(own, body) ?? body));
      sent();
      const system = meter.collectSystem();
      if (system) await post(metricsTo, write(system));
    },
    scrape: async () => (meter ? prometheusText([meter.collect(), meter.collectSystem()]) : ''),
  };
}
