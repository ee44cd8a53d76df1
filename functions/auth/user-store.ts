import { userDeleted, userRegistered } from '@dormouse/events/user';
import type { Role } from '@dormouse/runtime/caller';
import type { Emit, Outbox } from '@dormouse/runtime/outbox';
import type { Sql, Tx } from '@dormouse/runtime/sql-types';
import { endSessions } from './session-store.ts';
import { firstUser, type User, type UserRow } from './user.ts';
import { parseUsername, usernameKey } from './username.ts';

export interface NewUser {
  username: string;
  displayName?: string;
  email?: string;
  passwordHash?: string;
  role?: Role;
}

/** The accounts. */
export interface UserStore {
  find(username: string): Promise<User | undefined>;
  /** @param session the log-in that must still last */
  byId(id: number, session?: string): Promise<User | undefined>;
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
}

/** @see UserStore */
export function userStore(sql: Sql, outbox: Outbox): UserStore {
  return {
    async find(username) {
      // What cannot be a name is not asked for: PostgreSQL refuses some of it (NUL) with an error.
      if (!parseUsername(username)) return undefined;
      return firstUser(sql<UserRow[]>`
        SELECT id, username, display_name, email, password_hash, role, created_at
        FROM users WHERE lower(username COLLATE "C") = ${usernameKey(username)} AND deleted_at IS NULL`);
    },

    byId: (id, session) =>
      firstUser(sql<UserRow[]>`
        SELECT id, username, display_name, email, password_hash, role, created_at
        FROM users WHERE id = ${id}::bigint AND deleted_at IS NULL AND (
          ${session === undefined} OR EXISTS (SELECT FROM sessions WHERE user_id = users.id AND sessions.id = ${session ?? null}))`),

    async taken(username) {
      const rows = await sql`SELECT 1 FROM users WHERE lower(username COLLATE "C") = ${usernameKey(username)}`;
      return rows.length > 0;
    },

    register: (user) => outbox.transaction((tx, emit) => insertUser(tx, emit, user)),

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
      firstUser(sql<UserRow[]>`
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
        await tx`DELETE FROM known_networks WHERE user_id = ${id}`;
        await tx`DELETE FROM identities WHERE user_id = ${id}`;
        emit(userDeleted, `user/${id}`, { id, username: row.username });
        return true;
      }),
  };
}

/** Makes an account within a transaction and emits user.registered; undefined when the name is taken. */
export async function insertUser(
  tx: Tx,
  emit: Emit,
  { username, displayName, email, passwordHash, role = 'author' }: NewUser,
): Promise<User | undefined> {
  const user = await firstUser(tx<UserRow[]>`
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
}
