import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { missingOf } from '@dormouse/monitoring/programs';
import { overview } from '@dormouse/observability/grafana/dashboards/overview';
import { filled, queriesOf } from '@dormouse/observability/grafana/queries';
import { removeHome, runPlatform, temporaryHome } from '../../platform.ts';
import { percentile } from '../../soak/verdict.ts';
import { type AlertReceiver, openAlertReceiver } from '../alert-receiver.ts';
import { observedOverlay } from '../observed-overlay.ts';
import { runMonitor } from '../run-monitor.ts';
import { base, type Outage } from './outages.ts';
import { type Answer, people } from './people.ts';
import { type ToldAlert, toldOf } from './told.ts';

/** What one who evaluates the rules showed and told. */
export interface Watcher {
  /** Part of the requests that the Overview showed as failed. */
  failing: number;
  alerts: readonly ToldAlert[];
}

export interface Watched {
  /** By the name of who watched: the platform itself, and Prometheus with Alertmanager where they are installed. */
  watchers: Readonly<Record<string, Watcher>>;
  /** Part of the requests that the client saw fail. */
  failed: number;
  /** 95th percentile of the last minute, ms: readers, and the author. */
  slow: readonly [number, number];
  begunMs: number;
  endedMs: number;
}

const breakable = join(import.meta.dirname, '../../chaos/platform-on-faulty-disk.ts');
const [warmMs, outageMs, quietMs] = [30_000, 150_000, 900_000];
/** What the Overview is asked for, and how old the newest number may be: the platform adds its own, and Prometheus asks for them, every ten seconds. */
const [windowMs, lookMs] = [60_000, 20_000];
/** After its beginning, and after its end, somebody has to be told within this. */
export const toldWithinMs = 120_000;

interface Observer {
  name: string;
  /** Answers PromQL, as Prometheus does. */
  url: string;
  receiver: AlertReceiver;
}

/** A platform of its own, with people, before, during and after an outage. */
export async function watch(outage: Outage): Promise<Watched> {
  const over = new AbortController();
  const stops: (() => unknown)[] = [];
  const atTheEnd = (stop: () => unknown) => void stops.unshift(stop);
  try {
    return await watchUntil(outage, over, atTheEnd);
  } finally {
    over.abort();
    for (const stop of stops) await stop();
  }
}

async function watchUntil(
  outage: Outage,
  over: AbortController,
  atTheEnd: (stop: () => unknown) => void,
): Promise<Watched> {
  const home = temporaryHome();
  atTheEnd(() => removeHome(home));
  const receiver = await openAlertReceiver();
  atTheEnd(receiver.close);
  const overlay = observedOverlay(home, base, {});
  outage.prepare?.(home, atTheEnd);
  const platform = await runPlatform({ home, overlay, program: breakable, env: { ALERT_WEBHOOK: receiver.url } });
  atTheEnd(platform.stop);
  const observers: Observer[] = [{ name: 'platform', url: platform.console, receiver }];
  if (missingOf('prometheus', 'alertmanager').length === 0) {
    const second = await openAlertReceiver();
    atTheEnd(second.close);
    const monitor = await runMonitor(platform, second.url);
    atTheEnd(monitor.stop);
    observers.push({ name: 'Alertmanager', url: monitor.prometheus, receiver: second });
  }
  const gone = new AbortController();
  const { answers, gone: left } = await people(platform.url, gone.signal);
  atTheEnd(async () => {
    gone.abort();
    await left;
  });

  await sleep(warmMs);
  const begunMs = Date.now();
  const planted = outage.plant(platform, over.signal);
  await sleep(outage.silent ? quietMs : outageMs);
  const atMs = Date.now() - lookMs;
  const failing = await Promise.all(observers.map(({ url }) => ask(url, 'Failing', atMs)));
  const last = answers.filter((each) => each.atMs > atMs - windowMs && each.atMs <= atMs);
  over.abort();
  await planted;
  const endedMs = Date.now();
  const told = () => observers.map((each) => toldOf(each.receiver.notified));
  const isOpen = () => told().some((alerts) => alerts.some(({ endedMs: ended }) => ended === undefined));
  // One alert may come late, of what it was told late.
  while (Date.now() < endedMs + (isOpen() ? toldWithinMs : toldWithinMs / 2)) await sleep(500);
  const watchers = told().map((alerts, n) => [observers[n]!.name, { failing: failing[n]!, alerts }]);
  const failed = last.filter((each) => each.failed).length / last.length;
  const slow = [p95(last, false), p95(last, true)] as const;
  return { watchers: Object.fromEntries(watchers), failed, slow, begunMs, endedMs };
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

const p95 = (answers: readonly Answer[], written: boolean): number =>
  percentile(
    answers.filter((each) => each.written === written).map(({ tookMs }) => tookMs),
    95,
  );
