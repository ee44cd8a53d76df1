import type { Attributes, AttributeValue, SpanRecord } from '../traces.ts';

export function tempoSpan(span: SpanRecord) {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentId ? { parentSpanId: span.parentId } : {}),
    name: span.name,
    kind: `SPAN_KIND_${span.kind.toUpperCase()}`,
    startTimeUnixNano: nanoseconds(span.startMs),
    endTimeUnixNano: nanoseconds(span.startMs + span.durationMs),
    attributes: keyValues(span.attributes),
    ...(span.events
      ? {
          events: span.events.map(({ name, timeMs, attributes }) => ({
            timeUnixNano: nanoseconds(timeMs),
            name,
            attributes: keyValues(attributes),
          })),
        }
      : {}),
    ...(span.links ? { links: span.links } : {}),
    status: span.error ? { code: 'STATUS_CODE_ERROR' } : {},
  };
}

export const keyValues = (attributes: Attributes) =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));

export function anyValue(value: AttributeValue) {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

/** Milliseconds with a fraction as decimal nanoseconds, which exceed a double's precision. */
export function nanoseconds(ms: number): string {
  const whole = Math.floor(ms);
  return `${whole}${String(Math.floor((ms - whole) * 1e6)).padStart(6, '0')}`;
}
