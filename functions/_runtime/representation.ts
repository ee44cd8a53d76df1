import type { Context } from 'hono';
import type { Env } from './app.ts';
import { prefers } from './prefers.ts';
import { header } from './request.ts';

/** A text that is answered to many, with its strong entity tag. */
export interface Representation {
  readonly etag: string;
  readonly body: string;
}

const tag = /(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/g;
type Bytes = Uint8Array<ArrayBuffer>;

const encoded = new WeakMap<Representation, Bytes>();
const zipped = new WeakMap<Representation, Promise<Bytes>>();

/** Shorter texts fit into one packet as they are. */
export const worthCompressing = 1400;

/** Whether If-None-Match names the tag (RFC 9110, 13.1.2: weak comparison), so that 304 is the answer. */
export function unchanged(c: Context<Env>, etag: string): boolean {
  const wanted = header(c, 'if-none-match');
  if (wanted === undefined) return false;
  if (wanted.trim() === '*') return true;
  return [...wanted.matchAll(tag)].some(([, , opaque]) => ofBody(opaque) === etag);
}

/** Whether If-Match is absent or names the tag (RFC 9110, 13.1.1: strong comparison). */
export function mayChange(c: Context<Env>, etag: string): boolean {
  const wanted = header(c, 'if-match');
  if (wanted === undefined || wanted.trim() === '*') return true;
  return [...wanted.matchAll(tag)].some(([, weak, opaque]) => !weak && ofBody(opaque) === etag);
}

/** The tag of the text itself: compressed it has another, since its bytes are others. */
const ofBody = (opaque: string | undefined): string => `"${opaque?.replace(/\.gz$/, '')}"`;

/**
 * 200 with JSON, compressed for who likes that, or 304 when the client has it. The text is encoded once, for as long as `representation` is kept.
 * Hono's `c.body` would make a Headers of more than one field, which checks and sorts them for each request again.
 */
export function represent(
  c: Context<Env>,
  representation: Representation,
  fields: Readonly<Record<string, string>>,
): Response | Promise<Response> {
  const { etag, body } = representation;
  const vary = fields.vary ? `${fields.vary}, accept-encoding` : 'accept-encoding';
  const headers: Record<string, string> = { ...fields, vary, etag };
  const zips = body.length > worthCompressing && prefers('gzip', header(c, 'accept-encoding'));
  if (zips) headers.etag = etag.replace(/"$/, '.gz"');
  if (unchanged(c, etag)) return new Response(null, { status: 304, headers });
  headers['content-type'] = 'application/json';
  if (!zips) return new Response(bytesOf(representation), { headers });
  headers['content-encoding'] = 'gzip';
  return zippedOf(representation).then((bytes) => new Response(bytes, { headers }));
}

function bytesOf(representation: Representation): Bytes {
  let bytes = encoded.get(representation);
  if (!bytes) encoded.set(representation, (bytes = Buffer.from(representation.body)));
  return bytes;
}

/** Made in a thread, by who asks first. */
function zippedOf(representation: Representation): Promise<Bytes> {
  let bytes = zipped.get(representation);
  if (!bytes) zipped.set(representation, (bytes = zip(bytesOf(representation))));
  return bytes;
}

const zip = (bytes: Bytes): Promise<Bytes> =>
  new Promise((done, failed) =>
    process
      .getBuiltinModule('node:zlib')
      .gzip(bytes, (error, result) => (error ? failed(error) : done(result as Bytes))),
  );
