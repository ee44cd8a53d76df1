import type { Context } from 'hono';
import { headerAttribute } from './cloudevent.ts';
import { fail } from './errors.ts';
import { parseJson } from './json.ts';
import { bodyText } from './request.ts';

/** An event whose attributes were checked and whose data was not. */
export interface RawEvent {
  id: string;
  type: string;
  source: string;
  subject: string | undefined;
  time: string | undefined;
  datacontenttype: string | undefined;
  dataschema: string | undefined;
  data: unknown;
  /** `data` as it came; in structured mode as ECMAScript writes it, which is how our producers do. */
  dataText: string | undefined;
  extensions: Record<string, string>;
}

const maxBody = 1024 * 1024;

/**
 * Reads the events of a request in binary, structured or batch mode (CloudEvents HTTP binding 1.0.2). What is not an
 * event is 400; a content type that is not understood 415.
 */
export async function readEvents(c: Context): Promise<RawEvent[]> {
  const headers = allHeaders(c);
  const type = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const text = await bodyText(c, maxBody);
  if (type === 'application/cloudevents+json') return [structured(parseJson(text))];
  if (type === 'application/cloudevents-batch+json') {
    const batch = parseJson(text);
    return Array.isArray(batch) ? batch.map(structured) : fail('malformed', 'A batch must be an array of events.');
  }
  if (type.startsWith('application/cloudevents'))
    fail('unsupported_media_type', 'Only the JSON format of CloudEvents is understood.');
  return [binary(headers, type, text)];
}

function allHeaders(c: Context): Record<string, string | undefined> {
  const incoming = (c.env as { incoming?: { headers: Record<string, string | undefined> } } | undefined)?.incoming;
  return incoming ? incoming.headers : c.req.header();
}

function binary(headers: Record<string, string | undefined>, type: string, text: string): RawEvent {
  const attributes: Record<string, unknown> = {};
  for (const name of Object.keys(headers)) {
    if (!name.startsWith('ce-')) continue;
    attributes[name.slice(3)] =
      headerAttribute(name.slice(3), headers[name] as string) ?? fail('malformed', `The header ${name} is not UTF-8.`);
  }
  if (type !== 'application/json' && !type.endsWith('+json'))
    fail('unsupported_media_type', 'The data of an event must be JSON.');
  attributes.datacontenttype = type === 'application/json' ? type : headers['content-type'];
  return text === '' ? event(attributes, undefined, undefined) : event(attributes, parseJson(text), text);
}

function structured(value: unknown): RawEvent {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    fail('malformed', 'An event must be an object.');
  const { data, data_base64, ...attributes } = value as Record<string, unknown>;
  if (data_base64 === undefined) return event(attributes, data, data === undefined ? undefined : JSON.stringify(data));
  if (typeof data_base64 !== 'string' || data !== undefined)
    fail('malformed', 'An event has either data or data_base64.');
  const text = Buffer.from(data_base64 as string, 'base64').toString('utf8');
  return event(attributes, parseJson(text), text);
}

const core = new Set(['specversion', 'id', 'type', 'source', 'subject', 'time', 'datacontenttype', 'dataschema']);

function event(attributes: Record<string, unknown>, data: unknown, dataText: string | undefined): RawEvent {
  if (attributes.specversion !== '1.0') fail('malformed', 'specversion must be 1.0.');
  const extensions: Record<string, string> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (!/^[a-z0-9]{1,64}$/.test(name)) fail('malformed', 'Names of attributes are lower-case letters and digits.');
    if (value === null) continue;
    if (!core.has(name)) extensions[name] = String(value);
  }
  const time = optionalText(attributes, 'time');
  if (time !== undefined && !/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(time))
    fail('malformed', 'time must be RFC 3339.');
  return {
    id: text(attributes, 'id'),
    type: text(attributes, 'type'),
    source: text(attributes, 'source'),
    subject: optionalText(attributes, 'subject'),
    time,
    datacontenttype: optionalText(attributes, 'datacontenttype'),
    dataschema: optionalText(attributes, 'dataschema'),
    data,
    dataText,
    extensions,
  };
}

function text(attributes: Record<string, unknown>, name: string): string {
  const value = attributes[name];
  return typeof value === 'string' && value.length > 0 && value.length <= 1024 && !value.includes('\u0000')
    ? value
    : fail('malformed', `The attribute ${name} is required.`);
}

const optionalText = (attributes: Record<string, unknown>, name: string): string | undefined =>
  attributes[name] === undefined || attributes[name] === null ? undefined : text(attributes, name);
