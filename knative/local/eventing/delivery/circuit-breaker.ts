/** A subscriber that failed so often in a row is down: until it answers, new events are begun one at a time, so far apart. */
const failuresOfOneDown = 64;
const probeMs = 1_000;

/** Whether a subscriber answers: what one that is down does not take costs its neighbours time. */
export class CircuitBreaker {
  /** Failed attempts since it last took, or finally refused, an event. */
  #failures = 0;
  /** When it may be given its next new event. */
  #probeAt = 0;

  note(failed: boolean): void {
    this.#failures = failed ? this.#failures + 1 : 0;
  }

  /** Milliseconds until it may be given a new event. Zero is said to a subscriber that is down once for each probe. */
  wait(now: number): number {
    if (this.#failures < failuresOfOneDown) return 0;
    if (now < this.#probeAt) return this.#probeAt - now;
    this.#probeAt = now + probeMs;
    return 0;
  }
}
