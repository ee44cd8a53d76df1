import type { Context } from 'hono';
import type { Env } from './app.ts';
import { header } from './request.ts';

/** A text that is answered to many, with its strong entity tag. */
export interface Representation {
  readonly etag: string;
  readonly body: string;
}

const tag = /(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/g;
const encoded = new WeakMap<Representation, Uint8Array<ArrayBuffer>>();

/** Whether If-None-Match names the tag (RFC 9110, 13.1.2: weak comparison), so that 304 is the answer. */
export function unchanged(c: Context<Env>, etag: string): boolean {
  const wanted = header(c, 'if-none-match');
  if (wanted === undefined) return false;
  if (wanted.trim() === '*') return true;
  return [...wanted.matchAll(tag)].some(([, , opaque]) => `"${opaque}"` === etag);
}

/** Whether If-Match is absent or names the tag (RFC 9110, 13.1.1: strong comparison). */
export function mayChange(c: Context<Env>, etag: string): boolean {
  const wanted = header(c, 'if-match');
  if (wanted === undefined || wanted.trim() === '*') return true;
  return [...wanted.matchAll(tag)].some(([, weak, opaque]) => !weak && `"${opaque}"` === etag);
}

/**
 * 200 with JSON, or 304 when the client has it. The text is encoded once, for as long as `representation` is kept. Hono's `c.body` would
 * make a Headers of more than one field, which checks and sorts them for each request again.
 */
export function represent(
  c: Context<Env>,
  representation: Representation,
  fields: Readonly<Record<string, string>>,
): Response {
  const { etag, body } = representation;
  if (unchanged(c, etag)) return new Response(null, { status: 304, headers: { ...fields, etag } });
  let bytes = encoded.get(representation);
  if (!bytes) encoded.set(representation, (bytes = Buffer.from(body)));
  return new Response(bytes, { headers: { ...fields, etag, 'content-type': 'application/json' } });
}
