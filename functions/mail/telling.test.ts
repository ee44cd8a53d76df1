import { createHash } from 'node:crypto';
import { silentLog } from '@dormouse/runtime/log';
import { outbox } from '@dormouse/runtime/outbox';
import { openSql } from '@dormouse/runtime/sql';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createApp } from './app.ts';
import { type MailServer, type MailServerOptions, mailServer, reply } from './mail-server.fixture.ts';
import { openNotices } from './notices.ts';
import { teller } from './telling.ts';
import { smtpTransport } from './transport.ts';

let db: TestDatabase;
let sql: ReturnType<typeof openSql>;
let server: MailServer;
let event = 0;
const site = 'https://blog.example';
/** Ids: ada wrote the post, bob and eve comment. */
const [ada, bob, eve] = [1, 2, 3] as const;
const post = 7;
const more = [8, 9, 10, 11];

beforeAll(async () => {
  db = await testDatabase('auth', 'categories', 'posts', 'comments', 'mail', 'relay');
  sql = openSql({ databaseUrl: db.urlOf('mail'), service: 'mail' });
  for (const name of ['ada', 'bob', 'eve'])
    await db.admin`
      INSERT INTO auth.users (username, email, password_hash, email_verified_at)
      VALUES (${name}, ${`${name}@example.org`}, 'hash', now())`;
  const [category] = await db.admin<{ id: string }[]>`SELECT id FROM categories.get_or_create('General')`;
  for (const id of [post, ...more])
    await db.admin`
      INSERT INTO posts.posts (id, author_id, author, category_id, status, slug, title, excerpt, content, created_at, updated_at)
      OVERRIDING SYSTEM VALUE
      VALUES (${id}, ${ada}, 'ada', ${category!.id}, 'published', ${id === post ? 'on-sleep' : `post-${id}`}, 'On <sleep>', '', '', now(), now())`;
});
afterAll(async () => {
  await sql?.end();
  await db?.drop();
});
beforeEach(async () => {
  server = await mailServer();
  await db.admin`TRUNCATE comments.comments, mail.notices, mail.told, auth.mails, auth.off_links CASCADE`;
  await db.admin`UPDATE mail.telling SET taken_until = '-infinity'`;
  await db.admin`UPDATE auth.users SET comment_mails = true, email_verified_at = now()`;
});
afterEach(() => server.close());

const restarted = async (options: MailServerOptions) => {
  await server.close();
  server = await mailServer(options);
};
const app = () => {
  const notices = openNotices(sql);
  const sender = { from: 'no-reply@blog.example', site };
  const tell = teller({ notices, transport: smtpTransport(server.url), sender, log: silentLog });
  return createApp({
    send: async () => {},
    sendNewsletters: async () => {},
    notices,
    tell,
    outbox: outbox({ sql, source: '/mail' }),
  });
};
const deliver = async (type: string, source: string, data: object, time = new Date().toISOString()) => {
  const response = await app().request('/events', {
    method: 'POST',
    headers: { 'content-type': 'application/cloudevents+json' },
    body: JSON.stringify({ specversion: '1.0', id: `e-${++event}`, source, type, time, data }),
  });
  expect(response.status).toBe(204);
};
/** Somebody comments; null is a guest. */
async function comment(
  userId: number | null,
  content: string,
  parent: number | null = null,
  { status = 'published', on = post, author = userId === null ? 'guest' : `user ${userId}` } = {},
) {
  const [row] = await db.admin<{ id: string }[]>`
    WITH next AS (SELECT nextval(pg_get_serial_sequence('comments.comments', 'id')) AS id)
    INSERT INTO comments.comments (id, post_id, parent_id, thread_id, status, user_id, author, content, digest, created_at)
    OVERRIDING SYSTEM VALUE
    SELECT id, ${on}, ${parent}, coalesce(${parent}::bigint, id), ${status}, ${userId}, ${author}, ${content}, '', now()
    FROM next RETURNING id`;
  const id = Number(row!.id);
  await tellOf(id, { userId, parent, status });
  return id;
}
const tellOf = (
  id: number,
  {
    userId = null as number | null,
    parent = null as number | null,
    status = 'published',
    verb = 'created',
    time = new Date(),
  } = {},
) =>
  deliver(
    `dev.dormouse.comment.${verb}.v1`,
    '/comments',
    {
      ...{ id, version: 1, post_id: post, parent_id: parent, user_id: userId, status },
      thread: { published: 1, version: 1 },
    },
    time.toISOString(),
  );
