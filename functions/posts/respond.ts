import type { Env } from '@dormouse/runtime/app';
import { represent } from '@dormouse/runtime/representation';
import { keyOf, surrogateFields } from '@dormouse/runtime/surrogate-keys';
import type { Context } from 'hono';
import type { ListBody } from './page.ts';

/** 200, or 304 when the client has it. */
export const respond = (c: Context<Env>, cached: ListBody): Response | Promise<Response> =>
  represent(c, cached, fieldsOf(cached, c.var.caller !== undefined));

/** Caches may store it but must revalidate each time: a reader sees a change within 2 s. @param own made for the caller alone */
export const cachingOf = (own: boolean) => ({
  'cache-control': own ? 'private, no-cache' : 'no-cache',
  vary: 'authorization',
});

const fieldsOf = ({ link, keys = ofLists }: ListBody, own: boolean) => ({
  ...cachingOf(own),
  ...(!own && surrogateFields(keys)),
  ...(link && { link }),
});
const ofLists = [keyOf.posts];

/** Headers of a post or a list of them. */
export const headersOf = (cached: ListBody, own: boolean) => ({
  'content-type': 'application/json',
  etag: cached.etag,
  ...fieldsOf(cached, own),
});
