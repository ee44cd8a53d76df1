import type { OpenRedis } from './redis.ts';

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

/** Until a purge that Redis missed is tried again. */
const againMs = 250;

/** Raises the versions of the purged names and tells the other instances; one round trip. */
const purgeScript = `
for _, key in ipairs(KEYS) do
  redis.call('INCR', key)
  redis.call('PEXPIRE', key, ARGV[1])
end
redis.call('PUBLISH', ARGV[2], ARGV[3])`;

/**
 * The tier in Redis. A copy carries the versions of its key and group as they were before it was loaded, so that a load that
 * began before a write never overwrites what the write has purged: the versions no longer agree. While Redis is away
 * everything is loaded; a purge that did not reach it is made up for as soon as it is back, and until then, or until every copy has
 * expired, this process does not read from it.
 */
export function redisCache<T>({ name, ttlMs, redis, now, purged }: RedisCacheOptions): RedisCache<T> {
  const versionKey = (key: string) => `cache:${name}:version:${key}`;
  const channel = `cache:${name}:purged`;
  let distrustUntil = 0;
  /** Names whose purge did not reach Redis. */
  const missed = new Set<string>();
  let catchingUp = false;
  const tell = async (names: readonly string[]) =>
    (await redis.commands()).eval(
      purgeScript,
      names.length,
      ...names.map(versionKey),
      2 * ttlMs,
      channel,
      JSON.stringify(names),
    );
  /** Redis may come back with its copies, and others read them. */
  const catchUp = async () => {
    if (catchingUp) return;
    catchingUp = true;
    while (missed.size > 0 && now() < distrustUntil) {
      await new Promise<void>((resolve) => setTimeout(resolve, againMs).unref());
      const names = [...missed];
      missed.clear();
      await tell(names).catch(() => {
        for (const each of names) missed.add(each);
      });
    }
    catchingUp = false;
    missed.clear();
    distrustUntil = 0;
  };
  let listening = false;
  let sending: Promise<void> | undefined;
  let next: { names: Set<string>; sent: Promise<void> } | undefined;
  const send = async (names: readonly string[]) => {
    try {
      await tell(names);
    } catch {
      distrustUntil = now() + ttlMs;
      for (const each of names) missed.add(each);
      void catchUp();
    }
  };
  const sendAlone = (names: readonly string[]) => (sending = send(names).finally(() => (sending = undefined)));
  const listen = () => {
    if (listening) return;
    listening = true;
    redis.subscribe(channel, (message) => purged(JSON.parse(message) as string[])).catch(() => (listening = false));
  };
  return {
    async get(key, load) {
      if (now() < distrustUntil) return load();
      listen();
      const group = key.includes(':') ? key.slice(0, key.indexOf(':') + 1) : key;
      const copyKey = `cache:${name}:copy:${key}`;
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
    purge(names) {
      if (!sending) return sendAlone(names);
      if (next) for (const each of names) next.names.add(each);
      else {
        const joined = new Set(names);
        const sent = sending.then(() => {
          next = undefined;
          return sendAlone([...joined]);
        });
        next = { names: joined, sent };
      }
      return next.sent;
    },
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
