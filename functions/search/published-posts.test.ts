import { draftOf, openStore as openPosts } from '@dormouse/posts/store.fixture';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { documentOf } from './document.ts';
import { filling } from './filling.ts';
import { publishedPosts } from './published-posts.ts';
import { searcher } from './results.ts';
import { openStore, postOf } from './store.fixture.ts';

/** Questions that are asked while posts change; `SEARCH_PROBES=10000` asks as many as docs/benchmarks.md tells of. */
const probes = Number(process.env.SEARCH_PROBES ?? 150);
const seed = Number(process.env.SEARCH_SEED ?? 7);

let db: TestDatabase;
let search: ReturnType<typeof openStore>;
let posts: ReturnType<typeof openPosts>;
beforeAll(async () => {
  db = await testDatabase('auth', 'categories', 'posts', 'search');
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
  await db.admin`TRUNCATE search.posts, search.fills, search.vocabulary`;
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

test('finds posts by what their author is called now, in any script, and by nobody who has deleted their account', async () => {
  const id = await write({ title: 'One', author: 'Grace' });
  const other = await write({ title: 'Two', author: 'heidi' });
  await told(id);
  await told(other);
  const called = (name: string | null) =>
    db.admin`INSERT INTO auth.users (username, display_name) VALUES ('grace', ${name})
      ON CONFLICT (lower(username COLLATE "C")) DO UPDATE SET display_name = excluded.display_name`;
  await called('Ines 김이네스');
  for (const q of ['ines', '이네스', 'ines one']) expect(await found(q), q).toEqual([id]);
  expect(await found('ines two')).toEqual([]);
  expect(await found('ines', { author: 'heidi' })).toEqual([]);
  await called('Hall');
  expect([await found('ines'), await found('hall')]).toEqual([[], [id]]);
  await db.admin`DELETE FROM auth.users`;
  expect(await found('hall')).toEqual([]);
});

test('knows each author once, however many posts they have', async () => {
  const names = Array.from({ length: 30 }, (_, n) => `writer-${n}`);
  for (const author of [...names, 'Writer-1', ...names]) await write({ title: 'One', author });
  const authors = await search.sql<{ name: string }[]>`SELECT * FROM posts.authors() AS name`;
  expect(authors.map(({ name }) => name)).toEqual([...names].sort());
});

test('has the same list of authors while none is called otherwise', async () => {
  await write({ title: 'One', author: 'ivan' });
  const called = (name: string) =>
    db.admin`INSERT INTO auth.users (username, display_name) VALUES ('ivan', ${name})
      ON CONFLICT (lower(username COLLATE "C")) DO UPDATE SET display_name = excluded.display_name`;
  const now = vi.spyOn(Date, 'now');
  const { authors } = publishedPosts(search.sql);
  const after = (ms: number) => {
    now.mockReturnValue(ms);
    return authors();
  };
  await called('Ivan One');
  const first = await after(0);
  expect(first).toEqual([{ username: 'ivan', name: 'Ivan One' }]);
  expect(await after(10_001)).toBe(first);
  await called('Ivan Two');
  expect(await after(20_002)).toEqual([{ username: 'ivan', name: 'Ivan Two' }]);
  await db.admin`DELETE FROM auth.users`;
  expect(await after(30_003)).toEqual([]);
  now.mockRestore();
});

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
  // What should not have been kept goes: in between, and behind the last.
  const [, second] = published.toReversed();
  await db.admin`TRUNCATE search.fills`;
  for (const id of [second, 999_999]) await search.put(postOf({ id: id as number, title: '오래된 글' }));
  await db.admin`UPDATE posts.posts SET status = 'draft' WHERE id = ${second as number}`;
  expect(await fill().whole(20_000)).toBe(true);
  await db.admin`UPDATE posts.posts SET status = 'published' WHERE id = ${second as number}`;
  const kept = (await db.admin`SELECT id FROM search.posts`).map(({ id }) => Number(id));
  expect(kept.toSorted((a, b) => b - a)).toEqual(published.filter((id) => id !== second));
  await db.admin`TRUNCATE search.fills`;
  const [one, other] = [fill(), fill()];
  expect(await Promise.all([one.whole(20_000), other.whole(20_000)])).toEqual([true, true]);
  expect(await found('오래된')).toEqual(published);
  const closed = fill();
  closed.close();
  expect(await closed.whole(1000)).toBe(false);
});

