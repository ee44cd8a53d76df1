import type { Sql } from '@dormouse/runtime/sql-types';
import type { Delivered } from './any-event.ts';
import type { FailedDelivery } from './dead-letter.ts';
import { interruptedStatus } from './dead-letter.ts';

/** Filter of the lists. Times are those of archiving. */
export interface Filter {
  type?: string | undefined;
  source?: string | undefined;
  subject?: string | undefined;
  trace?: string | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
}

export interface DeadLetterFilter extends Filter {
  state?: DeadLetter['state'] | undefined;
  trigger?: string | undefined;
}

/** A page of a list, newest first: at most `limit`, older than `after`. */
export interface Page {
  limit: number;
  after?: number | undefined;
}

export interface ArchivedEvent {
  position: number;
  receivedAt: Date;
  traceId: string | null;
  /** CloudEvents source of the producer whose signature was verified. */
  signedBy: string | null;
  attributes: Readonly<Record<string, string>>;
}

export interface DeadLetter {
  number: number;
  trigger: string | null;
  destination: string;
  status: number | null;
  cause: string;
  failedAt: Date;
  traceId: string | null;
  signedBy: string | null;
  state: 'open' | 'redriven' | 'dismissed';
  redrives: number;
  attributes: Readonly<Record<string, string>>;
}

export interface Attempt {
  at: Date;
  status: number | null;
  outcome: string;
  error: string | null;
  traceId: string | null;
}

export interface FullDeadLetter extends DeadLetter {
  headers: Readonly<Record<string, string>>;
  body: string | null;
  data: Buffer | null;
  attempts: Attempt[];
  dismissal: Dismissal | null;
}

/** That, and why, nobody will redrive a dead letter. */
export interface Dismissal {
  at: Date;
  by: string;
  reason: string;
}

export interface Journal {
  /** Stores events, all or none; an event whose source and id are already stored is skipped. */
  archive(events: readonly Delivered[]): Promise<void>;
  /** Says of each of these events, in their order, whether it is archived. */
  archived(events: readonly { source: string; id: string }[]): Promise<boolean[]>;
  events(filter: Filter, page: Page): Promise<ArchivedEvent[]>;
  event(position: number): Promise<(ArchivedEvent & { data: Buffer | null }) | undefined>;
  /** Stores a dead letter, once per event and destination. @returns whether it is new */
  storeDeadLetter(deadLetter: NewDeadLetter): Promise<boolean>;
  /** The number of open dead letters. */
  open(): Promise<number>;
  deadLetters(filter: DeadLetterFilter, page: Page): Promise<DeadLetter[]>;
  deadLetter(number: number): Promise<FullDeadLetter | undefined>;
  /** Dismisses an open dead letter. @returns whether it was open */
  dismiss(number: number, by: string, reason: string): Promise<boolean>;
}

/** A received dead letter. */
export interface NewDeadLetter {
  failure: FailedDelivery;
  trigger: string | undefined;
  headers: Readonly<Record<string, string>>;
  traceId: string | undefined;
  traceparent: string | undefined;
  signedBy: string | undefined;
}

