import { hash } from 'node:crypto';
import { metrics } from '@dormouse/signals/metrics';
import type { Context, MiddlewareHandler } from 'hono';
import type { Env } from './app.ts';
import { fail } from './errors.ts';
import type { Logger } from './log.ts';
import { measure } from './measure.ts';
import type { OpenRedis } from './redis.ts';
import type { Sql } from './sql-types.ts';

export interface RateLimitResult {
  allowed: boolean;
  /** How many more are allowed now. */
  remaining: number;
  /** Milliseconds until one more will be allowed (0 when it is already). */
  resetMs: number;
}

/**
 * A sliding window, shared by all instances of a function: at no moment were more than `limit` taken within `windowMs`.
 * It fails closed. What it guards (passwords, registration, writes) needs the same database, so that an open limiter would let nothing
 * useful through, and a guess at passwords would be free for as long as Redis can be kept busy.
 */
export interface Limiter {
  /**
   * @param key the limit's name, then whose it is: `login:ann`
   * @throws AppError unavailable when the shared count cannot be reached: a limit that guards passwords must not open by itself.
   */
  take(key: string, limit: number, windowMs: number): Promise<RateLimitResult>;
}

export interface LimitOptions {
  key: (c: Context<Env>) => string;
  limit: number;
  windowMs: number;
}

interface LimiterOptions {
  redis?: OpenRedis | undefined;
  sql?: (() => Sql) | undefined;
  log?: Logger | undefined;
}

const pruneEvery = 1000;

/** The limiter of a function: in Redis where there is one, else in the function's own table `rate_limits`. */
export function openLimiter(means: LimiterOptions): Limiter {
  const limiter = limiterOf(means);
  return {
    async take(key, limit, windowMs) {
      const taken = await limiter.take(key, limit, windowMs);
      if (!taken.allowed)
        measure(metrics.rateLimitRefusals, 1, { 'dormouse.limit.name': key.slice(0, key.indexOf(':')) });
      return taken;
    },
  };
}

function limiterOf({ redis, sql, log }: LimiterOptions): Limiter {
  let untilPrune = pruneEvery;
  const table = sql && {
    take(key: string, limit: number, windowMs: number) {
      if (--untilPrune === 0) {
        untilPrune = pruneEvery;
        prune(sql()).catch((error) => log?.warn({ error }, 'old rate limits could not be removed'));
      }
      return takeInTable(sql(), key, limit, windowMs);
    },
  };
  if (!redis) return table ?? { take: () => fail('unavailable', 'Nothing counts requests now.') };
  return {
    take: (key, limit, windowMs) =>
      takeInRedis(redis, key, limit, windowMs).catch((cause) => {
        log?.warn({ error: cause }, 'Redis does not count requests');
        if (table) return table.take(key, limit, windowMs);
        return fail('unavailable', 'Requests cannot be counted now.', { cause, headers: { 'retry-after': '1' } });
      }),
  };
}

/** Answers 429 with Retry-After and RateLimit headers when the window of `key` is full. */
export function limit(limiter: Limiter, options: LimitOptions): MiddlewareHandler<Env> {
  return async (c, next) => {
    const { key, limit, windowMs } = options;
    const taken = await limiter.take(key(c), limit, windowMs);
    if (!taken.allowed)
      fail('too_many_requests', 'Too many requests. Try again later.', {
        headers: tooManyRequests(taken, limit, windowMs),
      });
    await next();
  };
}

/** RateLimit header fields (draft-ietf-httpapi-ratelimit-headers) and Retry-After, in whole seconds, rounded up. */
export const tooManyRequests = (taken: RateLimitResult, limit: number, windowMs: number): Record<string, string> => {
  const seconds = String(Math.max(1, Math.ceil(taken.resetMs / 1000)));
  return {
    'retry-after': seconds,
    'ratelimit-policy': `"default";q=${limit};w=${Math.ceil(windowMs / 1000)}`,
    ratelimit: `"default";r=${taken.remaining};t=${seconds}`,
  };
};

/** Times of the taken ones in a sorted set; one script, so that counting and taking are one step. */
const script = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local window = tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
local count = redis.call('ZCARD', KEYS[1])
local limit = tonumber(ARGV[1])
if count < limit then
  redis.call('ZADD', KEYS[1], now, now .. ':' .. t[2] .. ':' .. count)
  redis.call('PEXPIRE', KEYS[1], window)
  return {1, limit - count - 1, 0}
end
local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return {0, 0, oldest[2] + window - now}`;

async function takeInRedis(redis: OpenRedis, key: string, limit: number, windowMs: number): Promise<RateLimitResult> {
  const [allowed, remaining, resetMs] = (await (
    await redis.commands()
  ).eval(script, 1, `${redis.prefix}limit:${key}`, limit, windowMs)) as [number, number, number];
  return { allowed: allowed === 1, remaining, resetMs };
}

/** One statement: the row's lock serialises requests of one key. A rejected request does not change the row. */
async function takeInTable(sql: Sql, name: string, limit: number, windowMs: number): Promise<RateLimitResult> {
  // Names, numbers and addresses of people stay for a day: as hashes.
  const key = hash('sha256', name, 'base64url');
  const window = `${windowMs} milliseconds`;
  const [taken] = await sql<{ count: number }[]>`
    INSERT INTO rate_limits AS kept (key, hits) VALUES (${key}, ARRAY[clock_timestamp()])
    ON CONFLICT (key) DO UPDATE SET hits = ARRAY(SELECT hit FROM unnest(kept.hits) AS hit WHERE hit > clock_timestamp() - ${window}::interval) || clock_timestamp()
    WHERE (SELECT count(*) FROM unnest(kept.hits) AS hit WHERE hit > clock_timestamp() - ${window}::interval) < ${limit}
    RETURNING cardinality(hits) AS count`;
  if (taken) return { allowed: true, remaining: Math.max(0, limit - taken.count), resetMs: 0 };
  const [full] = await sql<{ reset: number | null }[]>`
    SELECT (extract(epoch FROM min(hit) + ${window}::interval - clock_timestamp()) * 1000)::float8 AS reset
    FROM rate_limits, unnest(hits) AS hit WHERE key = ${key} AND hit > clock_timestamp() - ${window}::interval`;
  return { allowed: false, remaining: 0, resetMs: Math.max(1, Math.ceil(full?.reset ?? 1)) };
}

/** Deletes keys that were not used for a day. */
const prune = (sql: Sql) =>
  sql`DELETE FROM rate_limits WHERE hits[cardinality(hits)] < clock_timestamp() - interval '1 day'`;
