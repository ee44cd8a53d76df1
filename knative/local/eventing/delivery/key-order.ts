import type { DeliveryJob } from './delivery-job.ts';

/** Delivers events of one key in order: one at a time, the others wait. */
export class KeyOrder {
  #waiting = new Map<string, DeliveryJob[]>();

  /** Whether an event may begin; one that may not waits for those before it. */
  admits(job: DeliveryJob): boolean {
    if (job.key === undefined) return true;
    const waiting = this.#waiting.get(job.key);
    if (waiting) {
      waiting.push(job);
      return false;
    }
    job.holdsKey = true;
    this.#waiting.set(job.key, []);
    return true;
  }

  /** Lets go of an event's key; returns the event that may begin now. */
  release(job: DeliveryJob): DeliveryJob | undefined {
    if (!job.holdsKey || job.key === undefined) return undefined;
    job.holdsKey = false;
    const next = this.#waiting.get(job.key)?.shift();
    if (next) next.holdsKey = true;
    else this.#waiting.delete(job.key);
    return next;
  }
}
