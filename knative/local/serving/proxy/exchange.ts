import type { Duplex } from 'node:stream';
import { ProblemError } from '@dormouse/http/problem-error';
import type { Activator, Endpoint, PendingRequest } from './activator.ts';
import type {
  ConnectionFailure,
  InstanceConnections,
  InstanceExchange,
  InstanceRequest,
  ResponseHandler,
} from './instance-exchange.ts';

/** An instance as a request sees it. */
export interface ServingEndpoint extends Endpoint {
  readonly connections: InstanceConnections;
  readonly activator: Activator<ServingEndpoint>;
  /** How a message names it. */
  readonly name: string;
  /** Call it when a connection failed: the endpoint gets no request until it is known to listen. */
  markSuspect(): void;
}

/** A Service as a request sees it. */
export interface Target {
  readonly name: string;
  /** Value of `Host` for the function. */
  readonly authority: string;
  readonly timeoutMs: number;
  readonly responseStartTimeoutMs: number;
  /** It serves streams (h2c): bodies are passed on as they come, however long that takes. */
  readonly streams?: boolean;
  /** Activator of the current revision. */
  readonly activator: Activator<ServingEndpoint>;
}

const maxAttempts = 5;
const safe = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/**
 * One request through an activator to an instance and back. When a connection fails before the response, retries at another
 * instance if the first one cannot have seen the request, or if the method is safe and the body was not consumed.
 */
export abstract class Exchange implements ResponseHandler, PendingRequest<ServingEndpoint> {
  waiting = false;
  readonly patient: boolean = false;
  target: Target | undefined;
  /** Time spent in the activator's queue, ms. */
  waited = 0;
  /** It waited for an instance to start. */
  cold = false;
  protected endpoint: ServingEndpoint | undefined;
  /** The request at the instance, while there is one. */
  protected sending: InstanceExchange | undefined;
  #activator: Activator<ServingEndpoint> | undefined;
  #attempts = 0;
  #entered = 0;

  protected enter(target: Target): void {
    this.target = target;
    this.#attempts = 0;
    this.waited = 0;
    this.#try();
  }

  /** It was handed to the activator. */
  protected get entered(): boolean {
    return this.#attempts > 0;
  }

  #try(): void {
    this.#attempts++;
    this.#entered = 0;
    this.#activator = this.target!.activator;
    this.#activator.enter(this);
    if (!this.waiting) return;
    this.#entered = performance.now();
    if (this.#activator.endpoints.length === 0) this.cold = true;
  }

  admitted(endpoint: ServingEndpoint): void {
    if (this.#entered > 0) this.waited += performance.now() - this.#entered;
    this.endpoint = endpoint;
    this.sending = endpoint.connections.send(this.instanceRequest(), this);
  }

  abstract rejected(problem: ProblemError): void;
  /** The request as it is sent, for each attempt anew. */
  protected abstract instanceRequest(): InstanceRequest;
  abstract onResponseHead(status: number, reason: string, fields: string[], ended?: boolean): void;
  abstract onResponseBody(bytes: Buffer): boolean;
  abstract onResponseEnd(trailers: string[]): void;
  abstract onUpgrade(fields: string[], socket: Duplex): void;
  /** The request can be sent again: its whole body is still held. */
  protected abstract repeatable(): boolean;
  /** Called when the connection failed after the response's head. */
  protected abstract onAborted(): void;
  protected abstract readonly responding: boolean;
  protected abstract readonly method: string;

  onResponseFailed({ code, sent }: ConnectionFailure): void {
    const name = this.endpoint?.name ?? this.target?.name;
    this.sending = undefined;
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
    this.rejected(new ProblemError(502, 'bad_gateway', `${name} ended before it responded (${code}).`));
  }

  /** Releases the endpoint: the response is complete or no longer wanted. */
  protected leave(): void {
    const { endpoint } = this;
    this.endpoint = undefined;
    this.sending = undefined;
    endpoint?.activator.leave(endpoint);
  }

  /** Cancels the request, queued or in progress. */
  protected abandon(): void {
    if (this.waiting) {
      this.waiting = false;
      this.#activator?.giveUp();
    }
    this.sending?.abandon();
    this.leave();
  }
}
