import type { Env } from '@dormouse/runtime/app';
import { AppError, fail } from '@dormouse/runtime/errors';
import { originOf } from '@dormouse/runtime/origin';
import { tagSlug } from '@dormouse/runtime/slug';
import { keyOf } from '@dormouse/runtime/surrogate-keys';
import type { Context, Hono } from 'hono';
import { accountsIn } from './comments.ts';
import { commentsFeed, commentsFeedFile } from './comments-feed.ts';
import { coversOf, jpegOf } from './cover.ts';
import type { Web } from './dependencies.ts';
import { type FeedEntry, type FeedTopic, sitemap, sitemapIndex, sitemapPart, writeFeed } from './feed.ts';
import { type FeedFormat, feedFormats } from './feed-formats.ts';
import { Moved, movedTo, redirectTo } from './moved.ts';
import { unread } from './names.ts';
import { type CachedPage, cachedPage, deliver, pageOf, type Rendered, UncacheablePage } from './pages.ts';
import type { ListQuery, PostSummary, Posts } from './posts.ts';
import { keysOfNames, keysOfPictures, namesOf, wholeBlog } from './shown.ts';
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
  {
    posts,
    categories,
    people,
    displayNames,
    comments,
    articles,
    pictures,
    postPictures,
    pages,
    site,
    feedAuthority: authority,
    hubs,
  }: Web,
): void {
  /** A feed, kept by its path. */
  const feed = async (c: Context, format: FeedFormat, path: string, read: () => Promise<TopicPosts>) => {
    const origin = originOf(c);
    const load = async () => {
      const [settings, { newest, topic, keys }] = await Promise.all([site.current(), read()]);
      const named = coversOf(newest);
      const authors = newest.map(({ author }) => author);
      const [{ entries, complete }, covers, names] = await Promise.all([
        withTexts(newest, origin),
        pictures.ready(named),
        displayNames.of(authors),
      ]);
      const text = writeFeed(
        entries.map((entry) => ({ ...entry, cover: covers.pictures.get(entry.post.cover ?? '') })),
        { origin, authority, hubs: hubs.urls, names, ...settings },
        format,
        topic,
      );
      const pending = named.some((hash) => !covers.pictures.has(hash));
      const shown = complete ? { keys: [...keys, ...keysOfNames(authors), ...keysOfPictures(named)], pending } : {};
      const page = pageOf({ text, ...shown }, `${format.type}; charset=utf-8`);
      if (settings.unread || !covers.complete || names === unread) throw new UncacheablePage(page);
      return page;
    };
    return deliverOrMove(c, cachedPage(pages, `feed ${origin} ${path} ${format.name}`, load));
  };
  const newestOf = (query: Partial<ListQuery>) => posts.list({ limit: feedEntries, ...query });

  /** Posts with their whole texts, as far as these can be had and are not too much. */
  const withTexts = async (newest: readonly PostSummary[], origin: string) => {
    const { absolute } = await import('./absolute.ts');
    const entries = newest.map((post): FeedEntry => ({ post, html: undefined }));
    const left = [...entries];
    let length = 0;
    let complete = true;
    const work = async () => {
      for (let entry = left.shift(); entry && length < feedLength; entry = left.shift()) {
        const html = await textOf(entry.post).catch((error) => {
          complete = false;
          unlessUnanswered(error);
        });
        if (html === undefined || (length += html.length) > feedLength) continue;
        entry.html = absolute(html, `${origin}/blog/posts/${encodeURIComponent(entry.post.slug)}`);
      }
    };
    await Promise.all(Array.from({ length: readAtOnce }, work));
    return { entries, complete };
  };
  const textOf = async ({ slug }: PostSummary): Promise<string | undefined> => {
    const found = await posts.bySlug(slug);
    return 'moved' in found ? undefined : articles.of(found);
  };

  /** What a part of an address limits a feed to; `moved` where it has another name now. */
  const limits = {
    async categories(slug: string, moved: (to: string) => never) {
      const category =
        (await categories.all()).find((each) => each.slug === slug) ?? moved(await categories.movedTo(slug));
      return { query: { category: slug }, id: `category:${category.id}`, name: () => category.name };
    },
    async tags(slug: string) {
      const name = (newest: readonly PostSummary[]) => spelling(newest, slug);
      return { query: { tag: slug }, id: `tag:${encodeURIComponent(slug)}`, name };
    },
    async authors(name: string, moved: (to: string) => never) {
      const profile = await people.profile(name).catch(unlessUnanswered);
      if (profile && profile.username !== name) moved(profile.username);
      const shown = profile?.display_name ?? name;
      return { query: { author: name }, id: `author:${encodeURIComponent(name)}`, name: () => shown };
    },
  };

  /** The posts of what an address names; of two names, those that are of both. */
  const postsOf = async (named: readonly Named[], file: string): Promise<TopicPosts> => {
    const found = await Promise.all(
      named.map(({ kind, name }, index) =>
        limits[kind](name, (to) =>
          redirectTo(`/blog${pathOf(named.slice(0, index))}/${kind}`, to, `${pathOf(named.slice(index + 1))}/${file}`),
        ),
      ),
    );
    const { posts: newest } = await newestOf(Object.assign({}, ...found.map(({ query }) => query)));
    // A category is there without posts, too.
    if (newest.length === 0 && (named.length > 1 || named[0]?.kind !== 'categories'))
      fail('not_found', 'There are no such posts.');
    const topic = {
      id: found.map(({ id }) => id).join(':'),
      name: found.map(({ name }) => name(newest)).join(' · '),
      path: `/blog${pathOf(named)}`,
      // There is no page of two of them.
      page: `/blog${pathOf(named.slice(0, 1))}`,
    };
    const keys = named.flatMap(({ kind, name }) =>
      kind === 'tags' ? [keyOf.tag(name)] : kind === 'authors' ? [keyOf.author(name)] : [keyOf.posts],
    );
    return { newest, topic, keys: [keyOf.blog, ...keys, ...namesOf(newest)] };
  };

  const folders = [
    ['categories'],
    ['tags'],
    ['authors'],
    ['categories', 'tags'],
    ['authors', 'categories'],
    ['authors', 'tags'],
  ] as const satisfies Kind[][];

  for (const format of feedFormats) {
    const { file } = format;
    app.get(`/blog/${file}`, (c) =>
      feed(c, format, '', async () => ({ newest: (await newestOf({})).posts, keys: wholeBlog })),
    );
    for (const kinds of folders)
      app.get(`/blog/${kinds.map((kind) => `${kind}/:${kind}`).join('/')}/${file}`, (c) => {
        const given = kinds.map((kind): Named => ({ kind, name: c.req.param(kind) as string }));
        const named = given.map(({ kind, name }) => ({ kind, name: kind === 'tags' ? tagSlug(name) : name }));
        const path = `/blog${pathOf(named)}`;
        if (named.some(({ name }, index) => name !== given[index]?.name)) return movedTo(c, `${path}/${file}`);
        return feed(c, format, path, () => postsOf(named, file));
      });
  }

  app.get(`/blog/posts/:slug/comments/${commentsFeedFile}`, (c) => {
    const slug = c.req.param('slug');
    const origin = originOf(c);
    const load = async () => {
      const [settings, found] = await Promise.all([site.current(), posts.bySlug(slug)]);
      if ('moved' in found) redirectTo('/blog/posts', found.moved, `/comments/${commentsFeedFile}`);
      const { post } = found;
      if (settings.comments === 'none' || post.kind === 'page' || post.status === 'draft')
        fail('not_found', 'This post takes no comments.');
      const newest = (await comments.newest(post.id)) ?? fail('unavailable', 'The comments cannot be read now.');
      const [{ absolute }, { renderComment }] = await Promise.all([
        import('./absolute.ts'),
        import('./comment-markdown.ts'),
      ]);
      const page = `${origin}/blog/posts/${encodeURIComponent(post.slug)}`;
      const shown = newest.map((each) => ({ ...each, html: absolute(renderComment(each.content), page) }));
      const accounts = accountsIn(newest);
      const names = await displayNames.of(accounts);
      const text = commentsFeed({ site: settings, origin, authority, post, comments: shown, names });
      const keys = [keyOf.blog, keyOf.post(post.id), ...keysOfNames(accounts)];
      const made = pageOf({ text, keys }, 'application/atom+xml; charset=utf-8');
      if (settings.unread || names === unread) throw new UncacheablePage(made);
      return made;
    };
    return deliverOrMove(c, cachedPage(pages, `feed ${origin} ${slug} comments`, load));
  });

  app.get('/sitemap.xml', async (c) => {
    const origin = originOf(c);
    const part = c.req.query('part') ?? '';
    if (part !== '' && !/^[1-9]\d{0,4}$/.test(part)) fail('not_found', 'There is no such site map.');
    const load = async () => pageOf(await siteMap(Number(part), origin), 'application/xml; charset=utf-8');
    return deliver(c, await cachedPage(pages, `sitemap ${origin} ${part}`, load));
  });

  /** The whole map while it fits into one, else (part 0) the list of its parts. */
  const siteMap = async (part: number, origin: string): Promise<Rendered> => {
    const parts = Math.ceil(totalPosts(await categories.all()) / sitemapPart);
    if (part === 0 && parts > 1) return { text: sitemapIndex(parts, origin), keys: wholeBlog };
    if (part > Math.max(parts, 1)) fail('not_found', 'There is no such site map.');
    const [found, pages, tags, months] = await Promise.all([
      postsFrom(posts, Math.max(0, part - 1) * sitemapPart),
      part <= 1 ? pagesOf(posts) : [],
      part <= 1 ? posts.tags().catch(withoutThem) : undefined,
      part <= 1 ? posts.months((await site.current()).time_zone).catch(withoutThem) : [],
    ]);
    const all = [...pages, ...found];
    const { shown, complete, pending } = await picturesIn(all);
    const picturesOf = ({ id }: PostSummary) => shown.get(id) ?? [];
    const text = sitemap({ posts: all, tags, months, picturesOf }, origin);
    if (tags === missing || months === missing || !complete) return { text };
    return { text, keys: [...wholeBlog, keyOf.pictures], pending };
  };

  /** Paths of the pictures that pages of posts show, covers first, by post: those that are there. */
  const picturesIn = async (all: readonly PostSummary[]) => {
    const texts = await postPictures.of(all.map(({ id }) => id));
    const named = new Map(
      all.map(({ id, cover }) => [id, [...new Set([...(cover ? [cover] : []), ...(texts?.get(id) ?? [])])]]),
    );
    const hashes = [...new Set([...named.values()].flat())];
    const ready = new Set<string>();
    let complete = texts !== undefined;
    // A map without its pictures is better than none.
    for (let at = 0; complete && at < hashes.length; at += perRequest) {
      const some = await pictures.ready(hashes.slice(at, at + perRequest));
      for (const hash of some.pictures.keys()) ready.add(hash);
      complete = some.complete;
    }
    const shown = new Map(
      [...named].map(([id, ofPost]) => [id, ofPost.filter((hash) => ready.has(hash)).map((hash) => jpegOf({ hash }))]),
    );
    return { shown, complete, pending: ready.size < hashes.length };
  };
}

type Kind = 'categories' | 'tags' | 'authors';

/** A part of an address. */
interface Named {
  kind: Kind;
  name: string;
}

const pathOf = (named: readonly Named[]): string =>
  named.map(({ kind, name }) => `/${kind}/${encodeURIComponent(name)}`).join('');

interface TopicPosts {
  newest: readonly PostSummary[];
  topic?: FeedTopic;
  keys: readonly string[];
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

/** Stands for tags and months that did not come. A map without their pages is better than none. */
const missing: readonly never[] = [];
const withoutThem = (error: unknown): typeof missing => {
  if (error instanceof AppError) return missing;
  throw error;
};

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
