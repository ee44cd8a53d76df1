import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Measured, MetricStore } from './metric-store.ts';
import { thinnedMeasures } from './thinned-measures.ts';

const family = { name: 'requests', kind: 'counter', unit: '', description: '' } as const;
const measured = (timeMs: number, value: number, instance = 'a'): Measured => ({
  ...{ family, labels: { instance }, timeMs, value },
});

test('of a series that is pushed each second one measure in nine seconds is written, the first and the last always', () => {
  let nowMs = 0;
  const thinned = thinnedMeasures(9_000, () => nowMs);
  const written: number[] = [];
  const write = (all = false) => written.push(...thinned.take(all).map(({ value }) => value));
  for (let second = 0; second <= 30; second++) {
    nowMs = second * 1_000;
    thinned.add(measured(nowMs, second));
    write();
  }
  expect(written).toEqual([0, 9, 18, 27]);
  write(true);
  expect(written).toEqual([0, 9, 18, 27, 30]);
  write(true);
  expect(written).toHaveLength(5);
});

test('a counter that begins again loses nothing of what it had', () => {
  const thinned = thinnedMeasures(9_000, () => 0);
  for (const [ms, value] of [
    [0, 0],
    [1, 5],
    [2, 0],
    [3, 4],
  ] as const)
    thinned.add(measured(ms, value));
  expect(thinned.take(true).map(({ value }) => value)).toEqual([0, 5, 0, 4]);
});

test('law: what is read again ends with what was measured last', () => {
  const steps = fc.array(
    // Of two values at one time a store keeps the later, and what is thinned the one that a series begins with.
    fc.record({
      afterMs: fc.integer({ min: 1, max: 20_000 }),
      instance: fc.constantFrom('a', 'b'),
      by: fc.nat(9),
      writes: fc.boolean(),
    }),
  );
  fc.assert(
    fc.property(steps, (all) => {
      let nowMs = 0;
      const thinned = thinnedMeasures(9_000, () => nowMs);
      const [kept, read] = [new MetricStore(), new MetricStore()];
      const values: Record<string, number> = {};
      const write = (end: boolean) => {
        for (const each of thinned.take(end)) read.add(each);
      };
      for (const { afterMs, instance, by, writes } of all) {
        nowMs += afterMs;
        const value = (values[instance] = (values[instance] ?? 0) + by);
        thinned.add(measured(nowMs, value, instance));
        kept.add(measured(nowMs, value, instance));
        if (writes) write(false);
      }
      write(true);
      const ends = (store: MetricStore) =>
        [...store.all()].map(({ labels, samples }) => [labels, samples[0], samples.at(-1)]);
      expect(ends(read)).toEqual(ends(kept));
    }),
  );
});
