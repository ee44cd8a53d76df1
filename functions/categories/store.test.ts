import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { emptied, openStore } from './store.fixture.ts';
import type { Categories, Post } from './store.ts';

let db: TestDatabase;
let categories: Categories;
let count: (post: Post) => Promise<void>;
let countAll: ReturnType<typeof openStore>['countAll'];
let asPosts: ReturnType<TestDatabase['as']>;
let end: () => Promise<unknown>;
beforeAll(async () => {
  db = await testDatabase('categories', 'posts');
  ({ categories, count, countAll, end } = openStore(db));
  asPosts = db.as('posts');
});
afterAll(async () => {
  await end();
  await db.drop();
});
beforeEach(async () => {
  await emptied(db);
  await db.admin`DELETE FROM categories.outbox`;
});

const category = async (name: string) =>
  Number((await asPosts`SELECT id FROM categories.get_or_create(${name})`)[0]?.id);
/** A row of posts, as far as the foreign key and a merge need it. */
const post = async (categoryId: number, status = 'published') =>
  Number(
    (
      await db.admin`INSERT INTO posts.posts (author_id, author, category_id, status, slug, title, excerpt, content, updated_at)
        VALUES (1, 'ann', ${categoryId}, ${status}, gen_random_uuid()::text, 't', 'e', 'c', now()) RETURNING id`
    )[0]?.id,
  );
const named = async (name: string) => (await categories.all()).find((each) => each.name === name);
const news = (id: number, categoryId: number, version = 1, published = true, deleted = false): Post => ({
  id,
  version,
  categoryId,
  published,
  deleted,
});
const emitted = async () =>
  (await db.admin`SELECT type, data FROM categories.outbox ORDER BY position`).map(
    ({ type, data }) => `${type.split('.')[3]} ${data.name} ${data.version}`,
  );

test('the defaults are there, in order, with colours of their own and nothing in them', async () => {
  const all = await categories.all();
  expect(all.map(({ name }) => name)).toEqual(['Culture', 'General', 'Science', 'Technology', 'Travel']);
  expect(new Set(all.map(({ color }) => color)).size).toBe(5);
  expect(all.every(({ postCount }) => postCount === 0)).toBe(true);
});

test('the first post makes a category known and counted, the last one leaving removes it', async () => {
  const id = await category('Rare');
  const first = await post(id);
  await count(news(first, id));
  expect(await named('Rare')).toMatchObject({ postCount: 1 });
  await db.admin`DELETE FROM posts.posts`;
  await count(news(first, id, 2, true, true));
  expect(await named('Rare')).toBeUndefined();
  expect(await emitted()).toEqual(['created Rare 1', 'deleted Rare 2']);
});

test('deleting a post removes its own category only, never a default', async () => {
  const [rare, empty] = [await category('Rare'), await category('Empty')];
  const id = Number((await named('General'))?.id);
  await count(news(1, id));
  await count(news(1, id, 2, true, true));
  await count(news(2, rare));
  await count(news(2, rare, 2, true, true));
  expect((await categories.all()).map(({ name }) => name)).toEqual([
    'Culture',
    'Empty',
    'General',
    'Science',
    'Technology',
    'Travel',
  ]);
  expect(empty).toBeGreaterThan(0);
});

test('a category with a draft stays, uncounted, until the draft is gone', async () => {
  const id = await category('Drafts');
  const [shown, draft] = [await post(id), await post(id, 'draft')];
  await count(news(shown, id));
  await count(news(draft, id, 1, false));
  await db.admin`DELETE FROM posts.posts WHERE id = ${shown}`;
  await count(news(shown, id, 2, true, true));
  expect(await named('Drafts')).toMatchObject({ postCount: 0 });
  await db.admin`DELETE FROM posts.posts WHERE id = ${draft}`;
  await count(news(draft, id, 2, false, true));
  expect(await named('Drafts')).toBeUndefined();
});

test('a post that moved or was hidden counts where it is and only while it is shown', async () => {
  const [a, b] = [await category('A'), await category('B')];
  const id = await post(b);
  await count(news(id, a));
  await count(news(id, b, 2));
  expect([await named('A'), (await named('B'))?.postCount]).toEqual([undefined, 1]);
  await count(news(id, b, 3, false));
  expect((await named('B'))?.postCount).toBe(0);
  await count(news(id, b, 4));
  expect((await named('B'))?.postCount).toBe(1);
});

