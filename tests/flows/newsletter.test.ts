import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type MailServer, mailServer } from '@dormouse/mail/mail-server.fixture';
import { type Harness, startHarness } from '@dormouse/testing/harness';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../database.ts';
import { signed } from '../event-keys.ts';
import { type FunctionProcess, startFunction } from '../function-process.ts';

let db: TestDatabase;
let flow: Harness;
let mail: FunctionProcess;
let newsletter: FunctionProcess;
let server: MailServer;
let answer: () => Promise<void> = async () => {};

const startMail = () =>
  startFunction('mail', {
    DATABASE_URL: db.urlOf('mail'),
    SMTP_URL: server.url,
    PUBLIC_URL: 'https://blog.example',
    LOG_LEVEL: 'silent',
  });
beforeAll(async () => {
  db = await testDatabase('auth', 'categories', 'posts', 'newsletter', 'mail');
  server = await mailServer({ beforeAnswer: () => answer() });
  mail = await startMail();
  flow = await startHarness({
    manifests: [join(import.meta.dirname, '../../knative/base')],
    receivers: async (sink) => {
      newsletter = await startFunction('newsletter', {
        DATABASE_URL: db.urlOf('newsletter'),
        K_SINK: sink,
        PUBLIC_URL: 'https://blog.example',
        JWKS_URL: 'http://127.0.0.1:9/jwks.json',
        SEND_AFTER_SECONDS: '0',
        LOG_LEVEL: 'silent',
      });
      return {
        newsletter: newsletter.origin,
        mail: (request) => fetch(new Request(mail.origin + new URL(request.url).pathname, request)),
      };
    },
  });
  await db.admin`UPDATE newsletter.settings SET mails_posts = true`;
});
afterAll(async () => {
  await flow?.close();
  mail?.kill();
  newsletter?.kill();
  await server?.close();
  await db?.drop();
});

const api = (path: string, body: object) =>
  fetch(`${newsletter.origin}/blog/api/newsletter/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).then(({ status }) => status);
/** As the relay does. */
const tick = async () => {
  expect((await fetch(`${newsletter.origin}/batches/due`, { method: 'POST' })).status).toBe(204);
};
const received = (subject: string) => server.received.filter((each) => each.subject === subject);
const recipient = (each: MailServer['received'][number]) => (each.to as { text: string }).text;

test('somebody subscribes by a mail, gets the next post once although mail is killed, and unsubscribes by the header', async () => {
  const question = 'Dormouse: new posts by e-mail?';
  for (const name of ['ada', 'grace', 'joan'])
    expect(await api('subscriptions', { email: `${name}@example.org` })).toBe(202);
  await expect.poll(() => received(question).length).toBe(3);
  for (const { text } of received(question).filter((each) => recipient(each) !== 'joan@example.org'))
    expect(await api('confirmations', { token: /token=([\w-]+)\n/.exec(text!)![1] })).toBe(204);

  const [row] = await db.admin<{ id: string }[]>`
    INSERT INTO posts.posts (author_id, author, category_id, status, slug, title, excerpt, content, published_at, updated_at)
    SELECT 1, 'ann', id, 'published', 'news', 'News', '', 'Hello.', now(), now() FROM categories.categories LIMIT 1 RETURNING id`;
  const published = await flow.send(
    signed({
      id: randomUUID(),
      type: 'dev.dormouse.post.published.v1',
      source: '/posts',
      subject: `post/${row!.id}`,
      time: new Date().toISOString(),
      data: {
        id: Number(row!.id),
        version: 1,
        slug: 'news',
        title: 'News',
        author: 'ann',
        status: 'published',
        category: { id: 1, name: 'General', slug: 'general' },
        created_at: new Date().toISOString(),
        updated_at: new Date().toISOString(),
      },
    }),
  );
  await flow.delivered('newsletter-events', published);

  // Killed while the mail server answers the first: the second is still to be sent.
  const hold = Promise.withResolvers<void>();
  answer = () => hold.promise;
  await tick();
  await expect.poll(() => received('News').length).toBe(1);
  mail.kill();
  answer = async () => {};
  hold.resolve();
  mail = await startMail();
  await tick();
  await expect.poll(() => received('News').length).toBe(2);
  const first = received('News').map(recipient).sort();
  expect(first).toEqual(['ada@example.org', 'grace@example.org']);

  // The first was taken by the mail server, and its answer lost: after its minute it comes again, under its id.
  await db.admin`UPDATE newsletter.messages SET due_at = now() WHERE state = 'waiting'`;
  await tick();
  await expect.poll(() => received('News').length).toBe(3);
  expect(new Set(received('News').map(({ messageId }) => messageId)).size).toBe(2);
  await expect
    .poll(async () => (await db.admin`SELECT 1 FROM newsletter.messages WHERE kind = 'post' AND state = 'sent'`).length)
    .toBe(2);
  await tick();
  expect(await db.admin`SELECT state, sent FROM newsletter.issues`).toMatchObject([{ state: 'sent', sent: 2 }]);

  const [letter] = received('News');
  const unsubscribe = letter!.headerLines.find(({ key }) => key === 'list-unsubscribe')!.line;
  const token = /token=([\w-]+)>/.exec(unsubscribe.replaceAll(/\r\n\s+/g, ''))![1]!;
  expect(await api('unsubscriptions', { token })).toBe(204);
  expect((await db.admin`SELECT 1 FROM newsletter.subscribers WHERE state = 'confirmed'`).length).toBe(1);
});
