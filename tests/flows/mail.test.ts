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
let server: MailServer;
let answer: () => Promise<void> = async () => {};
const beforeAnswer = () => answer();
const port = () => Number(new URL(server.url).port);

const started = () =>
  startFunction('mail', {
    DATABASE_URL: db.urlOf('mail'),
    SMTP_URL: server.url,
    PUBLIC_URL: 'https://blog.example',
    LOG_LEVEL: 'silent',
  });
beforeAll(async () => {
  db = await testDatabase('auth', 'mail');
  server = await mailServer({ beforeAnswer });
  mail = await started();
  flow = await startHarness({
    manifests: [join(import.meta.dirname, '../../knative/base')],
    receivers: {
      mail: (request) => fetch(new Request(mail.origin + new URL(request.url).pathname, request)),
    },
  });
});
afterAll(async () => {
  await flow?.close();
  mail?.kill();
  await server?.close();
  await db?.drop();
});

async function asked(name: string) {
  const [id, email] = [randomUUID(), `${name}@example.org`];
  await db.admin`INSERT INTO auth.users (username, email, password_hash) VALUES (${name}, ${email}, 'hash')`;
  await db.admin`
    INSERT INTO auth.mails (id, kind, email, requested_at, expires_at)
    VALUES (${id}, 'password-reset', ${email}, now(), now() + interval '1 hour')`;
  return signed({
    id: randomUUID(),
    type: 'dev.dormouse.mail.requested.v1',
    source: '/auth',
    subject: `mail/${id}`,
    time: new Date().toISOString(),
    data: { mail: id, kind: 'password-reset' },
  });
}
const receivedBy = (name: string) =>
  server.received.filter(({ text }) => text?.includes(name)).map(({ messageId }) => messageId);

test('while the mail server is down a mail is retried, becomes a dead letter, and is sent when it is redriven', async () => {
  const event = await asked('ada');
  const at = port();
  await server.close();
  const id = await flow.send(event);
  await flow.retrying('mail-requests', id);
  await flow.advance('PT1H');
  const { attempts } = await flow.deadLettered('mail-requests', id);
  expect(attempts.map(({ status }) => status)).toEqual(Array(11).fill(503));
  expect(JSON.stringify(flow.calls('journal').map((call) => call.attributes))).not.toContain('ada');
  server = await mailServer({ port: at, beforeAnswer });
  // What the journal does when an operator redrives it.
  const again = await flow.send({ ...event, dormouseredelivery: 'one' });
  await flow.delivered('mail-requests', again);
  expect(receivedBy('ada')).toEqual([`<${event.data.mail}@blog.example>`]);
});

test('where nobody has said what the site’s address is, no mail server is spoken with: no request may choose where links lead', async () => {
  const starting = startFunction('mail', { DATABASE_URL: db.urlOf('mail'), SMTP_URL: server.url });
  await expect(starting).rejects.toThrow('SMTP_URL needs PUBLIC_URL');
});

test('who is killed while the mail server answers has lost nothing, and the second mail has the id of the first', async () => {
  const event = await asked('grace');
  const hold = Promise.withResolvers<void>();
  answer = () => hold.promise;
  const id = await flow.send(event);
  await expect.poll(() => receivedBy('grace').length).toBe(1);
  mail.kill();
  answer = async () => {};
  hold.resolve();
  await flow.retrying('mail-requests', id);
  mail = await started();
  await flow.advance('PT2S');
  expect(receivedBy('grace').length).toBe(1);
  await db.admin`UPDATE mail.messages SET taken_until = now() WHERE id = ${event.data.mail}`;
  await flow.advance('PT10S');
  await flow.delivered('mail-requests', id);
  expect(receivedBy('grace')).toEqual(Array(2).fill(`<${event.data.mail}@blog.example>`));
});
