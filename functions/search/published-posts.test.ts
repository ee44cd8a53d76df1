import { draftOf, openStore as openPosts } from '@dormouse/posts/store.fixture';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { documentOf } from './document.ts';
import { filling } from './filling.ts';
import { publishedPosts } from './published-posts.ts';
import { searcher } from './results.ts';
import { openStore } from './store.fixture.ts';

let db: TestDatabase;
let search: ReturnType<typeof openStore>;
let posts: ReturnType<typeof openPosts>;
beforeAll(async () => {
  db = await testDatabase('categories', 'posts', 'search');
  search = openStore(db);
  posts = openPosts(db);
});
afterAll(async () => {
  await search.end();
  await posts.end();
  await db.drop();
});
beforeEach(async () => {
  await db.admin`DELETE FROM posts.posts`;
  await db.admin`TRUNCATE search.posts, search.fills`;
});

const source = () => publishedPosts(search.sql);
/** What an event of a post does. */
const told = (id: number) =>
  search.outbox.transaction(async (tx) => {
    const [post] = await source().read([id], tx);
    if (post) await search.store.put([documentOf(post)], tx);
    else await search.store.remove([id], tx);
  });
const find = async (q: string, query = {}) =>
  await searcher({ posts: source(), store: search.store })({ q, limit: 100, ...query } as never);
const found = async (q: string, query = {}) => (await find(q, query)).posts.map(({ id }) => id);
const write = async (post: Parameters<typeof draftOf>[0]) => (await posts.posts.create(draftOf(post))).id;

test('finds a post by its title, text, tag, author and category, and shows it as lists do', async () => {
  const id = await write({
    title: 'Wake 기상',
    content: 'They *sleep*.',
    tags: ['Scaling'],
    author: 'grace',
    categoryName: 'Travel 여행',
  });
  await told(id);
  for (const q of ['wake', '기상', 'sleeping', 'scaling', 'grace', 'travel', '여행', '여행 wake'])
    expect(await found(q), q).toEqual([id]);
  expect((await find('sleep')).posts).toMatchObject([
    {
      id,
      title: 'Wake 기상',
      author: 'grace',
      category: { name: 'Travel 여행' },
      highlight: 'They <mark>sleep</mark>.',
    },
  ]);
  expect(await found('wake', { category: 'travel-여행' })).toEqual([id]);
  expect(await found('wake', { category: 'general' })).toEqual([]);
  expect(await found('wake', { tag: 'scaling' })).toEqual([id]);
});

test('reads posts that were there before, once, and again for another form of what is kept', async () => {
  const all: number[] = [];
  for (let i = 0; i < 60; i++)
    all.push(await write({ title: `오래된 글 ${i}`, status: i % 10 ? 'published' : 'draft' }));
  const fill = () => filling({ sql: search.sql, store: search.store, posts: source() });
  expect(await fill().whole(20_000)).toBe(true);
  const published = all.filter((_, i) => i % 10).toReversed();
  expect(await found('오래된')).toEqual(published);
  await db.admin`TRUNCATE search.posts`;
  expect(await fill().whole(20_000)).toBe(true);
  expect(await found('오래된')).toEqual([]);
  await db.admin`TRUNCATE search.fills`;
  const [one, other] = [fill(), fill()];
  expect(await Promise.all([one.whole(20_000), other.whole(20_000)])).toEqual([true, true]);
  expect(await found('오래된')).toEqual(published);
  const closed = fill();
  closed.close();
  expect(await closed.whole(1000)).toBe(false);
});

test('nothing hidden is found while posts change, though events come late, twice and in any order', async () => {
  let seed = 7;
  const random = (below: number) => (seed = (seed * 48_271) % 0x7fffffff) % below;
  const ids: number[] = [];
  for (let i = 0; i < 12; i++)
    ids.push(await write({ title: `비밀 secret ${i}`, status: i % 2 ? 'published' : 'draft' }));
  const events: number[] = [...ids];
  const hiddenThroughout = async (probe: () => Promise<number[]>) => {
    const visible = async () =>
      new Set(
        (await db.admin`SELECT id FROM posts.posts WHERE status = 'published' AND NOT is_page`).map(({ id }) =>
          Number(id),
        ),
      );
    const before = await visible();
    const shown = await probe();
    const after = await visible();
    return shown.filter((id) => !before.has(id) && !after.has(id));
  };
  const change = async () => {
    const id = ids[random(ids.length)] as number;
    if (random(12) === 0) {
      await posts.posts.remove(id, 'ann', () => {});
      ids.splice(ids.indexOf(id), 1);
      ids.push(await write({ title: `비밀 secret ${id}`, status: random(2) ? 'published' : 'draft' }));
      events.push(ids.at(-1) as number);
    } else
      await posts.posts.change(
        id,
        'ann',
        random(3) ? { status: random(2) ? 'published' : 'draft' } : { kind: random(2) ? 'page' : 'post' },
        () => {},
      );
    events.push(id);
    if (random(3)) return;
    const [some] = events.splice(random(events.length), 1);
    if (some !== undefined) await Promise.all([told(some), told(some), told(events[0] ?? some)]);
  };
  for (let i = 0; i < 150; i++) {
    const [wrong] = await Promise.all([
      hiddenThroughout(() => found(['비밀', '밀', 'secret', 'sec', '비밀 secret'][i % 5] as string)),
      change(),
    ]);
    expect(wrong).toEqual([]);
  }
  await Promise.all(events.map(told));
  const published = (await db.admin`SELECT id FROM posts.posts WHERE status = 'published' AND NOT is_page`).map(
    ({ id }) => Number(id),
  );
  expect((await found('비밀')).toSorted((a, b) => a - b)).toEqual(published.toSorted((a, b) => a - b));
  // The index itself has none of the others.
  expect((await db.admin`SELECT id FROM search.posts`).map(({ id }) => Number(id)).toSorted((a, b) => a - b)).toEqual(
    published.toSorted((a, b) => a - b),
  );
}, 60_000);

test('search may read what is published, and nothing else', async () => {
  const sql = db.as('search');
  for (const query of [
    'SELECT * FROM posts.posts',
    'SELECT * FROM posts.states()',
    'SELECT * FROM categories.categories',
  ])
    await expect(sql.unsafe(query)).rejects.toThrow('permission denied');
});
