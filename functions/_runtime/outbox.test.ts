import { setTimeout as sleep } from 'node:timers/promises';
import type { TestDatabase } from '@dormouse/tests/database';
import { createTraceState } from '@opentelemetry/api';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { StoredEvent } from './cloudevent.ts';
import { noted, runtimeDatabase } from './database.fixture.ts';
import { drain } from './drain.ts';
import { outbox } from './outbox.ts';
import type { Send } from './send.ts';
import { openSql } from './sql.ts';
import type { Sql } from './sql-types.ts';
import { childOf, runInTrace } from './trace.ts';

let db: TestDatabase;
let sql: Sql;
let relay: Sql;
beforeAll(async () => {
  db = await runtimeDatabase('relay', 'notes');
  await db.admin`CREATE TABLE notes.effects (n int)`;
  await db.admin`GRANT ALL ON notes.effects TO notes`;
  sql = openSql({ databaseUrl: db.urlOf('notes'), service: 'notes' });
  relay = openSql({ databaseUrl: db.urlOf('relay'), service: 'relay' });
});
beforeEach(() => db.admin`TRUNCATE notes.outbox, notes.effects`);
afterAll(async () => {
  await sql.end({ timeout: 1 });
  await relay.end({ timeout: 1 });
  await db.drop();
});

/** Of what is not sent. */
const rows = async () =>
  (await db.admin`SELECT data FROM notes.outbox WHERE sent_at IS NULL ORDER BY position`).map(
    (row) => (row.data as { n: number }).n,
  );
/** Sequential scans of the outbox, as far as connections have told. */
const scans = async () => {
  await sleep(1100);
  const [row] = await db.admin<{ seq_scan: number }[]>`
    SELECT seq_scan::int FROM pg_stat_user_tables WHERE schemaname = 'notes' AND relname = 'outbox'`;
  return row!.seq_scan;
};
const numbers = (sent: StoredEvent[]) => sent.map((event) => (JSON.parse(event.data) as { n: number }).n);
function broker(isRejected: (event: StoredEvent) => boolean = () => false) {
  const stored: StoredEvent[] = [];
  const send: Send = async (event) => {
    await sleep(1);
    if (isRejected(event)) throw new Error('the broker answered 503');
    stored.push(event);
  };
  return { stored, send };
}
const note = (box: ReturnType<typeof outbox>, subject: string, n: number) =>
  box.transaction(async (_, emit) => emit(noted, subject, { n }));
const drainAll = (send: Send, batch = 100) =>
  drain({ sql: relay, schemas: ['notes'], send, olderThanMs: -1000, batch });

