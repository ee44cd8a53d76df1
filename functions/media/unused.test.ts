import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { outbox } from '@dormouse/runtime/outbox';
import { openSql } from '@dormouse/runtime/sql';
import type { Sql } from '@dormouse/runtime/sql-types';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { graceDays } from './grace.ts';
import { memoryStore } from './memory-store.fixture.ts';
import { type NamedPictures, namedPictures } from './named-pictures.ts';
import { openPictures, type Pictures } from './store.ts';
import { collectUnused } from './unused.ts';

let db: TestDatabase;
let pictures: Pictures;
let sql: Sql;
const objects = memoryStore();
let sweep: (named?: NamedPictures) => Promise<number>;
let named: NamedPictures;
let end: () => Promise<unknown>;
beforeAll(async () => {
  db = await testDatabase('auth', 'categories', 'posts', 'media');
  sql = openSql({ databaseUrl: db.urlOf('media'), service: 'media' });
  pictures = openPictures({ sql, outbox: outbox({ sql, source: '/media' }), objects });
  named = namedPictures(sql);
  sweep = async (asked = named) => (await collectUnused({ sql, pictures, objects, named: asked })).collected;
  end = () => sql.end();
});
afterAll(async () => {
  await end();
  await db.drop();
});
const clear = async () => {
  await db.admin`TRUNCATE media.uploads, media.pictures, media.outbox, posts.posts, posts.deleted_posts CASCADE`;
  await db.admin`UPDATE auth.blog SET logo = NULL, icon = NULL, footer = ''`;
};
beforeEach(clear);

const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
async function upload(text: string): Promise<string> {
  const bytes = Buffer.from(text);
  await pictures.add({ ownerId: 1, hash: hashOf(bytes), type: 'image/png', bytes });
  return hashOf(bytes);
}
const ageBy = (days: number) => db.admin`
  UPDATE media.pictures SET wanted_at = wanted_at - make_interval(days => ${days}), unused_since = unused_since - make_interval(days => ${days})`;
const there = async (hash: string) => (await pictures.find(hash, undefined)) !== undefined;
const textOf = (hash?: string) => (hash ? `![x](/blog/media/pictures/${hash}-1280.jpg)` : 'Nothing.');

/** Rows as posts has them. */
const write = (id: number, hash?: string, changed = new Date().toISOString()) => db.admin`
  INSERT INTO posts.posts (id, author_id, author, category_id, status, slug, title, excerpt, content, updated_at)
  SELECT ${id}, 1, 'ann', min(id), 'draft', ${`s-${id}`}, 't', '', ${textOf(hash)}, ${changed} FROM categories.categories
  ON CONFLICT (id) DO UPDATE SET content = excluded.content, updated_at = excluded.updated_at`;
const remember = (id: number, version: number, hash?: string) => db.admin`
  INSERT INTO posts.revisions (post_id, version, title, content, status, editor, created_at)
  SELECT ${id}, ${version}, 't', ${textOf(hash)}, 'draft', 'ann', now() ON CONFLICT DO NOTHING`;
const remove = async (id: number) => {
  await db.admin`
    INSERT INTO posts.deleted_posts SELECT deleted.* FROM posts.posts, jsonb_populate_record(NULL::posts.deleted_posts, to_jsonb(posts) || jsonb_build_object(
      'category_name', 'C', 'category_slug', 'c', 'slugs', '[]'::jsonb, 'addresses', '[]'::jsonb, 'deleted_at', now(), 'deleted_by', 'ann')) AS deleted
    WHERE posts.id = ${id}`;
  await db.admin`INSERT INTO posts.deleted_revisions SELECT * FROM posts.revisions WHERE post_id = ${id}`;
  await db.admin`DELETE FROM posts.posts WHERE id = ${id}`;
};
const forget = (id: number) => db.admin`DELETE FROM posts.deleted_posts WHERE id = ${id}`;

test('what nobody has named and uploaded for the grace period goes, at the second look at the earliest', async () => {
  const hash = await upload('unused');
  await ageBy(400);
  expect([await sweep(), await there(hash)]).toEqual([0, true]);
  await ageBy(graceDays - 1);
  expect(await sweep()).toBe(0);
  await ageBy(1);
  expect([await sweep(), await there(hash)]).toEqual([1, false]);
  expect(await db.admin`SELECT type FROM media.outbox ORDER BY position DESC LIMIT 1`).toMatchObject([
    { type: 'dev.dormouse.media.deleted.v1' },
  ]);
});

test('whoever uploads it again has it for another grace period', async () => {
  const hash = await upload('again');
  await sweep();
  await ageBy(graceDays);
  await upload('again');
  expect([await sweep(), await there(hash)]).toEqual([0, true]);
});

type Five = [string, string, string, string, string];

