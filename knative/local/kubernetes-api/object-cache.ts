import type { CurrentObject } from './current-objects.ts';
import type { KubernetesObject } from './object-parts.ts';

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

  constructor(read: () => readonly CurrentObject[], now: () => number = Date.now) {
    this.#read = read;
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
      ...whole,
      metadata: { ...whole.metadata, resourceVersion: String(resourceVersion) },
    };
    this.#events.push({
      type: before ? 'MODIFIED' : 'ADDED',
      ...{ key, resourceVersion, object: versioned, before: before?.object },
    });
    return { key, object: versioned, text, spec, generation };
  }

  #deleted(key: string, before: KubernetesObject): void {
    const resourceVersion = ++this.#version;
    const object = { ...before, metadata: { ...before.metadata, resourceVersion: String(resourceVersion) } };
    this.#events.push({ type: 'DELETED', key, resourceVersion, object, before });
  }
}

/** Knative's clients wait until the status is of the generation that they have written. */
function withGeneration(object: KubernetesObject, generation: number, observed: boolean): KubernetesObject {
  const { status } = object;
  return {
    ...object,
    metadata: { ...object.metadata, generation },
    ...(status?.conditions && { status: { observedGeneration: observed ? generation : generation - 1, ...status } }),
  };
}
