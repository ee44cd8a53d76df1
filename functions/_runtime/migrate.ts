import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type postgres from 'postgres';
import { prepareLogin } from './login-role.ts';

/** One function's schema: who owns it and the SQL files that build it. */
export interface Migrations {
  /** Name of the function = schema = role. */
  name: string;
  /** Folder of `NNN-subject.sql` files, applied in name order, each once and in one transaction. */
  folder: string;
  /** Password of the role that logs in; without it none can. */
  password?: string;
  /** The role that logs in, one of `loginsOf(name)`; default: `name`. */
  login?: string;
}

/** Tables that `_runtime` keeps in every function's schema: see outbox.ts, inbox.ts, limiter.ts. */
const runtimeTables = `
CREATE TABLE IF NOT EXISTS outbox (
  position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id uuid NOT NULL,
  type text NOT NULL,
  source text NOT NULL,
  subject text NOT NULL,
  time timestamptz NOT NULL DEFAULT clock_timestamp(),
  data json NOT NULL,
  traceparent text,
  tracestate text,
  dssematerial text
);
-- Null: not sent yet. What the Broker has taken stays until the archive has it, see functions/relay.
ALTER TABLE outbox ADD COLUMN IF NOT EXISTS sent_at timestamptz;
ALTER TABLE outbox ADD COLUMN IF NOT EXISTS resent smallint NOT NULL DEFAULT 0;
-- Of unsent rows only, so that what waits for the archive costs a writer nothing.
CREATE INDEX IF NOT EXISTS outbox_unsent ON outbox (subject, position) WHERE sent_at IS NULL;
DROP INDEX IF EXISTS outbox_subject;
ALTER TABLE outbox ADD COLUMN IF NOT EXISTS dssematerial text;
-- jsonb would give data back in other words than those that were signed.
DO $$ BEGIN
  IF (SELECT atttypid FROM pg_attribute WHERE attrelid = 'outbox'::regclass AND attname = 'data') = 'jsonb'::regtype THEN
    ALTER TABLE outbox ALTER COLUMN data TYPE json;
  END IF;
END $$;
CREATE TABLE IF NOT EXISTS inbox (
  source text NOT NULL,
  id text NOT NULL,
  received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (source, id)
);
CREATE INDEX IF NOT EXISTS inbox_received ON inbox (received_at);
CREATE TABLE IF NOT EXISTS rate_limits (
  key text PRIMARY KEY,
  hits timestamptz[] NOT NULL
);`;

/**
 * What the relay may do in a function's schema: find rows of the outbox, lock them, mark them as sent and delete them. It may not change
 * what they say.
 */
const grantOutbox = (schema: string) => `
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'relay') THEN
    GRANT USAGE ON SCHEMA ${schema} TO relay;
    GRANT SELECT, DELETE, UPDATE (sent_at, resent) ON outbox TO relay;
    REVOKE UPDATE (position) ON outbox FROM relay;
  END IF;
END $$;`;

/** The relay asks the journal's archive for events, and sees no more of them than that they are there. */
const grantArchive = `
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'relay') THEN
    GRANT SELECT (source, id) ON events TO relay;
  END IF;
END $$;`;

/** What the journal may do in a function's schema: read which events it has. */
const grantInbox = (schema: string) => `
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'journal') THEN
    GRANT USAGE ON SCHEMA ${schema} TO journal;
    GRANT SELECT (source, id) ON inbox TO journal;
  END IF;
END $$;`;

/** What the relay may ask the journal: whether there is something to reconcile. */
const grantReconciliation = `
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'relay') AND to_regprocedure('journal.reconciliation_due()') IS NOT NULL THEN
    GRANT EXECUTE ON FUNCTION journal.reconciliation_due() TO relay;
  END IF;
END $$;`;

/**
 * Brings every schema up to date. Runs as a role that may create roles and schemas; one run at a time (advisory lock);
 * a file that was applied is never applied again, and a changed one is rejected by its checksum.
 *
 * Roles and schemas of all functions are made first, in the given order, so that a migration may grant to any of them.
 * The SQL files run as the function's own role, with its schema as search_path.
 *
 * @returns the files that were applied, as `function/file`.
 * @throws Error naming the file when it fails or was changed after it had been applied.
 */
