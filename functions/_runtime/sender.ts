import type { Logger } from './log.ts';
import { type OutboxRow, outboxColumns } from './outbox-row.ts';
import type { Send } from './send.ts';
import { sentRows } from './sent-rows.ts';
import type { Sql } from './sql-types.ts';

/** A row that was just committed, and the positions of unsent rows of its subject that were there before it. */
export interface SentRow extends OutboxRow {
  older: readonly string[];
}

export interface Sender {
  committed(rows: readonly SentRow[]): void;
  drained(): Promise<void>;
}

const concurrency = 16;
/** Rows of one subject in a request. */
const unitRows = 16;

/** Sends committed rows: in order per subject, up to 16 subjects at once, and together where the Broker takes several; rows that the Broker has taken are marked together. */
export function sender({ sql, send, log }: { sql: Sql; send: Send; log: Logger }): Sender {
  /** Rows waiting by subject; a subject is in the map while somebody works on it. */
  const queues = new Map<string, SentRow[]>();
  const ready: string[] = [];
  /** Positions that are on their way, or sent and not yet marked; those that wait in a queue are not among them. */
  const begun = new Set<string>();
  let active = 0;
  let idle: (() => void)[] = [];

  const sent = sentRows({ sql, log, marked: (position) => begun.delete(position), idle: () => settle() });
  const settle = () => {
    if (active > 0 || queues.size > 0 || sent.busy) return;
    const waiting = idle;
    idle = [];
    for (const each of waiting) each();
  };

  const work = async (subject: string) => {
    const queue = queues.get(subject) as SentRow[];
    try {
      for (let row = queue[0]; row; row = queue[0]) {
        if (row.older.some((position) => !begun.has(position))) await sendOlder(row, queue);
        const { all } = send;
        const unit = all ? unitOf(queue) : [row];
        await (all ? sendTogether(all, unit) : sendOne(row));
        queue.splice(0, unit.length);
      }
    } catch (error) {
      // This one and all behind it wait for the relay: a later event must not overtake an earlier one.
      log.warn({ error, subject, rows: queue.length }, 'events were left to the relay');
    }
    queues.delete(subject);
    active--;
    start();
    settle();
  };
  const start = () => {
    while (active < concurrency && ready.length > 0) {
      active++;
      void work(ready.shift() as string);
    }
  };
  const sendOne = async (row: OutboxRow) => {
    begun.add(row.position);
    await send(row).catch((error) => {
      begun.delete(row.position);
      throw error;
    });
    sent.add(row.position);
  };
  /** The first row that waits, and those behind it that nothing unknown is before. */
  const unitOf = (queue: readonly SentRow[]): SentRow[] => {
    const unit: SentRow[] = [];
    const known = new Set<string>();
    for (const row of queue.slice(0, unitRows)) {
      const isNext = row.older.every((position) => begun.has(position) || known.has(position));
      if (unit.length > 0 && !isNext) break;
      unit.push(row);
      known.add(row.position);
    }
    return unit;
  };
  const sendTogether = async (all: NonNullable<Send['all']>, rows: readonly SentRow[]) => {
    for (const { position } of rows) begun.add(position);
    await all(rows).catch((error) => {
      for (const { position } of rows) begun.delete(position);
      throw error;
    });
    for (const { position } of rows) sent.add(position);
  };
  /** Sends what another instance, or an earlier failure, left of this subject; and what this process committed before, but heard of later. */
  const sendOlder = async (row: SentRow, queue: SentRow[]) => {
    const left = await sql<OutboxRow[]>`
      SELECT ${outboxColumns(sql)}
      FROM outbox WHERE subject = ${row.subject} AND position < ${row.position} AND sent_at IS NULL ORDER BY position`;
    for (const each of left) {
      if (begun.has(each.position)) continue;
      await sendOne(each);
      const waiting = queue.findIndex(({ position }) => position === each.position);
      if (waiting > 0) queue.splice(waiting, 1);
    }
  };
  return {
    committed(rows) {
      for (const row of rows) {
        // A later event of its subject, whose commit was answered sooner, has already taken it along.
        if (begun.has(row.position)) continue;
        const queue = queues.get(row.subject);
        if (queue) queue.push(row);
        else {
          queues.set(row.subject, [row]);
          ready.push(row.subject);
        }
      }
      start();
    },
    async drained() {
      sent.flush();
      if (active === 0 && queues.size === 0 && !sent.busy) return;
      await new Promise<void>((resolve) => idle.push(resolve));
    },
  };
}
