import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { cache, localLimitMs } from './cache.ts';
import { collected } from './collected.fixture.ts';
import { fakeRedis } from './redis.fixture.ts';
import { unwrap, wrap } from './redis-cache.ts';

const later = () => new Promise((resolve) => setImmediate(resolve));

function counted<T>(values: T[]) {
  let calls = 0;
  const load = async () => {
    await later();
    return values[Math.min(calls++, values.length - 1)] as T;
  };
  return { load, calls: () => calls };
}

describe('in one process', () => {
  test('loads once however many ask at the same time', async () => {
    const { load, calls } = counted(['a', 'b']);
    const kept = cache<string>({ name: 't', ttlMs: 60_000, max: 10, now: () => 0 });
    const all = await Promise.all(Array.from({ length: 50 }, () => kept.get('k', load)));
    expect(new Set(all)).toEqual(new Set(['a']));
    expect(calls()).toBe(1);
  });

  test('serves nothing older than two seconds, whatever its ttl says', async () => {
    let now = 0;
    const { load } = counted(['old', 'new']);
    const kept = cache<string>({ name: 't', ttlMs: 600_000, softTtlMs: 600_000, max: 10, now: () => now });
    await kept.get('k', load);
    now = localLimitMs - 1;
    expect(await kept.get('k', load)).toBe('old');
    now = localLimitMs;
    expect(await kept.get('k', load)).toBe('new');
  });

  test('holds nothing that it would not serve any more', async () => {
    let now = 0;
    const kept = cache<object>({ name: 't', ttlMs: 60_000, max: 100, now: () => now });
    const large = new WeakRef(await kept.get('large', async () => ({ text: 'x'.repeat(1000) })));
    now = localLimitMs - 1;
    await kept.get('other', async () => ({}));
    await collected();
    expect(large.deref()).toBeDefined();
    now = localLimitMs;
    await kept.get('another', async () => ({}));
    await collected();
    expect(large.deref()).toBeUndefined();
  });

  test('holds no more than so much at once, and what was asked for last', async () => {
    const kept = cache<string>({
      name: 't',
      ttlMs: 60_000,
      max: 100,
      lengthOf: ({ length }) => length,
      maxLength: 10,
      now: () => 0,
    });
    const loaded: string[] = [];
    const get = (key: string, length: number) =>
      kept.get(key, async () => {
        loaded.push(key);
        return 'x'.repeat(length);
      });
    await get('a', 4);
    await get('b', 4);
    await get('a', 4);
    await get('c', 4);
    await get('a', 4);
    expect(loaded).toEqual(['a', 'b', 'c']);
    await get('b', 4);
    expect(loaded).toEqual(['a', 'b', 'c', 'b']);
    // What was purged leaves room again, and what is too long for all of it is answered all the same.
    await kept.purge('a', 'b');
    await get('c', 4);
    await get('d', 6);
    await get('c', 4);
    expect(loaded.slice(4)).toEqual(['c', 'd']);
    expect(await get('long', 11)).toHaveLength(11);
    await get('long', 11);
    expect(loaded.slice(6)).toEqual(['long', 'long']);
  });

  test('past the soft limit answers with the kept value and refreshes it once', async () => {
    let now = 0;
    const { load, calls } = counted(['old', 'new']);
    const kept = cache<string>({ name: 't', ttlMs: 2000, softTtlMs: 500, max: 10, now: () => now });
    await kept.get('k', load);
    now = 600;
    expect(await Promise.all([kept.get('k', load), kept.get('k', load)])).toEqual(['old', 'old']);
    await later();
    await later();
    expect(await kept.get('k', load)).toBe('new');
    expect(calls()).toBe(2);
  });

  test('a failed load is told to everybody who waited and kept by nobody', async () => {
    let fails = true;
    const kept = cache<string>({ name: 't', ttlMs: 2000, max: 10, now: () => 0 });
    const load = async () => (fails ? Promise.reject(new Error('away')) : 'back');
    await expect(Promise.all([kept.get('k', load), kept.get('k', load)])).rejects.toThrow('away');
    fails = false;
    expect(await kept.get('k', load)).toBe('back');
  });

  test('a load that began before a purge is not kept, and nobody who asks after the purge gets it', async () => {
    const kept = cache<string>({ name: 't', ttlMs: 2000, max: 10, now: () => 0 });
    const slow = Promise.withResolvers<string>();
    const before = kept.get('k', () => slow.promise);
    await kept.purge('k');
    const after = kept.get('k', async () => 'after');
    slow.resolve('before');
    expect(await before).toBe('before');
    expect(await after).toBe('after');
    expect(await kept.get('k', async () => 'third')).toBe('after');
  });

  test('a purged group takes its keys and no others with it', async () => {
    const kept = cache<string>({ name: 't', ttlMs: 2000, max: 10, now: () => 0 });
    for (const key of ['list:1', 'list:2', 'post:1']) await kept.get(key, async () => 'old');
    await kept.purge('list:');
    expect(await Promise.all(['list:1', 'list:2', 'post:1'].map((key) => kept.get(key, async () => 'new')))).toEqual([
      'new',
      'new',
      'old',
    ]);
  });

  test('law: never more entries than allowed, and what is served was current within the last two seconds', async () => {
    const step = fc.oneof(
      fc.record({ get: fc.integer({ min: 0, max: 9 }) }),
      fc.record({ wait: fc.integer({ min: 1, max: 1500 }) }),
      fc.record({ write: fc.integer({ min: 0, max: 9 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        let now = 0;
        const written = Array.from({ length: 10 }, () => [{ at: 0, value: 0 }]);
        const kept = cache<number>({ name: 't', ttlMs: 5000, max: 4, now: () => now });
        for (const each of steps) {
          if ('wait' in each) now += each.wait;
          else if ('write' in each) written[each.write]?.push({ at: now, value: now + 1 });
          else {
            const history = written[each.get] as { at: number; value: number }[];
            const value = await kept.get(String(each.get), async () => history.at(-1)?.value as number);
            const recent = history.filter(
              (_, i) => (history[i + 1]?.at ?? Number.POSITIVE_INFINITY) >= now - localLimitMs,
            );
            expect(recent.map((entry) => entry.value)).toContain(value);
          }
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('with Redis', () => {
  test('a second instance finds what the first has loaded', async () => {
    const redis = fakeRedis();
    const [first, second] = [0, 1].map(() => cache<object>({ name: 't', ttlMs: 60_000, max: 10, redis, now: () => 0 }));
    await first?.get('k', async () => ({ n: 1 }));
    await later();
    expect(await second?.get('k', async () => ({ n: 2 }))).toEqual({ n: 1 });
  });

  test('a purge by one instance reaches the copies of all others at once', async () => {
    const redis = fakeRedis();
    const [first, second] = [0, 1].map(() => cache<string>({ name: 't', ttlMs: 60_000, max: 10, redis, now: () => 0 }));
    for (const each of [first, second]) await each?.get('list:1', async () => 'old');
    await first?.purge('list:');
    await later();
    expect(await second?.get('list:1', async () => 'new')).toBe('new');
  });

  test('purges while one is under way leave together, and each is over when Redis has heard it', async () => {
    const redis = fakeRedis();
    const [first, second] = [0, 1].map(() => cache<string>({ name: 't', ttlMs: 60_000, max: 10, redis, now: () => 0 }));
    for (const key of ['a:1', 'b:1', 'c:1']) await second?.get(key, async () => 'old');
    const before = redis.evals;
    await Promise.all(['a:', 'b:', 'c:', 'b:'].map((group) => first?.purge(group)));
    expect(redis.evals - before).toBe(2);
    await later();
    for (const key of ['a:1', 'b:1', 'c:1']) expect(await second?.get(key, async () => 'new')).toBe('new');
    await first?.purge('a:');
    expect(redis.evals - before).toBe(3);
  });

  test('a load that began before a purge elsewhere does not come back from Redis', async () => {
    const redis = fakeRedis();
    const [first, second] = [0, 1].map(() => cache<string>({ name: 't', ttlMs: 60_000, max: 10, redis, now: () => 0 }));
    const slow = Promise.withResolvers<string>();
    const before = first?.get('k', () => slow.promise);
    await later();
    await second?.purge('k');
    slow.resolve('stale');
    await before;
    await later();
    expect(await second?.get('k', async () => 'fresh')).toBe('fresh');
  });

  test('works on while Redis is away, and does not trust it after a purge that it missed', async () => {
    let now = 0;
    const redis = fakeRedis();
    const kept = cache<string>({ name: 't', ttlMs: 10_000, max: 10, redis, now: () => now });
    await kept.get('k', async () => 'old');
    await later();
    redis.away = true;
    await kept.purge('k');
    redis.away = false;
    expect(await kept.get('k', async () => 'new')).toBe('new');
    now = 3000;
    expect(await kept.get('k', async () => 'newer')).toBe('newer');
  });

  test('makes up for a purge that Redis missed as soon as it is back: nobody else finds the old copy, and it is trusted again', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    try {
      const redis = fakeRedis();
      const [first, second] = [0, 1].map(() =>
        cache<string>({ name: 't', ttlMs: 600_000, max: 10, redis, now: () => 0 }),
      );
      await first?.get('k', async () => 'old');
      await later();
      redis.away = true;
      await first?.purge('k');
      await vi.advanceTimersByTimeAsync(1_000);
      redis.away = false;
      await vi.advanceTimersByTimeAsync(300);
      expect(await second?.get('k', async () => 'new')).toBe('new');
      await later();
      expect(await first?.get('k', async () => 'loaded again')).toBe('new');
    } finally {
      vi.useRealTimers();
    }
  });

  test('bytes, text and values come back as they went, and never under other versions', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'grapheme' }),
          fc.uint8Array().map((bytes) => Buffer.from(bytes)),
          fc.jsonValue(),
        ),
        fc.constantFrom('0.0', '3.14'),
        (value, version) => {
          const expected =
            typeof value === 'string' || Buffer.isBuffer(value) ? value : JSON.parse(JSON.stringify(value));
          expect(unwrap(wrap(value, version), version)?.value).toEqual(expected);
          expect(unwrap(wrap(value, version), '9.9')).toBeUndefined();
        },
      ),
    );
  });
});