/** Archive and dead letters in PostgreSQL. */
export function openJournal(sql: Sql): Journal {
  return {
    async archive(events) {
      const rows = events.map(({ attributes, data, traceId, traceparent, signedBy }) => ({
        attributes,
        trace_id: traceId,
        traceparent,
        signed_by: signedBy,
        data: data?.toString('base64'),
      }));
      await sql`
        INSERT INTO events (source, id, type, subject, trace_id, traceparent, signed_by, attributes, data)
        SELECT attributes->>'source', attributes->>'id', attributes->>'type', attributes->>'subject', trace_id, traceparent, signed_by, attributes, decode(data, 'base64')
        FROM json_to_recordset((${JSON.stringify(rows)}::text)::json) AS event (attributes jsonb, trace_id text, traceparent text, signed_by text, data text)
        ON CONFLICT (source, id) DO NOTHING`;
    },
    async archived(events) {
      const rows = await sql<{ there: boolean }[]>`
        SELECT EXISTS (SELECT FROM events WHERE events.source = asked.source AND events.id = asked.id) AS there
        FROM unnest(${events.map(({ source }) => source)}::text[], ${events.map(({ id }) => id)}::text[]) WITH ORDINALITY AS asked (source, id, n) ORDER BY n`;
      return rows.map(({ there }) => there);
    },
    async events(filter, { limit, after }) {
      const rows = await sql<EventRow[]>`
        SELECT position, received_at, trace_id, signed_by, attributes FROM events
        WHERE ${narrowed(sql, filter, sql`received_at`)} ${after === undefined ? sql`` : sql`AND position < ${after}::bigint`}
        ORDER BY position DESC LIMIT ${limit}`;
      return rows.map(toEvent);
    },
    async event(position) {
      const [row] = await sql<(EventRow & { data: Buffer | null })[]>`
        SELECT position, received_at, trace_id, signed_by, attributes, data FROM events WHERE position = ${position}::bigint`;
      return row && { ...toEvent(row), data: row.data };
    },
    storeDeadLetter: (deadLetter) => storeDeadLetter(sql, deadLetter),
    async open() {
      const [row] = await sql<{ open: number }[]>`SELECT count(*)::int AS open FROM dead_letters WHERE state = 'open'`;
      return row?.open ?? 0;
    },
    async deadLetters(filter, { limit, after }) {
      const rows = await sql<DeadLetterRow[]>`
        SELECT ${deadLetterColumns(sql)} FROM dead_letters
        WHERE ${selected(sql, filter)} ${after === undefined ? sql`` : sql`AND number < ${after}::bigint`}
        ORDER BY number DESC LIMIT ${limit}`;
      return rows.map(toDeadLetter);
    },
    async deadLetter(number) {
      const [[row], attempts] = await Promise.all([
        sql<FullDeadLetterRow[]>`
          SELECT ${deadLetterColumns(sql)}, headers, body, data, dismissed_at, dismissed_by, dismissed_because
          FROM dead_letters WHERE number = ${number}::bigint`,
        sql<{ at: Date; status: number | null; outcome: string; error: string | null; trace_id: string | null }[]>`
          SELECT at, status, outcome, items.error, trace_id FROM items JOIN jobs ON jobs.id = job
          WHERE item = ${number}::bigint AND kind = 'redrive' AND NOT dry_run AND outcome IN ('sent', 'failed') ORDER BY at`,
      ]);
      if (!row) return undefined;
      const tried = attempts.map(({ trace_id: traceId, ...attempt }) => ({ ...attempt, traceId }));
      const { headers, body, data } = row;
      return { ...toDeadLetter(row), headers, body, data, attempts: tried, dismissal: toDismissal(row) };
    },
    async dismiss(number, by, reason) {
      const rows = await sql`
        UPDATE dead_letters
        SET state = 'dismissed', dismissed_at = clock_timestamp(), dismissed_by = ${by}, dismissed_because = ${reason}
        WHERE number = ${number}::bigint AND state = 'open' RETURNING 1`;
      return rows.length > 0;
    },
  };
}

