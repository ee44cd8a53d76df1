import { hash } from 'node:crypto';
import { type TestDatabase, testDatabase } from '@dormouse/tests/database';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newApp } from './app.ts';
import { limit, openLimiter } from './limiter.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
  await db.admin`CREATE TABLE rate_limits (key text PRIMARY KEY, hits timestamptz[] NOT NULL)`;
});
afterAll(() => db.drop());

const limiter = () => openLimiter({ sql: () => db.admin });
/** Moves everything that was taken into the past, as if that time had gone by. */
const age = (key: string, ms: number) =>
  db.admin`UPDATE rate_limits SET hits = ARRAY(SELECT hit - ${`${ms} milliseconds`}::interval FROM unnest(hits) AS hit) WHERE key = ${hash('sha256', key, 'base64url')}`;

test('of many at once exactly the limit are allowed, by any instance', async () => {
  const instances = [limiter(), limiter()];
  const taken = await Promise.all(Array.from({ length: 40 }, (_, i) => instances[i % 2]?.take('burst', 7, 60_000)));
  expect(taken.filter((each) => each?.allowed)).toHaveLength(7);
});

test('the window slides: what was taken frees its place when it leaves, not at a full minute', async () => {
  for (let i = 0; i < 4; i++) await limiter().take('slide', 5, 60_000);
  await age('slide', 50_000);
  expect(await limiter().take('slide', 5, 60_000)).toMatchObject({ allowed: true, remaining: 0 });
  const rejected = await limiter().take('slide', 5, 60_000);
  expect(rejected.allowed).toBe(false);
  expect(rejected.resetMs).toBeGreaterThan(5_000);
  expect(rejected.resetMs).toBeLessThanOrEqual(10_000);
  await age('slide', 10_001);
  expect(await limiter().take('slide', 5, 60_000)).toMatchObject({ allowed: true, remaining: 3 });
});

test('law: in no window of time are more allowed than the limit', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 5, maxLength: 20 }),
      async (max, gaps) => {
        const key = `law-${run++}`;
        let clock = 0;
        const allowedAt: number[] = [];
        for (const gap of gaps) {
          await age(key, gap * 1000);
          clock += gap;
          // Gaps are whole thousands of seconds' parts; the time the test itself takes is far below one.
          if ((await limiter().take(key, max, 1_000_000)).allowed) allowedAt.push(clock);
        }
        for (const start of allowedAt)
          expect(allowedAt.filter((at) => at >= start && at < start + 999).length).toBeLessThanOrEqual(max);
        expect(allowedAt.length).toBeGreaterThanOrEqual(Math.min(max, gaps.length));
      },
    ),
    { numRuns: 15 },
  );
});

test('answers 429 with Retry-After and RateLimit headers', async () => {
  const app = newApp().get('/', limit(limiter(), { key: () => 'http', limit: 1, windowMs: 60_000 }), (c) =>
    c.text('ok'),
  );
  expect((await app.request('/')).status).toBe(200);
  const rejected = await app.request('/');
  expect(rejected.status).toBe(429);
  expect(Number(rejected.headers.get('retry-after'))).toBeGreaterThan(50);
  expect(rejected.headers.get('ratelimit-policy')).toBe('"default";q=1;w=60');
  expect(await rejected.json()).toMatchObject({ code: 'too_many_requests' });
});

const away = () => ({
  prefix: 'posts:',
  commands: () => Promise.reject(new Error('away')),
  subscribe: async () => {},
  close() {},
});

test('when nothing can count, nothing passes: 503', async () => {
  const redis = away();
  await expect(openLimiter({ redis }).take('k', 5, 1000)).rejects.toMatchObject({ code: 'unavailable' });
});

test('without Redis for a moment the table counts', async () => {
  const redis = away();
  expect(await openLimiter({ redis, sql: () => db.admin }).take('fallback', 1, 1000)).toMatchObject({ allowed: true });
});
