import { join } from 'node:path';
import { readExamples } from '@dormouse/events/examples';
import { migrate } from '@dormouse/runtime/migrate';
import { type Harness, startHarness } from '@dormouse/testing/harness';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../../database.ts';
import { signed } from '../../event-keys.ts';
import { type FunctionInProcess, openFunction } from '../../in-process.ts';
import { authorDebuted } from './contract.ts';

const trigger = 'authors-events';
const here = import.meta.dirname;
let db: TestDatabase;
let flow: Harness;
let authors: FunctionInProcess;

beforeAll(async () => {
  db = await testDatabase();
  await migrate(db.admin, [{ name: 'authors', folder: join(here, 'migrations'), password: 'test' }]);
  flow = await startHarness({
    manifests: [join(here, 'authors.yaml')],
    delivery: { retry: 3, backoffDelay: 'PT1S', deadLetterSink: 'dead-letters' },
    receivers: async (sink) => {
      authors = await openFunction('authors', { databaseUrl: db.urlOf('authors'), sink, main: join(here, 'main.ts') });
      return { authors: authors.origin };
    },
    idle: () => authors.drained(),
  });
});
afterAll(async () => {
  await flow?.close();
  await authors?.close();
  await db?.drop();
});

/** Golden examples: events as their producers send them. */
const example = (name: string) => readExamples().find((each) => each.name.endsWith(name))!.event;
const registration = (username: string) => ({
  ...example('registered.v1/signed-up.json'),
  id: `registered ${username}`,
  data: { id: 1, username, created_at: '2026-01-01T00:00:00.000Z' },
});
const publication = (author: string, id: number) => {
  const event = example('published.v1/draft-published.json');
  return { ...event, id: `published ${id}`, subject: `post/${id}`, data: { ...(event.data as object), id, author } };
};
const publishedBy = async (name: string) =>
  (await db.admin`SELECT published FROM authors.authors WHERE name = ${name}`)[0]?.published;

test('each post counts once, however often its event arrives', async () => {
  await flow.delivered(trigger, await flow.send(signed(registration('ada'))));
  const id = await flow.send(signed(publication('ada', 1)));
  await flow.send(signed(publication('ada', 1)));
  await flow.send(signed(publication('ada', 2)));
  await flow.delivered(trigger, id);
  expect(await publishedBy('ada')).toBe(2);
  expect(await flow.events({ type: authorDebuted.type })).toMatchObject([
    { subject: 'author/ada', data: { name: 'ada' } },
  ]);
});

test('a post of somebody who is not known yet waits until they are', async () => {
  const id = await flow.send(signed(publication('bob', 3)));
  await flow.retrying(trigger, id);
  await flow.delivered(trigger, await flow.send(signed(registration('bob'))));
  await flow.advance('PT1S');
  expect((await flow.delivered(trigger, id)).attempts.map(({ status }) => status)).toEqual([503, 204]);
  expect(await publishedBy('bob')).toBe(1);
});

test('what can never be understood becomes a dead letter at once', async () => {
  const wrong = await flow.send(signed({ ...publication('ada', 4), subject: 'post/5' }));
  const empty = await flow.send(signed({ ...publication('ada', 6), data: {} }));
  for (const id of [wrong, empty])
    expect((await flow.deadLettered(trigger, id)).attempts).toMatchObject([{ status: 422 }]);
  const [deadLetter] = flow.calls('dead-letters').filter(({ attributes }) => attributes.id === wrong);
  expect(deadLetter?.attributes.knativeerrorcode).toBe('422');
  expect(Buffer.from(deadLetter?.attributes.knativeerrordata ?? '', 'base64').toString()).toContain(
    'it tells of post 4 and is called post/5',
  );
  expect(await publishedBy('ada')).toBe(2);
});

test('events of other types never wake it', async () => {
  const id = await flow.send(example('created.v1/draft.json'));
  await expect(flow.filtered(trigger, id)).resolves.not.toThrow();
});
