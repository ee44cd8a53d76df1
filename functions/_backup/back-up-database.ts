import { migrationLock } from '@dormouse/runtime/migration-lock';
import { BackupError } from './backup-error.ts';
import { type Connection, copyOut, settleOutput } from './copy-sql.ts';
import type { DatabaseSection, TableEntry } from './manifest.ts';
import type { WritePart } from './parts.ts';
import { readMigrations, readSequences, readTables } from './read-schema.ts';

export interface BackUpDatabaseOptions {
  /** Names of functions that may have a schema without a migration. */
  known: readonly string[];
  /** How long a migration is waited for. */
  patienceMs: number;
  write: WritePart;
}

/**
 * Copies all tables of Dormouse as they were at one moment: everything that was committed before, nothing later. Writers are not held up.
 * After an error the connection is of no more use: a copy that was broken off holds it. No migration begins until it ends.
 * @throws BackupError when a migration is not through within `patienceMs`
 */
export async function backUpDatabase(
  sql: Connection,
  { known, patienceMs, write }: BackUpDatabaseOptions,
): Promise<DatabaseSection> {
  // A migration that rewrites a table leaves none of its rows to a snapshot of before: the copy would be empty, and nobody would notice.
  if (!(await migrationLock.share(sql, patienceMs)))
    throw new BackupError('a migration or a restore is at work in the database: try again when it is through');
  // Of BEGIN: the first query takes the snapshot, so that whatever had been committed by then is in it. In one message, so that little more is.
  const [, [taken]] = (await sql.unsafe(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
    SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS moment, current_setting('server_version') AS server`)) as unknown as [
    unknown,
    [{ moment: string; server: string }],
  ];
  await settleOutput(sql);
  const { functions, migrations } = await readMigrations(sql, known);
  const tables: TableEntry[] = [];
  for (const table of await readTables(sql, functions)) {
    const { part, newlines } = await write(`database/${table.schema}.${table.name}.copy`, await copyOut(sql, table));
    tables.push({ ...table, rows: newlines, part });
  }
  const sequences = await readSequences(sql, functions);
  await sql`COMMIT`;
  return { kind: 'database', ...taken, functions, migrations, tables, sequences };
}
