import { readExamples } from '@dormouse/events/examples';
import type { Caller, Role } from '@dormouse/runtime/caller';
import { demandDescribed } from '@dormouse/runtime/described.fixture';
import { fail } from '@dormouse/runtime/errors';
import { outbox } from '@dormouse/runtime/outbox';
import { openSql } from '@dormouse/runtime/sql';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { api } from './api.ts';
import { createApp } from './app.ts';
import { openModeration } from './blocks.ts';
import { erasedAtOnce, openComments } from './store.ts';

const caller = (id: number, name: string, role: Role): Caller => ({
  id,
  name,
  role,
  scopes: [],
  jti: name,
  exp: 9e9,
  token: name,
});
/** Tokens are the names of these; `ann` wrote post 42. */
const callers: Record<string, Caller> = {
  ann: caller(1, 'ann', 'author'),
  bob: caller(2, 'bob', 'author'),
  eve: caller(3, 'eve', 'editor'),
  rob: caller(4, 'rob', 'reader'),
  // Personal access tokens of eve.
  reads: { ...caller(3, 'eve', 'editor'), scopes: ['comments:read'], limited: true },
  moderates: { ...caller(3, 'eve', 'editor'), scopes: ['comments:moderate'], limited: true },
};

let db: TestDatabase;
let sql: ReturnType<typeof openSql>;
let app: ReturnType<typeof createApp>;
const clock = { ms: Date.now() };
const taken: string[] = [];
let full = false;

beforeAll(async () => {
  db = await testDatabase('categories', 'auth', 'posts', 'comments', 'relay');
  sql = openSql({ databaseUrl: db.urlOf('comments'), service: 'comments' });
  const box = outbox({ sql, source: '/comments' });
  app = createApp({
    comments: openComments(sql, box),
    moderation: openModeration(sql),
    outbox: box,
    tokens: { verify: async (token) => callers[token] ?? fail('unauthorized', 'The token is not valid.') },
    limiter: {
      async take(key) {
        taken.push(key);
        return { allowed: !full, remaining: 0, resetMs: 1000 };
      },
    },
    address: (c) => c.req.header('x-client-address') ?? '203.0.113.1',
    now: () => clock.ms,
  });
});
afterAll(async () => {
  await sql.end();
  await db.drop();
});
beforeEach(async () => {
  full = false;
  clock.ms += 86_400_000;
  await db.admin`TRUNCATE comments.comments, comments.threads, comments.blocks, comments.outbox, comments.inbox RESTART IDENTITY CASCADE`;
  await db.admin`UPDATE comments.moderation SET words = '{}', spam_seen = 0, ham_seen = 0`;
  await db.admin`TRUNCATE comments.learned`;
  await db.admin`TRUNCATE posts.posts, posts.deleted_posts CASCADE`;
  await policy('open');
  await publish(42);
});

const policy = (value: string) => db.admin`UPDATE auth.blog SET comments = ${value}`;
const publish = (id: number, { status = 'published', isPage = false, author = 1 } = {}) =>
  db.admin`
    INSERT INTO posts.posts (id, author_id, author, category_id, status, slug, title, excerpt, content, updated_at, is_page)
    SELECT ${id}, ${author}, 'ann', min(c.id), ${status}, ${`post-${id}`}, ${`Post ${id}`}, '', '', now(), ${isPage} FROM categories.categories AS c`;

