import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { dataschema } from '@dormouse/events/contract';
import { json, newApp } from '@dormouse/runtime/app';
import { noted, runtimeDatabase } from '@dormouse/runtime/database.fixture';
import { on, RejectEvent, RetryEvent, receive } from '@dormouse/runtime/receive';
import type { Runtime } from '@dormouse/runtime/runtime';
import { onSpan, type Span } from '@dormouse/runtime/spans.fixture';
import { checkTrace, type SpanRecord } from '@dormouse/testing/check-trace';
import { type Harness, startHarness } from '@dormouse/testing/harness';
import { sink } from '@dormouse/testing/sink';
import * as v from 'valibot';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { TestDatabase } from '../database.ts';
import { signed } from '../event-keys.ts';
import { type FunctionInProcess, openFunction, serveInProcess } from '../in-process.ts';

const echoed = { ...noted, type: 'dev.dormouse.note.echoed.v1', source: '/echo' } as const;
const sent = `send ${noted.type}`;
const processed = `process ${noted.type}`;
const accepted = 'send default/default';

let db: TestDatabase;
let flow: Harness;
let notes: FunctionInProcess;
/** The same function as it is when its process dies right after the commit. */
let dying: FunctionInProcess;
let echo: FunctionInProcess;
let relay: FunctionInProcess;
let spans: Span[] = [];
/** How often the consumer still says "not yet". */
let notYet = 0;

const writing = ({ outbox }: Runtime) =>
  newApp().post('/notes', json(v.object({ n: v.number() })), async (c) => {
    await outbox.transaction(async (_, emit) => emit(noted, 'note/1', c.req.valid('json')));
    return c.json({}, 201);
  });

const echoing = ({ outbox }: Runtime) => {
  const handler = on(noted, async ({ data }, _, emit) => {
    if (data.n === 13) throw new RejectEvent('unlucky');
    if (notYet-- > 0) throw new RetryEvent('not yet');
    emit(echoed, 'note/1', data);
  });
  return newApp().post('/events', receive({ outbox, handlers: [handler] }));
};

beforeAll(async () => {
  onSpan((span) => void spans.push(span));
  db = await runtimeDatabase('relay', 'notes', 'echo');
  const of = (name: string, to?: string) => ({ databaseUrl: db.urlOf(name), ...(to && { sink: to }) });
  flow = await startHarness({
    manifests: [join(import.meta.dirname, '../../knative/base/relay.yaml')],
    triggers: [
      {
        name: 'echo',
        filters: [{ exact: { type: noted.type } }],
        to: 'echo',
        path: '/events',
        delivery: { retry: 3, backoffDelay: 'PT1S', deadLetterSink: 'morgue' },
      },
      { name: 'listener', filters: [{ exact: { type: echoed.type } }], to: 'listener' },
    ],
    receivers: async (sinkUrl) => {
      notes = await serveInProcess('notes', writing, of('notes', sinkUrl));
      dying = await serveInProcess('notes', writing, of('notes'));
      echo = await serveInProcess('echo', echoing, of('echo', sinkUrl));
      relay = await openFunction('relay', of('relay', sinkUrl));
      return { echo: echo.origin, relay: relay.origin, listener: sink() };
    },
    idle: () => Promise.all([notes.drained(), echo.drained()]),
  });
});
beforeEach(() => {
  spans = [];
});
afterAll(async () => {
  onSpan(undefined);
  await flow?.close();
  for (const each of [notes, dying, echo, relay]) await each?.close();
  await db?.drop();
});

/** Writes a note in a sampled trace of the client. */
async function write(to: FunctionInProcess, n: number): Promise<{ traceId: string; client: string }> {
  const [traceId, client] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
  const headers = { 'content-type': 'application/json', traceparent: `00-${traceId}-${client}-01` };
  const { status } = await fetch(`${to.origin}/notes`, { method: 'POST', headers, body: JSON.stringify({ n }) });
  expect(status).toBe(201);
  await flow.settle();
  return { traceId, client };
}

/** What functions and broker recorded since the test began. */
function recorded(...traceIds: string[]): SpanRecord[] {
  const ofFunctions = spans.map(
    ({ endMs, parentId, links, error, attributes, ...span }): SpanRecord => ({
      ...span,
      service: 'functions',
      attributes: attributes as SpanRecord['attributes'],
      durationMs: endMs - span.startMs,
      ...(parentId && { parentId }),
      ...(links && { links: [...links] }),
      ...(error && { error: true }),
    }),
  );
  return [
    ...ofFunctions.filter(({ traceId }) => traceIds.includes(traceId)),
    ...traceIds.flatMap((id) => flow.telemetry.trace(id)),
  ];
}

/** What an event that was taken causes. */
const echoOf = {
  name: processed,
  kind: 'consumer',
  error: false,
  links: ['POST /notes'],
  children: [
    { name: 'INSERT inbox' },
    { name: 'INSERT outbox' },
    {
      name: `send ${echoed.type}`,
      kind: 'producer',
      children: [
        {
          name: accepted,
          service: 'broker',
          children: [{ name: 'process listener', attributes: { 'delivery.outcome': 'delivered' } }],
        },
      ],
    },
  ],
} as const;

