import type { Redis } from 'ioredis';
import { redisPrefix } from './redis-users.ts';

/** The few commands that the cache and the limiter use; ioredis has them all. */
export interface RedisCommands {
  mgetBuffer(...keys: string[]): Promise<(Buffer | null)[]>;
  set(key: string, value: string | Buffer, unit: 'PX', ms: number): Promise<unknown>;
  eval(script: string, keys: number, ...rest: (string | number)[]): Promise<unknown>;
}

export interface OpenRedis {
  /** Begins every key and channel: the function's own, outside of which its user may do nothing. */
  prefix: string;
  /** The connection; loads ioredis and connects at the first call. Rejects at once while Redis is away. */
  commands(): Promise<RedisCommands>;
  subscribe(channel: string, heard: (message: string) => void): Promise<void>;
  close(): void;
}

/** One Redis connection a process (and one more to listen), made when it is first needed. @param service whose keys it has */
export function openRedis(url: string, service: string): OpenRedis {
  let connection: Promise<Redis> | undefined;
  let listener: Promise<Redis> | undefined;
  const connect = async (offlineQueue: boolean) => {
    const { Redis } = await import('./ioredis.ts');
    const redis = new Redis(url, {
      lazyConnect: true,
      enableOfflineQueue: offlineQueue,
      maxRetriesPerRequest: 0,
      // Neither INFO nor CLIENT, which a function's user may not send.
      enableReadyCheck: false,
      disableClientInfo: true,
      enableAutoPipelining: true, // what one turn of the event loop asks leaves in one packet
      commandTimeout: offlineQueue ? undefined : 250,
      connectTimeout: 1000,
      retryStrategy: (times: number) => Math.min(100 * times, 2000),
    } as never);
    redis.on('error', () => {});
    await redis.connect().catch(() => {});
    return redis;
  };
  return {
    prefix: redisPrefix(service),
    commands: () => (connection ??= connect(false)),
    async subscribe(channel, heard) {
      const redis = await (listener ??= connect(true));
      redis.on('message', (from, message) => from === channel && heard(message));
      await redis.subscribe(channel);
    },
    close() {
      for (const each of [connection, listener]) void each?.then((redis) => redis.disconnect());
    },
  };
}
