import { onMeasure, readStates } from '@dormouse/runtime/measure';
import type { Measure } from '@dormouse/runtime/measurement';
import { RejectEvent } from '@dormouse/runtime/receive';
import { metrics } from '@dormouse/signals/metrics';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { emptied, openStore } from './store.fixture.ts';
import type { Categories, Post } from './store.ts';
import { verificationMetrics } from './verification-metrics.ts';

let db: TestDatabase;
let categories: Categories;
let count: (post: Post) => Promise<void>;
let end: () => Promise<unknown>;
beforeAll(async () => {
  db = await testDatabase('categories', 'posts');
  ({ categories, count, end } = openStore(db));
});
afterAll(async () => {
  await end();
  await db.drop();
});
beforeEach(() => emptied(db));

const categoryIds = async () => (await categories.all()).map(({ id }) => id);
/** A published post that was written an hour ago. */
const write = async (category: number, { version = 1, status = 'published', age = '1 hour' } = {}): Promise<Post> => {
  const [row] = await db.admin`
    INSERT INTO posts.posts (version, author_id, author, category_id, status, slug, title, excerpt, content, updated_at)
    VALUES (${version}, 1, 'ann', ${category}, ${status}, gen_random_uuid()::text, 't', 'e', 'c', now() - ${age}::interval) RETURNING id`;
  return { id: Number(row?.id), version, categoryId: category, published: status === 'published', deleted: false };
};
const counts = async () => (await categories.all()).map(({ postCount }) => postCount);
const problems = async () => (await categories.differences(300)).map(({ problem, post }) => [problem, post]);
const truth = async () => {
  const rows =
    await db.admin`SELECT category_id AS id, count(*)::int AS n FROM posts.posts WHERE status = 'published' GROUP BY 1`;
  const of = new Map(rows.map(({ id, n }) => [Number(id), n as number]));
  return (await categories.all()).map(({ id }) => of.get(id) ?? 0);
};

test('a forged version is refused, and the post counts all the same, now and before it is written', async () => {
  const [id = 0] = await categoryIds();
  const post = await write(id);
  const forged = { ...post, version: 2147483647 };
  await expect(count(forged)).rejects.toThrow(RejectEvent);
  await expect(count({ ...forged, id: post.id + 1 })).rejects.toThrow('cannot be at version 2147483647 already');
  await count(post);
  await count({ ...(await write(id)) });
  expect((await counts())[0]).toBe(2);
});

test('versions may be missing in between, as many as can be lost', async () => {
  const [id = 0, another = 0] = await categoryIds();
  const post = await write(id);
  await count(post);
  await count({ ...post, version: 5000, categoryId: another });
  expect((await counts()).slice(0, 2)).toEqual([0, 1]);
});

test('what differs is found by its kind; news that may be under way are not', async () => {
  const [id = 0] = await categoryIds();
  const [right, missed] = [await write(id), await write(id)];
  await write(id, { age: '1 minute' });
  await count(right);
  const gone = { ...right, id: missed.id + 1000 };
  await count(gone);
  const ahead = await write(id);
  await count({ ...ahead, version: 9000 });
  expect(await problems()).toEqual([
    ['missed', missed.id],
    ['ahead', ahead.id],
    ['gone', gone.id],
  ]);
  await db.admin`UPDATE categories.categories SET post_count = 17 WHERE id = ${id}`;
  expect(await problems()).toContainEqual(['sum', null]);
  await categories.repair(2000);
  expect([await problems(), (await counts())[0]]).toEqual([[], 4]);
  // The news that were under way change nothing twice, and the forged id counts when its post is there.
  await count({ ...ahead, version: 1 });
  await count({ ...missed, version: 2 });
  await count(gone);
  expect((await counts())[0]).toBe(5);
});

test('a category that nothing is left in goes with the repair', async () => {
  const [row] = await db.as('posts')`SELECT id FROM categories.get_or_create('Rare')`;
  const post = await write(Number(row?.id));
  await count(post);
  await db.admin`DELETE FROM posts.posts`;
  await categories.repair(2000);
  expect((await categories.all()).find(({ name }) => name === 'Rare')).toBeUndefined();
});

test('is measured when an instance has woken, and again after five minutes', async () => {
  const [id = 0] = await categoryIds();
  await write(id);
  const [measured, clock]: [Measure[], { now: number }] = [[], { now: 1 }];
  onMeasure((each) => measured.push(each));
  verificationMetrics(categories, () => clock.now);
  for (const now of [1, 299_000, 301_000]) {
    clock.now = now;
    await readStates(false);
  }
  onMeasure(undefined);
  expect(measured.filter(({ metric }) => metric === metrics.countsWrong).map(({ value }) => value)).toEqual([1, 1]);
});

test('whatever news were lost, doubled and reordered: after a repair, in the middle of writing, the counts are exact', async () => {
  const step = fc.record({
    category: fc.integer({ min: 0, max: 2 }),
    post: fc.integer({ min: 0, max: 3 }),
    act: fc.constantFrom('write', 'move', 'hide', 'delete'),
    heard: fc.integer({ min: 0, max: 2 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.nat(), async (steps, seed) => {
      await db.admin`DELETE FROM posts.posts`;
      await db.admin`DELETE FROM categories.counted`;
      await db.admin`UPDATE categories.categories SET post_count = 0`;
      const ids = await categoryIds();
      const posts: Post[] = [];
      const news: Post[] = [];
      const apply = async ({ category, post, act, heard }: (typeof steps)[number]) => {
        const old = posts[post % Math.max(1, posts.length)];
        if (act === 'write' || !old || old.deleted) {
          const made = await write(ids[category] ?? 0);
          posts.push(made);
          for (let i = 0; i < heard; i++) news.push({ ...made });
          return;
        }
        old.version++;
        if (act === 'move') old.categoryId = ids[category] ?? 0;
        if (act === 'hide') old.published = !old.published;
        if (act === 'delete') old.deleted = true;
        if (old.deleted) await db.admin`DELETE FROM posts.posts WHERE id = ${old.id}`;
        else
          await db.admin`UPDATE posts.posts SET version = ${old.version}, category_id = ${old.categoryId}, status = ${old.published ? 'published' : 'draft'} WHERE id = ${old.id}`;
        for (let i = 0; i < heard; i++) news.push({ ...old });
      };
      const half = Math.floor(steps.length / 2);
      for (const each of steps.slice(0, half)) await apply(each);
      const shuffled = news
        .splice(0)
        .sort((a, b) => ((a.id * 7 + a.version * seed) % 5) - ((b.id * 7 + b.version * seed) % 5));
      await Promise.all([categories.repair(2000), ...shuffled.slice(0, 3).map(count)]);
      for (const each of shuffled.slice(3)) await count(each);
      for (const each of steps.slice(half)) await apply(each);
      await Promise.all(news.map((each) => count(each)));
      await categories.repair(2000);
      expect(await counts()).toEqual(await truth());
    }),
    { numRuns: 15 },
  );
});
