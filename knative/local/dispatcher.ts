import type { Filter, Matches } from '@dormouse/filters/filter';
import type { Ending } from './acks.ts';
import { type Attempt, addressOf, attempt } from './attempt.ts';
import { beginAttempt, noteFailure } from './attempt-history.ts';
import { backoff } from './backoff.ts';
import type { Clock } from './clock.ts';
import { type DeliveryJob, failureOf, newJob, triesOf } from './delivery-job.ts';
import { processSpan } from './delivery-span.ts';
import type { EventLog, LogEntry } from './event-log.ts';
import type { Outcome, TriggerOutcome } from './event-summary.ts';
import { LogDamagedError, type Position } from './log.ts';
import type { Delivery, Destination } from './model.ts';
import type { BrokerEvent } from './stored-event.ts';
import type { Telemetry } from './telemetry.ts';
import { writeTraceparent } from './traceparent.ts';
import type { Failure } from './undeliverable.ts';
import type { Upstream } from './upstream.ts';

/** A Trigger, ready to be used. */
export interface TriggerSetup {
  name: string;
  namespace: string;
  filters: readonly Filter[];
  /** The filters, compiled. */
  matches: Matches;
  subscriber: Destination;
  delivery: Delivery;
  /** An event waits until the one before it of the same key is over, retries included. */
  ordered: boolean;
}

export interface DispatcherOptions {
  setup: TriggerSetup;
  events: EventLog;
  /** Where the durable log ends. */
  end: () => Position;
  /** First event to look at. */
  from: Position;
  /** Sequences from there on that are over already. */
  over: Set<number>;
  upstream: Upstream;
  telemetry: Telemetry;
  clock: Clock;
  /** An event is over. */
  ended: (entry: Position, ending: Ending, attempts: number, status: number) => void;
  /** The floor moved, or the dispatcher became idle. */
  moved: () => void;
  /** Resolves once the event and its cause are on disk. */
  giveUp: (event: BrokerEvent, failure: Failure) => Promise<void>;
  /** Resolves once the reply is stored. */
  reply: (event: BrokerEvent) => Promise<void>;
  observe: (sequence: number, outcome: TriggerOutcome) => void;
  report: (sentence: string, traceId?: string) => void;
  /** Most attempts under way at once. 32 unless told. */
  concurrency?: number;
  /** Most events begun and not over. 1,024 unless told. */
  window?: number;
}

const prefetchBytes = 256 * 1024;
const mostActiveBytes = 8 * 1024 * 1024;
/** Until a step that only this machine can make fail (reading or writing the disk) is tried again. */
const diskRetryMs = 5_000;
/** Characters of `knativeerrordata`, and `knativeerrorcode` when nobody answered, as Knative's own dispatcher has them. */
const mostErrorData = 1024;
const codeWithoutAnswer = 500;
/** A subscriber that failed so often in a row is down: until it answers, new events are begun one at a time, so far apart. */
const failuresOfOneDown = 64;
const probeMs = 1_000;

/** Gives one Trigger its events, from its own place in the log, whatever the others do. */
export class Dispatcher {
  setup: TriggerSetup;
  #options: DispatcherOptions;
  #cursor: Position;
  #prefetched: LogEntry[] = [];
  #reading = false;
  #active = 0;
  #activeBytes = 0;
  /** Events begun and not over, by sequence, oldest first. */
  #outstanding = new Map<number, DeliveryJob>();
  /** Events that wait for the one before of the same key. */
  #keys = new Map<string, DeliveryJob[]>();
  #due: DeliveryJob[] = [];
  #timers = new Set<unknown>();
  /** Failed attempts since the subscriber last took, or finally refused, an event. */
  #failures = 0;
  /** When it may be given its next new event. */
  #probeAt = 0;
  #probing = false;
  #stopped = false;
  #idle: (() => void) | undefined;

  constructor(options: DispatcherOptions) {
    this.setup = options.setup;
    this.#options = options;
    this.#cursor = options.from;
  }

