import type { TestDatabase } from '@dormouse/tests/database';
import { CloudEvent, HTTP } from 'cloudevents';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newApp } from './app.ts';
import { decodeHeader, encodeHeader, type StoredEvent } from './cloudevent.ts';
import { noted, runtimeDatabase } from './database.fixture.ts';
import { uuidv7 } from './ids.ts';
import { outbox } from './outbox.ts';
import { on, onInParts, RejectEvent, RetryEvent, receive } from './receive.ts';
import { onSpan } from './spans.fixture.ts';
import { openSql } from './sql.ts';
import type { Sql } from './sql-types.ts';
import { childOf, runInTrace } from './trace.ts';
import { binaryHeaders } from './write-event.ts';

let db: TestDatabase;
let sql: Sql;
let elsewhere: Sql;
beforeAll(async () => {
  db = await runtimeDatabase('consumer', 'other');
  await db.admin`CREATE TABLE consumer.effects (n int)`;
  await db.admin`GRANT ALL ON consumer.effects TO consumer`;
  sql = openSql({ databaseUrl: db.urlOf('consumer'), service: 'consumer' });
  elsewhere = openSql({ databaseUrl: db.urlOf('other'), service: 'other' });
});
beforeEach(() => db.admin`TRUNCATE consumer.outbox, consumer.inbox, consumer.effects`);
afterAll(async () => {
  await sql.end({ timeout: 1 });
  await elsewhere.end({ timeout: 1 });
  await db.drop();
});

const echoed = { ...noted, type: 'dev.dormouse.note.echoed.v1', source: '/consumer' } as const;
/** Handles by number: 13 is rejected, 14 not yet possible, 15 breaks after its effect. */
const app = newApp().post('/events', (c, next) =>
  receive({
    outbox: outbox({ sql, source: '/consumer' }),
    handlers: [
      on(noted, async (event, tx, emit) => {
        if (event.data.n === 13) throw new RejectEvent('unlucky');
        if (event.data.n === 14) throw new RetryEvent('not yet');
        await tx`INSERT INTO effects VALUES (${event.data.n})`;
        emit(echoed, event.subject ?? '', event.data);
        if (event.data.n === 15) throw new Error('crash');
      }),
    ],
  })(c, next),
);
const make = (n: unknown, id = uuidv7()): StoredEvent => ({
  id,
  type: noted.type,
  source: '/notes',
  subject: 'note/1',
  time: new Date().toISOString(),
  data: JSON.stringify({ n }),
});
const deliver = (event: StoredEvent) =>
  app.request('/events', { method: 'POST', headers: binaryHeaders(event), body: event.data });
/** As a Broker does: again while it is being handled. */
const untilTaken = async (event: StoredEvent): Promise<void> => {
  if ((await deliver(event)).status === 409) await untilTaken(event);
};
const post = (type: string, body: unknown) =>
  app.request('/events', { method: 'POST', headers: { 'content-type': type }, body: JSON.stringify(body) });
const structured = (event: StoredEvent, over: object = {}) => {
  const { data, ...attributes } = event;
  return { specversion: '1.0', ...attributes, data: JSON.parse(data) as unknown, ...over };
};
const effects = async () => (await db.admin`SELECT n FROM consumer.effects ORDER BY n`).map((row) => row.n as number);
const count = async (table: string) =>
  ((await db.admin`SELECT count(*)::int AS n FROM ${db.admin(`consumer.${table}`)}`)[0] as { n: number }).n;

