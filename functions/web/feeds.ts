import type { Env } from '@dormouse/runtime/app';
import { AppError, fail } from '@dormouse/runtime/errors';
import { tagSlug } from '@dormouse/runtime/slug';
import type { Context, Hono } from 'hono';
import type { Web } from './dependencies.ts';
import { type FeedEntry, type FeedTopic, sitemap, sitemapIndex, sitemapPart, writeFeed } from './feed.ts';
import { type FeedFormat, feedFormats } from './feed-formats.ts';
import { Moved, movedTo, redirectTo } from './moved.ts';
import { originOf } from './origin.ts';
import { type CachedPage, cachedPage, deliver, pageOf, UncacheablePage } from './pages.ts';
import type { ListQuery, Month, PostSummary, Posts, Tag } from './posts.ts';
import { spelling } from './spelling.ts';
import { totalPosts } from './stats-page.ts';

const feedEntries = 30;
const perRequest = 100;

/** Characters of articles in one feed; posts beyond them have their summaries only. */
const feedLength = 1_000_000;
/** Posts that are read at once for a feed. */
const readAtOnce = 4;

/** What programs read: feeds and the site map. */
export function feeds(
  app: Hono<Env>,
  { posts, categories, articles, pages, site, feedAuthority: authority, hubs }: Web,
): void {
  /** A feed, kept by its path. */
  const feed = async (c: Context, format: FeedFormat, path: string, read: () => Promise<TopicPosts>) => {
    const origin = originOf(c);
    const load = async () => {
      const [settings, { newest, topic }] = await Promise.all([site.current(), read()]);
      const text = writeFeed(
        await withTexts(newest, origin),
        { origin, authority, hubs: hubs.urls, ...settings },
        format,
        topic,
      );
      const page = pageOf(text, `${format.type}; charset=utf-8`);
      if (settings.unread) throw new UncacheablePage(page);
      return page;
    };
    return deliverOrMove(c, cachedPage(pages, `feed ${origin} ${path} ${format.name}`, load));
  };
  const newestOf = (query: Partial<ListQuery>) => posts.list({ limit: feedEntries, ...query });

  /** Posts with their whole texts, as far as these can be had and are not too much. */
  const withTexts = async (newest: readonly PostSummary[], origin: string): Promise<FeedEntry[]> => {
    const { absolute } = await import('./absolute.ts');
    const entries = newest.map((post): FeedEntry => ({ post, html: undefined }));
    const left = [...entries];
    let length = 0;
    const work = async () => {
      for (let entry = left.shift(); entry && length < feedLength; entry = left.shift()) {
        const html = await textOf(entry.post).catch(unlessUnanswered);
        if (html === undefined || (length += html.length) > feedLength) continue;
        entry.html = absolute(html, `${origin}/blog/posts/${encodeURIComponent(entry.post.slug)}`);
      }
    };
    await Promise.all(Array.from({ length: readAtOnce }, work));
    return entries;
  };
  const textOf = async ({ slug }: PostSummary): Promise<string | undefined> => {
    const found = await posts.bySlug(slug);
    return 'moved' in found ? undefined : articles.of(found);
  };

  for (const format of feedFormats) {
    const { file } = format;
    app.get(`/blog/${file}`, (c) => feed(c, format, '', async () => ({ newest: (await newestOf({})).posts })));

    app.get(`/blog/categories/:slug/${file}`, (c) => {
      const slug = c.req.param('slug');
      const path = `/blog/categories/${encodeURIComponent(slug)}`;
      return feed(c, format, path, async () => {
        const category =
          (await categories.all()).find((each) => each.slug === slug) ??
          redirectTo('/blog/categories', await categories.movedTo(slug), `/${file}`);
        const { posts: newest } = await newestOf({ category: slug });
        return { newest, topic: { id: `category:${category.id}`, name: category.name, path } };
      });
    });

    app.get(`/blog/tags/:slug/${file}`, (c) => {
      const tag = tagSlug(c.req.param('slug'));
      const path = `/blog/tags/${encodeURIComponent(tag)}`;
      if (tag !== c.req.param('slug')) return movedTo(c, `${path}/${file}`);
      return feed(c, format, path, async () => {
        const { posts: newest } = await newestOf({ tag });
        if (newest.length === 0) fail('not_found', 'No post has this tag.');
        return { newest, topic: { id: `tag:${encodeURIComponent(tag)}`, name: spelling(newest, tag), path } };
      });
    });
  }

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
    const [found, pages, tags, months] = await Promise.all([
      postsFrom(posts, Math.max(0, part - 1) * sitemapPart),
      part <= 1 ? pagesOf(posts) : [],
      part <= 1 ? posts.tags().catch(withoutTags) : undefined,
      part <= 1 ? monthsOf(posts, (await site.current()).time_zone) : [],
    ]);
    return sitemap([...pages, ...found], origin, tags, months);
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

/** A feed with a summary is better than none. */
function unlessUnanswered(error: unknown): undefined {
  if (!(error instanceof AppError)) throw error;
}

/** A map without the pages of tags is better than none. */
function withoutTags(error: unknown): readonly Tag[] {
  if (error instanceof AppError) return [];
  throw error;
}

/** A map without the months is better than none. */
const monthsOf = (posts: Posts, timeZone: string): Promise<readonly Month[]> =>
  posts.months(timeZone).catch((error) => (error instanceof AppError ? [] : Promise.reject(error)));

/** Pages, as many as a map bears. */
const pagesOf = (posts: Posts): Promise<readonly PostSummary[]> =>
  posts.list({ limit: perRequest, kind: 'page' }).then(({ posts: pages }) => pages);

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
