import type postgres from 'postgres';
import { type LockPatience, withLockPatience } from './lock-patience.ts';

/** SQL that is run for a function. */
export interface SchemaStep {
  /** The function, which is also its schema and role. */
  name: string;
  /** What messages call it: `function/file`. */
  what: string;
  text: string;
  /** Notes in the same transaction that it was done. */
  record?: () => Promise<unknown>;
}

/** How to wait for locks; undefined where a transaction is open already. */
export type Waiting = LockPatience | undefined;

/** Files of this name hold one statement that PostgreSQL takes outside of a transaction only, as CREATE INDEX CONCURRENTLY is. */
const concurrently = '.concurrently.sql';

/** Applies a file as its function's role: in a transaction, or an index beside the requests. */
export async function applyFile(sql: postgres.ReservedSql, step: SchemaStep, waiting: Waiting): Promise<void> {
  if (!step.what.endsWith(concurrently)) return applyInRole(sql, step, waiting);
  if (!isAboutIndex(step.text))
    throw new Error('it must begin with CREATE INDEX CONCURRENTLY IF NOT EXISTS or DROP INDEX CONCURRENTLY IF EXISTS');
  if (!waiting) return applyInRole(sql, { ...step, text: withinTransaction(step.text) }, waiting);
  const role = identifier(step.name);
  await dropInvalidIndexes(sql, step.name);
  await sql.unsafe(`SET ROLE ${role}`);
  try {
    await sql.unsafe(`SET search_path = ${role}`);
    await sql.unsafe(step.text);
  } finally {
    await sql.unsafe('RESET ROLE');
    await sql.unsafe('RESET search_path');
  }
  await step.record?.();
}

/** One that was interrupted before it was recorded must be able to run again. */
const isAboutIndex = (text: string) =>
  /^(?:CREATE (?:UNIQUE )?INDEX CONCURRENTLY IF NOT|DROP INDEX CONCURRENTLY IF) EXISTS /m.test(text);

/** What a file that runs outside of a transaction says, for one that is open. */
export const withinTransaction = (text: string): string => text.replace('INDEX CONCURRENTLY', 'INDEX');

/** An index whose building was interrupted is there and of no use, and CREATE INDEX … IF NOT EXISTS would take it for one. */
async function dropInvalidIndexes(sql: postgres.ReservedSql, schema: string): Promise<void> {
  const invalid = await sql<{ name: string }[]>`
    SELECT format('%I.%I', n.nspname, c.relname) AS name
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT i.indisvalid AND n.nspname = ${schema}`;
  for (const { name } of invalid) await sql.unsafe(`DROP INDEX CONCURRENTLY ${name}`);
}

/** Runs SQL as a function's role in one transaction: the one that is open, or one that is tried until it gets its locks. */
export async function applyInRole(
  sql: postgres.ReservedSql,
  { name, what, text, record = async () => {} }: SchemaStep,
  waiting: Waiting,
): Promise<void> {
  const role = identifier(name);
  const asRole = `SET LOCAL ROLE ${role}; SET LOCAL search_path = ${role}; ${text}\n; RESET ROLE; SET LOCAL search_path = DEFAULT`;
  if (!waiting) {
    await sql.unsafe(asRole);
    await record();
    return;
  }
  const { lockTimeoutMs = 1000 } = waiting;
  const attempt = async () => {
    try {
      await sql.unsafe(`BEGIN; SET LOCAL lock_timeout = ${lockTimeoutMs}; ${asRole}`);
      await record();
      await sql.unsafe('COMMIT');
    } catch (error) {
      await sql.unsafe('ROLLBACK');
      throw error;
    }
  };
  await withLockPatience(what, attempt, waiting);
}

/** A name as SQL has it. @throws TypeError when it is no plain name */
export function identifier(name: string): string {
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(name)) throw new TypeError(`not a schema name: ${name}`);
  return `"${name}"`;
}