interface Sent {
  as?: string;
  token?: string;
  from?: string;
  /** If-Match */
  tag?: string | null;
}
async function send(method: string, path: string, body?: unknown, { as, token, from, tag }: Sent = {}) {
  const headers = {
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(as && { authorization: `Bearer ${as}` }),
    ...(token && { 'comment-token': token }),
    ...(from && { 'x-client-address': from }),
    ...(tag && { 'if-match': tag }),
  };
  const response = await app.request(path, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return demandDescribed(api, method, path, response);
}
const path = '/blog/api/posts/42/comments';
const at = (id: number) => `/blog/api/comments/${id}`;
async function say(content: string, sent: Sent = { as: 'bob' }, more: object = {}) {
  const guest = sent.as ? {} : { name: 'Grace' };
  const response = await send('POST', path, { content, ...guest, ...more }, sent);
  return { status: response.status, headers: response.headers, body: (await response.json()) as Written };
}
interface Written {
  id: number;
  status: string;
  token: string | null;
}
const listed = async (as?: string, query = '') => {
  const response = await send('GET', `${path}${query}`, undefined, as ? { as } : {});
  return (await response.json()) as { id: number; content: string; author: string | null; status: string }[];
};
const ids = async (as?: string) => (await listed(as)).map(({ id }) => id);
const events = async () =>
  (
    await db.admin<{ type: string; data: { status: string; thread: { published: number; version: number } } }[]>`
      SELECT type, data FROM comments.outbox ORDER BY position`
  ).map(({ type, data }) => [type.split('.')[3], data.status, data.thread.published]);
const receive = (event: object) =>
  app.request('/events', {
    method: 'POST',
    headers: { 'content-type': 'application/cloudevents+json' },
    body: JSON.stringify(event),
  });
const example = (type: string, data: object) => {
  const { event } = readExamples().find((each) => each.event.type === type)!;
  return { ...event, id: crypto.randomUUID(), data: { ...(event.data as object), ...data } };
};

describe('commenting', () => {
  test('answers the comment with its address, lists it, and tells of it', async () => {
    const { status, headers, body } = await say('Well *said*.');
    expect([status, headers.get('location'), headers.get('cache-control')]).toEqual([
      201,
      at(body.id),
      'private, no-store',
    ]);
    expect(body).toEqual({
      id: body.id,
      post_id: 42,
      parent_id: null,
      status: 'published',
      author: 'bob',
      is_guest: false,
      is_post_author: false,
      content: 'Well *said*.',
      created_at: new Date(clock.ms).toISOString(),
      edited_at: null,
      token: null,
    });
    const { token: _, ...shown } = body;
    expect(await listed()).toEqual([shown]);
    expect(await (await send('GET', at(body.id))).json()).toEqual(shown);
    expect(await events()).toEqual([['created', 'published', 1]]);
    expect(taken.at(-1)).toBe('comment:2');
  });

  test('is for guests with a name, who get a token and are called guests', async () => {
    const { status, body } = await say('Hello', {}, { name: ' Grace ', email: 'Grace@example.org' });
    expect([status, body]).toEqual([
      201,
      expect.objectContaining({ author: 'Grace', is_guest: true, token: expect.stringMatching(/^[\w-]{32}$/) }),
    ]);
    expect(taken.at(-1)).toMatch(/^comment:[\w-]{43}$/);
    expect(JSON.stringify(await listed())).not.toContain('example.org');
    const [row] = await db.admin`SELECT email, origin, token_hash FROM comments.comments`;
    expect(row).toEqual({ email: 'grace@example.org', origin: expect.any(String), token_hash: expect.any(String) });
    expect(JSON.stringify(row)).not.toMatch(new RegExp(`${body.token}|203\\.0`));
  });

  test.each([
    ['no name', { content: 'x' }, {}, 'name'],
    ['a name beside a token', { content: 'x', name: 'Ann' }, { as: 'bob' }, 'name'],
    ['a name that turns text around', { content: 'x', name: 'a\u202eb' }, {}, 'name'],
    ['no address', { content: 'x', name: 'Ann', email: 'nobody' }, {}, 'email'],
    ['nothing to see', { content: ' \u200b ' }, { as: 'bob' }, 'content'],
    ['too much', { content: 'x'.repeat(5001) }, { as: 'bob' }, 'content'],
    ['another field', { content: 'x', status: 'published' }, { as: 'bob' }, 'status'],
    ['an answer to nothing', { content: 'x', parent_id: 999 }, { as: 'bob' }, 'parent_id'],
  ])('%s is refused', async (_, body, sent, field) => {
    const response = await send('POST', path, body, sent);
    expect([response.status, ((await response.json()) as { errors: { field: string }[] }).errors[0]?.field]).toEqual([
      422,
      field,
    ]);
    expect(await events()).toEqual([]);
  });

  test('has threads of two levels, in order', async () => {
    const first = (await say('first')).body.id;
    const second = (await say('second', { as: 'rob' })).body.id;
    const answer = (await say('answer', { as: 'ann' }, { parent_id: first })).body.id;
    expect(await ids()).toEqual([first, answer, second]);
    expect((await say('too deep', { as: 'bob' }, { parent_id: answer })).status).toBe(422);
    const page = await send('GET', `${path}?limit=2`);
    expect(page.headers.get('x-total-count')).toBe('3');
    const next = /<(.*)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1] ?? '';
    expect(((await (await send('GET', next)).json()) as { id: number }[]).map(({ id }) => id)).toEqual([second]);
  });

  test.each([
    ['a draft', { status: 'draft' }],
    ['a page', { isPage: true }],
  ])('%s takes and shows none', async (_, post) => {
    await publish(43, post);
    const other = '/blog/api/posts/43/comments';
    expect((await send('GET', other)).status).toBe(404);
    expect((await send('POST', other, { content: 'x' }, { as: 'ann' })).status).toBe(404);
  });

  test('is limited', async () => {
    full = true;
    const refused = await say('once more');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
  });
});

