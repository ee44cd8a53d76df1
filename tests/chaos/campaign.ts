import { setTimeout as sleep } from 'node:timers/promises';
import { author } from './author.ts';
import { sendEvents } from './event-load.ts';
import { strike } from './faults.ts';
import { violations } from './invariants.ts';
import { Ledger } from './ledger.ts';
import { database, observe, undelivered } from './observe.ts';
import type { Observed } from './observed.ts';
import { planOf, type Step, shown } from './plan.ts';
import { quiet } from './quiet.ts';
import { random } from './random.ts';
import type { Result, StepResult } from './report.ts';
import { openSite, type Site } from './site.ts';
import { alive, Witness } from './witness.ts';

export interface CampaignOptions {
  seed: number;
  /** How long there are faults, at least. */
  minutes: number;
  /** Kills that count, at least. */
  kills: number;
  /** Acknowledged events, at least. */
  events: number;
  /** Ends after so many steps instead, whatever came of them. */
  steps?: number;
  authors?: number;
  /** One line for people. */
  say?: (line: string) => void;
}

/** Between two steps, on average. */
const meanPauseMs = 3_000;
const readyMs = 1_500;

/** Runs a platform under load, breaks it as the seed's plan says, waits until everything is quiet, and says what does not hold. */
export async function campaign(options: CampaignOptions): Promise<Result> {
  const { seed, minutes, kills, events, authors = 6, say = () => {} } = options;
  const started = Date.now();
  const ledger = new Ledger();
  const site = await openSite();
  const witness = new Witness();
  const steps: StepResult[] = [];
  let failure: string | undefined;
  let observed: Observed | undefined;
  let loading = true;
  try {
    say(`${site.smallDisk ? 'the brokers lie on a small file system of their own' : 'no file system can be mounted here: a full disk is only injected'}`);
    const going = () => loading;
    const perSecond = Math.max(60, (1.15 * events) / (minutes * 60));
    const load = Promise.all([
      sendEvents({ ledger, broker: site.broker, streams: 32, batch: 10, rate: perSecond, going }),
      poke(site, ledger, going),
      ...Array.from({ length: authors }, (_, n) => author({ ledger, url: site.url, name: `author-${n}`, dice: random(seed * 100 + n), pauseMs: 200, going })),
    ]);
    load.catch((error: Error) => (failure ??= error.stack));
    await steady(ledger);
    const faultsFrom = Date.now();
    const enough = () =>
      options.steps !== undefined
        ? steps.length >= options.steps
        : (Date.now() - faultsFrom >= minutes * 60_000 && steps.filter(({ counted }) => counted).length >= kills && ledger.acknowledgedEvents >= events) ||
          Date.now() - faultsFrom >= 2 * minutes * 60_000;
    for (const step of planOf(seed)) {
      if (enough() || failure) break;
      await sleep(step.wait * meanPauseMs);
      witness.look(site.platform.pid);
      const result = await take(site, ledger, step);
      steps.push(result);
      say(
        `${shown(step)}${result.pids.length === 0 ? ': nobody was there' : result.counted ? ', counted' : ''} (${Math.round((Date.now() - started) / 1_000)} s)`,
      );
    }
    say(`load ends: ${ledger.acknowledgedEvents} events and ${ledger.acknowledgedWrites} writes acknowledged, ${ledger.ambiguous} writes without an answer`);
    loading = false;
    await load;
    await quiet(site, ledger, say);
    witness.look(site.platform.pid);
    const sql = database(site.home);
    observed = { ...(await observe(sql, site)), processes: [] };
    await sql.end({ timeout: 1 });
  } catch (error) {
    failure = (error as Error).stack ?? String(error);
  } finally {
    loading = false;
    const output = site.platform.output();
    if (failure) say(output.slice(-4_000));
    await site.close();
  }
  await sleep(200);
  const left = witness.seen.filter(alive).map(({ pid, command }) => `${pid} ${command}`);
  if (observed) observed = { ...observed, processes: left };
  return {
    seed,
    started: new Date(started).toISOString(),
    seconds: Math.round((Date.now() - started) / 1_000),
    steps,
    ledger,
    observed,
    violations: observed ? violations(ledger, observed) : [{ invariant: 'The campaign ran to its end', detail: failure ?? 'it did not' }],
  };
}

/** Both loads run before the first fault. */
async function steady(ledger: Ledger): Promise<void> {
  for (const until = Date.now() + 60_000; Date.now() < until; await sleep(50))
    if (ledger.acknowledgedWrites >= 20 && ledger.streams.every(({ acknowledged }) => acknowledged > 0)) return;
  throw new Error(`no steady load after 60 s: ${ledger.acknowledgedWrites} writes; ${ledger.surprises.join('; ')}`);
}

/** Reads pages, lists and the newest posts, so that caches hold something, and wakes the relay more often than its schedule does. */
async function poke(site: Site, ledger: Ledger, going: () => boolean): Promise<void> {
  for (let n = 0; going(); n++) {
    const newest = ledger.posts.slice(-120).flatMap(({ id }) => id ?? []);
    const pages = ['/blog/', '/blog/api/posts', '/blog/api/categories'];
    const [method, path] =
      n % 30 === 0
        ? ['POST', '/chaos/relay']
        : ['GET', n % 3 === 0 || newest.length === 0 ? pages[((n / 3) % 3) | 0]! : `/blog/api/posts/${newest[(n * 7) % newest.length]}`];
    await fetch(site.url + path, { method, signal: AbortSignal.timeout(5_000) })
      .then((answer) => answer.arrayBuffer())
      .catch(() => {});
    await sleep(50);
  }
}

/** Strikes when a request is in flight and an event undelivered, if that can be had soon. */
async function take(site: Site, ledger: Ledger, step: Step): Promise<StepResult> {
  let busy = false;
  const ready = async () => {
    for (const until = Date.now() + readyMs; Date.now() < until && !busy; ) {
      const waiting = await undelivered(site.console, 300).catch(() => []);
      busy = waiting.length > 0 && ledger.inFlight > 0;
      if (!busy) await sleep(5);
    }
    struck = performance.now();
    recovered = ledger.nextAcknowledgement().then(() => void (result.recoveredMs = Math.round(performance.now() - struck)));
  };
  let struck = performance.now();
  let recovered: Promise<void> | undefined;
  const result: StepResult = { step, pids: [], counted: false, recoveredMs: undefined };
  const { pids } = await strike(site, step, ready);
  recovered?.catch(() => {});
  result.pids = pids;
  result.counted = step.fault.kind === 'kill' && busy && pids.length > 0;
  return result;
}
