import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { longestWork } from './longest-work.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A thread that computes for as long as it is told, and is then late with everything else. */
function thread() {
  let [ms, computedMs] = [0, 0];
  const watched = longestWork({ now: () => ms, computed: () => computedMs });
  const passes = (tookMs: number, ofIt: number) => {
    ms += tookMs;
    computedMs += ofIt;
    vi.advanceTimersToNextTimer();
  };
  return { watched, passes };
}

test('work is what held the loop longer than until the next look, and is told once', () => {
  const { watched, passes } = thread();
  for (const ms of [100, 450, 100, 250]) passes(ms, ms);
  expect(watched.take()).toBeCloseTo(0.35);
  expect(watched.take()).toBe(0);
  watched.stop();
});

test('a thread that gets no processor does not work', () => {
  const { watched, passes } = thread();
  passes(2_000, 30);
  expect(watched.take()).toBeCloseTo(0.03);
  watched.stop();
});

test('many small pieces are no long one', () => {
  const { watched, passes } = thread();
  for (let n = 0; n < 20; n++) passes(101, 100);
  expect(watched.take()).toBeCloseTo(0.001);
  watched.stop();
});

test('of this thread it is told by Node', async () => {
  vi.useRealTimers();
  const watched = longestWork();
  const computedMs = () => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1e3;
  };
  for (const startMs = computedMs(); computedMs() < startMs + 400; );
  await new Promise((done) => setTimeout(done, 150));
  expect(watched.take()).toBeGreaterThan(0.25);
  watched.stop();
});
