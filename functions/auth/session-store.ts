import type { Sql, Tx } from '@dormouse/runtime/sql-types';
import type { Family, Rotation, SpentToken } from './refresh-token.ts';
import { toUser, type User, type UserRow } from './user.ts';

/** The sessions, each a family of refresh tokens. */
export interface SessionStore {
  /** Ends all sessions of an account, or of all accounts; returns how many there were. */
  closeSessions(userId?: number): Promise<number>;
  /** Opens a session, unless the account was deleted, its access ended or its password changed since `passwordHash` was read: then false. */
  openSession(user: User, family: Family): Promise<boolean>;
  /** Applies `decide` to a session under its row's lock; undefined when there is none. */
  rotateSession(id: string, decide: (family: Family) => Rotation): Promise<{ turn: Rotation; user: User } | undefined>;
  /** Ends a session, if `mayClose` says so of it; false when nothing was ended. */
  closeSession(id: string, mayClose?: (family: Family) => boolean): Promise<boolean>;
}

/** Log-ins of one user that are remembered; the ones that would expire first go. */
const sessionsPerUser = 100;

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
    async closeSessions(userId) {
      const ended = await sql`
        DELETE FROM sessions WHERE ${userId === undefined}::boolean OR user_id = ${userId ?? null} RETURNING 1`;
      return ended.length;
    },

    openSession: (user, family) =>
      sql.begin(async (tx) => {
        // The lock makes a change of password wait for us, or us for it: no session outlives the password it was opened with.
        const still = await tx`
          SELECT 1 FROM users
          WHERE id = ${user.id} AND password_hash = ${user.passwordHash ?? null} AND deleted_at IS NULL AND suspended_at IS NULL FOR SHARE`;
        if (still.length === 0) return false;
        await tx`
          DELETE FROM sessions WHERE id IN (
            SELECT id FROM sessions WHERE user_id = ${user.id} ORDER BY expires_at DESC OFFSET ${sessionsPerUser - 1})`;
        await tx`
          INSERT INTO sessions (id, user_id, seal, head, created_at, expires_at)
          VALUES (${family.id}, ${user.id}, ${family.seal}, ${family.head}, ${new Date(family.createdAt)}, ${new Date(family.expiresAt)})`;
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
          await tx`
            UPDATE sessions SET head = ${head}, spent = ${tx.json(spent.map((each) => ({ ...each })))}, expires_at = ${new Date(expiresAt)}
            WHERE id = ${id}`;
        } else if (turn.kind === 'reused' || turn.kind === 'expired') await tx`DELETE FROM sessions WHERE id = ${id}`;
        return { turn, user: toUser(row) };
      }),

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

/** Ends every session of a user. */
export const endSessions = (tx: Tx, userId: number) => tx`DELETE FROM sessions WHERE user_id = ${userId}`;
