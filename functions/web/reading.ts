import type { Env } from '@dormouse/runtime/app';
import { AppError, fail } from '@dormouse/runtime/errors';
import { tagSlug } from '@dormouse/runtime/slug';
import { keyOf } from '@dormouse/runtime/surrogate-keys';
import type { Context, Hono } from 'hono';
import { accepts } from 'hono/accepts';
import { archivePage } from './archive-page.ts';
import { authorPage } from './author-page.ts';
import type { Category } from './categories.ts';
import { categoriesPage } from './categories-page.ts';
import { commentTokens } from './comment-tokens.ts';
import { accountsIn, type Comments, uncounted } from './comments.ts';
import { answeredIn, type CommentForm, type CommentsSection, commentsSection } from './comments-section.ts';
import { coversOf } from './cover.ts';
import { claimsSession } from './csrf.ts';
import { monthName } from './dates.ts';
import type { Web } from './dependencies.ts';
import type { FormProblem } from './form-problem.ts';
import { safeHeaders } from './headers.ts';
import { none } from './html.ts';
import type { Viewer } from './layout.ts';
import { listPage } from './list-page.ts';
import { timeOf } from './local-time.ts';
import { Moved, movedTo, redirectTo } from './moved.ts';
import { unread } from './names.ts';
import { type CachedPage, cachedPage, deliver, pageOf, type Rendered, UncacheablePage } from './pages.ts';
import { postPage } from './post-page.ts';
import type { Listing, Neighbours, Post, PostSummary, Versioned } from './posts.ts';
import { mayNamePost, movedFrom } from './redirects.ts';
import type { Session, Sessions } from './session.ts';
import { keysOfNames, keysOfPictures, namesOf, wholeBlog } from './shown.ts';
import type { SiteSettings } from './site.ts';
import { spelling } from './spelling.ts';
import { statsPage, totalPosts } from './stats-page.ts';
import { tagsPage } from './tags-page.ts';
import { mayBeSignedIn, privately, seeOther, viewer, viewerOf } from './viewer.ts';

/** Makes a page, for somebody or for everybody. */
type Render = (settings: SiteSettings, viewer?: Viewer) => Promise<Rendered>;

const frontPage = '/blog/';

/** How many posts a post leads to, and of how many of its category. */
const readNext = 3;
const considered = 20;

/** What a list is limited to, by slug. */
interface Topic {
  category?: string;
  tag?: string;
  /** `2026-11` */
  month?: string;
}

/** Shows a post's page with a comment's form that came back. */
export type PostWithProblem = (
  c: Context,
  slug: string,
  session: Session | undefined,
  sent: { form: CommentForm; problem: FormProblem },
) => Promise<Response>;

/** What of its comments a post's page shows. */
type CommentView = Partial<Pick<CommentsSection, 'form' | 'problem' | 'notice' | 'own'>> & {
  after?: string | undefined;
};

