import { type Bench, bench, trigger } from '@dormouse/eventing/broker.fixture';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { measurePlatform } from './platform-metrics.ts';

let b: Bench;
beforeEach(async () => {
  b = await bench({ triggers: [trigger('slow', [{ exact: { type: 'test' } }])] });
});
afterEach(() => b.close());

test('the platform measures its instances, requests, event loop, and what each Trigger has not finished', async () => {
  let respond: (status: number) => void = () => {};
  b.consumers.set('slow', () => new Promise<number>((resolve) => (respond = resolve)));
  await b.send({ id: '1', type: 'test', source: '/posts' });
  await b.clock.advance(0);
  let waitedMs = 500;
  const services = () => [
    {
      name: 'web',
      namespace: 'dormouse',
      revision: 'web-00001',
      instances: 2,
      ready: 0,
      wanted: 3,
      cause: { kind: 'readiness' as const, words: 'no database' },
      state: 'unready' as const,
      requests: 7,
      waited_ms: waitedMs,
      last_cold_start_ms: null,
    },
  ];
  const delays = [0.25, undefined];
  const delay = { take: () => delays.shift(), stop: () => {} };
  const work = { take: () => 0.125, stop: () => {} };
  let nowMs = 0;
  const now = () => nowMs;
  const measure = () => {
    nowMs += 60_000;
    const stop = measurePlatform({ telemetry: b.telemetry, services, brokers: b.brokers, now, delay, work });
    // Two requests have waited for two seconds each of the ten.
    nowMs += 10_000;
    waitedMs += 4_000;
    stop();
  };
  measure();
  const values = () =>
    Object.fromEntries(
      [...b.telemetry.metrics.all()].map(({ family, labels, samples }) => [
        `${family.name} ${labels.kn_service_name ?? labels.trigger ?? labels.service_name}`,
        samples.at(-1)?.value,
      ]),
    );
  expect(values()).toEqual({
    'kn.revision.request.concurrency web': 0.4,
    'kn.revision.pods.desired web': 3,
    'kn.revision.pods.count web': 0,
    'kn.revision.pods.not_ready.count web': 2,
    'dormouse.local.revision.not_ready web': 1,
    'dormouse.local.broker.backlog slow': 1,
    'nodejs.eventloop.delay.max platform': 0.25,
    'dormouse.eventloop.work.max platform': 0.125,
  });
  respond(202);
  await b.clock.advance(1_000);
  measure();
  expect(values()).toMatchObject({ 'dormouse.local.broker.backlog slow': 0 });
});
