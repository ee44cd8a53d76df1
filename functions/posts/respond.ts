import type { Env } from '@dormouse/runtime/app';
import { header } from '@dormouse/runtime/request';
import type { Context } from 'hono';
import type { ListAnswer } from './page.ts';
import { unchanged } from './precondition.ts';

/** 200, or 304 when the client has it. */
export function answer(c: Context<Env>, told: ListAnswer): Response {
  const { 'content-type': type, ...headers } = headersOf(told, c.var.caller !== undefined);
  return unchanged(header(c, 'if-none-match'), told.etag)
    ? c.body(null, 304, headers)
    : c.body(told.body, 200, { ...headers, 'content-type': type });
}

/** Kept by whoever likes, but asked about each time: a reader sees a change within 2 s. */
export const headersOf = ({ etag, link }: ListAnswer, own: boolean) => ({
  'content-type': 'application/json',
  etag,
  'cache-control': own ? 'private, no-cache' : 'no-cache',
  vary: 'authorization',
  ...(link && { link }),
});
