import type { Logger } from '@dormouse/runtime/log';
import type { Sql } from '@dormouse/runtime/sql-types';

export interface RetentionOptions {
  sql: Sql;
  /** Retention; 0 keeps everything. */
  days: number;
  log: Pick<Logger, 'warn'>;
  /** Events from one portion to the next, about. */
  every?: number;
  /** Maximum rows of a kind per portion; more than arrive between two portions, so that pruning keeps up. */
  portion?: number;
  /** 0 up to 1. */
  random?: () => number;
}

/** Called with the number of archived events; occasionally removes a portion of expired rows in the background. */
export type Retention = (archived: number) => void;

/**
 * Removes what is older than `days`: archived events, dead letters that were redriven or dismissed, and jobs that have ended. A dead letter that is
 * open is kept, with its attempts, however old it is. It begins somewhere in the first `every` events, since no process may live that long.
 */
export function retention({
  sql,
  days,
  log,
  every = 1000,
  portion = 2000,
  random = Math.random,
}: RetentionOptions): Retention {
  let until = Math.ceil(random() * every);
  return (archived) => {
    if (days === 0 || (until -= archived) > 0) return;
    until = every;
    prune(sql, days, portion).catch((error: unknown) =>
      log.warn({ error }, 'expired rows could not be removed from the journal'),
    );
  };
}

/** Dead letters before their items, items before their jobs; one statement each, so that no lock is held for long. */
export async function prune(sql: Sql, days: number, portion: number): Promise<void> {
  const before = sql`clock_timestamp() - make_interval(days => ${days})`;
  await sql`
    DELETE FROM events WHERE position = ANY (ARRAY(SELECT position FROM events WHERE received_at < ${before} ORDER BY received_at LIMIT ${portion}))`;
  await sql`
    DELETE FROM dead_letters WHERE number = ANY (ARRAY(
      SELECT number FROM dead_letters WHERE state <> 'open' AND failed_at < ${before} ORDER BY failed_at LIMIT ${portion}))`;
  await sql`
    DELETE FROM items USING (
      SELECT job, item FROM jobs JOIN items ON job = jobs.id WHERE state <> 'running' AND finished_at < ${before}
        AND (kind = 'replay' OR dry_run OR NOT EXISTS (SELECT FROM dead_letters WHERE number = item))
      LIMIT ${portion}) AS old
    WHERE items.job = old.job AND items.item = old.item`;
  await sql`
    DELETE FROM jobs WHERE id = ANY (ARRAY(
      SELECT id FROM jobs WHERE state <> 'running' AND finished_at < ${before} AND NOT EXISTS (SELECT FROM items WHERE job = jobs.id) LIMIT ${portion}))`;
}
