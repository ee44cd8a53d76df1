import { cache } from '@dormouse/runtime/cache';
import type { Caller, Role } from '@dormouse/runtime/caller';
import { demandDescribed } from '@dormouse/runtime/described.fixture';
import { fail } from '@dormouse/runtime/errors';
import type { Limiter } from '@dormouse/runtime/limiter';
import type { Outbox } from '@dormouse/runtime/outbox';
import { api } from './api.ts';
import { createApp } from './app.ts';
import type { DeletedPosts, WholeDeletedPost } from './deleted-store.ts';
import { type CachedBody, cachedBody, type Post } from './post.ts';
import type { Filter, IdempotencyKey, NewPost, Posts } from './store.ts';

export const caller = (id: number, name: string, role: Role, ...scopes: string[]): Caller => ({
  id,
  name,
  role,
  scopes,
  jti: name,
  exp: 9e9,
  token: name,
});

/** Tokens are the names of these. */
const callers: Record<string, Caller> = {
  ann: caller(1, 'ann', 'author'),
  bob: caller(2, 'bob', 'author'),
  eve: caller(3, 'eve', 'editor'),
  rob: caller(4, 'rob', 'reader'),
  imp: caller(5, 'imp', 'admin', 'import'),
  ops: caller(6, 'ops', 'operator'),
  reads: { ...caller(1, 'ann', 'author', 'posts:read'), limited: true },
  writes: { ...caller(1, 'ann', 'author', 'posts:write'), limited: true },
};

export const somePost = (post: Partial<Post> = {}): Post => ({
  id: 1,
  version: 1,
  authorId: 1,
  author: 'ann',
  byline: [],
  tags: [],
  title: 'A title',
  slug: 'a-title',
  excerpt: 'Text.',
  status: 'published',
  kind: 'post',
  lang: null,
  cover: null,
  coverAlt: '',
  featured: false,
  category: { id: 7, version: 1, name: 'News', slug: 'news', color: '#123456' },
  createdAt: new Date('2026-01-02T03:04:05.678Z'),
  publishedAt: new Date('2026-01-02T03:04:05.678Z'),
  updatedAt: new Date('2026-01-02T03:04:05.678Z'),
  content: 'Text.',
  summary: '',
  ...post,
});

const pick = ({ id, title, slug, lang }: Post) => ({ id, title, slug, lang });

