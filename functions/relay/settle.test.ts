import { setTimeout as sleep } from 'node:timers/promises';
import type { StoredEvent } from '@dormouse/runtime/cloudevent';
import type { Send } from '@dormouse/runtime/send';
import type { Sql } from '@dormouse/runtime/sql-types';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { brokerIsTrusted } from './archive.ts';
import { archiveOf } from './archive-of.ts';
import { type SettleOptions, settle } from './settle.ts';

let db: TestDatabase;
let sql: Sql;
beforeAll(async () => {
  db = await testDatabase('auth', 'categories', 'posts', 'relay', 'journal');
  sql = db.as('relay');
});
beforeEach(() => db.admin`TRUNCATE posts.outbox, journal.events`);
afterAll(() => db.drop());

const type = 'dev.dormouse.test.v1';
/** Rows that were sent so long ago. */
const sent = (subject: string, ago: string, resent = 0) => db.admin`
  INSERT INTO posts.outbox (id, type, source, subject, data, traceparent, sent_at, resent)
  VALUES (gen_random_uuid(), ${type}, '/posts', ${subject}, '{"a": 1}', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', now() - ${ago}::interval, ${resent})
  RETURNING position, id, source`;
const archived = (events: readonly { source: string; id: string }[]) =>
  Promise.all(
    events.map(
      ({ source, id }) =>
        db.admin`INSERT INTO journal.events (source, id, type, attributes) VALUES (${source}, ${id}, ${type}, '{}') ON CONFLICT DO NOTHING`,
    ),
  );
const left = async () =>
  (
    await db.admin<{ subject: string; resent: number }[]>`SELECT subject, resent FROM posts.outbox ORDER BY position`
  ).map(({ subject, resent }) => `${subject} ${resent}`);
const refused: Send = async () => Promise.reject(new Error('the broker answered 503'));
const settleWith = (send: Send, more: Partial<SettleOptions> = {}) =>
  settle({ sql, archive: archiveOf(sql, undefined), send, resendAfterMs: 120_000, budgetMs: 10_000, ...more }, 'posts');

it('a row goes when the archive has its event, and no sooner', async () => {
  const events = [...(await sent('post/1', '1 minute')), ...(await sent('post/2', '1 minute'))] as unknown as {
    source: string;
    id: string;
  }[];
  await db.admin`INSERT INTO posts.outbox (id, type, source, subject, data) VALUES (gen_random_uuid(), ${type}, '/posts', 'post/3', '{}')`;
  await archived([{ source: '/others', id: events[1]!.id }, events[0]!]);
  expect(await settleWith(refused)).toEqual({ archived: 1, resent: new Map() });
  expect(await left()).toEqual(['post/2 0', 'post/3 0']);
});

it('what is not archived in time is sent again as it was, later each time, and an hour after the last at most', async () => {
  const [row] = await sent('due', '3 minutes');
  await sent('again', '3 minutes', 1);
  await sent('second', '3 minutes', 2);
  await sent('third', '9 minutes', 3);
  await sent('old', '59 minutes', 30_000);
  await sent('older', '61 minutes', 32_767);
  const stored: StoredEvent[] = [];
  const settled = await settleWith(async (event) => void stored.push(event));
  expect(settled).toEqual({ archived: 0, resent: new Map([[type, 4]]) });
  expect(stored.map(({ subject }) => subject).sort()).toEqual(['again', 'due', 'older', 'third']);
  expect(stored.find(({ subject }) => subject === 'due')).toMatchObject({
    id: row!.id,
    type,
    source: '/posts',
    time: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
    data: expect.stringMatching(/^{"a": ?1}$/),
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  });
  expect(await left()).toEqual(['due 1', 'again 2', 'second 2', 'third 4', 'old 30000', 'older 32767']);
  expect(await settleWith(refused)).toEqual({ archived: 0, resent: new Map() });
});

