import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type MailServer, mailServer } from '@dormouse/mail/mail-server.fixture';
import { onSpan, type Span } from '@dormouse/runtime/spans.fixture';
import { checkTrace, type SpanRecord } from '@dormouse/testing/check-trace';
import { type Harness, startHarness } from '@dormouse/testing/harness';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../database.ts';
import { type FunctionInProcess, openFunction } from '../in-process.ts';

let db: TestDatabase;
let flow: Harness;
let comments: FunctionInProcess;
let mail: FunctionInProcess;
let server: MailServer;
const spans: Span[] = [];
const post = 7;
const created = 'dev.dormouse.comment.created.v1';

beforeAll(async () => {
  onSpan((span) => void spans.push(span));
  db = await testDatabase('auth', 'categories', 'posts', 'comments', 'mail');
  await db.admin`UPDATE auth.blog SET comments = 'open'`;
  const [ada] = await db.admin<{ id: number }[]>`
    INSERT INTO auth.users (username, email, password_hash, email_verified_at) VALUES ('ada', 'ada@example.org', 'hash', now()) RETURNING id`;
  const [category] = await db.admin<{ id: string }[]>`SELECT id FROM categories.get_or_create('General')`;
  await db.admin`
    INSERT INTO posts.posts (id, author_id, author, category_id, status, slug, title, excerpt, content, created_at, updated_at)
    OVERRIDING SYSTEM VALUE
    VALUES (${post}, ${ada!.id}, 'ada', ${category!.id}, 'published', 'on-sleep', 'On sleep', '', '', now(), now())`;
  server = await mailServer();
  flow = await startHarness({
    manifests: [join(import.meta.dirname, '../../knative/base/mail.yaml')],
    receivers: async (sink) => {
      comments = await openFunction('comments', { databaseUrl: db.urlOf('comments'), sink });
      mail = await openFunction('mail', {
        databaseUrl: db.urlOf('mail'),
        variables: { SMTP_URL: server.url, PUBLIC_URL: 'https://blog.example' },
      });
      return { mail: mail.origin };
    },
    idle: () => comments.drained(),
  });
});
afterAll(async () => {
  onSpan(undefined);
  await flow?.close();
  for (const each of [comments, mail]) await each?.close();
  await server?.close();
  await db?.drop();
});

/** What functions and broker recorded of a trace. */
const recorded = (...traceIds: string[]): SpanRecord[] => [
  ...spans
    .filter(({ traceId }) => traceIds.includes(traceId))
    .map(
      ({ endMs, parentId, links, error, attributes, ...span }): SpanRecord => ({
        ...span,
        service: 'functions',
        attributes: attributes as SpanRecord['attributes'],
        durationMs: endMs - span.startMs,
        ...(parentId && { parentId }),
        ...(links && { links: [...links] }),
        ...(error && { error: true }),
      }),
    ),
  ...traceIds.flatMap((id) => flow.telemetry.trace(id)),
];

async function comment(content: string): Promise<{ traceId: string; client: string }> {
  const [traceId, client] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
  const { status } = await fetch(`${comments.origin}/blog/api/posts/${post}/comments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: `00-${traceId}-${client}-01` },
    body: JSON.stringify({ content, name: 'A guest' }),
  });
  expect(status).toBe(201);
  await flow.settle();
  return { traceId, client };
}

/** As the relay does, a quarter of an hour later. */
async function relayWakes(): Promise<{ traceId: string; client: string }> {
  await db.admin`UPDATE mail.told SET told_at = told_at - interval '15 minutes'`;
  await db.admin`UPDATE mail.telling SET taken_until = taken_until - interval '15 minutes'`;
  const [traceId, client] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
  const headers = { traceparent: `00-${traceId}-${client}-01` };
  const { status } = await fetch(`${mail.origin}/events/sweep`, { method: 'POST', headers });
  expect(status).toBe(200);
  return { traceId, client };
}

test('one trace leads from the request that writes a comment to the mail that tells of it, linked to the tick and to the next comment', async () => {
  const first = await comment('First.');
  const second = await comment('Second.');
  const tick = await relayWakes();
  expect(server.received.length).toBe(1);
  expect(server.received[0]).toMatchObject({
    subject: 'Dormouse: 2 comments on “On sleep”',
    to: { text: 'ada@example.org' },
  });
  const noted = {
    name: `process ${created}`,
    kind: 'consumer',
    children: [
      {
        name: 'mail comments',
        kind: 'client',
        error: false,
        attributes: { 'dormouse.mail.kind': 'comments', 'dormouse.mail.outcome': 'sent' },
        links: ['POST /events/sweep', `process ${created}`],
      },
    ],
  } as const;
  const roots = [
    {
      name: /^POST \/blog\/api\/posts\//,
      kind: 'server',
      children: [
        {
          name: `send ${created}`,
          kind: 'producer',
          children: [
            {
              name: 'send default/default',
              service: 'broker',
              children: [
                { name: 'process mail-comment-events', children: [{ name: 'POST /events', children: [noted] }] },
              ],
            },
          ],
        },
      ],
    },
    { name: 'POST /events/sweep', kind: 'server' },
  ] as const;
  const outside = [first.client, second.client, tick.client];
  expect(checkTrace(recorded(first.traceId, second.traceId, tick.traceId), { outside, roots })).toEqual([]);
  expect(spans.filter(({ name }) => name === 'mail comments').map(({ traceId }) => traceId)).toEqual([first.traceId]);
  expect(JSON.stringify(recorded(first.traceId))).not.toContain('ada@example.org');
});

test('a comment that is delivered twice is told once', async () => {
  const { traceId } = await comment('Third.');
  await relayWakes();
  expect(server.received.length).toBe(2);
  const { attributes, data } = await flow.event((event) => event.traceId === traceId && event.type === created);
  await flow.send({ ...attributes, type: created, data });
  await flow.settle();
  await relayWakes();
  expect(server.received.length).toBe(2);
});
