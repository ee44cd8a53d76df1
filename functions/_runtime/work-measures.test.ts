import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Metric, metrics } from '@dormouse/signals/metrics';
import type { TestDatabase } from '@dormouse/tests/database';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newApp } from './app.ts';
import type { StoredEvent } from './cloudevent.ts';
import { noted, runtimeDatabase } from './database.fixture.ts';
import { uuidv7 } from './ids.ts';
import { onMeasure, readStates } from './measure.ts';
import type { Measure } from './measurement.ts';
import { outbox } from './outbox.ts';
import { on, RejectEvent, RetryEvent, receive, redelivery } from './receive.ts';
import { httpSend } from './send.ts';
import { openSql } from './sql.ts';
import type { Sql } from './sql-types.ts';
import { nowMs } from './trace.ts';
import { binaryHeaders } from './write-event.ts';

let db: TestDatabase;
let sql: Sql;
let taken: Measure[] = [];
beforeAll(async () => {
  db = await runtimeDatabase('measured');
});
beforeEach(() => {
  sql = openSql({ databaseUrl: db.urlOf('measured'), service: 'measured' });
  taken = [];
  onMeasure((each) => taken.push(each));
});
afterEach(async () => {
  onMeasure(undefined);
  await sql.end({ timeout: 1 });
});
afterAll(() => db.drop());
const of = (metric: Metric) => taken.filter((each) => each.metric === metric);
const errors = (metric: Metric) => of(metric).map(({ attributes }) => attributes['error.type']);

const make = (n: number, ageMs = 0): StoredEvent => ({
  id: uuidv7(),
  type: noted.type,
  source: '/notes',
  subject: 'note/1',
  time: new Date(Date.now() - ageMs).toISOString(),
  data: JSON.stringify({ n }),
});

describe('an event that is handled', () => {
  const app = () =>
    newApp().post(
      '/events',
      receive({
        outbox: outbox({ sql, source: '/measured' }),
        handlers: [
          on(noted, async ({ data }) => {
            if (data.n === 13) throw new RejectEvent('unlucky');
            if (data.n === 14) throw new RetryEvent('not yet');
          }),
        ],
      }),
    );
  const deliver = async (event: StoredEvent, headers: Record<string, string> = {}) =>
    (
      await app().request('/events', {
        method: 'POST',
        headers: { ...binaryHeaders(event), ...headers },
        body: event.data,
      })
    ).status;

  test('is counted and timed with its type, and its age is that of its time', async () => {
    expect(await deliver(make(1, 90_000))).toBe(204);
    expect(of(metrics.eventsConsumed)).toMatchObject([
      {
        value: 1,
        attributes: {
          'messaging.system': 'knative',
          'messaging.operation.name': 'process',
          'messaging.destination.name': noted.type,
        },
      },
    ]);
    expect(of(metrics.processDuration)).toHaveLength(1);
    const [age] = of(metrics.eventAge);
    expect(age?.value).toBeGreaterThanOrEqual(90);
    expect(age?.value).toBeLessThan(120);
  });

  test('twice has an age once; the second time it is a duplicate', async () => {
    const event = make(1);
    for (let n = 0; n < 2; n++) expect(await deliver(event)).toBe(204);
    expect(of(metrics.eventsConsumed).map(({ attributes }) => attributes['dormouse.duplicate'])).toEqual([
      undefined,
      true,
    ]);
    expect(of(metrics.eventAge)).toHaveLength(1);
  });

  test('because the journal sent it again has no age', async () => {
    expect(await deliver(make(1, 1e9), { [redelivery]: 'true' })).toBe(204);
    expect([of(metrics.eventsConsumed).length, of(metrics.eventAge).length]).toEqual([1, 0]);
  });

  test('and fails says how, and has no age', async () => {
    expect([await deliver(make(13)), await deliver(make(14))]).toEqual([422, 503]);
    expect(errors(metrics.eventsConsumed)).toEqual(['RejectEvent', 'RetryEvent']);
    expect(errors(metrics.processDuration)).toEqual(['RejectEvent', 'RetryEvent']);
    expect(of(metrics.eventAge)).toEqual([]);
  });
});

