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
  const revision = 'web-00001';
  const services = () => [
    {
      name: 'web',
      namespace: 'dormouse',
      revision,
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
  const backlog = [...b.telemetry.metrics.all()].find(({ family }) => family.name === 'dormouse.local.broker.backlog');
  expect(backlog?.labels).toMatchObject({ trigger: 'slow', broker: 'default', k8s_namespace_name: 'dormouse' });
  respond(202);
  await b.clock.advance(1_000);
  measure();
  expect(values()).toMatchObject({ 'dormouse.local.broker.backlog slow': 0 });
});

test('of a revision that was replaced nothing is left that an alert could tell of', async () => {
  const unready = { name: 'web', namespace: 'dormouse', instances: 1, ready: 0, wanted: 1, state: 'unready' as const };
  const more = { requests: 0, waited_ms: 0, last_cold_start_ms: null };
  const services = [
    { ...unready, ...more, revision: 'web-00001', cause: { kind: 'crash' as const, words: 'NAME is missing' } },
    { ...unready, ...more, revision: 'web-00002', instances: 0, wanted: 0, state: 'asleep' as const, cause: null },
  ];
  const still = { take: () => 0, stop: () => {} };
  let at = 0;
  const measured = { telemetry: b.telemetry, brokers: b.brokers, delay: still, work: still };
  const stop = measurePlatform({ ...measured, services: () => [services[at]!], now: () => 10_000 * (at + 1) });
  at = 1;
  stop();
  const of = (name: string) =>
    [...b.telemetry.metrics.all()]
      .filter(({ family }) => family.name === name)
      .map(({ labels, samples }) => [labels.kn_revision_name, samples.at(-1)?.value]);
  expect(of('kn.revision.pods.desired')).toEqual([
    ['web-00001', 0],
    ['web-00002', 0],
  ]);
  expect(of('dormouse.local.revision.not_ready')).toEqual([['web-00001', 0]]);
});

test('a Trigger and a Subscription of one name have a series each', () => {
  const of = (broker: string, events: number) => ({ trigger: 'mail', broker, namespace: 'shop', events });
  const idle = { take: () => 0, stop: () => {} };
  const backlogs = () => [of('default', 3), of('channel:orders', 0)];
  measurePlatform({ telemetry: b.telemetry, services: () => [], brokers: { backlogs }, delay: idle, work: idle })();
  const found = [...b.telemetry.metrics.all()].filter(({ family }) => family.name === 'dormouse.local.broker.backlog');
  expect(found.map(({ labels, samples }) => [labels.broker, samples.at(-1)?.value])).toEqual([
    ['default', 3],
    ['channel:orders', 0],
  ]);
});
