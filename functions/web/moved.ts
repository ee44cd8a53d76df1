import type { Context } from 'hono';
import { privateHeaders, safeHeaders } from './headers.ts';
import { mayBeSignedIn } from './viewer.ts';

const movedHeaders = { ...safeHeaders, 'cache-control': 'public, max-age=60', vary: 'Cookie' };

/**
 * Where something is now; of a draft only its author may learn that. By way of the context, which holds a cookie that was
 * renewed on the way: a Response of its own loses it.
 */
export function movedTo(c: Context, location: string): Response {
  for (const [name, value] of Object.entries(mayBeSignedIn(c) ? privateHeaders : movedHeaders)) c.header(name, value);
  return c.redirect(location, 301);
}

/** What was asked for is at another address. */
export class Moved extends Error {
  readonly to: string;
  constructor(to: string) {
    super('moved');
    this.to = to;
  }
}

/** @throws Moved to `folder/slug`, and what is `below` it */
export function redirectTo(folder: string, slug: string, below = ''): never {
  throw new Moved(`${folder}/${encodeURIComponent(slug)}${below}`);
}
