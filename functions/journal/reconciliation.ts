import type { Sql } from '@dormouse/runtime/sql-types';
import { interruptedStatus } from './dead-letter.ts';

/** A Trigger's share of the archive, and what of it its consumer has not. */
export interface Share {
  trigger: string;
  /** The subscriber's address. */
  consumer: string;
  /** Why it cannot be compared; null: it is. */
  reason: string | null;
  /** Every archived event up to this position was compared. */
  judged: number;
  /** Events that were too old to be compared when their turn came. */
  tooOld: number;
  redelivered: number;
}

export interface CountedShare extends Share {
  missing: number;
  /** When the first of them was missed. */
  since: Date | null;
}

/** A Trigger as Kubernetes has it now. */
export interface KnownTrigger {
  trigger: string;
  uid: string;
  /** '' while it has none. */
  consumer: string;
  reason: string | null;
  createdAt: Date | undefined;
}

/** An archived event whose turn it is. */
export interface UnjudgedEvent {
  position: number;
  /** Null of one that is too young. */
  attributes: Readonly<Record<string, string>> | null;
  receivedAt: Date;
}

export interface MissingEvent {
  position: number;
  /** Null when the archive has it no more. */
  attributes: Readonly<Record<string, string>> | null;
  traceparent: string | null;
  signedBy: string | null;
  attempts: number;
}

export interface ListedMissing {
  trigger: string;
  position: number;
  attributes: Readonly<Record<string, string>>;
  since: Date;
  attempts: number;
  nextAt: Date;
  error: string | null;
}

/** What comparing a piece of the archive showed for a Trigger. */
export interface Judgement {
  missing: readonly { position: number; attributes: Readonly<Record<string, string>> }[];
  judged: number;
  tooOld: number;
}

export interface Reconciliation {
  /** Takes reconciling for half a minute. @returns undefined while another process has it */
  lease(): Promise<string | undefined>;
  release(lease: string): Promise<void>;
  /** Takes over which Triggers there are. A new one begins where the archive was when it was made. */
  sync(known: readonly KnownTrigger[]): Promise<Share[]>;
  /** Events behind a position, in their order. */
  unjudged(after: number, limit: number): Promise<UnjudgedEvent[]>;
  /** Stores what is missing, except what its consumer has refused: a dead letter of the Trigger. @returns how many are new */
  judge(share: Share, judgement: Judgement): Promise<number>;
  /** Goes on behind `judged` for Triggers that are not compared. */
  pass(triggers: readonly string[], judged: number): Promise<void>;
  /** What is to be looked at again now, oldest first; none that an earlier event of its key waits before. */
  due(share: Share, limit: number): Promise<MissingEvent[]>;
  /** Those of them that have become dead letters of the Trigger. */
  deadLetters(share: Share, positions: readonly number[]): Promise<number[]>;
  /** Ends that events are missing; dead letters of them whose delivery was interrupted are redriven by that. */
  settle(share: Share, positions: readonly number[], redelivered: boolean): Promise<void>;
  /** Of Triggers of the archive: dead letters whose delivery was interrupted are redriven once their events are there. */
  settleArchived(triggers: readonly string[]): Promise<void>;
  /** After an attempt that failed. */
  postpone(share: Share, event: MissingEvent, failure: { status: number | undefined; error: string }): Promise<void>;
  /** Its consumer took events and remembered none. */
  forgetful(share: Share): Promise<void>;
  dataOf(position: number): Promise<Buffer | undefined>;
  shares(): Promise<CountedShare[]>;
  list(trigger: string | undefined, limit: number): Promise<ListedMissing[]>;
}

export interface ReconciliationOptions {
  sql: Sql;
  /** An event is compared once it has been archived for this long. Far more than a transaction can take, or one would be overlooked. */
  afterSeconds: number;
  /** Inboxes forget after seven days. */
  memoryDays?: number;
}

type Fragment = ReturnType<Sql>;

const leaseSeconds = 30;
/** First and longest pause between two attempts. */
const [pauseSeconds, maxPauseSeconds] = [30, 3600];

