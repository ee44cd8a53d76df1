import { type BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** A message of protobuf by the numbers of its fields. */
export type Message = Readonly<Record<number, Field>>;

/** A field as OTLP's JSON has it: its name there, and how its value is read. */
export interface Field {
  name: string;
  wire: number;
  many?: true;
  read: ((reader: BinaryReader) => unknown) | undefined;
  /** What is inside, if it is a message. */
  nested?: () => Message;
}

const { Varint: varint, Bit64: bit64, LengthDelimited: delimited, Bit32: bit32 } = WireType;

type Make = (name: string) => Field;
const scalar =
  (wire: number, read: (reader: BinaryReader) => unknown): Make =>
  (name) => ({ name, wire, read });

const string = scalar(delimited, (reader) => reader.string());
const bool = scalar(varint, (reader) => reader.bool());
/** Enums are numbers in OTLP's JSON. */
const enumeration = scalar(varint, (reader) => reader.int32());
const uint32 = scalar(varint, (reader) => reader.uint32());
const sint32 = scalar(varint, (reader) => reader.sint32());
const fixed32 = scalar(bit32, (reader) => reader.fixed32());
/** 64 bits are decimal text in JSON. */
const int64 = scalar(varint, (reader) => String(reader.int64()));
const uint64 = scalar(varint, (reader) => String(reader.uint64()));
const fixed64 = scalar(bit64, (reader) => String(reader.fixed64()));
const sfixed64 = scalar(bit64, (reader) => String(reader.sfixed64()));
/** JSON has no numbers for infinities and NaN: protobuf's mapping writes their names. */
const double = scalar(bit64, (reader) => {
  const value = reader.double();
  return Number.isFinite(value) ? value : String(value);
});
/** Ids of traces and spans are hexadecimal in OTLP's JSON, all other bytes base64. */
const id = scalar(delimited, (reader) => text(reader.bytes(), 'hex'));
const bytes = scalar(delimited, (reader) => text(reader.bytes(), 'base64'));
const text = (of: Uint8Array, encoding: 'hex' | 'base64') =>
  Buffer.from(of.buffer, of.byteOffset, of.byteLength).toString(encoding);

const one = (name: string, nested: () => Message): Field => ({ name, wire: delimited, read: undefined, nested });
const many = (name: string, nested: () => Message): Field => ({ ...one(name, nested), many: true });
/** Several scalars, which come packed or one by one. */
const list = (field: Field): Field => ({ ...field, many: true });

// opentelemetry-proto 1.11, common, resource.
const anyValue: Message = {
  1: string('stringValue'),
  2: bool('boolValue'),
  3: int64('intValue'),
  4: double('doubleValue'),
  5: one('arrayValue', () => arrayValue),
  6: one('kvlistValue', () => keyValueList),
  7: bytes('bytesValue'),
};
const keyValue: Message = { 1: string('key'), 2: one('value', () => anyValue) };
const attributes = (name = 'attributes'): Field => many(name, () => keyValue);
const arrayValue: Message = { 1: many('values', () => anyValue) };
const keyValueList: Message = { 1: attributes('values') };
const entity: Message = {
  1: string('schemaUrl'),
  2: string('type'),
  3: list(string('idKeys')),
  4: list(string('descriptionKeys')),
};
const resource: Message = { 1: attributes(), 2: uint32('droppedAttributesCount'), 3: many('entityRefs', () => entity) };
const scope: Message = {
  1: string('name'),
  2: string('version'),
  3: attributes(),
  4: uint32('droppedAttributesCount'),
};

/** An export of a signal: resources, of each its scopes, of each its records. */
function request(signal: string, records: string, record: () => Message): Message {
  const scopes: Message = { 1: one('scope', () => scope), 2: many(records, record), 3: string('schemaUrl') };
  const resources: Message = {
    1: one('resource', () => resource),
    2: many(`scope${signal}`, () => scopes),
    3: string('schemaUrl'),
  };
  return { 1: many(`resource${signal}`, () => resources) };
}

// trace
const event: Message = {
  1: fixed64('timeUnixNano'),
  2: string('name'),
  3: attributes(),
  4: uint32('droppedAttributesCount'),
};
const link: Message = {
  1: id('traceId'),
  2: id('spanId'),
  3: string('traceState'),
  4: attributes(),
  5: uint32('droppedAttributesCount'),
  6: fixed32('flags'),
};
const status: Message = { 2: string('message'), 3: enumeration('code') };
const span: Message = {
  1: id('traceId'),
  2: id('spanId'),
  3: string('traceState'),
  4: id('parentSpanId'),
  5: string('name'),
  6: enumeration('kind'),
  7: fixed64('startTimeUnixNano'),
  8: fixed64('endTimeUnixNano'),
  9: attributes(),
  10: uint32('droppedAttributesCount'),
  11: many('events', () => event),
  12: uint32('droppedEventsCount'),
  13: many('links', () => link),
  14: uint32('droppedLinksCount'),
  15: one('status', () => status),
  16: fixed32('flags'),
};

// logs
const logRecord: Message = {
  1: fixed64('timeUnixNano'),
  2: enumeration('severityNumber'),
  3: string('severityText'),
  5: one('body', () => anyValue),
  6: attributes(),
  7: uint32('droppedAttributesCount'),
  8: fixed32('flags'),
  9: id('traceId'),
  10: id('spanId'),
  11: fixed64('observedTimeUnixNano'),
  12: string('eventName'),
};

// metrics
const exemplar: Message = {
  2: fixed64('timeUnixNano'),
  3: double('asDouble'),
  4: id('spanId'),
  5: id('traceId'),
  6: sfixed64('asInt'),
  7: attributes('filteredAttributes'),
};
const times: Message = { 2: fixed64('startTimeUnixNano'), 3: fixed64('timeUnixNano') };
const counted: Message = { ...times, 4: fixed64('count'), 5: double('sum') };
const number: Message = {
  ...times,
  4: double('asDouble'),
  5: many('exemplars', () => exemplar),
  6: sfixed64('asInt'),
  7: attributes(),
  8: uint32('flags'),
};
const histogram: Message = {
  ...counted,
  6: list(fixed64('bucketCounts')),
  7: list(double('explicitBounds')),
  8: many('exemplars', () => exemplar),
  9: attributes(),
  10: uint32('flags'),
  11: double('min'),
  12: double('max'),
};
const buckets: Message = { 1: sint32('offset'), 2: list(uint64('bucketCounts')) };
const exponentialHistogram: Message = {
  ...counted,
  1: attributes(),
  6: sint32('scale'),
  7: fixed64('zeroCount'),
  8: one('positive', () => buckets),
  9: one('negative', () => buckets),
  10: uint32('flags'),
  11: many('exemplars', () => exemplar),
  12: double('min'),
  13: double('max'),
  14: double('zeroThreshold'),
};
const quantile: Message = { 1: double('quantile'), 2: double('value') };
const summary: Message = {
  ...counted,
  6: many('quantileValues', () => quantile),
  7: attributes(),
  8: uint32('flags'),
};
const points = (point: Message): Message => ({
  1: many('dataPoints', () => point),
  2: enumeration('aggregationTemporality'),
});
const [gauge, sum, histograms] = [points(number), { ...points(number), 3: bool('isMonotonic') }, points(histogram)];
const [exponentialHistograms, summaries] = [points(exponentialHistogram), points(summary)];
const metric: Message = {
  1: string('name'),
  2: string('description'),
  3: string('unit'),
  5: one('gauge', () => gauge),
  7: one('sum', () => sum),
  9: one('histogram', () => histograms),
  10: one('exponentialHistogram', () => exponentialHistograms),
  11: one('summary', () => summaries),
  12: attributes('metadata'),
};

/** What programs send, by signal. */
export const requests: Readonly<Record<'traces' | 'logs' | 'metrics', Message>> = {
  traces: request('Spans', 'spans', () => span),
  logs: request('Logs', 'logRecords', () => logRecord),
  metrics: request('Metrics', 'metrics', () => metric),
};
