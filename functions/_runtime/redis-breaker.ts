import { metrics } from '@dormouse/signals/metrics';
import type { Logger } from './log.ts';
import { measure } from './measure.ts';

export interface RedisBreaker {
  /**
   * What a command answers. Whoever meets a silent Redis first waits for the deadline; until it answers again everybody else is told at once.
   * @throws Error without an answer in time, or without a connection; or what Redis itself answers as an error
   */
  ask<T>(command: () => Promise<T>, withinMs?: number): Promise<T>;
  /** No longer looks whether Redis answers. */
  close(): void;
}

export interface RedisBreakerOptions {
  /** Resolves when Redis answers; asked in the background, by nobody's request. */
  ping(): Promise<unknown>;
  /** Gives the connection up and makes another: a server that is gone without a word never answers on the old one. */
  reconnect(): void;
  log?: Logger | undefined;
  /** A request may wait that long for Redis, once. */
  deadlineMs?: number;
  now?: () => number;
}

/** Redis answers within one; a request that waits for longer is better served by PostgreSQL. */
const usualDeadlineMs = 15;
/** While it is away: until it is asked again, and how often the time is counted. */
const pauseMs = 100;
const lookMs = 1000;
const reconnectMs = 5000;

/** Keeps requests from waiting for a Redis that hangs or is gone. */
export function redisBreaker(options: RedisBreakerOptions): RedisBreaker {
  const { log, deadlineMs = usualDeadlineMs, now = performance.now.bind(performance) } = options;
  let away: Error | undefined;
  let closed = false;
  const open = async (cause: Error) => {
    if (away || closed) return;
    away = cause;
    const sinceMs = now();
    log?.warn({ error: cause }, 'Redis does not answer: caches load from PostgreSQL, which counts limits too');
    await answered(options, () => closed, now);
    away = undefined;
    if (!closed) log?.info({ ms: Math.round(now() - sinceMs) }, 'Redis answers again');
  };
  return {
    async ask(command, withinMs = deadlineMs) {
      if (away) throw new Error('Redis does not answer', { cause: away });
      const { promise: late, reject } = Promise.withResolvers<never>();
      // After what has come in the meantime was read: it may be this process that was late.
      const timer = setTimeout(() => setImmediate(reject, new Error(`Redis was silent for ${withinMs} ms`)), withinMs);
      try {
        return await Promise.race([command(), late]);
      } catch (error) {
        if ((error as Error).name !== 'ReplyError') void open(error as Error);
        throw error;
      } finally {
        clearTimeout(timer);
      }
    },
    close() {
      closed = true;
    },
  };
}

/** Resolves once Redis answers, or nobody needs it any more; counts the seconds until then. */
async function answered(
  { ping, reconnect }: RedisBreakerOptions,
  over: () => boolean,
  now: () => number,
): Promise<void> {
  for (let countedMs = now(); !over(); await pause(pauseMs)) {
    const askedMs = now();
    const asked = ping().then(
      () => 'answer',
      () => 'failure',
    );
    for (let found: unknown; !found && !over(); ) {
      found = await Promise.race([asked, pause(lookMs)]);
      measure(metrics.redisUnanswered, (now() - countedMs) / 1000);
      countedMs = now();
      if (found === 'answer') return;
      if (!found && now() - askedMs >= reconnectMs) {
        reconnect();
        found = 'silence';
      }
    }
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref());
