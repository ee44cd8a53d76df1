import type { Clock } from '@dormouse/time/clock';
import type { Log } from '../log/segmented-log.ts';
import type { AckFiles } from './acks.ts';

/** Limits above which segments are removed once every Trigger has finished their events. */
export interface RetentionLimits {
  maxBytes: number;
  maxAgeMs: number;
}

export interface RetentionOptions {
  log: Log;
  acks: AckFiles;
  retention: RetentionLimits;
  /** Lowest sequence that is still needed. */
  needed: () => number;
  clock: Clock;
  report: (sentence: string) => void;
}

/** Timers of more than 24.8 days fire at once. */
const maxWaitMs = 24 * 60 * 60 * 1000;

/** Removes the oldest segments of a broker's log when they are no longer needed and exceed the limits. */
export class Retention {
  #options: RetentionOptions;
  #removing: Promise<void> | undefined;
  #timer: unknown;
  #closed = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /** Starts a removal; call it when a low watermark advanced. */
  schedule(): void {
    if (this.#closed || this.#options.log.segments.length < 2) return;
    this.#removing ??= this.#removeExpired().finally(() => {
      this.#removing = undefined;
      this.#later();
    });
  }

  /** Starts nothing more; resolves when a removal in progress has finished. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#removing;
    this.#options.clock.clearTimeout(this.#timer);
  }

  /** Schedules the removal of the oldest segment by age. One that is still needed is removed when its trigger progresses. */
  #later(): void {
    const { log, clock, retention } = this.#options;
    clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    const [oldest, next] = log.segments;
    const dueMs = (oldest?.lastMs ?? 0) + retention.maxAgeMs - clock.now();
    if (this.#closed || !next || dueMs <= 0) return;
    this.#timer = clock.setTimeout(() => this.schedule(), Math.min(dueMs, maxWaitMs));
  }

  async #removeExpired(): Promise<void> {
    const { log, acks, report } = this.#options;
    const before = this.#removable();
    if (before === 0) return;
    try {
      await acks.flush();
      await acks.remove(await log.removeBefore(before));
    } catch (error) {
      report(`old events could not be removed: ${(error as Error).message}`);
    }
  }

  /** Base of the first segment to keep; 0 keeps all. */
  #removable(): number {
    const { log, retention, needed, clock } = this.#options;
    const { segments } = log;
    const from = needed();
    let bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
    let before = 0;
    for (const [i, segment] of segments.entries()) {
      const next = segments[i + 1];
      if (
        !next ||
        next.base > from ||
        (bytes <= retention.maxBytes && segment.lastMs > clock.now() - retention.maxAgeMs)
      )
        break;
      bytes -= segment.bytes;
      before = next.base;
    }
    return before;
  }
}