describe('an event that is sent', () => {
  let server: Server;
  let status = 202;
  beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume().on('end', () => response.writeHead(status).end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => void server.close().closeAllConnections());

  test('is counted and timed, with the Broker’s answer when that is no', async () => {
    const send = httpSend(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await send(make(1));
    status = 503;
    await expect(send(make(1))).rejects.toThrow('503');
    expect(of(metrics.eventsSent)).toMatchObject([
      { value: 1, attributes: { 'messaging.operation.name': 'send', 'messaging.destination.name': noted.type } },
      { value: 1 },
    ]);
    expect(errors(metrics.eventsSent)).toEqual([undefined, '503']);
    expect(errors(metrics.sendDuration)).toEqual([undefined, '503']);
  });

  test('to a Broker that is away says why not', async () => {
    await expect(httpSend('http://127.0.0.1:9')(make(1))).rejects.toThrow();
    expect(errors(metrics.eventsSent)).toEqual(['ECONNREFUSED']);
  });
});

describe('SQL', () => {
  test('is timed by what is done to which table, with the SQLSTATE of a failure; sampled or not', async () => {
    await sql`SELECT * FROM inbox`;
    await sql`WITH old AS (DELETE FROM inbox WHERE false RETURNING 1) SELECT count(*) FROM old`;
    await sql`SELECT * FROM nowhere`.catch(() => {});
    expect(
      of(metrics.sqlDuration).map(({ attributes }) => [attributes['db.query.summary'], attributes['error.type']]),
    ).toEqual([
      ['SELECT inbox', undefined],
      ['DELETE inbox', undefined],
      ['SELECT nowhere', '42P01'],
    ]);
  });

  test('connections for transactions are counted by state, the last look says none', async () => {
    let withTransaction: Measure[] = [];
    await sql.begin(async (tx) => {
      await tx`SELECT 1`;
      await readStates(false);
      withTransaction = of(metrics.sqlConnections);
    });
    await readStates(false);
    await readStates(true);
    const states = (measures: Measure[]) =>
      measures.map(({ attributes, value }) => [attributes['db.client.connection.state'], value]);
    expect(states(withTransaction)).toEqual([
      ['used', 1],
      ['idle', 0],
    ]);
    expect(states(of(metrics.sqlConnections)).slice(2)).toEqual([
      ['used', 0],
      ['idle', 1],
      ['used', 0],
      ['idle', 0],
    ]);
    expect(of(metrics.sqlWait)).toHaveLength(1);
    expect(of(metrics.sqlConnectionsMax).map(({ value }) => value)).toEqual([2, 2, 0]);
  });

  test('whoever finds both connections held is timed until one is handed on', async () => {
    const held = Promise.withResolvers<void>();
    const holding = [sql.begin(() => held.promise), sql.begin(() => held.promise)];
    const waiting = sql.begin((tx) => tx`SELECT 1`);
    const startMs = nowMs();
    await sql`SELECT pg_sleep(0.02)`;
    const waitedMs = nowMs() - startMs;
    held.resolve();
    await Promise.all([...holding, waiting]);
    const maxMs = Math.max(...of(metrics.sqlWait).map(({ value }) => value));
    expect(maxMs * 1000).toBeGreaterThanOrEqual(waitedMs);
  });

  test('whoever gets no connection is timed too', async () => {
    const nowhere = openSql({ databaseUrl: 'postgres://nobody@127.0.0.1:1/none', service: 'orders' });
    await expect(nowhere.begin((tx) => tx`SELECT 1`)).rejects.toThrow();
    await nowhere.end();
    expect(of(metrics.sqlWait)).toHaveLength(1);
  });
});
