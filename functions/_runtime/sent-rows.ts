import type { Logger } from './log.ts';
import type { Sql } from './sql-types.ts';

/** Rows of the outbox that were sent and are still to be marked. */
export interface SentRows {
  add(position: string): void;
  /** Marks now what is there, instead of after 20 ms. */
  flush(): void;
  /** Whether there are rows to mark, or being marked. */
  readonly busy: boolean;
}

interface SentRowsOptions {
  sql: Sql;
  log: Logger;
  /** Called for every row once it was tried. */
  marked: (position: string) => void;
  /** Called after every statement. */
  idle: () => void;
}

const markAfterMs = 20;
const markBatch = 256;

/** Marks rows as sent together: 20 ms after the first of them, or 256 at once. */
export function sentRows({ sql, log, marked, idle }: SentRowsOptions): SentRows {
  const sent = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let marking: Promise<void> | undefined;

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    marking ??= mark().finally(() => {
      marking = undefined;
      if (sent.size > 0) schedule();
      idle();
    });
  };
  const schedule = () => {
    if (sent.size >= markBatch) flush();
    else timer ??= setTimeout(flush, markAfterMs);
  };
  const mark = async () => {
    const positions = [...sent].slice(0, 4 * markBatch);
    for (const each of positions) sent.delete(each);
    await sql`SELECT outbox_mark_sent(${`{${positions.join(',')}}`}::bigint[])`.catch((error) => {
      // The relay sends them again; consumers know them by id.
      log.warn({ error, rows: positions.length }, 'sent events could not be marked in the outbox');
    });
    for (const each of positions) marked(each);
  };
  return {
    add(position) {
      sent.add(position);
      schedule();
    },
    flush: () => void (sent.size > 0 && flush()),
    get busy() {
      return sent.size > 0 || marking !== undefined;
    },
  };
}
