import type { Position } from '../log/record.ts';
import { LogDamagedError } from '../log/recover-log.ts';
import type { Ending } from '../store/acks.ts';
import type { EventLog, LogEntry } from '../store/event-log.ts';
import { LogCursor } from '../store/log-cursor.ts';
import type { BrokerEvent } from '../store/stored-event.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { type DeliveryJob, newJob } from './delivery-job.ts';
import { DeliverySteps, type DeliveryWorld } from './delivery-steps.ts';
import { KeyOrder } from './key-order.ts';
import type { TriggerSetup } from './trigger-setup.ts';

export interface DispatcherOptions extends DeliveryWorld {
  setup: TriggerSetup;
  events: EventLog;
  /** Where the durable log ends. */
  end: () => Position;
  /** First event to look at. */
  from: Position;
  /** Sequences from there on that are over already. */
  over: Set<number>;
  /** An event is over. */
  ended: (entry: Position, ending: Ending, attempts: number, status: number) => void;
  /** The low watermark advanced, or the dispatcher became idle. */
  onProgress: () => void;
  /** Maximum number of concurrent attempts. Default: 32. */
  concurrency?: number;
  /** Maximum number of events started and not finished. Default: 1,024. */
  window?: number;
}

const maxActiveBytes = 8 * 1024 * 1024;
/** Until a step that only this machine can make fail (reading or writing the disk) is tried again. */
const diskRetryMs = 5_000;

/** Delivers the events of one Trigger from its own position in the log, independently of the other Triggers. */
export class Dispatcher {
  setup: TriggerSetup;
  #options: DispatcherOptions;
  #cursor: LogCursor;
  #steps: DeliverySteps;
  #keys = new KeyOrder();
  #circuit = new CircuitBreaker();
  #active = 0;
  #activeBytes = 0;
  /** Events started and not finished, by sequence, oldest first. */
  #outstanding = new Map<number, DeliveryJob>();
  #due: DeliveryJob[] = [];
  #timers = new Set<unknown>();
  #probing = false;
  #stopped = false;
  #idle: (() => void) | undefined;

