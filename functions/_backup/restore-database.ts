import { pipeline } from 'node:stream/promises';
import { isDeepStrictEqual } from 'node:util';
import { type Migrations, migrateWithin, unknownMigrations } from '@dormouse/runtime/migrate';
import { migrationLock } from '@dormouse/runtime/migration-lock';
import { migrationsOf } from '@dormouse/runtime/migrations-of';
import { BackupError } from './backup-error.ts';
import { type Connection, copyIn, copyOut, nameOf, quoted, settleOutput } from './copy-sql.ts';
import type { DatabaseSection, TableEntry } from './manifest.ts';
import { Meter, type ReadPart } from './parts.ts';
import { readTables } from './read-schema.ts';

export interface RestoreDatabaseOptions {
  section: DatabaseSection;
  read: ReadPart;
  /** Folder of this version's functions, with their migrations. */
  functions: string;
  /** Replaces what is there. */
  isForced: boolean;
  patienceMs: number;
}

/**
 * Makes the tables that the backup's version had, fills them, compares them with the backup, and brings them up to this version: in one
 * transaction, which is left open. Its end decides about all of it. After an error the connection is of no more use.
 * @returns whether the database held exactly this backup already
 * @throws BackupError when the target is not empty or in use, or the backup is of a newer version
 */
export async function restoreDatabase(
  sql: Connection,
  { section, read, functions, isForced, patienceMs }: RestoreDatabaseOptions,
): Promise<'restored' | 'already there'> {
  const all = migrationsOf(functions);
  await fitsThisVersion(sql, section, all);
  await sql`BEGIN`;
  await settleOutput(sql);
  // What runs there would have to end first: say so rather than wait.
  await sql.unsafe(`SET LOCAL lock_timeout = ${patienceMs}`);
  if (!(await migrationLock.takeWithin(sql, patienceMs)))
    throw new BackupError('a backup or a migration is at work in the database: try again when it is through');
  const schemas = [...new Set([...all.map(({ name }) => name), ...section.functions])];
  if (await isFilled(sql, schemas)) {
    if ((await hasTables(sql, section)) && (await equals(sql, section))) return 'already there';
    if (!isForced)
      throw new BackupError('the database is not empty: restore into another one, or replace it with --force');
  }
  await refuseWhileUsed(sql, schemas, isForced);
  await sql.unsafe(
    `DROP SCHEMA IF EXISTS ${schemas.map(quoted).join(', ')} CASCADE; DROP TABLE IF EXISTS public.migrations`,
  );
  const then = all.filter(({ name }) => section.functions.includes(name));
  await migrateWithin(sql, then, new Set(section.migrations.map(({ name }) => name)));
  if (!(await hasTables(sql, section)))
    throw new BackupError('the backup names tables that its migrations do not make: nothing was changed');
  await load(sql, section, read);
  if (!(await equals(sql, section)))
    throw new BackupError('what was restored is not what the backup holds: nothing was changed');
  await migrateWithin(sql, all);
  return 'restored';
}

/** A migration that this version does not have, or has with another content. */
async function fitsThisVersion(
  sql: Connection,
  { migrations, functions: names }: DatabaseSection,
  own: readonly Migrations[],
): Promise<void> {
  const without = names.find((each) => !own.some(({ name }) => name === each));
  if (without !== undefined)
    throw new BackupError(`the backup has tables of the function ${without}, which this version does not have`);
  const [unknown] = await unknownMigrations(sql, own, migrations);
  if (unknown !== undefined)
    throw new BackupError(
      `the backup has the migration ${unknown}, which this version of Dormouse does not have: restore it with the version that made it, or a newer one`,
    );
}

/** A table of Dormouse is there, or a migration was applied. */
async function isFilled(sql: Connection, schemas: readonly string[]): Promise<boolean> {
  const [found] = await sql<{ tables: boolean; migrations: boolean }[]>`
    SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = ANY (${[...schemas]}) AND c.relkind = 'r') AS tables,
      to_regclass('public.migrations') IS NOT NULL AS migrations`;
  if (found?.tables || !found?.migrations) return found?.tables ?? false;
  const applied = await sql`SELECT FROM public.migrations LIMIT 1`;
  return applied.length > 0;
}

async function refuseWhileUsed(sql: Connection, roles: readonly string[], isForced: boolean): Promise<void> {
  const used = await sql<{ name: string }[]>`
    SELECT DISTINCT usename AS name FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
      AND (usename = ANY (${[...roles]}) OR usename = ANY (${roles.map((role) => `${role}_b`)}))
    ORDER BY 1`;
  if (used.length > 0 && !isForced)
    throw new BackupError(
      `functions are connected to the database (${used.map(({ name }) => name).join(', ')}): stop the platform first, or add --force`,
    );
}

async function load(sql: Connection, { tables, sequences }: DatabaseSection, read: ReadPart): Promise<void> {
  if (tables.length > 0) await sql.unsafe(`TRUNCATE ${tables.map(nameOf).join(', ')}`);
  // A check that waits for the end of the transaction would forbid to alter its table until then.
  await sql`SET CONSTRAINTS ALL IMMEDIATE`;
  for (const table of tables) {
    // Triggers note what changes; a restore changes nothing.
    await sql.unsafe(`ALTER TABLE ${nameOf(table)} DISABLE TRIGGER USER`);
    await pipeline(await read(table.part), await copyIn(sql, table));
    await sql.unsafe(`ALTER TABLE ${nameOf(table)} ENABLE TRIGGER USER; ANALYZE ${nameOf(table)}`);
  }
  for (const { last, ...sequence } of sequences)
    if (last !== null) await sql`SELECT setval(${nameOf(sequence)}::regclass, ${last}::text::bigint)`;
}

/** Whether the tables that a backup names are there. Whoever forged one may name others, and SQL as a key. */
async function hasTables(sql: Connection, { functions, tables }: DatabaseSection): Promise<boolean> {
  const there = await readTables(sql, functions);
  return tables.every(({ schema, name, columns, key }: TableEntry) =>
    there.some(
      (table) =>
        table.schema === schema &&
        table.name === name &&
        isDeepStrictEqual(table.key, key) &&
        columns.every((each) => table.columns.includes(each)),
    ),
  );
}

/** Whether the tables, which are there, hold what the backup holds, by count and SHA-256 of their rows. */
async function equals(sql: Connection, { tables }: DatabaseSection): Promise<boolean> {
  for (const table of tables) {
    const meter = new Meter();
    meter.resume();
    await pipeline(await copyOut(sql, table), meter);
    if (meter.newlines !== table.rows || meter.sha256() !== table.part.contentSha256) return false;
  }
  return true;
}
