import { createHash, hash, randomUUID } from 'node:crypto';
import type { Role } from '@dormouse/runtime/caller';
import { demandDescribed } from '@dormouse/runtime/described.fixture';
import { fail } from '@dormouse/runtime/errors';
import { openLimiter } from '@dormouse/runtime/limiter';
import { silentLog } from '@dormouse/runtime/log';
import { outbox as openOutbox } from '@dormouse/runtime/outbox';
import type { Sql } from '@dormouse/runtime/sql-types';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { api } from './api.ts';
import { createApp } from './app.ts';
import { openIssues } from './issues.ts';
import { openSubscribers } from './subscribers.ts';

let db: TestDatabase;
let sql: Sql;
let app: ReturnType<typeof createApp>;
let network = 0;
beforeAll(async () => {
  db = await testDatabase('auth', 'categories', 'posts', 'newsletter', 'mail', 'relay');
  sql = db.as('newsletter');
  const outbox = openOutbox({ sql, source: '/newsletter', send: async () => [] as never });
  app = createApp({
    subscribers: openSubscribers(sql, outbox),
    issues: openIssues({ sql, outbox, delaySeconds: 0, site: 'https://blog.example' }),
    outbox,
    tokens: { verify: async (token: string) => callers[token as Role] ?? fail('unauthorized', 'No token.') } as never,
    limiter: openLimiter({ sql: () => sql }),
    log: silentLog,
    address: () => `203.0.113.${network}`,
  });
});
afterAll(() => db?.drop());
beforeEach(async () => {
  network++;
  await db.admin`TRUNCATE newsletter.subscribers, newsletter.issues, newsletter.messages, newsletter.confirmations, newsletter.outbox, newsletter.rate_limits`;
  await call('PATCH', '/settings', { mails_posts: true }, 'admin');
});

const callerOf = (id: number, role: Role) => ({ id, name: role, role, jti: role, exp: 9e9, token: role });
const callers: Partial<Record<Role, ReturnType<typeof callerOf>>> = {
  reader: callerOf(1, 'reader'),
  author: callerOf(2, 'author'),
  editor: callerOf(3, 'editor'),
  admin: callerOf(4, 'admin'),
};

