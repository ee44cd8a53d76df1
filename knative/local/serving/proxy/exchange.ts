import { Refusal } from '@dormouse/http/refusal';
import type { ResponseHead } from '@dormouse/http/response-head';
import type { Activator, Place, Waiter } from './activator.ts';
import type { Asker, ConnectionFailure, InstanceConnection, InstanceConnections } from './instance-connection.ts';

/** An instance as a request sees it. */
export interface ServingPlace extends Place {
  readonly connections: InstanceConnections;
  readonly activator: Activator<ServingPlace>;
  /** How a message names it. */
  readonly name: string;
  /** A connection to it failed: no further request should go there until it is clear that it still listens. */
  doubt(): void;
}

/** A Service as a request sees it. */
export interface Target {
  readonly name: string;
  /** Host that the function sees. */
  readonly authority: string;
  readonly timeoutMs: number;
  readonly responseStartTimeoutMs: number;
  /** The door of the revision that serves now. */
  readonly activator: Activator<ServingPlace>;
}

const most = 5;
const safe = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/**
 * A request's way through an activator to an instance and back. A connection that fails before the response is tried
 * again at another instance when the request cannot have been seen, or is safe and has nothing that was consumed.
 */
export abstract class Exchange implements Asker, Waiter<ServingPlace> {
  waiting = false;
  target: Target | undefined;
  /** Waited for an instance that was not there yet, ms. */
  waited = 0;
  abstract readonly bodiless: boolean;
  /** The request's head for the instance, with the empty line. */
  protected head = '';
  protected method = '';
  protected place: ServingPlace | undefined;
  protected connection: InstanceConnection | undefined;
  #door: Activator<ServingPlace> | undefined;
  #attempts = 0;
  #entered = 0;

  protected enter(target: Target): void {
    this.target = target;
    this.#attempts = 0;
    this.waited = 0;
    this.#try();
  }

  #try(): void {
    this.#attempts++;
    this.#entered = 0;
    this.#door = this.target!.activator;
    this.#door.enter(this);
    if (this.waiting) this.#entered = performance.now();
  }

  admitted(place: ServingPlace): void {
    if (this.#entered > 0) this.waited += performance.now() - this.#entered;
    this.place = place;
    this.connection = place.connections.take();
    this.connection.begin(this);
  }

  abstract refused(refusal: Refusal): void;
  /** The connection is open: write the request. */
  abstract connected(): void;
  abstract answerHead(head: ResponseHead, body: Buffer, done: boolean): void;
  abstract answerMore(bytes: Buffer, done: boolean): void;
  abstract drained(): void;
  /** The request can be written once more: nothing of its body was let go. */
  protected abstract repeatable(): boolean;
  /** The response had begun and broke off. */
  protected abstract brokeOff(): void;
  protected abstract readonly answering: boolean;

  answerFailed({ code, sent }: ConnectionFailure): void {
    const name = this.place?.name ?? this.target?.name;
    this.connection = undefined;
    this.place?.doubt();
    if (this.answering) {
      this.leave();
      this.brokeOff();
      return;
    }
    const again = this.#attempts < most && this.repeatable() && (!sent || safe.has(this.method));
    this.leave();
    if (again) {
      this.#try();
      return;
    }
    this.refused(new Refusal(502, 'bad_gateway', `${name} ended before it answered (${code}).`));
  }

  /** The response is complete, or nobody wants it any more. */
  protected leave(): void {
    const { place } = this;
    this.place = undefined;
    this.connection = undefined;
    place?.activator.leave(place);
  }

  /** Gives the request up wherever it is. */
  protected abandon(): void {
    if (this.waiting) {
      this.waiting = false;
      this.#door?.giveUp();
    }
    this.connection?.abandon();
    this.leave();
  }
}
