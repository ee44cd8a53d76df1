import type { StoredEvent } from './cloudevent.ts';
import type { Send } from './send.ts';
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
}

export interface Drained {
  sent: number;
  /** Rows that could not be sent, with the rows of their subject behind them. */
  left: number;
}

type Row = StoredEvent & { position: string };

/** A transaction that waits longer for the Broker would be ended by PostgreSQL (idle_in_transaction_session_timeout). */
const batchMs = 5000;
const concurrency = 16;

/**
 * Sends what the functions left in their outboxes and deletes what the Broker has stored: oldest first, in order per subject, in
 * the trace that each event began in. One drainer at a time works on a schema. A subject whose event is rejected is skipped, so that
 * it does not hold up the others.
 */
export async function drain(options: DrainOptions): Promise<Drained> {
  const total: Drained = { sent: 0, left: 0 };
  for (const schema of options.schemas) {
    const failed = new Set<string>();
    for (let more = true; more; ) {
      const { sent, left, full } = await drainBatch(options, schema, failed);
      total.sent += sent;
      total.left += left;
      more = full && sent > 0;
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
    const rows = await tx<Row[]>`
      SELECT position, id, type, source, subject, to_char(time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS time, data::text AS data, traceparent, tracestate
      FROM ${table} AS row WHERE time < ${young} AND subject <> ALL(${[...failed]}::text[])
        AND NOT EXISTS (SELECT FROM ${table} AS earlier WHERE earlier.subject = row.subject AND earlier.position < row.position AND earlier.time >= ${young})
      ORDER BY position LIMIT ${batch} FOR UPDATE SKIP LOCKED`;
    const sent = await sendInOrder(rows, send, failed);
    if (sent.length > 0) await tx`DELETE FROM ${table} WHERE position = ANY(${sent}::bigint[])`;
    return { sent: sent.length, left: rows.length - sent.length, full: rows.length === batch };
  });
}

/** Sends one row at a time per subject, several subjects at once. @returns positions that were sent. */
async function sendInOrder(rows: readonly Row[], send: Send, failed: Set<string>): Promise<string[]> {
  const sent: string[] = [];
  const queues = [...Map.groupBy(rows, (row) => row.subject)];
  const deadline = Date.now() + batchMs;
  const worker = async () => {
    for (let next = queues.shift(); next; next = queues.shift()) {
      const [subject, queue] = next;
      try {
        for (const row of queue) {
          if (Date.now() > deadline) return;
          await send(row);
          sent.push(row.position);
        }
      } catch {
        failed.add(subject);
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return sent;
}
