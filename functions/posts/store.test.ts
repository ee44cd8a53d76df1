import { someRows } from '@dormouse/runtime/until-none';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import fc from 'fast-check';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { importedPost } from './fields.ts';
import type { Status } from './post.ts';
import { canonical } from './slug.ts';
import { draftOf, openStore } from './store.fixture.ts';
import type { Changes, Cursor, Filter, Posts } from './store.ts';

let db: TestDatabase;
let posts: Posts;
let end: () => Promise<unknown>;
beforeAll(async () => {
  db = await testDatabase('categories', 'posts');
  ({ posts, end } = openStore(db));
});
afterAll(async () => {
  await end();
  await db.drop();
});

const anybody = () => {};
const make = async (post: Parameters<typeof draftOf>[0] = {}) => {
  const { id, body } = await posts.create(draftOf(post));
  return { id, ...JSON.parse(body) };
};
const events = (id: number) =>
  db.admin`SELECT type, data, traceparent FROM posts.outbox WHERE subject = ${`post/${id}`} ORDER BY position`;
const short = (type: string) => type.split('.')[3];
const whole = { status: 'published' as Status, limit: 100, offset: 0 };

test('whatever passes the checks of a request can be stored, and comes back as it was', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({ unit: fc.constantFrom('\u0085', '\u200b', '\u3164', ' ', '\ufdfa', '\u00a8', '#', 'é', '🎉') }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        title: text,
        content: text,
        category_name: text,
        tags: fc.array(text, { maxLength: 2 }),
        source: text,
        slug: text,
      }),
      async (given) => {
        const { success, output } = v.safeParse(importedPost, given);
        if (!success) return;
        const { title, content, category_name: categoryName, tags, source, slug } = output;
        const made = await make({ title, content, categoryName, tags, source, slug });
        const found = await posts.get(made.id);
        expect(found).toMatchObject({ title: made.title, content: made.content, slug: made.slug, tags });
        expect((await posts.bySlug(made.slug))?.id).toBe(made.id);
        expect(canonical(made.slug)).toBe(made.slug);
        await posts.remove(made.id, 'ann', anybody);
      },
    ),
    { numRuns: 300 },
  );
});

