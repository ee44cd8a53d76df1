import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from '@dormouse/manifests/model';
import type { Bundle } from './process/bundle.ts';
import type { Outputs } from './process/instance-output.ts';
import { type ContainerOptions, startContainer } from './process/start-container.ts';

export interface JobRunOptions extends ContainerOptions {
  outputs: Outputs;
  /** Whose output it is; default: the Job's. */
  service?: string;
  /** Aborted when it is to be ended before its end. */
  signal?: AbortSignal;
}

export interface JobsOptions extends JobRunOptions {
  home: string;
  /** Names the database: what was done for another one is done again. Undefined: always run. */
  database: string | undefined;
  bundleOf: (job: Job) => Promise<Bundle>;
  /** `sinceMs` says when what it tells of began, by performance.now(). */
  progress: (line: string, sinceMs?: number) => void;
}

const firstPauseMs = 500;
/** After SIGTERM. */
const graceMs = 10_000;

/**
 * Runs Jobs to their end, one after the other, as often as each one's backoffLimit allows. What was done before for the same
 * manifest, program and database is not done again.
 * @throws Error naming the Job, when it fails for good
 */
export async function runJobs(jobs: readonly Job[], options: JobsOptions): Promise<void> {
  const file = join(options.home, 'jobs.json');
  const done = read(file);
  for (const job of jobs) {
    const bundle = await options.bundleOf(job);
    const key = `${job.namespace}/${job.name}`;
    const { origin: _, ...manifest } = job;
    const hash = createHash('sha256')
      .update(JSON.stringify([manifest, bundle.hash, options.database]))
      .digest('hex');
    if (options.database !== undefined && done[key] === hash) continue;
    const began = performance.now();
    await runJob(job, bundle, options);
    options.progress(`Job ${job.name} done`, began);
    done[key] = hash;
    writeFileSync(`${file}.new`, JSON.stringify(done));
    renameSync(`${file}.new`, file);
  }
}

function read(file: string): Record<string, string> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  } catch {
    return {};
  }
}

/**
 * Runs a Job to its end, as often as its backoffLimit allows.
 * @throws Error saying why it failed for good, or that it was aborted
 */
export async function runJob(job: Job, bundle: Bundle, options: JobRunOptions): Promise<void> {
  const deadline = job.activeDeadlineMs === undefined ? Number.POSITIVE_INFINITY : Date.now() + job.activeDeadlineMs;
  let cause = '';
  for (let attempt = 0; attempt <= job.backoffLimit; attempt++) {
    if (attempt > 0) await sleep(Math.min(10_000, firstPauseMs * 2 ** (attempt - 1)), undefined, options);
    if (Date.now() >= deadline) break;
    const failure = await attemptJob(job, bundle, options, deadline);
    if (failure === undefined) return;
    cause = failure;
  }
  throw new Error(`Job ${job.name} failed: ${cause || `it did not end within ${job.activeDeadlineMs} ms`}`);
}

/** @returns why it failed, or undefined */
async function attemptJob(
  job: Job,
  bundle: Bundle,
  options: JobRunOptions,
  deadline: number,
): Promise<string | undefined> {
  const { output, lastWords } = options.outputs.of(options.service ?? job.name, job.name);
  options.signal?.throwIfAborted();
  const { child } = await startContainer(job, { bundle, set: {}, output }, options);
  let late = Number.isFinite(deadline) ? setTimeout(() => child.kill('SIGKILL'), deadline - Date.now()) : undefined;
  const stop = () => {
    child.kill('SIGTERM');
    clearTimeout(late);
    late = setTimeout(() => child.kill('SIGKILL'), graceMs);
  };
  if (options.signal?.aborted) stop();
  options.signal?.addEventListener('abort', stop);
  const { code, signal } = await child.exited;
  options.signal?.removeEventListener('abort', stop);
  clearTimeout(late);
  if (code !== 0) options.signal?.throwIfAborted();
  if (code === 0) return undefined;
  return lastWords() ?? (signal ? `it was ended by ${signal}` : `it ended with code ${code}`);
}
