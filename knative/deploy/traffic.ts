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

/** Arguments of `kn service update` that give the canary its share, by its tag. */
export function canaryArguments(split: Split, canary: { revision: string; tag: string; percent: number }): string[] {
  const { revision, tag, percent } = canary;
  const shares = ['--traffic', `${tag}=${percent}`, '--traffic', `${split.stable}=${100 - percent}`];
  if (split.tags.get(tag) === revision) return shares;
  return [...(split.tags.has(tag) ? ['--untag', tag] : []), '--tag', `${revision}=${tag}`, ...shares];
}

/** Arguments that give the newest revision everything, now and from now on. */
export const latestArguments = (split: Split): string[] => ['--traffic', '@latest=100', ...untagged(split)];

/** Arguments that give all requests to the canary, and whether that ends on `@latest`. @throws DeployError if there is no canary. */
export function promoteArguments(split: Split, latestReady: string): { args: string[]; pinned: boolean } {
  const [canary] = split.canaries;
  if (!canary && split.followsLatest)
    throw new DeployError('nothing is being tried: the newest revision has all requests');
  const promoted = canary?.revision ?? latestReady;
  const pinned = promoted !== latestReady;
  return { args: pinned ? ['--traffic', `${promoted}=100`, ...untagged(split)] : latestArguments(split), pinned };
}

/** Arguments that take all requests from the canary, or go back by one revision. @throws DeployError if there is none. */
export function rollbackArguments(split: Split, revisions: readonly LiveRevision[]): string[] {
  if (split.canaries.length > 0) return ['--traffic', `${split.stable}=100`, ...untagged(split)];
  const before = revisions
    .filter(isReady)
    .filter(
      (each) => generationOf(each) < generationOf(revisions.find(({ metadata }) => metadata.name === split.stable)),
    );
  const previous = before.sort((one, other) => generationOf(other) - generationOf(one))[0];
  if (!previous) throw new DeployError(`there is no revision before ${split.stable}`);
  return ['--traffic', `${previous.metadata.name}=100`];
}

/** Removes the tags of revisions with a share; leaves other tags alone. */
const untagged = ({ canaries }: Split) => canaries.flatMap(({ tag }) => (tag ? ['--untag', tag] : []));

const isReady = ({ status }: LiveRevision) =>
  status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;

const generationOf = (revision: LiveRevision | undefined) =>
  Number(revision?.metadata.labels?.['serving.knative.dev/configurationGeneration'] ?? 0);
