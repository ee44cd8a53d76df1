import { type Metric, metrics } from '@dormouse/signals/metrics';
import { afterEach, describe, expect, test } from 'vitest';
import { cache } from './cache.ts';
import { openLimiter } from './limiter.ts';
import { measure, onMeasure, onPush, readStates } from './measure.ts';
import type { Measure } from './measurement.ts';
import { runInTrace } from './trace.ts';

let taken: Measure[] = [];
const listen = () => {
  taken = [];
  onMeasure((each) => taken.push(each));
};
afterEach(() => onMeasure(undefined));
const of = (metric: Metric) => taken.filter((each) => each.metric === metric);

test('a measure remembers the span it was made in, when that is kept', () => {
  listen();
  for (const traceFlags of [1, 0])
    runInTrace({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags }, () =>
      measure(metrics.accountsCreated, 1),
    );
  expect(taken.map(({ span }) => span?.traceId)).toEqual(['a'.repeat(32), undefined]);
});

describe('states', () => {
  test('are read before a push, and one that fails does not keep the others from being read', async () => {
    listen();
    const ends = [
      onPush(() => Promise.reject(new Error('the database is away'))),
      onPush((ending) => measure(metrics.memory, ending ? 0 : 7)),
    ];
    await readStates(false);
    await readStates(true);
    for (const end of ends) end();
    await readStates(false);
    expect(of(metrics.memory).map(({ value }) => value)).toEqual([7, 0]);
  });

  test('are not read while nothing is measured', async () => {
    let read = 0;
    const end = onPush(() => void read++);
    await readStates(false);
    end();
    expect(read).toBe(0);
  });
});

test('each question to a cache is counted once, by where its answer came from', async () => {
  listen();
  let now = 0;
  const pages = cache<number>({ name: 'pages', ttlMs: 1000, softTtlMs: 100, max: 10, now: () => now });
  const load = async () => 1;
  await Promise.all([pages.get('a', load), pages.get('a', load)]);
  await pages.get('a', load);
  now = 200;
  await pages.get('a', load);
  await pages.get('b', () => Promise.reject(new Error('no'))).catch(() => {});
  expect(of(metrics.cacheRequests).map(({ attributes }) => attributes['dormouse.cache.result'])).toEqual([
    'coalesced',
    'miss',
    'hit',
    'stale',
    'miss',
  ]);
  expect(of(metrics.cacheRequests)[0]?.attributes['dormouse.cache.name']).toBe('pages');
});

test('a refusal is counted by its limit, without whose it was', async () => {
  listen();
  let left = 1;
  const redis = { prefix: 'posts:', commands: async () => ({ eval: async () => [left-- > 0 ? 1 : 0, 0, 5] }) };
  const limiter = openLimiter({ redis: redis as never });
  await limiter.take('login:ann', 1, 1000);
  await limiter.take('login:ann', 1, 1000);
  expect(of(metrics.rateLimitRefusals).map(({ attributes }) => attributes)).toEqual([
    { 'dormouse.limit.name': 'login' },
  ]);
});
