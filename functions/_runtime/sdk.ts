import {
  type MeterProvider,
  metrics,
  type ProxyTracerProvider,
  SamplingDecision,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import type { resourceFromAttributes } from '@opentelemetry/resources';
import type { IMetricReader } from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import type { ReadableSpan, Sampler as SdkSampler, SpanProcessor } from '@opentelemetry/sdk-trace';
import { spanId, traceId } from './ids.ts';
import type { FinishedSpan } from './light-span.ts';
import { meterProvider } from './measure.ts';
import { isSampled, type Sampler } from './sampler.ts';
import { isSampledTrace, tracerProvider } from './trace.ts';

export interface SdkOptions {
  resource: ReturnType<typeof resourceFromAttributes>;
  sampler: Sampler;
  /** Given every finished span of a library; absent where spans go nowhere. */
  take: ((span: FinishedSpan) => void) | undefined;
  /** Collects what libraries measured; absent where nothing is measured. */
  reader: IMetricReader | undefined;
}

/**
 * Starts OpenTelemetry's SDK for Node.js and hands what libraries do from now on over to it. It is told all that it would otherwise
 * look for: no instrumentation is loaded, no detector runs, and no exporter is chosen by the environment. The providers
 * that are registered with the API stay; they pass on to the SDK's.
 * @returns ends it
 */
export function startSdk({ resource, sampler, take, reader }: SdkOptions): () => Promise<void> {
  const sdk = new NodeSDK({
    resource,
    autoDetectResources: false,
    instrumentations: [],
    // Registered already. Its type has no null, what it does with it is to register none.
    contextManager: null as never,
    textMapPropagator: null,
    idGenerator: { generateTraceId: traceId, generateSpanId: spanId },
    sampler: sdkSampler(sampler),
    spanProcessors: take ? [processor(take)] : [],
    metricReaders: reader ? [reader] : [],
    logRecordProcessors: [],
  });
  const { tracers, meters } = registered(() => sdk.start());
  if (take) tracerProvider.handOver(tracers);
  if (reader) meterProvider.handOver(meters);
  return async () => {
    tracerProvider.handOver(undefined);
    meterProvider.handOver(undefined);
    await sdk.shutdown();
  };
}

/** What `start` registers with the API, in whose place there are the providers of before again. */
function registered(start: () => void): { tracers: TracerProvider; meters: MeterProvider } {
  trace.disable();
  metrics.disable();
  try {
    start();
    return {
      tracers: (trace.getTracerProvider() as ProxyTracerProvider).getDelegate(),
      meters: metrics.getMeterProvider(),
    };
  } finally {
    trace.disable();
    metrics.disable();
    trace.setGlobalTracerProvider(tracerProvider);
    metrics.setGlobalMeterProvider(meterProvider);
  }
}

const sdkSampler = (sampler: Sampler): SdkSampler => ({
  shouldSample: (within, id) => ({
    decision: isSampled(sampler, id, trace.getSpanContext(within))
      ? SamplingDecision.RECORD_AND_SAMPLED
      : SamplingDecision.NOT_RECORD,
  }),
  toString: () => `Dormouse(${sampler.obeysParent ? 'parent, ' : ''}${sampler.ratio})`,
});

const processor = (take: (span: FinishedSpan) => void): SpanProcessor => ({
  onStart() {},
  onEnd: (span: ReadableSpan) => {
    if (isSampledTrace(span.spanContext())) take(span);
  },
  forceFlush: async () => {},
  shutdown: async () => {},
});