test('suggests what finds published posts, and nothing of others', async () => {
  const id = await write({ title: 'Eventing 이벤트' });
  const secret = await write({ title: 'Espionage', status: 'draft' });
  await Promise.all([id, secret].map(told));
  const suggested = async (q: string, query = {}) => (await find(q, query)).suggestion;
  expect(await suggested('evetning')).toBe('eventing');
  expect(await suggested('이밴트 eventing')).toBe('이벤트 eventing');
  expect(await suggested('evetning', { author: 'nobody' })).toBeUndefined();
  expect(await suggested('espionaeg')).toBeUndefined();
  // Its event is still under way.
  await posts.posts.change(id, 'ann', { status: 'draft' }, () => {});
  expect(await suggested('evetning')).toBeUndefined();
});

test(
  `nothing hidden is found, nor suggested, by ${probes} questions while posts change, though events come late, twice and in any order`,
  async () => {
    let state = seed;
    const random = (below: number) => (state = (state * 48_271) % 0x7fffffff) % below;
    const make = async (i: number, status: 'draft' | 'published') =>
      // Each has a word of its own, so that a suggestion tells of one post.
      await write({ title: `비밀 secret ${ownWord(i)}`, content: `숨은 말 hidden ${i}`, status });
    const ids: number[] = [];
    const words = new Map<number, string>();
    const add = async (status: 'draft' | 'published') => {
      words.set(await make(words.size, status), ownWord(words.size));
      ids.push([...words.keys()].at(-1) as number);
    };
    for (let i = 0; i < 12; i++) await add(i % 2 ? 'published' : 'draft');
    const events: number[] = [...ids];
    const visible = async () =>
      new Set(
        (await db.admin`SELECT id FROM posts.posts WHERE status = 'published' AND NOT is_page`).map(({ id }) =>
          Number(id),
        ),
      );
    const change = async () => {
      const id = ids[random(ids.length)] as number;
      if (random(12) === 0) {
        await posts.posts.remove(id, 'ann', () => {});
        ids.splice(ids.indexOf(id), 1);
        await add(random(2) ? 'published' : 'draft');
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
    /** Ids that an answer tells of. */
    const toldOf = async (i: number): Promise<number[]> => {
      const id = ids[random(ids.length)] as number;
      const word = words.get(id) as string;
      const typo = word.slice(0, -2) + word.at(-1) + word.at(-2);
      const q = ['비밀', '밀', 'secret', 'sec', '비밀 secret', '숨은 말', 'hid', word, word.slice(0, 4), typo][
        i % 10
      ] as string;
      const { posts: shown, suggestion } = await find(q, random(4) ? {} : { author: 'ann' });
      const suggested = [...words].flatMap(([each, own]) => (own === suggestion ? [each] : []));
      return [...shown.map((post) => post.id), ...suggested];
    };
    for (let i = 0; i < probes; i++) {
      const before = await visible();
      const [answered] = await Promise.all([toldOf(i), change()]);
      const after = await visible();
      // Whatever was hidden both before and afterwards may have been shown in between: there is one change at a time.
      expect(answered.filter((id) => !before.has(id) && !after.has(id))).toEqual([]);
    }
    await Promise.all(events.map(told));
    const published = [...(await visible())].toSorted((a, b) => a - b);
    expect((await found('비밀')).toSorted((a, b) => a - b)).toEqual(published);
    // The index itself has none of the others.
    expect((await db.admin`SELECT id FROM search.posts`).map(({ id }) => Number(id)).toSorted((a, b) => a - b)).toEqual(
      published,
    );
    const spelled = new Set((await db.admin`SELECT word FROM search.vocabulary`).map(({ word }) => word));
    expect([...words].flatMap(([id, word]) => (spelled.has(word) ? [id] : [])).toSorted((a, b) => a - b)).toEqual(
      published,
    );
  },
  Math.max(60_000, probes * 100),
);

/** Ten letters that are far from those of other numbers, of thousands. */
const ownWord = (i: number) => {
  let state = i + 1;
  const letter = () => String.fromCodePoint(0x61 + ((state = (state * 48_271) % 0x7fffffff) % 26));
  return Array.from({ length: 10 }, letter).join('');
};

test('search may read what is published, and nothing else', async () => {
  const sql = db.as('search');
  for (const query of [
    'SELECT * FROM posts.posts',
    'SELECT * FROM posts.states()',
    'SELECT * FROM categories.categories',
  ])
    await expect(sql.unsafe(query)).rejects.toThrow('permission denied');
});
