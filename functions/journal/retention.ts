import type { Logger } from '@dormouse/runtime/log';
import type { Sql } from '@dormouse/runtime/sql-types';

export interface RetentionOptions {
  sql: Sql;
  /** How long things are kept; 0 is for ever. */
  days: number;
  log: Pick<Logger, 'warn'>;
  /** Events from one portion to the next, about. */
  every?: number;
  /** Most rows of a kind that one portion removes; more than come in between, so that it keeps up. */
  portion?: number;
  /** 0 up to 1. */
  random?: () => number;
}

/** Told how many events were archived, it now and then removes a portion of what is too old, in the background. */
export type Retention = (archived: number) => void;

/**
 * Removes what is older than `days`: archived events, dead letters that were redriven, and jobs that have ended. A dead letter that is
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
      log.warn({ error }, 'what is too old could not be removed from the journal'),
    );
  };
}

/** Dead letters before the items that tell of them, items before their jobs; each a statement of its own, so that no lock is held for long. */
export async function prune(sql: Sql, days: number, portion: number): Promise<void> {
  const before = sql`clock_timestamp() - make_interval(days => ${days})`;
  await sql`
    DELETE FROM events WHERE position = ANY (ARRAY(SELECT position FROM events WHERE received_at < ${before} ORDER BY received_at LIMIT ${portion}))`;
  await sql`
    DELETE FROM dead_letters WHERE number = ANY (ARRAY(
      SELECT number FROM dead_letters WHERE state = 'redriven' AND failed_at < ${before} ORDER BY failed_at LIMIT ${portion}))`;
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
