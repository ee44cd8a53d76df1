import { type OutboxRow, outboxColumns } from './outbox-row.ts';
import type { Send } from './send.ts';
import { sendInOrder } from './send-in-order.ts';
import type { Sql } from './sql-types.ts';

export interface DrainOptions {
  sql: Sql;
  /** Schemas whose outbox is drained. */
  schemas: readonly string[];
  send: Send;
  /** Rows younger than this are left to the process that wrote them. */
  olderThanMs: number;
  /** Rows that are locked and sent in one transaction. */
  batch: number;
  /** No batch is begun after this, but for the first of each schema; what is left goes with the next tick. */
  budgetMs?: number;
}

export interface Drained {
  sent: number;
  /** Rows that could not be sent, with the rows of their subject behind them. */
  left: number;
}

/**
 * Sends what the functions left in their outboxes and marks as sent what the Broker has taken: oldest first, in order per subject, in
 * the trace that each event began in. One drainer at a time works on a schema. A subject whose event is rejected is skipped, so that
 * it does not hold up the others.
 */
export async function drain(options: DrainOptions): Promise<Drained> {
  const total: Drained = { sent: 0, left: 0 };
  const until = Date.now() + (options.budgetMs ?? Number.POSITIVE_INFINITY);
  for (const schema of options.schemas) {
    const failed = new Set<string>();
    for (let more = true; more; ) {
      const { sent, left, full } = await drainBatch(options, schema, failed);
      total.sent += sent;
      total.left += left;
      more = full && sent > 0 && Date.now() < until;
    }
  }
  return total;
}

/** Adds subjects that could not be sent to `failed`. @returns whether there may be more rows behind this batch. */
async function drainBatch(
  { sql, send, olderThanMs, batch }: DrainOptions,
  schema: string,
  failed: Set<string>,
): Promise<Drained & { full: boolean }> {
  return await sql.begin(async (tx) => {
    const [lock] = await tx`SELECT pg_try_advisory_xact_lock(hashtext(${`outbox.${schema}`})) AS mine`;
    if (!lock?.mine) return { sent: 0, left: 0, full: false };
    const table = tx(`${schema}.outbox`);
    const young = tx`now() - ${`${olderThanMs} milliseconds`}::interval`;
    // Clocks of instances differ: a row is young, too, while an earlier one of its subject is.
    const rows = await tx<OutboxRow[]>`
      SELECT ${outboxColumns(tx)}
      FROM ${table} AS row WHERE sent_at IS NULL AND time < ${young} AND subject <> ALL(${[...failed]}::text[])
        AND NOT EXISTS (SELECT FROM ${table} AS earlier WHERE earlier.sent_at IS NULL AND earlier.subject = row.subject AND earlier.position < row.position AND earlier.time >= ${young})
      ORDER BY position LIMIT ${batch} FOR UPDATE SKIP LOCKED`;
    const sent = await sendInOrder(rows, send, failed);
    if (sent.length > 0)
      await tx`UPDATE ${table} SET sent_at = clock_timestamp() WHERE position = ANY(${sent}::bigint[])`;
    return { sent: sent.length, left: rows.length - sent.length, full: rows.length === batch };
  });
}