describe('the policy of the blog', () => {
  test('none: nobody comments, nothing is shown', async () => {
    await say('before');
    await policy('none');
    expect((await say('x', { as: 'ann' })).status).toBe(403);
    expect(await listed()).toEqual([]);
  });

  test('first_held: somebody is shown once one was let pass, a guest never', async () => {
    await policy('first_held');
    const { status, body } = await say('first');
    expect([status, body.status]).toEqual([202, 'held']);
    expect([await ids(), await ids('bob'), await ids('rob')]).toEqual([[], [body.id], []]);
    expect((await send('GET', at(body.id))).status).toBe(404);
    expect((await send('PATCH', at(body.id), { status: 'published' }, { as: 'eve' })).status).toBe(200);
    expect(await ids()).toEqual([body.id]);
    expect((await say('second')).status).toBe(201);
    expect((await say('guest', {})).status).toBe(202);
    expect((await say('author of the post', { as: 'ann' })).status).toBe(201);
    expect(await events()).toEqual([
      ['created', 'held', 0],
      ['moderated', 'published', 1],
      ['created', 'published', 2],
      ['created', 'held', 2],
      ['created', 'published', 3],
    ]);
  });

  test.each([
    ['on one’s own post', () => publish(43, { author: 2 }), 'first_held'],
    ['while the blog held none', () => publish(43), 'open'],
  ] as const)('first_held: what was shown %s nobody let pass', async (_, prepare, before) => {
    await prepare();
    await policy(before);
    const shown = await send('POST', '/blog/api/posts/43/comments', { content: 'mine' }, { as: 'bob' });
    expect(shown.status).toBe(201);
    await policy('first_held');
    expect((await say('first')).status).toBe(202);
  });

  test('spam is told what others are told', async () => {
    const { status, body } = await say('buy', {}, { website: 'https://spam.example' });
    expect([status, body.status]).toEqual([202, 'held']);
    expect(await db.admin`SELECT status, reasons FROM comments.comments`).toEqual([
      { status: 'spam', reasons: ['honeypot'] },
    ]);
  });

  test('whoever spams cannot tell it from what waits', async () => {
    await policy('all_held');
    const spam = { website: 'https://spam.example' };
    const account = [await say('x', { as: 'rob' }), await say('y', { as: 'rob' }, spam)];
    const guest = [await say('v', {}), await say('w', {}, spam)];
    expect((await db.admin`SELECT status FROM comments.comments ORDER BY id`).map(({ status }) => status)).toEqual([
      'held',
      'spam',
      'held',
      'spam',
    ]);
    // What waits becomes spam by a moderator, too.
    await send('PATCH', at(account[0]!.body.id), { status: 'spam' }, { as: 'eve' });
    expect((await listed('rob')).map(({ status }) => status)).toEqual(['held', 'held']);
    for (const { body, headers } of [...account, ...guest]) {
      const by = body.token ? { token: body.token } : { as: 'rob' };
      const read = await send('GET', at(body.id), undefined, by);
      expect([read.status, ((await read.json()) as Written).status, read.headers.get('etag')]).toEqual([
        200,
        'held',
        headers.get('etag'),
      ]);
      const changed = await send('PATCH', at(body.id), { content: `${body.id}` }, by);
      expect([changed.status, ((await changed.json()) as Written).status]).toEqual([200, 'held']);
      expect((await send('DELETE', at(body.id), undefined, by)).status).toBe(204);
    }
  });

  test('what is said often or fast waits', async () => {
    const text = 'A text that is long enough to be advertising.';
    expect((await say(text)).status).toBe(201);
    expect((await say(text.toUpperCase(), { as: 'rob' })).status).toBe(202);
    await say('2');
    await say('3');
    expect((await say('4')).status).toBe(202);
    clock.ms += 301_000;
    expect((await say('5')).status).toBe(201);
  });
});

