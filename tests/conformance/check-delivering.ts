import { expect } from 'vitest';
import type { TriggerSpec } from './target.ts';
import { accepted, attributesOf, type Check, gaps, type Tools } from './tools.ts';

const ids = (calls: readonly { headers: Record<string, unknown> }[]) => calls.map(({ headers }) => headers['ce-id']);

/** What a Trigger with these filters gets of events with these attributes. */
function lets(
  spec: (t: Tools) => TriggerSpec,
  events: readonly Readonly<Record<string, string>>[],
  expected: readonly number[],
): Check {
  return async (t) => {
    const consumer = await t.consumer({ spec: spec(t) });
    const everything = await t.consumer();
    for (const [i, event] of events.entries()) accepted(await t.send({ ...event, n: String(i) }));
    await t.arrived(everything, events.length);
    await t.target.quiet();
    const got = consumer.calls.map(({ headers }) => Number(headers['ce-n']));
    expect(got.sort()).toEqual(expected);
  };
}

const filters = (...given: object[]) => {
  return (t: Tools): TriggerSpec => ({ filters: [{ exact: { type: t.type } }, ...given] });
};
const attributes = (given: Record<string, string>) => {
  return (t: Tools): TriggerSpec => ({ filter: { attributes: { type: t.type, ...given } } });
};
const subjects = ['post/1', 'post/2', 'user/1'].map((subject) => ({ subject }));

const eachItsOwn: Check = async (t) => {
  const one = await t.consumer();
  const other = await t.consumer();
  await t.subscribe(one.url);
  accepted(await t.send());
  await t.arrived(one, 2);
  await t.arrived(other);
  await t.target.quiet();
  expect([one.calls.length, other.calls.length]).toEqual([2, 1]);
};
const delivered: Check = async (t) => {
  const consumer = await t.consumer();
  const event = t.event({ subject: 'a', ext: 'b' });
  accepted(await t.send(event));
  const [call] = await t.arrived(consumer);
  expect(call?.method).toBe('POST');
  expect(attributesOf(call!)).toMatchObject(event);
  expect([call?.headers['content-type'], call?.body.toString()]).toEqual(['application/json', '{}']);
};
const deliversOnce: Check = async (t) => {
  const consumer = await t.consumer();
  accepted(await t.send());
  await t.arrived(consumer);
  await t.target.quiet();
  expect(consumer.calls).toHaveLength(1);
};

