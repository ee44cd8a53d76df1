import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type postgres from 'postgres';
import { alterRoles } from './alter-roles.ts';
import { applyFile, applyInRole, identifier, type Waiting } from './apply-migration.ts';
import type { LockPatience } from './lock-patience.ts';
import { prepareLogin } from './login-role.ts';
import { migrationLock } from './migration-lock.ts';
import {
  grantArchive,
  grantInbox,
  grantOutbox,
  grantReading,
  grantReadingMigrations,
  grantReconciliation,
  runtimeTables,
} from './runtime-tables.ts';

/** One function's schema: who owns it and the SQL files that build it. */
export interface Migrations {
  /** Name of the function = schema = role. */
  name: string;
  /**
   * Folder of `NNN-subject.sql` files, applied in name order, each once and in one transaction; `NNN-subject.concurrently.sql` holds one
   * `CREATE INDEX CONCURRENTLY IF NOT EXISTS` or `DROP INDEX CONCURRENTLY IF EXISTS`, and runs outside of one.
   */
  folder: string;
  /** Password of the role that logs in; without it none can. */
  password?: string;
  /** The role that logs in, one of `loginsOf(name)`; default: `name`. */
  login?: string;
}

/**
 * Brings every schema up to date. Runs as a role that may create roles and schemas; one run at a time (advisory lock);
 * a file that was applied is never applied again, and a changed one is rejected by its checksum.
 *
 * Roles and schemas of all functions are made first, in the given order, so that a migration may grant to any of them.
 * The SQL files run as the function's own role, with its schema as search_path. None of them waits longer than a second for a lock:
 * requests would queue behind it. It is tried again, for five minutes.
 *
 * @returns the files that were applied, as `function/file`.
 * @throws Error naming the file when it fails or was changed after it had been applied.
 */
export async function migrate(
  sql: postgres.Sql,
  functions: readonly Migrations[],
  progress: (line: string) => void = () => {},
  patience: Omit<LockPatience, 'progress'> = {},
): Promise<string[]> {
  const connection = await sql.reserve();
  try {
    await migrationLock.take(connection);
    const applied = (file: string) => progress(`applied ${file}`);
    return await applyMigrations(connection, functions, { applied, waiting: { ...patience, progress } });
  } finally {
    await connection`SELECT pg_advisory_unlock_all()`.catch(() => {});
    connection.release();
  }
}

/** The same within a transaction that is open, whose end decides about all of it; `only` applies no other files than these. */
export async function migrateWithin(
  connection: postgres.ReservedSql,
  functions: readonly Migrations[],
  only?: ReadonlySet<string>,
): Promise<string[]> {
  await connection`SELECT pg_advisory_xact_lock(hashtext('dormouse.migrate'))`;
  return applyMigrations(connection, functions, { ...(only && { only }) });
}

/** Which of these files this version does not have, or has with another content. */
export async function unknownMigrations(
  connection: postgres.ReservedSql,
  functions: readonly Migrations[],
  applied: readonly { name: string; hash: string }[],
): Promise<string[]> {
  const own = functions.flatMap(({ name, folder }) =>
    migrationFiles(folder).map((file) => [`${name}/${file}`, readFileSync(join(folder, file), 'utf8')] as const),
  );
  const known = await connection<{ name: string; hash: string }[]>`
    SELECT name, md5(content) AS hash
    FROM unnest(${own.map(([name]) => name)}::text[], ${own.map(([, text]) => text)}::text[]) AS own (name, content)`;
  return applied
    .filter((each) => !known.some(({ name, hash }) => name === each.name && hash === each.hash))
    .map(({ name }) => name);
}

interface HowToApply {
  /** Gets each file, as `function/file`, once it is applied. */
  applied?: (file: string) => void;
  waiting?: Waiting;
  /** Names of files, as `function/file`. */
  only?: ReadonlySet<string>;
}

async function applyMigrations(
  connection: postgres.ReservedSql,
  functions: readonly Migrations[],
  how: HowToApply,
): Promise<string[]> {
  await connection.unsafe(
    'CREATE TABLE IF NOT EXISTS public.migrations (name text PRIMARY KEY, hash text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())',
  );
  await connection.unsafe(grantReadingMigrations);
  for (const each of functions) await prepareRole(connection, each);
  const applied: string[] = [];
  for (const each of functions) applied.push(...(await applyAll(connection, each, how)));
  return applied;
}

async function prepareRole(sql: postgres.ReservedSql, { name, login = name, password }: Migrations): Promise<void> {
  const role = identifier(name);
  await alterRoles(
    sql,
    `DO $$ BEGIN CREATE ROLE ${role} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`,
  );
  // Only where it is not so: roles are the whole server's, and a restore would hold them for as long as it lasts. A superuser needs no grant.
  await alterRoles(
    sql,
    `DO $$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${name}' AND 'search_path=' || quote_ident('${name}') = ANY (rolconfig)) THEN
        ALTER ROLE ${role} SET search_path = ${role};
      END IF;
      IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = CURRENT_USER) THEN
        GRANT ${role} TO CURRENT_USER;
      END IF;
    END $$`,
  );
  await sql.unsafe(`CREATE SCHEMA IF NOT EXISTS ${role} AUTHORIZATION ${role}`);
  if (password !== undefined) await prepareLogin(sql, name, login, password);
}

async function applyAll(
  sql: postgres.ReservedSql,
  { name, folder }: Migrations,
  { applied: tell = () => {}, only, waiting }: HowToApply,
): Promise<string[]> {
  const role = identifier(name);
  const applied: string[] = [];
  const ofRuntime = runtimeTables + grantOutbox(role) + grantInbox(role);
  await applyInRole(sql, { name, what: `tables of the runtime of ${name}`, text: ofRuntime }, waiting);
  for (const file of migrationFiles(folder).filter((entry) => !only || only.has(`${name}/${entry}`))) {
    const text = readFileSync(join(folder, file), 'utf8');
    const what = `${name}/${file}`;
    const [before] = await sql`SELECT hash, md5(${text}) AS now FROM public.migrations WHERE name = ${what}`;
    if (before && before.hash !== before.now)
      throw new Error(`migration ${what} was changed after it had been applied: add a new file instead`);
    if (before) continue;
    const record = () => sql`INSERT INTO public.migrations (name, hash) VALUES (${what}, md5(${text}))`;
    await applyFile(sql, { name, what, text, record }, waiting).catch((cause: Error) => {
      throw new Error(`migration ${what} failed: ${cause.message}`, { cause });
    });
    tell(what);
    applied.push(what);
  }
  const rights = grantArchive + grantReconciliation;
  if (name === 'journal') await applyInRole(sql, { name, what: 'rights of the relay', text: rights }, waiting);
  await applyInRole(sql, { name, what: `rights of backups in ${name}`, text: grantReading(role) }, waiting);
  return applied;
}

const migrationFiles = (folder: string) =>
  readdirSync(folder)
    .filter((entry) => entry.endsWith('.sql'))
    .sort();