/** Whatever readers see. Without a session these are kept bytes; with one they are made for the reader. */
export function reading(
  app: Hono<Env>,
  { posts, categories, people, displayNames, comments, articles, pictures, pages, site, redirects }: Web,
  sessions: Sessions,
): { showPost: PostWithProblem } {
  const forEverybody = async (render: Render): Promise<CachedPage> => {
    const settings = await site.current();
    const page = pageOf(await render(settings));
    if (settings.unread) throw new UncacheablePage(page);
    return page;
  };

  /** Shows a page: kept under `key` for everybody, made anew for somebody who is logged in. */
  const show = async (c: Context, key: string, render: Render): Promise<Response> => {
    try {
      if (!mayBeSignedIn(c)) return deliver(c, await cachedPage(pages, key, () => forEverybody(render)));
      return privately(c, (await render(await site.current(), await viewerOf(c, sessions))).text);
    } catch (error) {
      if (!(error instanceof Moved)) throw error;
      return movedTo(c, error.to);
    }
  };

  /** Shows a page to one reader, logged in or not. */
  const showPrivately = async (c: Context, render: Render): Promise<Response> => {
    try {
      return privately(c, (await render(await site.current(), await viewerOf(c, sessions))).text);
    } catch (error) {
      if (!(error instanceof Moved)) throw error;
      return movedTo(c, error.to);
    }
  };

  const list = (c: Context, path: string, { category: slug, tag: tagged, month }: Topic = {}): Promise<Response> => {
    const { after, before } = cursors(c);
    const key = `list ${path} ${after ?? ''} ${before ?? ''}`;
    return show(c, key, async (settings, viewer) => {
      const query = {
        limit: settings.posts_per_page,
        ...(path === frontPage && { first: 'featured' as const }),
        ...(after && { after }),
        ...(before && !after && { before }),
        ...(slug !== undefined && { category: slug }),
        ...(tagged !== undefined && { tag: tagged }),
        ...(month !== undefined && (await timesOf(month, settings.time_zone))),
      };
      const [listing, known] = await Promise.all([
        asReader(viewer?.session, (token) => posts.list(query, token)).catch(noSuchPage),
        knownCategories(slug),
      ]);
      const category =
        slug === undefined
          ? undefined
          : (known.find((each) => each.slug === slug) ??
            redirectTo('/blog/categories', await categories.movedTo(slug)));
      // Going back may lead to the beginning, whose page has another address.
      const first = !after && (!before || !listing.newer);
      if (tagged !== undefined && first && listing.posts.length === 0) fail('not_found', 'No post has this tag.');
      if (month !== undefined && first && listing.posts.length === 0) fail('not_found', 'No post is of this month.');
      const tag = tagged === undefined ? undefined : spelling(listing.posts, tagged);
      const named = month && monthName(month, settings.language);
      const ids = listing.posts.map(({ id }) => id);
      const authors = listing.posts.map(({ author }) => author);
      const hashes = coversOf(listing.posts);
      const [counts, names, { pictures: covers, complete }] = await Promise.all([
        settings.comments === 'none' ? undefined : comments.counts(ids),
        displayNames.of(authors),
        pictures.ready(hashes),
      ]);
      const pending = hashes.some((hash) => !covers.has(hash));
      const text = listPage({
        site: settings,
        listing,
        covers,
        categories: known,
        category,
        tag,
        month: named,
        first,
        path,
        ...(counts && { comments: counts }),
        names,
        viewer,
      });
      if ((known === unknown || names === unread || !complete) && !viewer) throw new UncacheablePage(pageOf({ text }));
      if (counts === uncounted) return { text };
      const keys = tagged === undefined ? wholeBlog : [keyOf.blog, keyOf.tag(tagged), ...namesOf(listing.posts)];
      return { text, keys: [...keys, ...keysOfNames(authors), ...keysOfPictures(hashes)], pending };
    });
  };

  /** The categories; on a list of all posts it does without them when they do not answer. */
  const knownCategories = (slug: string | undefined): Promise<readonly Category[]> =>
    slug === undefined
      ? categories.all().catch((error) => (error instanceof AppError ? unknown : Promise.reject(error)))
      : categories.all();

  /** The page of a post that WordPress named by a number at this address. */
  const movedPost = async (c: Context<Env>): Promise<Response | undefined> => {
    const { pathname, search } = new URL(c.req.url);
    const to = mayNamePost(pathname + search) ? await movedFrom(redirects, pathname + search) : undefined;
    return to === undefined ? undefined : movedTo(c, to);
  };

  app.get('/', async (c) => {
    const moved = await movedPost(c);
    if (moved) return moved;
    // The cookie that renews a session does not come to this address, only below /blog.
    if (!mayBeSignedIn(c) && claimsSession(c)) return seeOther(c, '/blog/');
    return list(c, '/blog/');
  });
  app.get('/blog', async (c) => (await movedPost(c)) ?? movedTo(c, '/blog/'));
  app.get('/blog/', async (c) => (await movedPost(c)) ?? list(c, '/blog/'));
  app.get('/blog/categories', (c) =>
    show(c, 'categories', async (settings, viewer) => ({
      text: categoriesPage(settings, await categories.all(), viewer),
      keys: wholeBlog,
    })),
  );
  app.get('/blog/categories/:slug', (c) => {
    const slug = c.req.param('slug');
    return list(c, `/blog/categories/${encodeURIComponent(slug)}`, { category: slug });
  });
  app.get('/blog/tags', (c) =>
    show(c, 'tags', async (settings, viewer) => ({
      text: tagsPage(settings, await posts.tags(), viewer),
      keys: wholeBlog,
    })),
  );
  app.get('/blog/tags/:slug', (c) => {
    const tag = tagSlug(c.req.param('slug'));
    const path = `/blog/tags/${encodeURIComponent(tag)}`;
    return tag === c.req.param('slug') ? list(c, path, { tag }) : movedTo(c, path);
  });

  app.get('/blog/archive', (c) =>
    show(c, 'archive', async (settings, viewer) => ({
      text: archivePage(settings, await posts.months(settings.time_zone), viewer),
      keys: wholeBlog,
    })),
  );
  app.get('/blog/archive/:year/:month', (c) => {
    const { year, month } = c.req.param();
    if (!/^[1-9]\d{3}$/.test(year) || !/^(?:0[1-9]|1[0-2])$/.test(month)) fail('not_found', 'There is no such month.');
    return list(c, `/blog/archive/${year}/${month}`, { month: `${year}-${month}` });
  });

  app.get('/blog/authors/:name', (c) => {
    const name = c.req.param('name');
    const { after, before } = cursors(c);
    return show(c, `author ${name} ${after ?? ''} ${before ?? ''}`, async (settings, viewer) => {
      const query = {
        limit: settings.posts_per_page,
        author: name,
        ...(after && { after }),
        ...(before && !after && { before }),
      };
      const [listing, profile] = await Promise.all([
        asReader(viewer?.session, (token) => posts.list(query, token)).catch(noSuchPage),
        people.profile(name).catch((error) => (error instanceof AppError ? error : Promise.reject(error))),
      ]);
      const found = profile instanceof AppError ? undefined : profile;
      if (found && found.username !== name) redirectTo('/blog/authors', found.username);
      if (profile === undefined && listing.posts.length === 0) fail('not_found', 'There is no such author.');
      const first = !after && (!before || !listing.newer);
      const named = [...new Set([...(found?.picture ? [found.picture] : []), ...coversOf(listing.posts)])];
      const { pictures: covers, complete } = await pictures.ready(named);
      const text = authorPage({ site: settings, name, profile: found, listing, covers, first, viewer });
      if ((profile instanceof AppError || !complete) && !viewer) throw new UncacheablePage(pageOf({ text }));
      const keys = [keyOf.blog, keyOf.author(name), ...namesOf(listing.posts), ...keysOfPictures(named)];
      return { text, keys, pending: named.some((hash) => !covers.has(hash)) };
    });
  });

  app.get('/blog/posts/:slug', async (c) => {
    const slug = c.req.param('slug');
    const { key, ...view } = commentViewOf(c);
    const page: Render = async (settings, viewer) => {
      articles.prepare();
      const found = await asReader(viewer?.session, (token) => posts.bySlug(slug, token));
      return 'moved' in found ? redirectTo('/blog/posts', found.moved) : await postOf(settings, found, viewer, view);
    };
    return view.own.size === 0 ? show(c, `post ${slug}${key}`, page) : showPrivately(c, page);
  });

  app.get('/blog/previews/:key', async (c) => {
    const found = await posts.byPreview(c.req.param('key'));
    if (found.post.status === 'published') return seeOther(c, `/blog/posts/${encodeURIComponent(found.post.slug)}`);
    articles.prepare();
    return showPrivately(c, (settings, viewer) => postOf(settings, found, viewer, {}, true));
  });

  const showPost: PostWithProblem = async (c, slug, session, sent) => {
    const found = await posts.bySlug(slug, session?.token);
    if ('moved' in found) return movedTo(c, `/blog/posts/${encodeURIComponent(found.moved)}`);
    const { text } = await postOf(await site.current(), found, viewer(c, session), sent);
    return privately(c, text, sent.problem.status, sent.problem.headers);
  };

  /** A post's page; one whose pictures or comments could not be asked for is not kept. */
  const postOf = async (
    site: SiteSettings,
    found: Versioned,
    viewer: Viewer | undefined,
    view: CommentView,
    isPreview = false,
  ): Promise<Rendered> => {
    const takesComments = site.comments !== 'none' && found.post.kind === 'post' && found.post.status === 'published';
    const [{ complete, named, pending, ...parts }, shown] = await Promise.all([
      around(found),
      takesComments ? comments.of(found.post.id, view.after) : undefined,
    ]);
    const called = [found.post.author, ...accountsIn(shown?.comments ?? [])];
    const next = related(found.post, parts.others);
    const hashes = coversOf(next);
    const [names, covers] = await Promise.all([
      displayNames.of([...called, ...(viewer?.session ? [viewer.session.name] : [])]),
      pictures.ready(hashes),
    ]);
    const section = takesComments
      ? commentsSection({
          ...view,
          site,
          post: found.post,
          comments: shown,
          render: shown?.comments.length ? (await import('./comment-markdown.ts')).renderComment : String,
          viewer,
          names,
          first: view.after === undefined,
        })
      : none;
    const text = postPage({
      site,
      post: found.post,
      ...parts,
      others: next,
      covers: covers.pictures,
      names,
      comments: section,
      viewer,
      isPreview,
    });
    const isWhole =
      parts.article.complete &&
      complete &&
      covers.complete &&
      names !== unread &&
      (!takesComments || (shown !== undefined && !isStray(shown, view.form)));
    if (!isWhole && !viewer) throw new UncacheablePage(pageOf({ text }));
    // A shared cache would keep what is missing here for a day.
    if (parts.others === noOthers || parts.beside === noNeighbours) return { text };
    const { older, newer } = parts.beside;
    const beside = [older, newer].flatMap((each) => (each ? [keyOf.post(each.id)] : []));
    const newest =
      found.post.kind === 'page' ? [] : [keyOf.newestOf(found.post.category.id), keyOf.beside(found.post.id)];
    // One that is not shown could have kept another one out.
    const looked = parts.others.map(({ id }) => keyOf.post(id));
    const keys = new Set([keyOf.blog, ...namesOf([found.post, ...next]), ...looked, ...newest, ...beside]);
    return {
      text,
      keys: [...keys, ...keysOfNames(called), ...keysOfPictures([...new Set([...named, ...hashes])])],
      pending: pending || hashes.some((hash) => !covers.pictures.has(hash)),
    };
  };

  /** What a post's page shows besides the post. */
  const around = async (found: Versioned) => {
    const [article, { pictures: covers, complete }, others, beside] = await Promise.all([
      articles.of(found).then(pictures.show),
      pictures.ready(coversOf([found.post])),
      othersOf(found.post),
      besideOf(found.post),
    ]);
    const cover = covers.get(found.post.cover ?? '');
    const named = [...new Set([...coversOf([found.post]), ...article.named])];
    const pending = article.pending || (found.post.cover !== null && !cover);
    return { article, cover, complete, named, pending, others, beside };
  };

  /** What was written before and after; the page does without when it does not come. */
  const besideOf = async ({ id, kind, status }: Post): Promise<Neighbours> => {
    if (kind === 'page' || status === 'draft') return { newer: null, older: null };
    return posts.neighbours(id).catch((error) => (error instanceof AppError ? noNeighbours : Promise.reject(error)));
  };

  /** Others of a post's category, the newest first; the page does without them when they do not come. */
  const othersOf = async ({ id, kind, category }: Post): Promise<readonly PostSummary[]> => {
    if (kind === 'page') return [];
    try {
      const { posts: newest } = await posts.list({ limit: considered, category: category.slug });
      return newest.filter((each) => each.id !== id);
    } catch (error) {
      if (error instanceof AppError) return noOthers;
      throw error;
    }
  };

  app.get('/stats', async (c) => {
    if (accepts(c, statsForms) === 'text/html') {
      const page = await show(c, 'stats', async (settings, viewer) => ({
        text: statsPage(settings, await categories.all(), viewer),
        keys: wholeBlog,
      }));
      page.headers.append('vary', 'Accept');
      return page;
    }
    const all = await categories.all();
    return Response.json(
      { posts: totalPosts(all), categories: all.length },
      { headers: { ...safeHeaders, 'cache-control': 'no-cache', vary: 'Accept' } },
    );
  });

  return { showPost };
}