describe('an event', () => {
  test('has its effect, its inbox row and its own events in one', async () => {
    expect((await deliver(make(1))).status).toBe(204);
    expect([await effects(), await count('inbox'), await count('outbox')]).toEqual([[1], 1, 1]);
  });

  test('that arrives again, one after the other or at once, succeeds in the end and changes nothing', async () => {
    const event = make(1);
    const atOnce = await Promise.all([deliver(event), deliver(event), deliver(event)]);
    for (const { status } of atOnce) expect([204, 409]).toContain(status);
    expect((await deliver(event)).status).toBe(204);
    expect([await effects(), await count('outbox')]).toEqual([[1], 1]);
  });

  test('that arrives while it is being handled is 409 at once, in this function alone', async () => {
    const event = make(1);
    const began = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const slow = newApp().post(
      '/events',
      receive({
        outbox: outbox({ sql, source: '/consumer' }),
        handlers: [
          on(noted, async () => {
            began.resolve();
            await goOn.promise;
          }),
        ],
      }),
    );
    const handled = slow.request('/events', { method: 'POST', headers: binaryHeaders(event), body: event.data });
    await began.promise;
    const response = await deliver(event);
    expect([response.status, response.headers.get('retry-after')]).toEqual([409, '1']);
    const other = outbox({ sql: elsewhere, source: '/other' });
    const there = newApp().post('/events', receive({ outbox: other, handlers: [on(noted, async () => {})] }));
    expect(
      (await there.request('/events', { method: 'POST', headers: binaryHeaders(event), body: event.data })).status,
    ).toBe(204);
    goOn.resolve();
    expect((await handled).status).toBe(204);
    expect((await deliver(event)).status).toBe(204);
    expect(await effects()).toEqual([]);
  });

  test('costs one statement for its inbox row, a second one only when there is something to find out', async () => {
    const statements: string[] = [];
    onSpan(({ name, kind }) => void (kind === 'client' && statements.push(name)));
    const event = make(1);
    const quiet = newApp().post(
      '/events',
      receive({ outbox: outbox({ sql, source: '/consumer' }), handlers: [on(noted, async () => {})] }),
    );
    const send = () =>
      runInTrace(childOf(undefined, true), () =>
        quiet.request('/events', { method: 'POST', headers: binaryHeaders(event), body: event.data }),
      );
    await send();
    expect(statements).toEqual(['INSERT inbox']);
    await send();
    expect(statements).toEqual(['INSERT inbox', 'INSERT inbox', 'SELECT inbox']);
    onSpan(undefined);
  });

  test('that is work for several transactions does it before it is noted, and again when it comes again', async () => {
    const box = outbox({ sql, source: '/consumer' });
    const done: string[] = [];
    let left = 3;
    const inParts = newApp().post(
      '/events',
      receive({
        outbox: box,
        handlers: [
          onInParts(
            noted,
            async ({ data }) => {
              while (left > 0) {
                await sql`INSERT INTO effects VALUES (${data.n})`;
                if (--left === 1) throw new Error('killed');
              }
              done.push('parts');
            },
            async () => void done.push('end'),
          ),
        ],
      }),
    );
    const event = make(7);
    const come = async () =>
      (await inParts.request('/events', { method: 'POST', headers: binaryHeaders(event), body: event.data })).status;
    expect([await come(), await effects(), await count('inbox')]).toEqual([500, [7, 7], 0]);
    expect([await come(), await effects(), await count('inbox')]).toEqual([204, [7, 7, 7], 1]);
    expect([await come(), await effects()]).toEqual([204, [7, 7, 7]]);
    expect(done).toEqual(['parts', 'end', 'parts']);
  });

  test('is forgotten after a week, by a process that has just begun as well', async () => {
    await db.admin`INSERT INTO consumer.inbox SELECT '/notes', n::text, now() - n * interval '1 day' FROM generate_series(1, 10) AS n`;
    const pruning = newApp().post(
      '/events',
      receive({
        outbox: outbox({ sql, source: '/consumer' }),
        handlers: [on(noted, async () => {})],
        random: () => 0.0005,
      }),
    );
    const event = make(1);
    await pruning.request('/events', { method: 'POST', headers: binaryHeaders(event), body: event.data });
    await expect.poll(() => count('inbox')).toBe(7);
  });

  test('that somebody sends in through the ingress is 404 and changes nothing', async () => {
    for (const address of ['203.0.113.7', '']) {
      const event = make(1);
      const response = await app.request('/events', {
        method: 'POST',
        headers: { ...binaryHeaders(event), 'x-client-address': address },
        body: event.data,
      });
      expect([response.status, await response.json()]).toEqual([404, expect.objectContaining({ code: 'not_found' })]);
    }
    expect([await effects(), await count('inbox')]).toEqual([[], 0]);
  });

  test('whose handler breaks after its effect leaves nothing, and can be delivered again', async () => {
    expect((await deliver(make(15))).status).toBe(500);
    expect([await effects(), await count('inbox'), await count('outbox')]).toEqual([[], 0, 0]);
  });

  test('law: whatever is delivered however often, in any order and side by side, has its effect exactly once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 15 }),
        async (deliveries) => {
          await db.admin`TRUNCATE consumer.inbox, consumer.effects`;
          const events = new Map(deliveries.map((n) => [n, make(n)]));
          await Promise.all(deliveries.map((n) => untilTaken(events.get(n) as StoredEvent)));
          expect(await effects()).toEqual([...new Set(deliveries)].sort());
        },
      ),
      { numRuns: 15 },
    );
  });

  test('whose connection is killed in the middle of it has its effect once, when it comes again', async () => {
    const event = make(3);
    let kills = true;
    const killed = newApp().post('/events', (c, next) =>
      receive({
        outbox: outbox({ sql, source: '/consumer' }),
        handlers: [
          on(noted, async ({ data }, tx) => {
            await tx`INSERT INTO effects VALUES (${data.n})`;
            const [row] = await tx`SELECT pg_backend_pid() AS pid`;
            if (kills) await db.admin`SELECT pg_terminate_backend(${row?.pid})`;
            await tx`SELECT pg_sleep(0.05)`;
          }),
        ],
      })(c, next),
    );
    const again = () => killed.request('/events', { method: 'POST', headers: binaryHeaders(event), body: event.data });
    const response = await again();
    expect(response.status).toBe(503);
    expect(await response.text()).not.toMatch(/postgres|connection|terminat/i);
    kills = false;
    expect((await again()).status).toBe(204);
    expect(await effects()).toEqual([3]);
  });
});

