import { afterAll, beforeAll, describe } from 'vitest';
import { missingCluster, skippedFor } from './needs.ts';
import { type Abilities, type Ability, missingAbilities, type Target, type TargetName } from './target.ts';
import { openCluster } from './targets/cluster.ts';
import { openInProcess } from './targets/in-process.ts';
import { openLocal } from './targets/local.ts';

/** Targets that have what a scenario needs. */
export interface Targets<A extends Ability> {
  targetNames: readonly TargetName[];
  /** Programs that scenarios on a cluster run, and that are not here. */
  missing?: readonly string[];
  /** Only a type. */
  needs: readonly A[];
}

const targetNames: readonly TargetName[] = ['in process', 'local', 'cluster'];

/** Targets that have the abilities named. */
export const targetsWith = <A extends Ability>(...needs: A[]): Targets<A> => ({
  targetNames: targetNames.filter((name) => needs.every((ability) => missingAbilities[name][ability] === undefined)),
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
  const wanted = targets.targetNames.filter(isWanted);
  // A file has to have tests, if only to say that they are for another target.
  for (const name of wanted.length > 0 ? wanted : targets.targetNames.slice(0, 1)) {
    const missing = [
      ...(isWanted(name) ? [] : [`TARGET to be ${targets.targetNames.join(' or ')}`]),
      ...(name === 'cluster' ? [...missingCluster(), ...(targets.missing ?? [])] : []),
    ];
    const timeout = name === 'cluster' ? 600_000 : 90_000;
    describe(`[${name}] ${title}`, { timeout, ...skippedFor(missing) }, () => {
      let opened: Target & Partial<Abilities>;
      const shared = share(name);
      beforeAll(async () => {
        opened = await shared.open();
      });
      afterAll(shared.close);
      body(() => opened as Target & Pick<Abilities, A>);
    });
  }
}

const { TARGET, INGRESS, NAMESPACE, MAIL_LISTEN } = process.env;
const isWanted = (name: TargetName) => !TARGET || TARGET.replace('-', ' ') === name;

const openers: Readonly<Record<TargetName, () => Promise<Target & Partial<Abilities>>>> = {
  'in process': openInProcess,
  local: openLocal,
  cluster: () => openCluster({ ingress: INGRESS ?? '', namespace: NAMESPACE || 'dormouse', mailListen: MAIL_LISTEN }),
};

const inUse = new Map<TargetName, { users: number; target: Promise<Target & Partial<Abilities>> | undefined }>();

/** A shared target: its first user opens it, its last one closes it. */
function share(name: TargetName) {
  const shared = inUse.get(name) ?? { users: 0, target: undefined };
  inUse.set(name, shared);
  shared.users++;
  return {
    open: () => (shared.target ??= openers[name]()),
    close: async () => {
      if (--shared.users === 0) await (await shared.target)?.close();
    },
  };
}
