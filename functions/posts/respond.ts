import type { Env } from '@dormouse/runtime/app';
import { header } from '@dormouse/runtime/request';
import type { Context } from 'hono';
import type { ListBody } from './page.ts';
import { unchanged } from './precondition.ts';

/** 200, or 304 when the client has it. */
export function respond(c: Context<Env>, cached: ListBody): Response {
  const { 'content-type': type, ...headers } = headersOf(cached, c.var.caller !== undefined);
  return unchanged(header(c, 'if-none-match'), cached.etag)
    ? c.body(null, 304, headers)
    : c.body(cached.body, 200, { ...headers, 'content-type': type });
}

/** Caches may store it but must revalidate each time: a reader sees a change within 2 s. @param own made for the caller alone */
export const cachingOf = (own: boolean) => ({
  'cache-control': own ? 'private, no-cache' : 'no-cache',
  vary: 'authorization',
});

/** Headers of a post or a list of them. */
export const headersOf = ({ etag, link }: ListBody, own: boolean) => ({
  'content-type': 'application/json',
  etag,
  ...cachingOf(own),
  ...(link && { link }),
});
