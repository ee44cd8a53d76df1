import { randomUUID } from 'node:crypto';
import { silentLog } from '@dormouse/runtime/log';
import { outbox } from '@dormouse/runtime/outbox';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createApp } from './app.ts';
import { type MailServer, mailServer, reply } from './mail-server.fixture.ts';
import { newslettersIn } from './newsletters.ts';
import { newsletterSender } from './sending-newsletters.ts';
import { smtpTransport } from './transport.ts';

let db: TestDatabase;
let server: MailServer;
beforeAll(async () => {
  db = await testDatabase('auth', 'categories', 'posts', 'newsletter', 'mail');
});
afterAll(() => db?.drop());
beforeEach(async () => {
  server = await mailServer();
  await db.admin`TRUNCATE newsletter.subscribers, newsletter.issues, newsletter.messages, newsletter.confirmations`;
});
afterEach(() => server.close());

const deliver = async (kind: string, url = server.url) => {
  const app = createApp({
    send: async () => {},
    sendNewsletters: newsletterSender({
      newsletters: newslettersIn(db.as('mail')),
      transport: smtpTransport(url),
      sender: { from: 'The blog <no-reply@blog.example>', site: 'https://blog.example' },
      log: silentLog,
    }),
    notices: { note: async () => {}, forget: async () => {} },
    tell: async () => ({ sent: 0 }),
    outbox: outbox({ sql: db.as('mail'), source: '/mail' }),
  });
  const response = await app.request('/batches', {
    method: 'POST',
    headers: { 'content-type': 'application/cloudevents+json' },
    body: JSON.stringify({
      specversion: '1.0',
      id: randomUUID(),
      source: '/newsletter',
      type: 'dev.dormouse.newsletter.due.v1',
      subject: `newsletter/${kind}`,
      data: { kind },
    }),
  });
  expect(response.status).toBe(204);
};

/** So many subscribers, and a post of this title that is being sent to them. */
async function sending(count: number, title = 'On sleeping') {
  await db.admin`
    INSERT INTO newsletter.subscribers (email, state, token, confirmed_at)
    SELECT 's' || n || '@example.org', 'confirmed', 'token-' || n, now() FROM generate_series(1, ${count}) AS n`;
  const [post] = await db.admin<{ id: string }[]>`
    INSERT INTO posts.posts (author_id, author, category_id, status, slug, title, excerpt, content, updated_at)
    SELECT 1, 'ann', id, 'published', ${`p-${randomUUID()}`}, 'x', '', 'x', now() FROM categories.categories LIMIT 1 RETURNING id`;
  await db.admin`
    INSERT INTO newsletter.issues (post_id, state, send_at, title, slug, author, lang, body_html, body_text, started_at, is_filled)
    VALUES (${post!.id}, 'sending', now(), ${title}, 'on-sleeping', 'ann', 'en', '<p>Hello <em>there</em>.</p>', 'Hello *there*.', now(), true)`;
  await db.admin`
    INSERT INTO newsletter.messages (kind, subscriber_id, post_id) SELECT 'post', id, ${post!.id} FROM newsletter.subscribers`;
  return Number(post!.id);
}
const states = async () =>
  (await db.admin<{ state: string }[]>`SELECT state FROM newsletter.messages ORDER BY id`).map(({ state }) => state);