const sweep = async () => (await (await app().request('/events/sweep', { method: 'POST' })).json()) as { sent: number };
const quarterLater = async () => {
  await db.admin`UPDATE mail.told SET told_at = told_at - interval '15 minutes'`;
  await db.admin`UPDATE mail.telling SET taken_until = taken_until - interval '15 minutes'`;
};
/** Minutes until the relay wakes mail; undefined when it does not. */
const wakesIn = async () => {
  const [row] = await db.as('relay')`SELECT round(extract(epoch FROM mail.next_due() - now()) / 60)::int AS minutes`;
  return (row as { minutes: number | null }).minutes ?? undefined;
};
const waiting = async () => (await sql`SELECT FROM notices WHERE told_at IS NULL`).length;
const sentTo = () =>
  server.received.map(({ to, text }) => [[to].flat()[0]?.text, (text?.match(/^> /gm) ?? []).length] as const);

describe('comments', () => {
  test('are told to the post’s author in one mail, a quarter of an hour apart', async () => {
    await comment(bob, 'First.');
    await comment(null, 'Second.');
    expect(await sweep()).toEqual({ sent: 1 });
    expect(sentTo()).toEqual([['ada@example.org', 2]]);
    expect(server.received[0]).toMatchObject({ subject: 'Dormouse: 2 comments on “On <sleep>”' });
    expect(server.received[0]!.text).toContain(`${site}/blog/posts/on-sleep#comment-`);
    await comment(bob, 'Third.');
    expect(await sweep()).toEqual({ sent: 0 });
    await quarterLater();
    expect(await sweep()).toEqual({ sent: 1 });
    expect(sentTo()).toEqual([
      ['ada@example.org', 2],
      ['ada@example.org', 1],
    ]);
    await quarterLater();
    expect(await sweep()).toEqual({ sent: 0 });
  });

  test('name accounts as pages do, and say who is a guest', async () => {
    await db.admin`UPDATE auth.users SET display_name = 'Bob <B.>' WHERE username = 'bob'`;
    await comment(bob, 'One.', null, { author: 'bob' });
    await comment(eve, 'Two.', null, { author: 'eve' });
    await comment(null, 'Three.', null, { author: 'bob' });
    await sweep();
    expect(server.received[0]!.text!.match(/^.+ wrote:$/gm)).toEqual([
      'Bob <B.> (@bob) wrote:',
      'eve wrote:',
      'bob (guest) wrote:',
    ]);
    expect(server.received[0]!.html).toContain('<b>Bob &lt;B.&gt; (@bob) wrote:</b>');
  });

  test('are told to whom they answer, and to nobody who wrote them', async () => {
    const first = await comment(bob, 'A question.');
    await sweep();
    await quarterLater();
    await comment(eve, 'An answer.', first);
    await comment(ada, 'The author’s own.', first);
    await sweep();
    expect(sentTo().slice(1).sort()).toEqual([
      ['ada@example.org', 1],
      ['bob@example.org', 2],
    ]);
  });

  test('that wait, went or are twice in the events are told once or not at all', async () => {
    const held = await comment(bob, 'Held.', null, { status: 'held' });
    const gone = await comment(bob, 'Gone.');
    await db.admin`DELETE FROM comments.comments WHERE id = ${gone}`;
    expect(await sweep()).toEqual({ sent: 0 });
    await db.admin`UPDATE comments.comments SET status = 'published' WHERE id = ${held}`;
    for (let n = 0; n < 2; n++) await tellOf(held, { verb: 'moderated' });
    expect(await sweep()).toEqual({ sent: 1 });
    expect(sentTo()).toEqual([['ada@example.org', 1]]);
  });

  test('that were told, and are hidden and shown again, are not told again', async () => {
    const id = await comment(bob, 'Hidden for a while.');
    expect(await sweep()).toEqual({ sent: 1 });
    await quarterLater();
    await tellOf(id, { verb: 'moderated' });
    expect(await sweep()).toEqual({ sent: 0 });
  });

  test('whose events an operator sends once more, long after, are told nobody', async () => {
    const old = new Date(Date.now() - 25 * 3_600_000);
    const id = await comment(bob, 'Of yesterday.');
    await db.admin`DELETE FROM mail.notices`;
    await tellOf(id, { time: old });
    expect(await waiting()).toBe(0);
  });

  test('on many posts at once are told in three mails a quarter of an hour, the others afterwards', async () => {
    const posts = [post, ...more];
    for (const on of posts) await comment(null, `On ${on}.`, null, { on });
    expect(await sweep()).toEqual({ sent: 3 });
    await quarterLater();
    expect(await sweep()).toEqual({ sent: 2 });
    expect(await waiting()).toBe(0);
  });

  test('are twenty in one mail, and a number', async () => {
    for (let n = 0; n < 23; n++) await comment(bob, `Comment ${n}.`);
    await sweep();
    expect(sentTo()).toEqual([['ada@example.org', 20]]);
    const [{ text, subject, html }] = server.received as [(typeof server.received)[0]];
    expect([subject, text]).toEqual([
      'Dormouse: 23 comments on “On <sleep>”',
      expect.stringContaining('\n\nAnd 3 more.\n'),
    ]);
    expect(html).toContain('<p>And 3 more.</p>');
  });

  test('are told nobody whose address was never proven, or who does not want it', async () => {
    await comment(bob, 'One.');
    await db.admin`UPDATE auth.users SET email_verified_at = NULL WHERE id = ${ada}`;
    expect(await sweep()).toEqual({ sent: 0 });
    await db.admin`UPDATE auth.users SET email_verified_at = now(), comment_mails = false WHERE id = ${ada}`;
    await comment(bob, 'Two.');
    expect(await sweep()).toEqual({ sent: 0 });
    expect(await sql`SELECT FROM notices`).toEqual([]);
  });

  test('wait while the mail server is down, and are given up when it refuses the address', async () => {
    await comment(bob, 'One.');
    await restarted({ refuse: () => reply(451, '4.7.1 later') });
    expect(await sweep()).toEqual({ sent: 0 });
    await restarted({});
    expect(await wakesIn()).toBe(14);
    expect(await sweep()).toEqual({ sent: 0 });
    await quarterLater();
    expect(await wakesIn()).toBe(5);
    expect(await sweep()).toEqual({ sent: 1 });
    await quarterLater();
    await comment(bob, 'Two.');
    await restarted({ refuse: () => reply(550, '5.1.1 nobody') });
    expect(await sweep()).toEqual({ sent: 0 });
    expect(await waiting()).toBe(0);
  });

  test('wake mail five minutes after the first, a quarter of an hour after the last mail, to forget, and for nothing else', async () => {
    expect(await wakesIn()).toBeUndefined();
    await comment(bob, 'One.');
    await comment(bob, 'Two.');
    expect(await wakesIn()).toBe(5);
    await sweep();
    expect(await wakesIn()).toBe(24 * 60);
    await comment(bob, 'Three.');
    expect(await wakesIn()).toBe(14);
    await db.admin`DELETE FROM mail.told`;
    await sql`UPDATE notices SET told_at = now()`;
    expect(await wakesIn()).toBe(30 * 24 * 60);
    await db.admin`
      INSERT INTO auth.mails (id, kind, email, requested_at, expires_at)
      VALUES (gen_random_uuid(), 'log-in', 'nobody@example.org', now(), now() + interval '15 minutes')`;
    expect(await wakesIn()).toBe(15);
    await db.admin`UPDATE auth.mails SET expires_at = now()`;
    await quarterLater();
    await sweep();
    expect(await wakesIn()).toBe(30 * 24 * 60);
  });

  test('that nobody could be told for a day are given up, and what is over is forgotten', async () => {
    await comment(bob, 'One.');
    await db.admin`UPDATE mail.notices SET noted_at = now() - interval '25 hours'`;
    await db.admin`
      INSERT INTO auth.mails (id, kind, email, requested_at, expires_at)
      VALUES (gen_random_uuid(), 'log-in', 'nobody@example.org', now() - interval '1 hour', now() - interval '45 minutes')`;
    expect(await sweep()).toEqual({ sent: 0 });
    expect([await sql`SELECT FROM notices`, await db.admin`SELECT FROM auth.mails`]).toEqual([[], []]);
  });

  test('are forgotten with the account that was to be told', async () => {
    await comment(bob, 'One.');
    await deliver('dev.dormouse.user.deleted.v1', '/auth', { id: ada, username: 'ada' });
    expect(await sql`SELECT FROM notices`).toEqual([]);
  });
});

