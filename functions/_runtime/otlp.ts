import type { SpanKind } from '@dormouse/signals/span-kind';
import type { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { Config } from './config.ts';
import { scrub } from './scrub.ts';
import type { Span } from './trace.ts';

type ReadableSpan = Parameters<typeof JsonTraceSerializer.serializeRequest>[0][number];
type HrTime = ReadableSpan['startTime'];
type Resource = ReturnType<typeof resourceFromAttributes>;

/** OpenTelemetry's SpanKind and status numbers. */
const kinds: Record<SpanKind, number> = { internal: 0, server: 1, client: 2, producer: 3, consumer: 4 };
const [unset, failed] = [0, 2];
const scope = { name: 'dormouse' };

/** Who sends telemetry (semantic conventions of resources). OTEL_RESOURCE_ATTRIBUTES has the last word. */
export const resourceOf = (config: Config): Resource =>
  resourceFromAttributes({
    'service.instance.id': config.instance,
    'faas.instance': config.instance,
    'k8s.pod.name': config.instance,
    'knative.revision': config.revision,
    ...attributesOf(config),
  });

/** Of what describes the system: whichever instance looked at it does not matter. */
export const systemResourceOf = (config: Config): Resource => {
  const { 'service.instance.id': _, ...attributes } = attributesOf(config);
  return resourceFromAttributes(attributes);
};

const attributesOf = (config: Config): Record<string, string> => ({
  'service.namespace': 'dormouse',
  'service.version': config.version,
  'deployment.environment.name': config.environment,
  'faas.name': config.service,
  ...config.telemetry.resource,
  'service.name': config.telemetry.serviceName,
});

/** Spans as OpenTelemetry's serializers take them. */
export const readableSpans = (resource: Resource, spans: readonly Span[]): ReadableSpan[] =>
  spans.map((span) => readable(span, resource));

function readable(span: Span, resource: Resource): ReadableSpan {
  const { traceId, spanId, parentId, tracestate } = span;
  const error = span.error && {
    ...span.error,
    message: scrub(span.error.message),
    stack: span.error.stack && scrub(span.error.stack),
  };
  const state = tracestate === undefined ? {} : { traceState: { serialize: () => tracestate } };
  const exception = error && {
    'exception.type': error.type,
    'exception.message': error.message,
    ...(error.stack && { 'exception.stacktrace': error.stack }),
  };
  return {
    name: span.name,
    kind: kinds[span.kind],
    spanContext: () => ({ traceId, spanId, traceFlags: span.sampled ? 1 : 0, ...state }),
    ...(parentId && {
      parentSpanContext: { traceId, spanId: parentId, traceFlags: 1, isRemote: span.kind === 'server' },
    }),
    startTime: hrTime(span.startMs),
    endTime: hrTime(span.endMs),
    duration: hrTime(span.endMs - span.startMs),
    status: error ? { code: failed, message: error.message } : { code: unset },
    attributes: span.attributes,
    links: (span.links ?? []).map((link) => ({ context: { ...link, traceFlags: 1 } })),
    events: exception ? [{ name: 'exception', time: hrTime(span.endMs), attributes: exception }] : [],
    ended: true,
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  } as unknown as ReadableSpan;
}

/** Seconds and nanoseconds. */
export const hrTime = (ms: number): HrTime => {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
};
