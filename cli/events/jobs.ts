import { setTimeout as sleep } from 'node:timers/promises';
import { position } from '@dormouse/console/operator-api';
import type { api } from '@dormouse/journal/api';
import type { BodyOf, ResponseOf } from '@dormouse/runtime/api';
import { CommandError } from '../command-error.ts';
import { confirmed } from '../confirmed.ts';
import { progress } from '../progress.ts';
import { harmless, type Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import type { Journal } from './connections.ts';
import type { Options } from './options.ts';
import { succeeded } from './service.ts';

type Job = ResponseOf<typeof api.getRedrive, 200> | ResponseOf<typeof api.getReplay, 200>;

const lookMs = 300;

/** `redrive`: those of some numbers, those that fit a filter, or all. @returns whether nothing was rejected */
export async function redrive(
  connect: () => Promise<Journal>,
  numbers: readonly number[],
  options: Options,
  terminal: Terminal,
): Promise<boolean> {
  const wanted = selection(numbers, options);
  const journal = await connect();
  const begin = async (dryRun: boolean): Promise<Job> =>
    succeeded(await journal('POST /api/journal/redrives', { body: { ...wanted, ...(dryRun && { dry_run: true }) } }))
      .body;
  const counted = await begin(true);
  if (options.dryRun)
    return printOutcome(await followed(journal, counted, terminal, { quiet: options.json }), options, terminal);
  if (counted.total === 0) return printOutcome({ ...counted, dry_run: false, state: 'done' }, options, terminal);
  if (numbers.length === 0 && !options.yes) await confirm(`Redrive ${dead(counted.total)}?`, terminal);
  return run(journal, await begin(false), options, terminal);
}

/** `replay`: a time range to one trigger. @returns whether nothing was rejected */
export async function replay(
  journal: Journal,
  range: { trigger: string; from: string; to: string },
  options: Options,
  terminal: Terminal,
): Promise<boolean> {
  const body = { ...range, dry_run: options.dryRun };
  return run(journal, succeeded(await journal('POST /api/journal/replays', { body })).body, options, terminal);
}

/** `follow JOB`. @returns whether nothing was rejected */
export async function follow(journal: Journal, job: string, options: Options, terminal: Terminal): Promise<boolean> {
  return run(journal, await jobAt(journal, job), options, terminal);
}

/** `cancel JOB`. @returns whether nothing had been rejected */
export async function cancel(journal: Journal, job: string, options: Options, terminal: Terminal): Promise<boolean> {
  const { kind, params } = partsOf(job);
  if (kind === 'redrives') succeeded(await journal('DELETE /api/journal/redrives/:id', { params }));
  else succeeded(await journal('DELETE /api/journal/replays/:id', { params }));
  return printOutcome(await jobAt(journal, job), options, terminal);
}

/** The job at `redrives/ID` or `replays/ID`. */
async function jobAt(journal: Journal, path: string): Promise<Job> {
  const { kind, params } = partsOf(path);
  return kind === 'redrives'
    ? succeeded(await journal('GET /api/journal/redrives/:id', { params })).body
    : succeeded(await journal('GET /api/journal/replays/:id', { params })).body;
}

function partsOf(path: string): { kind: string; params: { id: string } } {
  const [kind = '', id = ''] = path.split('/');
  return { kind, params: { id } };
}

function selection(numbers: readonly number[], { filter, all }: Options): BodyOf<typeof api.redrive> {
  const ways = [numbers.length > 0, Object.keys(filter).length > 0, all].filter(Boolean).length;
  if (ways === 0)
    throw new UsageError('which dead letters? (their numbers, --trigger NAME or another filter, or --all)');
  if (ways > 1) throw new UsageError('numbers, filters and --all exclude each other');
  return numbers.length > 0 ? { numbers: [...numbers] } : all ? { all } : { filter };
}

async function confirm(question: string, terminal: Terminal): Promise<void> {
  if (!(await confirmed(question, terminal))) throw new CommandError('nothing was sent');
}

async function run(journal: Journal, job: Job, options: Options, terminal: Terminal): Promise<boolean> {
  return printOutcome(await followed(journal, job, terminal, { quiet: options.json }), options, terminal);
}

/** Asks until the job has ended. Ctrl-C stops asking, not the job. */
async function followed(journal: Journal, job: Job, terminal: Terminal, { quiet }: { quiet: boolean }): Promise<Job> {
  const path = `${job.kind}s/${job.id}`;
  const step =
    quiet || job.total === 0 ? undefined : progress(terminal.screen, job.dry_run ? 'counting' : job.kind, job.total);
  let now = job;
  for (let shown = 0; ; ) {
    for (const until = now.state === 'done' ? job.total : position(now); shown < until; shown++) step?.('');
    if (now.state !== 'running') return now;
    await sleep(lookMs, undefined, { signal: terminal.signal }).catch(() => {});
    if (terminal.signal.aborted)
      throw new CommandError(
        `${path} continues in the platform: "dormouse events follow ${path}" shows its progress, "dormouse events cancel ${path}" stops it`,
      );
    now = await jobAt(journal, path);
  }
}

/** Prints the outcome. @returns whether nothing failed */
function printOutcome(job: Job, { json }: Options, { print, paint }: Terminal): boolean {
  const succeeded = job.failed === 0 && !job.error;
  if (json) print(JSON.stringify(job, null, 2));
  else print(paint(!succeeded ? 'red' : job.state === 'cancelled' ? 'yellow' : 'green', sentence(job)));
  return succeeded;
}

function sentence(job: Job): string {
  const { kind, state, dry_run, total, done, failed, unmatched, error } = job;
  const all = kind === 'redrive' ? dead(total) : `${total} event${total === 1 ? '' : 's'}`;
  const not = unmatched > 0 ? `, ${unmatched} not for the trigger` : '';
  if (total === 0 && !error)
    return kind === 'redrive' ? 'no dead letter is open there' : 'no event was archived in that time';
  if (error) return `${kind} given up: ${harmless(error)}`;
  if (dry_run) return `dry run: ${done} of ${all} would be sent${not}${failed > 0 ? `, ${failed} cannot be` : ''}`;
  if (state === 'running') return `${kind} of ${all} is running, ${position(job)} done`;
  return `${state === 'cancelled' ? 'cancelled: ' : ''}${done} of ${all} sent${not}${failed > 0 ? `, ${failed} rejected again` : ''}`;
}

const dead = (count: number) => `${count} dead letter${count === 1 ? '' : 's'}`;
