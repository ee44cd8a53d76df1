import { setTimeout as sleep } from 'node:timers/promises';
import type postgres from 'postgres';

const maxTries = 20;
const pauseMs = 20;
/** What PostgreSQL says when somebody else was first, with a change or with a role's first setting. */
const wasSecond =
  /^(?:tuple concurrently (?:updated|deleted)|duplicate key value violates unique constraint "pg_db_role_setting_\w+")$/;

/**
 * Runs a statement that makes or changes a role. Roles are the whole server's, so that whoever does the same in another of its databases
 * may be first; then PostgreSQL gives up (no lock is waited for), and it is tried again. Not within a transaction: it is over then.
 */
export async function alterRoles(sql: Pick<postgres.Sql, 'unsafe'>, statement: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await sql.unsafe(statement);
      return;
    } catch (error) {
      if (tries === maxTries || !wasSecond.test((error as Error).message)) throw error;
      await sleep(pauseMs * tries);
    }
  }
}
