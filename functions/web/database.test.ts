import { openSql } from '@dormouse/runtime/sql';
import type { Sql } from '@dormouse/runtime/sql-types';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { shownCommentsIn } from './comments.ts';
import { displayNamesIn, unread } from './names.ts';
import { type OwedPurges, owedPurgesIn } from './owed-purges.ts';
import { postPicturesIn } from './post-pictures.ts';

let db: TestDatabase;
let sql: Sql;
let owed: OwedPurges;
beforeAll(async () => {
  db = await testDatabase('categories', 'auth', 'web', 'posts', 'comments');
  sql = openSql({ databaseUrl: db.urlOf('web'), service: 'web' });
  owed = owedPurgesIn(sql);
});
afterAll(async () => {
  await sql.end();
  await db.drop();
});
beforeEach(() => db.admin`TRUNCATE web.purges`);

const log = { warn: (fields: object) => expect(fields).toBeUndefined() };

const publish = (id: number, content: string, status = 'published') =>
  db.admin`
    INSERT INTO posts.posts (id, author_id, author, category_id, status, slug, title, excerpt, content, updated_at)
    SELECT ${id}, 1, 'ann', min(c.id), ${status}, ${`post-${id}`}, 'Post', '', ${content}, now() FROM categories.categories AS c`;

test('pages of comments begin with a comment that is there, and none is left out or shown twice', async () => {
  await publish(1, '');
  // Threads of a comment and three answers.
  await db.admin`
    INSERT INTO comments.comments (id, post_id, parent_id, thread_id, status, author, content, digest, created_at)
    OVERRIDING SYSTEM VALUE
    SELECT n, 1, CASE WHEN n % 4 = 1 THEN NULL ELSE n - (n - 1) % 4 END, n - (n - 1) % 4, 'published', 'bob', 'x', '', now()
    FROM generate_series(1, 130) AS n`;
  const shown = shownCommentsIn(sql, log);
  const found: number[] = [];
  const places: string[] = [];
  let next: string | undefined;
  do {
    const page = await shown.of(1, next);
    expect(page?.stray).toBeUndefined();
    found.push(...(page?.comments ?? []).map(({ id }) => id));
    next = page?.next;
    if (next) places.push(next);
  } while (next);
  expect([found, places]).toEqual([Array.from({ length: 130 }, (_, n) => n + 1), ['49-51', '101-101']]);
  for (const stray of ['49-50', '49-052', '1-99', '999-999', '0-0'])
    expect([stray, (await shown.of(1, stray))?.stray]).toEqual([stray, stray === '49-50' ? undefined : true]);
});

test('pictures of texts are read of what everybody may see', async () => {
  const [a, b] = ['a'.repeat(64), 'b'.repeat(64)] as const;
  await publish(
    2,
    `![](/blog/media/pictures/${a}-1280.jpg) ![](/blog/media/pictures/${b}-640.webp) ![](/blog/media/pictures/${a}-640.jpg)`,
  );
  await publish(3, `![](/blog/media/pictures/${a}-1280.jpg)`, 'draft');
  await publish(4, 'words');
  const found = await postPicturesIn(sql, log).of([2, 3, 4, 99]);
  expect([...(found ?? [])].map(([id, hashes]) => [id, [...hashes].sort()])).toEqual([[2, [a, b]]]);
});

test('display names and pictures are read without those who have neither, and are all of accounts that web can read', async () => {
  const picture = 'f'.repeat(64);
  await db.admin`
    INSERT INTO auth.users (username, display_name, email, role, picture) VALUES
      ('Ann', 'Ann Example', 'ann@example.org', 'author', ${picture}), ('bob', NULL, NULL, 'reader', ${picture}),
      ('eve', E'\u200b', NULL, 'reader', NULL), ('dan', NULL, NULL, 'reader', NULL), ('other', 'Other', NULL, 'reader', NULL)`;
  const names = displayNamesIn(sql, log);
  expect(await names.of(['ANN', 'Ann', 'bob', 'dan', 'eve', 'nobody', "x' OR true --"])).toEqual(
    new Map([
      ['Ann', { name: 'Ann Example', picture }],
      ['bob', { picture }],
      ['eve', {}],
    ]),
  );
  expect(await names.of([])).toEqual(new Map());
  await expect(sql`SELECT email FROM auth.users`).rejects.toThrow('permission denied');
});

test('pages do without display names that cannot be read', async () => {
  await db.admin`ALTER FUNCTION auth.people_named(text[]) RENAME TO away`;
  const said: object[] = [];
  expect(await displayNamesIn(sql, { warn: (fields) => void said.push(fields) }).of(['Ann'])).toBe(unread);
  expect(said).toHaveLength(1);
  await db.admin`ALTER FUNCTION auth.away(text[]) RENAME TO people_named`;
});

const age = (seconds: number) =>
  db.admin`UPDATE web.purges SET noted_at = noted_at - make_interval(secs => ${seconds}), since = since - make_interval(secs => ${seconds})`;

test('what the cache was not told it is told later, each key once, and not before functions have forgotten it', async () => {
  await owed.note(['posts', 'post-1']);
  await owed.note(['posts', 'post-2']);
  const told: string[] = [];
  const tell = async (keys: readonly string[]) => void told.push(...keys);
  expect(await owed.settle(tell)).toMatchObject({ told: 0, left: 3 });
  await age(900);
  expect((await owed.settle(() => Promise.reject(new Error('down')))).ageSeconds).toBeGreaterThan(899);
  expect(await owed.settle(tell)).toEqual({ told: 3, left: 0, ageSeconds: 0 });
  expect(told.sort()).toEqual(['post-1', 'post-2', 'posts']);
});

test('web is woken in the first minute of each ten while something is owed, and not while nothing is', async () => {
  const next = async () => (await sql<[{ at: Date | null }]>`SELECT next_due() AS at`)[0].at;
  expect(await next()).toBeNull();
  await owed.note(['posts']);
  const at = (await next())!;
  expect([at.getUTCMinutes() % 10, at.getUTCSeconds()]).toEqual([0, 0]);
  expect(at.getTime()).toBeGreaterThan(Date.now() - 61_000);
});

test('a failure leaves what was not told, and says why', async () => {
  await owed.note(Array.from({ length: 700 }, (_, n) => `post-${n}`));
  await age(10);
  let turn = 0;
  const settled = await owed.settle(async () => {
    if (turn++ > 0) throw new Error('down');
  });
  expect(settled).toMatchObject({ told: 300, left: 400, error: new Error('down') });
});

test('what is noted while it is told stays', async () => {
  await owed.note(['blog']);
  await age(10);
  expect(await owed.settle(() => owed.note(['blog']))).toMatchObject({ told: 1, left: 1 });
});

test('of more than five thousand everything is left', async () => {
  await owed.note(Array.from({ length: 4000 }, (_, n) => `post-${n}`));
  await age(100);
  await owed.note(Array.from({ length: 1001 }, (_, n) => `tag-${n}`));
  expect(await db.admin`SELECT key, since < now() - interval '90 seconds' AS old FROM web.purges`).toEqual([
    { key: 'all', old: true },
  ]);
  await owed.note(['blog']);
  await age(10);
  expect(await owed.settle(async () => {})).toMatchObject({ told: 2, left: 0 });
});
