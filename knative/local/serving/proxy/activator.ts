import { Refusal } from '@dormouse/http/refusal';

/** Where a request can go: an instance that is ready. */
export interface Place {
  /** Requests under way. */
  inFlight: number;
}

/** A request that wants a place. */
export interface Waiter<P extends Place> {
  /** In a queue; whoever gives up sets it to false. */
  waiting: boolean;
  admitted(place: P): void;
  refused(refusal: Refusal): void;
}

export interface ActivatorOptions {
  /** Requests at once in a place; 0 = unlimited. */
  concurrency: number;
  /** Requests that may wait; Knative's activator has 10,000. */
  depth?: number;
  /** Called when a request finds no place at all; may refuse it. */
  wake(): Refusal | undefined;
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
export class Activator<P extends Place> {
  readonly places: P[] = [];
  /** Requests that ever came. */
  requests = 0;
  /** Under way or waiting. */
  active = 0;
  readonly #concurrency: number;
  readonly #depth: number;
  readonly #wake: () => Refusal | undefined;
  readonly #now: () => number;
  #queue: Waiter<P>[] = [];
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
  enter(waiter: Waiter<P>): void {
    this.requests++;
    const place = this.#first === this.#queue.length ? this.#free() : undefined;
    if (place) {
      this.#admit(place, waiter, 1);
      return;
    }
    const refusal = this.places.length === 0 ? this.#wake() : undefined;
    if (refusal) {
      waiter.refused(refusal);
      return;
    }
    if (this.#queue.length - this.#first >= this.#depth && this.queued >= this.#depth) {
      waiter.refused(new Refusal(503, 'unavailable', `More than ${this.#depth} requests are waiting already.`, 1));
      return;
    }
    waiter.waiting = true;
    this.#count(1);
    this.#queue.push(waiter);
  }

  /** A request that was admitted is over. */
  leave(place: P): void {
    place.inFlight--;
    this.#count(-1);
    this.#drain();
  }

  /** A waiter that has set `waiting` to false is no longer counted. */
  giveUp(): void {
    this.#count(-1);
  }

  /** Opens a place. */
  add(place: P): void {
    if (this.places.includes(place)) return;
    this.places.push(place);
    this.#drain();
  }

  /** Closes a place for new requests; those in it leave as they end. */
  remove(place: P): void {
    const index = this.places.indexOf(place);
    if (index >= 0) this.places.splice(index, 1);
  }

  /** Answers everybody who waits. */
  refuse(refusal: Refusal): void {
    for (const waiter of this.#takeAll()) waiter.refused(refusal);
  }

  /** Hands everybody who waits over to another revision, in order. */
  moveTo(other: Activator<P>): void {
    for (const waiter of this.#takeAll()) {
      this.requests--;
      other.enter(waiter);
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

  #takeAll(): Waiter<P>[] {
    const waiters = this.#queue.slice(this.#first).filter(({ waiting }) => waiting);
    this.#queue = [];
    this.#first = 0;
    this.#count(-waiters.length);
    for (const waiter of waiters) waiter.waiting = false;
    return waiters;
  }

  #free(): P | undefined {
    let best: P | undefined;
    for (const place of this.places) if (place.inFlight < (best ? best.inFlight : this.#concurrency)) best = place;
    return best;
  }

  #admit(place: P, waiter: Waiter<P>, change: number): void {
    place.inFlight++;
    this.#count(change);
    waiter.admitted(place);
  }

  #drain(): void {
    while (this.#first < this.#queue.length) {
      const waiter = this.#queue[this.#first]!;
      const place = waiter.waiting ? this.#free() : undefined;
      if (waiter.waiting && !place) break;
      this.#first++;
      if (place) {
        waiter.waiting = false;
        this.#admit(place, waiter, 0);
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
