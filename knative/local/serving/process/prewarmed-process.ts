import { type Clock, systemClock } from '@dormouse/time/clock';
import type { Child } from './child-process.ts';

/** At most one process that is started ahead, for the next cold start. */
export interface PrewarmedProcess {
  /** Takes the prewarmed process, else starts a new one. */
  take(): Child;
  readonly pid: number | undefined;
  close(): Promise<void>;
}

/** Whether it sets what a prewarmed process has read before: Node.js its options, the package `debug` (of ioredis) what it prints. */
export const needsOwnProcess = (env: Readonly<Record<string, string>>): boolean =>
  Object.keys(env).some((name) => name === 'NODE_OPTIONS' || /^debug(_|$)/i.test(name));

/**
 * @param start starts a process that waits for its program
 * @param afterMs delay until the next prewarmed process starts, so that it does not slow the request that took the last one
 */
export function createPrewarmedProcess({
  start,
  enabled = true,
  afterMs = 1_500,
  clock = systemClock,
}: {
  start: () => Child;
  enabled?: boolean;
  afterMs?: number;
  clock?: Clock;
}): PrewarmedProcess {
  let prewarmed: Child | undefined;
  let timer: unknown;
  let closed = !enabled;
  const refill = () => {
    timer = undefined;
    if (closed || prewarmed) return;
    const made = start();
    prewarmed = made;
    made.exited.then(() => {
      if (prewarmed === made) prewarmed = undefined;
    });
  };
  const later = () => {
    if (closed) return;
    clock.clearTimeout(timer);
    timer = clock.setTimeout(refill, afterMs);
  };
  later();
  return {
    take() {
      const taken = prewarmed?.alive() ? prewarmed : undefined;
      prewarmed = undefined;
      later();
      return taken ?? start();
    },
    get pid() {
      return prewarmed?.pid;
    },
    async close() {
      closed = true;
      clock.clearTimeout(timer);
      prewarmed?.kill('SIGKILL');
      await prewarmed?.exited;
    },
  };
}
