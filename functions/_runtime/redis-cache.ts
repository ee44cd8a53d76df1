import type { OpenRedis } from './redis.ts';
import { redisPurges } from './redis-purges.ts';

export interface RedisCache<T> {
  /** The copy in Redis, else what `load` gives, which is then left there. */
  get(key: string, load: () => Promise<T>): Promise<T>;
  /** Resolves once Redis knows (or is known to be away). What is purged while another purge is under way leaves together. */
  purge(names: readonly string[]): Promise<void>;
}

export interface RedisCacheOptions {
  name: string;
  ttlMs: number;
  redis: OpenRedis;
  now: () => number;
  /** Called when another instance has purged. */
  purged: (names: readonly string[]) => void;
}

/**
 * The tier in Redis. A copy carries the versions of its key and group as they were before it was loaded, so that a load that
 * began before a write never overwrites what the write has purged: the versions no longer agree. While Redis is away
 * everything is loaded; a purge that did not reach it is made up for as soon as it is back, and until then, or until every copy has
 * expired, this process does not read from it.
 */
export function redisCache<T>({ name, ttlMs, redis, now, purged }: RedisCacheOptions): RedisCache<T> {
  const channel = `${redis.prefix}cache:${name}:purged`;
  const { versionKey, ...purges } = redisPurges({ name, ttlMs, redis, now, channel });
  let listening = false;
  const listen = () => {
    if (listening) return;
    listening = true;
    redis.subscribe(channel, (message) => purged(JSON.parse(message) as string[])).catch(() => (listening = false));
  };
  return {
    async get(key, load) {
      if (purges.missing()) return load();
      listen();
      const group = key.includes(':') ? key.slice(0, key.indexOf(':') + 1) : key;
      const copyKey = `${redis.prefix}cache:${name}:copy:${key}`;
      const reply = await redis
        .commands()
        .then((commands) => commands.mgetBuffer(versionKey(group), versionKey(key), copyKey))
        .catch(() => undefined);
      if (!reply) return load();
      const version = `${reply[0] ?? 0}.${reply[1] ?? 0}`;
      const kept = reply[2] && unwrap<T>(reply[2], version);
      if (kept) return kept.value;
      const value = await load();
      const lives = Math.ceil(ttlMs * (0.9 + 0.1 * Math.random()));
      void redis
        .commands()
        .then((commands) => commands.set(copyKey, wrap(value, version), 'PX', lives))
        .catch(() => {});
      return value;
    },
    purge: purges.purge,
  };
}

/** `<versions> <b|s|j>\n` and the value: bytes, text, or JSON. */
export function wrap(value: unknown, version: string): Buffer {
  if (Buffer.isBuffer(value)) return Buffer.concat([Buffer.from(`${version} b\n`), value]);
  if (typeof value === 'string') return Buffer.from(`${version} s\n${value}`);
  return Buffer.from(`${version} j\n${value === undefined ? '' : JSON.stringify(value)}`);
}

/** The value of a copy that has these versions; undefined for every other. */
export function unwrap<T>(copy: Buffer, version: string): { value: T } | undefined {
  const end = copy.indexOf(0x0a);
  const head = copy.toString('latin1', 0, Math.max(end, 0));
  if (!head.startsWith(`${version} `)) return undefined;
  const body = copy.subarray(end + 1);
  const kind = head.slice(version.length + 1);
  if (kind === 'b') return { value: body as T };
  if (kind === 's') return { value: body.toString('utf8') as T };
  return { value: (body.length === 0 ? undefined : JSON.parse(body.toString('utf8'))) as T };
}
