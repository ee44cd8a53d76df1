import type { Sql } from '@dormouse/runtime/sql-types';

export interface Backlog {
  schema: string;
  /** Number of events. */
  pending: number;
  /** Age of the oldest; 0 when there is none. */
  ageSeconds: number;
}

/** Events of these outboxes: those that are not sent yet, or those that are sent and of which it is not known that they are archived. */
export async function backlogs(sql: Sql, schemas: readonly string[], which: 'unsent' | 'sent'): Promise<Backlog[]> {
  const state = which === 'unsent' ? sql`sent_at IS NULL` : sql`sent_at IS NOT NULL`;
  const look = async (schema: string): Promise<Backlog> => {
    const [row] = await sql<{ pending: number; age: number }[]>`
      SELECT count(*)::int AS pending, greatest(0, coalesce(extract(epoch FROM clock_timestamp() - min(time)), 0))::float8 AS age
      FROM ${sql(`${schema}.outbox`)} WHERE ${state}`;
    return { schema, pending: row?.pending ?? 0, ageSeconds: row?.age ?? 0 };
  };
  return await Promise.all(schemas.map(look));
}

/** Schemas that hold an outbox which this role may drain, in the order of their names. */
export async function outboxSchemas(sql: Sql): Promise<string[]> {
  const rows = await sql<{ schema: string }[]>`
    SELECT nspname AS schema FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relname = 'outbox' AND relkind = 'r' AND has_schema_privilege(pg_namespace.oid, 'USAGE') AND has_table_privilege(pg_class.oid, 'DELETE')
    ORDER BY 1`;
  return rows.map(({ schema }) => schema);
}

/** When the next post is to be published, milliseconds since 1970; undefined when there is none, or no such schema in this database. */
export const nextDue = (sql: Sql): Promise<number | undefined> => dueIn(sql, 'posts');

/** When a function has something to do next, by `next_due()` of its schema; undefined when it has not, or this database has none of it. */
export async function dueIn(sql: Sql, schema: string): Promise<number | undefined> {
  const [known] = await sql<{ known: boolean }[]>`
    SELECT has_schema_privilege(oid, 'USAGE') AND to_regprocedure(${`${schema}.next_due()`}) IS NOT NULL AS known
    FROM pg_namespace WHERE nspname = ${schema}`;
  if (!known?.known) return undefined;
  const [row] = await sql<{ due: Date | null }[]>`SELECT ${sql(schema)}.next_due() AS due`;
  return row?.due?.getTime();
}

/** Whether something waits to be reconciled, and for how long the oldest event that was not compared has been archived. */
export interface ReconciliationDue {
  due: boolean;
  behindSeconds: number;
}

/** Asks the journal's schema; undefined where that is not in this database. */
export async function reconciliationDue(sql: Sql): Promise<ReconciliationDue | undefined> {
  const [known] = await sql<{ known: boolean }[]>`
    SELECT has_schema_privilege(oid, 'USAGE') AND to_regprocedure('journal.reconciliation_due()') IS NOT NULL AS known
    FROM pg_namespace WHERE nspname = 'journal'`;
  if (!known?.known) return undefined;
  const [row] = await sql<{ due: boolean; behind: number }[]>`
    SELECT due, behind_seconds AS behind FROM journal.reconciliation_due()`;
  return row && { due: row.due, behindSeconds: row.behind };
}
