import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Context } from 'hono';
import { fail } from './errors.ts';

export type Served = { incoming?: IncomingMessage & { rawBody?: Buffer } } | undefined;

/** Largest body of `json`, in bytes; serve.ts stops larger ones before they reach a handler. */
export const bodyLimit = 256 * 1024;

/** One header of the request, read without building the whole Headers object where the server allows it. */
export function header(c: Context, name: string): string | undefined {
  const incoming = (c.env as Served)?.incoming;
  if (!incoming) return c.req.header(name);
  const value = incoming.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** The body's bytes, at most `limit` of them, whatever content-length says. */
export async function bodyBytes(c: Context, limit: number = bodyLimit): Promise<Buffer> {
  const read = (c.env as Served)?.incoming?.rawBody ?? Buffer.from(await c.req.arrayBuffer());
  return read.length <= limit ? read : fail('too_large', `The body must have at most ${limit} bytes.`);
}

/** The body as text: 400 when it is not UTF-8. */
export async function bodyText(c: Context, limit: number = bodyLimit): Promise<string> {
  const bytes = await bodyBytes(c, limit);
  return isUtf8(bytes) ? bytes.toString('utf8') : fail('malformed', 'The body is not UTF-8.');
}
