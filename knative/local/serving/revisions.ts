import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Service } from '@dormouse/manifests/model';
import type { Clock } from '@dormouse/time/clock';
import { type PodOptions, startPod } from './pod.ts';
import type { Bundle } from './process/bundle.ts';
import { Revision } from './revision.ts';

export interface RevisionsOptions extends PodOptions {
  home: string;
  clock: Clock;
  /** Called when an instance starts: from then on the revision needs ticks. */
  awake: () => void;
}

/** Makes Services' revisions. */
export interface Revisions {
  /** The latest one, named as by its template, else as Knative numbers them: `posts-00003`. */
  latest(service: Service, bundle: Bundle, hash: string): Revision;
  /** A former one of the Service, as it was; with `bundle` where its own program is no longer there. Undefined: there was none. */
  earlier(service: Service, name: string, bundle: Bundle): Revision | undefined;
  /** Those that are remembered, the newest last. */
  remembered(service: Pick<Service, 'namespace' | 'name'>): RememberedRevision[];
}

export interface RememberedRevision {
  name: string;
  generation: number;
  /** `spec.template` as JSON. */
  template: string;
}

export function revisions(options: RevisionsOptions): Revisions {
  const { outputs, clock, awake } = options;
  const history = openHistory(options.home);
  const make = (name: string, service: Service, bundle: Bundle): Revision => {
    let words: () => string | undefined = () => undefined;
    return new Revision({
      name,
      service,
      clock,
      awake,
      say: (line) => outputs.say(line, 'error'),
      lastWords: () => words(),
      start(instance, signal) {
        const own = { HOSTNAME: instance, K_SERVICE: service.name, K_CONFIGURATION: service.name, K_REVISION: name };
        const heard = (last: typeof words) => (words = last);
        return startPod({ service, bundle, instance, own, signal, words: heard }, options);
      },
    });
  };
  return {
    latest: (service, bundle, hash) => make(history.add(service, bundle, hash), service, bundle),
    earlier(service, name, bundle) {
      const found = history.find(service, name);
      return found && make(name, { ...found.service, origin: service.origin }, found.bundle ?? bundle);
    },
    remembered: history.list,
  };
}

/** A Service's key: `namespace/name`. */
export const keyOf = ({ namespace, name }: Pick<Service, 'namespace' | 'name'>) => `${namespace}/${name}`;

/** What makes a revision: the Service's template and the program; where its traffic goes does not. */
export function hashOf({ origin: _, traffic: __, ...service }: Service, { hash }: Bundle): string {
  return createHash('sha256')
    .update(JSON.stringify([service, hash]))
    .digest('hex');
}

type Kept = Pick<Bundle, 'hash' | 'entry' | 'cache' | 'unbundled'> & { beside?: Record<string, Kept> };

interface FormerRevision {
  name: string;
  service: Omit<Service, 'origin' | 'traffic'>;
  bundle: Kept;
}

interface Known {
  hash: string;
  generation: number;
  /** The newest last. */
  revisions?: FormerRevision[];
}

/** So many revisions of a Service are remembered. */
const maxRevisions = 10;

interface History {
  /** @returns the revision's name */
  add(service: Service, bundle: Bundle, hash: string): string;
  list(service: Pick<Service, 'namespace' | 'name'>): RememberedRevision[];
  /** @returns without `bundle` when its program is no longer there */
  find(service: Service, name: string): { service: FormerRevision['service']; bundle: Bundle | undefined } | undefined;
}

/** Revisions, kept over restarts: a Service that did not change is the same revision. */
function openHistory(home: string): History {
  const file = join(home, 'revisions.json');
  let known: Record<string, Known> = {};
  try {
    known = JSON.parse(readFileSync(file, 'utf8')) as typeof known;
  } catch {
    // none yet
  }
  return {
    add(service, bundle, hash) {
      const before = known[keyOf(service)];
      const nameOf = (generation: number) =>
        service.revisionName ?? `${service.name}-${String(generation).padStart(5, '0')}`;
      if (before?.hash === hash && before.revisions) return nameOf(before.generation);
      const generation = before?.hash === hash ? before.generation : (before?.generation ?? 0) + 1;
      const name = nameOf(generation);
      const others = (before?.revisions ?? []).filter((each) => each.name !== name);
      const revisions = [...others, former(name, service, bundle)].slice(-maxRevisions);
      known[keyOf(service)] = { hash, generation, revisions };
      writeFileSync(`${file}.new`, JSON.stringify(known), { mode: 0o600 });
      renameSync(`${file}.new`, file);
      return name;
    },
    list(service) {
      const { revisions = [], generation = 0 } = known[keyOf(service)] ?? {};
      return revisions.map((each, index) => ({
        name: each.name,
        generation: generation - (revisions.length - 1 - index),
        template: each.service.template,
      }));
    },
    find(service, name) {
      const found = known[keyOf(service)]?.revisions?.find((each) => each.name === name);
      if (!found) return undefined;
      return { service: found.service, bundle: restored(found.bundle) };
    },
  };
}

const former = (name: string, { origin: _, traffic: __, ...service }: Service, bundle: Bundle): FormerRevision => ({
  name,
  service,
  bundle: kept(bundle),
});

const kept = ({ hash, entry, cache, unbundled, beside }: Bundle): Kept => ({
  hash,
  entry,
  cache,
  ...(unbundled && { unbundled }),
  ...(beside && { beside: each(beside, kept) }),
});

/** Undefined when the program is no longer there. */
function restored({ beside, ...bundle }: Kept): Bundle | undefined {
  const others = each(beside ?? {}, restored);
  const there = existsSync(bundle.unbundled?.folder ?? bundle.entry) && !Object.values(others).includes(undefined);
  return there
    ? { ...bundle, inputs: [], contents: [], fresh: false, ...(beside && { beside: others as Record<string, Bundle> }) }
    : undefined;
}

const each = <A, B>(values: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
