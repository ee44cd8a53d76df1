import { ProblemError } from '@dormouse/http/problem-error';

/** Where a request can go: an instance that is ready. */
export interface Endpoint {
  /** Requests under way. */
  inFlight: number;
}

/** A request that wants a place. */
export interface PendingRequest<P extends Endpoint> {
  /** In a queue; whoever gives up sets it to false. */
  waiting: boolean;
  admitted(endpoint: P): void;
  rejected(problem: ProblemError): void;
}

export interface ActivatorOptions {
  /** Requests at once in a place; 0 = unlimited. */
  concurrency: number;
  /** Requests that may wait; Knative's activator has 10,000. */
  depth?: number;
  /** Called when a request finds no place at all; may refuse it. */
  wake(): ProblemError | undefined;
  now?: () => number;
}

/** What passed since the last look. */
export interface Sample {
  /** Requests under way or waiting, on average over time. */
  concurrency: number;
  /** Requests that came. */
  requests: number;
  ms: number;
}

/**
 * One revision's door: lets requests through to its places, the least busy one first, never more at once than a place
 * may have; keeps the others in order while places start or are full.
 */
export class Activator<P extends Endpoint> {
  readonly endpoints: P[] = [];
  /** Requests that ever came. */
  requests = 0;
  /** Under way or waiting. */
  active = 0;
  readonly #concurrency: number;
  readonly #depth: number;
  readonly #wake: () => ProblemError | undefined;
  readonly #now: () => number;
  #queue: PendingRequest<P>[] = [];
  #first = 0;
  #area = 0;
  #since: number;
  #sampledAt: number;
  #sampledRequests = 0;

  constructor({ concurrency, depth = 10_000, wake, now = () => performance.now() }: ActivatorOptions) {
    this.#concurrency = concurrency || Number.POSITIVE_INFINITY;
    this.#depth = depth;
    this.#wake = wake;
    this.#now = now;
    this.#since = this.#sampledAt = now();
  }

  get queued(): number {
    let count = 0;
    for (let at = this.#first; at < this.#queue.length; at++) if (this.#queue[at]!.waiting) count++;
    return count;
  }

  /** Admits, keeps or refuses; whoever was admitted says `leave` afterwards. */
  enter(pending: PendingRequest<P>): void {
    this.requests++;
    const endpoint = this.#first === this.#queue.length ? this.#free() : undefined;
    if (endpoint) {
      this.#admit(endpoint, pending, 1);
      return;
    }
    const problem = this.endpoints.length === 0 ? this.#wake() : undefined;
    if (problem) {
      pending.rejected(problem);
      return;
    }
    if (this.#queue.length - this.#first >= this.#depth && this.queued >= this.#depth) {
      pending.rejected(
        new ProblemError(503, 'unavailable', `More than ${this.#depth} requests are waiting already.`, 1),
      );
      return;
    }
    pending.waiting = true;
    this.#count(1);
    this.#queue.push(pending);
  }

  /** A request that was admitted is over. */
  leave(endpoint: P): void {
    endpoint.inFlight--;
    this.#count(-1);
    this.#drain();
  }

  /** A waiter that has set `waiting` to false is no longer counted. */
  giveUp(): void {
    this.#count(-1);
  }

  /** Opens a place. */
  add(endpoint: P): void {
    if (this.endpoints.includes(endpoint)) return;
    this.endpoints.push(endpoint);
    this.#drain();
  }

  /** Closes a place for new requests; those in it leave as they end. */
  remove(endpoint: P): void {
    const index = this.endpoints.indexOf(endpoint);
    if (index >= 0) this.endpoints.splice(index, 1);
  }

  /** Answers everybody who waits. */
  rejectWaiting(problem: ProblemError): void {
    for (const pending of this.#takeAll()) pending.rejected(problem);
  }

  /** Hands everybody who waits over to another revision, in order. */
  moveTo(other: Activator<P>): void {
    for (const pending of this.#takeAll()) {
      this.requests--;
      other.enter(pending);
    }
  }

  sample(): Sample {
    this.#count(0);
    const ms = this.#since - this.#sampledAt;
    const sample = {
      concurrency: ms > 0 ? this.#area / ms : this.active,
      requests: this.requests - this.#sampledRequests,
      ms,
    };
    this.#area = 0;
    this.#sampledAt = this.#since;
    this.#sampledRequests = this.requests;
    return sample;
  }

  #takeAll(): PendingRequest<P>[] {
    const pendingRequests = this.#queue.slice(this.#first).filter(({ waiting }) => waiting);
    this.#queue = [];
    this.#first = 0;
    this.#count(-pendingRequests.length);
    for (const pending of pendingRequests) pending.waiting = false;
    return pendingRequests;
  }

  #free(): P | undefined {
    let best: P | undefined;
    for (const endpoint of this.endpoints)
      if (endpoint.inFlight < (best ? best.inFlight : this.#concurrency)) best = endpoint;
    return best;
  }

  #admit(endpoint: P, pending: PendingRequest<P>, change: number): void {
    endpoint.inFlight++;
    this.#count(change);
    pending.admitted(endpoint);
  }

  #drain(): void {
    while (this.#first < this.#queue.length) {
      const pending = this.#queue[this.#first]!;
      const endpoint = pending.waiting ? this.#free() : undefined;
      if (pending.waiting && !endpoint) break;
      this.#first++;
      if (endpoint) {
        pending.waiting = false;
        this.#admit(endpoint, pending, 0);
      }
    }
    if (this.#first === this.#queue.length && this.#first > 0) {
      this.#queue = [];
      this.#first = 0;
    } else if (this.#first > 1024) {
      this.#queue = this.#queue.slice(this.#first);
      this.#first = 0;
    }
  }

  #count(change: number): void {
    const now = this.#now();
    this.#area += this.active * (now - this.#since);
    this.#since = now;
    this.active += change;
  }
}
