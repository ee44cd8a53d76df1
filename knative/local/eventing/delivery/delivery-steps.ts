import type { Destination } from '@dormouse/manifests/model';
import type { Upstream } from '@dormouse/serving/proxy/upstream';
import type { Telemetry } from '@dormouse/telemetry/telemetry';
import { writeTraceparent } from '@dormouse/telemetry/traceparent';
import type { Clock } from '@dormouse/time/clock';
import type { Ending } from '../store/acks.ts';
import type { CloudEvent } from '../store/cloudevents.ts';
import type { BrokerEvent } from '../store/stored-event.ts';
import type { Failure } from '../store/undeliverable.ts';
import { type Attempt, addressOf, attempt, type ReplyMode } from './attempt.ts';
import { beginAttempt, noteFailure, type Target } from './attempt-history.ts';
import { backoff } from './backoff.ts';
import { type DeliveryJob, failureOf, triesOf } from './delivery-job.ts';
import { processSpan } from './delivery-span.ts';
import type { Outcome, TriggerOutcome } from './outcome.ts';
import type { TriggerSetup } from './trigger-setup.ts';

/** What of the world a delivery touches. */
export interface DeliveryWorld {
  upstream: Upstream;
  telemetry: Telemetry;
  clock: Clock;
  /** Resolves once the event and its cause are on disk. */
  giveUp: (event: BrokerEvent, failure: Failure) => Promise<void>;
  /** Resolves once the reply is stored in the Broker. */
  reply: (event: BrokerEvent) => Promise<void>;
  observe: (sequence: number, outcome: TriggerOutcome) => void;
  report: (sentence: string, traceId?: string) => void;
}

/** Who has events delivered. */
export interface Deliverer {
  setup: () => TriggerSetup;
  /** Called after each attempt at the subscriber; a final rejection is not a failure. */
  onAttemptResult(failed: boolean): void;
  /** The next event of the same key need not wait any longer. */
  release(job: DeliveryJob): void;
  /** Another attempt is due in so many milliseconds. */
  again(job: DeliveryJob, delayMs: number): void;
  /** Only this machine failed. */
  diskFailed(job: DeliveryJob, error: unknown): void;
  /** The event is over; false when its Trigger was removed meanwhile. */
  over(job: DeliveryJob, ending: Ending, status: number): boolean;
}

/** Limit of `knativeerrordata`, and `knativeerrorcode` without a response, as in Knative's own dispatcher. */
const maxErrorDataCharacters = 1024;
const codeWithoutResponse = 500;
/** Replies kept in memory until they can be sent on, in bytes; where there are more, their subscribers are asked again. */
const maxHeldReplyBytes = 8 * 1024 * 1024;

/**
 * Takes an event of one Trigger one step further: to the subscriber, from there to where a Subscription sends replies, else
 * to the dead-letter sink, then to the disk.
 */
export class DeliverySteps {
  #world: DeliveryWorld;
  #deliverer: Deliverer;
  #heldReplyBytes = 0;

  constructor(world: DeliveryWorld, deliverer: Deliverer) {
    this.#world = world;
    this.#deliverer = deliverer;
  }