interface Life {
  /** What happened to one post, in order; the last may be its end. */
  steps: { category: number; published: boolean }[];
  deleted: boolean;
}

test('whatever order events come in, however often and in whatever groups, counts end up the same and empty categories go', async () => {
  const life: fc.Arbitrary<Life> = fc.record({
    steps: fc.array(fc.record({ category: fc.integer({ min: 0, max: 2 }), published: fc.boolean() }), {
      minLength: 1,
      maxLength: 4,
    }),
    deleted: fc.boolean(),
  });
  let next = 1_000_000;
  await fc.assert(
    fc.asyncProperty(
      fc.array(life, { minLength: 1, maxLength: 5 }),
      fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
      async (lives, chance) => {
        const ids = [await category('P'), await category('Q'), await category('R')];
        const events: Post[] = [];
        const expected = new Map(ids.map((id) => [id, 0]));
        const kept = new Set<number>();
        for (const { steps, deleted } of lives) {
          const last = steps.at(-1) as Life['steps'][number];
          const categoryId = ids[last.category] as number;
          // Posts are committed before any of their events is delivered.
          const id = deleted ? next++ : await post(categoryId, last.published ? 'published' : 'draft');
          steps.forEach((step, i) => void events.push(news(id, ids[step.category] as number, i + 1, step.published)));
          if (deleted) events.push(news(id, categoryId, steps.length + 1, last.published, true));
          else kept.add(categoryId);
          if (!deleted && last.published) expected.set(categoryId, (expected.get(categoryId) ?? 0) + 1);
        }
        const drawn = () => chance.next().value as number;
        const deliveries = [...events, ...events.filter(() => drawn() < 0.4)]
          .map((event) => ({ event, at: drawn() }))
          .sort((a, b) => a.at - b.at);
        while (deliveries.length > 0) {
          const group = deliveries.splice(0, 1 + Math.floor(drawn() * 6)).map(({ event }) => event);
          await (group[1] ? countAll(group) : count(group[0] as Post));
        }
        const all = new Map((await categories.all()).map((each) => [each.id, each.postCount]));
        for (const id of ids) {
          const touched = events.some((event) => event.categoryId === id);
          expect(all.get(id)).toBe(kept.has(id) || !touched ? expected.get(id) : undefined);
        }
        await db.admin`DELETE FROM posts.posts`;
        await db.admin`DELETE FROM categories.counted`;
        await db.admin`DELETE FROM categories.categories WHERE NOT is_default`;
      },
    ),
    { numRuns: 60 },
  );
});

test('what follows of events that came together is told of the one that it follows from', async () => {
  const [a, b] = [await category('A'), await category('B')];
  const [first, second] = [await post(a), await post(b)];
  const told: [number, string][] = [];
  const tell = ({ id }: Post, type: string) => void told.push([id, type.split('.')[3] as string]);
  await countAll([news(1, b, 1, false), news(first, a), news(second, b), news(second, b)], tell);
  expect(told.sort()).toEqual(
    [
      [first, 'created'],
      [1, 'created'],
    ].sort(),
  );
  expect([(await named('A'))?.postCount, (await named('B'))?.postCount]).toEqual([1, 1]);
  told.splice(0);
  await db.admin`DELETE FROM posts.posts WHERE id = ${first}`;
  await countAll([news(second, b, 2), news(first, b, 2, true, true)], tell);
  expect(told).toEqual([[first, 'deleted']]);
  expect([await named('A'), (await named('B'))?.postCount]).toEqual([undefined, 1]);
});

test('what two events say of one version is counted once, and of a later version it is news', async () => {
  const [a, b] = [await category('A'), await category('B')];
  const id = await post(a);
  await countAll([news(id, a), news(id, a), news(id, a, 3)]);
  await countAll([news(id, b, 2), news(id, b, 2)]);
  // Nothing is in B, and what is old names it.
  expect([(await named('A'))?.postCount, await named('B')]).toEqual([1, undefined]);
  await countAll([news(id, a, 4), news(id, a, 4, false), news(id, a, 5, false), news(id, a, 5, false)]);
  expect((await named('A'))?.postCount).toBe(0);
});

test('a version that no post can have rejects the group that it came with', async () => {
  const id = await category('A');
  await expect(countAll([news(1, id), news(2, id, 20_000)])).rejects.toThrow('post 2 cannot be at version 20000');
  expect((await named('A'))?.postCount).toBe(0);
});

