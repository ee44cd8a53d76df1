import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { skippedFor } from '../needs.ts';
import { eventually, type RunningPlatform } from '../platform.ts';
import { arrivals } from './alertmanager.ts';
import { type FaultName, faults } from './faults.ts';
import { missingOfSmallStack, type Stack, startAnyStack } from './stack.ts';
import { traffic } from './traffic.ts';
import { runWatched } from './watched.ts';

describe('behind a real Prometheus and Alertmanager', skippedFor(missingOfSmallStack()), () => {
  let stack: Stack;
  let platform: RunningPlatform;
  const over = new AbortController();
  let readers: Promise<unknown>;

  beforeAll(async () => {
    stack = await startAnyStack({ every: 5, timeoutMs: '20s' });
    platform = await runWatched(stack, { env: { OTEL_METRIC_EXPORT_INTERVAL: '2000' } });
    readers = traffic(platform.url, over.signal);
  });
  afterAll(async () => {
    over.abort();
    await readers;
    await platform?.stop();
    await stack?.stop();
  });

  const message = (alert: string) =>
    stack.alertmanager.notified.filter(({ labels, status }) => labels.alertname === alert && status === 'firing');

  test('whoever is told that nothing is heard any more is told that it works', async () => {
    const signs = await eventually(
      async () => message('Watchdog'),
      ({ length }) => length > 0,
    );
    expect(signs[0]!.receiver).toBe('watchdog');
  });

  // The database last: while it is away its alert silences the others.
  test.each<{ fault: FaultName; alert: string; receiver: string; labels: object }>([
    { fault: 'consumer', alert: 'HandlerFails', receiver: 'ticket', labels: { service_name: 'categories' } },
    { fault: 'database', alert: 'DatabaseUnreachable', receiver: 'page', labels: { service_name: 'posts' } },
  ])(
    '$fault: $alert reaches the receiver $receiver',
    // Once: an alert that came late would still be there.
    { retry: 0, timeout: 150_000 },
    async ({ fault, alert, receiver, labels }) => {
      expect(message(alert)).toEqual([]);
      const startMs = Date.now();
      const enough = new AbortController();
      const running = faults[fault].during({ platform, stack }, enough.signal);
      const came = await eventually(
        async () => message(alert),
        (each) => each.some((one) => Object.entries(labels).every(([name, value]) => one.labels[name] === value)),
        120,
      ).finally(() => enough.abort());
      await running;
      expect(came.map((each) => each.receiver)).toEqual(came.map(() => receiver));
      console.info(`${alert} reached its receiver after ${arrivals(came, startMs).get(alert)} s`);
    },
  );
});
