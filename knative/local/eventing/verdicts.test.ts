import { afterEach, describe, expect, test } from 'vitest';
import { type Bench, bench, brokerOf, service, trigger } from './broker.fixture.ts';

const open: Bench[] = [];
const start = async (...given: Parameters<typeof bench>) => {
  const b = await bench(...given);
  open.push(b);
  return b;
};
afterEach(async () => {
  for (const b of open.splice(0)) await b.close();
});

const verdicts = async (b: Bench, id: string) => (await b.brokers.find(id))[0]?.verdicts;
const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);

describe('an event’s verdicts', () => {
  test('name the clause that decided at every trigger', async () => {
    const b = await start({
      triggers: [trigger('web', [{ exact: { type: 'x' } }]), trigger('late', [{ cesql: 'hop < 3' }]), trigger('all')],
    });
    await b.send({ id: '1', hop: '5' });
    await b.clock.advance(0);
    expect(await verdicts(b, '1')).toEqual([
      {
        trigger: 'web',
        matches: false,
        clause: 'exact type = x: the event has test',
        outcome: 'filtered',
        attempts: [],
      },
      { trigger: 'late', matches: false, clause: "cesql hop < 3: hop is '5'", outcome: 'filtered', attempts: [] },
      {
        trigger: 'all',
        matches: true,
        clause: 'no filters: every event passes',
        outcome: 'delivered',
        attempts: [{ at: instant, status: 202, latency_ms: expect.any(Number) }],
      },
    ]);
  });

  test('hold each attempt with its answer and the time of the next', async () => {
    const b = await start({
      triggers: [trigger('web', [], { retry: 2, backoffDelayMs: 1_000, deadLetterSink: service('sink') })],
    });
    const consumerResponses = [503, Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' }), 422];
    b.consumers.set('web', () => consumerResponses.shift() as number);
    await b.send({ id: '1' });
    await b.clock.advance(0);
    const begun = b.clock.now();
    const after = (ms: number) => new Date(begun + ms).toISOString();
    const first = {
      at: after(0),
      status: 503,
      latency_ms: expect.any(Number),
      error: 'answered 503',
      next_attempt_at: after(1_000),
    };
    expect((await verdicts(b, '1'))?.[0]).toMatchObject({ outcome: 'retrying', attempts: [first] });
    await b.clock.advance(10_000);
    expect((await verdicts(b, '1'))?.[0]).toMatchObject({
      outcome: 'dead-lettered',
      attempts: [
        first,
        { at: after(1_000), error: 'ECONNREFUSED: connection refused', next_attempt_at: after(3_000) },
        { at: after(3_000), status: 422, error: 'answered 422' },
        { at: after(3_000), status: 202, dead_letter_sink: true },
      ],
    });
  });

  test('remember the latest attempts only', async () => {
    const b = await start({
      triggers: [trigger('web', [], { retry: 30, backoffPolicy: 'linear', backoffDelayMs: 1 })],
    });
    b.consumers.set('web', () => 500);
    await b.send({ id: '1' });
    await b.clock.advance(60_000);
    const [verdict] = (await verdicts(b, '1')) ?? [];
    expect(verdict?.attempts).toHaveLength(12);
    expect(verdict?.attempts.at(-1)).not.toHaveProperty('next_attempt_at');
  });

  test('say of a trigger that came later, or whose filters changed, why its outcome does not fit', async () => {
    const b = await start({ triggers: [trigger('web')] });
    await b.send({ id: '1' });
    await b.clock.advance(0);
    b.brokers.update([brokerOf()], [trigger('web', [{ exact: { type: 'other' } }]), trigger('new')]);
    expect(await verdicts(b, '1')).toMatchObject([
      { trigger: 'web', matches: false, outcome: 'delivered', note: 'the filters were others when the event came' },
      {
        trigger: 'new',
        matches: true,
        attempts: [],
        note: 'the trigger is newer than the event: it gets only what comes after it',
      },
    ]);
  });

  test('are there for events that are too old to be listed', async () => {
    const b = await start({
      triggers: [
        trigger('web', [{ cesql: "id != '1'" }]),
        trigger('strict'),
        trigger('done'),
        trigger('dead', [], { retry: 100, backoffDelayMs: 1e8 }),
      ],
    });
    b.consumers.set('strict', ({ id }) => (id === '1' ? 422 : 202));
    b.consumers.set('dead', () => 503);
    await b.send({ id: '1' });
    const events = Array.from({ length: 1_000 }, (_, i) => ({
      specversion: '1.0',
      id: `later-${i}`,
      source: '/posts',
      type: 'test',
    }));
    for (let i = 0; i < events.length; i += 500) {
      const response = await fetch(b.url, {
        method: 'POST',
        headers: { 'content-type': 'application/cloudevents-batch+json' },
        body: JSON.stringify(events.slice(i, i + 500)),
      });
      expect(response.status).toBe(202);
    }
    await b.clock.advance(0);
    expect(b.brokers.recent(2_000).some(({ id }) => id === '1')).toBe(false);
    expect(await verdicts(b, '1')).toEqual([
      { trigger: 'web', matches: false, clause: "cesql id != '1': id is '1'", outcome: 'filtered', attempts: [] },
      {
        trigger: 'strict',
        matches: true,
        clause: 'no filters: every event passes',
        outcome: 'undeliverable',
        attempts: [],
      },
      {
        trigger: 'done',
        matches: true,
        clause: 'no filters: every event passes',
        attempts: [],
        note: 'it is over, and how it ended is no longer known',
      },
      { trigger: 'dead', matches: true, clause: 'no filters: every event passes', outcome: 'pending', attempts: [] },
    ]);
  });

  test('after a restart know the outcome, and no attempts', async () => {
    const triggers = [trigger('web')];
    const b = await bench({ triggers });
    await b.send({ id: '1' });
    await b.clock.advance(0);
    await b.close();
    const again = await start({ triggers, stores: b.stores });
    expect(await verdicts(again, '1')).toMatchObject([
      { trigger: 'web', matches: true, outcome: 'delivered', attempts: [] },
    ]);
  });
});
