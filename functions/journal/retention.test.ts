import { silentLog } from '@dormouse/runtime/log';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { prune, retention } from './retention.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase('journal');
});
beforeEach(() => db.admin`TRUNCATE journal.events, journal.dead_letters, journal.jobs, journal.items RESTART IDENTITY`);
afterAll(() => db.drop());

const archive = (count: number, age: string) =>
  db.admin`INSERT INTO journal.events (source, id, type, attributes, received_at)
    SELECT '/s', ${age} || n, 't', '{}', now() - ${age}::interval FROM generate_series(1, ${count}) AS n`;
const storeDeadLetter = (state: string, age: string) =>
  db.admin`INSERT INTO journal.dead_letters (source, id, type, destination, cause, attributes, headers, state, failed_at)
    VALUES ('/s', ${state + age}, 't', '', '', '{}', '{}', ${state}, now() - ${age}::interval) RETURNING number`.then(
    ([row]) => String(row?.number),
  );
const job = async (kind: string, state: string, age: string, items: readonly string[] = [], dryRun = false) => {
  const [row] = await db.admin`INSERT INTO journal.jobs (id, kind, state, dry_run, asked_by, finished_at)
    VALUES (gen_random_uuid(), ${kind}, ${state}, ${dryRun}, 'x', CASE WHEN ${state} = 'running' THEN NULL ELSE now() - ${age}::interval END) RETURNING id`;
  for (const item of items)
    await db.admin`INSERT INTO journal.items (job, item, outcome) VALUES (${row?.id}, ${item}, 'failed')`;
  return row?.id as string;
};
const count = async (table: string) =>
  (await db.admin`SELECT count(*)::int AS n FROM ${db.admin(`journal.${table}`)}`)[0]?.n as number;
const settled = async (events: number) => {
  while ((await count('events')) !== events) await new Promise((resolve) => setTimeout(resolve, 5));
};

test('what is too old goes in portions, what is not stays', async () => {
  await archive(5, '91 days');
  await archive(3, '89 days');
  await prune(db.as('journal'), 90, 4);
  expect(await count('events')).toBe(4);
  for (let i = 0; i < 2; i++) await prune(db.as('journal'), 90, 4);
  expect(await count('events')).toBe(3);
});

test('a dead letter goes when it was dismissed', async () => {
  for (const age of ['200 days', '1 day'])
    await db.admin`INSERT INTO journal.dead_letters (source, id, type, destination, cause, attributes, headers, state, failed_at,
      dismissed_at, dismissed_by, dismissed_because)
      VALUES ('/s', ${age}, 't', '', '', '{}', '{}', 'dismissed', now() - ${age}::interval, now(), 'x', 'y')`;
  await prune(db.as('journal'), 90, 100);
  expect(await db.admin`SELECT id FROM journal.dead_letters`).toEqual([{ id: '1 day' }]);
});

test('a dead letter goes when it was redriven; an open one stays with its attempts', async () => {
  const open = await storeDeadLetter('open', '200 days');
  const redriven = await storeDeadLetter('redriven', '200 days');
  await storeDeadLetter('redriven', '1 day');
  const kept = await job('redrive', 'done', '150 days', [open, redriven]);
  await job('redrive', 'done', '150 days', [redriven]);
  await job('redrive', 'done', '150 days', [open], true);
  await prune(db.as('journal'), 90, 100);
  expect(await db.admin`SELECT id FROM journal.dead_letters ORDER BY number`).toEqual([
    { id: 'open200 days' },
    { id: 'redriven1 day' },
  ]);
  expect(await db.admin`SELECT job, item FROM journal.items`).toEqual([{ job: kept, item: open }]);
  expect(await db.admin`SELECT id FROM journal.jobs`).toEqual([{ id: kept }]);
});

test('a job stays while it runs, and as long as everything else afterwards', async () => {
  const running = await job('replay', 'running', '0 days', ['1']);
  const young = await job('replay', 'cancelled', '1 day', ['1']);
  await job('replay', 'done', '91 days', ['1', '2']);
  await prune(db.as('journal'), 90, 1);
  expect(await count('jobs')).toBe(3);
  await prune(db.as('journal'), 90, 1);
  expect((await db.admin`SELECT id FROM journal.jobs`).map(({ id }) => id as string).sort()).toEqual(
    [running, young].sort(),
  );
});

test('it is looked after now and then as events come in', async () => {
  await archive(1, '91 days');
  const archived = retention({ sql: db.as('journal'), days: 90, log: silentLog, every: 10, random: () => 0.5 });
  archived(4);
  expect(await count('events')).toBe(1);
  archived(1);
  await settled(0);
  await archive(1, '92 days');
  archived(9);
  expect(await count('events')).toBe(1);
  archived(1);
  await settled(0);
});

test('nothing goes where it is to be kept for ever', async () => {
  let requests = 0;
  const sql = (() => requests++) as unknown as Parameters<typeof retention>[0]['sql'];
  retention({ sql, days: 0, log: silentLog, every: 1 })(100);
  expect(requests).toBe(0);
});
