import type { Clock } from '@dormouse/time/clock';
import type { Checkpoint, CheckpointFile } from './checkpoint.ts';

/** How long the checkpoint may stay unsynced after the last append. */
const syncMs = 1_000;

/** Writes a log's checkpoints behind its appends. Ignores failed writes: the log itself is already on disk, a checkpoint is only additional proof. */
export class CheckpointWriter {
  #file: CheckpointFile;
  /** The checkpoint of what is on disk now. */
  #current: () => Checkpoint;
  #clock: Clock;
  #writing: Promise<void> | undefined;
  #timer: unknown;
  #closed = false;

  constructor(file: CheckpointFile, present: () => Checkpoint, clock: Clock) {
    this.#file = file;
    this.#current = present;
    this.#clock = clock;
  }

  /** Starts writing until the checkpoint has reached the end of the log; does not wait. */
  later(): void {
    this.#writing ??= (async () => {
      while (!this.#closed && this.#file.last?.sequence !== this.#current().sequence) await this.#write();
    })()
      .catch(() => {})
      .finally(() => {
        this.#writing = undefined;
      });
  }

  /** Schedules a sync. */
  syncLater(): void {
    if (this.#timer !== undefined || this.#closed) return;
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined;
      this.#file.sync().catch(() => {});
    }, syncMs);
  }

  /** Writes and syncs a checkpoint now. @throws the disk's error */
  async now(): Promise<void> {
    await this.#write();
    await this.#file.sync();
  }

  /** Writes and syncs both slots, so that no older checkpoint is left. @throws the disk's error */
  async everywhere(): Promise<void> {
    await this.#writing;
    await this.#write();
    await this.now();
  }

  /** Starts no more writes by itself. */
  stop(): void {
    this.#closed = true;
  }

  /** Closes the file after `stop`; with `last` it writes a final checkpoint first. */
  async close(last: boolean): Promise<void> {
    await this.#writing;
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    if (last) await this.now();
    await this.#file.close();
  }

  async #write(): Promise<void> {
    await this.#file.write(this.#current());
  }
}
