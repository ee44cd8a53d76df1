import type { Cluster } from './kn.ts';
import { Refused } from './overlay.ts';
import { canaryArguments, type LiveService, latestArguments, promoteArguments, rollbackArguments, type Split, splitOf } from './traffic.ts';

/** What is rolled, and where its files lie. */
export interface Roll {
  name: string;
  namespace: string;
  /** The Service's manifest. */
  file: string;
  /** What it needs to start; undefined: nobody can apply it. */
  needs?: string | undefined;
}

export interface Canary {
  tag: string;
  /** 1 to 99. */
  percent: number;
}

type Say = (line: string) => void;

const again = (name: string) => `npm run deploy -- ${name}`;

/** Applies the manifest; the new revision gets all requests as soon as it is ready. @throws Refused while another one is being tried. */
export function deploy(cluster: Cluster, roll: Roll): void {
  const before = cluster.service();
  const split = before && ready(before);
  const [tried] = split?.canaries ?? [];
  if (tried) throw new Refused(`${tried.revision} is being tried with ${tried.percent} %: first --promote it or --rollback`);
  apply(cluster, roll);
  if (split && !split.followsLatest) update(cluster, roll, latestArguments(split));
}

/**
 * Applies the manifest and gives the new revision a share, under a name of its own; the revision that had everything keeps the rest. Done again,
 * it moves the share, or the tag to a newer revision.
 * @throws Refused if there is nothing to share with, or another one is being tried.
 */
export function deployCanary(cluster: Cluster, roll: Roll, canary: Canary, say: Say = console.log): void {
  const before = cluster.service();
  if (!before) throw new Refused(`there is no ${roll.name} yet that could share its requests: deploy it without --tag`);
  const split = splitOf(before);
  const other = split.canaries.find(({ tag }) => tag !== canary.tag);
  if (other) throw new Refused(`${other.revision} is being tried with ${other.percent} %: first --promote it or --rollback`);
  // Otherwise the new revision would have all requests until it has its share.
  if (split.followsLatest) update(cluster, roll, ['--traffic', `${split.stable}=100`]);
  apply(cluster, roll);
  const revision = cluster.service()?.status?.latestReadyRevisionName ?? split.stable;
  if (revision !== split.stable) update(cluster, roll, canaryArguments(split, { ...canary, revision }));
  else if (split.followsLatest) update(cluster, roll, latestArguments(split));
  if (revision === split.stable) say(`\n${split.stable} is what the manifest says: there is nothing to try`);
}

/** Gives all requests to what is being tried. @throws Refused if nothing is. */
export function promote(cluster: Cluster, roll: Roll, say: Say = console.log): void {
  const service = present(cluster, roll);
  const { args, pinned } = promoteArguments(splitOf(service), service.status?.latestReadyRevisionName ?? '');
  update(cluster, roll, args);
  if (pinned) say(`\nA newer revision exists, which nobody tried. All requests stay where they are until ${again(roll.name)}`);
}

/** Takes all requests from what is being tried, or goes back by one revision. @throws Refused if there is nothing to go back to. */
export function rollback(cluster: Cluster, roll: Roll, say: Say = console.log): void {
  update(cluster, roll, rollbackArguments(splitOf(present(cluster, roll)), cluster.revisions()));
  say(`\nAll requests stay there, whatever is applied, until ${again(roll.name)}`);
}

function present(cluster: Cluster, { name, namespace }: Roll): LiveService {
  const service = cluster.service();
  if (!service) throw new Refused(`there is no ${name} in namespace ${namespace}`);
  return service;
}

/** A Service of which no revision was ever ready has no requests to share. */
const ready = (service: LiveService): Split | undefined => (service.status?.latestReadyRevisionName ? splitOf(service) : undefined);

function apply(cluster: Cluster, { name, namespace, file, needs }: Roll): void {
  if (needs) cluster.run(['kubectl', 'apply', '-n', namespace, '-f', needs]);
  cluster.run(['kn', 'service', 'apply', name, '-n', namespace, '-f', file]);
}

const update = (cluster: Cluster, { name, namespace }: Roll, args: readonly string[]) =>
  cluster.run(['kn', 'service', 'update', name, '-n', namespace, ...args]);
