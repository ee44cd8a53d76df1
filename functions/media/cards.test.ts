import { createHash } from 'node:crypto';
import { outbox } from '@dormouse/runtime/outbox';
import { openSql } from '@dormouse/runtime/sql';
import type { Sql } from '@dormouse/runtime/sql-types';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cards, openCards } from './cards.ts';
import { memoryStore } from './memory-store.fixture.ts';
import { openRedrawing } from './redrawing.ts';
import { cardKey } from './variants.ts';

let db: TestDatabase;
let sql: Sql;
let cards: Cards;
const objects = memoryStore();
beforeAll(async () => {
  db = await testDatabase('categories', 'auth', 'web', 'media', 'posts');
  sql = openSql({ databaseUrl: db.urlOf('media'), service: 'media' });
  cards = openCards({ sql, outbox: outbox({ sql, source: '/media' }), objects });
});
afterAll(async () => {
  await sql.end();
  await db.drop();
});

const bytesOf = (text: string) => Buffer.from(text);
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
/** As web asks. */
const of = async (post: number) => (await db.as('web')`SELECT media.card_of(${post}) AS hash`)[0]?.hash;
const there = (text: string) => objects.has(cardKey(hashOf(text)));
const ageBy = (days: number) =>
  db.admin`UPDATE media.card_pictures SET unused_since = unused_since - make_interval(days => ${days})`;

test('the picture of the latest version of a post is its own, whatever comes twice or late', async () => {
  await cards.keep(1, 2, bytesOf('two'));
  expect([await of(1), await there('two'), await of(99)]).toEqual([hashOf('two'), true, null]);
  await cards.keep(1, 1, bytesOf('one'));
  await cards.keep(1, 2, bytesOf('two'));
  expect(await of(1)).toBe(hashOf('two'));
  await cards.keep(1, 3, undefined);
  await cards.keep(1, 2, bytesOf('two'));
  expect(await of(1)).toBeNull();
  await cards.keep(1, 4, bytesOf('two'));
  expect(await of(1)).toBe(hashOf('two'));
});

test('it is told when a post has another one, and then alone', async () => {
  await db.admin`TRUNCATE media.outbox`;
  await cards.keep(10, 2, bytesOf('told'));
  await cards.keep(10, 3, bytesOf('told'));
  await cards.keep(10, 2, bytesOf('late'));
  await cards.keep(10, 4, undefined);
  await cards.keep(10, 5, undefined);
  await cards.keep(11, 1, undefined);
  expect(await db.admin`SELECT type, subject, data FROM media.outbox ORDER BY position`).toEqual([
    {
      type: 'dev.dormouse.media.drawn.v1',
      subject: 'card/10',
      data: { post: 10, version: 2, hash: hashOf('told') },
    },
    { type: 'dev.dormouse.media.drawn.v1', subject: 'card/10', data: { post: 10, version: 4, hash: null } },
  ]);
});

test('a picture goes a day after the last post that had it', async () => {
  await cards.keep(2, 1, bytesOf('shared'));
  await cards.keep(3, 1, bytesOf('shared'));
  await cards.keep(2, 2, undefined);
  await cards.sweep();
  await ageBy(2);
  await cards.sweep();
  expect(await there('shared')).toBe(true);
  await cards.keep(3, 2, bytesOf('other'));
  expect(await cards.sweep()).toBe(0);
  expect(await there('shared')).toBe(true);
  await ageBy(2);
  expect(await cards.sweep()).toBe(1);
  expect([await there('shared'), await there('other')]).toEqual([false, true]);
  await cards.keep(4, 1, bytesOf('shared'));
  expect([await there('shared'), await of(4)]).toEqual([true, hashOf('shared')]);
});

test('one that comes back before it goes stays', async () => {
  await cards.keep(5, 1, bytesOf('back'));
  await cards.keep(5, 2, undefined);
  await cards.sweep();
  await ageBy(2);
  await cards.keep(6, 1, bytesOf('back'));
  expect([await cards.sweep(), await there('back')]).toEqual([0, true]);
});

test('they say what the blog is called, in its colour', async () => {
  await db.admin`UPDATE auth.blog SET title = 'Late', accent = '#123456'`;
  expect(await cards.blog()).toEqual({ title: 'Late', accent: '#123456' });
});

test('they are drawn again from the newest post on, twenty at a time and a thousand at most', async () => {
  await db.admin`
    INSERT INTO posts.posts (id, author_id, author, category_id, status, slug, title, excerpt, content, created_at, updated_at, is_page)
    SELECT n, 1, 'ann', min(c.id), CASE WHEN n = 1005 THEN 'draft' ELSE 'published' END, 'post-' || n, 'Post ' || n, '', '',
      -- Two of a moment stand side by side.
      to_timestamp(1000 * (n / 2)), now(), n = 1004
    FROM generate_series(1, 1030) AS n, categories.categories AS c GROUP BY n`;
  await db.admin`TRUNCATE media.outbox`;
  const box = outbox({ sql, source: '/media' });
  const redrawing = openRedrawing(box);
  const announced = async () =>
    (
      await db.admin<{ data: { cards: { post: number; version: number; title: string }[] } }[]>`
        SELECT data FROM media.outbox ORDER BY position`
    ).map(({ data }) => data.cards);
  await redrawing.goOn();
  expect(await announced()).toEqual([]);
  await box.transaction((tx, emit) => redrawing.begin(tx, emit));
  const [first] = await announced();
  expect([first?.length, first?.[0]]).toEqual([20, { post: 1030, version: 1, title: 'Post 1030' }]);
  for (let turn = 0; turn < 60; turn++) await redrawing.goOn();
  const all = (await announced()).flat().map(({ post }) => post);
  const expected = Array.from({ length: 1030 }, (_, n) => 1030 - n).filter((id) => id !== 1005);
  expect(all).toEqual(expected.slice(0, 1000));
  // Once more, from the beginning.
  await box.transaction((tx, emit) => redrawing.begin(tx, emit));
  expect((await announced()).at(-1)?.[0]?.post).toBe(1030);
});

test('web sees nothing else of media', async () => {
  for (const table of ['cards', 'card_pictures', 'pictures', 'uploads'])
    await expect(db.as('web').unsafe(`SELECT * FROM media.${table}`)).rejects.toThrow('permission denied');
});