async function call(method: string, path: string, body?: object, as?: Role) {
  const response = await app.request(`/blog/api/newsletter${path}`, {
    method,
    headers: { ...(body && { 'content-type': 'application/json' }), ...(as && { authorization: `Bearer ${as}` }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  await demandDescribed(api, method, `/blog/api/newsletter${path}`, response.clone());
  return response;
}
/** Lets a minute pass for a limit of the network. */
const letPass = (what: string) =>
  db.admin`DELETE FROM newsletter.rate_limits WHERE key = ${hash('sha256', `${what}:203.0.113.${network}`, 'base64url')}`;
const statusOf = async (response: Promise<Response>) => (await response).status;
const subscribe = (email: string, more: object = {}) => statusOf(call('POST', '/subscriptions', { email, ...more }));
const rows = () =>
  sql<{ email: string; state: string; bounces: number }[]>`SELECT email, state, bounces FROM subscribers ORDER BY id`;

/** As mail does: takes what waits, and says what became of it. */
async function mailed(kind: 'confirmation' | 'post', outcome = 'sent', code: string | null = null) {
  const mail = db.as('mail');
  const taken: {
    id: string;
    email: string;
    secret: string;
    token: string;
    post: { title: string; html: string } | null;
  }[] = [];
  for (;;) {
    const secret = randomUUID();
    const hash = createHash('sha256').update(secret).digest('base64url');
    const [row] = await mail`SELECT newsletter.take_mail(${kind}, ${hash}) AS mail`;
    if (!row?.mail) return taken;
    taken.push({ ...row.mail, secret });
    await mail`SELECT newsletter.note_mail(${row.mail.id}, ${outcome}, ${code})`;
  }
}
async function subscribed(...emails: string[]) {
  for (const email of emails) {
    network++;
    expect(await subscribe(email)).toBe(202);
  }
  for (const { secret } of await mailed('confirmation'))
    expect(await statusOf(call('POST', '/confirmations', { token: secret }))).toBe(204);
}
let posts = 0;
async function post(more: Record<string, unknown> = {}) {
  const [row] = await db.admin<{ id: string }[]>`
    INSERT INTO posts.posts ${db.admin({
      author_id: 2,
      author: 'author',
      status: 'published',
      slug: `p-${++posts}`,
      title: `Post ${posts}`,
      excerpt: '',
      content: 'Hello *there*, [you](/blog/).',
      published_at: new Date(),
      created_at: new Date(),
      updated_at: new Date(),
      category_id: (await db.admin`SELECT id FROM categories.categories LIMIT 1`)[0]!.id,
      ...more,
    })} RETURNING id`;
  return Number(row!.id);
}
const tell = (verb: string, id: number, status = 'published') =>
  statusOf(
    Promise.resolve(
      app.request('/events', {
        method: 'POST',
        headers: { 'content-type': 'application/cloudevents+json' },
        body: JSON.stringify({
          specversion: '1.0',
          id: randomUUID(),
          source: '/posts',
          type: `dev.dormouse.post.${verb}.v1`,
          subject: `post/${id}`,
          data: {
            id,
            version: 1,
            slug: 'p',
            title: 'p',
            author: 'author',
            status,
            category: { id: 1, name: 'c', slug: 'c' },
            created_at: '2026-11-30T12:00:00.000Z',
            updated_at: '2026-11-30T12:00:00.000Z',
          },
        }),
      }),
    ),
  );
async function run() {
  expect((await app.request('/batches/due', { method: 'POST' })).status).toBe(204);
}
const stateOf = async (id: number) =>
  ((await (await call('GET', `/posts/${id}`, undefined, 'editor')).json()) as { state: string } | null)?.state;

describe('subscribing', () => {
  test('needs an answer from the address, by a link that is good once', async () => {
    expect(await subscribe('Ada@Example.org')).toBe(202);
    expect(await rows()).toMatchObject([{ email: 'Ada@example.org', state: 'pending' }]);
    const [mail] = await mailed('confirmation');
    expect(mail).toMatchObject({ email: 'Ada@example.org', post: null });
    expect(await statusOf(call('POST', '/confirmations', { token: 'forged' }))).toBe(404);
    expect(await statusOf(call('POST', '/confirmations', { token: mail!.secret }))).toBe(204);
    expect(await rows()).toMatchObject([{ state: 'confirmed' }]);
    expect(await statusOf(call('POST', '/confirmations', { token: mail!.secret }))).toBe(404);
  });

  test('says the same whether the address is subscribed or not, and asks nobody twice who has answered', async () => {
    await subscribed('ada@example.org');
    expect(await subscribe('ADA@example.org')).toBe(202);
    expect(await rows()).toMatchObject([{ state: 'confirmed' }]);
    expect(await mailed('confirmation')).toEqual([]);
  });

  test('asks an address three times a day at most, whoever wants it asked, and says nothing of that', async () => {
    const email = `${randomUUID()}@example.org`;
    for (let asked = 0; asked < 8; asked++) {
      network++;
      expect(await subscribe(email)).toBe(202);
    }
    expect((await mailed('confirmation')).length).toBe(3);
  });

  test('is for a network five times a minute', async () => {
    const asked = [];
    for (let n = 0; n < 6; n++) asked.push(await subscribe(`${randomUUID()}@example.org`));
    expect(asked).toEqual([202, 202, 202, 202, 202, 429]);
  });

  test('is for a network thirty times an hour', async () => {
    const asked = [];
    for (let n = 0; n < 31; n++) {
      asked.push(await subscribe(`${randomUUID()}@example.org`));
      if (n % 5 === 4) await letPass('newsletter-address');
    }
    expect(asked.indexOf(429)).toBe(30);
    const later = await call('POST', '/subscriptions', { email: 'ada@example.org' });
    expect([later.status, Number(later.headers.get('retry-after')) > 3500]).toEqual([429, true]);
  });

  test('takes nothing that is no address, and nothing from programs that fill in everything', async () => {
    for (const email of [
      'x',
      'a@b',
      'a@b.example\r\nBcc: c@d.example',
      'a@b.example, c@d.example',
      '"a b"@c.example',
    ]) {
      network++;
      expect(await subscribe(email)).toBe(422);
    }
    network++;
    expect(await subscribe('bot@example.org', { website: 'https://spam.example' })).toBe(202);
    expect(await rows()).toEqual([]);
  });

  test('is over where the blog sends no posts', async () => {
    await call('PATCH', '/settings', { mails_posts: false }, 'admin');
    expect(await subscribe('ada@example.org')).toBe(403);
    expect(await db.admin`SELECT newsletter.is_open() AS open`).toEqual([{ open: false }]);
  });

  test('that nobody answers is forgotten after a week, for which the relay wakes this function', async () => {
    await subscribe('ada@example.org');
    await mailed('confirmation');
    const due = async () => (await db.as('relay')`SELECT newsletter.next_due() <= now() AS due`)[0]!.due;
    expect(await due()).toBe(false);
    await sql`UPDATE subscribers SET requested_at = now() - interval '8 days'`;
    expect(await due()).toBe(true);
    await run();
    expect(await rows()).toEqual([]);
    expect(await due()).toBe(null);
  });
});

describe('unsubscribing', () => {
  test('keeps nothing of the address, and says the same to who never was there', async () => {
    await subscribed('ada@example.org', 'grace@example.org');
    const id = await post();
    await tell('published', id);
    await run();
    const [first] = await mailed('post');
    for (const token of [first!.token, first!.token, 'forged'])
      expect(await statusOf(call('POST', '/unsubscriptions', { token }))).toBe(204);
    expect((await rows()).map(({ email }) => email)).toEqual(
      ['ada@example.org', 'grace@example.org'].filter((email) => email !== first!.email),
    );
  });

  test('holds for mails that wait already', async () => {
    await subscribed('ada@example.org');
    const id = await post();
    await tell('published', id);
    await run();
    const [{ token }] = await sql<[{ token: string }]>`SELECT token FROM subscribers`;
    await call('POST', '/unsubscriptions', { token });
    expect(await mailed('post')).toEqual([]);
  });
});

describe('a post', () => {
  test('is sent once to everybody who has confirmed, and to nobody else', async () => {
    await subscribed('ada@example.org', 'grace@example.org');
    await subscribe('pending@example.org');
    const id = await post();
    expect(await tell('published', id)).toBe(204);
    expect(await stateOf(id)).toBe('waiting');
    await run();
    await subscribed('late@example.org');
    const sent = await mailed('post');
    expect(sent.map(({ email }) => email).sort()).toEqual(['ada@example.org', 'grace@example.org']);
    expect(sent[0]!.post!.html).toBe('<p>Hello <em>there</em>, <a href="https://blog.example/blog/">you</a>.</p>\n');
    await tell('published', id);
    await run();
    expect(await mailed('post')).toEqual([]);
    expect(await (await call('GET', `/posts/${id}`, undefined, 'editor')).json()).toMatchObject({
      state: 'sent',
      sent: 2,
      waiting: 0,
    });
  });

  test('is not sent again when it was hidden and published again', async () => {
    await subscribed('ada@example.org');
    const id = await post();
    await tell('published', id);
    await run();
    expect((await mailed('post')).length).toBe(1);
    await tell('unpublished', id, 'draft');
    await tell('published', id);
    await run();
    expect(await mailed('post')).toEqual([]);
  });

  test.each([
    ['imported', { source: 'wordpress:1' }],
    ['backdated', { published_at: new Date(Date.now() - 2 * 86_400_000) }],
    ['a page', { is_page: true }],
    ['a draft, whatever an event says', { status: 'draft' }],
  ])('is not sent when it is %s', async (_, more) => {
    await subscribed('ada@example.org');
    const id = await post(more);
    await tell('published', id);
    await run();
    expect(await mailed('post')).toEqual([]);
  });

  test('that was visible before posts were sent is never sent', async () => {
    await subscribed('ada@example.org');
    await call('PATCH', '/settings', { mails_posts: false }, 'admin');
    const [visible, told] = [await post(), await post()];
    await tell('published', told);
    await call('PATCH', '/settings', { mails_posts: true }, 'admin');
    await tell('published', visible);
    for (const id of [visible, told]) {
      await tell('unpublished', id, 'draft');
      await db.admin`UPDATE posts.posts SET published_at = now() WHERE id = ${id}`;
      await tell('published', id);
    }
    await run();
    expect(await mailed('post')).toEqual([]);
  });

  test('that is hidden or deleted before everybody has it is sent to nobody more', async () => {
    await subscribed('ada@example.org', 'grace@example.org');
    const [asked, told] = [await post(), await post()];
    await tell('published', asked);
    await run();
    // Its event is still under way.
    await db.admin`UPDATE posts.posts SET status = 'draft' WHERE id = ${asked}`;
    expect(await mailed('post')).toEqual([]);
    await tell('published', told);
    await run();
    await tell('deleted', told);
    expect(await stateOf(asked)).toBe('stopped');
    expect(await mailed('post')).toEqual([]);
    const [gone] = await sql`SELECT state, title, body_text FROM issues WHERE post_id = ${told}`;
    expect(gone).toEqual({ state: 'stopped', title: null, body_text: null });
  });

  test('that was hidden before it was begun is sent when it is published again', async () => {
    await subscribed('ada@example.org');
    const id = await post();
    await tell('published', id);
    await tell('unpublished', id, 'draft');
    await run();
    expect(await stateOf(id)).toBeUndefined();
    await tell('published', id);
    await run();
    expect((await mailed('post')).length).toBe(1);
  });

  test('is decided about beside others as it is alone', async () => {
    const kinds: [Record<string, unknown>, ...[verb: string, status?: string][]][] = [
      [{}, ['published']],
      [{ source: 'elsewhere' }, ['published']],
      [{ is_page: true }, ['published']],
      [{ published_at: new Date(Date.now() - 2 * 86_400_000) }, ['published']],
      [{}, ['published'], ['unpublished', 'draft'], ['published']],
      [{ status: 'draft', published_at: null }, ['published'], ['unpublished', 'draft']],
      [{}, ['published'], ['deleted']],
      [{}, ['deleted', 'draft']],
      [{}, ['published'], ['published']],
    ];
    let imported = 0;
    const made = async () => {
      const posts: [number, (typeof kinds)[number]][] = [];
      for (const kind of [...kinds, ...kinds.toReversed()])
        posts.push([await post({ ...kind[0], ...('source' in kind[0] && { source: `other:${imported++}` }) }), kind]);
      return posts;
    };
    const told = (posts: Awaited<ReturnType<typeof made>>) =>
      posts.flatMap(([id, [, ...events]]) =>
        events.map(
          ([verb, status]) =>
            () =>
              tell(verb, id, status),
        ),
      );
    const statesOf = async (posts: Awaited<ReturnType<typeof made>>) => {
      const states: unknown[] = [];
      for (const [id] of posts)
        states.push(await sql`SELECT state, send_at IS NULL AS never FROM issues WHERE post_id = ${id}`);
      return states;
    };
    const [alone, together] = [await made(), await made()];
    for (const each of told(alone)) expect(await each()).toBe(204);
    expect(new Set(await Promise.all(told(together).map((each) => each())))).toEqual(new Set([204]));
    expect(await statesOf(together)).toEqual(await statesOf(alone));
    expect(await statesOf(together)).toContainEqual([{ state: 'waiting', never: false }]);
  });

  test('is left out when its author says so, before or shortly after it is published', async () => {
    await subscribed('ada@example.org');
    const [draft, fresh] = [await post({ status: 'draft' }), await post()];
    expect(await statusOf(call('PUT', `/posts/${draft}`, { mailed: false }, 'author'))).toBe(204);
    await db.admin`UPDATE posts.posts SET status = 'published', published_at = now() WHERE id = ${draft}`;
    await tell('published', draft);
    await tell('published', fresh);
    expect(await statusOf(call('PUT', `/posts/${fresh}`, { mailed: false }, 'author'))).toBe(204);
    await run();
    expect(await mailed('post')).toEqual([]);
    expect(await statusOf(call('PUT', `/posts/${fresh}`, { mailed: true }, 'author'))).toBe(204);
    await run();
    expect((await mailed('post')).length).toBe(1);
    expect(await statusOf(call('PUT', `/posts/${fresh}`, { mailed: false }, 'author'))).toBe(409);
  });

  test('of an earlier time cannot be sent by leaving it out and in', async () => {
    const id = await post({ published_at: new Date(0) });
    await call('PUT', `/posts/${id}`, { mailed: false }, 'author');
    expect(await statusOf(call('PUT', `/posts/${id}`, { mailed: true }, 'author'))).toBe(409);
  });

  test('is its author’s to decide about, and editors’', async () => {
    const id = await post({ author_id: 9 });
    const asks = (as?: Role) => statusOf(call('PUT', `/posts/${id}`, { mailed: false }, as));
    expect([await asks(), await asks('reader'), await asks('author'), await asks('editor')]).toEqual([
      401, 403, 404, 204,
    ]);
  });
});

describe('a mail server', () => {
  const sending = async () => {
    const id = await post();
    await tell('published', id);
    await run();
    return id;
  };

  test('that refuses an address three times in succession pauses it', async () => {
    await subscribed('ada@example.org');
    for (const state of ['confirmed', 'confirmed', 'paused']) {
      await sending();
      await mailed('post', 'refused', '550 5.1.1');
      expect(await rows()).toMatchObject([{ state }]);
    }
    await sending();
    expect(await mailed('post')).toEqual([]);
    await subscribe('ada@example.org');
    const [question] = await mailed('confirmation');
    await call('POST', '/confirmations', { token: question!.secret });
    expect(await rows()).toMatchObject([{ state: 'confirmed', bounces: 0 }]);
  });

  test.each(['554 5.7.1', '550 5.7.26', '552 5.3.4', 'no-mail-server'])(
    'that refuses with %s says nothing of the address',
    async (code) => {
      await subscribed('ada@example.org');
      await sending();
      await mailed('post', 'refused', code);
      expect(await rows()).toMatchObject([{ state: 'confirmed', bounces: 0 }]);
    },
  );

  test('that takes a mail clears what was before', async () => {
    await subscribed('ada@example.org');
    await sending();
    await mailed('post', 'refused', '550');
    expect(await rows()).toMatchObject([{ bounces: 1 }]);
    await sending();
    await mailed('post');
    expect(await rows()).toMatchObject([{ bounces: 0 }]);
  });

  test('that is down is asked again later, under the same id, and not for ever', async () => {
    await subscribed('ada@example.org');
    const id = await sending();
    const ids = new Set<string>();
    for (let tries = 0; tries < 12; tries++) {
      const [mail] = await mailed('post', 'failed', 'ESOCKET');
      ids.add(mail!.id);
      expect(await mailed('post')).toEqual([]);
      await sql`UPDATE messages SET due_at = now()`;
    }
    expect(ids.size).toBe(1);
    expect(await mailed('post')).toEqual([]);
    await run();
    expect(await (await call('GET', '/posts', undefined, 'editor')).json()).toMatchObject([
      { post_id: id, state: 'sent', sent: 0, failed: 1 },
    ]);
  });
});

test('two who send at once never get the same mail, and what a killed one has taken comes again after a minute', async () => {
  await subscribed(...Array.from({ length: 6 }, (_, n) => `s${n}@example.org`));
  const id = await post();
  await tell('published', id);
  await run();
  const mail = db.as('mail');
  const take = async () => (await mail`SELECT newsletter.take_mail('post', '') AS mail`)[0]!.mail?.email as string;
  const taken = await Promise.all(Array.from({ length: 8 }, take));
  expect(taken.filter(Boolean).sort()).toEqual(Array.from({ length: 6 }, (_, n) => `s${n}@example.org`));
  await sql`UPDATE messages SET due_at = due_at - interval '61 seconds' WHERE kind = 'post'`;
  expect((await mailed('post')).length).toBe(6);
});

describe('the list of subscribers', () => {
  test('is for administrators, page by page', async () => {
    await subscribed('a@example.org', 'b@example.org');
    expect(await statusOf(call('GET', '/subscribers', undefined, 'editor'))).toBe(403);
    const first = await call('GET', '/subscribers?limit=1&state=confirmed', undefined, 'admin');
    expect(await first.json()).toMatchObject([{ email: 'a@example.org', state: 'confirmed' }]);
    const next = /<\/blog\/api\/newsletter([^>]+)>; rel="next"/.exec(first.headers.get('link')!)![1]!;
    expect(await (await call('GET', next, undefined, 'admin')).json()).toMatchObject([{ email: 'b@example.org' }]);
  });

  test('is exported so that no spreadsheet calculates', async () => {
    await subscribed('=cmd@example.org');
    expect(await statusOf(call('GET', '/subscribers.csv', undefined, 'editor'))).toBe(403);
    const text = await (await call('GET', '/subscribers.csv', undefined, 'admin')).text();
    expect(text).toMatch(/^"email","state","confirmed_at","bounces","bounce"\r\n"'=cmd@example\.org","confirmed","2/);
  });

  test('loses who is removed', async () => {
    await subscribed('a@example.org');
    const [{ id }] = (await (await call('GET', '/subscribers', undefined, 'admin')).json()) as [{ id: number }];
    const remove = () => statusOf(call('DELETE', `/subscribers/${id}`, undefined, 'admin'));
    expect([await remove(), await remove()]).toEqual([204, 404]);
  });
});

test('the subscription of an address belongs to the account that has proven it, and goes with it', async () => {
  const [proven, claimed] = await db.admin<{ id: number; username: string }[]>`
    INSERT INTO auth.users (id, username, email, password_hash, email_verified_at)
    OVERRIDING SYSTEM VALUE VALUES (1, 'reader', 'ada@example.org', 'h', now()), (2, 'author', 'ada@example.org', 'h', NULL) RETURNING id, username`;
  await subscribed('ADA@example.org');
  const sent = await post();
  await tell('published', sent);
  await run();
  expect(await (await call('GET', '/mine', undefined, 'reader')).json()).toMatchObject([{ email: 'ADA@example.org' }]);
  expect(await (await call('GET', '/mine', undefined, 'author')).json()).toEqual([]);
  for (const [user, left] of [
    [claimed, 1],
    [proven, 0],
  ] as const) {
    const response = await app.request('/events', {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents+json' },
      body: JSON.stringify({
        specversion: '1.0',
        id: randomUUID(),
        source: '/auth',
        type: 'dev.dormouse.user.deleted.v1',
        subject: `user/${user!.id}`,
        data: { id: user!.id, username: user!.username },
      }),
    });
    expect(response.status).toBe(204);
    expect((await rows()).length).toBe(left);
  }
  expect(await sql`SELECT author FROM issues`).toEqual([{ author: 'deleted account' }]);
});

test('nobody outside can have anything sent', async () => {
  const headers = { 'x-client-address': '203.0.113.7' };
  expect((await app.request('/batches/due', { method: 'POST', headers })).status).toBe(404);
});
