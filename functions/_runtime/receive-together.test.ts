import type { TestDatabase } from '@dormouse/tests/database';
import fc from 'fast-check';
import * as v from 'valibot';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newApp } from './app.ts';
import type { StoredEvent } from './cloudevent.ts';
import { noted, runtimeDatabase } from './database.fixture.ts';
import { uuidv7 } from './ids.ts';
import { outbox } from './outbox.ts';
import { onTogether, RejectEvent, RetryEvent, receive } from './receive.ts';
import { onSpan, type Span } from './spans.fixture.ts';
import { openSql } from './sql.ts';
import type { Sql } from './sql-types.ts';
import { childOf, runInTrace, traceHeaders } from './trace.ts';
import { binaryHeaders } from './write-event.ts';

let db: TestDatabase;
let sql: Sql;
beforeAll(async () => {
  db = await runtimeDatabase('consumer');
  await db.admin`CREATE TABLE consumer.states (subject text PRIMARY KEY, version int NOT NULL, effects int NOT NULL, trail int[] NOT NULL)`;
  await db.admin`GRANT ALL ON consumer.states TO consumer`;
  sql = openSql({ databaseUrl: db.urlOf('consumer'), service: 'consumer' });
});
beforeEach(() => emptied());
afterAll(async () => {
  await sql.end({ timeout: 1 });
  await db.drop();
});

const emptied = () => db.admin`TRUNCATE consumer.outbox, consumer.inbox, consumer.states`;
const changed = { ...noted, schema: v.object({ n: v.number(), version: v.number() }) } as const;
const echoed = { ...noted, type: 'dev.dormouse.note.echoed.v1', source: '/consumer' } as const;
/** What a handler does with an event: most have an effect. */
const kinds = { good: 1, rejected: 13, tooEarly: 14, broken: 15 } as const;
type Kind = keyof typeof kinds;
/** A version that takes its time. */
const slow = 7;

/** An instance of a function. Its handler keeps the newest version of a subject and counts effects, in the order of subjects. */
function instance(seen: string[][] = []) {
  const box = outbox({ sql, source: '/consumer' });
  const handlers = onTogether([changed], async (events, tx) => {
    seen.push(events.map(({ id }) => id));
    const inOrder = events.toSorted((one, other) => String(one.subject).localeCompare(String(other.subject)));
    for (const { subject = '', data, emit } of inOrder) {
      if (data.n === kinds.rejected) throw new RejectEvent('unlucky');
      if (data.n === kinds.tooEarly) throw new RetryEvent('not yet');
      // Long enough for the next of its subject to overtake it on another connection.
      if (data.version === slow) await tx`SELECT pg_sleep(0.01)`;
      await tx`
        INSERT INTO states VALUES (${subject}, ${data.version}, 1, ARRAY[${data.version}::int])
        ON CONFLICT (subject) DO UPDATE SET version = greatest(states.version, excluded.version), effects = states.effects + 1,
          trail = states.trail || excluded.trail`;
      emit(echoed, subject, { n: data.version });
      if (data.n === kinds.broken) throw new Error('crash');
    }
  });
  return newApp().post('/events', receive({ outbox: box, handlers }));
}

type App = ReturnType<typeof instance>;
const make = (n: number, subject = 'note/1', version = 1): StoredEvent => ({
  id: uuidv7(),
  type: noted.type,
  source: '/notes',
  subject,
  time: new Date().toISOString(),
  data: JSON.stringify({ n, version }),
});
const deliver = (app: App, event: StoredEvent, headers: Record<string, string> = {}) =>
  app.request('/events', { method: 'POST', headers: { ...binaryHeaders(event), ...headers }, body: event.data });
/** As a Broker does: again while it is being handled. */
async function fateOf(app: App, event: StoredEvent): Promise<number> {
  for (;;) {
    const { status } = await deliver(app, event);
    if (status !== 409) return status;
    await new Promise((done) => setTimeout(done, 1));
  }
}
async function state() {
  const [states, inbox, outboxed] = await Promise.all([
    db.admin`SELECT subject, version, effects FROM consumer.states ORDER BY subject`,
    db.admin`SELECT id FROM consumer.inbox ORDER BY id`,
    db.admin`SELECT subject, data->>'n' AS n FROM consumer.outbox ORDER BY subject, n`,
  ]);
  return { states: [...states], inbox: [...inbox], outbox: [...outboxed] };
}

