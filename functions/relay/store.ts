import type { Sql } from '@dormouse/runtime/sql';

/** Schemas that hold an outbox which this role may drain, in the order of their names. */
export async function outboxSchemas(sql: Sql): Promise<string[]> {
  const rows = await sql<{ schema: string }[]>`
    SELECT nspname AS schema FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relname = 'outbox' AND relkind = 'r' AND has_schema_privilege(pg_namespace.oid, 'USAGE') AND has_table_privilege(pg_class.oid, 'DELETE')
    ORDER BY 1`;
  return rows.map(({ schema }) => schema);
}