describe('a post', () => {
  test('goes to each subscriber alone, with a way to unsubscribe by one click (RFC 8058)', async () => {
    await sending(3);
    await deliver('post');
    expect(server.received.map(({ to }) => (to as { text: string }).text).sort()).toEqual(
      [1, 2, 3].map((n) => `s${n}@example.org`),
    );
    const first = server.received.find(({ to }) => (to as { text: string }).text === 's1@example.org')!;
    const unsubscribe = 'https://blog.example/blog/newsletter/unsubscribe?token=token-1';
    expect(
      first.headerLines
        .filter(({ key }) => key.startsWith('list-'))
        .map(({ line }) => line.replaceAll(/\r\n\s+/g, ' ')),
    ).toEqual(
      expect.arrayContaining([
        `List-Unsubscribe: <${unsubscribe}>`,
        'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
        'List-ID: <newsletter.blog.example>',
      ]),
    );
    expect(first.subject).toBe('On sleeping');
    expect(first.html).toContain('<p>Hello <em>there</em>.</p>');
    expect(first.html).toContain(`href="${unsubscribe}"`);
    expect(first.text).toContain('Hello *there*.');
    expect(first.text).toContain('https://blog.example/blog/posts/on-sleeping');
    expect(await states()).toEqual(['sent', 'sent', 'sent']);
    await deliver('post');
    expect(server.received.length).toBe(3);
  });

  test('names its author as they call themselves when it is sent, or by the user name where that shows nothing', async () => {
    const bylines = async (displayName: string | null) => {
      await db.admin`
        INSERT INTO auth.users (username, email, password_hash, display_name) VALUES ('ann', 'ann@example.org', 'hash', ${displayName})
        ON CONFLICT (lower(username COLLATE "C")) DO UPDATE SET display_name = ${displayName}`;
      await db.admin`TRUNCATE newsletter.subscribers, newsletter.issues, newsletter.messages CASCADE`;
      server.received.length = 0;
      await sending(1);
      await deliver('post');
      return server.received.map(({ text, html }) => [
        text!.split('\n')[2],
        /By [^<]+?(?= ·)/.exec(html as string)?.[0],
      ]);
    };
    expect(await bylines(null)).toEqual([['By ann · Dormouse', 'By ann']]);
    expect(await bylines('Ann <Smith>\u202e')).toEqual([['By Ann <Smith> · Dormouse', 'By Ann &lt;Smith&gt;']]);
    expect(await bylines('\u3164\u200b\u2800')).toEqual([['By ann · Dormouse', 'By ann']]);
  });

  test('cannot add headers or markup by its title', async () => {
    await sending(1, 'Hi\r\nBcc: eve@example.org\r\n\r\n<script>x</script>\u202e');
    await deliver('post');
    const [mail] = server.received;
    expect(mail!.subject).toBe('Hi Bcc: eve@example.org <script>x</script>');
    expect([mail!.bcc, mail!.headers.has('bcc')]).toEqual([undefined, false]);
    expect(mail!.html).toContain('&lt;script&gt;');
    expect(mail!.html).not.toContain('<script');
  });

  test('that is hidden meanwhile goes to nobody more', async () => {
    const id = await sending(2);
    let answered = 0;
    await server.close();
    server = await mailServer({
      beforeAnswer: async () => {
        if (++answered === 1) await db.admin`UPDATE posts.posts SET status = 'draft' WHERE id = ${id}`;
      },
    });
    await deliver('post');
    expect([server.received.length, await states()]).toEqual([1, expect.arrayContaining(['sent', 'void'])]);
  });

  test('whose address is refused is noted with the code, and the others have it', async () => {
    await sending(2);
    await server.close();
    server = await mailServer({
      refuse: (address) => (address.startsWith('s1@') ? reply(550, '5.1.1 s1: no such user') : undefined),
    });
    await deliver('post');
    expect(server.received.length).toBe(1);
    expect(await db.admin`SELECT email, bounces, bounce FROM newsletter.subscribers ORDER BY email`).toMatchObject([
      { email: 's1@example.org', bounces: 1, bounce: '550 5.1.1' },
      { bounces: 0 },
    ]);
  });

  test('waits while the mail server is down, which is left alone after two attempts', async () => {
    await sending(5);
    const { url } = server;
    await server.close();
    await deliver('post', url);
    const tried =
      await db.admin`SELECT count(*)::int AS n FROM newsletter.messages WHERE tries > 0 AND state = 'waiting'`;
    expect(tried).toMatchObject([{ n: 2 }]);
    server = await mailServer();
    await db.admin`UPDATE newsletter.messages SET due_at = now()`;
    await deliver('post');
    expect([server.received.length, new Set(server.received.map(({ messageId }) => messageId)).size]).toEqual([5, 5]);
  });
});

test('a question has a link whose secret is nowhere else, and no way to unsubscribe from nothing', async () => {
  await db.admin`INSERT INTO newsletter.subscribers (email, token) VALUES ('ada@example.org', 'token')`;
  await db.admin`INSERT INTO newsletter.messages (kind, subscriber_id) SELECT 'confirmation', id FROM newsletter.subscribers`;
  await deliver('confirmation');
  const [mail] = server.received;
  expect([mail!.subject, mail!.headers.has('list')]).toEqual(['Dormouse: new posts by e-mail?', false]);
  const secret = /confirm\?token=([\w-]{43})\n/.exec(mail!.text!)![1]!;
  const [{ found }] = await db.admin<[{ found: boolean }]>`
    SELECT EXISTS (SELECT FROM newsletter.confirmations WHERE hash = encode(sha256(${secret}::bytea), 'base64')) AS found`;
  const [{ kept }] = await db.admin<[{ kept: string }]>`SELECT hash AS kept FROM newsletter.confirmations`;
  expect([found, kept.length]).toEqual([false, 43]);
  expect(kept).not.toBe(secret);
});
