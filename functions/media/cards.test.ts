import { createHash } from 'node:crypto';
import { openSql } from '@dormouse/runtime/sql';
import type { Sql } from '@dormouse/runtime/sql-types';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cards, openCards } from './cards.ts';
import { memoryStore } from './memory-store.fixture.ts';
import { cardKey } from './variants.ts';

let db: TestDatabase;
let sql: Sql;
let cards: Cards;
const objects = memoryStore();
beforeAll(async () => {
  db = await testDatabase('web', 'auth', 'media');
  sql = openSql({ databaseUrl: db.urlOf('media'), service: 'media' });
  cards = openCards({ sql, objects });
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

test('web sees nothing else of media', async () => {
  for (const table of ['cards', 'card_pictures', 'pictures', 'uploads'])
    await expect(db.as('web').unsafe(`SELECT * FROM media.${table}`)).rejects.toThrow('permission denied');
});
