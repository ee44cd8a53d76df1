import { ProblemError } from '@dormouse/http/problem-error';

/** A ready instance, as the activator sees it. */
export interface Endpoint {
  /** Requests in progress. */
  inFlight: number;
}

/** A request that waits for, or gets, an endpoint. */
export interface PendingRequest<P extends Endpoint> {
  /** It is in the queue; set to false to give up. */
  waiting: boolean;
  /** It waits for instances that are not ready until its own time is over, as on a cluster: nobody sits before it. */
  readonly patient?: boolean;
  admitted(endpoint: P): void;
  rejected(problem: ProblemError): void;
}

export interface ActivatorOptions {
  /** Concurrent requests per endpoint; 0 = unlimited. */
  concurrency: number;
  /** Requests that may wait; Knative's activator has 10,000. */
  depth?: number;
  /** Called when a request finds no endpoint; a returned problem rejects the request. */
  wake(patient: boolean): ProblemError | undefined;
  now?: () => number;
}

/** Load since the previous sample. */
export interface Sample {
  /** Time-weighted average of requests in progress or waiting. */
  concurrency: number;
  /** Requests received. */
  requests: number;
  ms: number;
}

/**
 * Activator of one revision: admits requests to the least busy endpoint, never above its concurrency limit, and queues
 * the others in order while endpoints start or are full.
 */
export class Activator<P extends Endpoint> {
  readonly endpoints: P[] = [];
  /** Requests received since the start. */
  requests = 0;
  /** Requests in progress or waiting. */
  active = 0;
  #waiting = 0;
  #waitedMs = 0;
  readonly #concurrency: number;
  readonly #depth: number;
  readonly #wake: (patient: boolean) => ProblemError | undefined;
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

  /** How long requests have waited for an endpoint since the start, all together. */
  get waitedMs(): number {
    this.#count(0);
    return this.#waitedMs;
  }

  get queued(): number {
    let count = 0;
    for (let at = this.#first; at < this.#queue.length; at++) if (this.#queue[at]!.waiting) count++;
    return count;
  }

  /** Admits, queues or rejects a request. Call `leave` when an admitted request has finished. */
  enter(pending: PendingRequest<P>): void {
    this.requests++;
    const endpoint = this.#first === this.#queue.length ? this.#free() : undefined;
    if (endpoint) {
      this.#admit(endpoint, pending, 1);
      return;
    }
    const problem = this.endpoints.length === 0 ? this.#wake(pending.patient ?? false) : undefined;
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
    this.#wait(pending);
  }

  /** An admitted request has finished. */
  leave(endpoint: P): void {
    endpoint.inFlight--;
    this.#count(-1);
    this.#drain();
  }

  /** Call it after setting `waiting` to false: removes the request from the count. */
  giveUp(): void {
    this.#count(-1, -1);
  }

  /** Adds a ready endpoint. */
  add(endpoint: P): void {
    if (this.endpoints.includes(endpoint)) return;
    this.endpoints.push(endpoint);
    this.#drain();
  }

  /** Removes an endpoint for new requests; requests in progress continue. */
  remove(endpoint: P): void {
    const index = this.endpoints.indexOf(endpoint);
    if (index >= 0) this.endpoints.splice(index, 1);
  }

  /** Rejects every waiting request, or only those that are not patient. */
  rejectWaiting(problem: ProblemError, { patientToo = true } = {}): void {
    const pendingRequests = this.#takeAll();
    const stays = ({ patient = false }: PendingRequest<P>) => patient && !patientToo;
    for (const pending of pendingRequests) if (stays(pending)) this.#wait(pending);
    for (const pending of pendingRequests) if (!stays(pending)) pending.rejected(problem);
  }

  /** Moves the waiting requests to another revision, in order. */
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

  #wait(pending: PendingRequest<P>): void {
    pending.waiting = true;
    this.#count(1, 1);
    this.#queue.push(pending);
  }

  #takeAll(): PendingRequest<P>[] {
    const pendingRequests = this.#queue.slice(this.#first).filter(({ waiting }) => waiting);
    this.#queue = [];
    this.#first = 0;
    this.#count(-pendingRequests.length, -pendingRequests.length);
    for (const pending of pendingRequests) pending.waiting = false;
    return pendingRequests;
  }

  #free(): P | undefined {
    let best: P | undefined;
    for (const endpoint of this.endpoints)
      if (endpoint.inFlight < (best ? best.inFlight : this.#concurrency)) best = endpoint;
    return best;
  }

  #admit(endpoint: P, pending: PendingRequest<P>, change: number, waiting = 0): void {
    endpoint.inFlight++;
    this.#count(change, waiting);
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
        this.#admit(endpoint, pending, 0, -1);
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

  #count(change: number, waiting = 0): void {
    const now = this.#now();
    this.#area += this.active * (now - this.#since);
    this.#waitedMs += this.#waiting * (now - this.#since);
    this.#since = now;
    this.active += change;
    this.#waiting += waiting;
  }
}