/** What of reconciliation is in PostgreSQL. */
export function openReconciliation({ sql, afterSeconds, memoryDays = 6 }: ReconciliationOptions): Reconciliation {
  return {
    async lease() {
      const [row] = await sql<{ lease: string }[]>`
        UPDATE reconciliation SET leased_until = clock_timestamp() + make_interval(secs => ${leaseSeconds})
        WHERE coalesce(leased_until < clock_timestamp(), true) RETURNING leased_until::text AS lease`;
      return row?.lease;
    },
    async release(lease) {
      await sql`UPDATE reconciliation SET leased_until = NULL WHERE leased_until::text = ${lease}`;
    },
    sync: (known) => sync(sql, known, afterSeconds, memoryDays),
    async unjudged(after, limit) {
      const rows = await sql<{ position: string; attributes: Record<string, string> | null; received_at: Date }[]>`
        SELECT position, received_at, CASE WHEN received_at < clock_timestamp() - make_interval(secs => ${afterSeconds}) THEN attributes END AS attributes
        FROM events WHERE position > ${after}::bigint ORDER BY position LIMIT ${limit}`;
      return rows.map(({ position, attributes, received_at: receivedAt }) => ({
        position: Number(position),
        attributes,
        receivedAt,
      }));
    },
    judge: (share, judgement) => judge(sql, share, judgement),
    async pass(triggers, judged) {
      await sql`UPDATE reconciled SET judged = ${judged}::bigint WHERE trigger = ANY (${triggers as string[]}::text[]) AND judged < ${judged}::bigint`;
    },
    due: (share, limit) => due(sql, share, limit),
    async deadLetters(share, positions) {
      const rows = await sql<{ position: string }[]>`
        SELECT position FROM missing WHERE trigger = ${share.trigger} AND position = ANY (${positions as number[]}::bigint[])
          AND ${isDeadLetter(sql, share, sql`missing`)}`;
      return rows.map(({ position }) => Number(position));
    },
    async settle(share, positions, redelivered) {
      const { trigger } = share;
      if (positions.length === 0) return;
      await sql`
        WITH settled AS (
          DELETE FROM missing WHERE trigger = ${trigger} AND position = ANY (${positions as number[]}::bigint[]) RETURNING position, source, id
        ), taken AS (
          UPDATE dead_letters SET state = 'redriven', trigger = ${trigger}, redrives = redrives + ${redelivered ? 1 : 0}
          FROM settled JOIN events USING (position)
          WHERE dead_letters.source = settled.source AND dead_letters.id = settled.id
            AND ${ofTrigger(sql, share, sql`dead_letters`)} AND ${isInterrupted(sql, sql`dead_letters`)}
        )
        UPDATE reconciled SET redelivered = redelivered + (SELECT count(*) FROM settled) WHERE trigger = ${trigger} AND ${redelivered}`;
    },
    async settleArchived(triggers) {
      if (triggers.length === 0) return;
      await sql`
        UPDATE dead_letters SET state = 'redriven' FROM events
        WHERE dead_letters.source = events.source AND dead_letters.id = events.id
          AND dead_letters.trigger = ANY (${triggers as string[]}::text[]) AND ${isInterrupted(sql, sql`dead_letters`)}`;
    },
    async postpone({ trigger }, { position }, { status, error }) {
      await sql`
        UPDATE missing SET attempts = attempts + 1, status = ${status ?? null}, error = ${error},
          next_at = clock_timestamp() + make_interval(secs => least(${maxPauseSeconds}, ${pauseSeconds} * 2 ^ least(attempts, 20)))
        WHERE trigger = ${trigger} AND position = ${position}::bigint`;
    },
    async forgetful({ trigger }) {
      await sql`WITH given_up AS (DELETE FROM missing WHERE trigger = ${trigger})
        UPDATE reconciled SET forgetful = true WHERE trigger = ${trigger}`;
    },
    async dataOf(position) {
      const [row] = await sql<{ data: Buffer | null }[]>`SELECT data FROM events WHERE position = ${position}::bigint`;
      return row?.data ?? undefined;
    },
    async shares() {
      const rows = await sql<(ShareRow & { missing: number; since: Date | null })[]>`
        SELECT reconciled.*, counted.* FROM reconciled,
          LATERAL (SELECT count(*)::int AS missing, min(since) AS since FROM missing WHERE missing.trigger = reconciled.trigger) AS counted
        ORDER BY trigger`;
      return rows.map(({ missing, since, ...row }) => ({ ...toShare(row), missing, since }));
    },
    async list(trigger, limit) {
      const rows = await sql<ListedRow[]>`
        SELECT trigger, position, attributes, since, attempts, next_at, error FROM missing JOIN events USING (position)
        WHERE ${trigger === undefined ? sql`true` : sql`trigger = ${trigger}`} ORDER BY position LIMIT ${limit}`;
      return rows.map(({ position, next_at: nextAt, ...row }) => ({ ...row, position: Number(position), nextAt }));
    },
  };
}

