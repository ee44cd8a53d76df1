import { setTimeout as sleep } from 'node:timers/promises';
import { type Job, position } from '@dormouse/console/operator-api';
import { progress } from '../progress.ts';
import { harmless, type Terminal } from '../terminal.ts';
import { Mistake } from '../usage-error.ts';
import type { Options } from './options.ts';
import type { Service } from './service.ts';

const lookMs = 300;

/** `redrive`: one, some, those that fit, or all. @returns whether nothing was refused */
export async function redrive(journal: Service, options: Options, terminal: Terminal): Promise<boolean> {
  const wanted = chosen(options);
  const counted = await journal.send<Job>('POST', '/redrives', { ...wanted, dry_run: true });
  if (options.dryRun)
    return told(await followed(journal, counted, terminal, { quiet: options.json }), options, terminal);
  if (counted.total === 0) return told({ ...counted, dry_run: false, state: 'done' }, options, terminal);
  if (!('numbers' in wanted) && !options.yes) await confirm(`Redrive ${dead(counted.total)}?`, terminal);
  return run(journal, await journal.send<Job>('POST', '/redrives', wanted), options, terminal);
}

/** `replay`: a time range to one trigger. */
export async function replay(journal: Service, options: Options, terminal: Terminal): Promise<boolean> {
  const { trigger, from, to = new Date().toISOString() } = options.filter;
  if (!trigger) throw new Mistake('which trigger? (--trigger T)');
  if (!from) throw new Mistake('from when? (--from TIME)');
  return run(
    journal,
    await journal.send<Job>('POST', '/replays', { trigger, from, to, dry_run: options.dryRun }),
    options,
    terminal,
  );
}

/** `follow KIND/ID` */
export async function follow(journal: Service, options: Options, terminal: Terminal): Promise<boolean> {
  return run(journal, (await journal.get<Job>(`/${place(options)}`)).body, options, terminal);
}

/** `cancel KIND/ID` */
export async function cancel(journal: Service, options: Options, terminal: Terminal): Promise<boolean> {
  await journal.send('DELETE', `/${place(options)}`);
  return told((await journal.get<Job>(`/${place(options)}`)).body, options, terminal);
}

function place({ operands: [given = ''] }: Options): string {
  if (!/^(?:redrives|replays)\/[\w-]{1,64}$/.test(given))
    throw new Mistake(`${given}: must be redrives/ID or replays/ID`);
  return given;
}

function chosen({ operands, filter, all }: Options): { numbers: number[] } | { filter: object } | { all: true } {
  const ways = [operands.length > 0, Object.keys(filter).length > 0, all].filter(Boolean).length;
  if (ways === 0) throw new Mistake('which dead letters? (their numbers, --trigger T or another filter, or --all)');
  if (ways > 1) throw new Mistake('numbers, filters and --all exclude each other');
  const wrong = operands.find((number) => !/^[1-9]\d{0,14}$/.test(number));
  if (wrong !== undefined) throw new Mistake(`${wrong}: not the number of a dead letter`);
  return operands.length > 0 ? { numbers: operands.map(Number) } : all ? { all } : { filter };
}

async function confirm(question: string, { ask }: Terminal): Promise<void> {
  if (!ask) throw new Mistake(`${question} Nobody is here to say so: add --yes`);
  if (!(await ask(question))) throw new Mistake('nothing was sent');
}

async function run(journal: Service, job: Job, options: Options, terminal: Terminal): Promise<boolean> {
  return told(await followed(journal, job, terminal, { quiet: options.json }), options, terminal);
}

/** Asks until the job has ended. Ctrl-C stops asking, not the job. */
async function followed(journal: Service, job: Job, terminal: Terminal, { quiet }: { quiet: boolean }): Promise<Job> {
  const path = `${job.kind}s/${job.id}`;
  const step =
    quiet || job.total === 0 ? undefined : progress(terminal.screen, job.dry_run ? 'counting' : job.kind, job.total);
  let now = job;
  for (let shown = 0; ; ) {
    for (const until = now.state === 'done' ? job.total : position(now); shown < until; shown++) step?.('');
    if (now.state !== 'running') return now;
    await sleep(lookMs, undefined, { signal: terminal.signal }).catch(() => {});
    if (terminal.signal.aborted)
      throw new Mistake(
        `${path} goes on without you: "npm run events -- follow ${path}" shows how, "cancel ${path}" stops it`,
      );
    now = (await journal.get<Job>(`/${path}`)).body;
  }
}

/** Says what became of it. @returns whether all is well */
function told(job: Job, { json }: Options, { print, paint }: Terminal): boolean {
  const well = job.failed === 0 && !job.error;
  if (json) print(JSON.stringify(job, null, 2));
  else print(paint(!well ? 'red' : job.state === 'cancelled' ? 'yellow' : 'green', sentence(job)));
  return well;
}

function sentence(job: Job): string {
  const { kind, state, dry_run, total, done, failed, unmatched, error } = job;
  const all = kind === 'redrive' ? dead(total) : `${total} event${total === 1 ? '' : 's'}`;
  const not = unmatched > 0 ? `, ${unmatched} not for the trigger` : '';
  if (total === 0 && !error)
    return kind === 'redrive' ? 'no dead letter is open there' : 'no event was archived in that time';
  if (error) return `${kind} given up: ${harmless(error)}`;
  if (dry_run) return `dry run: ${done} of ${all} would be sent${not}${failed > 0 ? `, ${failed} cannot be` : ''}`;
  if (state === 'running') return `${kind} of ${all} goes on, ${position(job)} done`;
  return `${state === 'cancelled' ? 'cancelled: ' : ''}${done} of ${all} sent${not}${failed > 0 ? `, ${failed} refused again` : ''}`;
}

const dead = (count: number) => `${count} dead letter${count === 1 ? '' : 's'}`;
