import type { Logger } from './log.ts';
import type { Sql } from './sql-types.ts';

/** Rows of the outbox that were sent and are still to be deleted. */
export interface SentRows {
  add(position: string): void;
  /** Deletes now what is there, instead of after 20 ms. */
  flush(): void;
  /** Whether there are rows to delete, or being deleted. */
  readonly busy: boolean;
}

interface SentRowsOptions {
  sql: Sql;
  log: Logger;
  /** Called for every row once it was tried. */
  deleted: (position: string) => void;
  /** Called after every deletion. */
  idle: () => void;
}

const deleteAfterMs = 20;
const deleteBatch = 256;

/** Deletes sent rows together: 20 ms after the first of them, or 256 at once. */
export function sentRows({ sql, log, deleted, idle }: SentRowsOptions): SentRows {
  const sent = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let deleting: Promise<void> | undefined;

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    deleting ??= remove().finally(() => {
      deleting = undefined;
      if (sent.size > 0) schedule();
      idle();
    });
  };
  const schedule = () => {
    if (sent.size >= deleteBatch) flush();
    else timer ??= setTimeout(flush, deleteAfterMs);
  };
  const remove = async () => {
    const positions = [...sent].slice(0, 4 * deleteBatch);
    for (const each of positions) sent.delete(each);
    await sql`DELETE FROM outbox WHERE position = ANY(${`{${positions.join(',')}}`}::bigint[])`.catch((error) => {
      // The relay sends them again; consumers know them by id.
      log.warn({ error, rows: positions.length }, 'sent events could not be deleted from the outbox');
    });
    for (const each of positions) deleted(each);
  };
  return {
    add(position) {
      sent.add(position);
      schedule();
    },
    flush: () => void (sent.size > 0 && flush()),
    get busy() {
      return sent.size > 0 || deleting !== undefined;
    },
  };
}
