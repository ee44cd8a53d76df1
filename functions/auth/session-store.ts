import type { Sql, Tx } from '@dormouse/runtime/sql-types';
import type { Family, Rotation, SpentToken } from './refresh-token.ts';
import { toUser, type User, type UserRow } from './user.ts';

/** The sessions, each a family of refresh tokens. */
export interface SessionStore {
  /** Ends all sessions and personal access tokens of an account, or of all accounts; returns how many sessions there were. */
  closeSessions(userId?: number): Promise<number>;
  /**
   * Opens a session, unless the account was deleted, its access ended or its password changed since `passwordHash` was read, or it has a second
   * factor by now that was not shown: then false.
   */
  openSession(user: User, family: Family, opening?: Opening): Promise<boolean>;
  /** The sessions of an account that have not expired; the last used first. */
  sessionsOf(userId: number, now: Date): Promise<OwnSession[]>;
  /** Ends one session of an account; false when it has none of this id. */
  endSession(userId: number, id: string): Promise<boolean>;
  /** Applies `decide` to a session under its row's lock; undefined when there is none. */
  rotateSession(id: string, decide: (family: Family) => Rotation): Promise<{ turn: Rotation; user: User } | undefined>;
  /** Ends a session, if `mayClose` says so of it; false when nothing was ended. */
  closeSession(id: string, mayClose?: (family: Family) => boolean): Promise<boolean>;
}

/** What is known of a log-in beside the password. */
export interface Opening {
  /** What the browser or program calls itself. */
  agent?: string | undefined;
  /** Whether a second factor was shown. */
  secondFactor?: boolean;
}

/** Log-ins of one user that are remembered; the ones that would expire first go. */
const sessionsPerUser = 100;

/** A log-in as its owner sees it. */
export interface OwnSession {
  id: string;
  createdAt: Date;
  usedAt: Date;
  expiresAt: Date;
  /** What the browser or program calls itself (User-Agent). */
  agent: string | undefined;
}

interface OwnSessionRow {
  id: string;
  created_at: Date;
  used_at: Date;
  expires_at: Date;
  agent: string | null;
}

interface SessionRow {
  seal: string;
  head: string;
  spent: SpentToken[];
  started_at: Date;
  expires_at: Date;
}