describe('answers tell the broker what to do', () => {
  test('a rejection says why, so that the dead letter has a cause', async () => {
    expect((await (await deliver(make(13))).json()).detail).toBe('The event cannot be handled: unlucky');
    expect((await (await deliver(make('text'))).json()).detail).toContain(
      'data does not fit dev.dormouse.note.noted.v1: n ',
    );
  });

  test.each([
    ['rejected by its handler', make(13), 422],
    ['not possible yet', make(14), 503],
    ['whose data does not fit the contract', make('text'), 422],
    ['of a type that nobody handles', { ...make(1), type: 'dev.dormouse.other.v1' }, 422],
  ])('an event %s', async (_, event, status) => {
    const response = await deliver(event);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await count('inbox')).toBe(0);
  });

  test.each([
    ['without an id', { id: undefined }],
    ['with an empty source', { source: '' }],
    ['of another version', { specversion: '0.3' }],
    ['with a time that is none', { time: 'yesterday' }],
    ['with a strange attribute', { 'Some-Thing': 'x' }],
    ['with data twice', { data_base64: 'e30=' }],
  ])('what is no event is 400: one %s', async (_, over) => {
    expect((await post('application/cloudevents+json', structured(make(1), over))).status).toBe(400);
  });

  test('a header that does not decode is 400, another format 415', async () => {
    const headers = { ...binaryHeaders(make(1)), 'ce-subject': '%FF' };
    expect((await app.request('/events', { method: 'POST', headers, body: '{"n":1}' })).status).toBe(400);
    expect((await post('application/cloudevents+avro', {})).status).toBe(415);
    expect(
      (
        await app.request('/events', {
          method: 'POST',
          headers: { ...binaryHeaders(make(1)), 'content-type': 'text/xml' },
          body: '<n/>',
        })
      ).status,
    ).toBe(415);
  });
});

describe('modes', () => {
  test('structured, and with data in base64', async () => {
    expect((await post('application/cloudevents+json; charset=utf-8', structured(make(1)))).status).toBe(204);
    const { data: _, ...event } = structured(make(2));
    expect(
      (await post('application/cloudevents+json', { ...event, data_base64: Buffer.from('{"n":2}').toString('base64') }))
        .status,
    ).toBe(204);
    expect(await effects()).toEqual([1, 2]);
  });

  test('a batch is handled event by event: those before a failure stay done', async () => {
    const batch = [make(1), make(2), make(14), make(3)].map((event) => structured(event));
    expect((await post('application/cloudevents-batch+json', batch)).status).toBe(503);
    expect(await effects()).toEqual([1, 2]);
    expect((await post('application/cloudevents-batch+json', [])).status).toBe(204);
  });
});

test('without an outbox a handler runs at every delivery, and cannot reach for a database', async () => {
  const seen: number[] = [];
  const plain = newApp().post(
    '/events',
    receive({
      handlers: [on(noted, async ({ data }, tx) => void (data.n === 2 ? await tx`SELECT 1` : seen.push(data.n)))],
    }),
  );
  const send = (event: StoredEvent) =>
    plain.request('/events', { method: 'POST', headers: binaryHeaders(event), body: event.data });
  const event = make(1);
  expect([(await send(event)).status, (await send(event)).status, (await send(make(2))).status]).toEqual([
    204, 204, 500,
  ]);
  expect(seen).toEqual([1, 1]);
});

describe('interoperability with the CloudEvents SDK', () => {
  test('reads our binary mode as the event that it is', () => {
    const event = {
      ...make(1),
      subject: 'post/Käse "50 %" 🧀',
      traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
    };
    const read = HTTP.toEvent({ headers: binaryHeaders(event), body: event.data }) as CloudEvent;
    expect(decodeHeader(read.subject as string)).toBe(event.subject);
    expect(read).toMatchObject({
      id: event.id,
      type: event.type,
      source: event.source,
      data: { n: 1 },
      traceparent: event.traceparent,
      dataschema: `https://dormouse.dev/schemas/${event.type}.json`,
    });
  });

  test.each(['binary', 'structured'] as const)('its %s mode is handled', async (mode) => {
    const message = HTTP[mode](
      new CloudEvent({ id: 'x1', type: noted.type, source: '/notes', subject: 'note/1', data: { n: 9 } }),
    );
    const response = await app.request('/events', {
      method: 'POST',
      headers: message.headers as Record<string, string>,
      body: message.body as string,
    });
    expect(response.status).toBe(204);
    expect(await effects()).toEqual([9]);
  });
});

test('law: any attribute survives its header, which is printable ASCII', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const header = encodeHeader(text);
      expect(header).toMatch(/^[\x21-\x7e]*$/);
      expect(decodeHeader(header)).toBe(text.toWellFormed());
    }),
  );
});

test('a header in quotes, and one with percent signs that mean nothing, are read as the binding says', () => {
  expect(decodeHeader('"a \\"b\\""')).toBe('a "b"');
  expect(decodeHeader('100%')).toBe('100%');
  expect(decodeHeader('Euro%20%E2%82%AC')).toBe('Euro €');
  expect(decodeHeader('%C3')).toBeUndefined();
});
