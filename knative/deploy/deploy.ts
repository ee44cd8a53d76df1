import type { Cluster } from './kn.ts';
import { DeployError } from './overlay.ts';
import { noted, servedAnnotation, servedOf, wentBack } from './served.ts';
import {
  canaryArguments,
  type LiveService,
  latestArguments,
  promoteArguments,
  rollbackArguments,
  rollbackTarget,
  type Split,
  splitOf,
} from './traffic.ts';

/** The function to deploy, and its files. */
export interface Roll {
  name: string;
  namespace: string;
  /** The Service's manifest. */
  file: string;
  /** Objects that it needs to start; undefined when kubectl is missing. */
  needs?: string | undefined;
  /** How long kn waits until what it did is ready; kn's default where it is not said. */
  waitSeconds?: number | undefined;
  /** Somebody else applies the manifest: Argo CD. The Service must not follow its newest revision, or that has everything already. */
  appliedElsewhere?: boolean | undefined;
}

export interface Canary {
  tag: string;
  /** 0 to 99; with 0 it is a preview, which only its tag's address leads to. */
  percent: number;
}

type Say = (line: string) => void;

const again = (name: string) => `npm run deploy -- ${name}`;

/** Applies the manifest; the new revision gets all requests as soon as it is ready. @throws DeployError while a canary is running. */
export async function deploy(cluster: Cluster, roll: Roll): Promise<void> {
  const before = await cluster.service();
  const split = before && ready(before);
  const [tried] = split?.canaries ?? [];
  if (tried)
    throw new DeployError(`${tried.revision} is being tried with ${tried.percent} %: first --promote it or --rollback`);
  await apply(cluster, roll);
  if (split && !split.followsLatest) await update(cluster, roll, latestArguments(split));
  const latest = (await cluster.service())?.status?.latestReadyRevisionName;
  const history = before ? servedOf(before) : [];
  await note(cluster, roll, history, noted(history, ...[split?.stable ?? [], latest ?? []].flat()));
}

/**
 * Applies the manifest and gives the new revision a share, under a name of its own; the revision that had everything keeps the rest. Done again,
 * it moves the share, or the tag to a newer revision.
 * @param beforeRequests is awaited with the new revision, before it gets any request
 * @returns the new revision; undefined when there is nothing to try
 * @throws DeployError if no revision is there to share with, or another canary is running.
 */
export async function deployCanary(
  cluster: Cluster,
  roll: Roll,
  canary: Canary,
  say: Say = console.log,
  beforeRequests: (revision: string) => Promise<void> = async () => {},
): Promise<string | undefined> {
  const before = await cluster.service();
  if (!before)
    throw new DeployError(`there is no ${roll.name} yet that could share its requests: deploy it without --tag`);
  const split = splitOf(before);
  const other = split.canaries.find(({ tag }) => tag !== canary.tag);
  if (other)
    throw new DeployError(`${other.revision} is being tried with ${other.percent} %: first --promote it or --rollback`);
  if (roll.appliedElsewhere && split.followsLatest)
    throw new DeployError(
      `${roll.name} follows its newest revision: pin it first, by a canary or --rollback --to ${split.stable}`,
    );
  // Otherwise the new revision would get all requests until the split is set.
  if (split.followsLatest) await update(cluster, roll, ['--traffic', `${split.stable}=100`]);
  await note(cluster, roll, servedOf(before), noted(servedOf(before), split.stable));
  if (!roll.appliedElsewhere) await apply(cluster, roll);
  const revision = (await cluster.service())?.status?.latestReadyRevisionName ?? split.stable;
  if (revision === split.stable) {
    if (split.followsLatest) await update(cluster, roll, latestArguments(split));
    say(`\n${split.stable} is what the manifest says: there is nothing to try`);
    return undefined;
  }
  await beforeRequests(revision);
  await update(cluster, roll, canaryArguments(split, { ...canary, revision }));
  return revision;
}

