import { hash } from 'node:crypto';
import { gzip } from 'node:zlib';
import { header } from '@dormouse/runtime/request';
import type { Context } from 'hono';
import { safeHeaders } from './headers.ts';
import { prefersGzip } from './prefers-gzip.ts';

/** A page with the same bytes for everybody. */
export interface CachedPage {
  body: string;
  /** Content type */
  type: string;
  /** Strong entity tag */
  etag: string;
}

/** Cache of rendered pages (the runtime's cache). Keys are `page:…`, so that all can be purged at once. */
export interface PageCache {
  get(key: string, load: () => Promise<CachedPage>): Promise<CachedPage>;
  purge(...keysOrGroups: string[]): Promise<void>;
}

/** The group that every key is in: a write changes lists, counts, feeds and pages of old slugs alike, and rendering is cheap. */
export const allPages = 'page:';

/** An incomplete page: sent, not cached. */
export class UncacheablePage extends Error {
  readonly page: CachedPage;
  constructor(page: CachedPage) {
    super('not kept');
    this.page = page;
  }
}

const htmlType = 'text/html; charset=utf-8';

export const pageOf = (body: string, type: string = htmlType): CachedPage => ({
  body,
  type,
  etag: `"${hash('sha256', body, 'base64url').slice(0, 22)}"`,
});

/** The cached page of `key`, or a new one. */
export const cachedPage = (pages: PageCache, key: string, load: () => Promise<CachedPage>): Promise<CachedPage> =>
  pages
    .get(allPages + key, load)
    .catch((error) => (error instanceof UncacheablePage ? error.page : Promise.reject(error)));

interface Encodings {
  plain: { bytes: Uint8Array<ArrayBuffer>; headers: Record<string, string> };
  zipped: { bytes: Uint8Array<ArrayBuffer>; headers: Record<string, string> } | undefined;
}

/** Final bytes of a page, made once while this process caches the page. */
const finished = new WeakMap<CachedPage, Encodings>();

/**
 * Answers with a kept page, or with 304. `max-age=0` makes every view ask, because a change must be seen by everybody within
 * two seconds; asking costs a 304.
 */
export function deliver(c: Context, page: CachedPage): Response {
  const encodings = finished.get(page) ?? finish(page);
  const { bytes, headers } =
    encodings.zipped && prefersGzip(header(c, 'accept-encoding')) ? encodings.zipped : encodings.plain;
  const known = header(c, 'if-none-match');
  if (known !== undefined && matches(known, page.etag)) return new Response(null, { status: 304, headers });
  return new Response(bytes, { headers });
}

function finish(page: CachedPage): Encodings {
  const bytes = Buffer.from(page.body);
  const headers = {
    ...safeHeaders,
    'content-type': page.type,
    'cache-control': 'public, max-age=0, stale-while-revalidate=1',
    vary: 'Cookie, Accept-Encoding',
    etag: page.etag,
  };
  const encodings: Encodings = { plain: { bytes, headers }, zipped: undefined };
  finished.set(page, encodings);
  // The first reader need not wait for it.
  if (bytes.length > 1400)
    gzip(bytes, { level: 6 }, (error, zipped) => {
      if (!error)
        encodings.zipped = {
          bytes: zipped as Uint8Array<ArrayBuffer>,
          headers: { ...headers, 'content-encoding': 'gzip', etag: page.etag.replace(/"$/, '.gz"') },
        };
    });
  return encodings;
}

/** If-None-Match (RFC 9110, 13.1.2), either form of the page being as good. */
const matches = (known: string, etag: string): boolean =>
  known === '*' ||
  known.split(',').some(
    (each) =>
      each
        .trim()
        .replace(/^W\//, '')
        .replace(/\.gz"$/, '"') === etag,
  );
