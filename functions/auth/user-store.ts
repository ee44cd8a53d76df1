import { userDeleted, userRegistered, userUpdated } from '@dormouse/events/user';
import type { Role } from '@dormouse/runtime/caller';
import type { Emit, Outbox } from '@dormouse/runtime/outbox';
import type { Sql, Tx } from '@dormouse/runtime/sql-types';
import { dropIdentities, type FirstIdentity, insertFirstIdentity } from './identity-store.ts';
import { forgetMails } from './mail-store.ts';
import { dropPasskeys } from './passkey-store.ts';
import { revokeInvitationsOf } from './revoke-invitations.ts';
import { dropSecondFactor } from './second-factor-store.ts';
import { endSessions, lockWhileLasting } from './session-store.ts';
import { firstUser, toUser, type User, type UserRow } from './user.ts';
import { parseUsername, usernameKey } from './username.ts';

export interface NewUser {
  username: string;
  displayName?: string;
  email?: string;
  passwordHash?: string;
  role?: Role;
}

/** What an administrator changes of an account; what is left out stays. */
export interface UserChange {
  role?: Role | undefined;
  suspended?: boolean | undefined;
}

/** What somebody changes of their own account; what is left out stays. */
export interface ProfileChange {
  displayName?: string | undefined;
  /** Empty: none. */
  bio?: string | undefined;
  links?: readonly string[] | undefined;
  /** Hash of media; null: none. */
  picture?: string | null | undefined;
  commentMails?: boolean | undefined;
}

/** A refusal: without this account nobody could administer the blog any more. */
export type LastAdministrator = 'last administrator';

/** The accounts. */
export interface UserStore {
  find(username: string): Promise<User | undefined>;
  /** Nobody whose access has ended. @param session the log-in, or personal access token, that must still last */
  byId(id: number, session?: string): Promise<User | undefined>;
  /** Whether a name can no longer be given out: somebody has it, or had it. */
  taken(username: string): Promise<boolean>;
  /** Makes the account and emits user.registered; undefined when the name is taken. @param first its way in, where that is no password */
  register(user: NewUser, first?: FirstIdentity): Promise<User | undefined>;
  /** Changes what somebody says of themselves and emits user.updated. */
  setProfile(user: User, change: ProfileChange): Promise<User>;
  /** Changes the password, and ends every session and every link that was sent by e-mail; false when the log-in ended meanwhile. */
  setPassword(id: number, passwordHash: string, session: string | undefined): Promise<boolean>;
  /** Puts a stronger hash of the same password in place of `before`, unless it was changed meanwhile. */
  rehash(id: number, before: string, after: string): Promise<void>;
  /** For whoever has the database: also takes the role of the last administrator. Emits user.updated. */
  setRole(username: string, role: Role): Promise<User | undefined>;
  /** Changes role or access and emits user.updated; undefined when there is no such account. @param by the administrator's account */
  changeUser(username: string, change: UserChange, by: number): Promise<User | LastAdministrator | undefined>;
  /** Accounts in the order of their names, in lower case. @param after the name that the page before ended with */
  users(limit: number, after?: string): Promise<User[]>;
  /** Deletes the account with all that is its owner's, retires its name and emits user.deleted; false when there is none. */
  remove(id: number): Promise<boolean | LastAdministrator>;
}

