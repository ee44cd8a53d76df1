/**
 * Plants an outage on a local platform of its own, and says what the Overview's expressions showed beside what a client counted:
 * `node tests/observability/outages/main.ts [database|hung|crash …]`. Exit code 1 where they are more than 1 % apart.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { overview } from '@dormouse/observability/grafana/dashboards/overview';
import { filled, queriesOf } from '@dormouse/observability/grafana/queries';
import { family } from '../../bench/processes.ts';
import { eventually, type RunningPlatform, removeHome, runPlatform, temporaryHome } from '../../platform.ts';
import { killDatabase } from '../fault-injection.ts';
import { observedOverlay } from '../observed-overlay.ts';

interface Answer {
  atMs: number;
  failed: boolean;
}

/** What lasts until it is over, and is mended then. */
type Outage = (platform: RunningPlatform, over: AbortSignal) => Promise<void>;

const outageMs = 100_000;
const windowMs = 60_000;
/** The platform adds its numbers every ten seconds. */
const lookMs = 10_000;
const base = 'tests/overlays/quick';

const outages: Readonly<Record<string, Outage>> = {
  async database(platform, over) {
    for (; !over.aborted; await sleep(100)) killDatabase(platform);
  },
  async hung({ pid }, over) {
    const stopped = family(pid).filter(
      ({ command }) => command.startsWith('postgres') || command.includes('/postgres'),
    );
    for (const each of stopped) process.kill(each.pid, 'SIGSTOP');
    while (!over.aborted) await sleep(100);
    for (const each of stopped) process.kill(each.pid, 'SIGCONT');
  },
  async crash(platform, over) {
    const asleep = async () =>
      (await platform.services()).every(({ name, instances }) => instances === 0 || name === 'relay');
    await eventually(asleep, Boolean, 120);
    observedOverlay(platform.home, base, { OTEL_METRIC_EXPORT_INTERVAL: 'never' });
    while (!over.aborted) await sleep(100);
  },
};

/** Ten readers a second, each request noted with the moment of its answer. */
async function readers(url: string, answers: Answer[], over: AbortSignal): Promise<void> {
  const asking: Promise<void>[] = [];
  for (let n = 0; !over.aborted; n++, await sleep(100)) {
    const path = n % 2 === 0 ? '/' : `/blog/api/posts?limit=${1 + (n % 90)}`;
    const ask = fetch(url + path, { signal: AbortSignal.timeout(30_000) }).then(
      async (response) => {
        await response.arrayBuffer();
        return response.status >= 500;
      },
      () => true,
    );
    asking.push(ask.then((failed) => void answers.push({ atMs: Date.now(), failed })));
  }
  await Promise.all(asking);
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

async function plant(name: string, outage: Outage): Promise<boolean> {
  const home = temporaryHome();
  const platform = await runPlatform({ home, overlay: observedOverlay(home, base, {}) });
  const answers: Answer[] = [];
  const [outageOver, over] = [new AbortController(), new AbortController()];
  try {
    const warm = new AbortController();
    const before = readers(platform.url, [], warm.signal);
    await sleep(15_000);
    warm.abort();
    await before;
    const planted = outage(platform, outageOver.signal);
    if (name === 'crash') await sleep(40_000);
    const reading = readers(platform.url, answers, over.signal);
    await sleep(outageMs);
    const atMs = Date.now() - lookMs;
    const [failing, requests] = [await ask(platform, 'Failing', atMs), await ask(platform, 'Requests', atMs)];
    const within = answers.filter((each) => each.atMs > atMs - windowMs && each.atMs <= atMs);
    const failed = within.filter((each) => each.failed).length / within.length;
    over.abort();
    outageOver.abort();
    await Promise.all([reading, planted]);
    const alike = Math.abs(failing - failed) <= 0.01;
    const shown = `Failing ${(failing * 100).toFixed(1)} %, Requests ${requests.toFixed(2)}/s`;
    const counted = `${(failed * 100).toFixed(1)} % of ${within.length}, ${(within.length / (windowMs / 1_000)).toFixed(2)}/s`;
    console.log(`${name}: the Overview showed ${shown}; the client counted ${counted}${alike ? '' : ': APART'}`);
    for (const { name: service, ...status } of (await platform.services()) as unknown as {
      name: string;
      cause: unknown;
    }[])
      if (status.cause) console.log(`  ${service}: ${JSON.stringify(status.cause)}`);
    return alike;
  } finally {
    outageOver.abort();
    over.abort();
    await platform.stop();
    removeHome(home);
  }
}

const asked = process.argv.slice(2);
for (const name of asked.length > 0 ? asked : Object.keys(outages)) {
  const outage = outages[name];
  if (!outage) throw new Error(`there is no outage ${name}: ${Object.keys(outages).join(', ')}`);
  if (!(await plant(name, outage))) process.exitCode = 1;
}
