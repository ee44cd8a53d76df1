import { readExamples } from '@dormouse/events/examples';
import type { Outbox } from '@dormouse/runtime/outbox';
import { expect, test } from 'vitest';
import { createApp } from './app.ts';
import type { ListedPost, PublishedPost } from './published-posts.ts';
import { postOf } from './store.fixture.ts';
import type { Found, Search } from './store.ts';

const path = '/blog/api/search';
const category = { id: 3, name: 'News', slug: 'news', color: '#123456' };
const listedOf = ({ id, title }: PublishedPost): ListedPost => ({
  id,
  title,
  slug: `post-${id}`,
  author: 'ann',
  byline: [],
  tags: [],
  excerpt: 'Some text.',
  createdAt: new Date('2026-03-04T05:06:07Z'),
  publishedAt: new Date('2026-03-04T05:06:07Z'),
  updatedAt: new Date('2026-03-04T05:06:07Z'),
  lang: 'en',
  cover: null,
  coverAlt: '',
  category,
});

function appOver(published: PublishedPost[], found: Partial<Found> = {}) {
  const calls = { searched: [] as Search[], put: [] as number[], removed: [] as number[], waited: [] as number[] };
  const app = createApp({
    posts: {
      read: async (ids) => published.filter(({ id }) => ids.includes(id)),
      idsAfter: async () => [],
      listed: async (ids) =>
        new Map(published.filter(({ id }) => ids.includes(id)).map((post) => [post.id, listedOf(post)])),
      categoryOf: async (slug) => (slug === 'news' ? 3 : undefined),
      categories: async () => [category],
      authors: async () => [
        { username: 'ann', name: 'Ann Söderström' },
        { username: 'odd', name: '100% \u05e9\u05dc\u05d5\u05dd so, SO __proto__ 김이네스' },
        { username: 'empty', name: '\u200b\u0301 %' },
      ],
    },
    store: {
      form: 1,
      async put(documents) {
        for await (const { id } of documents) calls.put.push(id);
      },
      idsAfter: async () => [],
      settle: async () => {},
      similar: async (word) => (word === 'waek' ? ['wake'] : []),
      async remove(ids) {
        calls.removed.push(...ids);
      },
      async find(search) {
        calls.searched.push(search);
        if (search.terms.some(({ text }) => text === 'waek')) return { hits: [], count: 0 };
        const hits = [7, 8].map((id) => ({ id, title: 'Wake', labels: 'ann', body: 'They wake <up>.' }));
        return { hits, count: 2, ...found };
      },
      meant: async (words) => new Set(words),
    },
    filling: {
      async whole(ms) {
        calls.waited.push(ms);
        return true;
      },
      close() {},
    },
    // Every event is new.
    outbox: { transaction: (work) => work((async () => [{}]) as never, () => {}), drained: async () => {} } as Outbox,
  });
  const ask = (query: Record<string, string>, headers: Record<string, string> = {}) =>
    app.request(`${path}?${new URLSearchParams(query)}`, { headers });
  return { app, ask, calls };
}

test('answers posts as lists do, with what was found of them, and no post that is hidden by now', async () => {
  const { ask, calls } = appOver([postOf({ id: 7, title: 'Wake' })]);
  const response = await ask({ q: 'wake' });
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual([
    {
      id: 7,
      title: 'Wake',
      slug: 'post-7',
      author: 'ann',
      created_at: '2026-03-04T05:06:07.000Z',
      excerpt: 'Some text.',
      category,
      tags: [],
      byline: [],
      status: 'published',
      published_at: '2026-03-04T05:06:07.000Z',
      updated_at: '2026-03-04T05:06:07.000Z',
      kind: 'post',
      lang: 'en',
      cover: null,
      cover_alt: '',
      highlight: 'They <mark>wake</mark> &lt;up&gt;.',
    },
  ]);
  expect(response.headers.get('x-total-count')).toBe('1');
  expect(response.headers.get('cache-control')).toBe('no-cache');
  expect(calls.waited).toEqual([1500]);
  const etag = response.headers.get('etag') ?? '';
  expect((await ask({ q: 'wake' }, { 'if-none-match': etag })).status).toBe(304);
});

test.each([
  ['soderstrom', ['ann']],
  ['Söder', ['ann']],
  ['strom', []],
  ['so', ['ann', 'odd']],
  ['so x', ['odd']],
  ['100%', ['odd']],
  ['\u05e9\u05dc\u05d5\u05dd', ['odd']],
  ['proto', ['odd']],
  ['이네', ['odd']],
  ['constructor', []],
])('looks for posts of authors by what they call themselves: %s', async (q, authors) => {
  const { ask, calls } = appOver([]);
  await ask({ q });
  expect(calls.searched[0]?.terms[0]).toMatchObject({ authors });
});

