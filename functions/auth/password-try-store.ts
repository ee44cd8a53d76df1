import type { Sql, Tx } from '@dormouse/runtime/sql-types';

/** Somebody who tries a password for a name. */
export interface Guesser {
  /** As `usernameKey` has it. */
  name: string;
  /** As `networkOf` has it. */
  network: string;
}

/** A password that may be tried now, or not before `resetMs` have passed. */
export type PasswordTry = AllowedTry | { allowed: false; resetMs: number };

export interface AllowedTry {
  allowed: true;
  /** Tries in this row, this one included, and how many of them need not wait. */
  tries: number;
  free: number;
  /** Whose row it is: the guesser's network, or empty for all strangers. */
  row: string;
}

/** Counts of passwords tried in a row. */
export interface PasswordTryStore {
  /** Counts a try before the password is looked at, so that however many come at once, no more are allowed. */
  beginTry(guesser: Guesser, now: Date): Promise<PasswordTry>;
  /** Ends the row of tries that the right password was in, and knows the network from now on, unless a second factor has to be shown there first. */
  rememberNetwork(userId: number, guesser: Guesser, now: Date, row?: string): Promise<void>;
  /** Knows a network in which the second factor was shown. */
  knowNetwork(userId: number, guesser: Guesser, now: Date): Promise<void>;
  /** Whether the name's owner has used the network. */
  isKnownNetwork(guesser: Guesser, now: Date): Promise<boolean>;
}

/** Tries without a delay: by all strangers of a name together, and by a network that its owner has used. 100 in sum. */
const freeToStrangers = 80;
const freeToKnown = 20;
/** Then 1 second, 2, 4 …, at most a quarter of an hour. A row ends with the right password, or after a day without a try. */
const maxDelaySeconds = 900;
const rowHours = 24;
/** How long a network is known after its last log-in, and how many of a user are. */
const knownDays = 90;
const knownPerUser = 20;

const pruneEvery = 100;

/** @see PasswordTryStore */
export function passwordTryStore(sql: Sql): PasswordTryStore {
  let untilPrune = pruneEvery;
  return {
    async beginTry(guesser, now) {
      if (--untilPrune === 0) {
        untilPrune = pruneEvery;
        await prune(sql, now);
      }
      const row = await rowOf(sql, guesser, now);
      const free = row === '' ? freeToStrangers : freeToKnown;
      const [counted] = await sql<{ tries: number }[]>`
        INSERT INTO password_tries AS before (name, network, tries, last_at)
        VALUES (${guesser.name}, ${row}, 1, ${now})
        ON CONFLICT (name, network) DO UPDATE SET
          tries = CASE WHEN before.last_at <= ${hoursBefore(now, rowHours)} THEN 1 ELSE before.tries + 1 END,
          last_at = excluded.last_at,
          next_at = CASE
            WHEN before.last_at <= ${hoursBefore(now, rowHours)} OR before.tries + 1 < ${free} THEN NULL
            ELSE excluded.last_at
              + least(power(2, least(before.tries + 1 - ${free}, 20)), ${maxDelaySeconds}) * interval '1 second' END
        WHERE before.next_at IS NULL OR before.next_at <= excluded.last_at
        RETURNING tries`;
      if (counted) return { allowed: true, tries: counted.tries, free, row };
      const [full] = await sql<{ next_at: Date | null }[]>`
        SELECT next_at FROM password_tries WHERE name = ${guesser.name} AND network = ${row}`;
      return { allowed: false, resetMs: Math.max(1, (full?.next_at?.getTime() ?? 0) - now.getTime()) };
    },

    rememberNetwork: (userId, guesser, now, row) =>
      sql.begin(async (tx) => {
        if (row !== undefined) await tx`DELETE FROM password_tries WHERE name = ${guesser.name} AND network = ${row}`;
        const [demanded] = await tx`SELECT 1 FROM totp WHERE user_id = ${userId} AND confirmed_at IS NOT NULL`;
        if (!demanded) await know(tx, userId, guesser, now);
      }),

    knowNetwork: (userId, guesser, now) => sql.begin((tx) => know(tx, userId, guesser, now)),

    isKnownNetwork: async (guesser, now) => (await rowOf(sql, guesser, now)) !== '',
  };
}

async function know(tx: Tx, userId: number, { network }: Guesser, now: Date): Promise<void> {
  await tx`
    INSERT INTO known_networks (user_id, network, seen_at)
    SELECT id, ${network}, ${now} FROM users WHERE id = ${userId} AND deleted_at IS NULL
    ON CONFLICT (user_id, network) DO UPDATE SET seen_at = excluded.seen_at`;
  await tx`
    DELETE FROM known_networks WHERE user_id = ${userId} AND network IN (
      SELECT network FROM known_networks WHERE user_id = ${userId} ORDER BY seen_at DESC OFFSET ${knownPerUser})`;
}

/** In whose row a try counts: that of the network, when the name's owner has used it, else that of all strangers. */
async function rowOf(sql: Sql, { name, network }: Guesser, now: Date): Promise<string> {
  const known = await sql`
    SELECT 1 FROM known_networks JOIN users ON users.id = user_id
    WHERE lower(username COLLATE "C") = ${name} AND network = ${network} AND seen_at > ${hoursBefore(now, knownDays * 24)}`;
  return known.length > 0 ? network : '';
}

async function prune(sql: Sql, now: Date): Promise<void> {
  await sql`DELETE FROM password_tries WHERE last_at <= ${hoursBefore(now, rowHours)}`;
  await sql`DELETE FROM known_networks WHERE seen_at <= ${hoursBefore(now, knownDays * 24)}`;
}

const hoursBefore = (now: Date, hours: number): Date => new Date(now.getTime() - hours * 3_600_000);
