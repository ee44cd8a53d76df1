import { AppError } from '@dormouse/runtime/errors';
import type { HttpRequestOptions } from '@dormouse/runtime/http';
import type { PurgeForm } from '@dormouse/runtime/surrogate-keys';

/** A cache in front of the site, which keeps what everybody may see until it is told that something has changed. */
export interface SharedCache {
  /** Forgets every answer that has one of these keys. @throws AppError unavailable when the cache was not told */
  purge(keys: readonly string[]): Promise<void>;
}

/** What changes within this many milliseconds is told of together: an import is not a thousand requests. */
const togetherMs = 100;
const timeoutMs = 5000;

/** As many keys as both take in one request (Fastly 256, Cloudflare 30 on its smaller plans). */
const mostKeys = 30;

export interface SharedCacheOptions {
  /** PURGE_URL and PURGE_FORM. */
  url: string;
  form: PurgeForm;
  /** PURGE_TOKEN; empty for a cache that asks for none. */
  token: string;
  request: (url: string, options: HttpRequestOptions) => Promise<Pick<Response, 'ok' | 'status'>>;
  later?: (work: () => void, ms: number) => void;
}

interface Batch {
  keys: Set<string>;
  sent: Promise<void>;
}

/** The cache that is purged at an address: as Fastly is, by a header, or as Cloudflare is, by tags in a body. */
export function sharedCacheAt({ url, form, token, request, later = setTimeout }: SharedCacheOptions): SharedCache {
  let waiting: Batch | undefined;

  const send = async (keys: readonly string[]): Promise<void> => {
    const said = await request(url, { method: 'POST', timeoutMs, ...requests[form](keys, token) }).then(
      ({ ok, status }) => (ok ? undefined : `it answered ${status}`),
      (error: Error) => error.message,
    );
    if (said !== undefined)
      throw new AppError('unavailable', `The shared cache was not told of a change: ${said}.`, {
        headers: { 'retry-after': '1' },
      });
  };
  const sendAll = async (keys: readonly string[]): Promise<void> => {
    for (let at = 0; at < keys.length; at += mostKeys) await send(keys.slice(at, at + mostKeys));
  };
  const begin = (): Batch => {
    const keys = new Set<string>();
    const { promise, resolve } = Promise.withResolvers<void>();
    const batch = { keys, sent: promise };
    later(() => {
      waiting = undefined;
      resolve(sendAll([...keys]));
    }, togetherMs);
    return batch;
  };
  return {
    purge(keys) {
      waiting ??= begin();
      for (const key of keys) waiting.keys.add(key);
      return waiting.sent;
    },
  };
}

/** Repeatable: purging twice does what purging once does. */
const requests: Record<PurgeForm, (keys: readonly string[], token: string) => HttpRequestOptions> = {
  'surrogate-key': (keys, token) => ({
    headers: { 'surrogate-key': keys.join(' '), ...(token && { 'fastly-key': token }) },
    repeatable: true,
  }),
  'cache-tag': (keys, token) => ({
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ tags: keys }),
    repeatable: true,
  }),
};
