import { batchDue } from '@dormouse/events/journal';
import { fail } from '@dormouse/runtime/errors';
import { uuidv7 } from '@dormouse/runtime/ids';
import type { Emit, Outbox } from '@dormouse/runtime/outbox';
import type { Sql, Tx } from '@dormouse/runtime/sql-types';
import { type DeadLetterFilter, selected } from './store.ts';

export interface Job {
  id: string;
  kind: 'redrive' | 'replay';
  state: 'running' | 'done' | 'cancelled';
  dryRun: boolean;
  /** Batches that are done. */
  step: number;
  trigger: string | null;
  /** Of a replay: everything up to here is done; it ends at `last`. */
  cursor: number;
  last: number;
  from: Date | null;
  to: Date | null;
  error: string | null;
  total: number;
  /** Of a replay: events that were looked at, and those that the trigger's filters let through. */
  seen: number;
  matched: number;
  createdAt: Date;
  finishedAt: Date | null;
  /** Of a batch that was taken: says whose it is. */
  lease?: string;
}

/** How many items of a job ended how. */
export interface Counts {
  sent: number;
  failed: number;
  unmatched: number;
  already: number;
}

/** Which dead letters to redrive; `numbers` must all be there. */
export type Wanted = { numbers: readonly number[] } | { filter: DeadLetterFilter };

export interface Range {
  trigger: string;
  from: Date;
  to: Date;
}

/** How far a batch came. */
export interface Progress {
  /** Whether nothing is left. */
  finished: boolean;
  cursor?: number;
  seen?: number;
  matched?: number;
  /** Ends the job here, with the reason. */
  error?: string;
}

export interface Jobs {
  redrive(wanted: Wanted, dryRun: boolean, requestedBy: string): Promise<Job>;
  replay(range: Range, dryRun: boolean, requestedBy: string): Promise<Job>;
  find(id: string): Promise<(Job & Counts) | undefined>;
  /** Batches of a job that is not running any more do nothing. @returns whether there is such a job */
  cancel(kind: Job['kind'], id: string): Promise<boolean>;
  /**
   * Takes a batch for half a minute.
   * @returns undefined when that step is done, or the job over
   * @throws AppError conflict while somebody else works on it
   */
  claim(id: string, step: number): Promise<Job | undefined>;
  /** Releases the lease of a failed batch, unless another process has it by now. */
  release(job: Job): Promise<void>;
  /** Ends a batch: job and the event of the next batch in one transaction. Of two processes that ran the same step, one changes nothing. */
  advance(job: Job, progress: Progress): Promise<void>;
}

/** Longer than a batch runs (work.ts), so that two processes rarely run the same batch. */
const leaseSeconds = 30;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Redrives and replays in PostgreSQL; events through the outbox start their batches. */
export function openJobs({ sql, outbox, newId = uuidv7 }: { sql: Sql; outbox: Outbox; newId?: () => string }): Jobs {
  const begin = (emit: Emit, job: Job): Job => {
    if (job.state === 'running') emit(batchDue, `job/${job.id}`, { job: job.id, step: 0 });
    return job;
  };
  return {
    redrive: (wanted, dryRun, requestedBy) =>
      outbox.transaction(async (tx, emit) =>
        begin(emit, await insertRedrive(tx as unknown as Sql, newId(), wanted, dryRun, requestedBy)),
      ),
    replay: (range, dryRun, requestedBy) =>
      outbox.transaction(async (tx, emit) => begin(emit, await insertReplay(tx, newId(), range, dryRun, requestedBy))),
    async find(id) {
      const [row] = await sql<(Row & Counts)[]>`
        SELECT jobs.*, counts.* FROM jobs, LATERAL (
          SELECT count(*) FILTER (WHERE outcome = 'sent')::int AS sent, count(*) FILTER (WHERE outcome = 'failed')::int AS failed,
            count(*) FILTER (WHERE outcome = 'unmatched')::int AS unmatched, count(*) FILTER (WHERE outcome = 'already')::int AS already
          FROM items WHERE job = jobs.id) AS counts
        WHERE id = ${id}::uuid`;
      return (
        row && { ...toJob(row), sent: row.sent, failed: row.failed, unmatched: row.unmatched, already: row.already }
      );
    },
    async cancel(kind, id) {
      const rows = await sql`
        UPDATE jobs SET state = CASE state WHEN 'running' THEN 'cancelled' ELSE state END, finished_at = coalesce(finished_at, clock_timestamp())
        WHERE id = ${id}::uuid AND kind = ${kind} RETURNING 1`;
      return rows.length > 0;
    },
    async claim(id, step) {
      if (!uuid.test(id)) return undefined;
      const [row] = await sql<(Row & { lease: string })[]>`
        UPDATE jobs SET leased_until = clock_timestamp() + make_interval(secs => ${leaseSeconds})
        WHERE id = ${id}::uuid AND step = ${step} AND state = 'running' AND coalesce(leased_until < clock_timestamp(), true)
        RETURNING *, leased_until::text AS lease`;
      if (row) return { ...toJob(row), lease: row.lease };
      const [due] = await sql`SELECT 1 FROM jobs WHERE id = ${id}::uuid AND step = ${step} AND state = 'running'`;
      return due ? fail('conflict', 'This batch is being worked on.', { headers: { 'retry-after': '5' } }) : undefined;
    },
    async release({ id, step, lease }) {
      await sql`UPDATE jobs SET leased_until = NULL WHERE id = ${id}::uuid AND step = ${step} AND leased_until::text = ${lease ?? null}`;
    },
    advance: (job, progress) =>
      outbox.transaction(async (tx, emit) => {
        const state = progress.error ? 'cancelled' : progress.finished ? 'done' : 'running';
        const moved = await tx`
          UPDATE jobs SET step = step + 1, leased_until = NULL, state = ${state}, error = ${progress.error ?? null}, cursor = ${progress.cursor ?? job.cursor},
            seen = seen + ${progress.seen ?? 0}, matched = matched + ${progress.matched ?? 0},
            finished_at = CASE WHEN ${state} = 'running' THEN NULL ELSE clock_timestamp() END
          WHERE id = ${job.id}::uuid AND step = ${job.step} AND state = 'running' RETURNING 1`;
        if (moved.length > 0 && state === 'running')
          emit(batchDue, `job/${job.id}`, { job: job.id, step: job.step + 1 });
      }),
  };
}