test('a published post is stored with its slug, excerpt, revision and two events', async () => {
  const made = await make({ title: 'Hello, World', content: '# Hi\n\nSome *text*.', categoryName: 'News' });
  expect(made).toMatchObject({
    title: 'Hello, World',
    slug: 'hello-world',
    excerpt: 'Some text.',
    content: '# Hi\n\nSome *text*.',
    author: 'ann',
    byline: [],
    version: 1,
  });
  expect(made.category).toMatchObject({ name: 'News', slug: 'news', color: expect.stringMatching(/^#[0-9a-f]{6}$/) });
  expect(await posts.revisions(made.id)).toMatchObject([{ version: 1, title: 'Hello, World', editor: 'ann' }]);
  const emitted = await events(made.id);
  expect(emitted.map(({ type }) => short(type))).toEqual(['created', 'published']);
  expect(emitted[0]?.data).toMatchObject({
    id: made.id,
    version: 1,
    slug: 'hello-world',
    status: 'published',
    created_at: made.created_at,
  });
});

test('a draft is created without being published', async () => {
  const { id } = await make({ status: 'draft' });
  expect((await events(id)).map(({ type }) => short(type))).toEqual(['created']);
});

test('the same title gets a slug of its own, as do titles without letters and look-alikes', async () => {
  const slugs = [];
  for (const title of ['Same', 'same!', 'Sаme', 'Säme', 'Same 2', '!!!', '🎉', 'C', 'C#', 'C++'])
    slugs.push((await make({ title })).slug);
  expect(slugs).toEqual([
    'same',
    'same-2',
    'sаme-3',
    'säme-4',
    'same-2-2',
    'post',
    'post-2',
    'c',
    'c-sharp',
    'c-plus-plus',
  ]);
});

test('a post is found by every slug it ever had, and has its first one again with its first title', async () => {
  const { id } = await make({ title: 'First name' });
  const { after } = await posts.change(id, 'ann', { title: 'Second name' }, anybody);
  expect(after.slug).toBe('second-name');
  expect((await posts.bySlug('first-name'))?.slug).toBe('second-name');
  expect((await make({ title: 'First name' })).slug).toBe('first-name-2');
  expect((await posts.change(id, 'ann', { title: 'First name' }, anybody)).after.slug).toBe('first-name');
  expect((await posts.bySlug('second-name'))?.id).toBe(id);
});

test('tags stay in order, and posts are found by their slugs, page after page', async () => {
  const made: { id: number; tags: string[] }[] = [];
  for (const tags of [['Owls', 'C#'], ['owls'], ['C#'], [], ['OWLS'], ['owls']]) made.push(await make({ tags }));
  const draft = await make({ tags: ['Owls', 'Unseen'], status: 'draft' });
  expect(made[0]?.tags).toEqual(['Owls', 'C#']);
  expect((await posts.get(made[0]!.id))?.tags).toEqual(['Owls', 'C#']);
  const ofOwls = { ...whole, tag: 'owls', limit: 3 };
  const first = await posts.list(ofOwls);
  const last = first.posts.at(-1)!;
  const second = await posts.list({ ...ofOwls, after: [last.createdAt.getTime(), last.id] });
  const ids = [5, 4, 1, 0].map((n) => made[n]?.id);
  expect([...first.posts, ...second.posts].map(({ id }) => id)).toEqual(ids);
  expect([first.more, second.more]).toEqual([true, false]);
  expect((await posts.list({ ...ofOwls, status: 'draft' })).posts.map(({ id }) => id)).toEqual([draft.id]);
  const counted = (await posts.tags()).filter(({ slug }) => ['owls', 'c-sharp', 'unseen'].includes(slug));
  expect(counted).toEqual([
    { name: 'owls', slug: 'owls', posts: 4 },
    { name: 'C#', slug: 'c-sharp', posts: 2 },
  ]);
});

test('other tags are a new version, told with the post; the same ones are no change', async () => {
  const { id } = await make({ tags: ['One', 'Two'] });
  expect((await posts.change(id, 'ann', { tags: ['One', 'Two'] }, anybody)).after.version).toBe(1);
  const { after } = await posts.change(id, 'ann', { tags: ['Two'] }, anybody);
  expect(after).toMatchObject({ version: 2, tags: ['Two'] });
  expect((await posts.change(id, 'ann', { title: 'Tagged' }, anybody)).after.tags).toEqual(['Two']);
  expect((await events(id)).map(({ type, data }) => [short(type), data.tags])).toEqual([
    ['created', ['One', 'Two']],
    ['published', ['One', 'Two']],
    ['updated', ['Two']],
    ['updated', ['Two']],
  ]);
  expect((await posts.list({ ...whole, tag: 'one' })).posts).toEqual([]);
});

test('an old address leads to the first post that has it, while that is published', async () => {
  const [one, two] = [await make(), await make()];
  const keep = async (...addresses: [path: string, postId: number][]) =>
    Object.fromEntries(await posts.keepAddresses(addresses.map(([path, postId]) => ({ path, postId }))));
  const slugAt = async (path: string) => (await db.admin`SELECT posts.slug_at(${path}) AS slug`)[0]?.slug;
  expect(await keep(['/a', one.id], ['/b', one.id], ['/a', two.id], ['/none', 2 ** 40])).toEqual({
    '/a': one.id,
    '/b': one.id,
  });
  expect(await keep(['/a', two.id], ['/c', two.id])).toEqual({ '/a': one.id, '/c': two.id });
  expect([await slugAt('/a'), await slugAt('/c'), await slugAt('/d')]).toEqual([one.slug, two.slug, null]);
  await posts.change(one.id, 'ann', { status: 'draft' }, anybody);
  expect(await slugAt('/a')).toBeNull();
  await posts.remove(one.id, 'ann', anybody);
  expect(await keep(['/a', two.id])).toEqual({ '/a': two.id });
  await Promise.all(
    Array.from({ length: 8 }, (_, n) =>
      keep(...['/x', '/y', '/z'].map((path): [string, number] => [path, n % 2 ? one.id : two.id]).slice(n % 3)),
    ),
  );
  expect(await slugAt('/z')).toBe(two.slug);
  const paths = (await posts.addresses('/a')).map(({ path }) => path);
  expect(paths).toEqual(['/c', '/x', '/y', '/z']);
  expect(await posts.addresses('/c')).toContainEqual({ path: '/z', post_id: two.id });
  expect(await posts.addresses('/zz')).toEqual([]);
});

test('posts that another function has moved are told of once, by posts, which signs', async () => {
  const [a, b] = [await make({ categoryName: 'Moors' }), await make({ categoryName: 'Moors' })];
  const { category: into } = await make({ categoryName: 'Meadows' });
  const trace = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  await db.as('categories')`SELECT * FROM posts.recategorise(${a.category.id}, ${into.id}, ${trace})`;
  const updates = async (id: number) => (await events(id)).filter(({ type }) => short(type) === 'updated');
  expect(await updates(a.id)).toEqual([]);
  expect((await posts.nextDue())?.getTime()).toBeLessThanOrEqual(Date.now());
  const told = await Promise.all([posts.tellMoved(), posts.tellMoved()]);
  expect([told.reduce((sum, each) => sum + each), await posts.tellMoved()]).toEqual([2, 0]);
  await db.admin`DELETE FROM posts.deleted_posts`;
  expect(await posts.nextDue()).toBeUndefined();
  for (const { id } of [a, b]) {
    const found = await updates(id);
    expect(found).toMatchObject([{ data: { version: 2, category: { id: into.id, name: 'Meadows' } } }]);
    expect(found[0]?.traceparent).toContain('a'.repeat(32));
  }
});

test('a post with a time to come is a draft until then, and then the newest of all', async () => {
  const soon = new Date(Date.now() + 3_600_000);
  const { id, ...made } = await make({ title: 'Planned', publishedAt: soon });
  expect([made.status, made.published_at]).toEqual(['draft', soon.toISOString()]);
  const other = await make({ title: 'Meanwhile' });
  expect([await posts.publishDue(), await posts.nextDue()]).toEqual([[], soon]);
  await db.admin`UPDATE posts.posts SET publish_at = clock_timestamp() - interval '1 ms' WHERE id = ${id}`;
  const [published, ...others] = await posts.publishDue();
  expect([published?.id, others, await posts.publishDue(), await posts.nextDue()]).toEqual([id, [], [], undefined]);
  expect(published).toEqual(await posts.get(id));
  expect(published).toMatchObject({ status: 'published', version: 2 });
  expect(published?.createdAt).toEqual(published?.publishedAt);
  expect((await posts.list(whole)).posts.slice(0, 2).map((post) => post.id)).toEqual([id, other.id]);
  expect((await events(id)).map(({ type, data }) => `${short(type)} ${data.version}`)).toEqual([
    'created 1',
    'published 2',
  ]);
  expect((await posts.revisions(id)).map(({ version, editor }) => `${version} ${editor}`)).toEqual(['2 ann', '1 ann']);
});

test('a time is moved, taken away, and outdone by publishing', async () => {
  const [one, two] = [3_600_000, 7_200_000].map((ms) => new Date(Date.now() + ms));
  const { id } = await make({ status: 'draft', publishedAt: one });
  const change = async (changes: Parameters<Posts['change']>[2]) =>
    (await posts.change(id, 'ann', changes, anybody)).after;
  expect(await change({ title: 'A title' })).toMatchObject({ version: 1, publishedAt: one });
  expect(await change({ publishedAt: two })).toMatchObject({ version: 2, status: 'draft', publishedAt: two });
  expect(await change({ status: 'draft', publishedAt: two })).toMatchObject({ version: 2 });
  expect(await change({ publishedAt: null })).toMatchObject({ version: 3, status: 'draft', publishedAt: null });
  expect(await change({ status: 'published', publishedAt: one })).toMatchObject({
    version: 4,
    status: 'draft',
    publishedAt: one,
  });
  const published = await change({ status: 'published' });
  expect(published).toMatchObject({ version: 5, status: 'published' });
  expect(published.publishedAt?.getTime()).toBeLessThan(one?.getTime() ?? 0);
  expect(await posts.get(id)).toEqual(published);
  expect(await change({ publishedAt: two })).toMatchObject({ version: 6, status: 'draft', publishedAt: two });
  expect(await change({ publishedAt: new Date(0), status: 'published' })).toMatchObject({ status: 'published' });
  expect((await change({ status: 'draft' })).publishedAt).toBeNull();
  expect((await events(id)).map(({ type }) => short(type))).toEqual([
    'created',
    'updated',
    'updated',
    'updated',
    'published',
    'unpublished',
    'published',
    'unpublished',
  ]);
});

test('what a release withdraws that knows nothing of times stays withdrawn', async () => {
  const { id } = await make();
  await db.admin`UPDATE posts.posts SET status = 'draft', version = version + 1 WHERE id = ${id}`;
  expect((await posts.publishDue()).map((post) => post.id)).not.toContain(id);
  expect((await posts.get(id))?.publishedAt).toBeNull();
});

test('of many who publish what is due at once, each post is published by one', async () => {
  await Promise.all(
    Array.from({ length: 6 }, () => make({ status: 'draft', publishedAt: new Date(Date.now() + 60_000) })),
  );
  await db.admin`UPDATE posts.posts SET publish_at = clock_timestamp() WHERE publish_at > clock_timestamp()`;
  const published = (await Promise.all(Array.from({ length: 4 }, () => posts.publishDue()))).flat();
  expect(new Set(published.map(({ id }) => id)).size).toBe(6);
  expect(published).toHaveLength(6);
});

test('a deleted post leaves nothing that is shown', async () => {
  const { id } = await make({ title: 'Short life' });
  await posts.change(id, 'ann', { content: 'Other.' }, anybody);
  await posts.remove(id, 'ann', anybody);
  expect(await posts.get(id)).toBeUndefined();
  expect(await posts.bySlug('short-life')).toBeUndefined();
  expect(await posts.revisions(id)).toEqual([]);
  expect((await events(id)).map(({ type, data }) => [short(type), data.version])).toEqual([
    ['created', 1],
    ['published', 1],
    ['updated', 2],
    ['deleted', 3],
  ]);
  expect((await make({ title: 'Short life' })).slug).toBe('short-life');
});

test('each kind of change is told by its own event, and no change by none', async () => {
  const { id } = await make({ status: 'draft' });
  await posts.change(id, 'ann', { status: 'draft', title: 'A title' }, anybody);
  await posts.change(id, 'ann', { status: 'published' }, anybody);
  await posts.change(id, 'bob', { status: 'draft', content: 'New.' }, anybody);
  const { after } = await posts.change(id, 'ann', { categoryName: 'Moved here' }, anybody);
  expect((await events(id)).map(({ type, data }) => `${short(type)} ${data.version}`)).toEqual([
    'created 1',
    'published 2',
    'updated 3',
    'unpublished 3',
    'updated 4',
  ]);
  expect(after).toMatchObject({ version: 4, category: { name: 'Moved here', slug: 'moved-here' } });
  expect(await posts.get(id)).toEqual(after);
  expect((await posts.revisions(id)).map(({ version, editor }) => `${version} ${editor}`)).toEqual([
    '4 ann',
    '3 bob',
    '2 ann',
    '1 ann',
  ]);
  expect((await posts.revision(id, 1))?.content).toBe('Some *text*.');
});

test('what is refused changes nothing, not even by a new category', async () => {
  const { id } = await make();
  const rejectingAllow = () => {
    throw new Error('no');
  };
  await expect(
    posts.change(id, 'bob', { title: 'Mine now', categoryName: 'Never made' }, rejectingAllow),
  ).rejects.toThrow('no');
  await expect(posts.remove(id, 'ann', rejectingAllow)).rejects.toThrow('no');
  expect((await posts.get(id))?.version).toBe(1);
  expect(await db.admin`SELECT 1 FROM categories.categories WHERE name = 'Never made'`).toHaveLength(0);
});

test('of two changes at once both are made, one after the other', async () => {
  const { id } = await make();
  await Promise.all([
    posts.change(id, 'ann', { title: 'One' }, anybody),
    posts.change(id, 'bob', { content: 'Two.' }, anybody),
  ]);
  expect(await posts.get(id)).toMatchObject({ version: 3, title: 'One', content: 'Two.' });
});

test('a key gives the same answer again, refuses another request, and is told to wait while it is at work', async () => {
  const idempotencyKey = { key: 'k1', hash: 'h1' };
  const first = await posts.create(draftOf({ title: 'Once' }), idempotencyKey);
  const second = await posts.create(draftOf({ title: 'Once' }), idempotencyKey);
  expect(second).toEqual({ id: first.id, etag: first.etag, body: first.body, outcome: 'replayed' });
  await expect(posts.create(draftOf(), { key: 'k1', hash: 'h2' })).rejects.toMatchObject({
    code: 'idempotency_mismatch',
  });
  expect((await posts.create(draftOf({ authorId: 2 }), { key: 'k1', hash: 'h2' })).outcome).toBe('new');
  await db.admin.begin(async (tx) => {
    await tx`SELECT pg_advisory_xact_lock(hashtextextended('1 k2', 0))`;
    await expect(posts.create(draftOf(), { key: 'k2', hash: 'h' })).rejects.toMatchObject({
      code: 'idempotency_in_flight',
    });
  });
});

test('a key is forgotten after 24 hours', async () => {
  await posts.create(draftOf(), { key: 'old', hash: 'h1' });
  await db.admin`UPDATE posts.idempotency SET created_at = created_at - interval '25 hours'`;
  expect((await posts.create(draftOf(), { key: 'old', hash: 'h2' })).outcome).toBe('new');
  expect(await db.admin`SELECT 1 FROM posts.idempotency`).toHaveLength(1);
});

test('one key sent ten times at once makes one post', async () => {
  const sent = Array.from({ length: 10 }, () =>
    posts.create(draftOf({ title: 'Ten times' }), { key: 'ten', hash: 'h' }),
  );
  const outcomes = await Promise.allSettled(sent);
  const ids = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.id] : []));
  expect(new Set(ids).size).toBe(1);
  for (const outcome of outcomes)
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'idempotency_in_flight' });
  expect(await db.admin`SELECT 1 FROM posts.posts WHERE title = 'Ten times'`).toHaveLength(1);
});