it('a subject that the Broker refuses keeps its order and its turn, and the others go', async () => {
  for (const subject of ['bad', 'good', 'bad', 'good']) await sent(subject, '3 minutes');
  const stored: string[] = [];
  await settleWith(async ({ subject }) => {
    if (subject === 'bad') throw new Error('the broker answered 400');
    stored.push(subject);
  });
  expect(stored).toEqual(['good', 'good']);
  expect(await left()).toEqual(['bad 0', 'good 1', 'bad 0', 'good 1']);
});

it('what a slow Broker has not taken when a batch ends goes in the next one of the same tick, in order', async () => {
  for (let n = 0; n < 4; n++) await sent('post/1', '3 minutes');
  const wanted = (await db.admin<{ id: string }[]>`SELECT id FROM posts.outbox ORDER BY position`).map(({ id }) => id);
  const stored: string[] = [];
  const slow: Send = async ({ id }) => {
    await sleep(30);
    stored.push(id);
  };
  expect(await settleWith(slow, { batchMs: 10 })).toEqual({ archived: 0, resent: new Map([[type, 4]]) });
  expect(stored).toEqual(wanted);
});

it('more rows than are asked for at once are worked off, behind more that stay', async () => {
  await db.admin`
    INSERT INTO posts.outbox (id, type, source, subject, data, sent_at)
    SELECT gen_random_uuid(), ${type}, '/posts', 'post/' || n, '{}', now() FROM generate_series(1, 2500) AS n`;
  await db.admin`INSERT INTO journal.events (source, id, type, attributes) SELECT source, id, type, '{}' FROM posts.outbox WHERE position % 2 = 0`;
  expect((await settleWith(refused)).archived).toBe(1250);
  expect(await left()).toHaveLength(1250);
});

it('without a journal, what the Broker has taken is over', async () => {
  await sent('post/1', '1 second');
  expect(await settleWith(refused, { archive: brokerIsTrusted })).toMatchObject({ archived: 1 });
  expect(await left()).toEqual([]);
});

it('while another process sends, nothing is sent again', async () => {
  await sent('post/1', '3 minutes');
  const locked = await db.admin.reserve();
  await locked`SELECT pg_advisory_lock(hashtext('outbox.posts'))`;
  expect(await settleWith(refused)).toEqual({ archived: 0, resent: new Map() });
  await locked`SELECT pg_advisory_unlock(hashtext('outbox.posts'))`;
  locked.release();
  expect(await settleWith(async () => {})).toMatchObject({ resent: new Map([[type, 1]]) });
});

/** What a Broker may do with an event that it has acknowledged. */
const fate = fc.constantFrom('kept', 'kept', 'lost', 'twice', 'late');

it('whatever a Broker loses, doubles and delays, the archive ends up with exactly what was published, and no subject goes again out of order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 20 }),
      fc.array(fate, { minLength: 1, maxLength: 60 }),
      async (subjects, fates) => {
        await db.admin`TRUNCATE posts.outbox, journal.events`;
        const published = [];
        for (const subject of subjects) published.push(...(await sent(`post/${subject}`, '3 minutes')));
        let late: StoredEvent[] = [];
        let n = 0;
        for (let tick = 0; tick < fates.length + 2; tick++) {
          const tried: (StoredEvent & { position?: string })[] = [];
          const later: StoredEvent[] = [];
          await settleWith(
            async (event) => {
              tried.push(event);
              const verdict = fates[n++] ?? 'kept';
              if (verdict === 'late') later.push(event);
              else if (verdict !== 'lost') await archived(verdict === 'twice' ? [event, event] : [event]);
            },
            { resendAfterMs: 0 },
          );
          for (const all of Map.groupBy(tried, ({ subject }) => subject).values()) {
            const positions = all.map(({ position }) => Number(position));
            expect(positions).toEqual(positions.toSorted((a, b) => a - b));
          }
          await archived(late);
          late = later;
        }
        expect(await left()).toEqual([]);
        const there = await db.admin`SELECT source, id FROM journal.events`;
        const names = (events: readonly Record<string, unknown>[]) => events.map(({ source, id }) => `${source} ${id}`);
        expect(names(there).sort()).toEqual(names(published).sort());
      },
    ),
    { numRuns: 25 },
  );
});
