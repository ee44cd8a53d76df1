import type { Env } from '@dormouse/runtime/app';
import { fail } from '@dormouse/runtime/errors';
import type { Hono } from 'hono';
import type { Web } from './dependencies.ts';
import { atomFeed, sitemap, sitemapIndex, sitemapPart } from './feed.ts';
import { originOf } from './origin.ts';
import { cachedPage, deliver, pageOf, UncacheablePage } from './pages.ts';
import type { PostSummary, Posts } from './posts.ts';
import { totalPosts } from './stats-page.ts';

const feedEntries = 30;
const perRequest = 100;

/** What programs read: the feed and the site map. */
export function feeds(app: Hono<Env>, { posts, categories, pages, site, feedAuthority: authority }: Web): void {
  app.get('/blog/feed.xml', async (c) => {
    const origin = originOf(c);
    const load = async () => {
      const [settings, { posts: newest }] = await Promise.all([site.current(), posts.list({ limit: feedEntries })]);
      const feed = atomFeed(newest, { origin, authority, ...settings });
      const page = pageOf(feed, 'application/atom+xml; charset=utf-8');
      if (settings.unread) throw new UncacheablePage(page);
      return page;
    };
    return deliver(c, await cachedPage(pages, `feed ${origin}`, load));
  });

  app.get('/sitemap.xml', async (c) => {
    const origin = originOf(c);
    const part = c.req.query('part') ?? '';
    if (part !== '' && !/^[1-9]\d{0,4}$/.test(part)) fail('not_found', 'There is no such site map.');
    const load = async () => pageOf(await siteMap(Number(part), origin), 'application/xml; charset=utf-8');
    return deliver(c, await cachedPage(pages, `sitemap ${origin} ${part}`, load));
  });

  /** The whole map while it fits into one, else (part 0) the list of its parts. */
  const siteMap = async (part: number, origin: string): Promise<string> => {
    const parts = Math.ceil(totalPosts(await categories.all()) / sitemapPart);
    if (part === 0 && parts > 1) return sitemapIndex(parts, origin);
    if (part > Math.max(parts, 1)) fail('not_found', 'There is no such site map.');
    return sitemap(await postsFrom(posts, Math.max(0, part - 1) * sitemapPart), origin, part <= 1);
  };
}

/** At most one part's posts: a jump to its beginning, then by cursor. */
async function postsFrom(posts: Posts, offset: number): Promise<PostSummary[]> {
  const found: PostSummary[] = [];
  for (let after: string | undefined; found.length < sitemapPart; ) {
    const page = await posts.list({ limit: perRequest, ...(after ? { after } : offset > 0 && { offset }) });
    found.push(...page.posts);
    if (!(after = page.older)) break;
  }
  return found;
}
