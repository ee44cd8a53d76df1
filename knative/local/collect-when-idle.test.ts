import { virtualClock } from '@dormouse/time/virtual-clock';
import { expect, test } from 'vitest';
import { collectWhenIdle } from './collect-when-idle.ts';

const mib = 1024 * 1024;

function watched() {
  const clock = virtualClock();
  const state = { requests: 0, heap: 60 * mib, collections: 0 };
  const end = collectWhenIdle({
    clock,
    intervalMs: 1000,
    requests: () => state.requests,
    heapBytes: () => state.heap,
    collect: async () => {
      state.collections++;
      state.heap = 30 * mib;
    },
  });
  return { clock, state, end };
}

test('memory is given back once nobody has asked for an interval, not before', async () => {
  const { clock, state } = watched();
  for (let second = 0; second < 5; second++) {
    state.requests++;
    await clock.advance(1000);
  }
  expect(state.collections).toBe(0);
  await clock.advance(1000);
  expect(state).toMatchObject({ collections: 1, heap: 30 * mib });
});

test('it is not done again before the heap has grown', async () => {
  const { clock, state } = watched();
  await clock.advance(10_000);
  state.heap += 7 * mib;
  await clock.advance(10_000);
  expect(state.collections).toBe(1);
  state.heap += 2 * mib;
  await clock.advance(1000);
  expect(state.collections).toBe(2);
});

test('ends with the platform', async () => {
  const { clock, state, end } = watched();
  end();
  await clock.advance(5000);
  expect(state.collections).toBe(0);
});

test('really frees what nothing holds any more, and leaves no gc behind', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const registry = new FinalizationRegistry(() => resolve());
  let garbage: object | undefined = { text: 'x'.repeat(100) };
  registry.register(garbage, undefined);
  garbage = undefined;
  const end = collectWhenIdle({ intervalMs: 20, requests: () => 0 });
  await promise;
  end();
  expect(globalThis).not.toHaveProperty('gc');
});
