import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { copiedColumns, copiedRevisionColumns, type DeletedPosts } from './deleted-store.ts';
import { draftOf, openStore } from './store.fixture.ts';
import type { Posts } from './store.ts';

let db: TestDatabase;
let posts: Posts;
let deleted: DeletedPosts;
let end: () => Promise<unknown>;
beforeAll(async () => {
  db = await testDatabase('categories', 'posts');
  ({ posts, deleted, end } = openStore(db));
});
afterEach(() => db.admin`DELETE FROM posts.deleted_posts`);
afterAll(async () => {
  await end();
  await db.drop();
});

const anybody = () => {};
const make = async (post: Parameters<typeof draftOf>[0] = {}) =>
  JSON.parse((await posts.create(draftOf(post))).body) as { id: number; slug: string; category: { id: number } };
const remove = (id: number) => posts.remove(id, 'eve', anybody);
const restore = (id: number) => posts.restore(id, 'eve', anybody);
const ageBy = (days: number) =>
  db.admin`UPDATE posts.deleted_posts SET deleted_at = deleted_at - make_interval(hours => ${days * 24})`;
const told = async (id: number) =>
  (await db.admin`SELECT type, data FROM posts.outbox WHERE subject = ${`post/${id}`} ORDER BY position`).map(
    ({ type, data }) => [type.split('.')[3], data.version, data.status],
  );

test('every column of a post and of a version is kept', async () => {
  const columnsOf = async (table: string) =>
    (
      await db.admin`SELECT column_name AS name FROM information_schema.columns
        WHERE table_schema = 'posts' AND table_name = ${table} ORDER BY ordinal_position`
    ).map(({ name }) => name);
  expect(await columnsOf('posts')).toEqual([...copiedColumns]);
  expect(await columnsOf('revisions')).toEqual([...copiedRevisionColumns]);
  expect(await columnsOf('deleted_posts')).toEqual(expect.arrayContaining([...copiedColumns]));
});

test('a restored post is as it was, with versions, slugs and addresses, and is told of as of something new', async () => {
  const { id } = await make({ title: 'First', tags: ['A b'], byline: ['Ann'], source: 'x.md', kind: 'page' });
  await posts.change(id, 'ann', { title: 'Second', content: 'Other.' }, anybody);
  await posts.keepAddresses([{ path: '/2019/first', postId: id }]);
  const before = await posts.get(id);
  await remove(id);
  expect([await posts.get(id), await posts.bySlug('first'), await posts.revisions(id)]).toEqual([
    undefined,
    undefined,
    [],
  ]);
  const restored = await restore(id);
  expect({ ...restored, version: 2, updatedAt: before?.updatedAt }).toEqual(before);
  expect(restored.version).toBe(4);
  expect([(await posts.bySlug('first'))?.id, (await posts.bySlug('second'))?.id]).toEqual([id, id]);
  expect((await posts.revisions(id)).map(({ version, title, editor }) => [version, title, editor])).toEqual([
    [4, 'Second', 'eve'],
    [2, 'Second', 'ann'],
    [1, 'First', 'ann'],
  ]);
  expect(await posts.addresses('')).toContainEqual({ path: '/2019/first', post_id: id });
  expect((await posts.create(draftOf({ source: 'x.md' }))).outcome).toBe('known');
  expect((await told(id)).slice(-3)).toEqual([
    ['deleted', 3, 'published'],
    ['updated', 4, 'published'],
    ['published', 4, 'published'],
  ]);
  await expect(restore(id)).rejects.toThrow('no such deleted post');
});

test('what somebody else has by now stays theirs', async () => {
  const { id, slug } = await make({ title: 'Taken', source: 'taken.md' });
  await posts.keepAddresses([{ path: '/taken', postId: id }]);
  await remove(id);
  const other = await make({ title: 'Taken', source: 'taken.md' });
  await posts.keepAddresses([{ path: '/taken', postId: other.id }]);
  expect(other.slug).toBe(slug);
  expect((await restore(id)).slug).toBe('taken-2');
  expect([(await posts.bySlug('taken'))?.id, (await posts.bySlug('taken-2'))?.id]).toEqual([other.id, id]);
  expect(await posts.addresses('/taken/')).not.toContainEqual({ path: '/taken', post_id: id });
  expect((await posts.create(draftOf({ source: 'taken.md' }))).id).toBe(other.id);
});

