import type { SpanKind as SpanKindName } from '@dormouse/signals/span-kind';
import { readTraceparent } from '@dormouse/signals/traceparent';
import {
  type Attributes as ApiAttributes,
  context,
  createTraceState,
  propagation,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { spanId, traceId } from './ids.ts';
import { LightSpan, spanError } from './light-span.ts';
import { tracePropagator } from './trace-propagator.ts';
import { lightTracerProvider, ownScope } from './tracer-provider.ts';

export { spanError } from './light-span.ts';
export { nowMs } from './span-time.ts';

/** The API's numbers of the kinds of spans. */
export const spanKinds: Readonly<Record<SpanKindName, SpanKind>> = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

export type Attributes = Record<string, string | number | boolean>;
export type TraceContext = SpanContext;
export type Link = Pick<SpanContext, 'traceId' | 'spanId'>;

// OpenTelemetry's API knows one of each in a process. They are registered here, before anything that may use them is loaded.
context.setGlobalContextManager(new AsyncLocalStorageContextManager());
propagation.setGlobalPropagator(tracePropagator);
/** Makes the spans of functions, and those of libraries until OpenTelemetry's SDK does. */
export const tracerProvider = lightTracerProvider();
trace.setGlobalTracerProvider(tracerProvider);

/** The tracer of this project's own spans. */
export const tracer = tracerProvider.getTracer(ownScope);

/** Context of the span that the running code belongs to. */
export const currentTrace = (): TraceContext | undefined => trace.getSpanContext(context.active());

export const isSampledTrace = (of: TraceContext | undefined): boolean =>
  of !== undefined && (of.traceFlags & TraceFlags.SAMPLED) === TraceFlags.SAMPLED;

/** Runs `work` as part of a trace. */
export const runInTrace = <T>(of: TraceContext, work: () => T): T =>
  context.with(trace.setSpanContext(context.active(), of), work);

/** Records why the running request fails; the client gets less detail. */
export function noteFailure(error: unknown): void {
  const span = trace.getActiveSpan();
  if (span instanceof LightSpan) span.failure = error;
}

/** Records who makes the running request. */
export function noteUser(id: number): void {
  const span = trace.getActiveSpan();
  if (span instanceof LightSpan) span.userId = id;
}

/** Reads a W3C `traceparent`; undefined when it is not one. */
export const parseTraceparent = (header: string | undefined | null): TraceContext | undefined =>
  readTraceparent(header);

/** `parseTraceparent`, with the `tracestate` beside it. */
export function parseTrace(
  traceparent: string | undefined | null,
  tracestate?: string | null,
): TraceContext | undefined {
  const parsed = parseTraceparent(traceparent);
  return parsed && tracestate ? { ...parsed, traceState: createTraceState(tracestate) } : parsed;
}

export const formatTraceparent = (of: TraceContext): string =>
  `00-${of.traceId}-${of.spanId}-${isSampledTrace(of) ? '01' : '00'}`;

/** The context of a new span: a child of `parent`, or the root of a new trace, unsampled by default. */
export const childOf = (parent: TraceContext | undefined, sampled = false): TraceContext =>
  parent
    ? { ...parent, spanId: spanId() }
    : { traceId: traceId(), spanId: spanId(), traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE };

/** Headers that carry the running trace to another service; empty outside of a request. */
export function traceHeaders(): Record<string, string> {
  const headers: Record<string, string> = {};
  propagation.inject(context.active(), headers);
  return headers;
}

export interface SpanOptions {
  kind?: SpanKindName;
  attributes?: Attributes;
  links?: readonly Link[];
  /** Instead of the running context, for work that outlives its request. */
  parent?: TraceContext | undefined;
}

/**
 * Runs `work` inside a span of the current trace. Spans of an unsampled trace are not kept unless `work` fails.
 * `work` may add attributes to the object it is given.
 */
export async function inSpan<T>(
  name: string,
  options: SpanOptions,
  work: (attributes: Attributes) => Promise<T> | T,
): Promise<T> {
  const running = context.active();
  const within = options.parent ? trace.setSpanContext(running, options.parent) : running;
  const attributes: Attributes = { ...options.attributes };
  const span = tracer.startSpan(
    name,
    { kind: spanKinds[options.kind ?? 'internal'], ...(options.links && { links: options.links.map(linkTo) }) },
    within,
  );
  try {
    return await context.with(trace.setSpan(within, span), work, undefined, attributes);
  } catch (error) {
    failed(span, error);
    throw error;
  } finally {
    span.setAttributes(attributes as ApiAttributes).end();
  }
}

/** Has a span say that it failed, and of what. */
export function failed(span: Span, error: unknown): void {
  span.recordException(error as Error);
  span.setStatus({ code: SpanStatusCode.ERROR, message: spanError(error).message });
}

const linkTo = ({ traceId, spanId }: Link) => ({ context: { traceId, spanId, traceFlags: TraceFlags.SAMPLED } });
