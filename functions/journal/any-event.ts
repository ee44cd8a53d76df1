import { catalogue } from '@dormouse/events/catalogue';
import { headerAttribute } from '@dormouse/runtime/cloudevent';
import { demandSignature } from '@dormouse/runtime/demand-signature';
import { fail } from '@dormouse/runtime/errors';
import { bodyBytes, header } from '@dormouse/runtime/request';
import { parseTraceparent } from '@dormouse/runtime/trace';
import type { Context } from 'hono';

/** An event of any type: its attributes as text, its data as unparsed bytes. */
export interface AnyEvent {
  attributes: Readonly<Record<string, string>>;
  data: Buffer | undefined;
}

/** An event as it was delivered here. */
export interface Delivered extends AnyEvent {
  /** CloudEvents source of the producer that signed it; undefined for an event of others. */
  signedBy: string | undefined;
  /** Of the trace that the event began in, else of the delivery. */
  traceId: string | undefined;
  /** The delivery's own span. */
  traceparent: string | undefined;
}

/** Largest event, with its attributes; brokers hand on less. */
export const maxEventBytes = 2 * 1024 * 1024;

/**
 * Reads the events of a request in binary, structured or batch mode (CloudEvents HTTP binding 1.0.2) without a schema: an archive
 * takes what the Broker took. What is not an event is 400; so is one whose id, source, type or subject is too long to be looked for.
 * What claims to be an event of ours and is not signed is 403.
 */
export async function readAny(c: Context): Promise<Delivered[]> {
  const body = await bodyBytes(c, maxEventBytes);
  const type = (header(c, 'content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return eventsOf(c, type, body).map((event) => ({
    ...traced(event, header(c, 'traceparent')),
    signedBy: signedBy(c, event),
  }));
}

const contractOf = new Map(catalogue.map((contract) => [contract.type, contract]));

/** @throws AppError for an event that one of our producers should have signed, and has not */
function signedBy(c: Context, { attributes, data }: AnyEvent): string | undefined {
  const { id = '', source = '', type = '', subject, time, datacontenttype, dataschema } = attributes;
  const event = { id, source, type, subject, time, datacontenttype, dataschema, data, extensions: attributes };
  return demandSignature(c, event, contractOf.get(type)).by;
}

function eventsOf(c: Context, type: string, body: Buffer): AnyEvent[] {
  if (type === 'application/cloudevents+json') return [structured(parse(body))];
  if (type !== 'application/cloudevents-batch+json') return [binary(c, body)];
  const batch = parse(body);
  return Array.isArray(batch) ? batch.map(structured) : fail('malformed', 'A batch must be an array of events.');
}

const traced = (event: AnyEvent, hop: string | undefined): Omit<Delivered, 'signedBy'> => {
  const delivery = parseTraceparent(hop);
  const origin = parseTraceparent(event.attributes.traceparent) ?? delivery;
  return { ...event, traceId: origin?.traceId, traceparent: delivery ? hop : event.attributes.traceparent };
};

/** The request's headers as they came, names in lower case. */
export function headersOf(c: Context): Record<string, string | undefined> {
  const incoming = (c.env as { incoming?: { headers: Record<string, string | undefined> } } | undefined)?.incoming;
  return incoming ? incoming.headers : c.req.header();
}

function binary(c: Context, body: Buffer): AnyEvent {
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(headersOf(c))) {
    if (!name.startsWith('ce-') || value === undefined) continue;
    const attribute = name.slice(3);
    attributes[attribute] = headerAttribute(attribute, value) ?? fail('malformed', `The header ${name} is not UTF-8.`);
  }
  const type = header(c, 'content-type');
  if (type) attributes.datacontenttype = type;
  return { attributes: checked(attributes), data: body.length > 0 ? body : undefined };
}

function structured(value: unknown): AnyEvent {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return fail('malformed', 'An event must be an object.');
  const { data, data_base64: base64, ...rest } = value as Record<string, unknown>;
  const attributes: Record<string, string> = {};
  for (const [name, each] of Object.entries(rest))
    if (each !== null) attributes[name] = typeof each === 'string' ? each : written(each);
  if (typeof base64 === 'string') return { attributes: checked(attributes), data: Buffer.from(base64, 'base64') };
  if (data === undefined) return { attributes: checked(attributes), data: undefined };
  attributes.datacontenttype ??= 'application/json';
  const text = typeof data === 'string' && !isJson(attributes.datacontenttype) ? data : written(data);
  return { attributes: checked(attributes), data: Buffer.from(text) };
}

/** Whether data of a media type is JSON. */
export const isJson = (type: string | undefined): boolean =>
  type === undefined || /^[^/;]+\/([^;]+\+)?json\s*(;|$)/i.test(type);

interface Raw {
  rawJSON(source: string): unknown;
}
const { rawJSON } = JSON as unknown as Raw;

/** Numbers keep the digits they were written with, which may be more than JavaScript counts. */
function parse(body: Buffer): unknown {
  const asWritten = (_: string, value: unknown, { source }: { source?: string }) =>
    typeof value === 'number' && source ? rawJSON(source) : value;
  try {
    return JSON.parse(body.toString('utf8'), asWritten as (key: string, value: unknown) => unknown);
  } catch {
    return fail('malformed', 'The body is not JSON.');
  }
}

const written = (value: unknown): string => JSON.stringify(value);

/** Bytes of the attributes that are looked for by an index, whose entries hold less than 2,704 bytes; `id`, `source` and the destination share one. */
const maxAttributeBytes: Readonly<Record<string, number>> = {
  id: 768,
  source: 768,
  knativeerrordest: 1024,
  type: 2048,
  subject: 2048,
};

function checked(attributes: Record<string, string>): Record<string, string> {
  if (attributes.specversion !== '1.0') fail('malformed', 'specversion must be 1.0.');
  for (const name of ['id', 'source', 'type'])
    if (!attributes[name]) fail('malformed', `The attribute ${name} is required.`);
  for (const [name, value] of Object.entries(attributes)) {
    if (!/^[a-z0-9]{1,64}$/.test(name)) fail('malformed', 'Names of attributes are lower-case letters and digits.');
    if (value.includes('\u0000')) fail('malformed', `The attribute ${name} has a character that is not allowed.`);
    if (Buffer.byteLength(value) > (maxAttributeBytes[name] ?? maxEventBytes))
      fail('malformed', `The attribute ${name} is longer than ${maxAttributeBytes[name]} bytes.`);
    attributes[name] = value.toWellFormed();
  }
  return attributes;
}
