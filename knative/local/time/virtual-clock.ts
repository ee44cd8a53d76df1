import type { Clock } from './clock.ts';

/** A clock that advances only by `advance`, for tests of backoff, schedules and windows. */
export interface VirtualClock extends Clock {
  /** Runs everything that is due within the next `ms`, in order, letting promises settle in between. */
  advance(ms: number): Promise<void>;
  /** Timers that wait. */
  readonly waiting: number;
  /** When the next of them is due, milliseconds since the epoch. */
  readonly next: number | undefined;
}

interface Timer {
  at: number;
  order: number;
  run: () => void;
  every: number | undefined;
}

/** @see VirtualClock */
export function virtualClock(startMs = Date.parse('2026-01-01T00:00:00Z')): VirtualClock {
  const timers = new Set<Timer>();
  let now = startMs;
  let order = 0;
  const add = (run: () => void, ms: number, every?: number) => {
    const timer = { at: now + Math.max(0, ms), order: order++, run, every };
    timers.add(timer);
    return timer;
  };
  const settle = async () => {
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  };
  return {
    now: () => now,
    setTimeout: (run, ms) => add(run, ms),
    clearTimeout: (timer) => void timers.delete(timer as Timer),
    setInterval: (run, ms) => add(run, ms, ms),
    clearInterval: (timer) => void timers.delete(timer as Timer),
    get waiting() {
      return timers.size;
    },
    get next() {
      return timers.size === 0 ? undefined : Math.min(...[...timers].map(({ at }) => at));
    },
    async advance(ms) {
      const until = now + ms;
      await settle();
      for (;;) {
        const next = [...timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at || a.order - b.order)[0];
        if (!next) break;
        now = next.at;
        if (next.every === undefined) timers.delete(next);
        else next.at += next.every;
        next.run();
        await settle();
      }
      now = until;
    },
  };
}
