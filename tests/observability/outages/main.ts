/**
 * Plants outages on local platforms of their own, and prints a table: what the Overview showed beside what a client counted, who was told
 * of what and when. `node tests/observability/outages/main.ts [NAME …]`, some six minutes each, `quiet` a quarter of an hour.
 * Exit code 1 where figures are more than 1 % apart, an alert is late or misleads, or its end is.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { overview } from '@dormouse/observability/grafana/dashboards/overview';
import { filled, queriesOf } from '@dormouse/observability/grafana/queries';
import { type RunningPlatform, removeHome, runPlatform, temporaryHome } from '../../platform.ts';
import { percentile } from '../../soak/verdict.ts';
import { openAlertReceiver } from '../alert-receiver.ts';
import { observedOverlay } from '../observed-overlay.ts';
import { base, type Outage, outages } from './outages.ts';
import { type Answer, people } from './people.ts';
import { type ToldAlert, toldOf } from './told.ts';

const breakable = join(import.meta.dirname, '../../chaos/platform-on-faulty-disk.ts');
const [warmMs, outageMs, quietMs] = [30_000, 150_000, 900_000];
/** What the Overview is asked for, and how old the newest number may be: the platform adds its own every ten seconds. */
const [windowMs, lookMs] = [60_000, 10_000];
/** After its beginning, and after its end, somebody has to be told within this. */
const toldWithinMs = 120_000;

interface Watched {
  failing: number;
  failed: number;
  /** 95th percentile of the last minute, ms: readers, and the author. */
  slow: readonly [number, number];
  begunMs: number;
  endedMs: number;
  alerts: readonly ToldAlert[];
}

async function ask(platform: RunningPlatform, panel: string, atMs: number): Promise<number> {
  const { query } = queriesOf(overview).find((each) => each.panel === panel)!;
  const body = new URLSearchParams({
    query: filled(query, { step: windowMs / 1_000, range: windowMs / 1_000, of: 'posts' }),
    time: String(atMs / 1_000),
  });
  const response = await fetch(`${platform.console}/api/v1/query`, { method: 'POST', body });
  const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
  return Number(data.result[0]?.value[1] ?? Number.NaN);
}

async function watch(outage: Outage): Promise<Watched> {
  const home = temporaryHome();
  const receiver = await openAlertReceiver();
  const told = () => toldOf(receiver.notified);
  const overlay = observedOverlay(home, base, {});
  const platform = await runPlatform({ home, overlay, program: breakable, env: { ALERT_WEBHOOK: receiver.url } });
  const [over, everythingOver] = [new AbortController(), new AbortController()];
  try {
    const { answers, gone } = await people(platform.url, everythingOver.signal);
    await sleep(warmMs);
    const begunMs = Date.now();
    const planted = outage.plant(platform, over.signal);
    await sleep(outage.silent ? quietMs : outageMs);
    const atMs = Date.now() - lookMs;
    const failing = await ask(platform, 'Failing', atMs);
    const last = answers.filter((each) => each.atMs > atMs - windowMs && each.atMs <= atMs);
    over.abort();
    await planted;
    const endedMs = Date.now();
    const open = () => told().some(({ endedMs: ended }) => ended === undefined);
    while (Date.now() < endedMs + toldWithinMs && open()) await sleep(500);
    everythingOver.abort();
    await gone;
    const failed = last.filter((each) => each.failed).length / last.length;
    const slow = [p95(last, false), p95(last, true)] as const;
    return { failing, failed, slow, begunMs, endedMs, alerts: told() };
  } finally {
    over.abort();
    everythingOver.abort();
    await platform.stop();
    receiver.close();
    removeHome(home);
  }
}

const p95 = (answers: readonly Answer[], written: boolean): number =>
  percentile(
    answers.filter((each) => each.written === written).map(({ tookMs }) => tookMs),
    95,
  );

/** What must not be. */
function faultsOf({ tells, silent }: Outage, { failing, failed, begunMs, endedMs, alerts }: Watched): string[] {
  const first = alerts[0]?.firstMs;
  return [
    ...(Math.abs(failing - failed) <= 0.01 ? [] : ['the Overview and the client are apart']),
    ...(silent || (first !== undefined && first - begunMs <= toldWithinMs) ? [] : ['nobody was told in time']),
    ...alerts.filter(({ name }) => !tells.includes(name)).map(({ name }) => `${name} misleads`),
    ...alerts
      .filter(({ endedMs: ended }) => (ended ?? Number.POSITIVE_INFINITY) - endedMs > toldWithinMs)
      .map(({ name }) => `nobody was told in time that ${name} is over`),
  ];
}

const seconds = (ms: number) => `${Math.round(ms / 1_000)} s`;
const share = (part: number) => (Number.isNaN(part) ? 'no data' : `${(part * 100).toFixed(1)} %`);

function row(name: string, { failing, failed, slow, begunMs, endedMs, alerts }: Watched): string {
  const tellings = alerts.map(({ name: alert, firstMs }) => `${alert} ${seconds(firstMs - begunMs)}`);
  const ends = alerts.map(({ endedMs: ended }) => (ended === undefined ? Number.POSITIVE_INFINITY : ended - endedMs));
  const last = ends.length === 0 ? '–' : Number.isFinite(Math.max(...ends)) ? seconds(Math.max(...ends)) : 'not told';
  const [reading, writing] = slow.map((ms) => `${Math.round(ms)} ms`);
  return `| \`${name}\` | ${share(failing)} | ${share(failed)} | ${reading}, ${writing} | ${tellings.join(', ') || '–'} | ${last} |`;
}

const asked = process.argv.slice(2);
for (const name of asked)
  if (!outages[name]) throw new Error(`there is no outage ${name}: ${Object.keys(outages).join(', ')}`);
console.log(
  '| outage | *Failing* | the client counted | 95 % within: reads, writes | told, after its begin | all ends told, after its end |',
);
console.log('|---|---:|---:|---:|---|---:|');
const wrong: string[] = [];
for (const name of asked.length > 0 ? asked : Object.keys(outages)) {
  const outage = outages[name] as Outage;
  const watched = await watch(outage);
  console.log(row(name, watched));
  wrong.push(...faultsOf(outage, watched).map((fault) => `${name}: ${fault}`));
}
for (const each of wrong) console.error(each);
if (wrong.length > 0) process.exitCode = 1;
