import type { Context } from 'hono';
import type { Env } from './app.ts';
import { type Coding, codingFor } from './coding.ts';
import { type Bytes, compressed, type Representation } from './compressed.ts';
import { header } from './request.ts';

/** Header lines by their names in lower case. */
type Fields = Readonly<Record<string, string>>;

const tag = /(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/g;

/** What is left of a text's tag when that of one of its codings is read. */
const suffix = /\.(?:br|gz)$/;
const suffixes = { br: '.br', gzip: '.gz' } as const;

/** Codings of texts that are compressed while they are asked for, in the order of what they leave. */
const offered = ['br', 'gzip'] as const satisfies readonly Coding[];
type Offered = (typeof offered)[number];

/** Shorter texts fit into one packet as they are. */
const worthCompressing = 1400;

/**
 * Whether If-None-Match names the tag (RFC 9110, 13.1.2: weak comparison), so that 304 is the answer.
 * @param etag of what would be answered, in its coding: a client that has another coding has other bytes (RFC 9110, 8.8.3.3)
 */
export function unchanged(c: Context<Env>, etag: string): boolean {
  const wanted = header(c, 'if-none-match');
  if (wanted === undefined) return false;
  if (wanted.trim() === '*') return true;
  return [...wanted.matchAll(tag)].some(([, , opaque]) => `"${opaque}"` === etag);
}

/** Whether If-Match is absent or names the tag, in whatever coding the text was read (RFC 9110, 13.1.1: strong comparison). */
export function mayChange(c: Context<Env>, etag: string): boolean {
  const wanted = header(c, 'if-match');
  if (wanted === undefined || wanted.trim() === '*') return true;
  return [...wanted.matchAll(tag)].some(([, weak, opaque]) => !weak && ofBody(opaque) === etag);
}

/** The tag of the text itself: compressed it has another, since its bytes are others. */
const ofBody = (opaque: string | undefined): string => `"${opaque?.replace(suffix, '')}"`;

/** Header lines of the answer, and of 304, which says nothing of bytes that it does not bring. */
interface Headers {
  ok: Fields;
  unmodified: Fields;
}

const encoded = new WeakMap<Representation, Bytes>();
const finished = new WeakMap<Representation, Map<Coding | undefined, Headers>>();

/**
 * 200, compressed for who likes that, or 304 when the client has it. A text is encoded, and compressed, once for as long as it is asked
 * for. It must not hold a secret beside something that the request said: its length would tell the secret (BREACH).
 * Hono's `c.body` would make a Headers of more than one field, which checks and sorts them for each request again.
 * @param fields besides those of the coding; a function is asked once for a representation
 */
export function represent(
  c: Context<Env>,
  representation: Representation,
  fields: Fields | (() => Fields),
): Response | Promise<Response> {
  const { body } = representation;
  const coding = body.length > worthCompressing ? codingFor(header(c, 'accept-encoding'), offered) : undefined;
  const headers = headersOf(representation, coding, fields);
  if (unchanged(c, tagIn(representation, coding)))
    return new Response(null, { status: 304, headers: headers.unmodified });
  if (coding === undefined) return answer(bytesOf(representation), headers);
  const bytes = compressed(representation, coding, bytesOf);
  return bytes instanceof Promise ? bytes.then((made) => answer(made, headers)) : answer(bytes, headers);
}

/** With its length, which HEAD has, too. */
const answer = (bytes: Bytes, { ok }: Headers): Response =>
  new Response(bytes, { headers: { ...ok, 'content-length': String(bytes.length) } });

function headersOf(
  representation: Representation,
  coding: Offered | undefined,
  fields: Fields | (() => Fields),
): Headers {
  // Given as an object they may be others in the next request.
  if (typeof fields !== 'function') return headersWith(fields, representation, coding);
  let known = finished.get(representation);
  if (!known) finished.set(representation, (known = new Map()));
  let headers = known.get(coding);
  if (!headers) known.set(coding, (headers = headersWith(fields(), representation, coding)));
  return headers;
}

function headersWith(
  { 'content-type': type = 'application/json', ...fields }: Fields,
  representation: Representation,
  coding: Offered | undefined,
): Headers {
  const unmodified = {
    ...fields,
    vary: fields.vary ? `${fields.vary}, accept-encoding` : 'accept-encoding',
    etag: tagIn(representation, coding),
  };
  return { unmodified, ok: { ...unmodified, 'content-type': type, ...(coding && { 'content-encoding': coding }) } };
}

const tagIn = ({ etag }: Representation, coding: Offered | undefined): string =>
  coding ? etag.replace(/"$/, `${suffixes[coding]}"`) : etag;

function bytesOf(representation: Representation): Bytes {
  let bytes = encoded.get(representation);
  if (!bytes) encoded.set(representation, (bytes = Buffer.from(representation.body)));
  return bytes;
}
