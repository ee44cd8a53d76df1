import type { RequestListener } from 'node:http';
import type { SharedCache } from './shared-cache.ts';

/** Purges by `POST` with keys in `Surrogate-Key`, as Fastly's API does; `all` is everything. Answers 204, 400 without keys, or 405. */
export const purgeListener =
  (cache: Pick<SharedCache, 'purge'>): RequestListener =>
  ({ method, headers }, response) => {
    const tags = String(headers['surrogate-key'] ?? '')
      .split(' ')
      .filter(Boolean);
    if (method !== 'POST') response.writeHead(405, { allow: 'POST' }).end();
    else if (tags.length === 0) response.writeHead(400).end();
    else {
      cache.purge(tags);
      response.writeHead(204).end();
    }
  };