test('a source is imported once, also when asked five times at once', async () => {
  const imported = draftOf({
    source: 'blog/a.md',
    createdAt: new Date('2019-05-06T07:08:09.123Z'),
    slug: 'Wanted Slug',
    byline: ['Ann A.', 'Bob "B"'],
  });
  const outcomes = await Promise.all(Array.from({ length: 5 }, () => posts.create(imported)));
  expect(new Set(outcomes.map(({ id }) => id)).size).toBe(1);
  expect(outcomes.filter(({ outcome }) => outcome === 'new')).toHaveLength(1);
  expect(JSON.parse(outcomes[0]?.body ?? '')).toMatchObject({
    slug: 'wanted-slug',
    created_at: '2019-05-06T07:08:09.123Z',
    byline: ['Ann A.', 'Bob "B"'],
  });
});

test('an import says when a post was last changed, never before it was made', async () => {
  const createdAt = new Date('2019-05-06T07:08:09.123Z');
  const updatedAt = new Date('2020-01-02T03:04:05.678Z');
  const said = async (given: object) => JSON.parse((await posts.create(draftOf({ createdAt, ...given }))).body);
  expect(await said({ updatedAt })).toMatchObject({
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
  });
  expect(await said({ updatedAt: new Date(0) })).toMatchObject({ updated_at: createdAt.toISOString() });
  expect(await said({})).toMatchObject({ updated_at: createdAt.toISOString() });
});