describe('writing', () => {
  test('what is sent already costs a writer nothing, although its plan was made when there was nothing', async () => {
    const own = openSql({ databaseUrl: db.urlOf('notes'), service: 'notes' });
    const { send } = broker();
    const box = outbox({ sql: own, source: '/notes', send });
    try {
      await note(box, 'note/1', 1);
      await box.drained();
      await db.admin`ANALYZE notes.outbox`;
      // The sixth time a plan for all values is made and kept.
      for (let n = 0; n < 60; n++) await note(box, `note/${n}`, n);
      await box.drained();
      await db.admin`INSERT INTO notes.outbox (id, type, source, subject, data, sent_at)
        SELECT gen_random_uuid(), 't', '/notes', 'note/' || n, '{}', now() FROM generate_series(1000, 4000) AS n`;
      const before = await scans();
      for (let n = 0; n < 60; n++) await note(box, `note/${n}`, n);
      await box.drained();
      // A connection may tell late what it did before.
      expect((await scans()) - before).toBeLessThan(15);
    } finally {
      await own.end({ timeout: 1 });
    }
  });

  test('the effect and its events are stored together, sent after the commit, and then marked as sent', async () => {
    const { stored, send } = broker();
    const box = outbox({ sql, source: '/notes', send });
    const seen: number[] = [];
    await box.transaction(async (tx, emit) => {
      await tx`INSERT INTO effects VALUES (1)`;
      emit(noted, 'note/1', { n: 1 });
      emit(noted, 'note/1', { n: 2 });
      seen.push(stored.length);
    });
    expect(await rows()).toEqual([1, 2]);
    await box.drained();
    expect(seen).toEqual([0]);
    expect(numbers(stored)).toEqual([1, 2]);
    expect(await rows()).toEqual([]);
    expect(
      await db.admin`SELECT resent, sent_at BETWEEN time - interval '1 second' AND now() AS just FROM notes.outbox`,
    ).toEqual([
      { resent: 0, just: true },
      { resent: 0, just: true },
    ]);
    expect(stored[0]).toMatchObject({
      type: noted.type,
      source: '/notes',
      subject: 'note/1',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
    });
  });

  test('a failed transaction leaves neither effect nor event', async () => {
    const { stored, send } = broker();
    const box = outbox({ sql, source: '/notes', send });
    const failed = box.transaction(async (tx, emit) => {
      await tx`INSERT INTO effects VALUES (1)`;
      emit(noted, 'note/1', { n: 1 });
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    await box.drained();
    expect([stored, await rows(), await sql`SELECT * FROM effects`]).toEqual([[], [], []]);
  });

  test('an event that cannot be stored takes the effect back', async () => {
    const box = outbox({ sql, source: '/notes', send: broker().send });
    const failed = box.transaction(async (tx, emit) => {
      await tx`INSERT INTO effects VALUES (1)`;
      emit(noted, 'note/1\u0000', { n: 1 });
    });
    await expect(failed).rejects.toThrow();
    expect(await sql`SELECT * FROM effects`).toHaveLength(0);
  });

  test('without a broker, events stay for the relay', async () => {
    const box = outbox({ sql, source: '/notes' });
    await note(box, 'note/1', 1);
    await box.drained();
    expect(await rows()).toEqual([1]);
  });

  test('an event that is due later is left to the relay, which takes none before its time', async () => {
    const { stored, send } = broker();
    const box = outbox({ sql, source: '/notes', send });
    await box.transaction(async (_, emit) => {
      emit(noted, 'note/1', { n: 1 });
      emit(noted, 'note/1', { n: 2 }, { afterMs: 60_000 });
    });
    await box.drained();
    expect([numbers(stored), await rows()]).toEqual([[1], [2]]);
    await drain({ sql: relay, schemas: ['notes'], send, olderThanMs: 0, batch: 100 });
    expect(await rows()).toEqual([2]);
    await db.admin`UPDATE notes.outbox SET time = time - interval '61 seconds'`;
    await drain({ sql: relay, schemas: ['notes'], send, olderThanMs: 0, batch: 100 });
    expect([numbers(stored), await rows()]).toEqual([[1, 2], []]);
  });

  test('an event keeps the trace that it began in', async () => {
    const { stored, send } = broker();
    const box = outbox({ sql, source: '/notes', send });
    const trace = { ...childOf(undefined, true), traceState: createTraceState('a=b') };
    await runInTrace(trace, () => note(box, 'note/1', 1));
    await box.drained();
    expect(stored[0]).toMatchObject({ traceparent: `00-${trace.traceId}-${trace.spanId}-01`, tracestate: 'a=b' });
  });
});

describe('order', () => {
  test('events of one subject are sent one after the other, those of others meanwhile', async () => {
    let running = 0;
    const maxRunning = { perSubject: 0, atAll: 0 };
    const bySubject = new Map<string, number>();
    const { promise: two, resolve: meet } = Promise.withResolvers<void>();
    const { stored, send } = broker();
    const box = outbox({
      sql,
      source: '/notes',
      async send(event) {
        const here = (bySubject.get(event.subject) ?? 0) + 1;
        bySubject.set(event.subject, here);
        maxRunning.perSubject = Math.max(maxRunning.perSubject, here);
        maxRunning.atAll = Math.max(maxRunning.atAll, ++running);
        if (running > 1) meet();
        // Nothing is sent before two are on their way: with one after the other this would wait forever.
        await two;
        await sleep(Math.random() * 5);
        await send(event);
        running--;
        bySubject.set(event.subject, here - 1);
      },
    });
    for (let n = 0; n < 5; n++) await Promise.all([1, 2, 3, 4].map((id) => note(box, `note/${id}`, n)));
    await box.drained();
    expect(maxRunning.perSubject).toBe(1);
    expect(maxRunning.atAll).toBeGreaterThan(1);
    for (const id of [1, 2, 3, 4])
      expect(numbers(stored.filter((event) => event.subject === `note/${id}`))).toEqual([0, 1, 2, 3, 4]);
    expect(await rows()).toEqual([]);
  });

  test('after a failure, later events of the subject wait with it; the next one sends what was left first', async () => {
    let down = true;
    const { stored, send } = broker(() => down);
    const box = outbox({ sql, source: '/notes', send });
    await Promise.all([note(box, 'note/1', 1), note(box, 'note/1', 2)]);
    await box.drained();
    expect(await rows()).toEqual(expect.arrayContaining([1, 2]));
    const left = await rows();
    down = false;
    await note(box, 'note/1', 3);
    await box.drained();
    expect(numbers(stored)).toEqual([...left, 3]);
    expect(await rows()).toEqual([]);
  });

  test('what was sent and waits for the archive is neither sent again nor waited for', async () => {
    const { stored, send } = broker();
    const first = outbox({ sql, source: '/notes', send });
    await note(first, 'note/1', 1);
    await first.drained();
    await note(outbox({ sql, source: '/notes' }), 'note/1', 2);
    const box = outbox({ sql, source: '/notes', send });
    await note(box, 'note/1', 3);
    await box.drained();
    expect(numbers(stored)).toEqual([1, 2, 3]);
    expect(await drainAll(send)).toEqual({ sent: 0, left: 0 });
  });

  test('what another instance left unsent goes before', async () => {
    const dead = outbox({ sql, source: '/notes' });
    await note(dead, 'note/1', 1);
    await note(dead, 'note/2', 7);
    const { stored, send } = broker();
    const box = outbox({ sql, source: '/notes', send });
    await note(box, 'note/1', 2);
    await box.drained();
    expect(numbers(stored)).toEqual([1, 2]);
    expect(await rows()).toEqual([7]);
  });
});

describe('the relay', () => {
  test('sends what was left, in order per subject, with the trace it began in, and nothing remains unsent', async () => {
    const dead = outbox({ sql, source: '/notes', now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 678) });
    const trace = childOf(undefined, true);
    await runInTrace(trace, async () => {
      for (let n = 0; n < 6; n++) await note(dead, `note/${n % 2}`, n);
    });
    const { stored, send } = broker();
    expect(await drainAll(send, 4)).toEqual({ sent: 6, left: 0 });
    expect(numbers(stored.filter((event) => event.subject === 'note/0'))).toEqual([0, 2, 4]);
    expect(numbers(stored.filter((event) => event.subject === 'note/1'))).toEqual([1, 3, 5]);
    expect(stored[0]).toMatchObject({
      time: '2026-01-02T03:04:05.678Z',
      traceparent: `00-${trace.traceId}-${trace.spanId}-01`,
      source: '/notes',
    });
    expect(await rows()).toEqual([]);
  });

  test('an event that is refused holds up its own subject only', async () => {
    const dead = outbox({ sql, source: '/notes' });
    await note(dead, 'note/bad', 0);
    await note(dead, 'note/bad', 1);
    for (let n = 2; n < 8; n++) await note(dead, `note/${n}`, n);
    const { stored, send } = broker((event) => event.subject === 'note/bad');
    expect(await drainAll(send, 3)).toMatchObject({ sent: 6 });
    expect(numbers(stored).sort()).toEqual([2, 3, 4, 5, 6, 7]);
    expect(await rows()).toEqual([0, 1]);
  });

  test('leaves young rows to the process that wrote them', async () => {
    await note(outbox({ sql, source: '/notes' }), 'note/1', 1);
    const { send } = broker();
    expect(await drain({ sql: relay, schemas: ['notes'], send, olderThanMs: 60_000, batch: 10 })).toEqual({
      sent: 0,
      left: 0,
    });
  });

  test('leaves an old row behind a young one of its subject: the clock of its writer was late', async () => {
    await note(outbox({ sql, source: '/notes' }), 'note/1', 1);
    const late = outbox({ sql, source: '/notes', now: () => Date.now() - 120_000 });
    await note(late, 'note/1', 2);
    await note(late, 'note/2', 3);
    const { stored, send } = broker();
    expect(await drain({ sql: relay, schemas: ['notes'], send, olderThanMs: 60_000, batch: 10 })).toEqual({
      sent: 1,
      left: 0,
    });
    expect(numbers(stored)).toEqual([3]);
  });

  test('a drain whose time is over leaves the rest to the next tick', async () => {
    const dead = outbox({ sql, source: '/notes' });
    for (let n = 0; n < 5; n++) await note(dead, `note/${n}`, n);
    const { stored, send } = broker();
    const options = { sql: relay, schemas: ['notes'], send, olderThanMs: -1000, batch: 2 };
    expect(await drain({ ...options, budgetMs: 0 })).toMatchObject({ sent: 2 });
    expect(await rows()).toEqual([2, 3, 4]);
    expect(await drain({ ...options, budgetMs: 60_000 })).toMatchObject({ sent: 3 });
    expect(numbers(stored)).toHaveLength(5);
  });

  test('two relays at once send everything once', async () => {
    const dead = outbox({ sql, source: '/notes' });
    for (let n = 0; n < 20; n++) await note(dead, 'note/1', n);
    const { stored, send } = broker();
    await Promise.all([drainAll(send, 5), drainAll(send, 5)]);
    await drainAll(send);
    expect(numbers(stored)).toEqual(Array.from({ length: 20 }, (_, n) => n));
  });

  test('may read and delete in the outbox and nothing else', async () => {
    await expect(relay`SELECT * FROM notes.effects`).rejects.toMatchObject({ code: '42501' });
    await expect(relay`SELECT * FROM notes.inbox`).rejects.toMatchObject({ code: '42501' });
    await expect(
      relay`INSERT INTO notes.outbox (id, type, source, subject, data) VALUES (gen_random_uuid(), 't', 's', 'x', '{}')`,
    ).rejects.toMatchObject({
      code: '42501',
    });
    for (const column of ['id', 'data', 'time', 'subject'])
      await expect(relay`UPDATE notes.outbox SET ${relay(column)} = NULL`).rejects.toMatchObject({ code: '42501' });
  });
});