describe('changing', () => {
  test('one’s own, for 15 minutes; a guest by the token', async () => {
    const { body: mine } = await say('mine');
    const { body: guests } = await say('a guest’s', {});
    const change = (id: number, sent: Sent) => send('PATCH', at(id), { content: 'Better' }, sent);
    expect((await change(mine.id, { as: 'rob' })).status).toBe(403);
    expect((await change(mine.id, {})).status).toBe(403);
    expect((await change(guests.id, { token: 'x'.repeat(32) })).status).toBe(403);
    expect((await change(guests.id, { as: 'eve' })).status).toBe(403);
    expect(await (await change(guests.id, { token: guests.token! })).json()).toMatchObject({
      content: 'Better',
      edited_at: new Date(clock.ms).toISOString(),
    });
    expect((await change(mine.id, { as: 'bob' })).status).toBe(200);
    clock.ms += 15 * 60_000;
    expect((await change(mine.id, { as: 'bob' })).status).toBe(403);
    expect((await change(guests.id, { token: guests.token! })).status).toBe(403);
  });

  test('a text that gets links waits again', async () => {
    const { body } = await say('harmless', {});
    await send('PATCH', at(body.id), { content: 'https://spam.example' }, { token: body.token! });
    expect(await ids()).toEqual([]);
    expect((await events()).at(-1)).toEqual(['updated', 'held', 0]);
  });

  test.each([
    ['all_held', { as: 'bob' }, 'held', ['policy']],
    ['all_held', {}, 'held', ['policy']],
    ['all_held', { as: 'ann' }, 'published', []],
    ['first_held', {}, 'held', ['first']],
    ['first_held', { as: 'bob' }, 'published', []],
  ] as const)(
    'under %s what %o wrote and a moderator let pass is %s with another text',
    async (value, by, status, reasons) => {
      await policy(value);
      const { body } = await say('harmless', by);
      await send('PATCH', at(body.id), { status: 'published' }, { as: 'eve' });
      const sent = body.token ? { token: body.token } : by;
      expect((await send('PATCH', at(body.id), { content: 'something else' }, sent)).status).toBe(200);
      expect(await db.admin`SELECT status, reasons FROM comments.comments`).toEqual([{ status, reasons }]);
    },
  );

  test('a text that waits says why it waits with what it says now', async () => {
    const { body } = await say('https://a.example');
    expect(body.status).toBe('published');
    const { body: guests } = await say('https://spam.example', {});
    await send('PATCH', at(guests.id), { content: 'harmless' }, { token: guests.token! });
    expect(await db.admin`SELECT status, reasons FROM comments.comments WHERE id = ${guests.id}`).toEqual([
      { status: 'held', reasons: [] },
    ]);
    await send('PATCH', at(guests.id), { content: '[url] www.spam.example' }, { token: guests.token! });
    expect(await db.admin`SELECT status, reasons FROM comments.comments WHERE id = ${guests.id}`).toEqual([
      { status: 'held', reasons: ['links', 'markup'] },
    ]);
  });

  test('a moderator decides on the text that was read', async () => {
    await policy('all_held');
    const { body } = await say('harmless');
    const [read] = (await (await send('GET', '/blog/api/comments', undefined, { as: 'eve' })).json()) as {
      version: number;
    }[];
    await send('PATCH', at(body.id), { content: 'something else' }, { as: 'bob' });
    const decide = (version: number) => send('PATCH', at(body.id), { status: 'published', version }, { as: 'eve' });
    expect((await decide(read!.version)).status).toBe(409);
    expect(await ids()).toEqual([]);
    expect((await decide(read!.version + 1)).status).toBe(200);
    expect(await ids()).toEqual([body.id]);
    expect((await send('PATCH', at(body.id), { content: 'x', version: 2 }, { as: 'bob' })).status).toBe(422);
  });

  test('nothing but what was read is changed, decided on or deleted', async () => {
    const { body, headers } = await say('first');
    const read = await send('GET', at(body.id));
    expect(read.headers.get('etag')).toBe(headers.get('etag'));
    const tag = read.headers.get('etag');
    const changed = await send('PATCH', at(body.id), { content: 'second' }, { as: 'bob', tag });
    expect([changed.status, changed.headers.get('etag') === tag]).toEqual([200, false]);
    for (const [method, change, as] of [
      ['PATCH', { content: 'third' }, 'bob'],
      ['PATCH', { status: 'spam' }, 'eve'],
      ['DELETE', undefined, 'bob'],
    ] as const) {
      const refused = await send(method, at(body.id), change, { as, tag });
      expect([method, refused.status, refused.headers.get('etag')]).toEqual([method, 412, changed.headers.get('etag')]);
    }
    expect(await listed()).toMatchObject([{ content: 'second' }]);
    const now = changed.headers.get('etag');
    expect((await send('PATCH', at(body.id), { status: 'held' }, { as: 'eve', tag: now })).status).toBe(200);
    expect((await send('DELETE', at(body.id), undefined, { as: 'eve', tag: now })).status).toBe(412);
  });

  test('takes either a text or a decision', async () => {
    const { body } = await say('x');
    for (const change of [{}, { content: 'y', status: 'held' }, { status: 'deleted' }])
      expect((await send('PATCH', at(body.id), change, { as: 'eve' })).status).toBe(422);
  });
});

