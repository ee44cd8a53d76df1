import { ProblemError } from '@dormouse/http/problem-error';
import type { Service, TrafficTarget } from '@dormouse/manifests/model';
import type { Activator } from './proxy/activator.ts';
import type { ServingEndpoint, Target } from './proxy/exchange.ts';
import type { Revision } from './revision.ts';
import { RevisionTarget } from './revision-target.ts';
import type { Routing, ServiceStatus } from './service-status.ts';

const allToLatest: readonly TrafficTarget[] = [{ percent: 100 }];

/** A Service that is served: its latest revision, those that its traffic names, and those that are on their way out. */
export class ServedService implements Target {
  /** The latest revision that is ready. */
  current: Revision;
  #leaving = new Set<Revision>();
  #coming: Revision | undefined;
  #failed: { revision: string; words: string } | undefined;
  #requestsBefore = 0;
  #traffic = allToLatest;
  /** Earlier revisions that the traffic names. */
  readonly #pinned = new Map<string, RevisionTarget>();
  readonly #earlier: (name: string) => Revision | undefined;

  /** @param earlier makes a former revision again; undefined for one that never was */
  constructor(first: Revision, earlier: (name: string) => Revision | undefined = () => undefined) {
    this.current = first;
    this.#earlier = earlier;
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
    const awake = [this.current, ...this.#pinnedRevisions].some(({ asleep }) => !asleep);
    return !awake && this.#leaving.size === 0 && !this.#coming;
  }

  /** Every revision that may have processes. */
  get revisions(): Revision[] {
    return [this.current, ...(this.#coming ? [this.#coming] : []), ...this.#pinnedRevisions, ...this.#leaving];
  }

  get #pinnedRevisions(): Revision[] {
    return [...this.#pinned.values()].map(({ revision }) => revision);
  }

  /**
   * Where one request goes, by the percentages of the traffic.
   * @param draw between 0 and 1
   * @throws ProblemError 503 when it is the turn of a revision that does not exist
   */
  pick(draw = Math.random()): Target {
    if (this.#traffic === allToLatest) return this;
    let left = draw * 100;
    const target = this.#traffic.find(({ percent }) => {
      left -= percent;
      return left < 0;
    });
    return this.#targetOf(target);
  }

  /** Where requests to a tag's host go. @throws ProblemError 503 for a revision that does not exist */
  tagged(tag: string): Target {
    return this.#targetOf(this.#traffic.find((each) => each.tag === tag));
  }

  #targetOf(target: TrafficTarget | undefined): Target {
    const { revision } = target ?? {};
    if (revision === undefined || revision === this.current.name) return this;
    const found = this.#pinned.get(revision);
    if (!found) throw new ProblemError(503, 'unavailable', missing(revision), 5);
    return found;
  }

  /** `spec.traffic`, from the next `roll` or `route` on. */
  set traffic(traffic: readonly TrafficTarget[] | undefined) {
    this.#traffic = traffic ?? allToLatest;
  }

  /**
   * Makes earlier revisions that the traffic names again, and retires those that it no longer names.
   * @param coming name of a revision that is about to be rolled out
   * @returns what is wrong with the traffic, one sentence for each revision that does not exist
   */
  route(coming = this.#coming?.name): string[] {
    const names = new Set(this.#traffic.flatMap(({ revision }) => revision ?? []));
    for (const [name, { revision }] of this.#pinned)
      if (!names.has(name) || name === this.current.name) void this.#unpin(name, revision);
    const wanted = [...names].filter((name) => ![this.current.name, coming].includes(name));
    for (const name of wanted) {
      const earlier = this.#pinned.has(name) ? undefined : this.#earlier(name);
      if (earlier) this.#pin(earlier);
    }
    return wanted.filter((name) => !this.#pinned.has(name)).map(missing);
  }

  #pin(revision: Revision): void {
    this.#pinned.set(revision.name, new RevisionTarget(revision));
    const { minScale } = revision.service.autoscaling;
    if (minScale > 0) void revision.bringUp(minScale).catch(() => {});
  }

  async #unpin(name: string, revision: Revision): Promise<void> {
    this.#pinned.delete(name);
    this.#requestsBefore += revision.activator.requests;
    revision.activator.moveTo(this.current.activator);
    await this.#leave(revision);
  }

  tick(): void {
    for (const revision of [this.current, ...this.#pinnedRevisions]) revision.tick();
    this.#coming?.tick();
  }

  /**
   * Replaces the latest revision by `next`: at once when it is asleep, else when an instance of the next is ready; the old one
   * then finishes what it has, unless the traffic names it. Rejects, with the old one still serving, when the next does not start.
   */
  async roll(next: Revision): Promise<void> {
    if (this.#coming) await this.#drop(this.#coming);
    this.#failed = undefined;
    if (!this.current.asleep) {
      this.#coming = next;
      try {
        await next.bringUp(this.current.ready);
      } catch (error) {
        if (this.#coming === next) {
          this.#failed = { revision: next.name, words: (error as Error).message };
          await this.#drop(next);
        }
        throw error;
      }
      if (this.#coming !== next) return; // another change has overtaken this one
      this.#coming = undefined;
    }
    const old = this.current;
    this.current = next;
    const keeps = old.name !== next.name && this.#traffic.some(({ revision }) => revision === old.name);
    if (keeps) this.#pinned.set(old.name, new RevisionTarget(old));
    this.route();
    if (keeps) return;
    this.#requestsBefore += old.activator.requests;
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
      requests:
        this.#requestsBefore +
        [this.current, ...this.#pinnedRevisions].reduce((sum, { activator }) => sum + activator.requests, 0),
      waited_ms: Math.round(this.current.activator.waitedMs),
      last_cold_start_ms: this.current.lastColdStartMs ?? null,
    };
  }

  /** Its revisions and where its traffic goes, as the status of a Knative Service says it. */
  routing(): Routing {
    const { name, state, cause } = this.current;
    const failed = this.#failed ?? (state === 'failed' ? { revision: name, words: cause?.words ?? '' } : undefined);
    return {
      latestCreated: this.#coming?.name ?? failed?.revision ?? name,
      latestReady: failed?.revision === name ? undefined : name,
      failed,
      coming: this.#coming !== undefined,
      traffic: this.#traffic.map(({ revision, percent, tag }) => ({
        revision: revision ?? name,
        latest: revision === undefined,
        missing: revision !== undefined && revision !== name && !this.#pinned.has(revision),
        percent,
        tag,
      })),
    };
  }
}

/** In the words of Knative (pkg/apis/serving/v1/route_lifecycle.go). */
const missing = (revision: string): string => `Revision "${revision}" referenced in traffic not found.`;
