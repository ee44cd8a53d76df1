import type { Sql } from '@dormouse/runtime/sql-types';
import type { Job } from './jobs.ts';
import type { DeadLetter } from './store.ts';

/** A dead letter that a job is to redrive. */
export interface RedriveItem {
  item: number;
  attributes: Readonly<Record<string, string>>;
  traceparent: string | null;
  trigger: string | null;
  destination: string;
  state: DeadLetter['state'];
  /** The archive has its event. */
  archived: boolean;
  /** Span of the last attempt to redrive it. */
  previous: { traceId: string; spanId: string } | undefined;
}

/** An archived event in a replay's range. */
export interface ReplayItem {
  item: number;
  attributes: Readonly<Record<string, string>>;
  traceparent: string | null;
  /** Whether the job has handled it. */
  done: boolean;
}

/** Result of an item. */
export interface Outcome {
  outcome: 'sent' | 'failed' | 'unmatched' | 'already';
  status?: number | undefined;
  error?: string | undefined;
  traceId?: string | undefined;
  spanId?: string | undefined;
  /** The Trigger that the dead letter turned out to be of. */
  trigger?: string | undefined;
}

export interface Items {
  /** Dead letters that a redrive has not handled yet, by number. */
  deadLetters(job: Job, limit: number): Promise<RedriveItem[]>;
  /** Events of a replay's range behind its cursor, by position. */
  archived(job: Job, limit: number): Promise<ReplayItem[]>;
  /** The event's data. */
  dataOf(kind: Job['kind'], item: number): Promise<Buffer | undefined>;
  /** Stores the first outcome of an item; a dead letter that was sent is redriven from then on. */
  record(job: Job, item: number, outcome: Outcome): Promise<void>;
  /** The first of a redrive's items with their outcomes. */
  list(
    job: string,
    limit: number,
  ): Promise<{ number: number; outcome: string | null; status: number | null; error: string | null }[]>;
}

/** The items of jobs in PostgreSQL. */
export function openItems(sql: Sql): Items {
  return {
    async deadLetters({ id }, limit) {
      const rows = await sql<DeadLetterRow[]>`
        SELECT number, attributes, traceparent, trigger, destination, state,
          EXISTS (SELECT FROM events WHERE (events.source, events.id) = (dead_letters.source, dead_letters.id)) AS archived, before.trace_id AS before_trace, before.span_id AS before_span
        FROM (SELECT item FROM items WHERE job = ${id}::uuid AND outcome IS NULL ORDER BY item LIMIT ${limit}) AS todo JOIN dead_letters ON number = item
        LEFT JOIN LATERAL (
          SELECT trace_id, span_id FROM items JOIN jobs ON jobs.id = job AND kind = 'redrive'
          WHERE item = number AND outcome = 'failed' AND span_id IS NOT NULL ORDER BY at DESC LIMIT 1
        ) AS before ON true
        ORDER BY number`;
      return rows.map(toItem);
    },
    async archived({ id, cursor, last, from, to }, limit) {
      const rows = await sql<
        { position: string; attributes: Record<string, string>; traceparent: string | null; done: boolean }[]
      >`
        SELECT position, attributes, traceparent, EXISTS (SELECT FROM items WHERE job = ${id}::uuid AND item = position) AS done FROM events
        WHERE position > ${cursor}::bigint AND position <= ${last}::bigint
          AND received_at >= ${from!.toISOString()}::timestamptz AND received_at < ${to!.toISOString()}::timestamptz
        ORDER BY position LIMIT ${limit}`;
      return rows.map(({ position, ...row }) => ({ ...row, item: Number(position) }));
    },
    async dataOf(kind, item) {
      const rows =
        kind === 'redrive'
          ? await sql<{ data: Buffer | null }[]>`SELECT data FROM dead_letters WHERE number = ${item}::bigint`
          : await sql<{ data: Buffer | null }[]>`SELECT data FROM events WHERE position = ${item}::bigint`;
      return rows[0]?.data ?? undefined;
    },
    record: (job, item, outcome) =>
      job.kind === 'redrive' ? recordDeadLetter(sql, job, item, outcome) : recordArchived(sql, job, item, outcome),
    async list(job, limit) {
      const rows = await sql<{ item: string; outcome: string | null; status: number | null; error: string | null }[]>`
        SELECT item, outcome, status, error FROM items WHERE job = ${job}::uuid ORDER BY item LIMIT ${limit}`;
      return rows.map(({ item, ...row }) => ({ number: Number(item), ...row }));
    },
  };
}

/** One statement, so that item and dead letter never say different things. */
async function recordDeadLetter(
  sql: Sql,
  { id, dryRun }: Job,
  item: number,
  { outcome, status, error, traceId, spanId, trigger }: Outcome,
): Promise<void> {
  const attempted = !dryRun && (outcome === 'sent' || outcome === 'failed');
  await sql`
    WITH noted AS (
      UPDATE items SET outcome = ${outcome}, at = clock_timestamp(), status = ${status ?? null}, error = ${error ?? null},
        trace_id = ${traceId ?? null}, span_id = ${spanId ?? null}
      WHERE job = ${id}::uuid AND item = ${item}::bigint AND outcome IS NULL RETURNING item
    )
    UPDATE dead_letters SET redrives = redrives + 1, state = CASE WHEN ${outcome === 'sent'} THEN 'redriven' ELSE state END,
      trigger = coalesce(trigger, ${trigger ?? null})
    FROM noted WHERE number = noted.item AND ${attempted}`;
}

async function recordArchived(
  sql: Sql,
  { id }: Job,
  item: number,
  { outcome, status, error, traceId, spanId }: Outcome,
): Promise<void> {
  await sql`
    INSERT INTO items (job, item, outcome, at, status, error, trace_id, span_id)
    VALUES (${id}::uuid, ${item}::bigint, ${outcome}, clock_timestamp(), ${status ?? null}, ${error ?? null}, ${traceId ?? null}, ${spanId ?? null})
    ON CONFLICT (job, item) DO NOTHING`;
}

interface DeadLetterRow extends Omit<RedriveItem, 'item' | 'previous'> {
  number: string;
  before_trace: string | null;
  before_span: string | null;
}

const toItem = ({ number, before_trace: traceId, before_span: spanId, ...row }: DeadLetterRow): RedriveItem => ({
  ...row,
  item: Number(number),
  previous: traceId && spanId ? { traceId, spanId } : undefined,
});
