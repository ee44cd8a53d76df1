import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { eventLoopDelay } from './event-loop-delay.ts';

test('the longest delay is the time in which nothing else could run, once', async () => {
  const watched = eventLoopDelay();
  expect(watched.take()).toBeUndefined();
  await sleep(200);
  const until = performance.now() + 400;
  while (performance.now() < until);
  await sleep(200);
  expect(watched.take()).toBeGreaterThan(0.25);
  expect(watched.take()).toBeUndefined();
  watched.stop();
});