  get #setup(): TriggerSetup {
    return this.#deliverer.setup();
  }

  async next(job: DeliveryJob, event: BrokerEvent): Promise<void> {
    const sink = this.#setup.delivery.deadLetterSink;
    if (!job.failure) await (job.reply ? this.#forward(job, event, job.reply) : this.#deliver(job, event));
    else if (sink && !job.rejected) await this.#deadLetter(job, event, sink, job.failure);
    else await this.#keep(job, event, job.failure);
  }

  /** Says with a span that the Trigger was removed before the event was over. */
  removed(job: DeliveryJob, event: BrokerEvent): void {
    this.#span(job, event, 'removed', 0);
  }

  async #deliver(job: DeliveryJob, event: BrokerEvent): Promise<void> {
    const { subscriber, replies } = this.#setup;
    const made = await this.#attempt(job, event, subscriber, 'subscriber');
    let { verdict, cause } = made;
    this.#deliverer.onAttemptResult(verdict === 'retry');
    if (verdict === 'done' && made.reply && replies === 'broker') {
      try {
        await this.#reply(job, event, made.reply);
      } catch (error) {
        verdict = 'retry';
        cause = `its reply could not be stored: ${(error as Error).message}`;
      }
    }
    if (!this.#setup.ordered) this.#deliverer.release(job);
    if (verdict === 'done' && made.reply && replies !== 'broker') {
      this.#hold(job, made.reply);
      return this.#forward(job, event, made.reply);
    }
    if (verdict === 'done') return this.#finish(job, event, 'delivered', made.status ?? 0);
    if (this.#retries(job, { ...made, verdict, cause })) return;
    await this.#failed(job, event, failureOf(job, this.#setup.name, subscriber, made, cause));
  }

  /**
   * Sends a reply to where the Subscription says, with the Subscription's own retries; the subscriber is not asked again
   * (knative/eventing pkg/kncloudevents/event_dispatcher.go, `send`). What cannot be sent is an event not delivered.
   */
  async #forward(job: DeliveryJob, event: BrokerEvent, reply: CloudEvent): Promise<void> {
    const { replies, name } = this.#setup;
    const to = replies === 'broker' ? undefined : replies.to;
    if (!to) return this.#finish(job, event, 'delivered', 0); // the Subscription was changed meanwhile
    const made = await this.#attempt(job, { ...event, ...reply }, to, 'reply');
    if (made.verdict === 'done') return this.#finish(job, event, 'delivered', made.status ?? 0);
    const cause = `its reply: ${addressOf(to)} ${made.cause}`;
    if (this.#retries(job, { ...made, cause })) {
      if (this.#heldReplyBytes > maxHeldReplyBytes) this.#release(job);
      return;
    }
    await this.#failed(job, event, failureOf(job, name, to, made, cause));
  }

  #hold(job: DeliveryJob, reply: CloudEvent): void {
    job.reply = reply;
    this.#heldReplyBytes += reply.data?.length ?? 0;
  }

  #release(job: DeliveryJob): void {
    this.#heldReplyBytes -= job.reply?.data?.length ?? 0;
    job.reply = undefined;
  }

  async #failed(job: DeliveryJob, event: BrokerEvent, failure: Failure): Promise<void> {
    this.#release(job);
    job.failure = failure;
    const sink = this.#setup.delivery.deadLetterSink;
    await (sink ? this.#deadLetter(job, event, sink, failure) : this.#keep(job, event, failure));
  }

  async #deadLetter(job: DeliveryJob, event: BrokerEvent, sink: Destination, failure: Failure): Promise<void> {
    const attributes = {
      ...event.attributes,
      knativeerrordest: failure.destination,
      knativeerrorcode: String(failure.status ?? codeWithoutResponse),
      knativeerrordata: Buffer.from(failure.body).toString('base64').slice(0, maxErrorDataCharacters),
    };
    const made = await this.#attempt(job, { ...event, attributes }, sink, 'dead-letter sink');
    if (made.verdict === 'done') return this.#finish(job, event, 'dead-lettered', failure.status ?? 0);
    if (this.#retries(job, made)) return;
    job.rejected = true;
    await this.#keep(job, event, {
      ...failure,
      cause: `${failure.cause}; the dead-letter sink ${addressOf(sink)} ${made.cause}`,
    });
  }

  async #keep(job: DeliveryJob, event: BrokerEvent, failure: Failure): Promise<void> {
    try {
      await this.#world.giveUp(event, failure);
    } catch (error) {
      job.failure = failure;
      this.#deliverer.diskFailed(job, error);
      return;
    }
    this.#world.report(
      `${failure.trigger}: event ${event.attributes.id} is undeliverable after ${failure.attempts} attempts: ${failure.cause}`,
      job.trace.traceId,
    );
    this.#finish(job, event, 'undeliverable', failure.status ?? 0);
  }

  async #attempt(job: DeliveryJob, event: BrokerEvent, to: Destination, target: Target): Promise<Attempt> {
    const { upstream, clock } = this.#world;
    if (job.attempts === 0) {
      job.startMs = clock.now();
      job.started = performance.now();
    }
    const over = beginAttempt(job.history, clock.now(), target);
    this.#observe(job, 'delivering');
    if (target === 'subscriber') job.attempts++;
    else if (target === 'reply') job.replyAttempts++;
    else job.sinkAttempts++;
    const timeoutMs = this.#setup.delivery.timeoutMs ?? 300_000;
    const made = await attempt(upstream, to, event, {
      traceparent: writeTraceparent(job.trace),
      carried: event.carried,
      timeoutMs,
      replies: target === 'subscriber' ? this.#replyMode : 'unasked',
      format: this.#setup.delivery.format,
    });
    over(made);
    return made;
  }

  get #replyMode(): ReplyMode {
    const { replies } = this.#setup;
    if (replies === 'broker') return 'wanted';
    return replies.to ? 'taken' : 'unused';
  }

  /** Schedules another attempt, unless the retries are used up or the response was final. */
  #retries(job: DeliveryJob, made: Attempt): boolean {
    const { clock } = this.#world;
    const { delivery } = this.#setup;
    const now = clock.now();
    const tries = triesOf(job);
    const again = made.verdict === 'retry' && tries <= delivery.retry;
    const response = made.status === undefined ? undefined : { status: made.status, retryAfter: made.retryAfter };
    const delay = again ? backoff(delivery, tries - 1, response, now) : 0;
    job.retries.push({
      name: again ? 'retry' : 'given up',
      timeMs: now,
      attributes: {
        attempt: tries,
        ...(job.failure ? { dead_letter_sink: true } : {}),
        cause: made.cause,
        ...(again ? { delay_ms: delay } : {}),
      },
    });
    noteFailure(job.history, made.cause, again ? now + delay : undefined);
    if (!again) return false;
    this.#observe(job, 'retrying', {
      error: made.cause,
      nextAttemptAt: now + delay,
      ...(made.status === undefined ? {} : { status: made.status }),
    });
    this.#deliverer.again(job, delay);
    return true;
  }

  async #reply(job: DeliveryJob, event: BrokerEvent, reply: CloudEvent): Promise<void> {
    const { knativebrokerttl: _, ...attributes } = reply.attributes;
    if (event.ttl <= 1) {
      this.#world.report(
        `${this.#setup.name}: the reply to event ${event.attributes.id} is dropped, it went round too often (knativebrokerttl)`,
        job.trace.traceId,
      );
      return;
    }
    const { carried } = event;
    await this.#world.reply({
      attributes,
      data: reply.data,
      traceparent: writeTraceparent(job.trace),
      ttl: event.ttl - 1,
      ...(carried ? { carried } : {}),
    });
  }

  #finish(job: DeliveryJob, event: BrokerEvent, ending: Ending, status: number): void {
    this.#release(job);
    if (!this.#deliverer.over(job, ending, status)) return;
    const latencyMs = latencyOf(job);
    const error = job.retries.at(-1)?.attributes.cause;
    const finished_at = new Date(this.#world.clock.now()).toISOString();
    this.#observe(job, ending, {
      latencyMs,
      finished_at,
      ...(status ? { status } : {}),
      ...(error ? { error: String(error) } : {}),
    });
    this.#span(job, event, ending, status);
  }

  #span(job: DeliveryJob, event: BrokerEvent, ending: Ending | 'removed', status: number): void {
    if (!job.trace.sampled && job.retries.length === 0) return;
    const { name: trigger, subscriber } = this.#setup;
    this.#world.telemetry.addSpan(
      processSpan(job, event, { trigger, subscriber, ending, status, durationMs: latencyOf(job) }),
    );
  }

  #observe(job: DeliveryJob, outcome: Outcome, more: Partial<TriggerOutcome> = {}): void {
    const { attempts, replyAttempts, sinkAttempts, history } = job;
    const name = this.#setup.name;
    this.#world.observe(job.position.sequence, {
      name,
      outcome,
      attempts,
      ...(replyAttempts > 0 ? { reply_attempts: replyAttempts } : {}),
      ...(sinkAttempts > 0 ? { dead_letter_attempts: sinkAttempts } : {}),
      history,
      ...more,
    });
  }
}

const latencyOf = ({ started }: DeliveryJob) => Math.round((performance.now() - started) * 100) / 100;