test('lists show a category, an author, or drafts', async () => {
  await make({ title: 'Of a category', categoryName: 'Only This', author: 'Zoe', authorId: 9 });
  await make({ title: 'Hidden', categoryName: 'Only This', author: 'Zoe', authorId: 9, status: 'draft' });
  const titles = async (filter: object) => (await posts.list({ ...whole, ...filter })).posts.map(({ title }) => title);
  expect(await titles({ category: 'only-this' })).toEqual(['Of a category']);
  expect(await titles({ author: 'zoe' })).toEqual(['Of a category']);
  expect(await titles({ author: 'zoe', status: 'draft' })).toEqual(['Hidden']);
  expect(await titles({ category: 'nothing-like-it' })).toEqual([]);
});

test('drafts and what is published are one list and counted by state, of an author, a category, a tag', async () => {
  const mine = { author: 'Sid', authorId: 77, categoryName: 'States' };
  const soon = new Date(Date.now() + 3_600_000);
  const made = [
    await make({ ...mine, status: 'draft', tags: ['Half'] }),
    await make(mine),
    await make({ ...mine, status: 'draft', publishedAt: soon }),
    await make({ ...mine, kind: 'page', tags: ['Half'] }),
    await make({ ...mine, kind: 'page', status: 'draft' }),
    await make(mine),
  ];
  const ids = made.map(({ id }) => id).toReversed();
  const all = { author: 'sid', status: 'all', limit: 2, offset: 0 } as const;
  const seen: number[] = [];
  for (let offset = 0; offset < 6; offset += 2)
    seen.push(...(await posts.list({ ...all, offset })).posts.map(({ id }) => id));
  expect(seen).toEqual(ids);
  const first = await posts.list(all);
  const last = first.posts.at(-1);
  const after: Cursor = [last?.createdAt.getTime() ?? 0, last?.id ?? 0];
  const rest = await posts.list({ ...all, limit: 9, after });
  expect([first.more, rest.more, rest.posts.map(({ id }) => id)]).toEqual([true, false, ids.slice(2)]);
  const scheduled = async (wanted: boolean) =>
    (await posts.list({ ...all, status: 'draft', limit: 9, scheduled: wanted })).posts.map(({ id }) => id);
  expect([await scheduled(true), await scheduled(false)]).toEqual([[ids[3]], [ids[1], ids[5]]]);
  expect(await posts.counts({ author: 'SID' })).toEqual({ all: 6, drafts: 2, scheduled: 1, published: 2, pages: 2 });
  expect(await posts.counts({ category: 'states', tag: 'half' })).toEqual({
    all: 2,
    drafts: 1,
    scheduled: 0,
    published: 0,
    pages: 1,
  });
  for (const { id } of made) await posts.remove(id, 'ann', anybody);
});