test('law: any mixture of events ends as it would one by one, in one instance and in two', async () => {
  const delivered = fc.record({
    kind: fc.constantFrom<Kind>('good', 'good', 'good', 'rejected', 'tooEarly', 'broken'),
    subject: fc.integer({ min: 1, max: 4 }),
    version: fc.integer({ min: 1, max: 5 }),
    times: fc.integer({ min: 1, max: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(delivered, { minLength: 1, maxLength: 16 }), fc.boolean(), async (all, isTwo) => {
      const deliveries = all.flatMap(({ kind, subject, version, times }) => {
        const event = make(kinds[kind], `note/${subject}`, version);
        return Array.from({ length: times }, () => event);
      });
      const shuffled = deliveries.map((_, i) => deliveries[(i * 7) % deliveries.length] as StoredEvent);
      const given = new Set(shuffled).size === new Set(deliveries).size ? shuffled : deliveries;

      await emptied();
      const alone = instance();
      const expected: number[] = [];
      for (const event of given) expected.push(await fateOf(alone, event));
      const one = await state();

      await emptied();
      const apps = isTwo ? [instance(), instance()] : [instance()];
      const fates = await Promise.all(given.map((event, i) => fateOf(apps[i % apps.length] as App, event)));
      expect(fates).toEqual(expected);
      expect(await state()).toEqual(one);
    }),
    { numRuns: 20 },
  );
});

describe('events that come together', () => {
  test.each([
    ['', kinds.good],
    [', also after a poisoned one', kinds.broken],
  ])('are handled in their order per subject%s', async (_, n) => {
    const app = instance();
    const versions = [3, slow, 2, 5, 4];
    const events = versions.flatMap((version) => [
      make(kinds.good, 'note/1', version),
      make(kinds.good, 'note/2', version),
    ]);
    await Promise.all([...events, make(n, 'note/3')].map((event) => fateOf(app, event)));
    const trails = await db.admin`SELECT trail FROM consumer.states WHERE subject < 'note/3'`;
    expect(trails.map(({ trail }) => trail)).toEqual([versions, versions]);
  });

  test('are one transaction, and one statement for the inbox', async () => {
    const groups: string[][] = [];
    const app = instance(groups);
    const statements: string[] = [];
    onSpan(({ name, kind }) => void (kind === 'client' && statements.push(name)));
    const events = Array.from({ length: 6 }, (_, i) => make(kinds.good, `note/${i}`));
    const fates = await runInTrace(childOf(undefined, true), () =>
      Promise.all(events.map((event) => deliver(app, event, traceHeaders()))),
    );
    onSpan(undefined);
    expect(fates.map(({ status }) => status)).toEqual(events.map(() => 204));
    expect(groups.flat()).toEqual(events.map(({ id }) => id));
    expect(groups.length).toBeLessThan(4);
    expect(statements.filter((name) => name === 'INSERT inbox')).toHaveLength(groups.length);
  });

  test('of which one is poisoned: it alone is refused, with its own words', async () => {
    const app = instance();
    const events = [kinds.good, kinds.good, kinds.rejected, kinds.good].map((n, i) => make(n, `note/${i}`));
    const answers = await Promise.all(events.map((event) => deliver(app, event)));
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 422, 204]);
    expect((await (answers[2] as Response).json()).detail).toBe('The event cannot be handled: unlucky');
    expect((await state()).inbox).toHaveLength(3);
  });

  test('of which another transaction handles one: it is 409, and the others are done', async () => {
    const app = instance();
    const [first, held, last] = [make(kinds.good, 'note/1'), make(kinds.good, 'note/2'), make(kinds.good, 'note/3')];
    const answers = await sql.begin(async (tx) => {
      await tx`SELECT pg_advisory_xact_lock(hashtextextended(${`/notes ${held.id}`}, hashtext('consumer')))`;
      return await Promise.all([first, held, last].map((event) => deliver(app, event)));
    });
    expect(answers.map(({ status }) => status)).toEqual([204, 409, 204]);
    expect(await fateOf(app, held)).toBe(204);
  });

  test('are each in their own trace, and so is what they cause', async () => {
    const spans: Span[] = [];
    onSpan((span) => void spans.push(span));
    const app = instance();
    const traces = [childOf(undefined, false), childOf(undefined, true), childOf(undefined, true)];
    const events = traces.map((_, i) => make(kinds.good, `note/${i}`));
    const fates = traces.map((trace, i) =>
      runInTrace(trace, () => deliver(app, events[i] as StoredEvent, traceHeaders())),
    );
    await Promise.all(fates);
    onSpan(undefined);
    const emitted = await db.admin`SELECT subject, traceparent FROM consumer.outbox ORDER BY subject`;
    expect(emitted.map(({ traceparent }) => traceparent.slice(3, 35))).toEqual(traces.map(({ traceId }) => traceId));
    const processed = spans.filter(({ name }) => name.startsWith('process'));
    expect(new Set(processed.map(({ traceId }) => traceId))).toEqual(new Set(traces.slice(1).map((t) => t.traceId)));
    expect(spans.some(({ name }) => name === 'INSERT inbox')).toBe(true);
  });
});
