import type { Sql } from '@dormouse/runtime/sql-types';

/** What became of one attempt. `reason` is a reply code or a word, and holds nothing of people. */
export type Outcome =
  /** The mail server has taken it. */
  | { kind: 'sent' }
  /** The mail server will never take it (5xx). */
  | { kind: 'refused'; reason: string }
  /** It may be taken later. */
  | { kind: 'failed'; reason: string };

/** `taken`: it is this caller's to send; `busy`: somebody else is at it; `settled`: nothing is left to do. */
export type Turn = 'taken' | 'busy' | 'settled';

/** What became of mails, by their ids. */
export interface Messages {
  /** Takes a mail, so that nobody else sends it at the same time. */
  take(id: string, kind: string): Promise<Turn>;
  /** Notes an attempt; after a failure it can be taken again at once. */
  note(id: string, outcome: Outcome): Promise<void>;
  /** Nothing is to be sent: nobody has the address, or the time is over. */
  void(id: string): Promise<void>;
}

/** Longer than an attempt may last: who was killed meanwhile holds nothing for ever. */
const takenSeconds = 60;
const keptDays = 30;

/** @see Messages */
export function openMessages(sql: Sql): Messages {
  return {
    async take(id, kind) {
      const taken = await sql`
        INSERT INTO messages AS known (id, kind, taken_until)
        VALUES (${id}, ${kind}, clock_timestamp() + make_interval(secs => ${takenSeconds}))
        ON CONFLICT (id) DO UPDATE SET taken_until = excluded.taken_until, tries = known.tries + 1
        WHERE known.state = 'waiting' AND known.taken_until <= clock_timestamp()
        RETURNING known.tries`;
      if (taken.length > 0) {
        await sql`
          DELETE FROM messages WHERE id IN (
            SELECT id FROM messages WHERE created_at < now() - make_interval(days => ${keptDays})
            ORDER BY created_at LIMIT 100 FOR UPDATE SKIP LOCKED)`;
        return 'taken';
      }
      const [row] = await sql<{ state: string }[]>`SELECT state FROM messages WHERE id = ${id}`;
      return row?.state === 'waiting' ? 'busy' : 'settled';
    },

    async note(id, outcome) {
      if (outcome.kind === 'failed')
        await sql`
          UPDATE messages SET reason = ${outcome.reason}, taken_until = clock_timestamp()
          WHERE id = ${id} AND state = 'waiting'`;
      else await settle(sql, id, outcome.kind, outcome.kind === 'refused' ? outcome.reason : null);
    },

    void: (id) => settle(sql, id, 'void', null),
  };
}

const settle = async (sql: Sql, id: string, state: string, reason: string | null): Promise<void> => {
  await sql`
    UPDATE messages SET state = ${state}, reason = ${reason}, settled_at = clock_timestamp()
    WHERE id = ${id} AND state = 'waiting'`;
};