/** @see UserStore */
export function userStore(sql: Sql, outbox: Outbox): UserStore {
  return {
    async find(username) {
      // What cannot be a name is not asked for: PostgreSQL refuses some of it (NUL) with an error.
      if (!parseUsername(username)) return undefined;
      return firstUser(sql<UserRow[]>`
        SELECT id, username, display_name, email, email_verified_at, comment_mails, password_hash, role, bio, links, picture, suspended_at, created_at
        FROM users WHERE lower(username COLLATE "C") = ${usernameKey(username)} AND deleted_at IS NULL`);
    },

    byId: (id, session) =>
      firstUser(sql<UserRow[]>`
        SELECT id, username, display_name, email, email_verified_at, comment_mails, password_hash, role, bio, links, picture, suspended_at, created_at
        FROM users WHERE id = ${id}::bigint AND deleted_at IS NULL AND suspended_at IS NULL AND (
          ${session === undefined} OR EXISTS (
            SELECT FROM sessions WHERE user_id = users.id AND sessions.id = ${session ?? null}
            UNION ALL SELECT FROM personal_tokens WHERE user_id = users.id AND personal_tokens.id = ${session ?? null}))`),

    async taken(username) {
      const rows = await sql`
        SELECT 1 FROM users WHERE lower(username COLLATE "C") = ${usernameKey(username)}
        UNION ALL SELECT 1 FROM retired_names WHERE hash = name_hash(${username})`;
      return rows.length > 0;
    },

    register: (user, first) =>
      outbox.transaction(async (tx, emit) => {
        const made = await insertUser(tx, emit, user);
        if (made && first) await insertFirstIdentity(tx, made.id, first);
        return made;
      }),

    setProfile: (user, change) =>
      outbox.transaction(async (tx, emit) => {
        const after = {
          ...user,
          displayName: change.displayName ?? user.displayName,
          bio: change.bio === undefined ? user.bio : change.bio || undefined,
          links: change.links ?? user.links,
          picture: change.picture === undefined ? user.picture : (change.picture ?? undefined),
          commentMails: change.commentMails ?? user.commentMails,
        };
        if (after.commentMails !== user.commentMails)
          await tx`UPDATE users SET comment_mails = ${after.commentMails} WHERE id = ${user.id} AND deleted_at IS NULL`;
        const changed = [
          ...(after.displayName === user.displayName ? [] : ['display_name']),
          ...(after.bio === user.bio ? [] : ['bio']),
          ...(after.links.join(' ') === user.links.join(' ') ? [] : ['links']),
          ...(after.picture === user.picture ? [] : ['picture']),
        ];
        if (changed.length === 0) return after;
        const { id, username, displayName, bio, links, picture, role, suspended } = after;
        await tx`
          UPDATE users SET display_name = ${displayName}, bio = ${bio ?? null}, links = ${[...links]}, picture = ${picture ?? null}
          WHERE id = ${id} AND deleted_at IS NULL`;
        emit(userUpdated, `user/${id}`, { id, username, role, suspended, changed, changed_by: id });
        return after;
      }),

    setPassword: (id, passwordHash, session) =>
      sql.begin(async (tx) => {
        // Who knew the password of before changes none that was set since.
        if (!(await lockWhileLasting(tx, id, session))) return false;
        await tx`UPDATE users SET password_hash = ${passwordHash} WHERE id = ${id}`;
        await forgetMails(tx, id);
        await endSessions(tx, id);
        return true;
      }),

    async rehash(id, before, after) {
      await sql`UPDATE users SET password_hash = ${after} WHERE id = ${id} AND password_hash = ${before}`;
    },

    setRole: (username, role) =>
      outbox.transaction(async (tx, emit) => {
        const user = await locked(tx, username);
        return user && write(tx, emit, user, { role });
      }),

    changeUser: (username, change, by) =>
      outbox.transaction(async (tx, emit) => {
        const administrators = await lockedAdministrators(tx);
        const user = await locked(tx, username);
        if (!user) return undefined;
        const { role = user.role, suspended = user.suspended } = change;
        const stays = role === 'admin' && !suspended;
        return !stays && isLast(administrators, user.id)
          ? 'last administrator'
          : write(tx, emit, user, { role, suspended }, by);
      }),

    async users(limit, after = '') {
      const rows = await sql<UserRow[]>`
        SELECT id, username, display_name, email, email_verified_at, comment_mails, password_hash, role, bio, links, picture, suspended_at, created_at FROM users
        WHERE deleted_at IS NULL AND lower(username COLLATE "C") > ${usernameKey(after)}
        ORDER BY lower(username COLLATE "C") LIMIT ${limit}`;
      return rows.map(toUser);
    },

    remove: (id) =>
      outbox.transaction(async (tx, emit) => {
        if (isLast(await lockedAdministrators(tx), id)) return 'last administrator';
        const [row] = await tx<{ username: string }[]>`
          SELECT username FROM users WHERE id = ${id} AND deleted_at IS NULL FOR UPDATE`;
        if (!row) return false;
        const { username } = row;
        await endSessions(tx, id);
        await dropSecondFactor(tx, id);
        await tx`DELETE FROM claims WHERE user_id = ${id}`;
        await tx`DELETE FROM known_networks WHERE user_id = ${id}`;
        await dropIdentities(tx, id);
        await dropPasskeys(tx, id);
        await forgetMails(tx, id);
        await revokeInvitationsOf(tx, emit, id, undefined);
        await tx`DELETE FROM password_tries WHERE name = ${usernameKey(username)}`;
        await tx`INSERT INTO retired_names (hash) VALUES (name_hash(${username})) ON CONFLICT DO NOTHING`;
        await tx`DELETE FROM users WHERE id = ${id}`;
        emit(userDeleted, `user/${id}`, { id, username });
        // Access tokens are taken elsewhere for some seconds more: what is written meanwhile loses the name by the second telling.
        emit(userDeleted, `user/${id}`, { id, username }, { afterMs: toldAgainMs });
        return true;
      }),
  };
}

