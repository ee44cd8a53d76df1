import { userDeleted, userRegistered } from '@dormouse/events/user';
import type { Role } from '@dormouse/runtime/caller';
import type { Outbox } from '@dormouse/runtime/outbox';
import type { Sql, Tx } from '@dormouse/runtime/sql-types';
import type { Family, Rotation, SpentToken } from './refresh-token.ts';
import { parseUsername, usernameKey } from './username.ts';

/** An account as auth knows it. `passwordHash` is undefined until an imported account is claimed. */
export interface User {
  id: number;
  username: string;
  displayName: string;
  email: string | undefined;
  passwordHash: string | undefined;
  role: Role;
  createdAt: Date;
}

export interface NewUser {
  username: string;
  displayName?: string;
  email?: string;
  passwordHash?: string;
  role?: Role;
}

/** auth's tables. A deleted user is found by none of these, and its name is taken for good. */
export interface Store {
  find(username: string): Promise<User | undefined>;
  byId(id: number): Promise<User | undefined>;
  /** Whether a name can no longer be given out: somebody has it, or had it. */
  taken(username: string): Promise<boolean>;
  /** Makes the account and emits user.registered; undefined when the name is taken. */
  register(user: NewUser): Promise<User | undefined>;
  setDisplayName(id: number, displayName: string): Promise<void>;
  /** Changes the password and ends every session. */
  setPassword(id: number, passwordHash: string): Promise<void>;
  /** Puts a stronger hash of the same password in place of `before`, unless it was changed meanwhile. */
  rehash(id: number, before: string, after: string): Promise<void>;
  setRole(username: string, role: Role): Promise<User | undefined>;
  /** Empties the account, ends its sessions and emits user.deleted; false when there is none. */
  remove(id: number): Promise<boolean>;
  /** Opens a session, unless the account was deleted or its password changed since `passwordHash` was read: then false. */
  openSession(user: User, family: Family): Promise<boolean>;
  /** Applies `decide` to a session under its row's lock; undefined when there is none. */
  rotateSession(id: string, decide: (family: Family) => Rotation): Promise<{ turn: Rotation; user: User } | undefined>;
  closeSession(id: string): Promise<void>;
  /** Remembers a one-time link by its hash; the account's link before is void. */
  offerClaim(userId: number, hash: string, expiresAt: Date): Promise<void>;
  findClaim(hash: string, now: Date): Promise<User | undefined>;
  /** Uses a link up: sets the password (and address, where given) and ends every session; false when it was not valid any more. */
  claim(hash: string, now: Date, change: { passwordHash: string; email?: string }): Promise<boolean>;
}

/** Log-ins of one user that are remembered; the ones that would expire first go. */
const sessionsPerUser = 100;

interface Row {
  id: number;
  username: string;
  display_name: string | null;
  email: string | null;
  password_hash: string | null;
  role: Role;
  created_at: Date;
}

