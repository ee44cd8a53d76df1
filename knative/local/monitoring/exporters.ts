import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@dormouse/serving/process/free-port';
import { databaseAddress, postgresExporterAccount, redisAddress } from './exporter-account.ts';
import { programPath } from './programs.ts';
import { type ExporterJob, exporterJobs, targetsFile } from './prometheus-configuration.ts';
import { type Program, type Supervised, supervised } from './supervised.ts';

interface ExportersOptions {
  home: string;
  /** Where logs and targets are. */
  folder: string;
  say: (line: string) => void;
}

/** How often it is looked whether the platform has other addresses: it has after each start. */
const lookMs = 2_000;

/** Has an exporter beside PostgreSQL and beside Redis, where the program and the server are there. Resolves with the end of `over`. */
export async function runExporters(options: ExportersOptions, over: AbortSignal): Promise<void> {
  await Promise.all(exporterJobs.map((job) => runExporter(job, options, over)));
}

const programs = { 'postgres-exporter': 'postgresExporter', 'redis-exporter': 'redisExporter' } as const;
const addresses = { 'postgres-exporter': databaseAddress, 'redis-exporter': redisAddress } as const;

async function runExporter(job: ExporterJob, options: ExportersOptions, over: AbortSignal): Promise<void> {
  const { home, folder, say } = options;
  const path = programPath(programs[job]);
  const scraped = targetsFile(folder, job);
  rmSync(scraped, { force: true });
  if (!path) return;
  const target = `127.0.0.1:${await freePort()}`;
  const log = join(folder, `${job}.log`);
  let known: string | undefined;
  let running: Supervised | undefined;
  for (; !over.aborted; await sleep(lookMs, undefined, { signal: over }).catch(() => {})) {
    const address = addresses[job](home);
    if (address === known) continue;
    await running?.stop();
    running = undefined;
    if (address === undefined) rmSync(scraped, { force: true });
    else {
      const program = await programOf(job, { path, home, address, target, log }).catch(() => undefined); // the server does not answer yet
      if (!program) continue;
      running = supervised(program, (code) => say(`${job} ended (${code}) and is started again: ${log}`));
      writeFileSync(scraped, JSON.stringify([{ targets: [target] }]));
    }
    known = address;
  }
  await running?.stop();
}

interface Beside {
  path: string;
  home: string;
  address: string;
  target: string;
  log: string;
}

async function programOf(job: ExporterJob, { path, home, address, target, log }: Beside): Promise<Program> {
  if (job === 'postgres-exporter') {
    const DATA_SOURCE_NAME = await postgresExporterAccount(home, address);
    return { path, args: [`--web.listen-address=${target}`], env: { DATA_SOURCE_NAME }, log };
  }
  const { host, username, password } = new URL(address);
  const args = [`-redis.addr=redis://${host}`, `-web.listen-address=${target}`];
  return { path, args, env: { REDIS_USER: username, REDIS_PASSWORD: password }, log };
}
