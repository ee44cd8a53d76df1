import { metrics } from '@dormouse/signals/metrics';
import { measure } from './measure.ts';
import type { OpenRedis } from './redis.ts';
import { redisCache } from './redis-cache.ts';

/** What can be kept: bytes and text as they are, everything else as JSON. */
export interface Cache<T> {
  /** The value of `key`: kept, or loaded once however many ask. `key` may be `group:rest`; a group is purged together. */
  get(key: string, load: () => Promise<T>): Promise<T>;
  /** Forgets keys, or whole groups (`list:`). A load that began earlier can no longer fill them. */
  purge(...keysOrGroups: string[]): Promise<void>;
}

export interface CacheOptions<T = unknown> {
  /** Names the keys in Redis; the same for all instances of a function. */
  name: string;
  /** Hard limit of the copy in Redis. */
  ttlMs: number;
  /** Age from which a copy in this process is still served while a new one is loaded. */
  softTtlMs?: number;
  /** Entries in this process. */
  max: number;
  /** Says how long a value is; all in this process together are at most `maxLength` long. */
  lengthOf?: (value: T) => number;
  maxLength?: number;
  redis?: OpenRedis | undefined;
  now?: () => number;
}

export type CacheFactory = <T>(options: Omit<CacheOptions<T>, 'redis'>) => Cache<T>;

interface Entry<T> {
  value: T;
  loadedAt: number;
  length: number;
}

/** No copy in this process is older than this, so that nothing depends on messages arriving. */
export const localLimitMs = 2000;

const results = ['hit', 'stale', 'coalesced', 'shared', 'miss'] as const;
type Result = (typeof results)[number];

/** Made once and frozen: a hit costs no object, and its series is found without a look at it. */
const resultsOf = (name: string) =>
  Object.fromEntries(
    results.map((result) => [result, Object.freeze({ 'dormouse.cache.name': name, 'dormouse.cache.result': result })]),
  ) as Record<Result, { 'dormouse.cache.name': string; 'dormouse.cache.result': Result }>;

/**
 * A cache in two tiers: at most 2 s in this process, up to `ttlMs` in Redis where there is one. One load however many ask; past
 * the soft limit the kept value is served while one load refreshes it.
 */
export function cache<T>(options: CacheOptions<T>): Cache<T> {
  const { max, ttlMs, now = Date.now, lengthOf = () => 0, maxLength = Number.POSITIVE_INFINITY } = options;
  const hardMs = Math.min(ttlMs, localLimitMs);
  const softMs = Math.min(options.softTtlMs ?? hardMs / 2, hardMs);
  const entries = new Map<string, Entry<T>>();
  let length = 0;
  const loads = new Map<string, Promise<T>>();
  const shared =
    options.redis &&
    redisCache<T>({ name: options.name, ttlMs, redis: options.redis, now, purged: (names) => names.forEach(forget) });

  const attributes = resultsOf(options.name);
  const count = (result: Result) => measure(metrics.cacheRequests, 1, attributes[result]);

  /** `isAwaited` is false for a load that nobody waits for. */
  const load = (key: string, loader: () => Promise<T>, isAwaited = true): Promise<T> => {
    const running = loads.get(key);
    if (running) {
      if (isAwaited) count('coalesced');
      return running;
    }
    const startedAt = now();
    let result: Result = 'shared';
    const loading = () => {
      result = 'miss';
      return loader();
    };
    const promise: Promise<T> = (shared ? shared.get(key, loading) : loading())
      .finally(() => isAwaited && count(result))
      .then(
        (value) => {
          if (loads.get(key) === promise) {
            loads.delete(key);
            keep(key, { value, loadedAt: startedAt, length: lengthOf(value) });
          }
          return value;
        },
        (error) => {
          if (loads.get(key) === promise) loads.delete(key);
          throw error;
        },
      );
    loads.set(key, promise);
    return promise;
  };
  const keep = (key: string, entry: Entry<T>) => {
    drop(key);
    entries.set(key, entry);
    length += entry.length;
    // Those asked for longest ago come first. What nobody may get any more holds no memory: posts can be large.
    for (const [name, { loadedAt }] of entries) {
      if (entries.size <= max && length <= maxLength && now() - loadedAt < hardMs) break;
      drop(name);
    }
  };
  const drop = (key: string) => {
    length -= entries.get(key)?.length ?? 0;
    entries.delete(key);
  };
  function forget(name: string): void {
    const named = (keys: Iterable<string>) =>
      name.endsWith(':') ? [...keys].filter((key) => key.startsWith(name)) : [name];
    for (const key of named(entries.keys())) drop(key);
    for (const key of named(loads.keys())) loads.delete(key);
  }
  return {
    async get(key, loader) {
      const entry = entries.get(key);
      const age = entry ? now() - entry.loadedAt : Number.POSITIVE_INFINITY;
      if (!entry || age >= hardMs) return load(key, loader);
      entries.delete(key);
      entries.set(key, entry);
      count(age >= softMs ? 'stale' : 'hit');
      if (age >= softMs) load(key, loader, false).catch(() => {});
      return entry.value;
    },
    async purge(...names) {
      names.forEach(forget);
      await shared?.purge(names);
    },
  };
}
