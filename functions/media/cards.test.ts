import { createHash } from 'node:crypto';
import { AppError } from '@dormouse/runtime/errors';
import { cardDigest, type PostCard } from '@dormouse/runtime/post-card';
import { openSql } from '@dormouse/runtime/sql';
import type { Sql } from '@dormouse/runtime/sql-types';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Cards, openCards } from './cards.ts';
import { drawnBy, inTurn } from './drawing.ts';
import { sweepEarlierCards } from './earlier-cards.ts';
import { memoryStore } from './memory-store.fixture.ts';
import { type CardName, cardKey, earlierCardKey } from './variants.ts';

let db: TestDatabase;
let sql: Sql;
let cards: Cards;
const objects = memoryStore();
const drawn: string[] = [];
const draw = async ({ title, blog, accent }: PostCard) => {
  drawn.push(title);
  return new Uint8Array(Buffer.from(`${title} ${blog} ${accent}`));
};
beforeAll(async () => {
  db = await testDatabase('categories', 'auth', 'web', 'media', 'posts');
  sql = openSql({ databaseUrl: db.urlOf('media'), service: 'media' });
  cards = openCards({ sql, objects, draw });
  await db.admin`UPDATE auth.blog SET title = 'Late', accent = '#123456'`;
});
afterAll(async () => {
  await sql.end();
  await db.drop();
});
beforeEach(() => void drawn.splice(0));

const publish = (id: number, title: string, status = 'published') =>
  db.admin`
    INSERT INTO posts.posts (id, author_id, author, category_id, status, slug, title, excerpt, content, created_at, updated_at)
    SELECT ${id}::integer, 1, 'ann', min(c.id), ${status}, 'post-' || ${id}::integer, ${title}, '', '', now(), now() FROM categories.categories AS c`;
const named = (post: number, title: string, blog = 'Late', accent = '#123456'): CardName => ({
  post,
  digest: cardDigest({ title, blog, accent }),
});
const read = async (name: CardName) => {
  const bytes = await cards.read(name);
  return bytes && String(Buffer.from(bytes));
};
const ageBy = (days: number) =>
  db.admin`UPDATE media.drawn_cards SET outdated_since = outdated_since - make_interval(days => ${days})`;

test('a card is drawn when it is first asked for, and then kept', async () => {
  await publish(1, 'One');
  expect(await read(named(1, 'One'))).toBe('One Late #123456');
  expect(await read(named(1, 'One'))).toBe('One Late #123456');
  expect(drawn).toEqual(['One']);
});

test('nothing is drawn for other words, posts that are not there, and drafts', async () => {
  await publish(2, 'Two');
  await publish(3, 'Secret', 'draft');
  const others = [named(2, 'Anything'), named(2, 'Two', 'Other'), named(2, 'Two', 'Late', '#000000')];
  for (const name of [...others, named(99, 'Two'), named(3, 'Secret')]) expect(await read(name)).toBeUndefined();
  expect(drawn).toEqual([]);
});

test('what could not be drawn, or was lost, is drawn at the next question', async () => {
  await publish(4, 'Four');
  const broken = openCards({ sql, objects, draw: () => Promise.reject(new Error('no')) });
  await expect(broken.read(named(4, 'Four'))).rejects.toThrow('no');
  await read(named(4, 'Four'));
  await objects.remove([cardKey(named(4, 'Four'))]);
  expect(await read(named(4, 'Four'))).toBe('Four Late #123456');
  expect(drawn).toEqual(['Four', 'Four']);
});

test('the one before is there for a day, and stays when its words come back', async () => {
  const [before, after] = [named(5, 'Five'), named(5, 'Fifth')];
  await publish(5, 'Five');
  await read(before);
  await db.admin`UPDATE posts.posts SET title = 'Fifth' WHERE id = 5`;
  expect(await read(before)).toBe('Five Late #123456');
  await read(after);
  expect(await cards.sweep()).toBe(0);
  await ageBy(2);
  await db.admin`UPDATE posts.posts SET title = 'Five' WHERE id = 5`;
  expect(await cards.sweep()).toBe(0);
  await db.admin`UPDATE posts.posts SET title = 'Fifth' WHERE id = 5`;
  expect(await cards.sweep()).toBe(0);
  await ageBy(2);
  expect(await cards.sweep()).toBe(1);
  expect([await read(before), await objects.has(cardKey(before)), await read(after)]).toEqual([
    undefined,
    false,
    'Fifth Late #123456',
  ]);
  expect(drawn).toEqual(['Five', 'Fifth']);
});