test('groups side by side that touch the same posts and categories in any order do not wait for each other in a circle', async () => {
  const ids = [await category('A'), await category('B'), await category('C')];
  const posts = await Promise.all(ids.map((id) => post(id)));
  const groups = Array.from({ length: 20 }, (_, round) =>
    posts.map((id, i) => news(id, ids[(i + round) % 3] as number, round + 1)),
  );
  await Promise.all(groups.map((group, i) => countAll(i % 2 ? group : group.toReversed())));
  expect((await Promise.all(['A', 'B', 'C'].map(named))).map((each) => each?.postCount)).toEqual([1, 1, 1]);
});

test('many events at once leave the right counts', async () => {
  const id = await category('Busy');
  const ids = [];
  for (let i = 0; i < 30; i++) ids.push(await post(id));
  await Promise.all(
    ids.flatMap((each) => [count(news(each, id)), count(news(each, id, 2, false)), count(news(each, id, 3))]),
  );
  expect((await named('Busy'))?.postCount).toBe(30);
});

test('renaming keeps id, colour and posts, leads the former slug on, and is told', async () => {
  const id = await category('JS');
  await count(news(await post(id), id));
  const renamed = await categories.rename(id, ' JavaScript ');
  expect(renamed).toMatchObject({ id, name: 'JavaScript', slug: 'javascript', version: 2, postCount: 1 });
  expect(await categories.bySlug('js')).toEqual(renamed);
  expect(await category('JAVASCRIPT')).toBe(id);
  expect(await emitted()).toEqual(['created JS 1', 'updated JavaScript 2']);
  expect(await categories.rename(id, 'JavaScript')).toEqual(renamed);
  expect((await categories.rename(id, 'JAVAscript')).slug).toBe('javascript');
  expect((await categories.rename(id, 'JS')).slug).toBe('js');
});

test('a name that another category has is refused, in any case', async () => {
  const id = await category('One');
  await category('Two');
  await expect(categories.rename(id, 'two')).rejects.toMatchObject({ code: 'conflict' });
  await expect(categories.rename(2 ** 40, 'x')).rejects.toMatchObject({ code: 'not_found' });
});

test('merging moves posts, drafts, counts and slugs at once, and both functions tell of it', async () => {
  const [from, into] = [await category('Js'), await category('JavaScript')];
  const [a, b, draft, other] = [await post(from), await post(from), await post(from, 'draft'), await post(into)];
  await count(news(a, from));
  await count(news(other, into));
  // b's event is still on its way.
  const merged = await categories.merge(from, into);
  expect(merged).toMatchObject({ id: into, postCount: 3 });
  expect(await named('Js')).toBeUndefined();
  expect((await categories.bySlug('js'))?.id).toBe(into);
  await count(news(b, from));
  await count(news(draft, from, 1, false));
  await count(news(b, into, 2));
  expect((await named('JavaScript'))?.postCount).toBe(3);
  const moved = await db.admin`SELECT id, version, category_id FROM posts.posts ORDER BY id`;
  expect(moved.map((row) => [Number(row.id), row.version, Number(row.category_id)])).toEqual([
    [a, 2, into],
    [b, 2, into],
    [draft, 2, into],
    [other, 1, into],
  ]);
  // posts tells of them: only it can sign its events.
  const untold = await db.admin`SELECT post_id FROM posts.untold ORDER BY post_id`;
  expect(untold.map(({ post_id }) => Number(post_id))).toEqual([a, b, draft]);
  const [deleted] = await db.admin`SELECT data FROM categories.outbox WHERE type LIKE '%deleted%'`;
  expect(deleted?.data).toMatchObject({ id: from, version: 2, merged_into: into });
});

test('a default cannot be merged away, nor a category into itself or into nothing', async () => {
  const [id, general] = [await category('X'), Number((await named('General'))?.id)];
  await expect(categories.merge(general, id)).rejects.toMatchObject({ code: 'conflict' });
  await expect(categories.merge(id, id)).rejects.toMatchObject({ code: 'invalid' });
  await expect(categories.merge(id, 2 ** 40)).rejects.toMatchObject({ code: 'invalid' });
  await expect(categories.merge(2 ** 40, id)).rejects.toMatchObject({ code: 'not_found' });
});

test("categories' role cannot touch posts except by the published function", async () => {
  const sql = db.as('categories');
  await expect(sql`SELECT * FROM posts.posts`).rejects.toMatchObject({ code: '42501' });
  await expect(sql`SELECT posts.claim_slug(1, 'a', 'a')`).rejects.toMatchObject({ code: '42501' });
});
