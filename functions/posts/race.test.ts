import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { draftOf, openStore } from './store.fixture.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase('categories', 'posts');
});
afterAll(() => db.drop());

/** What categories does with the events of posts, as its own role: repeatedly, in any order, two at a time. */
function consumer() {
  const sql = db.as('categories');
  const seen = new Set<string>();
  let stopped = false;
  const round = async () => {
    const rows = await db.admin`SELECT position, type, data FROM posts.outbox ORDER BY random()`;
    const fresh = rows.filter(({ position }) => !seen.has(position));
    await Promise.all(
      fresh.map(async ({ position, type, data }) => {
        const deleted = type.includes('.deleted.');
        await sql`SELECT count_post(${data.id}, ${data.version}, ${data.category.id}, ${data.status === 'published' && !deleted}, ${deleted})`;
        seen.add(position);
      }),
    );
    return fresh.length;
  };
  const working = (async () => {
    while (!stopped) await round();
    while ((await round()) > 0);
  })();
  return {
    async stop() {
      stopped = true;
      await working;
    },
  };
}

test('150 posts made while others are deleted and their category is removed: no error, and right counts after', async () => {
  const instances = [openStore(db), openStore(db), openStore(db)];
  const consuming = consumer();
  const deletions: Promise<unknown>[] = [];
  const kept = new Map<string, number>();
  await Promise.all(
    Array.from({ length: 150 }, async (_, i) => {
      const { posts } = instances[i % 3] as (typeof instances)[number];
      const categoryName = i % 2 ? 'Racing' : `Lane ${i % 6}`;
      const { id } = await posts.create(
        draftOf({ title: 'Same title', categoryName, status: i % 10 === 3 ? 'draft' : 'published' }),
      );
      if (i % 25 === 7) kept.set(categoryName, (kept.get(categoryName) ?? 0) + (i % 10 === 3 ? 0 : 1));
      else deletions.push(posts.remove(id, 'ann', () => {}));
    }),
  );
  await Promise.all(deletions);
  await consuming.stop();
  const left = await db.admin`SELECT name, post_count FROM categories.categories WHERE NOT is_default`;
  expect(new Map(left.map(({ name, post_count }) => [name, post_count]))).toEqual(kept);
  const [slugs] = await db.admin`SELECT count(*)::int AS posts, count(DISTINCT slug)::int AS slugs FROM posts.posts`;
  expect(slugs?.slugs).toBe(slugs?.posts);
  await Promise.all(instances.map(({ end }) => end()));
});

test('a category is removed again and again under a stream of creates: each create succeeds', async () => {
  const { posts, end } = openStore(db);
  const sql = db.as('categories');
  const made = new Set<number>();
  let running = true;
  const removing = (async () => {
    for (; running; ) await sql`SELECT remove_if_empty(id) FROM categories WHERE name = 'Vanishing'`;
  })();
  for (let i = 0; i < 60; i++) {
    const { id } = await posts.create(draftOf({ categoryName: 'Vanishing' }));
    made.add(id);
    await posts.remove(id, 'ann', () => {});
  }
  running = false;
  await removing;
  await end();
  expect(made.size).toBe(60);
});

test('posts are written, moved and deleted while their categories are merged: nothing is refused or lost', async () => {
  const { posts, end } = openStore(db);
  const sql = db.as('categories');
  const merge = () =>
    sql.begin(async (tx) => {
      await tx`SELECT pg_advisory_xact_lock(counting_lock()), take_turns()`;
      const rows = await tx`SELECT id FROM categories WHERE name IN ('Left', 'Right') ORDER BY id FOR UPDATE`;
      if (rows.length < 2) return;
      await tx`SELECT * FROM posts.recategorise(${rows[0]?.id}, ${rows[1]?.id}, null)`;
      await tx`DELETE FROM categories WHERE id = ${rows[0]?.id}`;
    });
  const made: number[] = [];
  const writing = Array.from({ length: 40 }, async (_, i) => {
    const { id } = await posts.create(draftOf({ categoryName: i % 2 ? 'Left' : 'Right' }));
    await posts.change(id, 'ann', { categoryName: i % 2 ? 'Right' : 'Left', title: `Moved ${i}` }, () => {});
    made.push(id);
  });
  const merging = (async () => {
    for (let i = 0; i < 10; i++) await merge();
  })();
  await Promise.all([...writing, merging]);
  for (const id of made) expect((await posts.get(id))?.category.name).toMatch(/^(Left|Right)$/);
  await end();
});
