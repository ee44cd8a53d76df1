import { hash } from 'node:crypto';
import { represent } from '@dormouse/runtime/representation';
import { pendingSeconds, surrogateFields } from '@dormouse/runtime/surrogate-keys';
import type { Context } from 'hono';
import { policyOf, safeHeaders } from './headers.ts';
import { inTheme, themeOf } from './theme.ts';
import type { ThemeName } from './theme-names.ts';

/** A page with the same bytes for everybody. */
export interface CachedPage {
  body: string;
  /** Content type */
  type: string;
  /** Strong entity tag */
  etag: string;
  /** What it shows. Without them no shared cache keeps it: nothing would tell that cache of a change. */
  keys?: readonly string[];
  /** Its Content-Security-Policy, where it is not that of every page. */
  policy?: string;
  /** It names a picture that is being made: a shared cache keeps it for a moment only. */
  pending?: true;
}

/** Text, and the names of what it shows (@dormouse/runtime/surrogate-keys). */
export interface Rendered {
  text: string;
  keys?: readonly string[];
  /** It names a picture that is being made. */
  pending?: boolean;
}

/** Cache of rendered pages (the runtime's cache). Keys are `page:…`, so that all can be purged at once. */
export interface PageCache {
  get(key: string, load: () => Promise<CachedPage>): Promise<CachedPage>;
  purge(...keysOrGroups: string[]): Promise<void>;
}

/** The group that every key is in: a write changes lists, counts, feeds and pages of old slugs alike, and rendering is cheap. */
export const allPages = 'page:';

/** An incomplete page: sent, not cached, neither here nor by a shared cache. */
export class UncacheablePage extends Error {
  readonly page: CachedPage;
  constructor({ keys: _, ...page }: CachedPage) {
    super('not kept');
    this.page = page;
  }
}

const htmlType = 'text/html; charset=utf-8';

export function pageOf({ text: body, keys, pending }: Rendered, type: string = htmlType): CachedPage {
  const policy = policyOf(body);
  return {
    body,
    type,
    etag: `"${hash('sha256', body, 'base64url').slice(0, 22)}"`,
    ...(policy !== policyOf('') && { policy }),
    ...(keys && { keys }),
    ...(pending && { pending }),
  };
}

/** The cached page of `key`, or a new one. */
export const cachedPage = (pages: PageCache, key: string, load: () => Promise<CachedPage>): Promise<CachedPage> =>
  pages
    .get(allPages + key, load)
    .catch((error) => (error instanceof UncacheablePage ? error.page : Promise.reject(error)));

/**
 * Answers with a kept page, or with 304. `max-age=0` makes every view ask, because a change must be seen by everybody within
 * two seconds; asking costs a 304.
 */
export function deliver(c: Context, page: CachedPage): Response | Promise<Response> {
  const theme = page.type === htmlType ? themeOf(c) : undefined;
  const shown = theme === undefined ? page : themed(page, theme);
  return represent(c, shown, () => ({
    ...safeHeaders,
    ...(page.policy && { 'content-security-policy': page.policy }),
    ...(shown.keys && surrogateFields(shown.keys, shown.pending && pendingSeconds)),
    'content-type': shown.type,
    // A theme of one's own is for no shared cache.
    'cache-control': theme === undefined ? 'public, max-age=0, stale-while-revalidate=1' : 'private, no-cache',
    vary: 'Cookie',
  }));
}

const inThemes = new WeakMap<CachedPage, Map<ThemeName, CachedPage>>();

function themed(page: CachedPage, theme: ThemeName): CachedPage {
  let known = inThemes.get(page);
  if (!known) inThemes.set(page, (known = new Map()));
  let made = known.get(theme);
  if (!made) {
    const { type, etag } = page;
    known.set(theme, (made = { body: inTheme(page.body, theme), type, etag: etag.replace(/"$/, `-${theme}"`) }));
  }
  return made;
}
