import { setTimeout as sleep } from 'node:timers/promises';
import { author } from './author.ts';
import { type Violation, violations } from './invariants.ts';
import { Ledger } from './ledger.ts';
import type { Observed } from './observed.ts';
import { random } from './random.ts';
import type { Result, StepResult } from './report.ts';
import { type Step, shown } from './step.ts';
import type { ChaosTarget } from './target.ts';

export interface CampaignOptions {
  seed: number;
  /** How long there are faults, at least. */
  minutes: number;
  /** Kills that count, at least. */
  kills: number;
  /** Acknowledged events, at least. */
  events: number;
  /** Ends after so many steps instead, whatever came of them. */
  steps?: number | undefined;
  authors?: number | undefined;
  /** Between two writes of an author, on average, in ms. */
  writePauseMs?: number | undefined;
  /** Between two steps, on average, in ms. */
  pauseMs?: number | undefined;
  /** Ends the campaign before its time. */
  signal?: AbortSignal | undefined;
  /** One line for people. */
  say?: (line: string) => void;
}

/** How long a step waits for its moment. */
const readyMs = 1_500;
const steadyMs = 60_000;

/** Puts load on a platform, breaks it as its plan says, waits until everything is quiet, and says what does not hold. */
export async function campaign(options: CampaignOptions, open: () => Promise<ChaosTarget>): Promise<Result> {
  const { seed, say = () => {}, signal } = options;
  const started = Date.now();
  const ledger = new Ledger();
  const target = await open();
  const steps: StepResult[] = [];
  let seen: Omit<Observed, 'processes'> | undefined;
  let failure: string | undefined;
  let quietSeconds: number | undefined;
  try {
    await underLoad(options, target, ledger, (broken) => breakThings(options, target, ledger, { steps, broken }));
    signal?.throwIfAborted();
    const rests = Date.now();
    await target.quiet(ledger);
    quietSeconds = Math.round((Date.now() - rests) / 1_000);
    signal?.throwIfAborted();
    say('compares what is there with what was acknowledged');
    seen = await target.observe(ledger);
  } catch (error) {
    failure = signal?.aborted ? 'it was interrupted' : ((error as Error).stack ?? String(error));
    if (!signal?.aborted) say(target.output());
  }
  const processes = await target.close();
  const observed = seen && { ...seen, processes };
  return {
    seed,
    started: new Date(started).toISOString(),
    seconds: Math.round((Date.now() - started) / 1_000),
    quietSeconds,
    steps,
    ledger,
    observed,
    violations: observed
      ? [...violations(ledger, observed), ...tooLittle(options, ledger, steps)]
      : [{ invariant: 'The campaign ran to its end', detail: failure ?? 'it did not' }],
  };
}

function tooLittle(
  { kills, events }: CampaignOptions,
  { acknowledgedEvents }: Ledger,
  steps: readonly StepResult[],
): Violation[] {
  const counted = steps.filter(({ counted }) => counted).length;
  const invariant = 'The campaign was as long as it was asked to be';
  return counted >= kills && acknowledgedEvents >= events
    ? []
    : [{ invariant, detail: `${counted} kills counted, ${acknowledgedEvents} events acknowledged` }];
}

/** Puts load on the platform while `work` runs; `broken` says whether the load has ended by itself. */
async function underLoad(
  { seed, authors = 6, writePauseMs = 200, signal, say = () => {} }: CampaignOptions,
  target: ChaosTarget,
  ledger: Ledger,
  work: (broken: () => boolean) => Promise<void>,
): Promise<void> {
  let [loading, broken] = [true, false];
  const going = () => loading && !signal?.aborted;
  const writers = Array.from({ length: authors }, (_, n) =>
    author({
      ledger,
      url: target.url,
      name: `${target.authors}-${n}`,
      random: random(seed * 100 + n),
      pauseMs: writePauseMs,
      going,
    }),
  );
  const load = Promise.all([...target.load(ledger, going), ...writers]);
  load.catch(() => {
    broken = true;
  });
  try {
    await steady(ledger, signal);
    say('authors, readers and events are under way');
    await work(() => broken || signal?.aborted === true);
  } finally {
    loading = false;
  }
  await load;
  say(
    `load ends: ${ledger.acknowledgedEvents} events and ${ledger.acknowledgedWrites} writes acknowledged, ${ledger.ambiguous} writes without an answer`,
  );
}

/** Both loads run before the first fault. */
async function steady(ledger: Ledger, signal: AbortSignal | undefined): Promise<void> {
  for (const until = Date.now() + steadyMs; Date.now() < until; await sleep(50, undefined, { signal }))
    if (ledger.acknowledgedWrites >= 20 && ledger.streams.every(({ acknowledged }) => acknowledged > 0)) return;
  const streams = ledger.streams.filter(({ acknowledged }) => acknowledged > 0).length;
  throw new Error(
    `no steady load after ${steadyMs / 1_000} s: ${ledger.acknowledgedWrites} writes, ${streams} of ${ledger.streams.length} streams; ${ledger.surprises.join('; ')}`,
  );
}

interface Course {
  /** What was done, filled as it goes. */
  steps: StepResult[];
  broken: () => boolean;
}

async function breakThings(
  options: CampaignOptions,
  target: ChaosTarget,
  ledger: Ledger,
  { steps, broken }: Course,
): Promise<void> {
  const { minutes, kills, events, pauseMs = 3_000, signal, say = () => {} } = options;
  const began = Date.now();
  const enough = () => {
    if (options.steps !== undefined) return steps.length >= options.steps;
    const passed = (Date.now() - began) / 60_000;
    return (
      passed >= 2 * minutes ||
      (passed >= minutes &&
        ledger.acknowledgedEvents >= events &&
        steps.filter(({ counted }) => counted).length >= kills)
    );
  };
  for (const step of target.plan) {
    if (enough() || broken()) return;
    await sleep(step.wait * pauseMs, undefined, { signal });
    if (step.fault.kind.startsWith('refuse')) say(`${shown(step)}, from now on`);
    const result = await take(target, ledger, step);
    steps.push(result);
    const outcome = result.hit.length === 0 ? ': nobody was there' : result.counted ? ', counted' : '';
    const seconds = Math.round((Date.now() - began) / 1_000);
    say(`${shown(step)}${outcome} (${seconds} s, ${ledger.acknowledgedEvents} events)`);
  }
}

/** Injects the fault when a request is in flight and an event undelivered, if that can be had soon. */
async function take(target: ChaosTarget, ledger: Ledger, step: Step): Promise<StepResult> {
  const result: StepResult = { step, hit: [], counted: false, recoveredMs: undefined };
  let busy = false;
  const ready = async () => {
    for (const until = Date.now() + readyMs; Date.now() < until && !busy; ) {
      busy = (await target.undelivered().catch(() => false)) && ledger.inFlight > 0;
      if (!busy) await sleep(5);
    }
    const injected = performance.now();
    void ledger.nextAcknowledgement().then(() => {
      result.recoveredMs = Math.round(performance.now() - injected);
    });
  };
  result.hit = await target.inject(step, ready);
  result.counted = step.fault.kind === 'kill' && busy && result.hit.length > 0;
  return result;
}