test('texts, covers, versions, deleted posts and settings keep their pictures', async () => {
  const all = await Promise.all(
    ['text', 'version', 'deleted', 'old', 'logo', 'icon', 'footer', 'cover', 'former'].map(upload),
  );
  const [text, version, deleted, old, logo, icon, footer, cover, former] = all as string[] as [
    ...Five,
    string,
    string,
    string,
    string,
  ];
  // More than one question to posts takes in.
  for (let id = 1; id <= 50; id++) await write(id);
  await write(45, text);
  await remember(3, 1, version);
  await write(60, deleted);
  await remember(60, 1, old);
  await db.admin`UPDATE posts.posts SET cover = CASE id WHEN 7 THEN ${cover} WHEN 60 THEN ${former} END WHERE id IN (7, 60)`;
  await remove(60);
  await db.admin`UPDATE auth.blog SET logo = ${logo}, icon = ${icon}, footer = ${`see ${footer}`}`;
  await sweep();
  await ageBy(graceDays + 1);
  expect(await sweep()).toBe(0);
  for (const hash of all) expect(await there(hash)).toBe(true);
  await forget(60);
  await sweep();
  await ageBy(graceDays + 1);
  expect(await sweep()).toBe(3);
  expect(await Promise.all([deleted, old, former, text, cover].map(there))).toEqual([false, false, false, true, true]);
});

test('when somebody cannot be asked nothing is deleted, and nothing is noted', async () => {
  const hash = await upload('unsure');
  await ageBy(30);
  await db.admin`REVOKE EXECUTE ON FUNCTION auth.pictures_named() FROM media`;
  await expect(sweep()).rejects.toThrow('permission denied');
  await db.admin`GRANT EXECUTE ON FUNCTION auth.pictures_named() TO media`;
  expect([await sweep(), await there(hash)]).toEqual([0, true]);
});

test('a post that takes a picture while others are asked keeps it', async () => {
  const hash = await upload('just in time');
  await sweep();
  await ageBy(graceDays + 1);
  let questions = 0;
  const late: NamedPictures = async () => {
    const found = await named();
    // As an import does: the post was last changed years ago.
    if (++questions === 1) await write(7, hash, '2019-01-01T00:00:00Z');
    return found;
  };
  expect([await sweep(late), questions, await there(hash)]).toEqual([0, 2, true]);
});

test('a picture that cannot be deleted does not keep the others', async () => {
  const hashes = [await upload('one'), await upload('two'), await upload('three')].sort();
  await sweep();
  await ageBy(graceDays + 1);
  const broken: Pick<Pictures, 'collect'> = {
    collect: async (hash) =>
      hash === hashes[0] ? Promise.reject(new Error('the store is full')) : pictures.collect(hash),
  };
  expect(await collectUnused({ sql, pictures: broken, objects, named })).toMatchObject({
    collected: 2,
    failures: [{ message: 'the store is full' }],
  });
  expect(await Promise.all(hashes.map(there))).toEqual([true, false, false]);
});

test('a picture outlives the texts that the editor keeps in a browser', () => {
  const copies = readFileSync(new URL('../web/client/copies.ts', import.meta.url), 'utf8');
  const [, days] = /\bcopyDays = (\d+);/.exec(copies) ?? [];
  expect(graceDays).toBeGreaterThan(Number(days));
});

test('whatever happens, a picture that is in use is never lost', async () => {
  const what = fc.record({
    step: fc.constantFrom('upload', 'write', 'clear', 'remember', 'remove', 'forget', 'logo', 'age', 'sweep'),
    picture: fc.nat({ max: 2 }),
    post: fc.integer({ min: 1, max: 2 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(what, { minLength: 15, maxLength: 40 }), async (steps) => {
      await clear();
      let version = 0;
      for (const { step, picture, post } of steps) {
        const hash = hashOf(Buffer.from(`picture ${picture}`));
        const isThere = await there(hash);
        if (step === 'upload') await upload(`picture ${picture}`);
        if (step === 'write' && isThere) await forget(post).then(() => write(post, hash));
        if (step === 'clear') await forget(post).then(() => write(post));
        if (step === 'remember' && isThere)
          await db.admin`SELECT 1 FROM posts.posts WHERE id = ${post}`.then((found) =>
            found.length ? remember(post, ++version, hash) : undefined,
          );
        if (step === 'remove') await forget(post).then(() => remove(post));
        if (step === 'forget') await forget(post);
        if (step === 'logo' && isThere) await db.admin`UPDATE auth.blog SET logo = ${hash}`;
        if (step === 'age') await ageBy(graceDays);
        if (step === 'sweep') await sweep();
        for (const used of await named()) expect(await there(used)).toBe(true);
      }
    }),
    { numRuns: 10 },
  );
});