test('a page is in no list, tag or state, and is found by its slug and among pages', async () => {
  const page = await make({ title: 'About us', categoryName: 'Pages only', tags: ['Only here'], kind: 'page' });
  const ids = async (filter: Partial<Parameters<Posts['list']>[0]> = {}) =>
    (await posts.list({ ...whole, ...filter })).posts.map(({ id }) => id);
  const lists = async () => [
    await ids(),
    await ids({ category: 'pages-only' }),
    await ids({ author: 'ann' }),
    await ids({ tag: 'only-here' }),
  ];
  const states = async () =>
    (await db.admin`SELECT is_published FROM posts.states() WHERE id = ${page.id}`)[0]?.is_published;
  const change = async (kind: 'post' | 'page') => (await posts.change(page.id, 'ann', { kind }, anybody)).after;
  for (const list of await lists()) expect(list).not.toContain(page.id);
  expect((await posts.tags()).map(({ slug }) => slug)).not.toContain('only-here');
  expect(await states()).toBe(false);
  expect(await posts.bySlug(page.slug)).toMatchObject({ id: page.id, kind: 'page', status: 'published' });
  expect(await ids({ kind: 'page' })).toEqual([page.id]);
  expect((await events(page.id)).map(({ type, data }) => `${short(type)} ${data.kind}`)).toEqual([
    'created page',
    'published page',
  ]);

  expect(await change('page')).toMatchObject({ version: 1 });
  expect(await change('post')).toMatchObject({
    kind: 'post',
    version: 2,
    updatedAt: (await posts.get(page.id))?.updatedAt,
  });
  for (const list of await lists()) expect(list).toContain(page.id);
  expect([await states(), await ids({ kind: 'page' })]).toEqual([true, []]);

  const draft = await make({ title: 'Imprint', status: 'draft', kind: 'page' });
  const drafts = { status: 'draft' } as const;
  expect([(await ids(drafts)).includes(draft.id), await ids({ ...drafts, kind: 'page' })]).toEqual([true, [draft.id]]);
  expect(await ids({ ...drafts, kind: 'post' })).not.toContain(draft.id);
  for (const { id } of [page, draft]) await posts.remove(id, 'ann', anybody);
});

test('months count published posts where it is that month, and lists have a beginning and an end', async () => {
  const at = (createdAt: string, others: Parameters<typeof draftOf>[0] = {}) =>
    make({ title: 'Of a time', createdAt: new Date(createdAt), ...others });
  const made = [
    await at('1999-12-31T23:30:00Z'),
    await at('2000-01-01T00:00:00Z'),
    await at('2000-01-31T23:59:59.999Z'),
    await at('2000-01-15T00:00:00Z', { kind: 'page' }),
    await at('2000-01-15T00:00:00Z', { status: 'draft' }),
  ];
  const months = async (timeZone: string) => (await posts.months(timeZone)).filter(({ month }) => month < '2001');
  expect(await months('UTC')).toEqual([
    { month: '2000-01', posts: 2 },
    { month: '1999-12', posts: 1 },
  ]);
  expect(await months('Europe/Berlin')).toEqual([
    { month: '2000-02', posts: 1 },
    { month: '2000-01', posts: 2 },
  ]);
  await expect(posts.months('Europe/Atlantis')).rejects.toMatchObject({ code: 'invalid' });
  const january = { from: new Date('2000-01-01T00:00:00Z'), until: new Date('2000-02-01T00:00:00Z') };
  expect((await posts.list({ ...whole, ...january })).posts.map(({ id }) => id)).toEqual([made[2]!.id, made[1]!.id]);
  for (const { id } of made) await posts.remove(id, 'ann', anybody);
});

test('the language that was given for a post is kept, changed and taken back; posts around it tell it', async () => {
  const moment = { createdAt: new Date('1991-01-01T00:00:00Z') };
  const [post, after] = [
    await make({ title: 'Servus', lang: 'de-AT', ...moment }),
    await make({ title: 'After', ...moment }),
  ];
  const change = async (lang: string | null) => (await posts.change(post.id, 'ann', { lang }, anybody)).after;
  expect([post.lang, after.lang, (await posts.neighbours(after.id))?.older?.lang]).toEqual(['de-AT', null, 'de-AT']);
  expect(await change('de-AT')).toMatchObject({ version: 1 });
  expect((await posts.change(post.id, 'ann', { title: 'Grüß Gott' }, anybody)).after).toMatchObject({ lang: 'de-AT' });
  expect(await change(null)).toMatchObject({ version: 3, lang: null });
  expect(await posts.get(post.id)).toMatchObject({ version: 3, lang: null });
  for (const { id } of [post, after]) await posts.remove(id, 'ann', anybody);
});

test('the cover of a post is kept, changed and taken back, in lists too, and is a picture that is named', async () => {
  const cover = 'c0'.repeat(32);
  const post = await make({
    title: 'With a cover',
    cover,
    coverAlt: 'A cat',
    createdAt: new Date('1990-06-01T00:00:00Z'),
  });
  expect(post).toMatchObject({ cover, cover_alt: 'A cat', version: 1 });
  const change = async (changes: Changes) => (await posts.change(post.id, 'ann', changes, anybody)).after;
  expect(await change({ cover, coverAlt: 'A cat' })).toMatchObject({ version: 1 });
  expect(await change({ coverAlt: 'Two cats' })).toMatchObject({ version: 2, cover, coverAlt: 'Two cats' });
  const until = new Date('1990-07-01T00:00:00Z');
  expect((await posts.list({ ...whole, until })).posts.find(({ id }) => id === post.id)).toMatchObject({
    cover,
    coverAlt: 'Two cats',
  });
  expect(await change({ cover: null })).toMatchObject({ version: 3, cover: null, coverAlt: 'Two cats' });
  expect(await posts.get(post.id)).toMatchObject({ cover: null, coverAlt: 'Two cats' });
  await posts.remove(post.id, 'ann', anybody);
});

