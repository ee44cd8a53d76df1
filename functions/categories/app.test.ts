import { cache } from '@dormouse/runtime/cache';
import { cacheFaults } from '@dormouse/runtime/cache-laws.fixture';
import type { Caller, Role } from '@dormouse/runtime/caller';
import { fail } from '@dormouse/runtime/errors';
import type { Outbox } from '@dormouse/runtime/outbox';
import { expect, test } from 'vitest';
import { createApp } from './app.ts';
import type { Categories, Category, Post } from './store.ts';

const news: Category = { id: 7, version: 1, name: 'News', slug: 'news', color: '#123456', postCount: 2 };
const path = '/blog/api/categories';
const caller = (name: string): Caller => ({
  id: 1,
  name,
  role: name as Role,
  scopes: [],
  jti: name,
  exp: 9e9,
  token: name,
});

/** Personal access tokens of an administrator. */
const limited = { renames: ['categories:write'], others: ['posts:write', 'posts:read'] };

function appOver(kept: Category[] = [{ ...news }]) {
  const calls = { all: 0, counted: [] as Post[], merged: [] as number[][], repaired: [] as number[] };
  const find = (id: number) => kept.find((each) => each.id === id) ?? fail('not_found', 'There is no such category.');
  const categories: Categories = {
    async all() {
      calls.all++;
      return kept;
    },
    async bySlug(slug) {
      if (slug.includes('\u0000')) throw new Error('PostgreSQL would refuse this');
      return kept.find((each) => each.slug === slug || slug === `old-${each.slug}`);
    },
    rename: async (id, name) => Object.assign(find(id), { name }),
    async merge(from, into) {
      calls.merged.push([from, into]);
      return find(from);
    },
    differences: async () => [{ problem: 'missed', post: 3, category: 7 }],
    async repair(most) {
      calls.repaired.push(most);
    },
    count: async () => {},
    async countAll(posts) {
      calls.counted.push(...posts.map(({ emit: _, ...post }) => post));
      for (const each of kept) each.postCount++;
    },
  };
  const app = createApp({
    categories,
    tokens: {
      verify: async (token) =>
        token in limited
          ? { ...caller('admin'), scopes: limited[token as keyof typeof limited], limited: true }
          : /reader|author|editor|operator|admin/.test(token)
            ? caller(token)
            : fail('unauthorized', 'The token is not valid.'),
    },
    limiter: { take: async () => ({ allowed: true, remaining: 1, resetMs: 0 }) },
    outbox: { transaction: (work) => work((async () => [{}]) as never, () => {}), drained: async () => {} } as Outbox,
    cache: cache({ name: 'categories', ttlMs: 60_000, max: 10 }),
  });
  const ask = (
    method: string,
    at: string,
    { as, body, headers = {} }: { as?: string; body?: unknown; headers?: Record<string, string> } = {},
  ) =>
    app.request(at, {
      method,
      headers: {
        ...(as && { authorization: `Bearer ${as}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  return { ask, calls, app };
}

const event = (type: string, status = 'published') => ({
  body: {
    id: 1,
    version: 3,
    slug: 's',
    title: 't',
    author: 'ann',
    status,
    category: { id: 7, name: 'News', slug: 'news' },
    created_at: '2026-01-01T00:00:00.000Z',
    updated_at: '2026-01-01T00:00:00.000Z',
  },
  headers: {
    'ce-specversion': '1.0',
    'ce-id': '1',
    'ce-source': '/posts',
    'ce-type': `dev.dormouse.post.${type}.v1`,
    'ce-subject': 'post/1',
  },
});

test('the list is one array of the fixed fields, loaded once for all', async () => {
  const { ask, calls } = appOver();
  const [first] = await Promise.all([ask('GET', path), ask('GET', path)]);
  expect(await first.json()).toEqual([{ id: 7, name: 'News', slug: 'news', color: '#123456', post_count: 2 }]);
  expect(calls.all).toBe(1);
  const etag = first.headers.get('etag') as string;
  expect((await ask('GET', path, { headers: { 'if-none-match': etag } })).status).toBe(304);
});

test('an event of a post is counted, and the next reader sees it', async () => {
  const { ask, calls } = appOver();
  await ask('GET', path);
  expect((await ask('POST', '/events', event('created'))).status).toBe(204);
  expect((await (await ask('GET', path)).json())[0].post_count).toBe(3);
  expect(calls.counted).toEqual([{ id: 1, version: 3, categoryId: 7, published: true, deleted: false }]);
});

test.each([
  ['updated', 'draft', { published: false, deleted: false }],
  ['published', 'published', { published: true, deleted: false }],
  ['unpublished', 'draft', { published: false, deleted: false }],
  ['deleted', 'published', { published: true, deleted: true }],
])('%s of a %s post is understood', async (type, status, expected) => {
  const { ask, calls } = appOver();
  expect((await ask('POST', '/events', event(type, status))).status).toBe(204);
  expect(calls.counted[0]).toMatchObject(expected);
});

test('a page is counted as a draft is', async () => {
  const { ask, calls } = appOver();
  const { body, headers } = event('published');
  await ask('POST', '/events', { body: { ...body, kind: 'page' }, headers });
  expect(calls.counted[0]).toMatchObject({ published: false });
});

test('an event that is not understood is 422, so that it becomes a dead letter', async () => {
  const { ask, calls } = appOver();
  const { headers, body } = event('created');
  expect((await ask('POST', '/events', { headers, body: { ...body, category: 'News' } })).status).toBe(422);
  expect((await ask('POST', '/events', event('exploded'))).status).toBe(422);
  expect(calls.counted).toEqual([]);
});

test('one category is found by its slug, by a former one with 301', async () => {
  const { ask } = appOver();
  expect(await (await ask('GET', `${path}/news`)).json()).toMatchObject({ id: 7, post_count: 2 });
  for (const former of ['old-news', 'NEWS']) {
    const response = await ask('GET', `${path}/${former}`);
    expect([response.status, response.headers.get('location')]).toEqual([301, `${path}/news`]);
  }
  for (const none of ['none', '99999999999999999999', '%00', '9223372036854775808'])
    expect((await ask('GET', `${path}/${none}`)).status).toBe(404);
});

test('a personal access token does what its scopes say, and never compares counts', async () => {
  const { ask } = appOver();
  const body = { name: 'X' };
  expect((await ask('PATCH', `${path}/7`, { as: 'others', body })).status).toBe(403);
  expect((await ask('PATCH', `${path}/7`, { as: 'renames', body })).status).toBe(200);
  expect((await ask('POST', `${path}/-/verification`, { as: 'renames', body: {} })).status).toBe(403);
  expect((await ask('GET', path, { as: 'others' })).status).toBe(200);
});

test('only editors and administrators rename and merge', async () => {
  const { ask, calls } = appOver();
  expect((await ask('PATCH', `${path}/7`, { body: { name: 'X' } })).status).toBe(401);
  for (const as of ['reader', 'author']) {
    expect((await ask('PATCH', `${path}/7`, { as, body: { name: 'X' } })).status).toBe(403);
    expect((await ask('POST', `${path}/7/merge`, { as, body: { into: 8 } })).status).toBe(403);
  }
  const renamed = await ask('PATCH', `${path}/7`, { as: 'editor', body: { name: 'X' } });
  expect([renamed.status, (await renamed.json()).name]).toEqual([200, 'X']);
  expect((await (await ask('GET', path)).json())[0].name).toBe('X');
  expect((await ask('POST', `${path}/7/merge`, { as: 'admin', body: { into: 8 } })).status).toBe(200);
  expect(calls.merged).toEqual([[7, 8]]);
});

test.each([
  { name: '' },
  { name: ' \u200b' },
  { name: 'x'.repeat(51) },
  { name: 'a\u0000' },
  { name: 1 },
  {},
  { name: 'x', slug: 'y' },
])('renaming to %j is 422', async (body) => {
  const { ask } = appOver();
  expect((await ask('PATCH', `${path}/7`, { as: 'editor', body })).status).toBe(422);
});

test.each([{ into: 0 }, { into: '8' }, { into: 1.5 }, { into: 1e300 }, {}])('merging with %j is 422', async (body) => {
  const { ask } = appOver();
  expect((await ask('POST', `${path}/7/merge`, { as: 'editor', body })).status).toBe(422);
});

test.each(['0', 'x', '99999999999999999999'])('changing the id %s is 404', async (id) => {
  const { ask } = appOver();
  expect((await ask('PATCH', `${path}/${id}`, { as: 'editor', body: { name: 'X' } })).status).toBe(404);
  expect((await ask('POST', `${path}/${id}/merge`, { as: 'editor', body: { into: 1 } })).status).toBe(404);
});

test('what is said to caches is true, whoever asks', async () => {
  const { app } = appOver();
  const routes = app.routes.filter(({ method }) => method === 'GET').map((route) => route.path);
  const addresses = routes.flatMap((each) =>
    each.includes(':') ? ['news', 'old-news', 'none'].map((slug) => `${path}/${slug}`) : [each],
  );
  expect(addresses).toHaveLength(4);
  const axes = { authorization: [undefined, 'Bearer editor'], 'accept-encoding': [undefined, 'gzip'] };
  for (const address of addresses)
    expect(await cacheFaults((at, headers) => app.request(at, { headers }), address, axes)).toEqual([]);
});

test('operators compare the counts with the posts, and make them right; nobody else does', async () => {
  const { ask, calls } = appOver();
  const verify = (as: string, body: object = {}) => ask('POST', `${path}/-/verification`, { as, body });
  expect((await verify('editor')).status).toBe(403);
  expect(await (await verify('operator')).json()).toEqual({
    missed: 1,
    gone: 0,
    ahead: 0,
    sums: 0,
    examples: [{ problem: 'missed', post: 3, category: 7 }],
  });
  expect(calls.repaired).toEqual([]);
  await verify('admin', { repair: true });
  expect(calls.repaired).toEqual([2000]);
});