describe('deleting', () => {
  test('one’s own, on one’s own post, and by editors; not somebody else’s', async () => {
    for (const [as, status] of [
      ['rob', 403],
      ['bob', 204],
      ['ann', 204],
      ['eve', 204],
    ] as const) {
      const { body } = await say(`for ${as}`);
      expect([as, (await send('DELETE', at(body.id), undefined, { as })).status]).toEqual([as, status]);
      expect((await send('DELETE', at(body.id), undefined, { as: 'eve' })).status).toBe(status === 204 ? 404 : 204);
      clock.ms += 301_000;
    }
    expect(await ids()).toEqual([]);
    expect(await db.admin`SELECT published FROM comments.threads`).toEqual([{ published: 0 }]);
  });

  test('keeps the place of what was answered, without text and name, until the answer goes', async () => {
    const { body: first } = await say('secret', {}, { name: 'Somebody', email: 'a@example.org' });
    const { body: answer } = await say('answer', { as: 'ann' }, { parent_id: first.id });
    await send('DELETE', at(first.id), undefined, { token: first.token! });
    expect(await listed()).toMatchObject([
      { id: first.id, status: 'deleted', author: null, content: '' },
      { id: answer.id, status: 'published' },
    ]);
    expect(JSON.stringify(await db.admin`SELECT * FROM comments.comments`)).not.toMatch(/secret|Somebody|a@example/);
    await send('DELETE', at(answer.id), undefined, { as: 'ann' });
    expect(await db.admin`SELECT 1 FROM comments.comments`).toEqual([]);
  });

  test('an account takes its comments and its block along, and answers of others stay', async () => {
    const { body: first } = await say('of bob');
    const { body: answer } = await say('of ann', { as: 'ann' }, { parent_id: first.id });
    await say('of bob', { as: 'bob' }, { parent_id: answer.id });
    await send('POST', `${at(first.id)}/block`, undefined, { as: 'eve' });
    expect((await receive(example('dev.dormouse.user.deleted.v1', { id: 2, username: 'bob' }))).status).toBe(204);
    expect(await listed()).toMatchObject([{ status: 'deleted' }, { id: answer.id }]);
    expect(JSON.stringify(await db.admin`SELECT * FROM comments.comments, comments.blocks`)).not.toContain('bob');
  });

  test('hundreds of comments of an account go by hundreds, and their post is counted as often', async () => {
    const many = 2 * erasedAtOnce + 1;
    const { body: first } = await say('of ann', { as: 'ann' });
    await db.admin`
      INSERT INTO comments.comments (post_id, thread_id, parent_id, status, user_id, author, content, digest, created_at)
      SELECT 42, ${first.id}, ${first.id}, 'published', 2, 'bob', 'of bob', '', now() FROM generate_series(1, ${many})`;
    const version = async () => {
      const [row] = await db.admin<
        { version: string; published: number }[]
      >`SELECT version, published FROM comments.threads`;
      return { version: Number(row?.version), published: row?.published };
    };
    const before = await version();
    expect((await receive(example('dev.dormouse.user.deleted.v1', { id: 2, username: 'bob' }))).status).toBe(204);
    expect(await version()).toEqual({ version: before.version + 3, published: 1 });
    expect(await listed()).toMatchObject([{ id: first.id }]);
    const [told] = await db.admin<{ count: number }[]>`
      SELECT count(DISTINCT subject)::integer AS count FROM comments.outbox WHERE type = 'dev.dormouse.comment.deleted.v1' AND (data->'thread'->>'version')::integer > ${before.version}`;
    expect(told).toEqual({ count: many });
    // What was written by a token of the last moment goes by the second telling.
    await say('of bob, late', { as: 'bob' });
    await receive(example('dev.dormouse.user.deleted.v1', { id: 2, username: 'bob' }));
    expect(JSON.stringify(await db.admin`SELECT * FROM comments.comments`)).not.toContain('bob');
  });

  test('the name of a moderator goes with the account', async () => {
    const { body } = await say('of bob');
    await send('POST', `${at(body.id)}/block`, undefined, { as: 'eve' });
    await receive(example('dev.dormouse.user.deleted.v1', { id: 3, username: 'eve' }));
    expect(await db.admin`SELECT blocked_by FROM comments.blocks`).toEqual([{ blocked_by: 'deleted account' }]);
  });

  test('comments go with their post: at once from sight, for good when it is forgotten', async () => {
    const { body } = await say('x');
    await say('answer', { as: 'ann' }, { parent_id: body.id });
    await db.admin`
      INSERT INTO posts.deleted_posts SELECT deleted.* FROM posts.posts, jsonb_populate_record(NULL::posts.deleted_posts, to_jsonb(posts) || jsonb_build_object(
        'category_name', 'General', 'category_slug', 'general', 'slugs', '[]'::jsonb, 'addresses', '[]'::jsonb, 'deleted_at', now(), 'deleted_by', 'ann')) AS deleted`;
    await db.admin`DELETE FROM posts.posts`;
    expect((await send('GET', path)).status).toBe(404);
    expect((await send('GET', at(body.id))).status).toBe(404);
    expect((await receive(example('dev.dormouse.post.deleted.v1', { id: 42 }))).status).toBe(204);
    const store = openComments(sql, outbox({ sql, source: '/comments' }));
    await store.sweep(new Date(clock.ms));
    expect(await db.admin`SELECT count(*)::integer FROM comments.comments`).toEqual([{ count: 2 }]);
    await db.admin`DELETE FROM posts.deleted_posts`;
    await store.sweep(new Date(clock.ms));
    expect(
      await db.admin`SELECT (SELECT count(*)::integer FROM comments.comments) AS comments, (SELECT count(*)::integer FROM comments.threads) AS threads`,
    ).toEqual([{ comments: 0, threads: 0 }]);
  });
});

