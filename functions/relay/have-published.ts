import type { Logger } from '@dormouse/runtime/log';

export interface PublishingOptions {
  /** When the next post is to be published, milliseconds since 1970; undefined when there is none, or when it cannot be told. */
  nextDue: () => Promise<number | undefined>;
  /** Has posts publish what is due, and plan for what is due soon. */
  publishDue: () => Promise<void>;
  log: Pick<Logger, 'warn'>;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** Resolves after so many milliseconds, or sooner with false when this process is to end. */
  pause?: (ms: number) => Promise<boolean>;
}

/** A little more than from one tick to the next. */
const aheadMs = 65_000;
/** A tick has to be answered within a minute. What comes later is left to the timer of posts, and to the next tick. */
const waitMs = 45_000;
/** While a post that is due is not published: clocks differ. */
const againMs = 250;

/**
 * Has posts publish what is due before the next tick, each at its time: posts is woken ahead of it, and once more when it has come, should it
 * have ended meanwhile. Never rejects.
 */
export async function havePublished(options: PublishingOptions): Promise<void> {
  const { nextDue, publishDue, log, now = Date.now, pause = wholePause } = options;
  const until = now() + waitMs;
  try {
    for (let due = await nextDue(); due !== undefined && due - now() < aheadMs; due = await nextDue()) {
      await publishDue();
      const wait = Math.max(againMs, due - now());
      if (now() + wait > until) return;
      if (!(await pause(wait))) return;
    }
  } catch (error) {
    log.warn({ error }, 'what is due cannot be published');
  }
}

const wholePause = (ms: number): Promise<boolean> => new Promise((done) => setTimeout(done, ms, true));
