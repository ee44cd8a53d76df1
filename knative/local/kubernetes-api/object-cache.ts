import type { CurrentObject } from './current-objects.ts';
import type { Condition, KubernetesObject } from './object-parts.ts';

/** A change, with the object as it was before. */
export interface ObjectEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  key: string;
  resourceVersion: number;
  object: KubernetesObject;
  before: KubernetesObject | undefined;
}

interface Cached {
  key: string;
  object: KubernetesObject;
  /** What versions are told apart by. */
  text: string;
  spec: string;
  generation: number;
}

/** So many changes are kept for those who come back. */
const maxEvents = 2_000;

/**
 * The objects with resource versions. They are looked at when somebody asks: what has changed since the last time gets a new
 * version and becomes an event. Versions grow from start to start of the platform, so that those of a former one are too old.
 */
export class ObjectCache {
  readonly #read: () => readonly CurrentObject[];
  #objects = new Map<string, Cached>();
  #events: ObjectEvent[] = [];
  #version: number;
  /** Changes up to this version are no longer known. */
  #forgotten: number;
  #listeners = new Set<() => void>();
  readonly #started: string;
  readonly #now: () => number;

  /** @param started conditions of the first look hold since then, or since there is the object: ms since the epoch */
  constructor(read: () => readonly CurrentObject[], now: () => number = Date.now, started: number = now()) {
    this.#read = read;
    this.#now = now;
    this.#started = seconds(started);
    this.#version = now() * 1_000;
    this.#forgotten = this.#version;
    this.refresh();
    // The first look is no change.
    this.#events = [];
    this.#forgotten = this.#version;
  }

  get version(): number {
    return this.#version;
  }

  /** Objects as they are now, in the order in which they are declared. */
  list(): KubernetesObject[] {
    this.refresh();
    return [...this.#objects.values()].map(({ object }) => object);
  }

  find(key: string): KubernetesObject | undefined {
    this.refresh();
    return this.#objects.get(key)?.object;
  }

  /** Changes after a version; undefined when they are no longer known. */
  since(version: number): ObjectEvent[] | undefined {
    if (version < this.#forgotten) return undefined;
    return this.#events.filter(({ resourceVersion }) => resourceVersion > version);
  }

  /** Calls `changed` after each change that is noticed. @returns how to end it */
  listen(changed: () => void): () => void {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  }

  /** Looks for changes. */
  refresh(): void {
    const before = this.#objects;
    const after = new Map<string, Cached>();
    const started = this.#version;
    for (const current of this.#read()) {
      const cached = this.#next(current, before.get(current.key));
      after.set(current.key, cached);
    }
    for (const [key, { object }] of before) if (!after.has(key)) this.#deleted(key, object);
    this.#objects = after;
    if (this.#events.length > maxEvents) {
      const gone = this.#events.splice(0, this.#events.length - maxEvents);
      this.#forgotten = gone.at(-1)!.resourceVersion;
    }
    if (this.#version !== started) for (const changed of this.#listeners) changed();
  }

  #next({ key, object, observed }: CurrentObject, before: Cached | undefined): Cached {
    const spec = JSON.stringify(object.spec ?? null);
    const counted = (before?.generation ?? 0) + (before?.spec === spec ? 0 : 1);
    const generation = object.metadata.generation ?? counted;
    const whole = withGeneration(object, generation, observed);
    const text = JSON.stringify(whole);
    if (before?.text === text) return before;
    const resourceVersion = ++this.#version;
    const versioned = {
      ...this.#withTransitions(whole, before?.object),
      metadata: { ...whole.metadata, resourceVersion: String(resourceVersion) },
    };
    this.#events.push({
      type: before ? 'MODIFIED' : 'ADDED',
      ...{ key, resourceVersion, object: versioned, before: before?.object },
    });
    return { key, object: versioned, text, spec, generation };
  }

  /** Conditions with the time since when they hold. */
  #withTransitions(object: KubernetesObject, before: KubernetesObject | undefined): KubernetesObject {
    const { status, metadata } = object;
    if (!status?.conditions) return object;
    const isFirst = this.#objects.size === 0;
    const since = isFirst ? latest(this.#started, metadata.creationTimestamp) : seconds(this.#now());
    const conditions = status.conditions.map((each): Condition => {
      const former = before?.status?.conditions?.find(({ type }) => type === each.type);
      const kept = former?.status === each.status ? former.lastTransitionTime : undefined;
      return { lastTransitionTime: kept ?? since, ...each };
    });
    return { ...object, status: { ...status, conditions } };
  }

  #deleted(key: string, before: KubernetesObject): void {
    const resourceVersion = ++this.#version;
    const object = { ...before, metadata: { ...before.metadata, resourceVersion: String(resourceVersion) } };
    this.#events.push({ type: 'DELETED', key, resourceVersion, object, before });
  }
}

/** RFC 3339, without fractions, as Kubernetes writes times. */
const seconds = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

const latest = (one: string, other: string | undefined): string =>
  other !== undefined && Date.parse(other) > Date.parse(one) ? seconds(Date.parse(other)) : one;

/** Knative's clients wait until the status is of the generation that they have written. */
function withGeneration(object: KubernetesObject, generation: number, observed: boolean): KubernetesObject {
  const { status } = object;
  return {
    ...object,
    metadata: { ...object.metadata, generation },
    ...(status?.conditions && { status: { observedGeneration: observed ? generation : generation - 1, ...status } }),
  };
}