describe('the sweep', () => {
  const sweep = (headers: Record<string, string> = {}) => app.request('/events/sweep', { method: 'POST', headers });

  test('is for the timer, not for people', async () => {
    expect((await sweep({ 'x-client-address': '192.0.2.7' })).status).toBe(404);
    expect(await (await sweep()).json()).toEqual({ posts: 0, networks: 0, unblocked: 0 });
  });

  test('comes to what is forgotten behind any number of restored posts', async () => {
    await db.admin`
      INSERT INTO posts.posts (id, author_id, author, category_id, status, slug, title, excerpt, content, updated_at)
      SELECT n, 1, 'ann', min(c.id), CASE WHEN n % 2 = 0 THEN 'published' ELSE 'draft' END, 'again-' || n, 'Again', '', '', now()
      FROM generate_series(1001, 1250) AS n, categories.categories AS c GROUP BY n`;
    await db.admin`
      INSERT INTO comments.threads (post_id, published, deleted_at) SELECT n, 1, to_timestamp(n) FROM generate_series(1001, 1260) AS n`;
    await db.admin`
      INSERT INTO comments.comments (post_id, thread_id, status, author, content, digest, created_at)
      SELECT n, 1, 'published', 'bob', 'x', '', ${new Date(clock.ms)} FROM generate_series(1001, 1260) AS n`;
    expect(await (await sweep()).json()).toEqual({ posts: 10, networks: 0, unblocked: 0 });
    expect(
      await db.admin`SELECT count(*)::integer AS all, max(post_id)::integer AS last FROM comments.comments`,
    ).toEqual([{ all: 250, last: 1250 }]);
    // Drafts may have been restored, or come back as what they were; what readers see is asked for no more.
    expect(await db.admin`SELECT count(*)::integer AS all FROM comments.threads WHERE deleted_at IS NOT NULL`).toEqual([
      { all: 125 },
    ]);
  });

  test('is asked for when a network or a post is forgotten, six hours after the last one, and for nothing else', async () => {
    /** Hours until the relay wakes comments; undefined when it does not. */
    const wakesIn = async () => {
      const [row] = await db.as('relay')`
        SELECT round(extract(epoch FROM comments.next_due() - now()) / 3600)::int AS hours`;
      return (row as { hours: number | null }).hours ?? undefined;
    };
    await db.admin`UPDATE comments.sweeps SET at = '-infinity'`;
    expect(await wakesIn()).toBeUndefined();
    await say('x');
    await db.admin`UPDATE comments.comments SET created_at = now() - interval '1 day'`;
    expect(await wakesIn()).toBe(29 * 24);
    await db.admin`UPDATE comments.comments SET origin = NULL`;
    await db.admin`
      INSERT INTO comments.blocks (origin, author, blocked_by, created_at) VALUES ('x', 'x', 'eve', now() - interval '2 days')`;
    expect(await wakesIn()).toBe(28 * 24);
    await db.admin`TRUNCATE comments.blocks`;
    // Restored, or still among the deleted ones: nothing is to be done.
    await db.admin`UPDATE comments.threads SET deleted_at = now() - interval '40 days'`;
    expect(await wakesIn()).toBeUndefined();
    await db.admin`DELETE FROM posts.posts`;
    expect(await wakesIn()).toBe(0);
    expect((await sweep()).status).toBe(200);
    expect(await wakesIn()).toBeUndefined();
    await db.admin`INSERT INTO comments.threads (post_id, deleted_at) VALUES (9999, now())`;
    expect(await wakesIn()).toBe(6);
  });
});