async function storeDeadLetter(
  sql: Sql,
  { failure, trigger, headers, traceId, traceparent, signedBy }: NewDeadLetter,
): Promise<boolean> {
  const { event, destination, status, cause, body } = failure;
  const { source, id, type, subject } = event.attributes;
  const rows = await sql`
    INSERT INTO dead_letters AS kept (source, id, type, subject, destination, trigger, status, cause, body, trace_id, traceparent, signed_by, attributes, headers, data)
    VALUES (${source!}, ${id!}, ${type!}, ${subject ?? null}, ${destination}, ${trigger ?? null}, ${status ?? null}, ${cause}, ${body ?? null},
      ${traceId ?? null}, ${traceparent ?? null}, ${signedBy ?? null}, (${JSON.stringify(event.attributes)}::text)::jsonb, (${JSON.stringify(headers)}::text)::jsonb, ${event.data ?? null})
    ON CONFLICT (source, id, destination) DO UPDATE SET trigger = coalesce(excluded.trigger, kept.trigger), status = excluded.status,
      cause = excluded.cause, body = excluded.body, failed_at = excluded.failed_at
    WHERE kept.state = 'open' AND kept.status = ${interruptedStatus} AND excluded.status IS DISTINCT FROM ${interruptedStatus} RETURNING 1`;
  return rows.length > 0;
}

type Fragment = ReturnType<Sql>;

/** The condition for a filter's fields; `column` is the one that from and to are about. */
function narrowed(sql: Sql, { type, source, subject, trace, from, to }: Filter, column: Fragment): Fragment {
  return sql`true
    ${type === undefined ? sql`` : sql`AND type = ${type}`} ${source === undefined ? sql`` : sql`AND source = ${source}`}
    ${subject === undefined ? sql`` : sql`AND subject = ${subject}`} ${trace === undefined ? sql`` : sql`AND trace_id = ${trace}`}
    ${from === undefined ? sql`` : sql`AND ${column} >= ${from.toISOString()}::timestamptz`}
    ${to === undefined ? sql`` : sql`AND ${column} < ${to.toISOString()}::timestamptz`}`;
}

/** The condition for a filter of dead letters; jobs.ts asks by it, too. */
export function selected(sql: Sql, filter: DeadLetterFilter): Fragment {
  const { state, trigger } = filter;
  // Literals, because a parameter would hide from the planner that the partial index fits.
  const inState = {
    all: sql``,
    open: sql`AND state = 'open'`,
    redriven: sql`AND state = 'redriven'`,
    dismissed: sql`AND state = 'dismissed'`,
  }[state ?? 'all'];
  return sql`${narrowed(sql, filter, sql`failed_at`)} ${inState} ${trigger === undefined ? sql`` : sql`AND trigger = ${trigger}`}`;
}

interface EventRow {
  position: string;
  received_at: Date;
  trace_id: string | null;
  signed_by: string | null;
  attributes: Record<string, string>;
}

const toEvent = ({ position, received_at, trace_id, signed_by, attributes }: EventRow): ArchivedEvent => ({
  position: Number(position),
  receivedAt: received_at,
  traceId: trace_id,
  signedBy: signed_by,
  attributes,
});

type DeadLetterRow = Omit<DeadLetter, 'number' | 'failedAt' | 'traceId' | 'signedBy'> & {
  number: string;
  failed_at: Date;
  trace_id: string | null;
  signed_by: string | null;
};

interface FullDeadLetterRow extends DeadLetterRow {
  headers: Record<string, string>;
  body: string | null;
  data: Buffer | null;
  dismissed_at: Date | null;
  dismissed_by: string | null;
  dismissed_because: string | null;
}

const toDismissal = ({ dismissed_at, dismissed_by, dismissed_because }: FullDeadLetterRow): Dismissal | null =>
  dismissed_at && { at: dismissed_at, by: dismissed_by ?? '', reason: dismissed_because ?? '' };

const deadLetterColumns = (sql: Sql) =>
  sql`number, trigger, destination, status, cause, failed_at, trace_id, signed_by, state, redrives, attributes`;

const toDeadLetter = ({
  number,
  trigger,
  destination,
  status,
  cause,
  failed_at,
  trace_id,
  signed_by,
  state,
  redrives,
  attributes,
}: DeadLetterRow): DeadLetter => ({
  number: Number(number),
  trigger,
  destination,
  status,
  cause,
  failedAt: failed_at,
  traceId: trace_id,
  signedBy: signed_by,
  state,
  redrives,
  attributes,
});
