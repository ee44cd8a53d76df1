import type { StoredEvent } from './cloudevent.ts';
import type { Sql, Tx } from './sql-types.ts';

/** An event as it lies in an outbox. */
export type OutboxRow = StoredEvent & { position: string };

/** The columns of an outbox that make an OutboxRow. */
export const outboxColumns = (sql: Sql | Tx) => sql`
  position, id, type, source, subject, to_char(time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS time, data::text AS data,
  traceparent, tracestate, dssematerial`;