test('it comes back to its category, under its new name, where it was merged into, or made again', async () => {
  const [renamed, merged, gone] = [
    await make({ categoryName: 'Before' }),
    await make({ categoryName: 'Small' }),
    await make({ categoryName: 'Short-lived' }),
  ];
  await make({ categoryName: 'Large' });
  for (const { id } of [renamed, merged, gone]) await remove(id);
  await db.admin`UPDATE categories.categories SET name = 'After', key = categories.name_key('After') WHERE id = ${renamed.category.id}`;
  await db.admin`UPDATE categories.slugs SET category_id = (SELECT id FROM categories.categories WHERE name = 'Large') WHERE slug = 'small'`;
  await db.admin`DELETE FROM categories.categories WHERE id = ${merged.category.id}`;
  await db.admin`DELETE FROM categories.slugs WHERE category_id = ${gone.category.id}`;
  await db.admin`DELETE FROM categories.categories WHERE id = ${gone.category.id}`;
  const names = [];
  for (const { id } of [renamed, merged, gone]) names.push((await restore(id)).category.name);
  expect(names).toEqual(['After', 'Large', 'Short-lived']);
});

test('a draft that was to be published meanwhile stays a draft; one with a time to come keeps it', async () => {
  const soon = new Date(Date.now() + 3_600_000);
  const [late, early] = [
    await make({ status: 'draft', publishedAt: soon }),
    await make({ status: 'draft', publishedAt: soon }),
  ];
  await remove(late.id);
  await remove(early.id);
  await db.admin`UPDATE posts.deleted_posts SET publish_at = now() - interval '1 minute' WHERE id = ${late.id}`;
  expect(await posts.publishDue()).toEqual([]);
  expect((await restore(late.id)).publishedAt).toBeNull();
  expect((await restore(early.id)).publishedAt).toEqual(soon);
  expect((await told(early.id)).at(-1)).toEqual(['updated', 3, 'draft']);
  for (const { id } of [late, early]) await remove(id);
});

test('who may not restore or forget changes nothing', async () => {
  const { id } = await make();
  await remove(id);
  const no = ({ authorId }: { authorId: number }) => {
    throw new Error(`no, ${authorId}`);
  };
  await expect(posts.restore(id, 'bob', no)).rejects.toThrow('no, 1');
  await expect(deleted.forget(id, no)).rejects.toThrow('no, 1');
  expect(await deleted.list({ limit: 5 })).toMatchObject([{ id, deletedBy: 'eve' }]);
  await deleted.forget(id, anybody);
  await expect(restore(id)).rejects.toThrow('no such deleted post');
  await expect(deleted.forget(id, anybody)).rejects.toThrow('no such deleted post');
});

test('of many who restore a post at once, one does', async () => {
  const { id } = await make({ categoryName: 'Race' });
  await remove(id);
  const all = await Promise.allSettled(Array.from({ length: 6 }, () => restore(id)));
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect((await posts.get(id))?.version).toBe(3);
});

test('after 30 days it is gone, and posts is woken for it once an hour', async () => {
  const [old, young] = [await make(), await make()];
  await remove(old.id);
  await ageBy(29);
  await remove(young.id);
  const due = (await posts.nextDue())?.getTime() as number;
  expect([due % 3_600_000, due > Date.now() + 86_400_000 - 1000]).toEqual([0, true]);
  expect(await deleted.forgetExpired()).toBe(0);
  await ageBy(1);
  expect((await deleted.list({ limit: 5 })).map(({ id }) => id)).toEqual([young.id]);
  await expect(restore(old.id)).rejects.toThrow('no such deleted post');
  expect(await deleted.ofAuthor(1, 0)).toMatchObject([{ id: young.id }]);
  expect([await deleted.forgetExpired(), await deleted.forgetExpired()]).toEqual([1, 0]);
  expect(await db.admin`SELECT post_id FROM posts.deleted_revisions`).toMatchObject([{ post_id: String(young.id) }]);
});

test('they are listed by author, page after page, and end with their author’s account', async () => {
  const mine = [await make(), await make({ status: 'draft' }), await make()];
  const { id: hers } = await make({ author: 'Ida', authorId: 2, content: 'Hers.' });
  for (const id of [...mine.map((post) => post.id), hers]) await remove(id);
  const first = await deleted.list({ authorId: 1, limit: 2 });
  expect(first.map(({ id }) => id)).toEqual([mine[2]?.id, mine[1]?.id, mine[0]?.id]);
  const [, last] = first;
  const after = [last?.deletedAt.getTime() ?? 0, last?.id ?? 0] as const;
  expect((await deleted.list({ authorId: 1, limit: 2, after })).map(({ id }) => id)).toEqual([mine[0]?.id]);
  expect(await deleted.list({ author: 'iDA', limit: 5 })).toMatchObject([{ id: hers, categoryName: 'General' }]);
  expect(await deleted.ofAuthor(2, 0)).toMatchObject([{ id: hers, content: 'Hers.' }]);
  expect(await deleted.ofAuthor(2, hers)).toEqual([]);
  await deleted.forgetOf(1);
  expect((await deleted.list({ limit: 5 })).map(({ id }) => id)).toEqual([hers]);
});