test('lists tell featured posts from others, and a deleted one comes back as it was', async () => {
  const post = await make({ title: 'Chosen', featured: true });
  const other = await make({ title: 'Another' });
  expect([post, other]).toMatchObject([{ featured: true }, { featured: false }]);
  const listed = async (featured: boolean) =>
    (await posts.list({ ...whole, featured })).posts
      .map(({ id }) => id)
      .filter((id) => [post.id, other.id].includes(id));
  expect([await listed(true), await listed(false)]).toEqual([[post.id], [other.id]]);
  const { leading } = await posts.list({ ...whole, first: 'featured', limit: 1, before: [0, 1] });
  expect(leading?.map(({ id }) => id)).toEqual([post.id]);
  expect(await posts.list({ ...whole, first: 'featured', author: 'nobody' })).toMatchObject({ posts: [], leading: [] });
  const change = async (changes: Changes) => (await posts.change(post.id, 'eve', changes, anybody)).after;
  expect(await change({ featured: true })).toMatchObject({ version: 1 });
  expect(await change({ title: 'Chosen again' })).toMatchObject({ version: 2, featured: true });
  await posts.remove(post.id, 'ann', anybody);
  expect(await listed(true)).toEqual([]);
  expect(await posts.restore(post.id, 'ann', () => {})).toMatchObject({ featured: true });
  expect(await change({ featured: false })).toMatchObject({ featured: false });
  expect([await listed(true), await listed(false)]).toEqual([[], [other.id, post.id]]);
  for (const { id } of [post, other]) await posts.remove(id, 'ann', anybody);
});

test('a post that gets a date stands there in lists, is public since then, and nothing else of it changes', async () => {
  const title = 'Moved over';
  const [date, until] = [new Date('1991-02-03T04:05:06.789Z'), new Date('1991-03-01T00:00:00Z')];
  const [post, draft] = [await make({ title }), await make({ title, status: 'draft' })];
  const listed = async (filter: Partial<Filter>) =>
    (await posts.list({ ...whole, ...filter })).posts.map(({ id }) => id);
  const change = async (id: number, changes: Changes) => (await posts.change(id, 'ann', changes, anybody)).after;
  const dated = await change(post.id, { date });
  expect(dated).toMatchObject({ version: 2, title, createdAt: date, publishedAt: date, status: 'published' });
  expect(await posts.get(post.id)).toEqual(dated);
  expect(await listed({ until })).toContain(post.id);
  expect(await change(post.id, { date })).toMatchObject({ version: 2 });
  expect(await change(post.id, { title: 'Moved over, again' })).toMatchObject({ version: 3, createdAt: date });
  // A draft is as old as it says, and public since it is published.
  expect(await change(draft.id, { date })).toMatchObject({ createdAt: date, publishedAt: null, status: 'draft' });
  const published = await change(draft.id, { status: 'published' });
  expect([published.createdAt, (published.publishedAt as Date) > date]).toEqual([date, true]);
  expect(await change(draft.id, { status: 'draft' })).toMatchObject({ createdAt: date, publishedAt: null });
  expect(await change(draft.id, { status: 'published', date: until })).toMatchObject({
    createdAt: until,
    publishedAt: until,
  });
  for (const { id } of [post, draft]) await posts.remove(id, 'ann', anybody);
});

test('a summary stands in lists in the place of the first words, and goes again', async () => {
  const post = await make({ title: 'Long', content: 'First words.', summary: 'In short.' });
  expect(post).toMatchObject({ summary: 'In short.', excerpt: 'In short.' });
  const change = async (changes: Changes) => (await posts.change(post.id, 'ann', changes, anybody)).after;
  expect(await change({ summary: 'In short.' })).toMatchObject({ version: 1 });
  expect(await change({ content: 'Other words.' })).toMatchObject({ version: 2, excerpt: 'In short.' });
  await posts.remove(post.id, 'ann', anybody);
  expect(await posts.restore(post.id, 'ann', () => {})).toMatchObject({ summary: 'In short.' });
  expect(await change({ summary: '' })).toMatchObject({ summary: '', excerpt: 'Other words.' });
  expect(await posts.get(post.id)).toMatchObject({ summary: '', excerpt: 'Other words.' });
  await posts.remove(post.id, 'ann', anybody);
});

test('a preview has one key, which changes nothing of the post, goes with it and opens nothing after its end', async () => {
  const { id } = await make({ status: 'draft', authorId: 91, author: 'leaver' });
  const key = await posts.makePreview(id);
  expect([key, await posts.makePreview(id), await posts.preview(id)]).toEqual([
    expect.stringMatching(/^[\w-]{24}$/),
    key,
    key,
  ]);
  expect(await posts.byPreview(key)).toMatchObject({ id, status: 'draft', version: 1 });
  await posts.remove(id, 'ann', anybody);
  expect(await posts.byPreview(key)).toBeUndefined();
  await posts.restore(id, 'ann', () => {});
  expect((await posts.byPreview(key))?.id).toBe(id);
  await posts.endPreview(id);
  expect([await posts.byPreview(key), await posts.preview(id)]).toEqual([undefined, null]);
  const next = await posts.makePreview(id);
  expect([next === key, (await posts.byPreview(next))?.id]).toEqual([false, id]);
  await posts.disown({ id: 91, username: 'leaver' });
  expect(await posts.byPreview(next)).toBeUndefined();
  await expect(posts.makePreview(999_999)).rejects.toMatchObject({ code: 'not_found' });
  await posts.remove(id, 'ann', anybody);
});

