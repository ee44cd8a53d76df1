import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { runPlatform } from '../platform.ts';
import { againstBench } from './against.ts';
import { brokerBench } from './broker-bench.ts';
import { clusterColdStarts } from './cluster-cold.ts';
import { coldStarts } from './cold.ts';
import { compressionBench } from './compression.ts';
import { password, people, plainContender, platformContender, shots } from './contenders.ts';
import { eventLatency } from './events.ts';
import { memory } from './memory.ts';
import type { BenchOptions } from './options.ts';
import { predecessorsScenario } from './predecessor.ts';
import { cachedGates, ratios, tooDear } from './ratios.ts';
import { atRate, saturation } from './saturation.ts';
import { searchBench } from './search.ts';
import { table } from './table.ts';
import { telemetryCost } from './telemetry.ts';

// `dormouse bench` starts this program with its options as JSON.
const values = JSON.parse(process.argv[2] ?? '{}') as BenchOptions;
const { rounds, seconds, posts } = values;
const parts = new Set<string>(values.parts);
const progress = (line: string) => console.error(`· ${line}`);
const overlay = join(import.meta.dirname, 'overlay');
const outer = mkdtempSync(join(tmpdir(), 'dormouse-bench-'));
const home = join(outer, 'home');
mkdirSync(home);

const results: Record<string, unknown> = {
  command: values.command,
  date: new Date().toISOString(),
  machine: {
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    loadBefore: loadavg()[0],
  },
};

try {
  if (parts.has('cluster-cold')) {
    const { INGRESS: ingress, KUBECONFIG } = process.env;
    if (!ingress || !KUBECONFIG) throw new Error('cluster-cold needs KUBECONFIG and INGRESS');
    results.clusterCold = await clusterColdStarts({
      ingress,
      namespace: values.namespace,
      rounds: values.cold,
      progress,
    });
    results.loadAfter = loadavg()[0];
    save();
  }
  if (parts.has('f')) {
    results.broker = await brokerBench(outer, values.brokerRounds, progress);
    save();
  }
  if (parts.has('compression')) {
    results.compression = await compressionBench(rounds, progress);
    save();
  }
  if (parts.has('search')) {
    results.search = await searchBench(outer, posts, progress);
    save();
  }
  if (parts.has('b') || parts.has('c') || parts.has('d')) await withPlatform([], loaded);
  if (parts.has('ratios'))
    await withPlatform([], async (platform) => {
      const last = await fill(platform);
      const { list, post, page: home, create } = await shots(platform, last);
      const found = await ratios(
        platform,
        { list: list!, post: post!, home: home!, create: create! },
        rounds,
        progress,
      );
      results.ratios = found;
      if (tooDear(found).length > 0) process.exitCode = 1;
    });
  if (parts.has('ratios') && values.sharedCache > 0)
    await withPlatform(['--shared-cache', String(values.sharedCache)], async (platform) => {
      const { list, post, page: home } = await shots(platform, await fill(platform));
      const found = await ratios(platform, { list: list!, post: post!, home: home! }, rounds, progress, cachedGates);
      results.cachedRatios = found;
      if (tooDear(found).length > 0) process.exitCode = 1;
    });
  const { against } = values;
  if (against)
    await withPlatform([], async (platform) => {
      const id = await fill(platform);
      const { slug } = (await (await request(`${platform.url}/blog/api/posts/${id}`)).body.json()) as { slug: string };
      results.against = await againstBench(platform, against, { rounds, seconds, somePost: { id, slug } }, progress);
    });
  if (parts.has('telemetry'))
    await withPlatform([], async (platform) => {
      await fill(platform);
      const many = { cycles: values.cycles, sleeps: values.sleeps, cold: values.cold };
      results.telemetry = await telemetryCost(platform, join(outer, 'posts'), { rounds, seconds, ...many }, progress);
    });
  if (parts.has('e'))
    await withPlatform([], async (platform) => {
      results.memory = await memory(platform);
    });
  if (parts.has('a'))
    for (const prewarmed of [true, false])
      await withPlatform(prewarmed ? [] : ['--no-prewarm'], async (platform) => {
        results[prewarmed ? 'cold' : 'coldWithoutSpare'] = await coldStarts(
          platform,
          Math.ceil(values.cold / (prewarmed ? 1 : 4)),
          prewarmed,
          progress,
        );
      });
} finally {
  rmSync(outer, { recursive: true, force: true });
}
console.log(table(results));

async function withPlatform(
  args: string[],
  work: (platform: Awaited<ReturnType<typeof runPlatform>>) => Promise<void>,
): Promise<void> {
  const platform = await runPlatform({ home, overlay, args: ['--no-watch', ...args] });
  try {
    await work(platform);
  } finally {
    await platform.stop();
    save();
  }
}

/** After each part: a later one may fail. */
function save(): void {
  writeFileSync(values.out, `${JSON.stringify(results, null, 2)}\n`);
}

/** @returns the id of the last post */
async function fill(platform: Awaited<ReturnType<typeof runPlatform>>): Promise<number> {
  progress(`${posts} posts, ${people} people`);
  const { create } = await shots(platform, 0);
  let last = 0;
  for (let n = 0; n < posts; n++)
    last = ((await post(platform.url + create!.path, create!.perRequest!())) as { id: number }).id;
  return last;
}

async function loaded(platform: Awaited<ReturnType<typeof runPlatform>>): Promise<void> {
  const last = await fill(platform);
  if (parts.has('b'))
    for (let n = 0; n < people; n++)
      await post(`${platform.url}/api/register`, {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username: `person${n}`, email: `p${n}@example.org`, password }),
      });
  const all = await shots(platform, last);
  if (parts.has('b')) results.load = await throughput(platform, all);
  if (parts.has('c'))
    results.predecessor = {
      all: await predecessorsScenario(platform.url, 20),
      withoutHealth: await predecessorsScenario(platform.url, 20, '/health'),
    };
  if (parts.has('d')) results.events = await eventLatency(platform, all.create!, 300);
}

async function throughput(
  platform: Awaited<ReturnType<typeof runPlatform>>,
  all: Awaited<ReturnType<typeof shots>>,
): Promise<Record<string, unknown>> {
  const plain = await plainContender(platform);
  const ours = platformContender(platform);
  const found: Record<string, unknown> = {};
  for (const [name, shot] of Object.entries(all)) {
    progress(`throughput and latency: ${name}`);
    const contenders = name === 'page' ? [ours] : [ours, plain];
    const few = name === 'login'; // five log-ins a minute and name: three short rounds are what the people are enough for
    const saturated = await saturation(contenders, shot, few ? 3 : rounds, few ? 2 : seconds);
    const slower = Math.min(...Object.values(saturated).map(({ perSecond }) => perSecond.median));
    const latency: Record<string, unknown> = {};
    if (few) await new Promise((resolve) => setTimeout(resolve, 60_000));
    for (const share of few ? [0.5] : [0.2, 0.5, 0.8])
      for (const contender of contenders)
        latency[`${contender.name} at ${share * 100} %`] = await atRate(
          contender,
          shot,
          Math.max(1, Math.round(slower * share)),
          few ? 3 : seconds,
        );
    found[name] = { saturated, latency };
  }
  plain.stop();
  return found;
}

async function post(url: string, init: { headers: Record<string, string>; body: string }): Promise<unknown> {
  const { statusCode, body } = await request(url, { method: 'POST', ...init });
  const text = await body.text();
  if (statusCode !== 201) throw new Error(`${url}: ${statusCode} ${text}`);
  return JSON.parse(text);
}
