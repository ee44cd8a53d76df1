import type { LogLine } from '../logs.ts';
import type { RefusalCause } from '../refused-telemetry.ts';
import type { Attributes, AttributeValue, SpanEvent, SpanKind, SpanRecord } from '../traces.ts';

/** Called with the number of rejected spans, log records or data points, and why. */
export type Reject = (count: number, why: { cause: RefusalCause; sender: string; words?: string }) => void;

/** What a reader is given besides the message. */
export interface Reading {
  reject?: Reject;
  /** Refuses times that are too far away; default: none is. */
  farAway?: (timeMs: number) => 'future' | 'past' | undefined;
}

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

/** The spans of an ExportTraceServiceRequest; those without valid ids and times are rejected. @throws TypeError when it is no such request */
export function* readSpans(message: unknown, { reject = () => {}, farAway }: Reading = {}): Generator<SpanRecord> {
  for (const group of list(object(message).resourceSpans, 'resourceSpans')) {
    const resource = readResource(group.resource);
    for (const scope of list(group.scopeSpans, 'scopeSpans'))
      for (const json of list(scope.spans, 'spans')) {
        const span = readSpan(json, resource);
        const cause = typeof span === 'string' ? 'invalid' : farAway?.(span.startMs + span.durationMs);
        const words = typeof span === 'string' ? { words: span } : {};
        if (cause) reject(1, { cause, sender: resource.service, ...words });
        else yield span as SpanRecord;
      }
  }
}

/** The records of an ExportLogsServiceRequest. @param nowMs the time of those that say none @throws TypeError when it is no such request */
export function* readLogs(
  message: unknown,
  { reject = () => {}, farAway, nowMs = Date.now() }: Reading & { nowMs?: number } = {},
): Generator<LogLine> {
  for (const group of list(object(message).resourceLogs, 'resourceLogs')) {
    const { service: sender, instance } = readResource(group.resource);
    for (const scope of list(group.scopeLogs, 'scopeLogs'))
      for (const record of list(scope.logRecords, 'logRecords')) {
        const timeMs = timeOf(record) || nowMs;
        const isNoTime = Number.isNaN(timeOf(record));
        const cause = isNoTime ? 'invalid' : farAway?.(timeMs);
        const words = isNoTime ? { words: 'log records without a valid time' } : {};
        if (cause) reject(1, { cause, sender, ...words });
        else yield readLog(record, { timeMs, service: sender, instance });
      }
  }
}

function readLog(record: Json, of: Pick<LogLine, 'timeMs' | 'service' | 'instance'>): LogLine {
  const fields = readAttributes(record.attributes);
  const traceId = hex(record.traceId, 32);
  const spanId = hex(record.spanId, 16);
  return {
    ...of,
    level: levelOf(record),
    message: String(readValue(record.body) ?? ''),
    ...(traceId ? { traceId } : {}),
    ...(spanId ? { spanId } : {}),
    ...(Object.keys(fields).length > 0 ? { fields } : {}),
  };
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

/** @returns the span, or what is wrong with it */
function readSpan(span: Json, { service, instance }: Resource): SpanRecord | string {
  const traceId = hex(span.traceId, 32);
  const spanId = hex(span.spanId, 16);
  if (!traceId || !spanId) return 'spans without valid ids';
  const parentId = hex(span.parentSpanId, 16);
  const startMs = milliseconds(span.startTimeUnixNano);
  const endMs = milliseconds(span.endTimeUnixNano);
  const events = list(span.events, 'events').map(readEvent);
  if ([startMs, endMs, ...events.map(({ timeMs }) => timeMs)].some(Number.isNaN)) return 'spans without valid times';
  const links = list(span.links, 'links').flatMap((link) => {
    const linked = { traceId: hex(link.traceId, 32), spanId: hex(link.spanId, 16) };
    return linked.traceId && linked.spanId ? [linked as { traceId: string; spanId: string }] : [];
  });
  const status = object(span.status ?? {}).code;
  return {
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
  for (const { key, value } of list(attributes, 'attributes')) {
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
  if (arrayValue !== undefined) return list(object(arrayValue).values, 'values').map((each) => plainValue(each) ?? '');
  if (kvlistValue === undefined) return undefined;
  return Object.fromEntries(
    list(object(kvlistValue).values, 'values').map((each) => [String(each.key ?? ''), plainValue(each.value) ?? '']),
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

/** @throws TypeError when it is no object */
export function object(value: unknown): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`an object was expected, not ${formOf(value)}`);
  return value as Json;
}

/** A list of objects; none is an empty one. @throws TypeError when it is something else */
export function list(value: unknown, name: string): Json[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new TypeError(`${name} must be a list, not ${formOf(value)}`);
  for (const each of value)
    if (typeof each !== 'object' || each === null || Array.isArray(each))
      throw new TypeError(`${name} must be a list of objects, and has ${formOf(each)}`);
  return value as Json[];
}

const formOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`;