describe('moderating', () => {
  test('shows what waits to editors, and to authors on their own posts', async () => {
    await policy('all_held');
    await publish(43, { author: 2 });
    const { body } = await say('https://a.example', {}, { email: 'g@example.org' });
    await send('POST', '/blog/api/posts/43/comments', { content: 'other' }, { as: 'rob' });
    const queue = async (as: string) => {
      const response = await send('GET', '/blog/api/comments', undefined, { as });
      return [response.headers.get('x-total-count'), (await response.json()) as { id: number }[]] as const;
    };
    const [count, waiting] = await queue('ann');
    expect(count).toBe('1');
    expect(waiting).toMatchObject([
      {
        id: body.id,
        email: 'g@example.org',
        reasons: ['policy', 'links'],
        post: { slug: 'post-42', title: 'Post 42' },
      },
    ]);
    expect((await queue('eve'))[0]).toBe('2');
    expect((await send('GET', '/blog/api/comments', undefined, { as: 'rob' })).status).toBe(403);
    expect((await send('PATCH', at(body.id), { status: 'spam' }, { as: 'bob' })).status).toBe(404);
    expect((await send('PATCH', at(body.id), { status: 'spam' }, { as: 'ann' })).status).toBe(200);
    expect((await queue('ann'))[1]).toEqual([]);
    const pages = await send('GET', '/blog/api/comments?status=spam&limit=1', undefined, { as: 'eve' });
    const next = /<(.*)>; rel="next"/.exec(pages.headers.get('link') ?? '')?.[1] ?? '';
    expect(await (await send('GET', next, undefined, { as: 'eve' })).json()).toEqual([]);
  });

  test('answers of what is hidden are hidden, and not counted', async () => {
    const { body } = await say('spam after all');
    const { body: answer } = await say('answer', { as: 'ann' }, { parent_id: body.id });
    const { body: another } = await say('another', { as: 'rob' }, { parent_id: body.id });
    await send('PATCH', at(body.id), { status: 'spam' }, { as: 'eve' });
    expect(await ids()).toEqual([]);
    expect((await events()).at(-1)).toEqual(['moderated', 'spam', 0]);
    for (const status of ['spam', 'held']) {
      await send('PATCH', at(body.id), { status }, { as: 'eve' });
      for (const as of ['rob', undefined])
        for (const path of [at(answer.id), at(body.id)])
          expect((await send('GET', path, undefined, as ? { as } : {})).status).toBe(404);
      // Who wrote what is hidden sees it with its answers, and that it waits; so do moderators.
      expect(await listed('bob')).toMatchObject([
        { id: body.id, status: 'held' },
        { id: answer.id },
        { id: another.id },
      ]);
      for (const as of ['bob', 'ann', 'eve'])
        expect((await send('GET', at(answer.id), undefined, { as })).status).toBe(200);
    }
    // Whoever answered does not see it any more, but may take it back.
    expect((await send('GET', at(another.id), undefined, { as: 'rob' })).status).toBe(404);
    expect((await send('PATCH', at(another.id), { content: 'x' }, { as: 'rob' })).status).toBe(404);
    expect((await send('DELETE', at(another.id), undefined, { as: 'bob' })).status).toBe(403);
    expect((await send('DELETE', at(another.id), undefined, { as: 'rob' })).status).toBe(204);
    await send('PATCH', at(body.id), { status: 'published' }, { as: 'eve' });
    expect((await events()).at(-1)).toEqual(['moderated', 'published', 2]);
  });

  test('blocks an account, an address or a network, and lets in again', async () => {
    const { body: account } = await say('1');
    const { body: address } = await say('2', {}, { email: 'g@example.org' });
    const { body: network } = await say('3', { from: '2001:db8::1' });
    expect((await send('POST', `${at(account.id)}/block`, undefined, { as: 'ann' })).status).toBe(403);
    for (const { id } of [account, address, network])
      expect((await send('POST', `${at(id)}/block`, undefined, { as: 'eve' })).status).toBe(204);
    expect((await say('x')).status).toBe(403);
    expect((await say('x', {}, { email: 'G@example.org' })).status).toBe(403);
    expect((await say('x', { from: '2001:db8::2' })).status).toBe(403);
    expect((await say('x', { as: 'rob', from: '2001:db8::2' })).status).toBe(201);
    const blocked = (await (await send('GET', '/blog/api/comments/blocked', undefined, { as: 'eve' })).json()) as {
      id: number;
      kind: string;
    }[];
    expect(blocked.map(({ kind }) => kind)).toEqual(['network', 'email', 'account']);
    for (const { id } of blocked)
      expect((await send('DELETE', `/blog/api/comments/blocked/${id}`, undefined, { as: 'eve' })).status).toBe(204);
    expect((await say('y')).status).toBe(201);
  });

  test('keeps words that hold back', async () => {
    const words = '/blog/api/comments/words';
    expect((await send('PUT', words, { words: ['Casino', '카지노', 'casino'] }, { as: 'ann' })).status).toBe(403);
    const changed = await send('PUT', words, { words: ['Casino', '카지노', 'casino'] }, { as: 'eve' });
    expect(await changed.json()).toEqual({ words: ['casino', '카지노'] });
    expect(await (await send('GET', words, undefined, { as: 'eve' })).json()).toEqual({ words: ['casino', '카지노'] });
    expect((await say('온라인카지노')).status).toBe(202);
  });

  test('learns from decisions, and forgets what a changed one taught', async () => {
    const decide = async (content: string, ...decisions: string[]) => {
      clock.ms += 301_000;
      const { body } = await say(content, { as: 'rob' });
      for (const status of decisions) await send('PATCH', at(body.id), { status }, { as: 'eve' });
    };
    for (let n = 0; n < 5; n++) {
      await decide(`Cheap watches number ${n} for everybody today`, 'spam');
      await decide(`I walked along the river ${n} and thought of your text`, 'held', 'published');
    }
    // As if each had come four times.
    await db.admin`UPDATE comments.learned SET spam = 4 * spam, ham = 4 * ham`;
    await db.admin`UPDATE comments.moderation SET spam_seen = 4 * spam_seen, ham_seen = 4 * ham_seen`;
    clock.ms += 301_000;
    expect((await say('Watches, cheap for everybody')).status).toBe(202);
    expect((await say('Thought of the river, too')).status).toBe(201);
    expect(await db.admin`SELECT reasons FROM comments.comments WHERE status = 'held'`).toEqual([
      { reasons: ['learned'] },
    ]);
    expect(JSON.stringify(await db.admin`SELECT * FROM comments.learned`)).not.toMatch(/watches|river/);
    const total = async () => (await db.admin`SELECT spam_seen, ham_seen FROM comments.moderation`)[0];
    expect(await total()).toEqual({ spam_seen: 20, ham_seen: 20 });
    const [spam] = await db.admin<{ id: number }[]>`SELECT id FROM comments.comments WHERE status = 'spam' LIMIT 1`;
    await send('PATCH', at(spam!.id), { status: 'published' }, { as: 'eve' });
    expect(await total()).toEqual({ spam_seen: 19, ham_seen: 21 });
    await send('PATCH', at(spam!.id), { status: 'held' }, { as: 'eve' });
    expect(await total()).toEqual({ spam_seen: 19, ham_seen: 20 });
  });

  test('forgets networks after 30 days', async () => {
    const { body } = await say('x', {});
    await send('POST', `${at(body.id)}/block`, undefined, { as: 'eve' });
    await openComments(sql, outbox({ sql, source: '/comments' })).sweep(new Date(clock.ms + 31 * 86_400_000));
    expect(await db.admin`SELECT origin FROM comments.comments`).toEqual([{ origin: null }]);
    expect((await send('POST', `${at(body.id)}/block`, undefined, { as: 'eve' })).status).toBe(409);
  });
});

