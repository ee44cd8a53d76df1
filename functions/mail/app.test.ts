import { createHash, randomUUID } from 'node:crypto';
import { silentLog } from '@dormouse/runtime/log';
import { outbox } from '@dormouse/runtime/outbox';
import type { Sql } from '@dormouse/runtime/sql-types';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createApp } from './app.ts';
import { type MailServer, type MailServerOptions, mailServer, reply } from './mail-server.fixture.ts';
import { openMessages } from './messages.ts';
import { openNotices } from './notices.ts';
import { requestedMails } from './requested.ts';
import { mailSender } from './sending.ts';
import { smtpTransport } from './transport.ts';

let db: TestDatabase;
let sql: Sql;
let server: MailServer;
let count = 0;
beforeAll(async () => {
  db = await testDatabase('auth', 'mail');
  sql = db.as('mail');
});
afterAll(() => db?.drop());
beforeEach(async () => {
  server = await mailServer();
});
afterEach(() => server.close());

const appFor = (url: string) =>
  createApp({
    notices: openNotices(sql),
    tell: async () => ({ sent: 0 }),
    outbox: outbox({ sql, source: '/mail' }),
    send: mailSender({
      messages: openMessages(sql),
      requested: requestedMails(sql),
      transport: smtpTransport(url),
      sender: { from: 'no-reply@blog.example', site: 'https://blog.example' },
      log: silentLog,
    }),
    sendNewsletters: async () => {},
  });

/** Somebody asks for a mail: what auth writes. */
async function asked({ kind = 'password-reset', minutes = 60, known = true } = {}) {
  const [id, name] = [randomUUID(), `ada-${++count}`];
  const email = `${name}@example.org`;
  if (known) await db.admin`INSERT INTO auth.users (username, email, password_hash) VALUES (${name}, ${email}, 'hash')`;
  await db.admin`
    INSERT INTO auth.mails (id, kind, email, requested_at, expires_at)
    VALUES (${id}, ${kind}, ${email}, now(), now() + make_interval(mins => ${minutes}))`;
  return { id, name, email, kind };
}
const deliver = (
  { id, kind }: { id: string; kind: string },
  { url = server.url, event = id }: { url?: string; event?: string } = {},
) =>
  appFor(url).request('/batches', {
    method: 'POST',
    headers: { 'content-type': 'application/cloudevents+json' },
    body: JSON.stringify({
      specversion: '1.0',
      id: event,
      source: '/auth',
      type: 'dev.dormouse.mail.requested.v1',
      subject: `mail/${id}`,
      data: { mail: id, kind },
    }),
  });
const statusOf = async (response: Response | Promise<Response>) => (await response).status;
const stateOf = async (id: string) => {
  const [row] = await sql<
    { state: string; tries: number; reason: string | null }[]
  >`SELECT state, tries, reason FROM messages WHERE id = ${id}`;
  return row;
};
const restarted = async (options: MailServerOptions) => {
  await server.close();
  server = await mailServer(options);
};

