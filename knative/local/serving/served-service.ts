import type { Service } from '@dormouse/manifests/model';
import type { Activator } from './proxy/activator.ts';
import type { ServingEndpoint, Target } from './proxy/exchange.ts';
import type { Revision } from './revision.ts';
import type { ServiceStatus } from './service-status.ts';

/** A Service that is served: its current revision, and those that are on their way out. */
export class ServedService implements Target {
  current: Revision;
  #leaving = new Set<Revision>();
  #coming: Revision | undefined;
  #requestsBefore = 0;

  constructor(first: Revision) {
    this.current = first;
  }

  get service(): Service {
    return this.current.service;
  }

  get name(): string {
    return this.service.name;
  }

  get authority(): string {
    return `${this.service.name}.${this.service.namespace}.svc.cluster.local`;
  }

  get timeoutMs(): number {
    return this.service.timeoutMs;
  }

  get responseStartTimeoutMs(): number {
    return this.service.responseStartTimeoutMs;
  }

  get streams(): boolean {
    return this.service.protocol === 'h2c';
  }

  get activator(): Activator<ServingEndpoint> {
    return this.current.activator;
  }

  get asleep(): boolean {
    return this.current.asleep && this.#leaving.size === 0 && !this.#coming;
  }

  /** Every revision that may have processes. */
  get revisions(): Revision[] {
    return [this.current, ...(this.#coming ? [this.#coming] : []), ...this.#leaving];
  }

  tick(): void {
    this.current.tick();
    this.#coming?.tick();
  }

  /**
   * Replaces the current revision by `next`: at once when the current one is asleep, else when an instance of the next is
   * ready; the old one then finishes what it has. Rejects, with the old one still serving, when the next does not start.
   */
  async roll(next: Revision): Promise<void> {
    if (this.#coming) await this.#drop(this.#coming);
    if (!this.current.asleep) {
      this.#coming = next;
      try {
        await next.bringUp(this.current.ready);
      } catch (error) {
        if (this.#coming === next) await this.#drop(next);
        throw error;
      }
      if (this.#coming !== next) return; // another change has overtaken this one
      this.#coming = undefined;
    }
    const old = this.current;
    this.#requestsBefore += old.activator.requests;
    this.current = next;
    old.activator.moveTo(next.activator);
    await this.#leave(old);
  }

  async #drop(revision: Revision): Promise<void> {
    this.#coming = undefined;
    await this.#leave(revision);
  }

  async #leave(revision: Revision): Promise<void> {
    this.#leaving.add(revision);
    await revision.retire();
    this.#leaving.delete(revision);
  }

  async close(graceMs?: number): Promise<void> {
    await Promise.all(this.revisions.map((revision) => revision.retire(graceMs)));
  }

  kill(): void {
    for (const revision of this.revisions) revision.kill();
  }

  status(): ServiceStatus {
    const instances = this.revisions.reduce((sum, { processes }) => sum + processes, 0);
    const { state, ready, wanted, cause } = this.current;
    return {
      name: this.name,
      namespace: this.service.namespace,
      revision: this.current.name,
      instances,
      ready,
      wanted,
      cause: cause ?? null,
      state: state === 'asleep' && instances > 0 ? 'draining' : state,
      requests: this.#requestsBefore + this.current.activator.requests,
      waited_ms: Math.round(this.current.activator.waitedMs),
      last_cold_start_ms: this.current.lastColdStartMs ?? null,
    };
  }
}
