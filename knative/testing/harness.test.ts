import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { checkTrace } from './check-trace.ts';
import { type Harness, type HarnessOptions, startHarness } from './harness.ts';
import { sink } from './sink.ts';

const open: Harness[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function start(options: HarnessOptions): Promise<Harness> {
  const harness = await startHarness(options);
  open.push(harness);
  return harness;
}

const placed = { type: 'dev.example.order.placed.v1', subject: 'order/1', data: { total: 12 } };
const orders = {
  name: 'billing',
  filters: [{ prefix: { type: 'dev.example.order.' } }],
  to: 'billing',
  path: '/events',
};

describe('delivering', () => {
  test('gives an app the request that a broker would make, and the test what it got', async () => {
    const got: { path: string; type: string | null; data: unknown }[] = [];
    const app = async (request: Request) => {
      got.push({
        path: new URL(request.url).pathname,
        type: request.headers.get('ce-type'),
        data: await request.json(),
      });
      return new Response(null, { status: 204 });
    };
    const flow = await start({ triggers: [orders], receivers: { billing: app } });
    const id = await flow.send(placed);
    expect(await flow.delivered('billing', id)).toMatchObject({
      attempts: [{ status: 204, to: 'http://billing.default.svc.cluster.local/events' }],
    });
    expect(got).toEqual([{ path: '/events', type: placed.type, data: { total: 12 } }]);
    expect(flow.calls('billing')).toMatchObject([
      { trigger: 'billing', attributes: { id, subject: 'order/1' }, data: { total: 12 }, attempt: 1 },
    ]);
  });

  test('reaches a server of another process by its origin, and notices that there is none', async () => {
    const server = createServer(
      (request, response) => void response.writeHead(request.url === '/events' ? 202 : 404).end(),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const flow = await start({ triggers: [orders], receivers: { billing: origin } });
    await flow.delivered('billing', await flow.send(placed));
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(await flow.retrying('billing', await flow.send(placed))).toMatchObject({
      attempts: [{ status: undefined, error: expect.stringContaining('ECONNREFUSED') }],
    });
  });

  test('a Service that no receiver stands for takes everything', async () => {
    const flow = await start({ triggers: [orders] });
    await flow.delivered('billing', await flow.send(placed));
    expect(flow.calls('billing')).toHaveLength(1);
  });

  test('waits for an event that a consumer emits shortly after its response', async () => {
    const flow = await start({
      triggers: [orders],
      receivers: (sinkUrl) => ({
        billing: async (request) => {
          if (request.headers.get('ce-type') === placed.type)
            setTimeout(
              () =>
                void fetch(sinkUrl, {
                  method: 'POST',
                  headers: {
                    'ce-specversion': '1.0',
                    'ce-id': 'b1',
                    'ce-source': '/billing',
                    'ce-type': 'dev.example.order.billed.v1',
                    'content-type': 'application/json',
                  },
                  body: '{"sum":12}',
                }),
              30,
            );
          return new Response(null, { status: 202 });
        },
      }),
    });
    await flow.send(placed);
    expect(await flow.event({ type: 'dev.example.order.billed.v1' })).toMatchObject({
      id: 'b1',
      source: '/billing',
      data: { sum: 12 },
    });
    expect(await flow.events()).toHaveLength(2);
  });

  test('a reply is an event like any other', async () => {
    const reply = { id: 'r1', source: '/billing', type: 'dev.example.bill.written.v1', data: 1 };
    const flow = await start({ triggers: [orders], receivers: { billing: sink([{ event: reply }]) } });
    const id = await flow.send(placed);
    await flow.delivered('billing', id);
    expect(await flow.event({ type: reply.type })).toMatchObject({ id: 'r1', data: 1 });
    expect((await flow.filtered('billing', 'r1')).attempts).toEqual([]);
  });
});

describe('failing', () => {
  test('is tried again at the times that the delivery says, when time passes', async () => {
    const flow = await start({
      triggers: [{ ...orders, delivery: { retry: 3, backoffPolicy: 'exponential', backoffDelay: 'PT1S' } }],
      receivers: { billing: sink([503, 'close', 202]) },
    });
    const began = flow.now();
    const id = await flow.send(placed);
    expect(await flow.retrying('billing', id)).toMatchObject({ nextAttemptAt: began + 1_000, error: 'answered 503' });
    await flow.advance('PT0.999S');
    expect((await flow.report('billing', id)).attempts).toHaveLength(1);
    await flow.advance('PT10M');
    const { attempts } = await flow.delivered('billing', id);
    expect(attempts.map(({ at, status }) => [at - began, status])).toEqual([
      [0, 503],
      [1_000, undefined],
      [3_000, 202],
    ]);
    expect(flow.now()).toBe(began + 600_999);
  });

  test('ends in the dead-letter sink, with the cause', async () => {
    const flow = await start({
      triggers: [{ ...orders, delivery: { retry: 1, backoffDelay: 'PT1S', deadLetterSink: 'morgue' } }],
      receivers: { billing: sink([{ status: 500, body: 'no such account' }]), morgue: sink() },
    });
    const id = await flow.send(placed);
    await flow.advance('PT1S');
    expect(await flow.deadLettered('billing', id)).toMatchObject({
      attempts: [{ status: 500 }, { status: 500 }],
      deadLetterAttempts: [{ status: 202 }],
    });
    const [deadLetterCall] = flow.calls('morgue');
    expect(deadLetterCall).toMatchObject({
      deadLetter: true,
      trigger: 'billing',
      attributes: { id, knativeerrorcode: '500' },
    });
    expect(Buffer.from(deadLetterCall?.attributes.knativeerrordata ?? '', 'base64').toString()).toBe('no such account');
  });

  test("without a sink stays with the broker; a Trigger's own delivery goes before the Broker's", async () => {
    const flow = await start({
      triggers: [orders, { ...orders, name: 'patient', delivery: { retry: 5 } }],
      delivery: { retry: 0 },
      receivers: { billing: sink([500]) },
    });
    const id = await flow.send(placed);
    await expect(flow.undeliverable('billing', id)).resolves.not.toThrow();
    await expect(flow.retrying('patient', id)).resolves.not.toThrow();
  });

  test('a consumer that hangs is given up after its timeout, and holds up nobody', async () => {
    const flow = await start({
      triggers: [
        { ...orders, delivery: { retry: 1, timeout: 'PT30S', backoffDelay: 'PT1S' } },
        { name: 'stock', to: 'stock' },
      ],
      receivers: { billing: sink(['hang', 202]) },
    });
    const id = await flow.send(placed);
    await flow.delivered('stock', id);
    expect((await flow.report('billing', id)).outcome).toBe('delivering');
    await flow.advance('PT31S');
    expect(await flow.delivered('billing', id)).toMatchObject({
      attempts: [{ error: 'no answer within 30000 ms' }, { status: 202 }],
    });
  });

  test('answers may depend on the event and on the attempt', async () => {
    const picky = sink(({ attributes, attempt }) => (attributes.subject === 'order/13' && attempt === 1 ? 409 : 202));
    const flow = await start({
      triggers: [{ ...orders, delivery: { backoffDelay: 'PT1S' } }],
      receivers: { billing: picky },
    });
    const [good, bad] = [await flow.send(placed), await flow.send({ ...placed, subject: 'order/13' })];
    await flow.advance('PT1S');
    expect((await flow.delivered('billing', good)).attempts).toHaveLength(1);
    expect((await flow.delivered('billing', bad)).attempts).toHaveLength(2);
    expect(picky.calls).toHaveLength(3);
  });
});

describe('explaining', () => {
  test('says which Trigger let the event through, what decided, and what came of it', async () => {
    const flow = await start({
      triggers: [orders, { name: 'users', filters: [{ exact: { type: 'dev.example.user.left.v1' } }], to: 'users' }],
      receivers: { billing: sink([503]) },
    });
    const id = await flow.send(placed);
    const explanation = await flow.explain(id);
    expect(explanation.triggers).toMatchObject([
      { trigger: 'billing', matches: true, outcome: 'retrying' },
      { trigger: 'users', matches: false, outcome: 'filtered', clause: expect.stringContaining(placed.type) },
    ]);
    expect(String(explanation)).toContain(
      'billing: retrying (503): answered 503; next attempt at 2026-01-01T00:00:00.200Z, when time passes',
    );
  });

  test('reads every dialect of filters', async () => {
    const large = {
      name: 'large',
      filters: [{ not: { cesql: "subject = 'order/1'" } }, { suffix: { type: '.v1' } }],
      to: 'audit',
    };
    const flow = await start({ triggers: [large] });
    const [first, second] = [await flow.send(placed), await flow.send({ ...placed, subject: 'order/2' })];
    await flow.delivered('large', second);
    await flow.filtered('large', first);
    expect((await flow.explain(first)).triggers[0]?.clause).toContain('cesql');
  });

  test('is what a wrong expectation fails with', async () => {
    const flow = await start({ triggers: [orders], receivers: { billing: sink([422]) }, patienceMs: 50 });
    const id = await flow.send(placed);
    await expect(flow.delivered('billing', id)).rejects.toThrow(
      /expected billing delivered\nevent .+\n {2}billing: undeliverable \(422\): answered 422/,
    );
    await expect(flow.delivered('biling', id)).rejects.toThrow('no Trigger biling');
    await expect(flow.delivered('billing', 'x')).rejects.toThrow(`no event x: it has ${id} ${placed.type} order/1`);
    await expect(flow.event({ type: 'none' })).rejects.toThrow('no event fits {"type":"none"}');
  });

  test('an event that the broker rejects fails the test that sends it', async () => {
    const flow = await start({});
    await expect(flow.send({ type: '' })).rejects.toThrow(/the broker answered 400: .*type is missing/);
  });

  test('what does not come to rest is named', async () => {
    const flow = await start({
      triggers: [orders],
      receivers: { billing: () => new Promise(() => {}) },
      patienceMs: 100,
    });
    const id = await flow.send(placed);
    await expect(flow.settle()).rejects.toThrow(
      `billing delivers ${placed.type} ${id} to billing.default.svc.cluster.local/events`,
    );
  });

  test.each([
    [{ receivers: { biling: sink() }, triggers: [orders] }, 'nothing delivers to biling'],
    [{ triggers: [orders, orders] }, 'two Triggers billing'],
    [{ triggers: [{ ...orders, delivery: { timeout: '30s' } }] }, '"30s" is not a duration'],
  ])('invalid options are a TypeError: %j', async (options, message) => {
    await expect(startHarness(options)).rejects.toThrow(
      expect.objectContaining({ name: 'TypeError', message: expect.stringContaining(message) }),
    );
  });
});

describe('traces', () => {
  test('of the broker are whole: sending, each delivery with its retries, and the events that are replies', async () => {
    const reply = { id: 'r1', source: '/billing', type: 'dev.example.bill.written.v1', data: 1 };
    const flow = await start({
      triggers: [
        { ...orders, delivery: { backoffDelay: 'PT1S' } },
        { name: 'post', filters: [{ exact: { type: reply.type } }], to: 'post' },
      ],
      receivers: { billing: sink([503, { event: reply }]) },
    });
    const [traceId, client] = ['a'.repeat(32), 'b'.repeat(16)];
    await flow.send(placed, { traceparent: `00-${traceId}-${client}-01` });
    await flow.advance('PT1S');
    const retried = {
      name: 'process post',
      attributes: { 'cloudevents.event_id': 'r1', 'delivery.outcome': 'delivered' },
    };
    const roots = [
      {
        name: 'send default/default',
        children: [{ name: 'process billing', events: ['retry'], children: [retried] }],
      },
    ];
    expect(checkTrace(flow.telemetry.trace(traceId), { outside: [client], roots })).toEqual([]);
  });
});

describe('manifests', () => {
  const file = join(tmpdir(), `harness-${process.pid}.yaml`);
  const object = (apiVersion: string, kind: string, name: string, spec: object) =>
    JSON.stringify({ apiVersion, kind, metadata: { name, namespace: 'shop' }, spec });
  const ref = (name: string) => ({ ref: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name } });

  test('give Brokers, Triggers and PingSources, whose schedules follow the harness’ time', async () => {
    writeFileSync(
      file,
      [
        object('eventing.knative.dev/v1', 'Broker', 'main', { delivery: { retry: 0, deadLetterSink: ref('morgue') } }),
        object('eventing.knative.dev/v1', 'Trigger', 'billing', {
          broker: 'main',
          subscriber: { ...ref('billing'), uri: '/events' },
        }),
        object('sources.knative.dev/v1', 'PingSource', 'tick', { schedule: '*/10 * * * *', sink: ref('relay') }),
      ].join('\n---\n'),
    );
    const flow = await start({
      manifests: [file],
      receivers: { billing: sink([500]) },
      startAt: new Date('2026-03-01T11:55:00Z'),
    });
    expect(flow.sinkUrl).toMatch(/\/shop\/main$/);
    const id = await flow.send(placed);
    await flow.deadLettered('billing', id);
    expect(flow.calls('morgue')).toHaveLength(1);
    await flow.advance('PT1H');
    expect(flow.calls('relay').map(({ at }) => new Date(at).toISOString().slice(11, 16))).toEqual([
      '12:00',
      '12:10',
      '12:20',
      '12:30',
      '12:40',
      '12:50',
    ]);
  });

  test('of a whole overlay are rendered first', async () => {
    const flow = await start({ manifests: [join(import.meta.dirname, '../base')] });
    const id = await flow.send({ type: 'dev.dormouse.category.created.v1', source: '/categories', data: {} });
    await flow.delivered('web-category-events', id);
    await flow.filtered('categories-post-events', id);
    await flow.advance('PT2M');
    expect(flow.calls('relay')).toHaveLength(2);
  });
});