export async function migrate(
  sql: postgres.Sql,
  functions: readonly Migrations[],
  progress: (line: string) => void = () => {},
): Promise<string[]> {
  const connection = await sql.reserve();
  try {
    await connection`SELECT pg_advisory_lock(hashtext('dormouse.migrate'))`;
    return await applyMigrations(connection, functions, { progress });
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
  return applyMigrations(connection, functions, { isWithin: true, ...(only && { only }) });
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
  progress?: (line: string) => void;
  /** Names of files, as `function/file`. */
  only?: ReadonlySet<string>;
  /** A transaction is open. */
  isWithin?: boolean;
}

async function applyMigrations(
  connection: postgres.ReservedSql,
  functions: readonly Migrations[],
  how: HowToApply,
): Promise<string[]> {
  await connection.unsafe(
    'CREATE TABLE IF NOT EXISTS public.migrations (name text PRIMARY KEY, hash text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())',
  );
  for (const each of functions) await prepareRole(connection, each);
  const applied: string[] = [];
  for (const each of functions) applied.push(...(await applyAll(connection, each, how)));
  return applied;
}

async function prepareRole(sql: postgres.ReservedSql, { name, login = name, password }: Migrations): Promise<void> {
  const role = identifier(name);
  await sql.unsafe(
    `DO $$ BEGIN CREATE ROLE ${role} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`,
  );
  // Only where it is not so: roles are the whole server's, and a restore would hold them for as long as it lasts. A superuser needs no grant.
  await sql.unsafe(
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
  { progress = () => {}, only, isWithin = false }: HowToApply,
): Promise<string[]> {
  const role = identifier(name);
  const applied: string[] = [];
  const inRole = isWithin ? inRoleWithin : inRoleAlone;
  await inRole(sql, role, runtimeTables + grantOutbox(role) + grantInbox(role));
  for (const file of migrationFiles(folder).filter((entry) => !only || only.has(`${name}/${entry}`))) {
    const text = readFileSync(join(folder, file), 'utf8');
    const [before] =
      await sql`SELECT hash, md5(${text}) AS now FROM public.migrations WHERE name = ${`${name}/${file}`}`;
    if (before && before.hash !== before.now)
      throw new Error(`migration ${name}/${file} was changed after it had been applied: add a new file instead`);
    if (before) continue;
    await inRole(sql, role, text).catch((cause: Error) => {
      throw new Error(`migration ${name}/${file} failed: ${cause.message}`, { cause });
    });
    await sql`INSERT INTO public.migrations (name, hash) VALUES (${`${name}/${file}`}, md5(${text}))`;
    progress(`${name}/${file}`);
    applied.push(`${name}/${file}`);
  }
  if (name === 'journal') await inRole(sql, role, grantArchive + grantReconciliation);
  return applied;
}

const migrationFiles = (folder: string) =>
  readdirSync(folder)
    .filter((entry) => entry.endsWith('.sql'))
    .sort();

/** Runs `text` as `role` in the transaction that is open. */
const inRoleWithin = (sql: postgres.ReservedSql, role: string, text: string) =>
  sql.unsafe(
    `SET LOCAL ROLE ${role}; SET LOCAL search_path = ${role}; ${text}\n; RESET ROLE; SET LOCAL search_path = DEFAULT`,
  );

/** Runs `text` as `role` in one transaction. */
const inRoleAlone = (sql: postgres.ReservedSql, role: string, text: string) =>
  sql
    .unsafe(`BEGIN; SET LOCAL ROLE ${role}; SET LOCAL search_path = ${role}; ${text}\n; RESET ROLE; COMMIT`)
    .catch(async (error) => {
      await sql.unsafe('ROLLBACK');
      throw error;
    });

function identifier(name: string): string {
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(name)) throw new TypeError(`not a schema name: ${name}`);
  return `"${name}"`;
}