describe('a mail about comments', () => {
  test('has a link by which such mails end, for people and for mail programs', async () => {
    await comment(bob, 'One.');
    await sweep();
    const [{ headers, text }] = server.received as [(typeof server.received)[0]];
    const list = headers.get('list') as unknown as { unsubscribe?: { url?: string }; 'unsubscribe-post'?: unknown };
    const token = /\/blog\/comment-mails\/off\?token=([\w-]{43})\s/.exec(text!)![1]!;
    expect(list.unsubscribe?.url).toBe(`${site}/blog/comment-mails/off?token=${token}`);
    const hash = createHash('sha256').update(token).digest('base64url');
    expect(await db.admin`SELECT user_id FROM auth.off_links WHERE hash = ${hash}`).toEqual([{ user_id: ada }]);
  });

  test('has no header and no recipient of somebody’s choice, whatever they call themselves or their posts', async () => {
    await db.admin`UPDATE posts.posts SET title = ${'Sleep\r\nBcc: eve@example.org\u202e'} WHERE id = ${post}`;
    await comment(null, 'One.', null, { author: 'guest\r\nCc: eve@example.org\r\n\r\nDear friend' });
    await sweep();
    await db.admin`UPDATE posts.posts SET title = 'On <sleep>' WHERE id = ${post}`;
    const [{ headers, subject, text }] = server.received as [(typeof server.received)[0]];
    expect(server.received.length).toBe(1);
    expect(['bcc', 'cc'].filter((name) => headers.has(name))).toEqual([]);
    expect(subject).toBe('Dormouse: a comment on “Sleep Bcc: eve@example.org”');
    expect(text).toContain('guest Cc: eve@example.org Dear friend (guest) wrote:');
  });

  test('quotes comments without their markup becoming any', async () => {
    await comment(bob, `<img src=x onerror=alert(1)>\u202e${'long '.repeat(200)}`);
    await sweep();
    const [{ html, text }] = server.received as [(typeof server.received)[0]];
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(text).toMatch(/…\n/);
    expect(text).not.toContain('\u202e');
  });

  test('is sent by one of two who tell at once', async () => {
    await comment(bob, 'One.');
    const counts = await Promise.all([sweep(), sweep()]);
    expect(counts.map(({ sent }) => sent).sort()).toEqual([0, 1]);
    expect(server.received.length).toBe(1);
  });
});

test('nobody outside can have people told', async () => {
  const response = await app().request('/events/sweep', {
    method: 'POST',
    headers: { 'x-client-address': '203.0.113.7' },
  });
  expect(response.status).toBe(404);
});
