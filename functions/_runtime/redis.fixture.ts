import type { OpenRedis } from './redis.ts';

/** What the cache asks of Redis, in memory; `away` makes every command fail. */
export function fakeRedis(): OpenRedis & { away: boolean; evals: number } {
  const kept = new Map<string, Buffer>();
  const listeners: { channel: string; heard: (message: string) => void }[] = [];
  const redis: OpenRedis & { away: boolean; evals: number } = {
    prefix: 'posts:',
    away: false,
    evals: 0,
    async commands() {
      if (redis.away) throw new Error('Redis is away');
      return {
        mgetBuffer: async (...keys) => keys.map((key) => kept.get(key) ?? null),
        set: async (key, value) => kept.set(key, Buffer.from(value)),
        async eval(_script, count, ...rest) {
          redis.evals++;
          for (const key of rest.slice(0, count))
            kept.set(String(key), Buffer.from(String(Number(kept.get(String(key)) ?? 0) + 1)));
          const [, channel, message] = rest.slice(count);
          for (const each of listeners) if (each.channel === channel) each.heard(String(message));
        },
      };
    },
    subscribe: async (channel, heard) => void listeners.push({ channel, heard }),
    close() {},
  };
  return redis;
}