/** Longer than functions take tokens of an account that is gone (5 s), and than what was begun with one takes (a statement 4 s). */
const toldAgainMs = 20_000;

const locked = (tx: Tx, username: string): Promise<User | undefined> =>
  parseUsername(username) === undefined
    ? Promise.resolve(undefined)
    : firstUser(tx<UserRow[]>`
        SELECT id, username, display_name, email, email_verified_at, comment_mails, password_hash, role, bio, links, picture, suspended_at, created_at
        FROM users WHERE lower(username COLLATE "C") = ${usernameKey(username)} AND deleted_at IS NULL FOR UPDATE`);

/**
 * Who can administer the blog now, that is also log in. Locked, so that of two administrators who take each other's role at once the
 * second one sees what the first has done.
 */
const lockedAdministrators = (tx: Tx) => tx<{ id: number }[]>`
  SELECT id FROM users
  WHERE role = 'admin' AND deleted_at IS NULL AND suspended_at IS NULL AND password_hash IS NOT NULL ORDER BY id FOR UPDATE`;

const isLast = (administrators: readonly { id: number }[], id: number): boolean =>
  administrators.length === 1 && administrators[0]?.id === id;

/** Writes what differs, ends what goes with it, and emits user.updated. */
async function write(tx: Tx, emit: Emit, before: User, change: UserChange, by?: number): Promise<User> {
  const { id, username } = before;
  const { role = before.role, suspended = before.suspended } = change;
  const after = { ...before, role, suspended };
  const changed = (['role', 'suspended'] as const).filter((name) => after[name] !== before[name]);
  if (changed.length === 0) return before;
  await tx`
    UPDATE users SET role = ${role}, suspended_at = CASE WHEN ${suspended}::boolean THEN coalesce(suspended_at, now()) END
    WHERE id = ${id}`;
  if (suspended && !before.suspended) {
    await endSessions(tx, id);
    await tx`DELETE FROM claims WHERE user_id = ${id}`;
    await forgetMails(tx, id);
    await revokeInvitationsOf(tx, emit, id, by);
  }
  emit(userUpdated, `user/${id}`, {
    id,
    username,
    role,
    suspended,
    changed,
    ...(by !== undefined && { changed_by: by }),
  });
  return after;
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
    RETURNING id, username, display_name, email, email_verified_at, comment_mails, password_hash, role, bio, links, picture, suspended_at, created_at`);
  if (user)
    emit(userRegistered, `user/${user.id}`, {
      id: user.id,
      username: user.username,
      created_at: user.createdAt.toISOString(),
    });
  return user;
}
