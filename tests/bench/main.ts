import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { request } from 'undici';
import { runPlatform } from '../platform.ts';
import { brokerBench } from './broker-bench.ts';
import { clusterColdStarts } from './cluster-cold.ts';
import { coldStarts } from './cold.ts';
import { password, people, plainContender, platformContender, shots } from './contenders.ts';
import { eventLatency } from './events.ts';
import { memory } from './memory.ts';
import { predecessorsScenario } from './predecessor.ts';
import { atRate, saturation } from './saturation.ts';
import { table } from './table.ts';
import { telemetryCost } from './telemetry.ts';

const help = `npm run bench -- [telemetry | cluster-cold] [options]

Measures the platform on this machine, beside a plain Hono process with the same statements and a bare node:http function;
with "telemetry" what telemetry costs a function, and nothing else; with "cluster-cold" cold starts of functions on the cluster of
KUBECONFIG, reached at INGRESS, and nothing else.

  --parts a,b,c,d,e,f  a cold starts, b throughput and latency, c the predecessor's scenario, d events, e memory,
                      f the broker alone: publishing, end to end, a backlog, dead neighbours, recovery (default: all)
  --rounds N          interleaved rounds of b (default 5)
  --broker-rounds N   interleaved rounds of f's dead neighbours (default 9)
  --cold N            cold starts of each function with a prewarmed process, and a quarter of it without (default 20)
  --seconds N         length of one run of b (default 4)
  --posts N           posts in the database before b (default 500)
  --namespace NAME    cluster-cold: theirs (default dormouse)
  --cycles N          telemetry: functions started, asked once and ended (default 1000)
  --sleeps N          telemetry: functions put to sleep by the autoscaler (default 100)
  --out FILE          results as JSON (default bench.json)
  --help`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    parts: { type: 'string', default: 'a,b,c,d,e,f' },
    rounds: { type: 'string', default: '5' },
    'broker-rounds': { type: 'string', default: '9' },
    cold: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '4' },
    posts: { type: 'string', default: '500' },
    namespace: { type: 'string', default: 'dormouse' },
    cycles: { type: 'string', default: '1000' },
    sleeps: { type: 'string', default: '100' },
    out: { type: 'string', default: 'bench.json' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(help);
  process.exit(0);
}
const [rounds, seconds, posts] = [Number(values.rounds), Number(values.seconds), Number(values.posts)];
const parts = new Set(positionals.length > 0 ? positionals : values.parts.split(','));
const progress = (line: string) => console.error(`· ${line}`);
const overlay = join(import.meta.dirname, 'overlay');
const outer = mkdtempSync(join(tmpdir(), 'dormouse-bench-'));
const home = join(outer, 'home');
mkdirSync(home);

const results: Record<string, unknown> = {
  command: `npm run bench -- ${process.argv.slice(2).join(' ')}`.trim(),
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
      rounds: Number(values.cold),
      progress,
    });
    results.loadAfter = loadavg()[0];
    save();
  }
  if (parts.has('f')) {
    results.broker = await brokerBench(outer, Number(values['broker-rounds']), progress);
    save();
  }
  if (parts.has('b') || parts.has('c') || parts.has('d')) await withPlatform([], loaded);
  if (parts.has('telemetry'))
    await withPlatform([], async (platform) => {
      await fill(platform);
      const many = { cycles: Number(values.cycles), sleeps: Number(values.sleeps), cold: Number(values.cold) };
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
          Math.ceil(Number(values.cold) / (prewarmed ? 1 : 4)),
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
