import type { Logger } from '@dormouse/runtime/log';
import { oldPath } from '@dormouse/runtime/old-path';
import type { Sql } from '@dormouse/runtime/sql-types';

/** Where addresses of before lead. */
export interface Redirects {
  /** Slug of the post that had a path, as oldPath writes it. Never rejects: without the database nothing has moved. */
  slugAt(path: string): Promise<string | undefined>;
}

/** Asks the database, without waking posts: its function is all of posts that web's role can use. */
export const redirectsIn = (sql: Sql, log: Pick<Logger, 'warn'>): Redirects => ({
  async slugAt(path) {
    try {
      const [row] = await sql<{ slug: string | null }[]>`SELECT posts.slug_at(${path}) AS slug`;
      return row?.slug ?? undefined;
    } catch (error) {
      log.warn({ error }, 'whether an address has moved cannot be asked');
      return undefined;
    }
  },
});

/** Where other programs have their feeds. */
const feeds = new Set([
  '/feed',
  '/feed/atom',
  '/feed/rss',
  '/rss',
  '/rss.xml',
  '/atom.xml',
  '/feed.xml',
  '/feed.atom',
  '/index.xml',
  '/posts/index.xml',
]);

/**
 * Where the page of an address is now that has none here: always a post's page or the feed, so that no address leads to another
 * site, and none to itself. @param address path, with its query where that may name a post
 */
export async function movedFrom(redirects: Redirects, address: string): Promise<string | undefined> {
  const named = mayNamePost(address) ? oldPath(address) : undefined;
  const path = oldPath(address.replace(/\?.*$/s, ''));
  if (path !== undefined && feeds.has(path.replace(/^\/blog(?=\/)/, ''))) return '/blog/feed.xml';
  for (const each of new Set([named, path])) {
    const slug = each === undefined ? undefined : await redirects.slugAt(each);
    const to = slug === undefined ? undefined : `/blog/posts/${encodeURIComponent(slug)}`;
    if (to !== undefined && oldPath(to) !== path) return to;
  }
  return undefined;
}

/** Whether an address may be the one that WordPress gives each post besides its own: its start page with a number. */
export const mayNamePost = (address: string): boolean => /\/(?:index\.php)?\?(?:.*&)?(?:p|page_id)=\d/s.test(address);
