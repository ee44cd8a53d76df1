import type { LogLine } from '../logs.ts';
import type { Attributes, AttributeValue, SpanEvent, SpanKind, SpanRecord } from '../traces.ts';

/** Called with the number of rejected spans, log records or data points, and the reason. */
export type Reject = (count: number, why: string) => void;

/** The part of OTLP's JSON that is read; every field may be missing. */
export type Json = Record<string, unknown>;

const kinds: readonly SpanKind[] = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'];
const kindNames: ReadonlyMap<unknown, SpanKind> = new Map([
  ['SPAN_KIND_SERVER', 'server'],
  ['SPAN_KIND_CLIENT', 'client'],
  ['SPAN_KIND_PRODUCER', 'producer'],
  ['SPAN_KIND_CONSUMER', 'consumer'],
]);
/** Of an unsigned 64-bit number of nanoseconds, as OTLP's times are. */
const maxMs = 2 ** 64 / 1e6;
const maxValueCharacters = 4_096;
const maxLevelCharacters = 32;

/** The spans of an ExportTraceServiceRequest; spans without valid ids are rejected. @throws TypeError when it is no such request */
export function* readSpans(message: unknown, reject: Reject = () => {}): Generator<SpanRecord> {
  for (const group of list(object(message).resourceSpans)) {
    const resource = readResource(group.resource);
    for (const scope of list(group.scopeSpans))
      for (const span of list(scope.spans)) yield* readSpan(span, resource, reject);
  }
}

/** The records of an ExportLogsServiceRequest; those without a valid time are rejected. @throws TypeError when it is no such request */
export function* readLogs(message: unknown, reject: Reject = () => {}): Generator<LogLine> {
  for (const group of list(object(message).resourceLogs)) {
    const { service, instance } = readResource(group.resource);
    for (const scope of list(group.scopeLogs)) {
      for (const record of list(scope.logRecords)) {
        const timeMs = timeOf(record);
        if (Number.isNaN(timeMs)) {
          reject(1, 'log records without a valid time');
          continue;
        }
        const fields = readAttributes(record.attributes);
        const traceId = hex(record.traceId, 32);
        const spanId = hex(record.spanId, 16);
        yield {
          timeMs,
          service,
          instance,
          level: levelOf(record),
          message: String(readValue(record.body) ?? ''),
          ...(traceId ? { traceId } : {}),
          ...(spanId ? { spanId } : {}),
          ...(Object.keys(fields).length > 0 ? { fields } : {}),
        };
      }
    }
  }
}

interface Resource {
  service: string;
  instance: string;
}

function readResource(resource: unknown): Resource {
  const attributes = readAttributes(object(resource ?? {}).attributes);
  return {
    service: String(attributes['service.name'] ?? 'unknown_service'),
    instance: String(attributes['service.instance.id'] ?? ''),
  };
}

function* readSpan(span: Json, { service, instance }: Resource, reject: Reject): Generator<SpanRecord> {
  const traceId = hex(span.traceId, 32);
  const spanId = hex(span.spanId, 16);
  if (!traceId || !spanId) return reject(1, 'spans without valid ids');
  const parentId = hex(span.parentSpanId, 16);
  const startMs = milliseconds(span.startTimeUnixNano);
  const endMs = milliseconds(span.endTimeUnixNano);
  const events = list(span.events).map(readEvent);
  if ([startMs, endMs, ...events.map(({ timeMs }) => timeMs)].some(Number.isNaN))
    return reject(1, 'spans without valid times');
  const links = list(span.links).flatMap((link) => {
    const linked = { traceId: hex(link.traceId, 32), spanId: hex(link.spanId, 16) };
    return linked.traceId && linked.spanId ? [linked as { traceId: string; spanId: string }] : [];
  });
  const status = object(span.status ?? {}).code;
  yield {
    traceId,
    spanId,
    ...(parentId ? { parentId } : {}),
    name: String(span.name ?? ''),
    kind:
      typeof span.kind === 'string'
        ? (kindNames.get(span.kind) ?? 'internal')
        : (kinds[Number(span.kind ?? 0)] ?? 'internal'),
    service,
    startMs,
    durationMs: Math.max(0, endMs - startMs),
    attributes: { ...readAttributes(span.attributes), ...(instance ? { 'service.instance.id': instance } : {}) },
    ...(status === 2 || status === 'STATUS_CODE_ERROR' ? { error: true } : {}),
    ...(events.length > 0 ? { events } : {}),
    ...(links.length > 0 ? { links } : {}),
  };
}

