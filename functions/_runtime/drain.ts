import type { StoredEvent } from './cloudevent.ts';
import type { Send } from './send.ts';
import type { Sql } from './sql.ts';

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

/** Sends what the functions left in their outboxes, oldest first, in order per subject, and deletes what the Broker has stored. */
export async function drain({ sql, schemas, send, olderThanMs, batch }: DrainOptions): Promise<Drained> {
  const total: Drained = { sent: 0, left: 0 };
  for (const schema of schemas) {
    for (;;) {
      const { sent, left } = await drainBatch(sql, schema, send, olderThanMs, batch);
      total.sent += sent;
      total.left += left;
      if (left > 0 || sent < batch) break;
    }
  }
  return total;
}

async function drainBatch(sql: Sql, schema: string, send: Send, olderThanMs: number, batch: number): Promise<Drained> {
  const result = await sql.begin(async (tx) => {
    const table = tx(`${schema}.outbox`);
    const rows = await tx<Row[]>`
      SELECT position, id, type, source, subject, to_char(time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS time, data::text AS data, traceparent, tracestate
      FROM ${table} WHERE time < now() - ${`${olderThanMs} milliseconds`}::interval ORDER BY position LIMIT ${batch} FOR UPDATE SKIP LOCKED`;
    const sent = await sendInOrder(rows, send);
    if (sent.length > 0) await tx`DELETE FROM ${table} WHERE position = ANY(${`{${sent.join(',')}}`}::bigint[])`;
    return { sent: sent.length, left: rows.length - sent.length };
  });
  return result;
}

/** @returns positions that were sent; a subject stops at its first failure. */
async function sendInOrder(rows: readonly Row[], send: Send): Promise<string[]> {
  const sent: string[] = [];
  const bySubject = Map.groupBy(rows, (row) => row.subject);
  await Promise.all(
    [...bySubject.values()].map(async (queue) => {
      try {
        for (const row of queue) {
          await send(row);
          sent.push(row.position);
        }
      } catch {}
    }),
  );
  return sent;
}