/** Posts in an array, as far as app.ts can tell the difference. */
function fakePosts(kept: Post[] = []) {
  const calls: { filters: Filter[]; created: NewPost[]; idempotencyKey: (IdempotencyKey | undefined)[]; gets: number } =
    {
      filters: [],
      created: [],
      idempotencyKey: [],
      gets: 0,
    };
  const leads = new Map<string, number>();
  const gone: WholeDeletedPost[] = [];
  const previews = new Map<number, string>();
  const at = (id: number) => kept.find((post) => post.id === id) ?? fail('not_found', 'There is no such post.');
  const posts: Posts = {
    async list(filter) {
      calls.filters.push(filter);
      const found = kept
        .filter((post) => [post.status, 'all'].includes(filter.status) && (filter.kind ?? post.kind) === post.kind)
        .slice(filter.offset, filter.offset + filter.limit);
      const leading = filter.first && { leading: kept.filter(({ featured }) => featured).slice(0, 3) };
      return { posts: found, more: kept.length > filter.offset + filter.limit, ...leading };
    },
    async counts({ author }) {
      const { length } = kept.filter((post) => (author ?? post.author) === post.author);
      return { all: length, drafts: 0, scheduled: 0, published: length, pages: 0 };
    },
    async get(id) {
      calls.gets++;
      return kept.find((post) => post.id === id);
    },
    async bySlug(slug) {
      if (/[\u0000\p{Surrogate}]/u.test(slug)) throw new Error('PostgreSQL would refuse this');
      return kept.find((post) => post.slug === slug || slug === `old-${post.slug}`);
    },
    byPreview: async (key) => kept.find(({ id }) => previews.get(id) === key),
    preview: async (id) => previews.get(id) ?? null,
    async makePreview(id) {
      if (!previews.has(id)) previews.set(id, `${previews.size}`.padStart(24, 'k'));
      return previews.get(id) as string;
    },
    endPreview: async (id) => void previews.delete(id),
    ofAuthor: async ({ id }, after) => kept.filter((post) => post.authorId === id && post.id > after).slice(0, 20),
    async create(post, idempotencyKey) {
      calls.created.push(post);
      calls.idempotencyKey.push(idempotencyKey);
      const made = somePost({
        id: kept.length + 1,
        title: post.title,
        status: post.status,
        kind: post.kind ?? 'post',
        lang: post.lang ?? null,
        cover: post.cover ?? null,
        coverAlt: post.coverAlt ?? '',
        summary: post.summary ?? '',
        featured: post.featured ?? false,
        author: post.author,
        authorId: post.authorId,
      });
      kept.push(made);
      const due = post.publishedAt ?? null;
      return {
        ...cachedBody(made),
        id: made.id,
        status: post.status,
        due,
        outcome: post.source === 'again' ? 'known' : 'new',
      };
    },
    async change(id, _editor, { title, status }, allow) {
      const before = at(id);
      allow(before);
      const after = { ...before, version: before.version + 1, ...(title && { title }), ...(status && { status }) };
      kept[kept.indexOf(before)] = after;
      return { before, after };
    },
    async remove(id, editor, allow) {
      const before = at(id);
      allow(before);
      kept.splice(kept.indexOf(before), 1);
      gone.push({ ...before, categoryName: before.category.name, deletedAt: new Date(), deletedBy: editor });
      return before;
    },
    async restore(id, _editor, allow) {
      const found = gone.find((post) => post.id === id) ?? fail('not_found', 'There is no such deleted post.');
      allow(found);
      const { categoryName: _name, deletedAt: _at, deletedBy: _by, ...post } = found;
      gone.splice(gone.indexOf(found), 1);
      const restored = somePost({ ...post, version: post.version + 2 });
      kept.push(restored);
      return restored;
    },
    activeAuthors: async () => new Set(kept.map(({ authorId }) => authorId)).size,
    tellMoved: async () => 0,
    async disown({ id }) {
      for (const post of kept)
        if (post.authorId === id) Object.assign(post, { authorId: 0, author: 'deleted account' });
    },
    async publishDue() {
      const due = kept.filter(
        ({ status, publishedAt }) => status === 'draft' && publishedAt && +publishedAt <= Date.now(),
      );
      for (const post of due) kept[kept.indexOf(post)] = { ...post, status: 'published', version: post.version + 1 };
      return due;
    },
    nextDue: async () =>
      kept.flatMap(({ status, publishedAt }) => (status === 'draft' && publishedAt ? [publishedAt] : [])).sort()[0],
    async keepAddresses(addresses) {
      for (const { path, postId } of addresses)
        if (kept.some(({ id }) => id === postId) && !leads.has(path)) leads.set(path, postId);
      return leads;
    },
    addresses: async (after) =>
      [...leads]
        .filter(([path]) => path > after)
        .sort()
        .map(([path, post_id]) => ({ path, post_id })),
    tags: async () => [{ name: 'Deep sleep', slug: 'deep-sleep', posts: kept.length }],
    async neighbours(id) {
      const index = kept.findIndex((post) => post.id === id && post.status === 'published');
      return index === -1
        ? undefined
        : {
            newer: kept[index - 1] ? pick(kept[index - 1]!) : null,
            older: kept[index + 1] ? pick(kept[index + 1]!) : null,
          };
    },
    months: async (timeZone) => [{ month: timeZone === 'UTC' ? '2026-01' : '2025-12', posts: kept.length }],
    revisions: async () => [],
    revision: async () => undefined,
  };
  const deleted: DeletedPosts = {
    list: async ({ author, authorId, limit, after }) =>
      gone
        .filter((post) => (authorId ?? post.authorId) === post.authorId && (author ?? post.author) === post.author)
        .filter(({ id }) => !after || id < after[1])
        .toReversed()
        .slice(0, limit + 1),
    ofAuthor: async (authorId, after) =>
      gone.filter((post) => post.authorId === authorId && post.id > after).slice(0, 20),
    async forget(id, allow) {
      const index = gone.findIndex((post) => post.id === id);
      allow(gone[index] ?? fail('not_found', 'There is no such deleted post.'));
      gone.splice(index, 1);
    },
    async forgetOf(authorId) {
      for (const post of gone.filter((each) => each.authorId === authorId)) gone.splice(gone.indexOf(post), 1);
    },
    forgetExpired: async () => 0,
  };
  return { posts, deleted, calls };
}

const open: Limiter = { take: async () => ({ allowed: true, remaining: 1, resetMs: 0 }) };

/** The app over fakes, and a way to ask it as somebody. */
export function appOver(
  kept: Post[] = [],
  { limiter = open, later }: { limiter?: Limiter; later?: (work: () => void, ms: number) => void } = {},
) {
  const { posts, deleted, calls } = fakePosts(kept);
  const app = createApp({
    posts,
    deleted,
    limiter,
    tokens: { verify: async (token) => callers[token] ?? fail('unauthorized', 'The token is not valid.') },
    outbox: { transaction: (work) => work((async () => [{}]) as never, () => {}), drained: async () => {} } as Outbox,
    findAuthor: async (name) => (name === 'old' ? { id: 77, username: 'old' } : undefined),
    lists: cache({ name: 'lists', ttlMs: 60_000, max: 10 }),
    bodies: cache<CachedBody>({ name: 'answers', ttlMs: 60_000, max: 10 }) as never,
    later,
  });
  const ask = async (
    method: string,
    path: string,
    { as, body, headers = {} }: { as?: string; body?: unknown; headers?: Record<string, string> } = {},
  ) => {
    const url = path.startsWith('/') ? path : `/blog/api/posts${path && `/${path}`}`;
    const response = await app.request(url, {
      method,
      headers: {
        ...(as && { authorization: `Bearer ${as}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return demandDescribed(api, method, url, response);
  };
  return { ask, calls, app };
}