/** Gives the canary that is running another share. @throws DeployError if there is none, or another one */
export async function shareWithCanary(cluster: Cluster, roll: Roll, canary: Canary): Promise<void> {
  const split = splitOf(await present(cluster, roll));
  const running = split.canaries.find(({ tag }) => tag === canary.tag);
  if (!running) throw new DeployError(`no canary ${canary.tag} is running: somebody has ended it`);
  await update(cluster, roll, canaryArguments(split, { ...canary, revision: running.revision }));
}

/** Gives all requests to the canary. @throws DeployError if there is none. */
export async function promote(cluster: Cluster, roll: Roll, say: Say = console.log): Promise<void> {
  const service = await present(cluster, roll);
  const split = splitOf(service);
  // What somebody else applies must find the Service pinned: otherwise it would have all requests at once.
  const newest = roll.appliedElsewhere ? '' : (service.status?.latestReadyRevisionName ?? '');
  const { args, promoted, pinned } = promoteArguments(split, newest);
  await update(cluster, roll, args);
  await note(cluster, roll, servedOf(service), noted(servedOf(service), split.stable, promoted));
  if (pinned && !roll.appliedElsewhere)
    say(`\nA newer revision exists, which nobody tried. All requests stay where they are until ${again(roll.name)}`);
}

/**
 * Takes all requests from the canary, or goes back to the revision that had them before, or to the one that is named.
 * @throws DeployError if that is not known, or not ready any more
 */
export async function rollback(cluster: Cluster, roll: Roll, say: Say = console.log, to?: string): Promise<void> {
  const service = await present(cluster, roll);
  const [split, served] = [splitOf(service), servedOf(service)];
  const target = rollbackTarget({ split, served, revisions: await cluster.revisions(), to });
  await update(cluster, roll, rollbackArguments(split, target));
  await note(cluster, roll, served, wentBack(served, split.stable, target));
  say(`\nAll requests stay there, whatever is applied, until ${again(roll.name)}`);
}

/** Takes a preview's tag away, if it is there. @throws DeployError if that revision has requests */
export async function endPreview(cluster: Cluster, roll: Roll, tag: string, say: Say = console.log): Promise<void> {
  const { tags, stable, canaries } = splitOf(await present(cluster, roll));
  const revision = tags.get(tag);
  if (!revision) return say(`${roll.name} has no tag ${tag}`);
  if (revision === stable || canaries.some((each) => each.revision === revision))
    throw new DeployError(`${revision} has requests: it is no preview`);
  await update(cluster, roll, ['--untag', tag]);
}

async function present(cluster: Cluster, { name, namespace }: Roll): Promise<LiveService> {
  const service = await cluster.service();
  if (!service) throw new DeployError(`there is no ${name} in namespace ${namespace}`);
  return service;
}

/** A Service without a ready revision has no requests to split. */
const ready = (service: LiveService): Split | undefined =>
  service.status?.latestReadyRevisionName ? splitOf(service) : undefined;

async function apply(cluster: Cluster, roll: Roll): Promise<void> {
  const { name, namespace, file, needs } = roll;
  if (needs) await cluster.run(['kubectl', 'apply', '-n', namespace, '-f', needs]);
  await cluster.run(['kn', 'service', 'apply', name, '-n', namespace, '-f', file, ...waiting(roll)]);
}

const update = (cluster: Cluster, roll: Roll, args: readonly string[]) =>
  cluster.run(['kn', 'service', 'update', roll.name, '-n', roll.namespace, ...args, ...waiting(roll)]);

const waiting = ({ waitSeconds }: Roll) => (waitSeconds === undefined ? [] : ['--wait-timeout', String(waitSeconds)]);

/** By kubectl, if it is there: every annotation that kn sets makes a revision. */
async function note(cluster: Cluster, roll: Roll, before: readonly string[], now: readonly string[]): Promise<void> {
  if (now.join() === before.join() || !roll.needs) return;
  const annotation = `${servedAnnotation}=${now.join()}`;
  await cluster.run(['kubectl', 'annotate', '--overwrite', 'ksvc', roll.name, '-n', roll.namespace, annotation]);
}
