import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { windowSize } from './postgres-store.ts';
import { openStore, postOf } from './store.fixture.ts';
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