test('an address that was chosen stays when the title changes, until it is to follow it again', async () => {
  const post = await make({ title: 'A very long title', slug: 'Shört, one' });
  const change = async (changes: Changes) => (await posts.change(post.id, 'ann', changes, anybody)).after;
  expect(post.slug).toBe('shört-one');
  expect(await change({ title: 'Another title' })).toMatchObject({ version: 2, slug: 'shört-one' });
  expect(await change({ slug: 'Shört one' })).toMatchObject({ version: 2 });
  expect(await change({ slug: 'brief' })).toMatchObject({ version: 3, slug: 'brief' });
  expect((await posts.bySlug('shört-one'))?.id).toBe(post.id);
  const other = await make({ title: 'Of somebody else', slug: 'brief' });
  expect(other.slug).toBe('brief-2');
  expect(await change({ slug: null })).toMatchObject({ version: 4, slug: 'another-title' });
  expect(await change({ slug: null })).toMatchObject({ version: 4 });
  expect(await change({ title: 'A third title' })).toMatchObject({ version: 5, slug: 'a-third-title' });
  for (const { id } of [post, other]) await posts.remove(id, 'ann', anybody);
});

test('neighbours are the posts before and after in the list, also of one moment, and no page or draft', async () => {
  const at = (title: string, others: Parameters<typeof draftOf>[0] = {}) =>
    make({ title, createdAt: new Date('1990-01-01T00:00:00Z'), ...others });
  const made = [
    await at('One'),
    await at('A page', { kind: 'page' }),
    await at('Two'),
    await at('A draft', { status: 'draft' }),
    await at('Three'),
  ];
  const around = async (index: number) => {
    const found = await posts.neighbours(made[index]!.id);
    return found && [found.newer?.title, found.older?.title];
  };
  expect([await around(0), await around(2)]).toEqual([
    ['Two', undefined],
    ['Three', 'One'],
  ]);
  expect((await around(4))?.[1]).toBe('Two');
  expect([await around(1), await around(3), await posts.neighbours(2 ** 50)]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  for (const { id } of made) await posts.remove(id, 'ann', anybody);
});

test('lists are read from their indexes alone, however many pages there are', async () => {
  const plan = await db.admin.unsafe(
    `SET enable_seqscan = off; EXPLAIN SELECT id FROM posts.posts WHERE status = 'published' AND id NOT IN (SELECT id FROM posts.posts WHERE is_page)
      ORDER BY created_at DESC, id DESC LIMIT 20 OFFSET 100; RESET enable_seqscan`,
  );
  const text = JSON.stringify(plan);
  expect(text).toContain('Index Only Scan using posts_newest');
  expect(text).toContain('posts_pages');
});

test('ids beyond int4 and up to what JavaScript counts are looked for and not found', async () => {
  for (const id of [2 ** 31, 2 ** 53 - 1]) expect(await posts.get(id)).toBeUndefined();
  await db.admin`SELECT setval('posts.post_ids', ${2 ** 40})`;
  const { id } = await make();
  expect(id).toBe(2 ** 40 + 1);
  expect((await posts.get(id))?.id).toBe(id);
});

test('every offset gives the posts at that place, the next page begins where the last ended, and both directions meet', async () => {
  const all = (await posts.list(whole)).posts.map(({ id }) => id);
  for (const offset of [1, 2, 7, all.length - 1, all.length, all.length + 100]) {
    expect((await posts.list({ ...whole, limit: 3, offset })).posts.map(({ id }) => id)).toEqual(
      all.slice(offset, offset + 3),
    );
  }
  const forth = await walk('after', 3);
  expect(forth).toEqual(all);
  const back = await walk('before', 4);
  expect(back).toEqual(all.slice(0, -1).reverse());
});

/** Follows cursors to the end: from the newest with `after`, or from the oldest with `before`. */
async function walk(
  direction: 'after' | 'before',
  limit: number,
  between: () => Promise<unknown> = async () => {},
): Promise<number[]> {
  const seen: number[] = [];
  const { posts: all } = await posts.list({ ...whole, limit: 1000 });
  const oldest = all.at(-1);
  let cursor: Cursor | undefined =
    direction === 'before' && oldest ? [oldest.createdAt.getTime(), oldest.id] : undefined;
  for (let more = true; more; ) {
    const page = await posts.list({ ...whole, limit, [direction]: cursor });
    const inOrder = direction === 'after' ? page.posts : [...page.posts].reverse();
    seen.push(...inOrder.map(({ id }) => id));
    const last = inOrder.at(-1);
    if (last) cursor = [last.createdAt.getTime(), last.id];
    more = page.more;
    await between();
  }
  return seen;
}

test('a reader who pages sees each post once, whatever is written or deleted meanwhile', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('write', 'delete', 'same moment', 'nothing'), { maxLength: 6 }),
      fc.integer({ min: 1, max: 9 }),
      async (happenings, limit) => {
        const before = (await posts.list({ ...whole, limit: 1000 })).posts.map(({ id }) => id);
        const deleted: number[] = [];
        const between = async () => {
          const happening = happenings.pop();
          if (happening === 'write') await make();
          if (happening === 'same moment') await Promise.all([make(), make()]);
          if (happening === 'delete') {
            const victim = before[deleted.length * 5];
            if (victim !== undefined && !deleted.includes(victim)) await posts.remove(victim, 'ann', anybody);
            if (victim !== undefined) deleted.push(victim);
          }
        };
        const seen = await walk('after', limit, between);
        expect(new Set(seen).size).toBe(seen.length);
        const lasting = before.filter((id) => !deleted.includes(id));
        expect(seen.filter((id) => lasting.includes(id))).toEqual(lasting);
      },
    ),
    { numRuns: 15 },
  );
});