const readEvent = (event: Json): SpanEvent => ({
  name: String(event.name ?? ''),
  timeMs: milliseconds(event.timeUnixNano),
  attributes: readAttributes(event.attributes),
});

export function readAttributes(attributes: unknown): Attributes {
  const read: Attributes = {};
  for (const { key, value } of list(attributes)) {
    const plain = readValue(value);
    if (typeof key === 'string' && plain !== undefined) read[key] = plain;
  }
  return read;
}

function readValue(value: unknown): AttributeValue | undefined {
  const plain = plainValue(value);
  if (typeof plain === 'object') return JSON.stringify(plain).slice(0, maxValueCharacters);
  return typeof plain === 'string' ? plain.slice(0, maxValueCharacters) : plain;
}

type Plain = AttributeValue | Plain[] | { [key: string]: Plain };

/** Lists and maps as JSON has them, bytes in base64. */
function plainValue(value: unknown): Plain | undefined {
  const { stringValue, boolValue, intValue, doubleValue, bytesValue, arrayValue, kvlistValue } = object(value ?? {});
  if (typeof stringValue === 'string') return stringValue;
  if (typeof boolValue === 'boolean') return boolValue;
  if (intValue !== undefined || doubleValue !== undefined) return Number(intValue ?? doubleValue);
  if (typeof bytesValue === 'string') return bytesValue;
  if (arrayValue !== undefined) return list(object(arrayValue).values).map((each) => plainValue(each) ?? '');
  if (kvlistValue === undefined) return undefined;
  return Object.fromEntries(
    list(object(kvlistValue).values).map((each) => [String(each.key ?? ''), plainValue(each.value) ?? '']),
  );
}

/** When it happened, or, where nobody said that, when it was seen. */
function timeOf({ timeUnixNano, observedTimeUnixNano }: Json): number {
  const timeMs = milliseconds(timeUnixNano);
  return timeMs === 0 ? milliseconds(observedTimeUnixNano) : timeMs;
}

function levelOf(record: Json): string {
  if (typeof record.severityText === 'string' && record.severityText !== '')
    return record.severityText.slice(0, maxLevelCharacters).toLowerCase();
  const number = Number(record.severityNumber) || 9;
  return ['trace', 'debug', 'info', 'warn', 'error', 'fatal'][
    Math.min(5, Math.max(0, Math.floor((number - 1) / 4)))
  ] as string;
}

/**
 * Nanoseconds come as decimal text (or a number) beyond what a double holds: the fraction of a millisecond is kept.
 * @returns 0 when there are none, NaN when they are no unsigned 64-bit number
 */
export function milliseconds(nanoseconds: unknown): number {
  const text = String(nanoseconds ?? '0');
  const ms = /^\d+$/.test(text)
    ? Number(text.slice(0, -6) || '0') + Number(text.slice(-6)) / 1e6
    : Number(text || 'NaN') / 1e6;
  return ms >= 0 && ms < maxMs ? ms : Number.NaN;
}

export function hex(value: unknown, digits: number): string | undefined {
  return typeof value === 'string' && value.length === digits && /^[0-9a-fA-F]+$/.test(value) && !/^0+$/.test(value)
    ? value.toLowerCase()
    : undefined;
}

export function object(value: unknown): Json {
  if (typeof value !== 'object' || value === null) throw new TypeError('an object was expected');
  return value as Json;
}

export const list = (value: unknown): Json[] =>
  Array.isArray(value) ? (value.filter((each) => typeof each === 'object' && each !== null) as Json[]) : [];