  constructor(options: DispatcherOptions) {
    this.setup = options.setup;
    this.#options = options;
    const pump = () => this.pump();
    const { events, end, from } = options;
    this.#cursor = new LogCursor({ events, end, from, filled: pump, failed: (error) => this.#diskFailed(error, pump) });
    this.#steps = new DeliverySteps(options, {
      setup: () => this.setup,
      onAttemptResult: (failed) => this.#circuit.note(failed),
      release: (job) => this.#release(job),
      again: (job, delayMs) => this.#after(delayMs, () => this.#again(job)),
      diskFailed: (job, error) => this.#diskFailed(error, () => this.#again(job)),
      over: (job, ending, status) => this.#over(job, ending, status),
    });
  }

  /** Everything below this sequence is over. */
  get lowWatermark(): number {
    for (const sequence of this.#outstanding.keys()) return sequence;
    return this.#cursor.sequence;
  }

  get busy(): boolean {
    return this.#outstanding.size > 0 || (!this.#stopped && this.#cursor.left > 0);
  }

  /** Events in the log that it has not looked at, and those it has begun. */
  get backlog(): number {
    return this.#cursor.left + this.#outstanding.size;
  }

  /** Whether an event that passes the filters is still to be given to the subscriber, or being given. */
  awaits(sequence: number): boolean {
    return sequence >= this.#cursor.sequence || this.#outstanding.has(sequence);
  }

  /** Begins as many attempts as it may. */
  pump(): void {
    const { concurrency = 32, window = 1_024 } = this.#options;
    const before = this.#cursor.sequence;
    while (!this.#stopped && this.#active < concurrency && this.#activeBytes < maxActiveBytes) {
      const due = this.#due.shift();
      if (due) {
        this.#begin(due, this.#options.events.cached(due.position.sequence));
        continue;
      }
      if (this.#outstanding.size >= window || this.#circuitOpen()) break;
      const entry = this.#cursor.next();
      if (!entry) break;
      this.#take(entry);
    }
    if (this.#cursor.sequence !== before) this.#options.onProgress();
  }

  /** Whether the circuit is open: the subscriber is down and gets no new event yet. */
  #circuitOpen(): boolean {
    if (this.#cursor.left === 0) return false;
    const wait = this.#circuit.wait(this.#options.clock.now());
    if (wait === 0) return false;
    if (!this.#probing) {
      this.#probing = true;
      this.#after(wait, () => {
        this.#probing = false;
        this.pump();
      });
    }
    return true;
  }

  /** Clears the timers and starts nothing more; resolves when the attempts in progress have finished, or after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers) this.#options.clock.clearTimeout(timer);
    this.#timers.clear();
    if (this.#active === 0) return;
    await new Promise<void>((resolve) => {
      const grace = this.#options.clock.setTimeout(resolve, graceMs);
      this.#idle = () => {
        this.#options.clock.clearTimeout(grace);
        resolve();
      };
    });
  }

  /** The Trigger is gone: what was begun and is not over is left where it is, with a span that says so. */
  async withdraw(graceMs: number): Promise<void> {
    await this.stop(graceMs);
    for (const job of this.#outstanding.values()) {
      if (job.attempts === 0) continue;
      const { event } =
        this.#options.events.cached(job.position.sequence) ?? (await this.#options.events.load(job.position));
      this.#steps.removed(job, event);
    }
    this.#outstanding.clear();
  }

  #take(entry: LogEntry): void {
    const { position, event } = entry;
    if (this.#options.over.delete(position.sequence) || !this.setup.matches(event.attributes)) return;
    const job = newJob(entry);
    this.#outstanding.set(position.sequence, job);
    if (this.#keys.admits(job)) this.#begin(job, entry);
  }

  #begin(job: DeliveryJob, entry: LogEntry | undefined): void {
    this.#active++;
    void this.#run(job, entry).finally(() => {
      this.#active--;
      if (this.#stopped && this.#active === 0) this.#idle?.();
      this.pump();
    });
  }

  async #run(job: DeliveryJob, given: LogEntry | undefined): Promise<void> {
    let event: BrokerEvent;
    try {
      event = (given ?? (await this.#options.events.load(job.position))).event;
    } catch (error) {
      this.#diskFailed(error, () => this.#again(job));
      return;
    }
    const bytes = event.data?.length ?? 0;
    this.#activeBytes += bytes;
    try {
      await this.#steps.next(job, event);
    } finally {
      this.#activeBytes -= bytes;
    }
  }

  #again(job: DeliveryJob): void {
    this.#due.push(job);
    this.pump();
  }

  #release(job: DeliveryJob): void {
    const next = this.#keys.release(job);
    if (next) this.#due.push(next);
  }

  #over(job: DeliveryJob, ending: Ending, status: number): boolean {
    if (!this.#outstanding.delete(job.position.sequence)) return false; // its Trigger was removed meanwhile
    this.#release(job);
    this.#options.ended(job.position, ending, job.attempts, status);
    return true;
  }

  #after(ms: number, run: () => void): void {
    if (this.#stopped) return;
    const timer = this.#options.clock.setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, ms);
    this.#timers.add(timer);
  }

  /** Damage in the log ends this Trigger, and only it; everything else of the disk may pass. */
  #diskFailed(error: unknown, again: () => void): void {
    const { message } = error as Error;
    if (error instanceof LogDamagedError) {
      this.#stopped = true;
      this.#options.report(`${this.setup.name}: nothing more is delivered: ${message}`);
      return;
    }
    this.#options.report(`${this.setup.name}: ${message}; tried again in ${diskRetryMs / 1000} s`);
    this.#after(diskRetryMs, again);
  }
}
