import { Hono } from 'hono';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Harness, startHarness } from './harness.ts';
import { sink } from './sink.ts';

/** Somebody's own function: it bills an order, and says so with an event of its own. */
const billing = (brokerUrl: string) =>
  new Hono().post('/events', async (c) => {
    const order = await c.req.json<{ number: number; total: number }>();
    if (order.total < 0) return c.text('a total below nothing', 422);
    await fetch(brokerUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'ce-specversion': '1.0',
        'ce-id': `bill-${order.number}`,
        'ce-source': '/billing',
        'ce-type': 'com.example.order.billed',
        'ce-subject': `order/${order.number}`,
      },
      body: JSON.stringify({ sum: order.total }),
    });
    return c.body(null, 204);
  });

const payment = sink();
let flow: Harness;
beforeEach(async () => {
  flow = await startHarness({
    triggers: [
      {
        name: 'bill-orders',
        filters: [{ exact: { type: 'com.example.order.placed' } }],
        to: 'billing',
        path: '/events',
        delivery: { retry: 2, backoffDelay: 'PT10S', deadLetterSink: 'lost' },
      },
      {
        name: 'collect',
        filters: [{ exact: { type: 'com.example.order.billed' } }],
        to: 'payment',
        delivery: { backoffDelay: 'PT1M' },
      },
    ],
    receivers: (brokerUrl) => ({ billing: billing(brokerUrl), payment }),
  });
});
afterEach(() => flow.close());

const order = (number: number, total: number) => ({
  type: 'com.example.order.placed',
  subject: `order/${number}`,
  data: { number, total },
});

test('an order is billed, and the bill collected', async () => {
  const id = await flow.send(order(1, 12));
  await flow.delivered('bill-orders', id);
  const bill = await flow.event({ type: 'com.example.order.billed', subject: 'order/1' });
  expect(bill.data).toEqual({ sum: 12 });
  await flow.delivered('collect', bill.id);
});

test('an order that cannot be billed is a dead letter, with the reason', async () => {
  const id = await flow.send(order(2, -1));
  const { attempts } = await flow.deadLettered('bill-orders', id);
  expect(attempts).toHaveLength(1);
  const [deadLetterCall] = flow.calls('lost');
  expect(atob(deadLetterCall?.attributes.knativeerrordata ?? '')).toBe('a total below nothing');
});

test('a payment that is away is asked again after one minute, and after two more', async () => {
  const away = await startHarness({
    triggers: [
      { name: 'collect', to: 'payment', delivery: { retry: 5, backoffPolicy: 'exponential', backoffDelay: 'PT1M' } },
    ],
    receivers: { payment: sink([503, 'close', 202]) },
  });
  const began = away.now();
  const id = await away.send({ type: 'com.example.order.billed' });
  await away.retrying('collect', id);
  await away.advance('PT1H');
  const { attempts } = await away.delivered('collect', id);
  expect(attempts.map(({ at }) => (at - began) / 60_000)).toEqual([0, 1, 3]);
  await away.close();
});

test('what happened can be explained', async () => {
  const id = await flow.send(order(3, -1));
  const explanation = await flow.explain(id);
  expect(String(explanation)).toContain('bill-orders: dead-lettered (422, dead letter 202)');
  expect(explanation.triggers.map(({ trigger, matches }) => [trigger, matches])).toEqual([
    ['bill-orders', true],
    ['collect', false],
  ]);
});
