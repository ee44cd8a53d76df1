import { setTimeout } from 'node:timers/promises';
import type { CanaryJudge, Verdict } from './canary-judge.ts';
import { deployCanary, promote, type Roll, rollback, shareWithCanary } from './deploy.ts';
import type { Cluster } from './kn.ts';
import { DeployError } from './overlay.ts';
import { splitOf } from './traffic.ts';

/** How a new revision comes to have all requests. */
export interface CanaryPlan {
  tag: string;
  /** Its shares one after the other, per cent; after the last one it has everything. The first one is also the most that a bad revision can spoil. */
  steps: readonly number[];
  /** How long each is watched at least. */
  stepMs: number;
  /** And until so many requests were answered in it. */
  minRequests: number;
  /** But no longer than this: what nobody asks is not promoted. */
  patienceMs: number;
  /** Between two looks. */
  lookMs: number;
}

/** What it needs of the world. */
export interface CanaryWorld {
  judgeOf: (revision: string) => CanaryJudge;
  say?: (line: string) => void;
  now?: () => number;
  sleep?: (ms: number) => Promise<unknown>;
  /** When somebody ends the program: the canary is taken back first. */
  signal?: AbortSignal;
}

/** So many looks in a row may find no Prometheus. */
const maxBlindLooks = 3;
const rollbackTries = 3;

/**
 * Deploys a canary, gives it more and more requests as long as it keeps what is promised to readers, and promotes it in the end.
 * @throws DeployError with the reason when it was taken back
 */
export async function runCanary(cluster: Cluster, roll: Roll, plan: CanaryPlan, world: CanaryWorld): Promise<void> {
  const { judgeOf, say = console.log } = world;
  const [first = 1, ...further] = plan.steps;
  let judge: CanaryJudge | undefined;
  const revision = await deployCanary(cluster, roll, { tag: plan.tag, percent: first }, say, async (name) => {
    judge = judgeOf(name);
    await begin(judge).catch((error: Error) => {
      throw new DeployError(`${name} gets no request, since nobody could judge it: ${error.message}`);
    });
  });
  if (!revision || !judge) return;
  try {
    let answered = await watch(judge, first, 0, plan, world);
    for (const percent of further) {
      await shareWithCanary(cluster, roll, { tag: plan.tag, percent });
      answered = await watch(judge, percent, answered, plan, world);
    }
  } catch (error) {
    await takeBack(cluster, roll, plan.tag, world);
    throw new DeployError(`${revision} was taken back: ${error instanceof Error ? error.message : error}`);
  }
  await promote(cluster, roll, say);
}

async function begin(judge: CanaryJudge, tries = 1): Promise<void> {
  await judge.begin().catch((error: Error) => {
    if (tries === maxBlindLooks) throw error;
    return begin(judge, tries + 1);
  });
}

/**
 * Until the share was watched for long enough, and by enough requests.
 * @param before how many requests the canary had answered until then
 * @returns how many it has answered
 * @throws Error with the reason to take it back
 */
async function watch(
  judge: CanaryJudge,
  percent: number,
  before: number,
  plan: CanaryPlan,
  { say = console.log, now = Date.now, sleep = setTimeout, signal }: CanaryWorld,
): Promise<number> {
  const since = now();
  let blind = 0;
  for (;;) {
    await sleep(plan.lookMs);
    if (signal?.aborted) throw new Error('the program that watched it was ended');
    const verdict = await judge.look().catch((error: Error): Verdict | Error => error);
    if (verdict instanceof Error) {
      blind++;
      if (blind >= maxBlindLooks) throw verdict;
    } else {
      blind = 0;
      if (verdict.broken) throw new Error(verdict.broken);
      const answered = verdict.answered - before;
      if (now() - since >= plan.stepMs && answered >= plan.minRequests) {
        say(`\n${percent} %: ${Math.round(answered)} requests answered, every promise kept`);
        return verdict.answered;
      }
    }
    if (now() - since >= plan.patienceMs)
      throw new Error(`fewer than ${plan.minRequests} requests came in ${Math.round(plan.patienceMs / 1000)} s`);
  }
}

/** A canary that nobody watches any more must not stay: tries more than once. One that somebody else has ended is left alone. */
async function takeBack(
  cluster: Cluster,
  roll: Roll,
  tag: string,
  { say = console.log, sleep = setTimeout }: CanaryWorld,
): Promise<void> {
  for (let tries = 1; ; tries++)
    try {
      const service = await cluster.service();
      const isRunning = service && splitOf(service).canaries.some((each) => each.tag === tag);
      if (isRunning) await rollback(cluster, roll, say);
      return;
    } catch (error) {
      if (tries === rollbackTries) throw error;
      await sleep(1000);
    }
}