/** Whether an address names comments that are not there: there is no end of such, and they show what the post's own address shows. */
const isStray = ({ comments, stray }: Comments, form: CommentView['form']): boolean =>
  stray === true || (form?.parent !== undefined && answeredIn(comments, form.parent) === undefined);

/** Which comments a post's page shows, and a key for it; other parameters change nothing, and so make no other pages. */
function commentViewOf(c: Context): CommentView & { key: string; own: ReadonlySet<number> } {
  const own = new Set(commentTokens(c).keys());
  if (!c.req.url.includes('?')) return { key: '', own };
  const after = /^\d{1,15}-\d{1,15}$/.exec(c.req.query('comments') ?? '')?.[0];
  const parent = /^\d{1,15}$/.exec(c.req.query('answer') ?? '')?.[0];
  const notice = c.req.query('comment') === 'held' ? ('held' as const) : undefined;
  const key = [after, parent && `answer ${parent}`, notice].map((part) => (part ? ` ${part}` : '')).join('');
  return { key, own, after, notice, ...(parent && { form: { parent } }) };
}

/** Of others, the newest first, those with most tags of a post. */
function related({ tags }: Post, others: readonly PostSummary[]): readonly PostSummary[] {
  const own = new Set(tags.map(tagSlug));
  const shared = (other: PostSummary) => other.tags.filter((tag) => own.has(tagSlug(tag))).length;
  return [...others].sort((a, b) => shared(b) - shared(a)).slice(0, readNext);
}

