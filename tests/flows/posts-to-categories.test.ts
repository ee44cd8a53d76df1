import { join } from 'node:path';
import { openPosts, type Posts } from '@dormouse/posts/store';
import { draftOf } from '@dormouse/posts/store.fixture';
import { eventSigner } from '@dormouse/runtime/event-signer';
import { type Outbox, outbox } from '@dormouse/runtime/outbox';
import { openSql } from '@dormouse/runtime/sql';
import { type Harness, startHarness } from '@dormouse/testing/harness';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../database.ts';
import { signed, signingKeysOf } from '../event-keys.ts';
import { type FunctionInProcess, openFunction } from '../in-process.ts';

let db: TestDatabase;
let flow: Harness;
let categories: FunctionInProcess;
let posts: Posts;
let box: Outbox;
let end: () => Promise<void>;
/** What stands between the broker and categories; a test may put something in its way. */
let gate: (request: Request) => Promise<Response>;
const through = (request: Request) => fetch(new Request(categories.origin + new URL(request.url).pathname, request));

beforeAll(async () => {
  db = await testDatabase('categories', 'posts');
  const sql = openSql({ databaseUrl: db.urlOf('posts'), service: 'posts' });
  end = () => sql.end();
  flow = await startHarness({
    manifests: [join(import.meta.dirname, '../../knative/base')],
    receivers: async (sink) => {
      categories = await openFunction('categories', { databaseUrl: db.urlOf('categories'), sink });
      box = outbox({ sql, source: '/posts', sink, sign: eventSigner(signingKeysOf('/posts')) });
      posts = openPosts({ sql, outbox: box });
      return { categories: (request) => gate(request) };
    },
    idle: () => Promise.all([box.drained(), categories.drained()]),
  });
  gate = through;
});
afterAll(async () => {
  await flow?.close();
  await categories?.close();
  await end?.();
  await db?.drop();
});

const countOf = async (name: string) =>
  (await db.admin`SELECT post_count FROM categories.categories WHERE name = ${name}`)[0]?.post_count;
const created = (id: number) => flow.event({ type: 'dev.dormouse.post.created.v1', subject: `post/${id}` });

test('a post that is written is counted, and the new category is announced', async () => {
  const { id } = await posts.create(draftOf({ categoryName: 'Rivers' }));
  const event = await created(id);
  await flow.delivered('categories-post-events', event.id);
  await flow.filtered('web-post-events', event.id);
  await flow.delivered(
    'web-post-events',
    (await flow.event({ type: 'dev.dormouse.post.published.v1', subject: `post/${id}` })).id,
  );
  expect(await countOf('Rivers')).toBe(1);
  const announced = await flow.event({ type: 'dev.dormouse.category.created.v1' });
  expect(announced).toMatchObject({ source: '/categories', data: { name: 'Rivers' } });
  await flow.delivered('web-category-events', announced.id);
});

test('is counted once, however often and however late its event arrives', async () => {
  const { id } = await posts.create(draftOf({ categoryName: 'Lakes' }));
  const { attributes, data } = await created(id);
  const again = await flow.send({ ...attributes, type: attributes.type as string, data });
  await flow.advance('P1D');
  await flow.delivered('categories-post-events', again);
  expect(flow.calls('categories').filter((call) => call.attributes.id === attributes.id)).toHaveLength(2);
  expect(await countOf('Lakes')).toBe(1);
  expect(
    await flow.events(
      (event) => event.type.startsWith('dev.dormouse.category.') && JSON.stringify(event.data).includes('Lakes'),
    ),
  ).toHaveLength(1);
});

test('is counted once when the answer to the first delivery is lost and the second finds nobody', async () => {
  let arrived = 0;
  gate = async (request) => {
    if (request.headers.get('ce-type') !== 'dev.dormouse.post.created.v1' || ++arrived > 2) return through(request);
    if (arrived === 1) await through(request);
    return new Response(null, { status: 503 });
  };
  const { id } = await posts.create(draftOf({ categoryName: 'Seas' }));
  const event = await created(id);
  await flow.retrying('categories-post-events', event.id);
  await flow.advance('PT1S');
  const { attempts } = await flow.delivered('categories-post-events', event.id);
  expect(attempts.map(({ status }) => status)).toEqual([503, 503, 204]);
  expect(await countOf('Seas')).toBe(1);
});

test('an event that categories cannot understand is given up at once, and holds up no other', async () => {
  const bad = await flow.send(
    signed({
      id: 'bad',
      type: 'dev.dormouse.post.created.v1',
      source: '/posts',
      subject: 'post/9',
      time: '2026-03-04T05:06:07Z',
      data: { id: 'nine' },
    }),
  );
  const { id } = await posts.create(draftOf({ categoryName: 'Ponds' }));
  await flow.delivered('categories-post-events', (await created(id)).id);
  expect((await flow.deadLettered('categories-post-events', bad)).attempts).toMatchObject([{ status: 422 }]);
  expect(flow.calls('journal').filter(({ deadLetter }) => deadLetter)).toMatchObject([
    { attributes: { id: bad, knativeerrorcode: '422' } },
  ]);
});

test('an event that posts has not signed is given up at once, and changes nothing', async () => {
  const { id } = await posts.create(draftOf({ categoryName: 'Bogs' }));
  const { attributes, data } = await created(id);
  const { dssematerial, ...unsigned } = attributes;
  const forged = { ...unsigned, id: 'forged', type: attributes.type as string, data: { ...(data as object), id: 999 } };
  for (const event of [forged, { ...forged, id: 'forged too', dssematerial }]) {
    const sent = await flow.send(event);
    expect((await flow.deadLettered('categories-post-events', sent)).attempts).toMatchObject([{ status: 403 }]);
  }
  expect(await countOf('Bogs')).toBe(1);
});
