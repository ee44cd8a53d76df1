import type { Env } from '@dormouse/runtime/app';
import { AppError, fail } from '@dormouse/runtime/errors';
import { tagSlug } from '@dormouse/runtime/slug';
import type { Context, Hono } from 'hono';
import type { Web } from './dependencies.ts';
import { atomFeed, type FeedTopic, sitemap, sitemapIndex, sitemapPart } from './feed.ts';
import { Moved, movedTo, redirectTo } from './moved.ts';
import { originOf } from './origin.ts';
import { type CachedPage, cachedPage, deliver, pageOf, UncacheablePage } from './pages.ts';
import type { ListQuery, PostSummary, Posts, Tag } from './posts.ts';
import { spelling } from './spelling.ts';
import { totalPosts } from './stats-page.ts';

const feedEntries = 30;
const perRequest = 100;

/** What programs read: feeds and the site map. */
export function feeds(app: Hono<Env>, { posts, categories, pages, site, feedAuthority: authority }: Web): void {
  /** A feed, kept by its path. */
  const feed = async (c: Context, path: string, read: () => Promise<TopicPosts>): Promise<Response> => {
    const origin = originOf(c);
    const load = async () => {
      const [settings, { newest, topic }] = await Promise.all([site.current(), read()]);
      const xml = atomFeed(newest, { origin, authority, ...settings }, topic);
      const page = pageOf(xml, 'application/atom+xml; charset=utf-8');
      if (settings.unread) throw new UncacheablePage(page);
      return page;
    };
    return deliverOrMove(c, cachedPage(pages, `feed ${origin} ${path}`, load));
  };
  const newestOf = (query: Partial<ListQuery>) => posts.list({ limit: feedEntries, ...query });

  app.get('/blog/feed.xml', (c) => feed(c, '', async () => ({ newest: (await newestOf({})).posts })));

  app.get('/blog/categories/:slug/feed.xml', (c) => {
    const slug = c.req.param('slug');
    const path = `/blog/categories/${encodeURIComponent(slug)}`;
    return feed(c, path, async () => {
      const category =
        (await categories.all()).find((each) => each.slug === slug) ??
        redirectTo('/blog/categories', await categories.movedTo(slug), '/feed.xml');
      const { posts: newest } = await newestOf({ category: slug });
      return { newest, topic: { id: `category:${category.id}`, name: category.name, path } };
    });
  });

  app.get('/blog/tags/:slug/feed.xml', (c) => {
    const tag = tagSlug(c.req.param('slug'));
    const path = `/blog/tags/${encodeURIComponent(tag)}`;
    if (tag !== c.req.param('slug')) return movedTo(c, `${path}/feed.xml`);
    return feed(c, path, async () => {
      const { posts: newest } = await newestOf({ tag });
      if (newest.length === 0) fail('not_found', 'No post has this tag.');
      return { newest, topic: { id: `tag:${encodeURIComponent(tag)}`, name: spelling(newest, tag), path } };
    });
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
    const [found, tags] = await Promise.all([
      postsFrom(posts, Math.max(0, part - 1) * sitemapPart),
      part <= 1 ? posts.tags().catch(withoutTags) : undefined,
    ]);
    return sitemap(found, origin, tags);
  };
}

interface TopicPosts {
  newest: readonly PostSummary[];
  topic?: FeedTopic;
}

async function deliverOrMove(c: Context, page: Promise<CachedPage>): Promise<Response> {
  try {
    return deliver(c, await page);
  } catch (error) {
    if (!(error instanceof Moved)) throw error;
    return movedTo(c, error.to);
  }
}

/** A map without the pages of tags is better than none. */
function withoutTags(error: unknown): readonly Tag[] {
  if (error instanceof AppError) return [];
  throw error;
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
