import { hash } from 'node:crypto';
import { gzip } from 'node:zlib';
import { prefers } from '@dormouse/runtime/prefers';
import { unchanged, worthCompressing } from '@dormouse/runtime/representation';
import { header } from '@dormouse/runtime/request';
import type { Context } from 'hono';
import { safeHeaders } from './headers.ts';

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

interface Encoded {
  bytes: Uint8Array<ArrayBuffer>;
  headers: Record<string, string>;
}

interface Encodings {
  plain: Encoded;
  /** Compressed when somebody first asks for it; rejects never. */
  zipped: Encoded | Promise<Encoded> | undefined;
}

/** Final bytes of a page, made once while this process caches the page. */
const finished = new WeakMap<CachedPage, Encodings>();

/**
 * Answers with a kept page, or with 304. `max-age=0` makes every view ask, because a change must be seen by everybody within
 * two seconds; asking costs a 304.
 */
export function deliver(c: Context, page: CachedPage): Response | Promise<Response> {
  let encodings = finished.get(page);
  if (!encodings) finished.set(page, (encodings = finish(page)));
  const { plain } = encodings;
  if (plain.bytes.length <= worthCompressing || !prefers('gzip', header(c, 'accept-encoding')))
    return answer(c, page, plain);
  encodings.zipped ??= zip(encodings);
  return encodings.zipped instanceof Promise
    ? encodings.zipped.then((zipped) => answer(c, page, zipped))
    : answer(c, page, encodings.zipped);
}

function answer(c: Context, page: CachedPage, { bytes, headers }: Encoded): Response {
  return unchanged(c, page.etag) ? new Response(null, { status: 304, headers }) : new Response(bytes, { headers });
}

function finish({ body, type, etag }: CachedPage): Encodings {
  const headers = {
    ...safeHeaders,
    'content-type': type,
    'cache-control': 'public, max-age=0, stale-while-revalidate=1',
    vary: 'Cookie, Accept-Encoding',
    etag,
  };
  return { plain: { bytes: Buffer.from(body), headers }, zipped: undefined };
}

/** In a thread, a third of a millisecond for a usual page: even the first reader has it sooner than the whole. */
function zip(encodings: Encodings): Promise<Encoded> {
  const { plain } = encodings;
  return new Promise((done) => {
    gzip(plain.bytes, { level: 6 }, (error, bytes) => {
      const etag = plain.headers.etag!.replace(/"$/, '.gz"');
      const headers = { ...plain.headers, 'content-encoding': 'gzip', etag };
      encodings.zipped = error ? plain : { bytes: bytes as Uint8Array<ArrayBuffer>, headers };
      done(encodings.zipped);
    });
  });
}
