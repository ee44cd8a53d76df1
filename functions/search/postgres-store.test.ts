import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newestSlices } from './postgres-slices.ts';
import { postgresStore, windowSize } from './postgres-store.ts';
import { openStore, postOf } from './store.fixture.ts';
import type { Cursor } from './store.ts';
import { storeLaws } from './store-laws.fixture.ts';

let db: TestDatabase;
let opened: ReturnType<typeof openStore>;
const empty = () => db.admin`TRUNCATE search.posts, search.languages, search.vocabulary`;
beforeAll(async () => {
  db = await testDatabase('search');
  opened = openStore(db);
});
afterAll(async () => {
  await opened.end();
  await db.drop();
});

storeLaws(() => ({ ...opened, empty }), windowSize + 3, 25);

test('words go with their posts', async () => {
  await opened.put(postOf({ id: 1, title: 'Scales', content: 'Knative 한국' }), postOf({ id: 2, title: 'Scaled' }));
  await opened.put(postOf({ id: 2, version: 2, title: 'Other' }));
  expect(await opened.store.similar('scaley', 3)).toEqual(['scales']);
  await opened.outbox.transaction((tx) => opened.store.remove([1, 2], tx));
  expect(await db.admin`SELECT word FROM search.vocabulary`).toEqual([]);
});

test('a word that many posts have is not counted any more', async () => {
  const many = Array.from({ length: 60 }, (_, i) => postOf({ id: i + 1, content: `common ${i < 2 ? 'rare' : ''}` }));
  await opened.put(...many);
  const counted = async () =>
    Object.fromEntries(
      (await db.admin`SELECT word, posts FROM search.vocabulary WHERE word IN ('common', 'rare')`).map(
        ({ word, posts }) => [word, posts],
      ),
    );
  expect(await counted()).toEqual({ common: 10, rare: 2 });
  await opened.outbox.transaction((tx) => opened.store.remove([1, 3, 4], tx));
  expect(await counted()).toEqual({ common: 10, rare: 1 });
});

test('finds by slices of time what it finds at once, newest first', async () => {
  const count = 2 * windowSize + 100;
  const times = Array.from({ length: count }, (_, i) => (7919 * i) % count);
  await opened.put(
    ...times.map((time, i) =>
      postOf({ id: i + 1, content: '글자들 word', createdAt: new Date(Date.UTC(2026, 0, 1) + 60_000 * time) }),
    ),
  );
  await db.admin`ANALYZE search.posts`;
  const sizes = [100, 700];
  const slices = await newestSlices(opened.sql, sizes)();
  expect(slices).toHaveLength(3);
  const [{ posts } = { posts: 0 }] = await db.admin`
    SELECT count(*)::int AS posts FROM search.posts WHERE created_at >= ${new Date(slices[0]?.from ?? 0)}`;
  expect(posts).toBeGreaterThanOrEqual(100);
  expect(posts).toBeLessThan(150);
  const newestFirst = times.map((time, i) => ({ time, id: i + 1 })).sort((a, b) => b.time - a.time);
  const terms = { dense: ['글', '글자들'], word: ['word'] } as const;
  const sliced = postgresStore(opened.sql, { slices: sizes });
  for (const kind of ['dense', 'word'] as const)
    for (const text of terms[kind]) {
      const ids: number[] = [];
      for (let after: Cursor | undefined, isLast = false; !isLast; isLast = after === undefined) {
        const found = await sliced.find({ terms: [{ text, kind, categories: [], authors: [] }], limit: 600, after });
        ids.push(...found.hits.map(({ id }) => id));
        after = found.next;
      }
      expect(ids, text).toEqual(newestFirst.map(({ id }) => id));
    }
}, 60_000);
