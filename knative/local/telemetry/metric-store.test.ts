import { assert, integer, property, uniqueArray } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Family, type Measured, MetricStore } from './metric-store.ts';
import { increaseOf } from './query/increase.ts';

const requests: Family = { name: 'requests', kind: 'counter', unit: '{request}', description: '' };
const durations: Family = { name: 'durations', kind: 'histogram', unit: 's', description: '' };
const counter = (timeMs: number, value: number, instance = 'a'): Measured => ({
  family: requests,
  labels: { instance },
  timeMs,
  value,
});
const only = (store: MetricStore) =>
  [...store.all()].map(({ samples }) => samples.map(({ timeMs, value }) => [timeMs, value]));

describe('what is kept of metrics', () => {
  test('the zero that a series begins with and the last push of an instance, however near they are', () => {
    const store = new MetricStore();
    for (const [ms, value] of [
      [1_000, 0],
      [1_500, 3],
      [1_900, 4],
    ] as const)
      store.add(counter(ms, value));
    expect(only(store)).toEqual([
      [
        [1_000, 0],
        [1_900, 4],
      ],
    ]);
  });

  test('a sample each ten seconds, and none that is older than what is known', () => {
    const store = new MetricStore();
    for (let s = 0; s <= 60; s++) store.add(counter(s * 1_000, s));
    store.add(counter(30_000, 99));
    const [times = []] = only(store);
    expect(times.map(([ms]) => ms)).toEqual([0, 9, 18, 27, 36, 45, 54, 60].map((s) => s * 1_000));
  });

  test('a counter that begins again loses nothing of what it had', () => {
    const store = new MetricStore();
    for (const [ms, value] of [
      [0, 0],
      [1_000, 5],
      [2_000, 2],
      [3_000, 3],
    ] as const)
      store.add(counter(ms, value));
    const [series] = [...store.all()];
    expect(increaseOf(series!, { fromMs: -1, toMs: 4_000 }).value).toBe(8);
  });

  test('the zero of an instance that has the name of one before it is kept, however soon it comes', () => {
    const store = new MetricStore();
    for (const [ms, value] of [
      [0, 0],
      [60_000, 30],
      [68_000, 0],
      [76_000, 30],
      [77_000, 31],
    ] as const)
      store.add(counter(ms, value));
    const [series] = [...store.all()];
    expect(increaseOf(series!, { fromMs: -1, toMs: 80_000 }).value).toBe(61);
  });

  test('buckets that did not change are kept once; an exemplar for each bucket', () => {
    const store = new MetricStore();
    const exemplar = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), value: 0.3, timeMs: 1 };
    const add = (timeMs: number, buckets: number[]) =>
      store.add({
        family: durations,
        labels: {},
        timeMs,
        value: 1,
        buckets,
        bounds: [0.1, 0.5],
        exemplars: [exemplar],
      });
    add(0, [1, 2, 0]);
    add(10_000, [1, 2, 0]);
    const [series] = [...store.all()];
    expect(series?.samples[1]?.buckets).toBe(series?.samples[0]?.buckets);
    expect(series?.exemplars).toEqual(new Map([[1, exemplar]]));
  });

  test('stays within its bytes: what ended longest ago goes', () => {
    const store = new MetricStore({ bytes: 50_000 });
    for (let n = 0; n < 5_000; n++) store.add(counter(n * 100, 1, `i-${n}`));
    expect(store.bytes).toBeLessThanOrEqual(50_000);
    const instances = [...store.all()].map(({ labels }) => labels.instance);
    expect(instances).toContain('i-4999');
    expect(instances).not.toContain('i-0');
  });

  test('forgets what is older than an hour, series that ended included', () => {
    const store = new MetricStore({ keepMs: 60_000 });
    store.add(counter(0, 1, 'gone'));
    for (let s = 0; s <= 300; s += 10) store.add(counter(s * 1_000, s, 'here'));
    expect([...store.all()].map(({ labels }) => labels.instance)).toEqual(['here']);
    expect(only(store)[0]?.[0]?.[0]).toBe(240_000);
  });

  test('the sum over instances that come and go is what they counted', () => {
    assert(
      property(uniqueArray(integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 20 }), (counts) => {
        const store = new MetricStore();
        for (const [i, count] of counts.entries()) {
          store.add(counter(i * 5_000, 0, `i-${i}`));
          store.add(counter(i * 5_000 + 400, count, `i-${i}`));
        }
        const sum = [...store.of('requests')].reduce(
          (total, series) => total + increaseOf(series, { fromMs: -1, toMs: 1e9 }).value,
          0,
        );
        expect(sum).toBe(counts.reduce((total, each) => total + each, 0));
      }),
    );
  });
});