/** The first moment of a month, and of the next. */
async function timesOf(month: string, timeZone: string): Promise<{ from: string; until: string }> {
  const [year = 0, number = 0] = month.split('-').map(Number);
  const next =
    number === 12 ? `${String(year + 1).padStart(4, '0')}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
  const begin = (of: string) => timeOf(`${of}-01T00:00`, timeZone);
  return { from: await begin(month), until: await begin(next) };
}

const statsForms = {
  header: 'Accept',
  supports: ['application/json', 'text/html'],
  default: 'application/json',
} satisfies Parameters<typeof accepts>[1];

/** Stand for categories and posts that did not answer. */
const unknown: readonly Category[] = [];
const noOthers: readonly PostSummary[] = [];
const noNeighbours: Neighbours = { newer: null, older: null };

/** Reads with the caller's token; anonymously when it is no longer valid. */
async function asReader<T>(session: Session | undefined, read: (token?: string) => Promise<T>): Promise<T> {
  if (!session) return read();
  return read(session.token).catch((error) =>
    error instanceof AppError && error.status === 401 ? read() : Promise.reject(error),
  );
}

/** A cursor that cannot be one is an address that does not exist. */
const noSuchPage = (error: unknown): Promise<Listing> =>
  error instanceof AppError && (error.code === 'invalid' || error.code === 'malformed')
    ? fail('not_found', 'There is no such page.')
    : Promise.reject(error);

/** The place in a list; other parameters change nothing, and so make no other pages. */
function cursors(c: Context): { after?: string; before?: string } {
  if (!c.req.url.includes('?')) return {};
  const after = c.req.query('after');
  const before = c.req.query('before');
  return { ...(after && after.length <= 512 && { after }), ...(before && before.length <= 512 && { before }) };
}
