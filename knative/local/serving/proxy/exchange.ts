import { ProblemError } from '@dormouse/http/problem-error';
import type { ResponseHead } from '@dormouse/http/response-head';
import type { Activator, Endpoint, PendingRequest } from './activator.ts';
import type {
  ConnectionFailure,
  InstanceConnection,
  InstanceConnections,
  ResponseHandler,
} from './instance-connection.ts';

/** An instance as a request sees it. */
export interface ServingEndpoint extends Endpoint {
  readonly connections: InstanceConnections;
  readonly activator: Activator<ServingEndpoint>;
  /** How a message names it. */
  readonly name: string;
  /** A connection to it failed: no further request should go there until it is clear that it still listens. */
  markSuspect(): void;
}

/** A Service as a request sees it. */
export interface Target {
  readonly name: string;
  /** Host that the function sees. */
  readonly authority: string;
  readonly timeoutMs: number;
  readonly responseStartTimeoutMs: number;
  /** The door of the revision that serves now. */
  readonly activator: Activator<ServingEndpoint>;
}

const maxAttempts = 5;
const safe = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/**
 * A request's way through an activator to an instance and back. A connection that fails before the response is tried
 * again at another instance when the request cannot have been seen, or is safe and has nothing that was consumed.
 */
export abstract class Exchange implements ResponseHandler, PendingRequest<ServingEndpoint> {
  waiting = false;
  target: Target | undefined;
  /** Waited for an instance that was not there yet, ms. */
  waited = 0;
  abstract readonly bodiless: boolean;
  /** The request's head for the instance, with the empty line. */
  protected head = '';
  protected method = '';
  protected endpoint: ServingEndpoint | undefined;
  protected connection: InstanceConnection | undefined;
  #activator: Activator<ServingEndpoint> | undefined;
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
    this.#activator = this.target!.activator;
    this.#activator.enter(this);
    if (this.waiting) this.#entered = performance.now();
  }

  admitted(endpoint: ServingEndpoint): void {
    if (this.#entered > 0) this.waited += performance.now() - this.#entered;
    this.endpoint = endpoint;
    this.connection = endpoint.connections.take();
    this.connection.begin(this);
  }

  abstract rejected(problem: ProblemError): void;
  /** The connection is open: write the request. */
  abstract connected(): void;
  abstract onResponseHead(head: ResponseHead, body: Buffer, done: boolean): void;
  abstract onResponseBody(bytes: Buffer, done: boolean): void;
  abstract drained(): void;
  /** The request can be written once more: nothing of its body was let go. */
  protected abstract repeatable(): boolean;
  /** The response had begun and broke off. */
  protected abstract onAborted(): void;
  protected abstract readonly responding: boolean;

  onResponseFailed({ code, sent }: ConnectionFailure): void {
    const name = this.endpoint?.name ?? this.target?.name;
    this.connection = undefined;
    this.endpoint?.markSuspect();
    if (this.responding) {
      this.leave();
      this.onAborted();
      return;
    }
    const again = this.#attempts < maxAttempts && this.repeatable() && (!sent || safe.has(this.method));
    this.leave();
    if (again) {
      this.#try();
      return;
    }
    this.rejected(new ProblemError(502, 'bad_gateway', `${name} ended before it answered (${code}).`));
  }

  /** The response is complete, or nobody wants it any more. */
  protected leave(): void {
    const { endpoint } = this;
    this.endpoint = undefined;
    this.connection = undefined;
    endpoint?.activator.leave(endpoint);
  }

  /** Gives the request up wherever it is. */
  protected abandon(): void {
    if (this.waiting) {
      this.waiting = false;
      this.#activator?.giveUp();
    }
    this.connection?.abandon();
    this.leave();
  }
}
