import { afterAll, beforeAll, describe } from 'vitest';
import { missingCluster, skippedFor } from './needs.ts';
import { type Abilities, type Ability, type Endpoint, lacks, type Target } from './target.ts';
import { openCluster } from './targets/cluster.ts';
import { openInProcess } from './targets/in-process.ts';
import { openLocal } from './targets/local.ts';

/** Targets that have what a scenario needs. */
export interface Targets<A extends Ability> {
  places: readonly Endpoint[];
  /** Programs that scenarios on a cluster run, and that are not here. */
  missing?: readonly string[];
  /** Only a type. */
  needs: readonly A[];
}

const places: readonly Endpoint[] = ['in process', 'local', 'cluster'];

/** Targets that have the abilities named. */
export const targetsWith = <A extends Ability>(...needs: A[]): Targets<A> => ({
  places: places.filter((place) => needs.every((ability) => lacks[place][ability] === undefined)),
  needs,
});

/** For scenarios that need nothing but the system itself. */
export const everyTarget: Targets<never> = targetsWith();

/**
 * Runs one scenario on every target given; the tests' names begin with the target's, `[cluster]` say. The scenarios of a file share a target.
 *
 * The variable TARGET (`in process`, `local`, `cluster`) leaves one of them. The cluster is the one of KUBECONFIG and INGRESS; without these
 * two its tests are skipped.
 */
export function describeOn<A extends Ability>(
  targets: Targets<A>,
  title: string,
  body: (target: () => Target & Pick<Abilities, A>) => void,
): void {
  for (const place of targets.places.filter(isWanted)) {
    const missing = place === 'cluster' ? [...missingCluster(), ...(targets.missing ?? [])] : [];
    const timeout = place === 'cluster' ? 300_000 : 90_000;
    describe(`[${place}] ${title}`, { timeout, ...skippedFor(missing) }, () => {
      let opened: Target & Partial<Abilities>;
      const shared = share(place);
      beforeAll(async () => {
        opened = await shared.open();
      });
      afterAll(shared.close);
      body(() => opened as Target & Pick<Abilities, A>);
    });
  }
}

const { TARGET, INGRESS, NAMESPACE } = process.env;
const isWanted = (place: Endpoint) => !TARGET || TARGET.replace('-', ' ') === place;

const openers: Readonly<Record<Endpoint, () => Promise<Target & Partial<Abilities>>>> = {
  'in process': openInProcess,
  local: openLocal,
  cluster: () => openCluster({ ingress: INGRESS ?? '', namespace: NAMESPACE || 'dormouse' }),
};

const inUse = new Map<Endpoint, { users: number; target: Promise<Target & Partial<Abilities>> | undefined }>();

/** A target that is opened by the first of its users and closed by the last. */
function share(place: Endpoint) {
  const shared = inUse.get(place) ?? { users: 0, target: undefined };
  inUse.set(place, shared);
  shared.users++;
  return {
    open: () => (shared.target ??= openers[place]()),
    close: async () => {
      if (--shared.users === 0) await (await shared.target)?.close();
    },
  };
}
