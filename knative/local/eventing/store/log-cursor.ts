import type { Position } from '../log/record.ts';
import type { EventLog, LogEntry } from './event-log.ts';

export interface LogCursorOptions {
  events: EventLog;
  /** Where the durable log ends. */
  end: () => Position;
  from: Position;
  /** Events were read: `next` has them now. */
  filled: () => void;
  failed: (error: unknown) => void;
}

const prefetchBytes = 256 * 1024;

/** One reader's position in the log, with its read-ahead buffer. */
export class LogCursor {
  #options: LogCursorOptions;
  #at: Position;
  #prefetched: LogEntry[] = [];
  #reading = false;

  constructor(options: LogCursorOptions) {
    this.#options = options;
    this.#at = options.from;
  }

  /** The first sequence that was not taken. */
  get sequence(): number {
    return this.#at.sequence;
  }

  /** Events that were not taken. */
  get left(): number {
    return this.#options.end().sequence - this.#at.sequence;
  }

  /** Takes the next event; `undefined` at the end, and while it is read from the disk. */
  next(): LogEntry | undefined {
    if (this.#reading) return undefined;
    const entry = this.#prefetched.shift() ?? this.#options.events.cached(this.#at.sequence);
    if (entry) this.#at = entry.next;
    else if (this.left > 0) void this.#prefetch();
    return entry;
  }

  async #prefetch(): Promise<void> {
    this.#reading = true;
    try {
      this.#prefetched = await this.#options.events.read(this.#at, prefetchBytes);
    } catch (error) {
      this.#options.failed(error);
      return;
    } finally {
      this.#reading = false;
    }
    this.#options.filled();
  }
}
