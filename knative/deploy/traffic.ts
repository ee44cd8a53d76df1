import { DeployError } from './overlay.ts';

/** A share of a Service's requests (serving.knative.dev/v1 TrafficTarget). */
export interface Target {
  latestRevision?: boolean;
  revisionName?: string;
  percent?: number;
  tag?: string;
}

/** A Service as the cluster has it. */
export interface LiveService {
  metadata?: { annotations?: Record<string, string> };
  spec: { traffic?: Target[] };
  status?: { latestReadyRevisionName?: string; traffic?: Target[] };
}

/** A revision as the cluster has it. */
export interface LiveRevision {
  metadata: { name: string; labels?: Record<string, string> };
  status?: { conditions?: { type: string; status: string }[] };
}

/** Current split of requests. */
export interface Split {
  /** The newest ready revision gets all requests: Knative's default, and the end of a rollout. */
  followsLatest: boolean;
  /** The revision that has the rest: the one without a tag, of several the one with the greatest share. */
  stable: string;
  /** The others that have a share. */
  canaries: { revision: string; percent: number; tag: string | undefined }[];
  tags: Map<string, string>;
}

/** Reads who gets requests from what the cluster reports. @throws DeployError if no revision is ready. */
export function splitOf(service: LiveService): Split {
  const targets = service.status?.traffic ?? [];
  const served = targets.filter(({ percent = 0 }) => percent > 0).sort(byRest);
  const [stable, ...rest] = served.map(({ revisionName = '', percent = 0, tag }) => ({
    revision: revisionName,
    percent,
    tag,
  }));
  if (!stable) throw new DeployError('no revision of it is ready yet');
  const wanted = (service.spec.traffic ?? []).filter(({ percent = 0 }) => percent > 0);
  return {
    followsLatest: wanted.length === 0 || (wanted.length === 1 && wanted[0]!.latestRevision === true),
    stable: stable.revision,
    canaries: rest,
    tags: new Map(targets.flatMap(({ tag, revisionName }) => (tag && revisionName ? [[tag, revisionName]] : []))),
  };
}

const byRest = (one: Target, other: Target) =>
  Number(Boolean(one.tag)) - Number(Boolean(other.tag)) || (other.percent ?? 0) - (one.percent ?? 0);

/** Arguments of `kn service update` that give the canary its share, by its tag; a preview has none. */
export function canaryArguments(split: Split, canary: { revision: string; tag: string; percent: number }): string[] {
  const { revision, tag, percent } = canary;
  const own = percent > 0 ? ['--traffic', `${tag}=${percent}`] : [];
  const shares = [...own, '--traffic', `${split.stable}=${100 - percent}`];
  if (split.tags.get(tag) === revision) return shares;
  return [...(split.tags.has(tag) ? ['--untag', tag] : []), '--tag', `${revision}=${tag}`, ...shares];
}

/** Arguments that give the newest revision everything, now and from now on. */
export const latestArguments = (split: Split): string[] => ['--traffic', '@latest=100', ...untagged(split)];

/** Arguments that give all requests to the canary, and whether that ends on `@latest`. @throws DeployError if there is no canary. */
export function promoteArguments(
  split: Split,
  latestReady: string,
): { args: string[]; promoted: string; pinned: boolean } {
  const [canary] = split.canaries;
  if (!canary && split.followsLatest)
    throw new DeployError('nothing is being tried: the newest revision has all requests');
  const promoted = canary?.revision ?? latestReady;
  const preview = [...split.tags].find(([, revision]) => revision === promoted && !canary && promoted !== split.stable);
  if (preview) throw new DeployError(`${promoted} is a preview (${preview[0]}), which nobody has asked to promote`);
  const pinned = promoted !== latestReady;
  const args = pinned ? ['--traffic', `${promoted}=100`, ...untagged(split)] : latestArguments(split);
  return { args, promoted, pinned };
}

/** What a rollback goes by. */
export interface Past {
  split: Split;
  /** Revisions that had all requests, newest first, as deployments have noted. */
  served: readonly string[];
  revisions: readonly LiveRevision[];
  /** The revision that was asked for. */
  to?: string | undefined;
}

/**
 * The revision that a rollback gives all requests: the one that was asked for; while a canary runs, the one that has the rest; otherwise the
 * one that had all requests before. A revision with a smaller number may never have served anybody.
 * @throws DeployError with those that are ready, when it is not known or not ready any more
 */
export function rollbackTarget({ split, served, revisions, to }: Past): string {
  const ready = revisions
    .filter(isReady)
    .sort((one, other) => generationOf(other) - generationOf(one))
    .map(({ metadata }) => metadata.name);
  const choose = (problem: string): never => {
    const others = ready.filter((each) => each !== split.stable).join(', ');
    throw new DeployError(`${problem}; ${others ? `--to names one of ${others}` : 'no other revision is ready'}`);
  };
  if (to !== undefined) return ready.includes(to) ? to : choose(`${to} is no revision that is ready`);
  if (split.canaries.length > 0) return split.stable;
  const at = served.indexOf(split.stable);
  const previous = at < 0 ? undefined : served[at + 1];
  if (!previous) return choose(`nobody noted who had all requests before ${split.stable}`);
  return ready.includes(previous)
    ? previous
    : choose(`${previous}, which had all requests before, is not ready any more`);
}

/** Arguments that give all requests to one revision, whatever is applied. */
export const rollbackArguments = (split: Split, target: string): string[] => [
  '--traffic',
  `${target}=100`,
  ...untagged(split),
];

/** Removes the tags of revisions with a share; leaves other tags alone. */
const untagged = ({ canaries }: Split) => canaries.flatMap(({ tag }) => (tag ? ['--untag', tag] : []));

const isReady = ({ status }: LiveRevision) =>
  status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;

const generationOf = (revision: LiveRevision) =>
  Number(revision.metadata.labels?.['serving.knative.dev/configurationGeneration'] ?? 0);
