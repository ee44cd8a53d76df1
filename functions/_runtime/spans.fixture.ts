import { type Attributes, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { FinishedSpan } from './light-span.ts';
import { tracerProvider } from './trace.ts';

/** A finished span as tests look at it. Times are in milliseconds since 1970. */
export interface Span {
  traceId: string;
  spanId: string;
  parentId: string | undefined;
  sampled: boolean;
  scope: string;
  name: string;
  kind: 'server' | 'client' | 'producer' | 'consumer' | 'internal';
  startMs: number;
  endMs: number;
  attributes: Attributes;
  links: readonly { traceId: string; spanId: string }[] | undefined;
  error: { type: unknown; message: unknown; stack: unknown } | undefined;
}

/** Has `receive` told of every span that is kept; undefined ends it. */
export function onSpan(receive: ((span: Span) => void) | undefined): void {
  tracerProvider.take = receive && ((span) => receive(plain(span)));
}

export function plain(span: FinishedSpan): Span {
  const { traceId, spanId, traceFlags } = span.spanContext();
  const exception = span.events.find(({ name }) => name === 'exception')?.attributes;
  const links = span.links.map(({ context }) => ({ traceId: context.traceId, spanId: context.spanId }));
  return {
    traceId,
    spanId,
    parentId: span.parentSpanContext?.spanId,
    sampled: traceFlags === 1,
    scope: span.instrumentationScope.name,
    name: span.name,
    kind: SpanKind[span.kind].toLowerCase() as Span['kind'],
    startMs: ms(span.startTime),
    endMs: ms(span.endTime),
    attributes: span.attributes,
    links: links.length > 0 ? links : undefined,
    error:
      span.status.code === SpanStatusCode.ERROR
        ? {
            type: exception?.['exception.type'],
            message: exception?.['exception.message'],
            stack: exception?.['exception.stacktrace'],
          }
        : undefined,
  };
}

const ms = ([seconds, nanoseconds]: [number, number]): number => seconds * 1000 + nanoseconds / 1e6;