describe('a mail that was asked for', () => {
  test('is sent, with a link whose secret only the mail has', async () => {
    const mail = await asked();
    expect(await statusOf(deliver(mail))).toBe(204);
    const [received] = server.received;
    expect(received).toMatchObject({ messageId: `<${mail.id}@blog.example>`, to: { text: mail.email } });
    const token = /\?token=([\w-]{43})\n/.exec(received!.text!)![1]!;
    const hash = createHash('sha256').update(token).digest('base64url');
    expect(
      (await db.admin`SELECT hash FROM auth.mail_links WHERE mail_id = ${mail.id}`).map((row) => row.hash),
    ).toEqual([hash]);
    expect(await stateOf(mail.id)).toEqual({ state: 'sent', tries: 1, reason: null });
  });

  test('is sent once, however often its event comes, under whichever id', async () => {
    const mail = await asked();
    expect(await statusOf(deliver(mail))).toBe(204);
    expect(await statusOf(deliver(mail))).toBe(204);
    expect(await statusOf(deliver(mail, { event: randomUUID() }))).toBe(204);
    expect(server.received.length).toBe(1);
  });

  test('is sent once when its event comes twice at the same time', async () => {
    const mail = await asked();
    const hold = Promise.withResolvers<void>();
    await restarted({ beforeAnswer: () => hold.promise });
    const first = deliver(mail);
    await expect.poll(() => server.received.length).toBe(1);
    expect(await statusOf(deliver(mail))).toBe(503);
    hold.resolve();
    expect(await statusOf(first)).toBe(204);
    expect(server.received.length).toBe(1);
  });

  test('waits while the mail server is down, and keeps its id', async () => {
    const mail = await asked();
    const { url } = server;
    await server.close();
    expect(await statusOf(deliver(mail, { url }))).toBe(503);
    expect(await stateOf(mail.id)).toEqual({ state: 'waiting', tries: 1, reason: 'ESOCKET' });
    server = await mailServer();
    expect(await statusOf(deliver(mail))).toBe(204);
    expect(server.received.map(({ messageId }) => messageId)).toEqual([`<${mail.id}@blog.example>`]);
    expect(await stateOf(mail.id)).toMatchObject({ state: 'sent', tries: 2 });
  });

  test('is not tried again when it was refused for good, and nothing is kept of whose it is', async () => {
    const mail = await asked();
    await restarted({ refuse: () => reply(550, `5.1.1 <${mail.email}>: no such user`) });
    expect(await statusOf(deliver(mail))).toBe(204);
    expect(await stateOf(mail.id)).toEqual({ state: 'refused', tries: 1, reason: '550 5.1.1' });
    await restarted({});
    expect(await statusOf(deliver(mail))).toBe(204);
    expect(server.received).toEqual([]);
    const rows = await db.admin`SELECT 1 FROM mail.messages AS m WHERE m::text ILIKE ${`%${mail.name}%`}`;
    expect(rows.length).toBe(0);
  });

  test('is taken up by another instance once whoever had it is surely gone', async () => {
    const mail = await asked();
    expect(await openMessages(sql).take(mail.id, mail.kind)).toBe('taken');
    expect(await statusOf(deliver(mail))).toBe(503);
    await sql`UPDATE messages SET taken_until = clock_timestamp() WHERE id = ${mail.id}`;
    expect(await statusOf(deliver(mail))).toBe(204);
    expect(server.received.length).toBe(1);
  });

  test('is not sent when its time is over, nobody has the address, or auth does not know it', async () => {
    const mails = [
      await asked({ minutes: -1 }),
      await asked({ known: false }),
      { id: randomUUID(), kind: 'password-reset' },
    ];
    for (const mail of mails) {
      expect(await statusOf(deliver(mail))).toBe(204);
      expect(await stateOf(mail.id)).toMatchObject({ state: 'void' });
    }
    expect(server.received).toEqual([]);
  });

  test('has to have an id that can be one', async () => {
    expect(await statusOf(deliver({ id: '1; DROP TABLE messages', kind: 'password-reset' }))).toBe(422);
  });
});

test('nobody outside can ask for a mail', async () => {
  const mail = await asked();
  const response = await appFor(server.url).request('/batches', {
    method: 'POST',
    headers: { 'content-type': 'application/cloudevents+json', 'x-client-address': '203.0.113.7' },
    body: JSON.stringify({
      specversion: '1.0',
      id: '1',
      source: '/auth',
      type: 'dev.dormouse.mail.requested.v1',
      data: { mail: mail.id, kind: mail.kind },
    }),
  });
  expect(response.status).toBe(404);
});

test('what is a month old is forgotten', async () => {
  const old = randomUUID();
  await sql`
    INSERT INTO messages (id, kind, state, taken_until, created_at, settled_at)
    VALUES (${old}, 'password-reset', 'sent', now(), now() - interval '31 days', now() - interval '31 days')`;
  await deliver(await asked());
  expect(await stateOf(old)).toBeUndefined();
});
