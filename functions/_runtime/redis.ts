import type { Redis } from 'ioredis';
import { type RedisBreakerOptions, redisBreaker } from './redis-breaker.ts';
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
  /** The connection; loads ioredis and connects at the first call. Its commands reject at once while Redis is away or hangs. */
  commands(): Promise<RedisCommands>;
  subscribe(channel: string, heard: (message: string) => void): Promise<void>;
  close(): void;
}

type Options = Pick<RedisBreakerOptions, 'log' | 'deadlineMs'>;

/** Whoever connects first may wait that long, once in the life of a process. */
const connectMs = 100;

/** One Redis connection a process (and one more to listen), made when it is first needed. @param service whose keys it has */
export function openRedis(url: string, service: string, options: Options = {}): OpenRedis {
  let connection: Promise<Connection> | undefined;
  let listener: Promise<Redis> | undefined;
  return {
    prefix: redisPrefix(service),
    commands: () => (connection ??= connect(url, options)),
    async subscribe(channel, heard) {
      const redis = await (listener ??= made(url, true));
      redis.on('message', (from, message) => from === channel && heard(message));
      await redis.subscribe(channel);
    },
    close() {
      void connection?.then((each) => each.close());
      void listener?.then((redis) => redis.disconnect());
    },
  };
}

interface Connection extends RedisCommands {
  close(): void;
}

async function connect(url: string, options: Options): Promise<Connection> {
  const redis = await made(url, false);
  const breaker = redisBreaker({ ...options, ping: () => redis.ping(), reconnect: () => redis.disconnect(true) });
  await breaker.ask(() => redis.connect(), connectMs).catch(() => {});
  return {
    mgetBuffer: (...keys) => breaker.ask(() => redis.mgetBuffer(...keys)),
    set: (...args) => breaker.ask(() => redis.set(...args)),
    eval: (...args) => breaker.ask(() => redis.eval(...args)),
    close() {
      breaker.close();
      redis.disconnect();
    },
  };
}

async function made(url: string, enableOfflineQueue: boolean): Promise<Redis> {
  const { Redis } = await import('./ioredis.ts');
  const redis = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue,
    maxRetriesPerRequest: 0,
    // Neither INFO nor CLIENT, which a function's user may not send.
    enableReadyCheck: false,
    disableClientInfo: true,
    enableAutoPipelining: true, // what one turn of the event loop asks leaves in one packet
    connectTimeout: 1000,
    retryStrategy: (times: number) => Math.min(100 * times, 2000),
  } as never);
  redis.on('error', () => {});
  return redis;
}