/** Writes only what has changed: mostly nothing has. */
async function sync(
  sql: Sql,
  known: readonly KnownTrigger[],
  afterSeconds: number,
  memoryDays: number,
): Promise<Share[]> {
  const rows = JSON.stringify(known.map(({ createdAt, ...each }) => ({ ...each, created_at: createdAt })));
  await sql`DELETE FROM reconciled WHERE NOT EXISTS (
    SELECT FROM json_to_recordset((${rows}::text)::json) AS known (trigger text, uid text)
    WHERE known.trigger = reconciled.trigger AND known.uid = reconciled.uid)`;
  await sql`
    INSERT INTO reconciled AS kept (trigger, uid, consumer, reason, after_seconds, judged)
    SELECT trigger, uid, consumer, reason, ${afterSeconds}, coalesce((
      SELECT position FROM events
      WHERE received_at < greatest(coalesce(created_at, clock_timestamp()), clock_timestamp() - make_interval(days => ${memoryDays}))
      ORDER BY received_at DESC LIMIT 1), 0)
    FROM json_to_recordset((${rows}::text)::json) AS known (trigger text, uid text, consumer text, reason text, created_at timestamptz)
    ON CONFLICT (trigger) DO UPDATE SET reason = excluded.reason, after_seconds = excluded.after_seconds,
      consumer = coalesce(nullif(excluded.consumer, ''), kept.consumer),
      forgetful = kept.forgetful AND excluded.consumer IN ('', kept.consumer)
    WHERE (kept.reason, kept.after_seconds) IS DISTINCT FROM (excluded.reason, excluded.after_seconds)
      OR excluded.consumer NOT IN ('', kept.consumer)`;
  return (await sql<ShareRow[]>`SELECT * FROM reconciled ORDER BY trigger`).map(toShare);
}

async function judge(sql: Sql, share: Share, { missing, judged, tooOld }: Judgement): Promise<number> {
  const rows = JSON.stringify(missing.map(({ position }) => ({ position })));
  const [row] = await sql<{ found: number }[]>`
    WITH found AS (
      INSERT INTO missing (trigger, position, source, id, key)
      SELECT ${share.trigger}, position, events.source, events.id, coalesce(attributes->>'partitionkey', events.source || ' ' || subject, position::text)
      FROM json_to_recordset((${rows}::text)::json) AS absent (position bigint) JOIN events USING (position)
      WHERE NOT ${isDeadLetter(sql, share, sql`events`)}
      ON CONFLICT DO NOTHING RETURNING 1
    ), moved AS (
      UPDATE reconciled SET judged = greatest(judged, ${judged}::bigint), too_old = too_old + ${tooOld}
      WHERE trigger = ${share.trigger} AND (judged < ${judged}::bigint OR ${tooOld} > 0)
    )
    SELECT count(*)::int AS found FROM found`;
  return row?.found ?? 0;
}

/** Whether the event of a row is a dead letter of the Trigger, whatever became of it: then it is an operator's. */
const isDeadLetter = (sql: Sql, share: Share, row: Fragment) => sql`EXISTS (
  SELECT FROM dead_letters AS dead WHERE dead.source = ${row}.source AND dead.id = ${row}.id
    AND ${ofTrigger(sql, share, sql`dead`)} AND NOT ${isInterrupted(sql, sql`dead`)})`;

const ofTrigger = (sql: Sql, { trigger, consumer }: Share, dead: Fragment) =>
  sql`(${dead}.trigger = ${trigger} OR ${dead}.trigger IS NULL AND ${dead}.destination = ${consumer})`;

/** Whether a dead letter is no consumer's word, but that of a proxy whose client, the Broker, went away. */
const isInterrupted = (sql: Sql, dead: Fragment) =>
  sql`(${dead}.state = 'open' AND ${dead}.status IS NOT DISTINCT FROM ${interruptedStatus})`;

async function due(sql: Sql, { trigger }: Share, limit: number): Promise<MissingEvent[]> {
  const rows = await sql<(Omit<MissingEvent, 'position'> & { position: string })[]>`
    SELECT position, attempts, attributes, traceparent, signed_by AS "signedBy" FROM missing LEFT JOIN events USING (position)
    WHERE trigger = ${trigger} AND next_at <= clock_timestamp() AND NOT EXISTS (
      SELECT FROM missing AS earlier
      WHERE earlier.trigger = ${trigger} AND earlier.key = missing.key AND earlier.position < missing.position AND earlier.next_at > clock_timestamp())
    ORDER BY position LIMIT ${limit}`;
  return rows.map(({ position, ...row }) => ({ ...row, position: Number(position) }));
}

interface ShareRow {
  trigger: string;
  consumer: string;
  reason: string | null;
  forgetful: boolean;
  judged: string;
  too_old: string;
  redelivered: string;
}

const toShare = ({ trigger, consumer, reason, forgetful, judged, too_old, redelivered }: ShareRow): Share => ({
  trigger,
  consumer,
  reason: reason ?? (forgetful ? 'its consumer answers 2xx and remembers nothing' : null),
  judged: Number(judged),
  tooOld: Number(too_old),
  redelivered: Number(redelivered),
});

type ListedRow = Omit<ListedMissing, 'position' | 'nextAt'> & { position: string; next_at: Date };