/** Which events go where, when, and in which order. */
export const delivering: Readonly<Record<string, Check>> = {
  'dp.post': delivered,
  'hook.post': delivered,
  'dp.binding': delivered,
  'cp.forwards': eachItsOwn,
  'cp.copies': eachItsOwn,
  'cp.once': deliversOnce,
  'cp.complete': deliversOnce,
  async 'dp.at-least-once'(t) {
    let lost = 1;
    const consumer = await t.consumer({
      spec: { delivery: { retry: 3, backoffDelay: 'PT0.1S' } },
      respond: () => (lost-- > 0 ? 'break off' : 202),
    });
    const event = t.event();
    accepted(await t.send(event));
    expect(ids(await t.arrived(consumer, 2))).toEqual([event.id, event.id]);
  },
  async 'dp.options-error'(t) {
    const consumer = await t.consumer();
    accepted(await t.send());
    await t.arrived(consumer);
    expect(consumer.others.every(({ method }) => method === 'OPTIONS')).toBe(true);
  },
  async 'dp.identity'(t) {
    const consumer = await t.consumer();
    for (const source of ['/one', '/two']) accepted(await t.send({ id: 'same', source }));
    expect((await t.arrived(consumer, 2)).map(({ headers }) => headers['ce-source']).sort()).toEqual(['/one', '/two']);
  },
  async 'dp.broker-congestion'(t) {
    const consumer = await t.consumer({ spec: { delivery: { retry: 0, timeout: 'PT2S' } }, respond: () => 'hang' });
    for (let i = 0; i < 1_100; i++) accepted(await t.send());
    await t.arrived(consumer);
    expect(consumer.calls.length).toBeLessThan(1_000);
  },
  async 'kn.independent'(t) {
    const hanging = await t.consumer({ spec: { delivery: { retry: 0, timeout: 'PT1S' } }, respond: () => 'hang' });
    const consumer = await t.consumer();
    for (let i = 0; i < 200; i++) accepted(await t.send());
    await t.arrived(consumer, 200);
    expect(hanging.calls.length).toBeLessThan(200);
  },
  async 'dp.telemetry'(t) {
    const internals = t.internals();
    const event = t.event();
    const good = await t.consumer();
    await t.consumer({ spec: { delivery: { retry: 0 } }, respond: () => 400 });
    accepted(await t.send(event));
    await t.arrived(good);
    await t.target.quiet();
    expect(internals.outcomes(event.id!).sort()).toEqual(['delivered', 'undeliverable']);
  },
  async 'cp.durable'(t) {
    const internals = t.internals();
    let up = false;
    const consumer = await t.consumer({
      spec: { delivery: { retry: 5, backoffDelay: 'PT1S' } },
      respond: () => (up ? 202 : 503),
    });
    const event = t.event();
    accepted(await t.send(event));
    await t.arrived(consumer);
    await internals.crash();
    up = true;
    const before = consumer.calls.length;
    await t.until(() => consumer.calls.length > before, 'the event after the crash');
    expect(new Set(ids(consumer.calls))).toEqual(new Set([event.id]));
  },
  'cp.filter': lets(filters({ exact: { subject: 'post/1' } }), subjects, [0]),
  'cp.attributes-all': lets(
    attributes({ subject: 'post/1', ext: 'x' }),
    [{ subject: 'post/1', ext: 'x' }, { subject: 'post/1', ext: 'y' }, { ext: 'x' }],
    [0],
  ),
  'cp.attributes-present': lets(attributes({ ext: 'x' }), [{ ext: 'x' }, {}], [0]),
  'cp.attributes-exact': lets(attributes({ ext: 'Abc' }), [{ ext: 'Abc' }, { ext: 'abc' }, { ext: 'Abcd' }], [0]),
  'cp.attributes-any': lets(attributes({ ext: '' }), [{ ext: 'anything' }, {}, { ext: 'x' }], [0, 2]),
  'kn.filters-exact': lets(
    filters({ exact: { subject: 'post/1', ext: 'x' } }),
    [{ subject: 'post/1', ext: 'x' }, { subject: 'post/1' }, { subject: 'Post/1', ext: 'x' }],
    [0],
  ),
  'kn.filters-prefix': lets(filters({ prefix: { subject: 'post/' } }), subjects, [0, 1]),
  'kn.filters-suffix': lets(filters({ suffix: { subject: '/1' } }), subjects, [0, 2]),
  'kn.filters-all': lets(
    filters({ all: [{ prefix: { subject: 'post/' } }, { suffix: { subject: '/1' } }] }),
    subjects,
    [0],
  ),
  'kn.filters-any': lets(
    filters({ any: [{ exact: { subject: 'post/2' } }, { prefix: { subject: 'user/' } }] }),
    subjects,
    [1, 2],
  ),
  'kn.filters-not': lets(filters({ not: { prefix: { subject: 'post/' } } }), subjects, [2]),
  'kn.filters-cesql': async (t) => {
    const events = [{ subject: 'post/1', n: '0' }, { subject: 'post/2' }, {}];
    await lets(filters({ cesql: "subject LIKE 'post/_' AND NOT (subject = 'post/2')" }), events, [0])(t);
    await lets(filters({ cesql: 'LENGTH(subject) = 6' }), events, [0, 1])(t);
  },
  'kn.filters-replace': lets(
    (t) => ({
      filter: { attributes: { type: 'none' } },
      ...filters({ prefix: { subject: 'post/' } }, { suffix: { subject: '/1' } })(t),
    }),
    subjects,
    [0],
  ),
  async 'kn.ordered'(t) {
    let failures = 1;
    const respond = () => (failures-- > 0 ? 503 : 202);
    const consumer = await t.consumer({
      spec: { ordered: true, delivery: { retry: 3, backoffPolicy: 'exponential', backoffDelay: 'PT0.5S' } },
      respond,
    });
    for (const id of ['1', '2', '3']) accepted(await t.send({ id, partitionkey: t.type }));
    expect(ids(await t.arrived(consumer, 4))).toEqual(['1', '1', '2', '3']);
    expect(gaps(consumer.calls)[0]).toBeGreaterThanOrEqual(450);
  },
};