test('posts of an account are found by name and number, drafts too, as many as fit', async () => {
  const author = { authorId: 4711, author: 'Takes-Along' };
  const [first, second, third, fourth] = [
    await make({ ...author, title: 'One', content: 'x'.repeat(1_000_000) }),
    await make({ ...author, title: 'Two', status: 'draft', content: 'y'.repeat(1_000_000) }),
    await make({ ...author, title: 'Three' }),
    await make({ ...author, title: 'Four' }),
  ];
  await make({ authorId: 4712, author: 'somebody-else' });
  const found = async (id: number, after = 0) =>
    (await posts.ofAuthor({ id, name: 'takes-along' }, after)).map((post) => post.id);
  expect(await found(4711)).toEqual([first.id, second.id]);
  expect(await found(4711, second.id)).toEqual([third.id, fourth.id]);
  expect(await found(4711, fourth.id)).toEqual([]);
  expect(await found(4712)).toEqual([]);
  expect((await posts.ofAuthor({ id: 4711, name: 'takes-along' }, first.id))[0]).toMatchObject({
    title: 'Two',
    status: 'draft',
    content: second.content,
  });
});

test('what a draft saves by itself leaves one version of ten minutes, and none that somebody made by hand goes', async () => {
  const { id } = await make({ status: 'draft' });
  const versions = async () => (await posts.revisions(id)).map(({ version, editor }) => `${version} ${editor}`);
  const save = (content: string, editor = 'ann') => posts.change(id, editor, { content }, anybody, true);
  // Of other ten minutes, whenever this runs.
  const age = (version: number) =>
    db.admin`UPDATE posts.revisions SET created_at = created_at - interval '10 minutes' WHERE post_id = ${id} AND version = ${version}`;
  await age(1);
  const { after } = await save('One.');
  expect(after.version).toBe(2);
  expect(await versions()).toEqual(['2 ann', '1 ann']);
  await age(2);
  await save('Two.');
  await save('Three.', 'bob');
  await posts.change(id, 'bob', { content: 'Four.' }, anybody);
  // Of these ten minutes, but for one turn of the clock in six hundred seconds.
  const renew = (version: number) =>
    db.admin`UPDATE posts.revisions SET created_at = clock_timestamp() WHERE post_id = ${id} AND version = ${version}`;
  await renew(5);
  await save('Five.', 'bob');
  await renew(6);
  await save('Six.', 'bob');
  expect(await versions()).toEqual(['7 bob', '5 bob', '4 bob', '3 ann', '2 ann', '1 ann']);
  expect((await posts.revisions(id)).map(({ autosaved }) => autosaved)).toEqual([true, false, true, true, true, false]);
  expect((await posts.revision(id, 5))?.autosaved).toBe(false);
  // The button is pressed when the text has saved itself already.
  await posts.change(id, 'bob', { content: 'Six.' }, anybody);
  await renew(7);
  await save('Seven.', 'bob');
  expect((await versions()).slice(0, 2)).toEqual(['8 bob', '7 bob']);
  await posts.change(id, 'bob', { status: 'published' }, anybody);
  await save('Eight.', 'bob');
  expect((await versions()).slice(0, 3)).toEqual(['10 bob', '9 bob', '8 bob']);
});

test('a deleted account with hundreds of posts loses them some at a time, with every version and deletion', async () => {
  const many = 2 * someRows + 1;
  const account = { id: 77, username: 'Prolific' };
  const { id } = await make({ author: account.username, authorId: account.id });
  const gone = await make({ title: 'Deleted by' });
  await posts.remove(gone.id, account.username, anybody);
  await db.admin`
    INSERT INTO posts.posts (author_id, author, category_id, status, slug, title, excerpt, content, updated_at)
    SELECT ${account.id}, ${account.username}, category_id, 'draft', 'many-' || n, 'Many', '', '', now() FROM posts.posts, generate_series(2, ${many}) AS n WHERE id = ${id}`;
  await db.admin`
    INSERT INTO posts.revisions (post_id, version, title, content, status, editor, created_at)
    SELECT ${id}, n, '', '', 'draft', ${account.username}, now() FROM generate_series(2, ${many}) AS n`;
  await db.admin.unsafe(`
    CREATE TABLE statements (relation text, count bigint);
    GRANT INSERT ON statements TO posts;
    CREATE FUNCTION note_statement() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO public.statements SELECT TG_TABLE_NAME, count(*) FROM changed; RETURN NULL; END $$;
    CREATE TRIGGER disowned AFTER UPDATE ON posts.posts REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_statement();
    CREATE TRIGGER renamed AFTER UPDATE ON posts.revisions REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_statement();`);
  await posts.disown(account);
  expect(
    await db.admin`SELECT relation, max(count)::int AS most, sum(count)::int AS total FROM statements GROUP BY relation ORDER BY relation`,
  ).toEqual([
    { relation: 'posts', most: someRows, total: many },
    { relation: 'revisions', most: someRows, total: many },
  ]);
  const [untold] = await db.admin<{ count: number }[]>`SELECT count(*)::int AS count FROM posts.untold`;
  expect(untold?.count).toBe(many);
  for (const table of ['posts', 'revisions', 'deleted_posts', 'deleted_revisions'])
    expect([
      table,
      await db.admin`SELECT 1 FROM ${db.admin(`posts.${table}`)} AS r WHERE r::text LIKE '%Prolific%' LIMIT 1`,
    ]).toEqual([table, []]);
  await db.admin.unsafe(`
    DROP TRIGGER disowned ON posts.posts; DROP TRIGGER renamed ON posts.revisions;
    DELETE FROM posts.posts WHERE title = 'Many'`);
});
