import { AsyncLocalStorage } from 'node:async_hooks';
import type { SpanKind } from '@dormouse/signals/span-kind';
import { spanId, traceId } from './ids.ts';

export type Attributes = Record<string, string | number | boolean>;
export interface Link {
  traceId: string;
  spanId: string;
}

/** A finished span. Times are epoch milliseconds with fractions. */
export interface Span {
  traceId: string;
  spanId: string;
  parentId?: string | undefined;
  sampled: boolean;
  tracestate?: string | undefined;
  name: string;
  kind: SpanKind;
  startMs: number;
  endMs: number;
  attributes: Attributes;
  links?: readonly Link[] | undefined;
  error?: { type: string; message: string; stack?: string | undefined } | undefined;
}

/** W3C trace context that the running code belongs to. */
export interface TraceContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
  readonly tracestate?: string | undefined;
  /** What went wrong in a request, for its span and log line. */
  failure?: unknown;
}

const storage = new AsyncLocalStorage<TraceContext>();
let sink: ((span: Span) => void) | undefined;

/** Where finished spans go; telemetry.ts sets it when there is somewhere to export to. */
export function onSpan(receive: ((span: Span) => void) | undefined): void {
  sink = receive;
}

export const recordSpan = (span: Span): void => sink?.(span);

/** Wall clock with fractions of a millisecond. */
export const nowMs = (): number => performance.timeOrigin + performance.now();

export const currentTrace = (): TraceContext | undefined => storage.getStore();

/** Runs `work` as part of a trace. */
export const runInTrace = <T>(context: TraceContext, work: () => T): T => storage.run(context, work);

/** Remembers why the running request fails; the client is told less. */
export function noteFailure(error: unknown): void {
  const context = storage.getStore();
  if (context) context.failure = error;
}

/** Reads a W3C `traceparent`; undefined when it is not one (trace-context level 2, version 00 and readable later ones). */
export function parseTraceparent(header: string | undefined | null): TraceContext | undefined {
  if (!header || header.length < 55) return undefined;
  const match = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(header);
  if (!match) return undefined;
  const [, version, trace, span, flags, rest] = match as unknown as [
    string,
    string,
    string,
    string,
    string,
    string | undefined,
  ];
  if (version === 'ff' || (version === '00' && rest !== undefined)) return undefined;
  if (/^0+$/.test(trace) || /^0+$/.test(span)) return undefined;
  return { traceId: trace, spanId: span, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export const formatTraceparent = (context: TraceContext): string =>
  `00-${context.traceId}-${context.spanId}-${context.sampled ? '01' : '00'}`;

/** The context of a new span: a child of `parent`, or the root of a trace of its own, unsampled unless said. */
export function childOf(parent: TraceContext | undefined, sampled = false): TraceContext {
  if (!parent) return { traceId: traceId(), spanId: spanId(), sampled };
  return { traceId: parent.traceId, spanId: spanId(), sampled: parent.sampled, tracestate: parent.tracestate };
}

/** Headers that carry the running trace to another service; empty outside of a request. */
export function traceHeaders(context: TraceContext | undefined = currentTrace()): Record<string, string> {
  if (!context) return {};
  const headers: Record<string, string> = { traceparent: formatTraceparent(context) };
  if (context.tracestate) headers.tracestate = context.tracestate;
  return headers;
}

export interface SpanOptions {
  kind?: SpanKind;
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
  const parent = options.parent ?? currentTrace();
  const context = childOf(parent);
  const attributes: Attributes = { ...options.attributes };
  const startMs = nowMs();
  const finish = (error?: unknown) =>
    recordSpan({
      ...context,
      parentId: parent?.spanId,
      name,
      kind: options.kind ?? 'internal',
      startMs,
      endMs: nowMs(),
      attributes,
      links: options.links,
      error: error === undefined ? undefined : spanError(error),
    });
  try {
    const result = await storage.run(context, work, attributes);
    if (context.sampled) finish();
    return result;
  } catch (error) {
    finish(error);
    throw error;
  }
}

/** An error as a span shows it. */
export function spanError(error: unknown): NonNullable<Span['error']> {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const code = (error as { code?: unknown }).code;
  return { type: typeof code === 'string' ? code : error.name, message: error.message, stack: error.stack };
}