test('from the request over outbox, broker and Trigger to the consumer and its own events, with the retry as an event', async () => {
  notYet = 1;
  const { traceId, client } = await write(notes, 1);
  await flow.advance('PT1S');
  const delivery = {
    name: 'process echo',
    service: 'broker',
    kind: 'client',
    error: false,
    events: ['retry'],
    attributes: {
      'delivery.attempts': 2,
      'delivery.outcome': 'delivered',
      'http.response.status_code': 204,
      'cloudevents.subject': 'note/1',
    },
    children: [
      {
        name: 'POST /events',
        error: true,
        attributes: { 'http.response.status_code': 503 },
        children: [{ name: processed, error: true, links: ['POST /notes'] }],
      },
      { name: 'POST /events', error: false, attributes: { 'http.response.status_code': 204 }, children: [echoOf] },
    ],
  } as const;
  const roots = [
    {
      name: 'POST /notes',
      kind: 'server',
      children: [
        { name: 'INSERT outbox' },
        {
          name: sent,
          kind: 'producer',
          children: [{ name: accepted, service: 'broker', kind: 'server', children: [delivery] }],
        },
      ],
    },
  ] as const;
  expect(checkTrace(recorded(traceId), { outside: [client], roots })).toEqual([]);
  expect((await flow.event({ type: echoed.type })).traceId).toBe(traceId);
});

test('a dead letter is of the same trace, and says why the delivery was given up', async () => {
  const { traceId, client } = await write(notes, 13);
  const { id } = await flow.event((event) => event.traceId === traceId);
  await flow.deadLettered('echo', id);
  const given = {
    name: 'process echo',
    error: true,
    events: ['given up'],
    attributes: { 'delivery.outcome': 'dead-lettered', 'http.response.status_code': 422 },
  };
  const roots = [
    { name: 'POST /notes', children: [{ name: sent, children: [{ name: accepted, children: [given] }] }] },
  ];
  const found = recorded(traceId);
  expect(checkTrace(found, { outside: [client], roots })).toEqual([]);
  const delivery = found.find(({ name }) => name === 'process echo');
  expect(flow.calls('morgue').at(-1)?.headers.traceparent).toBe(`00-${traceId}-${delivery?.spanId}-01`);
});

test('an event that arrives a second time is marked, and causes nothing more', async () => {
  const { traceId } = await write(notes, 2);
  const { attributes, data } = await flow.event((event) => event.traceId === traceId && event.type === noted.type);
  spans = [];
  const again = `00-${randomBytes(16).toString('hex')}-${'c'.repeat(16)}-01`;
  await flow.send({ ...attributes, type: noted.type, data }, { traceparent: again });
  await flow.settle();
  const found = recorded(again.slice(3, 35));
  expect(found.find(({ name }) => name === processed)?.attributes).toMatchObject({ 'dormouse.duplicate': true });
  expect(found.filter(({ kind }) => kind === 'producer')).toEqual([]);
  expect(checkTrace(found, { outside: ['c'.repeat(16)] })).toEqual([]);
  const origin = { traceId, spanId: String(attributes.traceparent).slice(36, 52) };
  expect(
    found.filter(({ links }) => links?.some(({ spanId }) => spanId === origin.spanId)).map(({ name }) => name),
  ).toEqual([processed, 'process echo']);
});

/** Makes what is in the outbox a minute old; its producer would have signed that. */
async function makeOlder(): Promise<void> {
  const time = new Date(Date.now() - 60_000).toISOString();
  for (const { id, data } of await db.admin`SELECT id, data FROM notes.outbox`) {
    const event = {
      id: id as string,
      type: noted.type,
      source: noted.source,
      subject: 'note/1',
      time,
      data: data as unknown,
    };
    const { dssematerial } = signed({ ...event, dataschema: dataschema(noted.type) });
    await db.admin`UPDATE notes.outbox SET time = ${time}::timestamptz, dssematerial = ${dssematerial} WHERE id = ${id}`;
  }
}

test('the relay sends what a crash left behind in the trace it began in, linked to the tick that woke it', async () => {
  const { traceId, client } = await write(dying, 3);
  await makeOlder();
  await flow.advance('PT1M');
  const tick = flow.calls('relay').at(-1)?.headers.traceparent?.slice(3, 35) as string;
  expect(tick).not.toBe(traceId);
  const delivery = { name: 'process echo', events: [], children: [{ name: 'POST /events', children: [echoOf] }] };
  const roots = [
    {
      name: 'POST /notes',
      children: [{ name: sent, links: ['POST /'], children: [{ name: accepted, children: [delivery] }] }],
    },
    {
      name: 'send relay-tick',
      service: 'pingsource',
      children: [{ name: 'POST /', kind: 'server', children: [{ name: /^UPDATE/ }] }],
    },
  ] as const;
  expect(checkTrace(recorded(traceId, tick), { outside: [client], roots })).toEqual([]);
});
