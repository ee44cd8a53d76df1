import { type OutboxRow, outboxColumns } from '@dormouse/runtime/outbox-row';
import type { Send } from '@dormouse/runtime/send';
import { sendInOrder } from '@dormouse/runtime/send-in-order';
import type { Sql } from '@dormouse/runtime/sql-types';
import type { Archive } from './archive.ts';
import { dueInOrder, type Missing } from './due.ts';

export interface SettleOptions {
  sql: Sql;
  archive: Archive;
  send: Send;
  /** What was sent so long ago and is not archived is sent again, and once more after as long; then twice as long after each time, up to an hour. */
  resendAfterMs: number;
  /** Sending again ends after about this. */
  budgetMs: number;
  /** Of one batch, 5 s unless told. */
  batchMs?: number;
  now?: () => number;
}

export interface Settled {
  /** Rows that were removed, since the archive has their events. */
  archived: number;
  /** Events that were sent again, by type. */
  resent: ReadonlyMap<string, number>;
}

const askedAtOnce = 1000;
const sentAtOnce = 200;
/** Of one outbox; what is behind so many has its turn when they are archived. */
const maxMissing = 100_000;

/**
 * Removes rows of an outbox that were sent and are archived, and sends again those that should have been: whatever the Broker has lost, the
 * archive ends up complete. Consumers and archive know by source and id what they had.
 */
export async function settle(options: SettleOptions, schema: string): Promise<Settled> {
  const { archived, missing } = await removeArchived(options, schema);
  return { archived, resent: await sendAgain(options, schema, dueInOrder(missing)) };
}

type Asked = Missing & { source: string; id: string };

async function removeArchived({ sql, archive, resendAfterMs }: SettleOptions, schema: string) {
  const table = sql(`${schema}.outbox`);
  const after = sql`${`${resendAfterMs} milliseconds`}::interval`;
  const missing: Missing[] = [];
  let archived = 0;
  for (let from = '0', more = true; more && missing.length < maxMissing; ) {
    const rows = await sql<Asked[]>`
      SELECT position, source, id, subject, sent_at > now() - ${after} AS young,
        sent_at <= now() - least(${after} * power(2, least(greatest(resent - 1, 0), 20)), interval '1 hour') AS due
      FROM ${table} WHERE sent_at IS NOT NULL AND position > ${from}::bigint ORDER BY position LIMIT ${askedAtOnce}`;
    more = rows.length === askedAtOnce;
    if (rows.length === 0) break;
    from = (rows.at(-1) as Asked).position;
    const there = await archive(rows);
    const over = rows.filter((_, i) => there[i]).map(({ position }) => position);
    if (over.length > 0) await sql`DELETE FROM ${table} WHERE position = ANY(${over}::bigint[])`;
    archived += over.length;
    for (const [i, { position, subject, young, due }] of rows.entries())
      if (!there[i]) missing.push({ position, subject, young, due });
  }
  return { archived, missing };
}

async function sendAgain(
  { sql, send, budgetMs, batchMs, now = Date.now }: SettleOptions,
  schema: string,
  positions: readonly string[],
): Promise<Map<string, number>> {
  const until = now() + budgetMs;
  const resent = new Map<string, number>();
  /** Subjects that wait for the next tick, since one of their rows could not be sent. */
  const failed = new Set<string>();
  for (let left = positions; left.length > 0 && now() < until; ) {
    const batch = await sendBatch(sql, schema, left.slice(0, sentAtOnce), { send, failed, batchMs });
    for (const { type } of batch?.sent ?? []) resent.set(type, (resent.get(type) ?? 0) + 1);
    const refused = batch !== undefined && batch.tried > 0 && batch.sent.length === 0;
    if (batch === undefined || refused) break;
    // What a slow Broker left no time for goes first in the next batch: its subject has not failed.
    left = [...batch.late, ...left.slice(sentAtOnce)];
  }
  return resent;
}

/** @returns the rows that the Broker took, and those that there was no time for; undefined while another process sends */
async function sendBatch(
  sql: Sql,
  schema: string,
  positions: readonly string[],
  { send, failed, batchMs }: { send: Send; failed: Set<string>; batchMs: number | undefined },
): Promise<{ tried: number; sent: OutboxRow[]; late: string[] } | undefined> {
  return await sql.begin(async (tx) => {
    // The lock of who sends what is unsent: one process at a time sends what is in this outbox.
    const [lock] = await tx`SELECT pg_try_advisory_xact_lock(hashtext(${`outbox.${schema}`})) AS mine`;
    if (!lock?.mine) return undefined;
    const table = tx(`${schema}.outbox`);
    const rows = await tx<OutboxRow[]>`
      SELECT ${outboxColumns(tx)}
      FROM ${table} WHERE position = ANY(${positions as string[]}::bigint[]) AND subject <> ALL(${[...failed]}::text[])
      ORDER BY position FOR UPDATE SKIP LOCKED`;
    const sent = new Set(await sendInOrder(rows, send, failed, batchMs));
    const late = rows.filter(({ position, subject }) => !sent.has(position) && !failed.has(subject));
    if (sent.size > 0)
      await tx`UPDATE ${table} SET sent_at = clock_timestamp(), resent = least(resent + 1, 32767) WHERE position = ANY(${[...sent]}::bigint[])`;
    return {
      tried: rows.length,
      sent: rows.filter(({ position }) => sent.has(position)),
      late: late.map(({ position }) => position),
    };
  });
}
