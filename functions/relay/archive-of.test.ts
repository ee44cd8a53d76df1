import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { archiveOf } from './archive-of.ts';

/** A database that the journal's schema is not in. */
let db: TestDatabase;
let journal: Server;
let url: string;
let answer: (body: string) => { status: number; body: unknown };
const asked: string[] = [];
beforeAll(async () => {
  db = await testDatabase('relay');
  journal = createServer(async (request, response) => {
    const { status, body } = answer(await text(request));
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => journal.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(journal.address() as AddressInfo).port}`;
});
afterAll(async () => {
  journal.close();
  await db.drop();
});

const events = [
  { source: '/posts', id: 'a' },
  { source: '/posts', id: 'b' },
];

it('is behind the journal’s address where its schema is not in this database', async () => {
  let question: unknown;
  answer = (body) => {
    question = JSON.parse(body);
    return { status: 200, body: { archived: [true, false] } };
  };
  expect(await archiveOf(db.as('relay'), url)(events.map((event) => ({ ...event, position: '1' })))).toEqual([
    true,
    false,
  ]);
  expect(asked).toEqual(['POST /events/archived']);
  expect(question).toEqual({ events });
});

it.each([
  ['a refusal', { status: 404, body: { archived: [true, true] } }],
  ['too short an answer', { status: 200, body: { archived: [true] } }],
  ['something else', { status: 200, body: {} }],
])('is not believed when it gives %s', async (_, given) => {
  answer = () => given;
  await expect(archiveOf(db.as('relay'), url)(events)).rejects.toThrow(`the journal answered ${given.status}`);
});

it('is missed where there is neither, and found once the journal has been deployed', async () => {
  const archive = archiveOf(db.as('relay'), undefined);
  await expect(archive(events)).rejects.toThrow('there is no archive');
  await db.admin`CREATE SCHEMA journal`;
  await db.admin`CREATE TABLE journal.events (source text, id text, secret text)`;
  await expect(archive(events)).rejects.toThrow('there is no archive');
  await db.admin`GRANT USAGE ON SCHEMA journal TO relay`;
  await db.admin`GRANT SELECT (source, id) ON journal.events TO relay`;
  await db.admin`INSERT INTO journal.events VALUES ('/posts', 'b', ''), ('/others', 'a', '')`;
  expect(await archive(events)).toEqual([false, true]);
});
