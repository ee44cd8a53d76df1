/** The circuit opens after this many consecutive failures; then one new event per `probeMs` probes the subscriber. */
const failuresOfOneDown = 64;
const probeMs = 1_000;

/** Circuit breaker of one subscriber: attempts at a subscriber that is down would take time from the others. */
export class CircuitBreaker {
  /** Failed attempts since the subscriber last accepted, or finally rejected, an event. */
  #failures = 0;
  /** Time of the next probe, ms since the epoch. */
  #probeAt = 0;

  note(failed: boolean): void {
    this.#failures = failed ? this.#failures + 1 : 0;
  }

  /** Milliseconds until a new event may be sent. While the circuit is open, returns 0 once per probe. */
  wait(now: number): number {
    if (this.#failures < failuresOfOneDown) return 0;
    if (now < this.#probeAt) return this.#probeAt - now;
    this.#probeAt = now + probeMs;
    return 0;
  }
}