test('whoever wrote takes their own comments along, and nobody else’s', async () => {
  await policy('all_held');
  const { body } = await say('of bob');
  await say('of rob', { as: 'rob' });
  const mine = await send('GET', '/blog/api/comments/mine', undefined, { as: 'bob' });
  expect(await mine.json()).toMatchObject([{ id: body.id, content: 'of bob', status: 'held' }]);
  expect((await send('GET', '/blog/api/comments/mine')).status).toBe(401);
  const rest = await send('GET', `/blog/api/comments/mine?after=${body.id}`, undefined, { as: 'bob' });
  expect([await rest.json(), rest.headers.get('link')]).toEqual([[], null]);
});

test('what web reads is what the API lists', async () => {
  const { body } = await say('a');
  await say('answer', { as: 'ann' }, { parent_id: body.id });
  await say('guest', {});
  const shown = await db.admin`SELECT id, content, user_id FROM comments.shown(42, 0, 0, 50)`;
  expect(shown.map(({ id }) => Number(id))).toEqual(await ids());
  const { body: held } = await say('under spam', { as: 'ann' }, { parent_id: Number(shown.at(-1)?.id) });
  await send('PATCH', at(Number(shown.at(-1)?.id)), { status: 'spam' }, { as: 'eve' });
  const newest = await db.admin`SELECT id FROM comments.newest(42, 50)`;
  expect(newest.map(({ id }) => Number(id))).toEqual((await ids()).reverse());
  expect(newest.map(({ id }) => Number(id))).not.toContain(held.id);
  await send('PATCH', at(Number(shown.at(-1)?.id)), { status: 'published' }, { as: 'eve' });
  expect(await db.admin`SELECT * FROM comments.counts(ARRAY[42, 43])`).toEqual([{ post_id: '42', published: 4 }]);
});

describe('a personal access token', () => {
  test('reads with one scope and moderates with another, as far as its owner may, and writes nothing', async () => {
    await policy('all_held');
    const { body } = await say('Later.');
    const status = async (as: string, method: string, to: string, content?: object) =>
      (await send(method, to, content, { as })).status;
    const shown = { status: 'published' };
    expect(await status('reads', 'GET', '/blog/api/comments')).toBe(200);
    expect(await status('reads', 'PATCH', at(body.id), shown)).toBe(403);
    expect(await status('moderates', 'GET', '/blog/api/comments')).toBe(403);
    expect(await status('moderates', 'PATCH', at(body.id), shown)).toBe(200);
    expect(await status('reads', 'GET', path)).toBe(200);
    for (const as of ['reads', 'moderates']) expect(await status(as, 'POST', path, { content: 'Mine.' })).toBe(403);
    expect(await status('reads', 'DELETE', at(body.id))).toBe(403);
    expect(await status('moderates', 'DELETE', at(body.id))).toBe(204);
  });
});