/** @see SessionStore */
export function sessionStore(sql: Sql): SessionStore {
  return {
    closeSessions: (userId) =>
      sql.begin(async (tx) => {
        // Whoever logs in or makes a token waits for us, or we for them: nothing that is begun before the end of this outlives it unseen.
        await tx`
          WITH locked AS (
            SELECT id FROM users WHERE ${userId === undefined}::boolean OR id = ${userId ?? null} ORDER BY id FOR NO KEY UPDATE)
          SELECT count(*) FROM locked`;
        await tx`DELETE FROM personal_tokens WHERE ${userId === undefined}::boolean OR user_id = ${userId ?? null}`;
        const ended = await tx`
          DELETE FROM sessions WHERE ${userId === undefined}::boolean OR user_id = ${userId ?? null} RETURNING 1`;
        return ended.length;
      }),

    openSession: (user, family, { agent, secondFactor = false } = {}) =>
      sql.begin(async (tx) => {
        // The lock makes a change of password wait for us, or us for it: no session outlives the password it was opened with.
        const still = await tx`
          SELECT 1 FROM users
          WHERE id = ${user.id} AND password_hash = ${user.passwordHash ?? null} AND deleted_at IS NULL AND suspended_at IS NULL FOR SHARE`;
        if (still.length === 0) return false;
        // Turned on since the log-in began without one: a new statement sees what the lock has waited for.
        const [demanded] = await tx`SELECT 1 FROM totp WHERE user_id = ${user.id} AND confirmed_at IS NOT NULL`;
        if (demanded && !secondFactor) return false;
        await tx`
          DELETE FROM sessions WHERE id IN (
            SELECT id FROM sessions WHERE user_id = ${user.id} ORDER BY expires_at DESC OFFSET ${sessionsPerUser - 1})`;
        await tx`
          INSERT INTO sessions (id, user_id, seal, head, created_at, used_at, expires_at, agent)
          VALUES (${family.id}, ${user.id}, ${family.seal}, ${family.head}, ${new Date(family.createdAt)},
            ${new Date(family.createdAt)}, ${new Date(family.expiresAt)}, ${agent ?? null})`;
        return true;
      }),

    rotateSession: (id, decide) =>
      sql.begin(async (tx) => {
        const [row] = await tx<(SessionRow & UserRow)[]>`
          SELECT seal, head, spent, sessions.created_at AS started_at, expires_at, users.*
          FROM sessions JOIN users ON users.id = user_id
          WHERE sessions.id = ${id} AND deleted_at IS NULL FOR UPDATE OF sessions`;
        if (!row) return undefined;
        const turn = decide(toFamily(id, row));
        if (turn.kind === 'rotated') {
          const { head, spent, expiresAt } = turn.family;
          const usedAt = new Date((spent.at(-1) as SpentToken).at);
          await tx`
            UPDATE sessions SET head = ${head}, spent = ${tx.json(spent.map((each) => ({ ...each })))}, expires_at = ${new Date(expiresAt)},
              used_at = ${usedAt}
            WHERE id = ${id}`;
        } else if (turn.kind === 'reused' || turn.kind === 'expired') await tx`DELETE FROM sessions WHERE id = ${id}`;
        return { turn, user: toUser(row) };
      }),

    async sessionsOf(userId, now) {
      const rows = await sql<OwnSessionRow[]>`
        SELECT id, created_at, coalesce(used_at, created_at) AS used_at, expires_at, agent FROM sessions
        WHERE user_id = ${userId} AND expires_at > ${now} ORDER BY coalesce(used_at, created_at) DESC, id`;
      return rows.map(({ id, created_at, used_at, expires_at, agent }) => ({
        id,
        createdAt: created_at,
        usedAt: used_at,
        expiresAt: expires_at,
        agent: agent ?? undefined,
      }));
    },

    async endSession(userId, id) {
      const ended =
        await sql`DELETE FROM sessions WHERE id::text = ${id.toLowerCase()} AND user_id = ${userId} RETURNING 1`;
      return ended.length === 1;
    },

    closeSession: (id, mayClose) =>
      sql.begin(async (tx) => {
        const [row] = await tx<SessionRow[]>`
          SELECT seal, head, spent, created_at AS started_at, expires_at FROM sessions WHERE id = ${id} FOR UPDATE`;
        if (!row || mayClose?.(toFamily(id, row)) === false) return false;
        await tx`DELETE FROM sessions WHERE id = ${id}`;
        return true;
      }),
  };
}

const toFamily = (id: string, { seal, head, spent, started_at, expires_at }: SessionRow): Family => ({
  id,
  seal,
  head,
  spent,
  createdAt: started_at.getTime(),
  expiresAt: expires_at.getTime(),
});

/**
 * Ends every session of a user, and every personal access token: whoever had the account for a while may have made one.
 * @param but a session that stays
 */
export async function endSessions(tx: Tx, userId: number, but?: string): Promise<void> {
  await tx`DELETE FROM personal_tokens WHERE user_id = ${userId}`;
  await tx`DELETE FROM sessions WHERE user_id = ${userId} AND (${but === undefined}::boolean OR id::text <> ${but ?? null})`;
}

/**
 * Locks an account; false when it is gone or suspended, or the log-in or personal access token ended by which it is changed: whatever ends log-ins
 * locks it, too.
 */
export async function lockWhileLasting(tx: Tx, userId: number, session: string | undefined): Promise<boolean> {
  await tx`SELECT 1 FROM users WHERE id = ${userId} FOR UPDATE`;
  // A new statement sees what the lock has waited for.
  const still = await tx`
    SELECT 1 FROM users WHERE id = ${userId} AND deleted_at IS NULL AND suspended_at IS NULL AND (
      ${session === undefined}::boolean OR EXISTS (
        SELECT FROM sessions WHERE user_id = users.id AND sessions.id = ${session ?? null}
        UNION ALL SELECT FROM personal_tokens WHERE user_id = users.id AND personal_tokens.id = ${session ?? null}))`;
  return still.length === 1;
}