  /** Everything below this sequence is over. */
  get floor(): number {
    for (const sequence of this.#outstanding.keys()) return sequence;
    return this.#cursor.sequence;
  }

  get busy(): boolean {
    return this.#outstanding.size > 0 || (!this.#stopped && this.#cursor.sequence < this.#options.end().sequence);
  }

  /** Events in the log that it has not looked at, and those it has begun. */
  get backlog(): number {
    return this.#options.end().sequence - this.#cursor.sequence + this.#outstanding.size;
  }

  /** Whether an event that passes the filters is still to be given to the subscriber, or being given. */
  awaits(sequence: number): boolean {
    return sequence >= this.#cursor.sequence || this.#outstanding.has(sequence);
  }

  /** Begins as many attempts as it may. */
  pump(): void {
    const { concurrency = 32, window = 1_024 } = this.#options;
    const before = this.#cursor.sequence;
    while (!this.#stopped && this.#active < concurrency && this.#activeBytes < mostActiveBytes) {
      const due = this.#due.shift();
      if (due) {
        this.#begin(due, this.#options.events.cached(due.position.sequence));
        continue;
      }
      if (this.#outstanding.size >= window || this.#spares()) break;
      const entry = this.#next();
      if (!entry) break;
      this.#take(entry);
    }
    if (this.#cursor.sequence !== before) this.#options.moved();
  }

  /** Whether a subscriber that is down is left alone for now: what it does not take costs its neighbours time. */
  #spares(): boolean {
    const { clock, end } = this.#options;
    if (this.#failures < failuresOfOneDown || this.#cursor.sequence >= end().sequence) return false;
    const wait = this.#probeAt - clock.now();
    if (wait <= 0) {
      this.#probeAt = clock.now() + probeMs;
      return false;
    }
    if (!this.#probing) {
      this.#probing = true;
      this.#after(wait, () => {
        this.#probing = false;
        this.pump();
      });
    }
    return true;
  }

  /** Ends timers and begins nothing more; resolves when the attempts under way are over, or after `graceMs`. */
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
      const { event } = this.#options.events.cached(job.position.sequence) ?? (await this.#options.events.load(job.position));
      this.#span(job, event, 'removed', 0);
    }
    this.#outstanding.clear();
  }

  #next(): LogEntry | undefined {
    if (this.#reading) return undefined;
    const { events, end } = this.#options;
    const entry = this.#prefetched.shift() ?? events.cached(this.#cursor.sequence);
    if (!entry && this.#cursor.sequence < end().sequence) void this.#prefetch();
    return entry;
  }

  async #prefetch(): Promise<void> {
    this.#reading = true;
    try {
      this.#prefetched = await this.#options.events.read(this.#cursor, prefetchBytes);
    } catch (error) {
      this.#diskFailed(error, () => this.pump());
      return;
    } finally {
      this.#reading = false;
    }
    this.pump();
  }

  #take(entry: LogEntry): void {
    const { position, event } = entry;
    this.#cursor = entry.next;
    if (this.#options.over.delete(position.sequence) || !this.setup.matches(event.attributes)) return;
    const job = newJob(entry);
    this.#outstanding.set(position.sequence, job);
    const waiting = job.key === undefined ? undefined : this.#keys.get(job.key);
    if (waiting) {
      waiting.push(job);
      return;
    }
    if (job.key !== undefined) {
      job.holdsKey = true;
      this.#keys.set(job.key, []);
    }
    this.#begin(job, entry);
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
      const sink = this.setup.delivery.deadLetterSink;
      if (!job.failure) await this.#deliver(job, event);
      else if (sink && !job.refused) await this.#deadLetter(job, event, sink, job.failure);
      else await this.#keep(job, event, job.failure);
    } finally {
      this.#activeBytes -= bytes;
    }
  }

  async #deliver(job: DeliveryJob, event: BrokerEvent): Promise<void> {
    const { subscriber } = this.setup;
    const made = await this.#attempt(job, event, subscriber, true);
    let { verdict, cause } = made;
    this.#failures = verdict === 'retry' ? this.#failures + 1 : 0;
    if (verdict === 'done' && made.reply) {
      try {
        await this.#reply(job, event, made.reply);
      } catch (error) {
        verdict = 'retry';
        cause = `its reply could not be stored: ${(error as Error).message}`;
      }
    }
    if (!this.setup.ordered) this.#releaseKey(job);
    if (verdict === 'done') return this.#end(job, event, 'delivered', made.status ?? 0);
    if (this.#retries(job, { ...made, verdict, cause })) return;
    job.failure = failureOf(job, this.setup.name, subscriber, made, cause);
    const sink = this.setup.delivery.deadLetterSink;
    await (sink ? this.#deadLetter(job, event, sink, job.failure) : this.#keep(job, event, job.failure));
  }

  async #deadLetter(job: DeliveryJob, event: BrokerEvent, sink: Destination, failure: Failure): Promise<void> {
    const attributes = {
      ...event.attributes,
      knativeerrordest: failure.destination,
      knativeerrorcode: String(failure.status ?? codeWithoutAnswer),
      knativeerrordata: Buffer.from(failure.body).toString('base64').slice(0, mostErrorData),
    };
    const made = await this.#attempt(job, { ...event, attributes }, sink, false);
    if (made.verdict === 'done') return this.#end(job, event, 'dead-lettered', failure.status ?? 0);
    if (this.#retries(job, made)) return;
    job.refused = true;
    await this.#keep(job, event, { ...failure, cause: `${failure.cause}; the dead-letter sink ${addressOf(sink)} ${made.cause}` });
  }

  async #keep(job: DeliveryJob, event: BrokerEvent, failure: Failure): Promise<void> {
    try {
      await this.#options.giveUp(event, failure);
    } catch (error) {
      job.failure = failure;
      this.#diskFailed(error, () => this.#again(job));
      return;
    }
    this.#options.report(
      `${failure.trigger}: event ${event.attributes.id} is undeliverable after ${failure.attempts} attempts: ${failure.cause}`,
      job.trace.traceId,
    );
    this.#end(job, event, 'undeliverable', failure.status ?? 0);
  }

  async #attempt(job: DeliveryJob, event: BrokerEvent, to: Destination, acceptsReply: boolean): Promise<Attempt> {
    const { upstream, clock } = this.#options;
    if (job.attempts === 0) {
      job.startMs = clock.now();
      job.started = performance.now();
    }
    const over = beginAttempt(job.history, clock.now(), !acceptsReply);
    this.#observe(job, 'delivering');
    if (job.failure) job.sinkAttempts++;
    else job.attempts++;
    const timeoutMs = this.setup.delivery.timeoutMs ?? 300_000;
    const made = await attempt(upstream, to, event, { traceparent: writeTraceparent(job.trace), carried: event.carried, timeoutMs, acceptsReply });
    over(made);
    return made;
  }

  /** Plans another attempt, unless there were enough or the answer was final. */
  #retries(job: DeliveryJob, made: Attempt): boolean {
    const { clock } = this.#options;
    const { delivery } = this.setup;
    const now = clock.now();
    const tries = triesOf(job);
    const again = made.verdict === 'retry' && tries <= delivery.retry;
    const answer = made.status === undefined ? undefined : { status: made.status, retryAfter: made.retryAfter };
    const delay = again ? backoff(delivery, tries - 1, answer, now) : 0;
    job.retries.push({
      name: again ? 'retry' : 'given up',
      timeMs: now,
      attributes: { attempt: tries, ...(job.failure ? { dead_letter_sink: true } : {}), cause: made.cause, ...(again ? { delay_ms: delay } : {}) },
    });
    noteFailure(job.history, made.cause, again ? now + delay : undefined);
    if (!again) return false;
    this.#observe(job, 'retrying', { error: made.cause, nextAttemptAt: now + delay, ...(made.status === undefined ? {} : { status: made.status }) });
    this.#after(delay, () => this.#again(job));
    return true;
  }

  #again(job: DeliveryJob): void {
    this.#due.push(job);
    this.pump();
  }

  async #reply(job: DeliveryJob, event: BrokerEvent, reply: { attributes: Readonly<Record<string, string>>; data: Buffer | undefined }): Promise<void> {
    const { knativebrokerttl: _, ...attributes } = reply.attributes;
    if (event.ttl <= 1) {
      this.#options.report(
        `${this.setup.name}: the reply to event ${event.attributes.id} is dropped, it went round too often (knativebrokerttl)`,
        job.trace.traceId,
      );
      return;
    }
    const { carried } = event;
    await this.#options.reply({ attributes, data: reply.data, traceparent: writeTraceparent(job.trace), ttl: event.ttl - 1, ...(carried ? { carried } : {}) });
  }

  #end(job: DeliveryJob, event: BrokerEvent, ending: Ending, status: number): void {
    if (!this.#outstanding.delete(job.position.sequence)) return; // its Trigger was removed meanwhile
    this.#releaseKey(job);
    this.#options.ended(job.position, ending, job.attempts, status);
    const latencyMs = latencyOf(job);
    const error = job.retries.at(-1)?.attributes.cause;
    const finished_at = new Date(this.#options.clock.now()).toISOString();
    this.#observe(job, ending, { latencyMs, finished_at, ...(status ? { status } : {}), ...(error ? { error: String(error) } : {}) });
    this.#span(job, event, ending, status);
  }

  #span(job: DeliveryJob, event: BrokerEvent, ending: Ending | 'removed', status: number): void {
    if (!job.trace.sampled && job.retries.length === 0) return;
    const { name: trigger, subscriber } = this.setup;
    this.#options.telemetry.addSpan(processSpan(job, event, { trigger, subscriber, ending, status, durationMs: latencyOf(job) }));
  }

  #releaseKey(job: DeliveryJob): void {
    if (!job.holdsKey || job.key === undefined) return;
    job.holdsKey = false;
    const next = this.#keys.get(job.key)?.shift();
    if (!next) {
      this.#keys.delete(job.key);
      return;
    }
    next.holdsKey = true;
    this.#due.push(next);
  }

  #observe(job: DeliveryJob, outcome: Outcome, more: Partial<TriggerOutcome> = {}): void {
    const { attempts, sinkAttempts, history } = job;
    const name = this.setup.name;
    this.#options.observe(job.position.sequence, {
      name,
      outcome,
      attempts,
      ...(sinkAttempts > 0 ? { dead_letter_attempts: sinkAttempts } : {}),
      history,
      ...more,
    });
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

const latencyOf = ({ started }: DeliveryJob) => Math.round((performance.now() - started) * 100) / 100;