/** Selects only open dead letters: one that was already redriven is skipped. */
async function insertRedrive(tx: Sql, id: string, wanted: Wanted, dryRun: boolean, requestedBy: string): Promise<Job> {
  if ('numbers' in wanted) await demandAll(tx, wanted.numbers);
  const chosen =
    'numbers' in wanted
      ? tx`number = ANY (${wanted.numbers as number[]}::bigint[]) AND state = 'open'`
      : selected(tx, { ...wanted.filter, state: 'open' });
  await tx`INSERT INTO jobs (id, kind, dry_run, asked_by) VALUES (${id}::uuid, 'redrive', ${dryRun}, ${requestedBy})`;
  await tx`INSERT INTO items (job, item) SELECT ${id}::uuid, number FROM dead_letters WHERE ${chosen}`;
  const [row] = await tx<Row[]>`
    UPDATE jobs SET total = counted.n, state = CASE WHEN counted.n = 0 THEN 'done' ELSE 'running' END, finished_at = CASE WHEN counted.n = 0 THEN clock_timestamp() END
    FROM (SELECT count(*)::int AS n FROM items WHERE job = ${id}::uuid) AS counted WHERE id = ${id}::uuid RETURNING jobs.*`;
  return toJob(row as Row);
}

async function demandAll(tx: Sql, numbers: readonly number[]): Promise<void> {
  const rows = await tx<
    { number: string }[]
  >`SELECT number FROM dead_letters WHERE number = ANY (${numbers as number[]}::bigint[])`;
  const known = new Set(rows.map(({ number }) => Number(number)));
  const errors = numbers.flatMap((number, i) =>
    known.has(number) ? [] : [{ field: `numbers.${i}`, message: 'is no dead letter' }],
  );
  if (errors.length > 0) fail('invalid', 'Some fields are not acceptable.', { errors });
}

/** What is archived later does not make the job longer. */
async function insertReplay(
  tx: Tx,
  id: string,
  { trigger, from, to }: Range,
  dryRun: boolean,
  requestedBy: string,
): Promise<Job> {
  const [row] = await tx<Row[]>`
    INSERT INTO jobs (id, kind, dry_run, asked_by, trigger, from_at, to_at, total, last, state, finished_at)
    SELECT ${id}::uuid, 'replay', ${dryRun}, ${requestedBy}, ${trigger}, ${from.toISOString()}::timestamptz, ${to.toISOString()}::timestamptz,
      count(*)::int, coalesce(max(position), 0), CASE WHEN count(*) = 0 THEN 'done' ELSE 'running' END, CASE WHEN count(*) = 0 THEN clock_timestamp() END
    FROM events WHERE received_at >= ${from.toISOString()}::timestamptz AND received_at < ${to.toISOString()}::timestamptz
    RETURNING *`;
  return toJob(row as Row);
}

interface Row {
  id: string;
  kind: Job['kind'];
  state: Job['state'];
  dry_run: boolean;
  step: number;
  trigger: string | null;
  cursor: string;
  last: string;
  from_at: Date | null;
  to_at: Date | null;
  error: string | null;
  total: number;
  seen: number;
  matched: number;
  created_at: Date;
  finished_at: Date | null;
}

const toJob = (row: Row): Job => ({
  id: row.id,
  kind: row.kind,
  state: row.state,
  dryRun: row.dry_run,
  step: row.step,
  trigger: row.trigger,
  cursor: Number(row.cursor),
  last: Number(row.last),
  from: row.from_at,
  to: row.to_at,
  error: row.error,
  total: row.total,
  seen: row.seen,
  matched: row.matched,
  createdAt: row.created_at,
  finishedAt: row.finished_at,
});
