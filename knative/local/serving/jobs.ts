import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from '@dormouse/manifests/model';
import type { Bundle } from './process/bundle.ts';
import { type Child, type Output, startChild } from './process/child-process.ts';
import type { CommandLine } from './process/environment.ts';
import { argvOf, workingFolder } from './process/folder-program.ts';
import type { Outputs } from './process/instance-output.ts';
import { programEnvironment, startProgram } from './process/program-process.ts';

export interface JobsOptions {
  home: string;
  /** The launcher's JavaScript file. */
  launcher: string;
  cwd: string;
  outputs: Outputs;
  /** Names the database: what was done for another one is done again. Undefined: always run. */
  database: string | undefined;
  bundleOf: (job: Job) => Promise<Bundle>;
  environmentOf: (job: Job) => Record<string, string>;
  /** The container's command line, expanded. */
  commandLineOf: (job: Job) => CommandLine;
  /** `sinceMs` says when what it tells of began, by performance.now(). */
  progress: (line: string, sinceMs?: number) => void;
}

const firstPauseMs = 500;

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

async function runJob(job: Job, bundle: Bundle, options: JobsOptions): Promise<void> {
  const deadline = job.activeDeadlineMs === undefined ? Number.POSITIVE_INFINITY : Date.now() + job.activeDeadlineMs;
  let cause = '';
  for (let attempt = 0; attempt <= job.backoffLimit; attempt++) {
    if (attempt > 0) await sleep(Math.min(10_000, firstPauseMs * 2 ** (attempt - 1)));
    if (Date.now() >= deadline) break;
    const failure = await attemptJob(job, bundle, options, deadline);
    if (failure === undefined) return;
    cause = failure;
  }
  throw new Error(`Job ${job.name} failed: ${cause || `it did not end within ${job.activeDeadlineMs} ms`}`);
}

function startJob(job: Job, bundle: Bundle, options: JobsOptions, output: Output): Child {
  const env = options.environmentOf(job);
  const commandLine = options.commandLineOf(job);
  const { entry, cache, unbundled } = bundle;
  if (unbundled)
    return startProgram({
      argv: argvOf(unbundled, commandLine),
      cwd: workingFolder(unbundled.folder, job.container.workingDir),
      env: programEnvironment(env, unbundled.folder, { containerPort: 0 }),
      output,
    });
  const child = startChild(options.launcher, env);
  child.become({ env, cwd: options.cwd, entry, args: commandLine.args, cache }, output);
  return child;
}

/** @returns why it failed, or undefined */
async function attemptJob(
  job: Job,
  bundle: Bundle,
  options: JobsOptions,
  deadline: number,
): Promise<string | undefined> {
  const { output, lastWords } = options.outputs.of(job.name, job.name);
  const child = startJob(job, bundle, options, output);
  const late = Number.isFinite(deadline) ? setTimeout(() => child.kill('SIGKILL'), deadline - Date.now()) : undefined;
  const { code, signal } = await child.exited;
  clearTimeout(late);
  if (code === 0) return undefined;
  return lastWords() ?? (signal ? `it was ended by ${signal}` : `it ended with code ${code}`);
}
