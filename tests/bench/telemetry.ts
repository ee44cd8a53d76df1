import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '@dormouse/image/bundle';
import { type FunctionProcess, startFunction } from '../function-process.ts';
import type { RunningPlatform } from '../platform.ts';
import type { Contender } from './contenders.ts';
import { listPath, lostWhenEnded, lostWhenScaledToZero } from './lost-spans.ts';
import { openReceiver } from './otlp-receiver.ts';
import { cpuMs, pssMib } from './processes.ts';
import { type Measured, saturation } from './saturation.ts';
import { type Spread, spread } from './statistics.ts';
import { traceparents } from './traceparents.ts';

export interface TelemetryOptions {
  rounds: number;
  seconds: number;
  /** Cold starts with and without. */
  cold: number;
  /** Of start, request, SIGTERM. */
  cycles: number;
  /** Times that functions are put to sleep by the autoscaler. */
  sleeps: number;
}

export interface TelemetryCost {
  throughput: Record<string, Measured>;
  /** From starting the process to its first answer, ms. */
  cold: Record<Mode, Spread>;
  /** PSS in MiB after some requests. */
  memory: Record<Mode, Spread>;
  lostWhenEnded: { cycles: number; spans: number; lost: number };
  lostWhenScaledToZero: { cycles: number; spans: number; lost: number };
}

type Mode = 'on' | 'off';

/** Until a process is compiled. */
const warmSeconds = 3;

/** What telemetry costs a function, measured at posts' list: its process alone, without ingress, with and without a collector to push to. */
export async function telemetryCost(
  platform: RunningPlatform,
  folder: string,
  options: TelemetryOptions,
  progress: (line: string) => void,
): Promise<TelemetryCost> {
  mkdirSync(folder, { recursive: true });
  await bundle(join(import.meta.dirname, '../../functions/posts/main.ts'), folder);
  const receiver = await openReceiver();
  const sink = fork(join(import.meta.dirname, 'otlp-sink-process.ts'));
  const [{ port }] = (await once(sink, 'message')) as [{ port: number }];
  const start = starter(platform, folder, receiver.url);
  await (await responds(start('off'))).end(); // its code cache
  try {
    progress('telemetry: throughput with and without');
    const throughput = await throughputOf(starter(platform, folder, `http://127.0.0.1:${port}`), options);
    progress('telemetry: cold starts and memory');
    const { cold, memory } = await inTurn(start, options.cold);
    const ended = await lostWhenEnded(() => start('on'), receiver, options.cycles, progress);
    const slept = await lostWhenScaledToZero(platform, options.sleeps, progress);
    return { throughput, cold, memory, lostWhenEnded: ended, lostWhenScaledToZero: slept };
  } finally {
    receiver.close();
    sink.kill();
  }
}

type Start = (mode: Mode) => Promise<FunctionProcess>;

function starter(platform: RunningPlatform, folder: string, otlp: string): Start {
  const env = {
    DATABASE_URL: readFileSync(join(platform.home, 'secrets/posts-database/DATABASE_URL'), 'utf8').trim(),
    JWKS_URL: 'http://127.0.0.1:9/jwks.json',
    AUTH_URL: 'http://127.0.0.1:9',
    LOG_LEVEL: 'warn',
    NODE_OPTIONS: '--max-semi-space-size=8',
    NODE_COMPILE_CACHE: join(folder, 'compiled'),
  };
  return (mode) =>
    startFunction(
      'posts',
      { ...env, ...(mode === 'on' && { OTEL_EXPORTER_OTLP_ENDPOINT: otlp }) },
      join(folder, 'main.js'),
    );
}

/** Each round with processes of its own: how well one is compiled differs from process to process by more than what telemetry may cost. */
async function throughputOf(start: Start, { rounds, seconds }: TelemetryOptions): Promise<Record<string, Measured>> {
  const sampled = traceparents(0.1);
  const shot = {
    method: 'GET',
    path: listPath,
    expect: 200,
    perRequest: () => ({ headers: { traceparent: sampled() }, body: '' }),
  } as const;
  const taken: Record<string, Measured>[] = [];
  for (let round = 0; round < rounds; round++) {
    const processes = { off: await start('off'), on: await start('on') };
    const contenders = Object.entries(processes).map(
      ([name, { origin, pid }]): Contender => ({ name, origin, cpuMs: () => cpuMs(pid) }),
    );
    taken.push(await saturation(contenders, shot, 1, seconds, warmSeconds));
    for (const each of Object.values(processes)) await each.end();
  }
  return Object.fromEntries(
    (['off', 'on'] as const).map((mode) => [mode, together(taken.map((each) => each[mode] as Measured))]),
  );
}

const together = (measured: readonly Measured[]): Measured => ({
  perSecond: spread(measured.map(({ perSecond }) => perSecond.median)),
  cpuMs: spread(measured.map(({ cpuMs }) => cpuMs.median)),
  errors: measured.reduce((sum, { errors }) => sum + errors, 0),
});

/** One after the other, with and without, so that nothing else is there beside the one that is looked at. */
async function inTurn(start: Start, times: number): Promise<Pick<TelemetryCost, 'cold' | 'memory'>> {
  const cold = { on: [] as number[], off: [] as number[] };
  const memory = { on: [] as number[], off: [] as number[] };
  for (let n = 0; n < times; n++)
    for (const mode of ['off', 'on'] as const) {
      const startMs = performance.now();
      const running = await responds(start(mode));
      cold[mode].push(performance.now() - startMs);
      const sampled = traceparents(0.1);
      for (let requests = 0; requests < 200; requests++) await get(running, sampled());
      await new Promise((resolve) => setTimeout(resolve, 1500));
      memory[mode].push(pssMib(running.pid));
      await running.end();
    }
  return {
    cold: { on: spread(cold.on), off: spread(cold.off) },
    memory: { on: spread(memory.on), off: spread(memory.off) },
  };
}

async function responds(starting: Promise<FunctionProcess>): Promise<FunctionProcess> {
  const running = await starting;
  await get(running, traceparents(1)());
  return running;
}

async function get({ origin }: FunctionProcess, traceparent: string): Promise<void> {
  const response = await fetch(origin + listPath, { headers: { traceparent } });
  if (response.status !== 200) throw new Error(`${listPath}: ${response.status}`);
  await response.arrayBuffer();
}
