import { compileFilters } from '@dormouse/filters/filter';
import { AppError } from '@dormouse/runtime/errors';
import { redeliver } from './attempt.ts';
import { inOrder } from './in-order.ts';
import type { Items, Outcome, RedriveItem } from './items.ts';
import type { Job, Jobs, Progress } from './jobs.ts';
import type { Trigger, Triggers } from './kubernetes.ts';
import type { Deliver } from './subscriber.ts';
import { isSubscriber, triggerOf } from './trigger-of.ts';

export interface WorkOptions {
  jobs: Jobs;
  items: Items;
  triggers: Triggers;
  deliver: Deliver;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** Most events that one batch sends. */
  batch?: number;
  /** Events that one batch of a replay looks at. */
  scan?: number;
}

/** No delivery begins later; with the timeout of the last response it stays well below the Broker's (30 s). */
const beginMs = 8000;
const scanOfDryRun = 2000;

/** What to do with an item: send it to an address, or store an outcome at once. */
interface Plan {
  address?: string;
  noted?: Outcome;
  trigger?: string | undefined;
}

/**
 * Runs one batch of a job. The outcome of each event is stored at once, so that a batch that runs again, because its process was killed
 * or its response lost, sends only what has no outcome; the transaction that ends a batch emits the event that starts the next.
 * @throws AppError conflict while another process runs the batch; unavailable when Kubernetes does not answer
 */
export function worker(options: WorkOptions): (job: string, step: number) => Promise<void> {
  const { jobs } = options;
  return async (id, step) => {
    const job = await jobs.claim(id, step);
    if (!job) return;
    try {
      await jobs.advance(job, await (job.kind === 'redrive' ? redrive(options, job) : replay(options, job)));
    } catch (error) {
      await jobs.release(job).catch(() => {});
      throw error;
    }
  };
}

/** Operators redrive right after mending a Trigger: each batch reads the Triggers again. */
async function redrive(options: WorkOptions, job: Job): Promise<Progress> {
  const { items, triggers, batch = 100 } = options;
  const known = await triggers.list(0);
  const deadLetters = await items.deadLetters(job, batch);
  const left = await carryOut(options, job, deadLetters, (item) => planFor(item, known));
  return { finished: left.length === 0 && deadLetters.length < batch };
}

function planFor(item: RedriveItem, known: readonly Trigger[]): Plan {
  if (item.state !== 'open') return { noted: { outcome: 'already' } };
  if (item.trigger === null && item.destination === '' && item.archived)
    return failed('the Broker named nobody, and the archive has the event: replay it to the trigger that lacks it');
  const name = item.trigger ?? triggerOf(item.destination, item.attributes, known);
  if (name === undefined)
    return isSubscriber(item.destination, known)
      ? { address: item.destination }
      : failed(`no trigger delivers to ${item.destination || 'an unknown address'}`);
  const trigger = known.find((each) => each.name === name);
  if (!trigger) return failed(`there is no trigger ${name}`);
  if (!compileFilters(trigger.filters)(item.attributes)) return { noted: { outcome: 'unmatched' } };
  return trigger.subscriberUri
    ? { address: trigger.subscriberUri, trigger: name }
    : failed(`the trigger ${name} has no subscriber yet`);
}

const failed = (error: string): Plan => ({ noted: { outcome: 'failed', error } });

async function replay(options: WorkOptions, job: Job): Promise<Progress> {
  const { items, triggers, batch = 100 } = options;
  const scan = options.scan ?? (job.dryRun ? scanOfDryRun : 500);
  const trigger = (await triggers.list(0)).find(({ name }) => name === job.trigger);
  if (!trigger) return { finished: true, error: `there is no trigger ${job.trigger}` };
  const address = trigger.subscriberUri ?? fail(`the trigger ${trigger.name} has no subscriber yet`);
  const passes = compileFilters(trigger.filters);
  const rows = await items.archived(job, scan);
  const matching = rows.filter(({ attributes }) => passes(attributes));
  // Events behind the last one that this batch may send belong to the next batch.
  const beyond = job.dryRun ? undefined : matching[batch]?.item;
  const todo = job.dryRun ? [] : matching.filter(({ done }, i) => i < batch && !done);
  const left = await carryOut(options, job, todo, () => ({ address }));
  const end = Math.min(beyond ?? Number.POSITIVE_INFINITY, ...left);
  const behind = ({ item }: { item: number }) => item < end;
  const seen = rows.filter(behind);
  return {
    finished: end === Number.POSITIVE_INFINITY && rows.length < scan,
    cursor: seen.at(-1)?.item ?? job.cursor,
    seen: seen.length,
    matched: matching.filter(behind).length,
  };
}

type Task = Pick<RedriveItem, 'item' | 'attributes' | 'traceparent'> & Partial<Pick<RedriveItem, 'previous'>>;

/** @returns the items that there was no time for */
async function carryOut<T extends Task>(
  options: WorkOptions,
  job: Job,
  tasks: readonly T[],
  plan: (task: T) => Plan,
): Promise<number[]> {
  const { items, deliver, now = Date.now } = options;
  const until = now() + beginMs;
  const dataOf = (item: number) => items.dataOf(job.kind, item);
  const one = async (task: T) => {
    const { address, noted, trigger } = plan(task);
    const outcome =
      noted ??
      (job.dryRun
        ? { outcome: 'sent' as const }
        : await redeliver({ deliver, dataOf, until }, { kind: job.kind, job: job.id }, task, address ?? '', trigger));
    await items.record(job, task.item, outcome);
  };
  return inOrder(tasks, one, () => now() < until);
}

function fail(problem: string): never {
  throw new AppError('unavailable', 'The job cannot go on now.', {
    cause: new Error(problem),
    headers: { 'retry-after': '5' },
  });
}
