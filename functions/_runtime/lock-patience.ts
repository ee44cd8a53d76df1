import { setTimeout as sleep } from 'node:timers/promises';

/** How a migration waits for locks that requests hold. */
export interface LockPatience {
  /** How long requests may queue behind a waiting migration at most, in milliseconds; by default a second, shorter than any client waits. */
  lockTimeoutMs?: number;
  /** How long to go on trying, in milliseconds. */
  patienceMs?: number;
  /** Gets a line for each time that a lock did not come. */
  progress?: (line: string) => void;
  now?: () => number;
  pause?: (ms: number) => Promise<unknown>;
}

const firstPauseMs = 500;
const longestPauseMs = 10_000;

/**
 * Runs `attempt` until it gets its locks. Whoever waits for a lock has everybody behind it who wants the table, readers too; so each
 * attempt gives up soon, and leaves the table to them for a growing pause.
 * @throws what `attempt` throws otherwise, and the lock timeout when patience is over
 */
export async function withLockPatience<T>(
  what: string,
  attempt: () => Promise<T>,
  { patienceMs = 300_000, progress = () => {}, now = () => performance.now(), pause = sleep }: LockPatience = {},
): Promise<T> {
  const begin = now();
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      return await attempt();
    } catch (error) {
      if (!isLockTrouble(error) || now() - begin + pauseMs > patienceMs) throw error;
      progress(`${what}: ${(error as Error).message}; again in ${pauseMs / 1000} s`);
    }
    await pause(pauseMs);
  }
}

/** lock_not_available, deadlock_detected */
const isLockTrouble = (error: unknown): boolean => ['55P03', '40P01'].includes((error as { code?: string }).code ?? '');
