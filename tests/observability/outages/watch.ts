import { setTimeout as sleep } from 'node:timers/promises';
import { overview } from '@dormouse/observability/grafana/dashboards/overview';
import { filled, queriesOf } from '@dormouse/observability/grafana/queries';
import { percentile } from '../../soak/verdict.ts';
import type { AlertReceiver } from '../alert-receiver.ts';
import type { Outage } from './outages.ts';
import { type Answer, people } from './people.ts';
import { type ToldAlert, toldOf } from './told.ts';

/** What one who evaluates the rules showed and told. */
export interface Watcher {
  /** Part of the requests that the Overview showed as failed. */
  failing: number;
  /** Part of the requests that the client saw fail, in the minute of which that can be: one that ended within the last half minute. */
  failed: number;
  alerts: readonly ToldAlert[];
}

export interface Watched {
  /** By the name of who watched: the platform itself, and Prometheus with Alertmanager where they are installed. */
  watchers: Readonly<Record<string, Watcher>>;
  /** 95th percentile of the last minute, ms: readers, and the author. */
  slow: readonly [number, number];
  begunMs: number;
  endedMs: number;
}

const [warmMs, outageMs, quietMs] = [30_000, 150_000, 900_000];
const patienceMs = 300_000;
/** What the Overview is asked for, and how old the newest number may be: the platform adds its own, and Prometheus asks for them, every ten seconds. */
const [windowMs, lookMs] = [60_000, 20_000];
/** How old what is shown may be: it is measured, scraped, recorded, and then asked for. */
const [oldestMs, stepMs] = [30_000, 5_000];
/** After its beginning, and after its end, somebody has to be told within this. */
export const toldWithinMs = 120_000;

export interface Observer {
  name: string;
  /** Answers PromQL, as Prometheus does. */
  url: string;
  receiver: Pick<AlertReceiver, 'notified'>;
}

/** What an outage is planted on, and who watches it. */
export interface Ground<Site> {
  site: Site;
  /** Where people reach it. */
  url: string;
  observers: readonly Observer[];
}

type AtTheEnd = (stop: () => unknown) => void;
export type OpenGround<Site> = (outage: Outage<Site>, atTheEnd: AtTheEnd) => Promise<Ground<Site>>;

/** A ground with people, before, during and after an outage. */
export async function watch<Site>(outage: Outage<Site>, open: OpenGround<Site>): Promise<Watched> {
  const over = new AbortController();
  const stops: (() => unknown)[] = [];
  const atTheEnd = (stop: () => unknown) => void stops.unshift(stop);
  try {
    return await watchUntil(outage, await open(outage, atTheEnd), over, atTheEnd);
  } finally {
    over.abort();
    for (const stop of stops) await stop();
  }
}

async function watchUntil<Site>(
  outage: Outage<Site>,
  { site, url, observers }: Ground<Site>,
  over: AbortController,
  atTheEnd: AtTheEnd,
): Promise<Watched> {
  const gone = new AbortController();
  const { answers, gone: left, without } = await people(url, gone.signal);
  atTheEnd(async () => {
    gone.abort();
    await left;
  });

  await untilAllIsWell(answers);
  if (outage.quieten) await without(() => outage.quieten!(site));
  const begunMs = Date.now();
  const planted = outage.plant(site, over.signal);
  await sleep(outage.silent ? quietMs : outageMs);
  const atMs = Date.now() - lookMs;
  const failing = await Promise.all(observers.map((each) => ask(each.url, 'Failing', atMs)));
  const last = minuteUntil(answers, atMs);
  const failed = failing.map((shown) => nearest(shown, partsThatFailed(answers, atMs)));
  over.abort();
  await planted;
  const endedMs = Date.now();
  const told = () => observers.map((each) => toldOf(each.receiver.notified));
  const isOpen = () => told().some((alerts) => alerts.some(({ endedMs: ended }) => ended === undefined));
  // One alert may come late, of what it was told late.
  while (Date.now() < endedMs + (isOpen() ? toldWithinMs : toldWithinMs / 2)) await sleep(500);
  const watchers = told().map((alerts, n) => [
    observers[n]!.name,
    { failing: failing[n]!, failed: failed[n]!, alerts },
  ]);
  const slow = [p95(last, false), p95(last, true)] as const;
  return { watchers: Object.fromEntries(watchers), slow, begunMs, endedMs };
}

async function ask(url: string, panel: string, atMs: number): Promise<number> {
  const { query } = queriesOf(overview).find((each) => each.panel === panel)!;
  const body = new URLSearchParams({
    query: filled(query, { step: windowMs / 1_000, range: windowMs / 1_000, of: 'posts' }),
    time: String(atMs / 1_000),
  });
  const response = await fetch(`${url}/api/v1/query`, { method: 'POST', body });
  const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
  return Number(data.result[0]?.value[1] ?? Number.NaN);
}

/** What sleeps is woken by the first requests, on a busy machine slowly: waits for half a minute in which none failed. */
async function untilAllIsWell(answers: readonly Answer[]): Promise<void> {
  const sinceMs = Date.now();
  const failedMs = () => answers.findLast(({ failed }) => failed)?.atMs ?? sinceMs;
  while (Date.now() < failedMs() + warmMs) {
    if (Date.now() > sinceMs + patienceMs) throw new Error('requests fail before anything was planted');
    await sleep(500);
  }
}

const minuteUntil = (answers: readonly Answer[], atMs: number): Answer[] =>
  answers.filter((each) => each.atMs > atMs - windowMs && each.atMs <= atMs);

function partsThatFailed(answers: readonly Answer[], atMs: number): number[] {
  const parts: number[] = [];
  for (let agoMs = 0; agoMs <= oldestMs; agoMs += stepMs) {
    const asked = minuteUntil(answers, atMs - agoMs);
    parts.push(asked.filter((each) => each.failed).length / asked.length);
  }
  return parts;
}

const nearest = (to: number, values: readonly number[]): number =>
  values.reduce((best, value) => (Math.abs(value - to) < Math.abs(best - to) ? value : best));

const p95 = (answers: readonly Answer[], written: boolean): number =>
  percentile(
    answers.filter((each) => each.written === written).map(({ tookMs }) => tookMs),
    95,
  );