test('hands filters on, by the ids and slugs that posts have', async () => {
  const { ask, calls } = appOver([]);
  const filters = { category: 'NEWS', tag: 'C#', author: 'Ann', from: '2026-01-01T00:00:00Z', until: '', limit: '5' };
  expect((await ask({ q: 'wake', ...filters })).status).toBe(422);
  await ask({ q: 'wake news', ...filters, until: '2026-02-01T00:00:00Z' });
  expect(calls.searched[0]).toMatchObject({
    category: 3,
    tag: 'c-sharp',
    author: 'Ann',
    from: new Date('2026-01-01'),
    until: new Date('2026-02-01'),
    limit: 5,
  });
  expect(calls.searched[0]?.terms).toEqual([
    { text: 'wake', kind: 'word', categories: [], authors: [] },
    { text: 'news', kind: 'prefix', categories: [3], authors: [] },
  ]);
});

test('leads to the next page, and takes its cursor', async () => {
  const next = { window: [0, 0], last: [600_000, 1_767_225_600_000, 8] } as const;
  const { ask, calls, app } = appOver([postOf({ id: 7 }), postOf({ id: 8 })], { next, count: undefined });
  const first = await ask({ q: '검색 wake', limit: '2', tag: 'x' });
  expect(first.headers.get('x-total-count')).toBe('1000+');
  const target = /<(.*)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
  const query = new URL(target, 'http://search').searchParams;
  expect([query.get('q'), query.get('limit'), query.get('tag')]).toEqual(['검색 wake', '2', 'x']);
  const second = await app.request(target);
  expect(calls.searched[1]?.after).toEqual(next);
  expect(second.headers.get('x-total-count')).toBeNull();
});

test('where nothing is found it leads to the same search with words that are written alike', async () => {
  const { ask } = appOver([postOf({ id: 7, title: 'Wake' })]);
  const response = await ask({ q: 'They “Waek”!', tag: 'x', limit: '5' });
  expect(await response.json()).toEqual([]);
  const target = /<(.*)>; rel="related"/.exec(response.headers.get('link') ?? '')?.[1] ?? '';
  expect(Object.fromEntries(new URL(target, 'http://search').searchParams)).toEqual({
    q: 'They “wake”!',
    tag: 'x',
    limit: '5',
  });
  // What is hidden by now is not suggested.
  expect((await appOver([]).ask({ q: 'waek' })).headers.get('link')).toBeNull();
});

test.each([
  [{}],
  [{ q: '' }],
  [{ q: ' ' }],
  [{ q: 'x'.repeat(201) }],
  [{ q: 'a\u0000' }],
  [{ q: 'a', limit: '0' }],
  [{ q: 'a', limit: '101' }],
  [{ q: 'a', after: 'x' }],
  [{ q: 'a', after: Buffer.from('[0,0,-2,0,0]').toString('base64url') }],
  [{ q: 'a', from: 'yesterday' }],
])('%j is refused', async (query) => {
  const response = await appOver([]).ask(query as Record<string, string>);
  expect(response.status).toBe(422);
  expect(response.headers.get('content-type')).toContain('application/problem+json');
});

test.each([[{ q: '!!!' }], [{ q: 'wake', category: 'no-such' }]])('%j finds nothing', async (query) => {
  const { ask, calls } = appOver([]);
  const response = await ask(query as Record<string, string>);
  expect([response.status, await response.json()]).toEqual([200, []]);
  expect(response.headers.get('x-total-count')).toBe('0');
  expect(calls.searched).toEqual([]);
});

const send = (app: ReturnType<typeof appOver>['app'], event: object) =>
  app.request('/events', {
    method: 'POST',
    headers: { 'content-type': 'application/cloudevents+json' },
    body: JSON.stringify(event),
  });

test.each(['deleted', 'published', 'unpublished', 'updated'])(
  'post.%s keeps the post as it is by now, or nothing of it',
  async (verb) => {
    const { event } = readExamples().find((example) => example.event.type === `dev.dormouse.post.${verb}.v1`)!;
    const { id } = event.data as { id: number };
    const shown = appOver([postOf({ id })]);
    expect((await send(shown.app, event)).status).toBe(204);
    expect([shown.calls.put, shown.calls.removed]).toEqual([[id], []]);
    const hidden = appOver([]);
    expect((await send(hidden.app, event)).status).toBe(204);
    expect([hidden.calls.put, hidden.calls.removed]).toEqual([[], [id]]);
  },
);
