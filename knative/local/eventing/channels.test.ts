import { afterEach, describe, expect, test } from 'vitest';
import {
  type Bench,
  bench,
  type Call,
  type ConsumerResponse,
  channel,
  type Setup,
  service,
  subscription,
  toChannel,
} from './broker.fixture.ts';

const open: Bench[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function start(setup: Partial<Setup>): Promise<Bench> {
  const made = await bench({ channels: [channel('in')], ...setup });
  open.push(made);
  return made;
}

/** An answer with an event that says who has answered. */
const answer =
  (type: string) =>
  ({ headers, body }: Call): ConsumerResponse => ({
    status: 200,
    headers: {
      'ce-specversion': '1.0',
      'ce-id': `${headers['ce-id']}-${type}`,
      'ce-source': `/${type}`,
      'ce-type': type,
      'content-type': 'application/json',
    },
    body,
  });

const callsOf = (b: Bench, to: string) => b.calls.filter((call) => call.to === to);
const typesAt = (b: Bench, to: string) => callsOf(b, to).map(({ headers }) => headers['ce-type']);
const outcomes = (b: Bench) =>
  b.brokers.recent(100).flatMap(({ triggers }) => triggers.map(({ name, outcome }) => `${name} ${outcome}`));

describe('a channel', () => {
  test('gives every event to every Subscription, and to those of no other channel', async () => {
    const b = await start({
      channels: [channel('in'), channel('other')],
      subscriptions: [subscription('one', 'in'), subscription('two', 'in'), subscription('away', 'other')],
    });
    expect(await b.send({ id: '1' }, '{"a":1}', 'in')).toBe(202);
    await b.settle();
    expect(b.calls.map(({ to, id, path, body }) => [to, id, path, body.toString()])).toEqual([
      ['one', '1', '/events', '{"a":1}'],
      ['two', '1', '/events', '{"a":1}'],
    ]);
    expect(b.calls[0]?.headers.prefer).toBe('reply');
    expect(b.brokers.recent(1)[0]?.broker).toBe('dormouse/channel:in');
  });

  test('has stored an event when it answers 202, and delivers it after a power loss', async () => {
    const setup = { channels: [channel('in')], subscriptions: [subscription('one', 'in')] };
    const b = await bench({ ...setup, consumers: new Map([['one', () => new Promise<never>(() => {})]]) });
    const store = b.stores.get('/brokers/dormouse/channel_in');
    const before = store?.syncs ?? 0;
    expect(await b.send({ id: '1' }, '{}', 'in')).toBe(202);
    expect(store?.syncs).toBeGreaterThan(before);
    b.consumers.clear();
    const again = await b.crash();
    open.push(again);
    await again.settle();
    expect(callsOf(again, 'one').map(({ id }) => id)).toEqual(['1']);
  });

  test.each([
    ['in/', 202],
    ['in/more', 404],
    ['nowhere', 404],
  ])('at %s answers %i', async (name, status) => {
    const b = await start({});
    expect(await b.send({ id: '1' }, '{}', name)).toBe(status);
  });

  test('that is added takes events, one that is removed no more', async () => {
    const b = await start({ channels: [] });
    expect(await b.send({ id: '1' }, '{}', 'late')).toBe(404);
    const { withChannels } = await import('./channels.ts');
    const late = { channels: [channel('late')], subscriptions: [subscription('one', 'late')] };
    const declared = withChannels({ brokers: [], triggers: [], ...late });
    b.brokers.update(declared.brokers, declared.triggers);
    await b.settle();
    expect(await b.send({ id: '2' }, '{}', 'late')).toBe(202);
    await b.settle();
    expect(callsOf(b, 'one').map(({ id }) => id)).toEqual(['2']);
    b.brokers.update([], []);
    expect(await b.send({ id: '3' }, '{}', 'late')).toBe(404);
  });
});

describe('what a subscriber answers', () => {
  test('goes to the reply of the Subscription, not into the channel again', async () => {
    const b = await start({
      subscriptions: [subscription('one', 'in', { reply: service('after', '/taken') })],
      consumers: new Map([['one', answer('made')]]),
    });
    await b.send({ id: '1' }, '{"a":1}', 'in');
    await b.settle();
    expect(typesAt(b, 'one')).toEqual(['test']);
    const [call, another] = callsOf(b, 'after');
    expect(another).toBeUndefined();
    expect(call).toMatchObject({ id: '1-made', path: '/taken' });
    expect(call?.headers).toMatchObject({ 'ce-type': 'made', 'ce-source': '/made' });
    expect(call?.headers.prefer).toBeUndefined();
    expect(call?.body.toString()).toBe('{"a":1}');
    const [outcome] = b.brokers.recent(1)[0]?.triggers ?? [];
    expect(outcome).toMatchObject({ outcome: 'delivered', attempts: 1, reply_attempts: 1 });
    expect(outcome?.history).toMatchObject([{ status: 200 }, { status: 202, reply: true }]);
  });

  test('continues the trace', async () => {
    const b = await start({
      subscriptions: [subscription('one', 'in', { reply: service('after') })],
      consumers: new Map([['one', answer('made')]]),
    });
    await b.send({ id: '1' }, '{}', 'in');
    await b.settle();
    const traces = b.calls.map(({ headers }) => headers.traceparent?.slice(3, 35));
    expect(traces[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(traces[1]).toBe(traces[0]);
  });

  test.each<[string, ConsumerResponse | ((call: Call) => ConsumerResponse)]>([
    ['nothing', 202],
    ['an event in a 202', (call) => ({ ...(answer('made')(call) as object), status: 202 })],
    [
      'a body that is no event',
      { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from('{}') },
    ],
  ])('%s ends there', async (_, response) => {
    const b = await start({
      subscriptions: [subscription('one', 'in', { reply: service('after'), delivery: { retry: 3 } })],
      consumers: new Map([['one', (call) => (typeof response === 'function' ? response(call) : response)]]),
    });
    await b.send({ id: '1' }, '{}', 'in');
    await b.settle();
    expect(b.calls.map(({ to }) => to)).toEqual(['one']);
    expect(outcomes(b)).toEqual(['one delivered']);
  });

  test('is dropped where the Subscription has no reply, whatever it is', async () => {
    const broken = { status: 200, headers: { 'content-type': 'application/cloudevents+json' }, body: Buffer.from('{') };
    const b = await start({
      subscriptions: [subscription('one', 'in'), subscription('two', 'in')],
      consumers: new Map([
        ['one', answer('made')],
        ['two', () => broken],
      ]),
    });
    await b.send({ id: '1' }, '{}', 'in');
    await b.settle();
    expect(b.calls).toHaveLength(2);
    expect(outcomes(b)).toEqual(['one delivered', 'two delivered']);
  });

  test('that is no valid event fails the delivery at once', async () => {
    const broken = { status: 200, headers: { 'content-type': 'application/cloudevents+json' }, body: Buffer.from('{') };
    const b = await start({
      subscriptions: [subscription('one', 'in', { reply: service('after'), delivery: { retry: 3 } })],
      consumers: new Map([['one', () => broken]]),
    });
    await b.send({ id: '1' }, '{}', 'in');
    await b.settle();
    expect(b.calls).toHaveLength(1);
    expect(b.brokers.undeliverable()).toMatchObject(
      [{ trigger: 'one', status: 502, cause: /reply is no valid event/ }].map((each) => ({
        ...each,
        cause: expect.stringMatching(each.cause),
      })),
    );
  });

  test('may be sent to another channel', async () => {
    const b = await start({
      channels: [channel('in'), channel('out')],
      subscriptions: [subscription('one', 'in', { reply: toChannel('out') }), subscription('two', 'out')],
      consumers: new Map([['one', answer('made')]]),
    });
    await b.send({ id: '1' }, '{}', 'in');
    await b.settle();
    expect(typesAt(b, 'two')).toEqual(['made']);
  });

  test('is sent again when it is not taken, and the subscriber is not asked again', async () => {
    const b = await start({
      subscriptions: [
        subscription('one', 'in', {
          reply: service('after'),
          delivery: { retry: 2, backoffPolicy: 'exponential', backoffDelayMs: 1_000 },
        }),
      ],
      consumers: new Map<string, (call: Call) => ConsumerResponse>([
        ['one', answer('made')],
        ['after', () => (callsOf(b, 'after').length < 3 ? 503 : 202)],
      ]),
    });
    await b.send({ id: '1' }, '{}', 'in');
    await b.settle();
    await b.clock.advance(3_000);
    expect([callsOf(b, 'one').length, callsOf(b, 'after').length]).toEqual([1, 3]);
    const [first, ...later] = callsOf(b, 'after').map(({ atMs }) => atMs);
    expect(later.map((at) => at - (first as number))).toEqual([1_000, 3_000]);
    expect(outcomes(b)).toEqual(['one delivered']);
  });

  test('that nobody takes makes a dead letter of the event, with the address of the reply', async () => {
    const b = await start({
      subscriptions: [
        subscription('one', 'in', {
          reply: service('after', '/x'),
          delivery: { retry: 1, deadLetterSink: service('dead') },
        }),
      ],
      consumers: new Map<string, (call: Call) => ConsumerResponse>([
        ['one', answer('made')],
        ['after', () => ({ status: 500, body: Buffer.from('no') })],
      ]),
    });
    await b.send({ id: '1' }, '{"a":1}', 'in');
    await b.settle();
    expect(b.calls.map(({ to }) => to)).toEqual(['one', 'after', 'after', 'dead']);
    const dead = callsOf(b, 'dead')[0];
    expect(dead?.headers).toMatchObject({
      'ce-id': '1',
      'ce-type': 'test',
      'ce-knativeerrordest': 'http://after.dormouse.svc.cluster.local/x',
      'ce-knativeerrorcode': '500',
      'ce-knativeerrordata': Buffer.from('no').toString('base64'),
    });
    expect(dead?.body.toString()).toBe('{"a":1}');
    expect(outcomes(b)).toEqual(['one dead-lettered']);
  });

  test('is asked for again after a crash: what was not sent on is lost with the process', async () => {
    const delivery = { retry: 5, backoffPolicy: 'exponential' as const, backoffDelayMs: 60_000 };
    const b = await bench({
      channels: [channel('in')],
      subscriptions: [subscription('one', 'in', { reply: service('after'), delivery })],
      consumers: new Map<string, (call: Call) => ConsumerResponse>([
        ['one', answer('made')],
        ['after', () => 503],
      ]),
    });
    await b.send({ id: '1' }, '{}', 'in');
    await b.settle();
    b.consumers.delete('after');
    const again = await b.crash();
    open.push(again);
    await again.settle();
    expect([typesAt(again, 'one'), typesAt(again, 'after')]).toEqual([['test'], ['made']]);
  });

  test('is asked for again when more than 8 MiB of replies wait', async () => {
    const delivery = { retry: 1, backoffPolicy: 'exponential' as const, backoffDelayMs: 1_000 };
    const b = await start({
      subscriptions: [subscription('one', 'in', { reply: service('after'), delivery })],
      consumers: new Map<string, (call: Call) => ConsumerResponse>([
        ['one', (call) => ({ ...(answer('made')(call) as object), body: Buffer.alloc(1024 * 1024, 'x') })],
        ['after', () => 503],
      ]),
    });
    for (let i = 0; i < 10; i++) await b.send({ id: String(i) }, '{}', 'in');
    await b.settle();
    expect(callsOf(b, 'one')).toHaveLength(10);
    b.consumers.delete('after');
    await b.clock.advance(1_000);
    await b.settle();
    expect(callsOf(b, 'one')).toHaveLength(12);
    expect(new Set(outcomes(b))).toEqual(new Set(['one delivered']));
  });
});

describe('delivery', () => {
  test('is one attempt where nobody says anything', async () => {
    const b = await start({
      subscriptions: [subscription('one', 'in')],
      consumers: new Map([['one', () => 503]]),
    });
    await b.send({ id: '1' }, '{}', 'in');
    await b.clock.advance(600_000);
    expect(b.calls).toHaveLength(1);
    expect(b.brokers.undeliverable()).toMatchObject([{ broker: 'dormouse/channel:in', trigger: 'one', attempts: 1 }]);
  });

  test('is the channel’s, unless the Subscription says anything: then only the dead-letter sink is', async () => {
    const delivery = {
      retry: 2,
      backoffPolicy: 'linear' as const,
      backoffDelayMs: 10,
      deadLetterSink: service('dead'),
    };
    const b = await start({
      channels: [channel('in', delivery)],
      subscriptions: [subscription('one', 'in'), subscription('two', 'in', { delivery: { timeoutMs: 5_000 } })],
      consumers: new Map([
        ['one', () => 503],
        ['two', () => 503],
      ]),
    });
    await b.send({ id: '1' }, '{}', 'in');
    await b.clock.advance(1_000);
    expect([callsOf(b, 'one').length, callsOf(b, 'two').length, callsOf(b, 'dead').length]).toEqual([3, 1, 2]);
    expect(callsOf(b, 'two')[0]?.timeoutMs).toBe(5_000);
  });

  test('tries again at once where policy or delay is missing', async () => {
    const b = await start({
      subscriptions: [subscription('one', 'in', { delivery: { retry: 2, backoffDelayMs: 60_000 } })],
      consumers: new Map([['one', () => 503]]),
    });
    await b.send({ id: '1' }, '{}', 'in');
    await b.settle();
    expect(b.calls).toHaveLength(3);
  });

  test('without a subscriber is to the reply', async () => {
    const b = await start({
      subscriptions: [subscription('one', 'in', { subscriber: undefined, reply: service('after') })],
    });
    await b.send({ id: '1' }, '{}', 'in');
    await b.settle();
    expect(b.calls.map(({ to, id }) => [to, id])).toEqual([['after', '1']]);
  });
});
