import { setTimeout as sleep } from 'node:timers/promises';
import { author } from './author.ts';
import { sendEvents, signerIn, toBroker, toOutbox } from './event-load.ts';
import { injectFault } from './inject-fault.ts';
import { type Violation, violations } from './invariants.ts';
import { Ledger } from './ledger.ts';
import { database, observe, undelivered } from './observe.ts';
import type { Observed } from './observed.ts';
import { planOf, type Step, shown } from './plan.ts';
import { alive, ProcessRecorder } from './process-recorder.ts';
import { quiet } from './quiet.ts';
import { random } from './random.ts';
import { read } from './reader.ts';
import type { Result, StepResult } from './report.ts';
import { openSite, type Site } from './site.ts';

export interface CampaignOptions {
  seed: number;
  /** How long there are faults, at least. */
  minutes: number;
  /** Kills that count, at least. */
  kills: number;
  /** Acknowledged events, at least. */
  events: number;
  /** With a Broker that loses, doubles and delays what it has acknowledged; events then go through an outbox. */
  lossyBroker?: boolean;
  /** Believes that Broker, so that its losses show. */
  trustBroker?: boolean;
  /** Ends after so many steps instead, whatever came of them. */
  steps?: number;
  authors?: number;
  /** Between two steps, on average, in ms. */
  pauseMs?: number;
  /** One line for people. */
  say?: (line: string) => void;
}

/** How long a step waits for its moment. */
const readyMs = 1_500;
const minEventsPerSecond = 60;

/** Runs a platform under load, breaks it as the seed's plan says, waits until everything is quiet, and says what does not hold. */
export async function campaign(options: CampaignOptions): Promise<Result> {
  const { seed, say = () => {} } = options;
  const started = Date.now();
  const ledger = new Ledger();
  const site = await openSite({
    lossySeed: options.lossyBroker ? seed : undefined,
    trustBroker: options.trustBroker ?? false,
  });
  say(
    site.smallDisk
      ? 'the brokers lie on a small file system of their own'
      : 'no file system can be mounted here: a full disk is only injected',
  );
  const processes = new ProcessRecorder();
  const steps: StepResult[] = [];
  let observed: Observed | undefined;
  let failure: string | undefined;
  try {
    await underLoad(options, site, ledger, (broken) =>
      breakThings(options, site, ledger, { steps, processes, broken }),
    );
    await quiet(site, ledger, say);
    processes.record(site.platform.pid);
    const sql = database(site.home);
    observed = { ...(await observe(sql, site).finally(() => sql.end({ timeout: 1 }))), processes: [] };
  } catch (error) {
    failure = (error as Error).stack ?? String(error);
    say(site.platform.output().slice(-4_000));
  }
  await site.close();
  const left = processes.seen.filter(alive);
  for (const { pid } of left) process.kill(pid, 'SIGKILL');
  const leftProcesses = left.map(({ pid, command }) => `${pid} ${command}`);
  if (observed) observed = { ...observed, processes: leftProcesses };
  return {
    seed,
    started: new Date(started).toISOString(),
    seconds: Math.round((Date.now() - started) / 1_000),
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
  { seed, minutes, events, authors = 6, lossyBroker = false, say = () => {} }: CampaignOptions,
  site: Site,
  ledger: Ledger,
  work: (broken: () => boolean) => Promise<void>,
): Promise<void> {
  let [loading, broken] = [true, false];
  const going = () => loading;
  const rate = Math.max(minEventsPerSecond, (1.15 * events) / (minutes * 60));
  const writers = Array.from({ length: authors }, (_, n) =>
    author({ ledger, url: site.url, name: `author-${n}`, random: random(seed * 100 + n), pauseMs: 200, going }),
  );
  const accept = lossyBroker ? toOutbox(site.url) : toBroker(site.broker, signerIn(site.home));
  const load = Promise.all([
    sendEvents({ ledger, accept, streams: 32, batch: 10, rate, going }),
    read({ ledger, url: site.url, going }),
    ...writers,
  ]);
  load.catch(() => {
    broken = true;
  });
  try {
    await steady(ledger);
    await work(() => broken);
  } finally {
    loading = false;
  }
  await load;
  say(
    `load ends: ${ledger.acknowledgedEvents} events and ${ledger.acknowledgedWrites} writes acknowledged, ${ledger.ambiguous} writes without an answer`,
  );
}

/** Both loads run before the first fault. */
async function steady(ledger: Ledger): Promise<void> {
  for (const until = Date.now() + 60_000; Date.now() < until; await sleep(50))
    if (ledger.acknowledgedWrites >= 20 && ledger.streams.every(({ acknowledged }) => acknowledged > 0)) return;
  throw new Error(`no steady load after 60 s: ${ledger.acknowledgedWrites} writes; ${ledger.surprises.join('; ')}`);
}

interface Course {
  /** What was done, filled as it goes. */
  steps: StepResult[];
  processes: ProcessRecorder;
  broken: () => boolean;
}

async function breakThings(
  options: CampaignOptions,
  site: Site,
  ledger: Ledger,
  { steps, processes, broken }: Course,
): Promise<void> {
  const { seed, minutes, kills, events, pauseMs = 3_000, say = () => {} } = options;
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
  for (const step of planOf(seed)) {
    if (enough() || broken()) return;
    await sleep(step.wait * pauseMs);
    processes.record(site.platform.pid);
    const result = await take(site, ledger, step);
    steps.push(result);
    const outcome = result.pids.length === 0 ? ': nobody was there' : result.counted ? ', counted' : '';
    say(`${shown(step)}${outcome} (${Math.round((Date.now() - began) / 1_000)} s)`);
  }
}

/** Injects the fault when a request is in flight and an event undelivered, if that can be had soon. */
async function take(site: Site, ledger: Ledger, step: Step): Promise<StepResult> {
  const result: StepResult = { step, pids: [], counted: false, recoveredMs: undefined };
  let busy = false;
  const ready = async () => {
    for (const until = Date.now() + readyMs; Date.now() < until && !busy; ) {
      const waiting = await undelivered(site.console, 300).catch(() => []);
      busy = waiting.length > 0 && ledger.inFlight > 0;
      if (!busy) await sleep(5);
    }
    const injected = performance.now();
    void ledger.nextAcknowledgement().then(() => {
      result.recoveredMs = Math.round(performance.now() - injected);
    });
  };
  result.pids = (await injectFault(site, step, ready)).pids;
  result.counted = step.fault.kind === 'kill' && busy && result.pids.length > 0;
  return result;
}
