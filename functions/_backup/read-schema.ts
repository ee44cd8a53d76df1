import { BackupError } from './backup-error.ts';
import type { Connection } from './copy-sql.ts';
import type { DatabaseSection, TableEntry } from './manifest.ts';

export type TableShape = Omit<TableEntry, 'rows' | 'part'>;

/** The functions that have applied migrations or a schema here. @throws BackupError when the database is none of Dormouse's */
export async function readMigrations(
  sql: Connection,
  known: readonly string[],
): Promise<Pick<DatabaseSection, 'functions' | 'migrations'>> {
  const [{ there } = { there: false }] = await sql<{ there: boolean }[]>`
    SELECT to_regclass('public.migrations') IS NOT NULL AS there`;
  if (!there) throw new BackupError('the database holds nothing of Dormouse: there is no table public.migrations');
  const migrations = await sql<{ name: string; hash: string }[]>`
    SELECT name, hash FROM public.migrations ORDER BY name COLLATE "C"`;
  const names = [...new Set([...known, ...migrations.map(({ name }) => name.split('/', 1)[0] as string)])];
  const schemas = await sql<{ name: string }[]>`
    SELECT nspname AS name FROM pg_namespace WHERE nspname = ANY (${names}) ORDER BY nspname COLLATE "C"`;
  return {
    functions: schemas.map(({ name }) => name),
    migrations: migrations.map(({ name, hash }) => ({ name, hash })),
  };
}

/** Tables of these schemas, referenced ones before those that refer to them. */
export async function readTables(sql: Connection, schemas: readonly string[]): Promise<TableShape[]> {
  const tables = await sql<(TableShape & { id: number })[]>`
    SELECT c.oid::int8::float8 AS id, n.nspname AS schema, c.relname AS name,
      ARRAY(SELECT a.attname FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum)::text[] AS columns,
      ARRAY(SELECT quote_ident(a.attname) || CASE WHEN a.attcollation <> 0 THEN ' COLLATE "C"' ELSE '' END
        FROM pg_index i CROSS JOIN unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
        WHERE i.indrelid = c.oid AND i.indisprimary ORDER BY k.place)::text[] AS key
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname = ANY (${[...schemas]})
    ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`;
  const references = await sql<{ from: number; to: number }[]>`
    SELECT conrelid::int8::float8 AS from, confrelid::int8::float8 AS to FROM pg_constraint
    WHERE contype = 'f' AND conrelid <> confrelid`;
  return inOrder(tables, references).map(({ schema, name, columns, key }) => ({ schema, name, columns, key }));
}

/** Referenced tables first. */
function inOrder<T extends { id: number; schema: string; name: string }>(
  tables: readonly T[],
  references: readonly { from: number; to: number }[],
): T[] {
  const byId = new Map(tables.map((table) => [table.id, table]));
  const done = new Set<number>();
  const ordered: T[] = [];
  const visit = (table: T, above: readonly number[]) => {
    if (done.has(table.id)) return;
    if (above.includes(table.id))
      throw new BackupError(`tables refer to each other in a circle: ${table.schema}.${table.name}`);
    for (const { from, to } of references) {
      const referenced = from === table.id ? byId.get(to) : undefined;
      if (referenced) visit(referenced, [...above, table.id]);
    }
    done.add(table.id);
    ordered.push(table);
  };
  for (const table of tables) visit(table, []);
  return ordered;
}

/** Where sequences stand; null where none was taken. They are not part of a snapshot: read them after it. */
export async function readSequences(
  sql: Connection,
  schemas: readonly string[],
): Promise<{ schema: string; name: string; last: string | null }[]> {
  const rows = await sql<{ schema: string; name: string; last: string | null }[]>`
    SELECT schemaname AS schema, sequencename AS name, last_value::text AS last FROM pg_sequences
    WHERE schemaname = ANY (${[...schemas]}) ORDER BY 1, 2`;
  return rows.map(({ schema, name, last }) => ({ schema, name, last }));
}
