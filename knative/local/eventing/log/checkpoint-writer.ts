import type { Clock } from '@dormouse/time/clock';
import type { Checkpoint, CheckpointFile } from './checkpoint.ts';

/** How long the end mark may stay unsynced once nothing is appended any more. */
const syncMs = 1_000;

/** Keeps a log's end mark behind its end. The mark only proves more, the log itself is already on disk: its failures are passed over. */
export class CheckpointWriter {
  #file: CheckpointFile;
  /** The mark of what is on disk now. */
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

  /** Writes until the mark is where the end is, without being waited for. */
  later(): void {
    this.#writing ??= (async () => {
      while (!this.#closed && this.#file.last?.sequence !== this.#current().sequence) await this.#write();
    })()
      .catch(() => {})
      .finally(() => {
        this.#writing = undefined;
      });
  }

  /** Syncs the mark after a while. */
  syncLater(): void {
    if (this.#timer !== undefined || this.#closed) return;
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined;
      this.#file.sync().catch(() => {});
    }, syncMs);
  }

  /** Writes and syncs the mark now. @throws the disk's error */
  async now(): Promise<void> {
    await this.#write();
    await this.#file.sync();
  }

  /** Writes and syncs both slots: no older mark is left. @throws the disk's error */
  async everywhere(): Promise<void> {
    await this.#writing;
    await this.#write();
    await this.now();
  }

  /** Begins nothing more by itself. */
  stop(): void {
    this.#closed = true;
  }

  /** Lets the file go, when it was stopped; `last` says whether it is to name the end once more. */
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
