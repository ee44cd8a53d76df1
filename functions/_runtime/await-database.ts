import { setTimeout as sleep } from 'node:timers/promises';
import { isUnavailable } from './errors.ts';

/** How long to wait for a database that does not answer, and where to report it. */
export interface WaitOptions {
  /** Milliseconds in all. */
  limitMs?: number;
  /** Milliseconds between two attempts. */
  pauseMs?: number;
  /** Gets a line when the waiting begins, whenever its reason changes, and when it is over. */
  progress?: (line: string) => void;
  now?: () => number;
  pause?: (ms: number) => Promise<unknown>;
}

/**
 * Calls `ask` until it succeeds: a database that starts at the same time as its Job refuses connections, has no address yet, or is recovering.
 *
 * @throws what `ask` throws, when waiting would not help (a wrong password, say) or `limitMs` are over.
 */
export async function awaitDatabase(ask: () => Promise<unknown>, options: WaitOptions = {}): Promise<void> {
  const {
    limitMs = 240_000,
    pauseMs = 1000,
    progress = () => {},
    now = () => performance.now(),
    pause = sleep,
  } = options;
  const begin = now();
  const seconds = (ms: number) => `${Math.round(ms / 1000)} s`;
  for (let reported: string | undefined; ; ) {
    try {
      await ask();
      if (reported !== undefined) progress(`the database answers after ${seconds(now() - begin)}`);
      return;
    } catch (error) {
      if (!isUnavailable(error) || now() - begin + pauseMs > limitMs) throw error;
      const reason = (error as Error).message || String((error as { code?: unknown }).code);
      if (reason !== reported) progress(`waiting for the database, ${seconds(limitMs)} at most: ${reason}`);
      reported = reason;
    }
    await pause(pauseMs);
  }
}
