import { setTimeout as sleep } from 'node:timers/promises';
import type postgres from 'postgres';
import { patiently } from './patience.ts';

/** For the repair when the database itself is down. */
const repairSeconds = 240;

/**
 * Makes functions refuse what they are given: PostgreSQL does not let their roles in, as in an incident of a database or its
 * credentials. Code and Triggers stay as they are.
 */
export async function refuse(
  sql: postgres.Sql,
  roles: readonly string[],
  { durationMs, meanwhile, signal }: { durationMs: number; meanwhile: () => Promise<void>; signal: AbortSignal },
): Promise<void> {
  await patiently(() => shut(sql, roles));
  try {
    await meanwhile();
    await sleep(durationMs, undefined, { signal }).catch(() => {});
  } finally {
    await letIn(sql, roles);
  }
}

/** Lets roles log in again. */
export const letIn = (sql: postgres.Sql, roles: readonly string[]): Promise<void> =>
  patiently(async () => {
    for (const role of roles) await sql`ALTER ROLE ${sql(role)} LOGIN`;
  }, repairSeconds);

async function shut(sql: postgres.Sql, roles: readonly string[]): Promise<void> {
  for (const role of roles) await sql`ALTER ROLE ${sql(role)} NOLOGIN`;
  await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = ANY (${[...roles]})`;
}
