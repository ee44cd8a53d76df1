import type { OpenRedis } from './redis.ts';

interface RedisPurges {
  /** The key under which Redis counts the purges of a name. */
  versionKey(name: string): string;
  /** Whether copies in Redis may be stale, because a purge has not reached it. */
  missing(): boolean;
  /** Resolves once Redis knows (or is known to be away). What is purged while another purge is under way leaves together. */
  purge(names: readonly string[]): Promise<void>;
}

interface RedisPurgesOptions {
  name: string;
  ttlMs: number;
  redis: OpenRedis;
  now: () => number;
  /** Where the other instances hear of it. */
  channel: string;
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

/** Tells Redis what was purged, and makes up for what it missed. */
export function redisPurges({ name, ttlMs, redis, now, channel }: RedisPurgesOptions): RedisPurges {
  const versionKey = (key: string) => `${redis.prefix}cache:${name}:version:${key}`;
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
  return {
    versionKey,
    missing: () => now() < distrustUntil,
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
