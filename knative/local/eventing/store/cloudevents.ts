import { elementsOf, membersOf } from './json-members.ts';

/** A CloudEvent 1.0: its attributes in their canonical strings, extensions among them, and its data as bytes. */
export interface CloudEvent {
  attributes: Readonly<Record<string, string>>;
  data: Buffer | undefined;
}

/** A request or response is no valid CloudEvent; `status` is the HTTP status that a receiver responds. */
export class InvalidEventError extends Error {
  override name = 'InvalidEventError';
  status: 400 | 415;
  constructor(problem: string, status: 400 | 415 = 400) {
    super(problem);
    this.status = status;
  }
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Every event of 64 KiB must be forwarded (CloudEvents, "Size Limits"), whatever part of it attributes are. */
const maxAttributeBytes = 64 * 1024;
/** Attributes travel as headers, of which receivers take about 16 KiB in all; the trace and its baggage need room, too. */
const maxHeaderBytes = 6 * 1024;
const structured = 'application/cloudevents';
const batched = 'application/cloudevents-batch';

/** Whether headers announce a CloudEvent in any of the three modes of the HTTP protocol binding. */
export const announcesEvent = (headers: Headers) =>
  headers['ce-specversion'] !== undefined || contentType(headers).startsWith(structured);

/**
 * The events of an HTTP message in binary, structured or batched content mode (CloudEvents HTTP protocol binding 1.0.2,
 * section 3). Data of the binary mode is not looked at.
 *
 * @throws InvalidEventError with the reason
 */
export function readEvents(headers: Headers, body: Buffer): CloudEvent[] {
  const type = contentType(headers);
  if (!type.startsWith(structured)) return [readBinary(headers, body)];
  const [format, ...parameters] = type.split(';').map((part) => part.trim());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice(8);
  if (charset && !/^"?utf-8"?$/.test(charset))
    throw new InvalidEventError(`charset ${charset} is not understood: JSON events are UTF-8`, 415);
  if (format === `${structured}+json`) return [readJson(parse(body), 0)];
  if (format === `${batched}+json`) return readBatch(parse(body));
  throw new InvalidEventError(
    `content type ${format} is not understood: application/cloudevents+json and application/cloudevents-batch+json are`,
    415,
  );
}

function contentType(headers: Headers): string {
  const value = headers['content-type'];
  return typeof value === 'string' ? value.toLowerCase() : '';
}

function readBinary(headers: Headers, body: Buffer): CloudEvent {
  const attributes: Record<string, string> = {};
  for (const name in headers) {
    if (!name.startsWith('ce-')) continue;
    const value = headers[name];
    if (typeof value !== 'string') throw new InvalidEventError(`header ${name} is given more than once`);
    attributes[name.slice(3)] = uriHeaders.has(name) ? value : decodeHeader(name, value);
  }
  if (attributes.datacontenttype !== undefined)
    throw new InvalidEventError('header ce-datacontenttype is not allowed: Content-Type says it');
  const type = headers['content-type'];
  if (typeof type === 'string' && type !== '') attributes.datacontenttype = type;
  return { attributes: checked(attributes), data: body.length > 0 ? body : undefined };
}

/**
 * Attributes that are URIs. All that a URI may hold may stand in a header, and the SDKs, Knative's own among them, neither
 * encode nor decode it: with `%20` decoded it would be no URI, with `%41` another event's identity.
 */
const uriHeaders = new Set(['ce-source', 'ce-dataschema']);

/** Section 3.1.3.2: a quoted string is unquoted, then percent-encoded UTF-8 is decoded; other percent signs stay. */
function decodeHeader(name: string, raw: string): string {
  if (!/["%\x80-\xff]/.test(raw)) return raw;
  let value =
    raw.startsWith('"') && raw.endsWith('"') && raw.length > 1 ? raw.slice(1, -1).replace(/\\(.)/g, '$1') : raw;
  if (/[\x80-\xff]/.test(value)) value = utf8(name, Buffer.from(value, 'latin1'));
  return value.replace(/(?:%[0-9a-fA-F]{2})+/g, (run) => utf8(name, Buffer.from(run.replaceAll('%', ''), 'hex')));
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function utf8(what: string, bytes: Buffer): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new InvalidEventError(`${what} is not UTF-8`);
  }
}

interface Parsed {
  text: string;
  value: unknown;
}

function parse(body: Buffer): Parsed {
  const text = utf8('the body', body);
  try {
    return { text, value: JSON.parse(text) };
  } catch (error) {
    throw new InvalidEventError(`the body is not JSON: ${(error as Error).message}`);
  }
}

function readBatch({ text, value }: Parsed): CloudEvent[] {
  if (!Array.isArray(value)) throw new InvalidEventError('a batch is a JSON array of events');
  return elementsOf(text).map((start, i) => {
    try {
      return readJson({ text, value: value[i] }, start);
    } catch (error) {
      throw error instanceof InvalidEventError
        ? new InvalidEventError(`event ${i + 1} of the batch: ${error.message}`)
        : error;
    }
  });
}

/** JSON event format 1.0.2; `start` is where the event's object begins in the text. */
function readJson({ text, value }: Parsed, start: number): CloudEvent {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InvalidEventError('a JSON event is an object');
  const attributes: Record<string, string> = {};
  let data: { text: string; value: unknown } | undefined;
  let base64: unknown;
  const seen = new Set<string>();
  for (const member of membersOf(text, text.indexOf('{', start))) {
    if (seen.has(member.name)) throw new InvalidEventError(`member ${member.name} is given more than once`);
    seen.add(member.name);
    const content = (value as Record<string, unknown>)[member.name];
    if (member.name === 'data') data = { text: text.slice(member.start, member.end), value: content };
    else if (member.name === 'data_base64') base64 = content;
    else if (content !== null)
      attributes[member.name] = attributeOf(member.name, content, text.slice(member.start, member.end));
  }
  if (data && base64 !== undefined && base64 !== null)
    throw new InvalidEventError('data and data_base64 exclude each other');
  const bytes = base64 !== undefined && base64 !== null ? fromBase64(base64) : data && dataBytes(data, attributes);
  return { attributes: checked(attributes), data: bytes?.length ? bytes : undefined };
}

function attributeOf(name: string, value: unknown, written: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number' && /^-?\d+$/.test(written) && value === (value | 0)) return String(value);
  throw new InvalidEventError(`attribute ${name} is neither a string, nor a boolean, nor a 32-bit integer`);
}

const json = /^[^/]+\/(?:json|[^;]+\+json)\s*(?:;|$)/i;

/** JSON data stays as it was written; a string of another media type is that text itself. */
function dataBytes(data: { text: string; value: unknown }, attributes: Record<string, string>): Buffer | undefined {
  const type = attributes.datacontenttype;
  if (type === undefined) {
    if (data.value === null) return undefined;
    attributes.datacontenttype = 'application/json';
  } else if (!json.test(type) && typeof data.value === 'string') return Buffer.from(data.value);
  return Buffer.from(data.text);
}

function fromBase64(value: unknown): Buffer {
  if (typeof value !== 'string' || !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value))
    throw new InvalidEventError('data_base64 is not base64');
  return Buffer.from(value, 'base64');
}

const required = ['specversion', 'id', 'source', 'type'] as const;
const uriReference = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/;
const absoluteUri = /^[A-Za-z][A-Za-z0-9+.-]*:/;
const mediaType = /^[\w!#$&^.+-]+\/[\w!#$&^.+*-]+\s*(?:;.*)?$/;
const timestamp =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[Tt](?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
/** Not allowed in a CloudEvents string: control characters, lone surrogates, noncharacters. */
const forbidden = /[\u0000-\u001f\u007f-\u009f]|\p{Surrogate}|\p{Noncharacter_Code_Point}/u;

/** The attributes, if they are those of a CloudEvent 1.0 (section "Context Attributes"). */
function checked(attributes: Record<string, string>): Record<string, string> {
  for (const name of required) if (!attributes[name]) throw new InvalidEventError(`attribute ${name} is missing`);
  if (attributes.specversion !== '1.0')
    throw new InvalidEventError(`specversion ${attributes.specversion} is not understood: 1.0 is`);
  let bytes = 0;
  for (const name in attributes) {
    const value = attributes[name] as string;
    if (!/^[a-z0-9]+$/.test(name))
      throw new InvalidEventError(`attribute name ${JSON.stringify(name)} may hold only lower-case letters and digits`);
    if (name === 'data') throw new InvalidEventError('data is no attribute');
    if (forbidden.test(value)) throw new InvalidEventError(`attribute ${name} holds a character that is not allowed`);
    bytes += name.length + value.length;
  }
  if (bytes > maxAttributeBytes)
    throw new InvalidEventError(`the attributes are longer than ${maxAttributeBytes} bytes`);
  if (!uriReference.test(attributes.source as string)) throw new InvalidEventError('source is not a URI-reference');
  const { time, dataschema, datacontenttype } = attributes;
  if (attributes.subject === '') throw new InvalidEventError('subject is empty');
  if (attributes.partitionkey === '') throw new InvalidEventError('partitionkey is empty');
  if (time !== undefined && !(timestamp.test(time) && dayExists(time)))
    throw new InvalidEventError('time is not an RFC 3339 timestamp');
  if (dataschema !== undefined && !(absoluteUri.test(dataschema) && uriReference.test(dataschema)))
    throw new InvalidEventError('dataschema is not a URI');
  if (datacontenttype !== undefined && !mediaType.test(datacontenttype))
    throw new InvalidEventError('datacontenttype is not a media type');
  return attributes;
}

function dayExists(time: string): boolean {
  const [year, month, day] = time.slice(0, 10).split('-').map(Number) as [number, number, number];
  return day <= 28 || day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** Headers and body of the binary content mode; header names in lower case. */
export function writeBinary({ attributes, data }: CloudEvent): { headers: Record<string, string>; body: Buffer } {
  const headers: Record<string, string> = {};
  for (const name in attributes) {
    const value = attributes[name] as string;
    if (name === 'datacontenttype') headers['content-type'] = value;
    else headers[`ce-${name}`] = uriHeaders.has(`ce-${name}`) ? value : encodeHeader(value);
  }
  return { headers, body: data ?? empty };
}

const empty = Buffer.alloc(0);

/** An event as it is sent on: in the format that is asked for, else binary, or structured when its attributes are too long for headers. */
export function writeMessage(
  event: CloudEvent,
  format?: 'json' | 'binary',
): { headers: Record<string, string>; body: Buffer } {
  if (format === 'json') return writeStructured(event);
  const written = writeBinary(event);
  let bytes = 0;
  for (const name in written.headers) bytes += name.length + (written.headers[name] as string).length;
  return bytes > maxHeaderBytes && format !== 'binary' ? writeStructured(event) : written;
}

/** JSON event format 1.0.2. Data that is JSON stays as it was written; everything else is base64. */
function writeStructured({ attributes, data }: CloudEvent): { headers: Record<string, string>; body: Buffer } {
  const head = JSON.stringify(attributes).slice(0, -1);
  const inline = data && jsonText(attributes.datacontenttype, data);
  const tail =
    inline !== undefined ? `,"data":${inline}}` : data ? `,"data_base64":"${data.toString('base64')}"}` : '}';
  return { headers: { 'content-type': `${structured}+json; charset=utf-8` }, body: Buffer.from(head + tail) };
}

function jsonText(type: string | undefined, data: Buffer): string | undefined {
  if (type === undefined || !json.test(type)) return undefined;
  try {
    return parse(data).text;
  } catch {
    return undefined;
  }
}

/** Section 3.1.3.1: everything but printable ASCII, and space, quote and percent, is percent-encoded UTF-8. */
const encodeHeader = (value: string) =>
  /[^\x21\x23\x24\x26-\x7e]/.test(value)
    ? value.replace(/[^\x21\x23\x24\x26-\x7e]+/gu, (run) =>
        Buffer.from(run)
          .toString('hex')
          .replace(/../g, (byte) => `%${byte.toUpperCase()}`),
      )
    : value;