test('it is not shown of a post that is not public any more, and goes a day later', async () => {
  await publish(6, 'Six');
  await read(named(6, 'Six'));
  await db.admin`UPDATE posts.posts SET status = 'draft' WHERE id = 6`;
  expect(await read(named(6, 'Six'))).toBeUndefined();
  await cards.sweep();
  await ageBy(2);
  expect(await cards.sweep()).toBe(1);
  expect(await objects.has(cardKey(named(6, 'Six')))).toBe(false);
});

test('another name of the blog makes all outdated, however many they are', async () => {
  await db.admin`
    INSERT INTO media.drawn_cards (post_id, digest) SELECT 1000 + n, repeat('a', 32) FROM generate_series(1, 1200) AS n`;
  await cards.sweep();
  await ageBy(2);
  expect(await cards.sweep()).toBe(1200);
  await db.admin`UPDATE auth.blog SET title = 'Later'`;
  await cards.sweep();
  expect(await db.admin`SELECT 1 FROM media.drawn_cards WHERE outdated_since IS NULL`).toEqual([]);
  await db.admin`UPDATE auth.blog SET title = 'Late'`;
});

test('pictures of earlier releases stay until their posts are changed, and a day', async () => {
  const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
  const keep = async (post: number, version: number, text: string) => {
    await db.admin`INSERT INTO media.card_pictures (hash) VALUES (${hashOf(text)}) ON CONFLICT DO NOTHING`;
    await db.admin`INSERT INTO media.cards (post_id, version, hash) VALUES (${post}, ${version}, ${hashOf(text)})`;
    await objects.write(earlierCardKey(hashOf(text)), Buffer.from(text));
  };
  const there = (text: string) => objects.has(earlierCardKey(hashOf(text)));
  for (const id of [7, 8, 9]) await publish(id, 'Title');
  await keep(7, 1, 'shared');
  await keep(8, 1, 'shared');
  await keep(9, 1, 'own');
  const sweep = async () => {
    await sweepEarlierCards(sql, objects);
    await db.admin`UPDATE media.card_pictures SET unused_since = unused_since - interval '2 days'`;
    return await sweepEarlierCards(sql, objects);
  };
  await db.admin`UPDATE posts.posts SET version = 2 WHERE id = 7`;
  expect([await sweep(), await there('shared'), await there('own')]).toEqual([0, true, true]);
  await db.admin`UPDATE posts.posts SET version = 2 WHERE id = 8`;
  await db.admin`DELETE FROM posts.posts WHERE id = 9`;
  expect([await sweep(), await there('shared'), await there('own')]).toEqual([2, false, false]);
});

describe('drawing', () => {
  const card = (title: string): PostCard => ({ title, blog: 'Late', accent: '#123456' });

  test('is one card after the other, and one for all who ask for it meanwhile', async () => {
    let [now, most] = [0, 0];
    const begun: string[] = [];
    const slowly = inTurn(async ({ title }) => {
      begun.push(title);
      most = Math.max(most, ++now);
      await new Promise(setImmediate);
      now--;
      if (title === 'b') throw new Error('no');
      return new Uint8Array(Buffer.from(title));
    });
    const all = await Promise.allSettled(['a', 'b', 'a', 'c', 'b'].map((title) => slowly(card(title))));
    expect(all.map((each) => (each.status === 'fulfilled' ? String(Buffer.from(each.value)) : 'no'))).toEqual([
      'a',
      'no',
      'a',
      'c',
      'no',
    ]);
    expect([begun, most]).toEqual([['a', 'b', 'c'], 1]);
    await slowly(card('a'));
    expect(begun).toEqual(['a', 'b', 'c', 'a']);
  });

  test('is refused when too many wait, and taken again when some are done', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const held = inTurn(async () => {
      await promise;
      return new Uint8Array(1);
    }, 2);
    const two = [held(card('a')), held(card('b'))];
    const refusal = await held(card('c')).catch((error: AppError) => error);
    expect(refusal).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    resolve();
    await Promise.all(two);
    expect(await held(card('c'))).toEqual(new Uint8Array(1));
  });

  test('asks pictures, which may not be able to', async () => {
    const asked: unknown[] = [];
    const by = (response: Response) =>
      drawnBy('http://pictures', async (url, { body }) => {
        asked.push([url, JSON.parse(String(body))]);
        return response;
      })(card('a'));
    expect(await by(new Response('png'))).toEqual(new Uint8Array(Buffer.from('png')));
    expect(asked).toEqual([['http://pictures/events/cards', card('a')]]);
    await expect(by(new Response(null, { status: 404 }))).rejects.toThrow(AppError);
    await expect(by(new Response(null, { status: 422 }))).rejects.toThrow('pictures answered 422');
  });
});