/** The store on PostgreSQL; `sql` is connected as role `auth`. */
export function createStore(sql: Sql, outbox: Outbox): Store {
  const one = async (rows: Promise<readonly Row[]>): Promise<User | undefined> => {
    const [row] = await rows;
    return row && toUser(row);
  };
  const endSessions = (tx: Tx, userId: number) => tx`DELETE FROM sessions WHERE user_id = ${userId}`;

  return {
    async find(username) {
      // What cannot be a name is not asked for: PostgreSQL refuses some of it (NUL) with an error.
      if (!parseUsername(username)) return undefined;
      return one(sql<Row[]>`
        SELECT id, username, display_name, email, password_hash, role, created_at
        FROM users WHERE lower(username COLLATE "C") = ${usernameKey(username)} AND deleted_at IS NULL`);
    },

    byId: (id) =>
      one(sql<Row[]>`
        SELECT id, username, display_name, email, password_hash, role, created_at
        FROM users WHERE id = ${id}::bigint AND deleted_at IS NULL`),

    async taken(username) {
      const rows = await sql`SELECT 1 FROM users WHERE lower(username COLLATE "C") = ${usernameKey(username)}`;
      return rows.length > 0;
    },

    register: ({ username, displayName, email, passwordHash, role = 'author' }) =>
      outbox.transaction(async (tx, emit) => {
        const user = await one(tx<Row[]>`
          INSERT INTO users (username, display_name, email, password_hash, role)
          VALUES (${username}, ${displayName ?? null}, ${email ?? null}, ${passwordHash ?? null}, ${role})
          ON CONFLICT (lower(username COLLATE "C")) DO NOTHING
          RETURNING id, username, display_name, email, password_hash, role, created_at`);
        if (user)
          emit(userRegistered, `user/${user.id}`, {
            id: user.id,
            username: user.username,
            created_at: user.createdAt.toISOString(),
          });
        return user;
      }),

    async setDisplayName(id, displayName) {
      await sql`UPDATE users SET display_name = ${displayName} WHERE id = ${id} AND deleted_at IS NULL`;
    },

    async setPassword(id, passwordHash) {
      await sql.begin(async (tx) => {
        await tx`UPDATE users SET password_hash = ${passwordHash} WHERE id = ${id} AND deleted_at IS NULL`;
        await endSessions(tx, id);
      });
    },

    async rehash(id, before, after) {
      await sql`UPDATE users SET password_hash = ${after} WHERE id = ${id} AND password_hash = ${before}`;
    },

    setRole: (username, role) =>
      one(sql<Row[]>`
        UPDATE users SET role = ${role} WHERE lower(username COLLATE "C") = ${usernameKey(username)} AND deleted_at IS NULL
        RETURNING id, username, display_name, email, password_hash, role, created_at`),

    remove: (id) =>
      outbox.transaction(async (tx, emit) => {
        const [row] = await tx<{ username: string }[]>`
          UPDATE users SET deleted_at = now(), display_name = NULL, email = NULL, password_hash = NULL
          WHERE id = ${id} AND deleted_at IS NULL RETURNING username`;
        if (!row) return false;
        await endSessions(tx, id);
        await tx`DELETE FROM claims WHERE user_id = ${id}`;
        await tx`DELETE FROM identities WHERE user_id = ${id}`;
        emit(userDeleted, `user/${id}`, { id, username: row.username });
        return true;
      }),

    openSession: (user, family) =>
      sql.begin(async (tx) => {
        // The lock makes a change of password wait for us, or us for it: no session outlives the password it was opened with.
        const still = await tx`
          SELECT 1 FROM users WHERE id = ${user.id} AND password_hash = ${user.passwordHash ?? null} AND deleted_at IS NULL FOR SHARE`;
        if (still.length === 0) return false;
        await tx`
          DELETE FROM sessions WHERE id IN (
            SELECT id FROM sessions WHERE user_id = ${user.id} ORDER BY expires_at DESC OFFSET ${sessionsPerUser - 1})`;
        await tx`
          INSERT INTO sessions (id, user_id, head, created_at, expires_at)
          VALUES (${family.id}, ${user.id}, ${family.head}, ${new Date(family.createdAt)}, ${new Date(family.expiresAt)})`;
        return true;
      }),

    rotateSession: (id, decide) =>
      sql.begin(async (tx) => {
        const [row] = await tx<(SessionRow & Row)[]>`
          SELECT head, spent, sessions.created_at AS started_at, expires_at, users.*
          FROM sessions JOIN users ON users.id = user_id
          WHERE sessions.id = ${id} AND deleted_at IS NULL FOR UPDATE OF sessions`;
        if (!row) return undefined;
        const family = {
          id,
          head: row.head,
          spent: row.spent,
          createdAt: row.started_at.getTime(),
          expiresAt: row.expires_at.getTime(),
        };
        const turn = decide(family);
        if (turn.kind === 'rotated') {
          const { head, spent, expiresAt } = turn.family;
          await tx`
            UPDATE sessions SET head = ${head}, spent = ${tx.json(spent.map((each) => ({ ...each })))}, expires_at = ${new Date(expiresAt)}
            WHERE id = ${id}`;
        } else if (turn.kind !== 'repeated') await tx`DELETE FROM sessions WHERE id = ${id}`;
        return { turn, user: toUser(row) };
      }),

    async closeSession(id) {
      await sql`DELETE FROM sessions WHERE id = ${id}`;
    },

    async offerClaim(userId, hash, expiresAt) {
      await sql`
        INSERT INTO claims (user_id, hash, expires_at) VALUES (${userId}, ${hash}, ${expiresAt})
        ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, expires_at = excluded.expires_at`;
    },

    findClaim: (hash, now) =>
      one(sql<Row[]>`
        SELECT users.* FROM claims JOIN users ON users.id = user_id
        WHERE hash = ${hash} AND expires_at > ${now} AND deleted_at IS NULL`),

    claim: (hash, now, { passwordHash, email }) =>
      sql.begin(async (tx) => {
        const [claim] = await tx<
          { user_id: number }[]
        >`DELETE FROM claims WHERE hash = ${hash} AND expires_at > ${now} RETURNING user_id`;
        if (!claim) return false;
        const changed = await tx`
          UPDATE users SET password_hash = ${passwordHash}, email = coalesce(${email ?? null}, email)
          WHERE id = ${claim.user_id} AND deleted_at IS NULL`;
        await endSessions(tx, claim.user_id);
        return changed.count === 1;
      }),
  };
}

interface SessionRow {
  head: string;
  spent: SpentToken[];
  started_at: Date;
  expires_at: Date;
}

const toUser = (row: Row): User => ({
  id: row.id,
  username: row.username,
  displayName: row.display_name ?? row.username,
  email: row.email ?? undefined,
  passwordHash: row.password_hash ?? undefined,
  role: row.role,
  createdAt: row.created_at,
});
