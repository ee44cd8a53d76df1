import { userUpdated } from '@dormouse/events/user';
import type { Outbox } from '@dormouse/runtime/outbox';
import type { Sql, Tx } from '@dormouse/runtime/sql-types';
import { firstUser, type User, type UserRow } from './user.ts';
import { hasAnotherWayIn } from './ways-in.ts';

/** A passkey: a key pair of which the public half is here (WebAuthn's credential). */
export interface Passkey {
  /** Its credential's id, base64url. */
  id: string;
  userId: number;
  /** What its owner calls it. */
  name: string;
  /** COSE. */
  publicKey: Uint8Array<ArrayBuffer>;
  /** Signatures that its device has counted; 0 for devices that do not. */
  counter: number;
  /** Ways to reach its device, as the browser said. */
  transports: readonly string[];
  createdAt: Date;
  usedAt: Date | undefined;
}

interface PasskeyRow {
  id: string;
  user_id: number;
  name: string;
  public_key: Uint8Array<ArrayBuffer>;
  counter: string | number;
  transports: string[];
  created_at: Date;
  used_at: Date | null;
}

/** Passkeys that one account may have. */
export const maxPasskeys = 20;

/** The passkeys. */
export interface PasskeyStore {
  /** The oldest first. */
  passkeysOf(userId: number): Promise<Passkey[]>;
  findPasskey(id: string): Promise<Passkey | undefined>;
  /** The account that a passkey leads to; it may be one whose access has ended. */
  userOfPasskey(id: string): Promise<User | undefined>;
  /** Adds a passkey and emits user.updated. */
  addPasskey(user: User, passkey: Omit<Passkey, 'userId' | 'usedAt'>): Promise<'added' | 'known' | 'too many'>;
  /** Moves the counter forward; false when another use was sooner. */
  usePasskey(passkey: Passkey, counter: number, now: Date): Promise<boolean>;
  /** False when there is none. */
  renamePasskey(userId: number, id: string, name: string): Promise<boolean>;
  /** Removes a passkey and emits user.updated, unless nothing else leads to the account. @param issuers whom this blog knows now */
  removePasskey(user: User, id: string, issuers: readonly string[]): Promise<'removed' | 'unknown' | 'last way in'>;
}

/** @see PasskeyStore */
export function passkeyStore(sql: Sql, outbox: Outbox): PasskeyStore {
  return {
    async passkeysOf(userId) {
      const rows = await sql<PasskeyRow[]>`
        SELECT id, user_id, name, public_key, counter, transports, created_at, used_at FROM passkeys
        WHERE user_id = ${userId} ORDER BY created_at, id`;
      return rows.map(toPasskey);
    },

    async findPasskey(id) {
      const [row] = await sql<PasskeyRow[]>`
        SELECT id, user_id, name, public_key, counter, transports, created_at, used_at FROM passkeys WHERE id = ${id}`;
      return row && toPasskey(row);
    },

    userOfPasskey: (id) =>
      firstUser(sql<UserRow[]>`
        SELECT users.id, username, display_name, email, email_verified_at, comment_mails, password_hash, role, bio, links, picture, suspended_at, users.created_at
        FROM passkeys JOIN users ON users.id = user_id WHERE passkeys.id = ${id} AND deleted_at IS NULL`),

    addPasskey: (user, { id, name, publicKey, counter, transports, createdAt }) =>
      outbox.transaction(async (tx, emit) => {
        await tx`SELECT 1 FROM users WHERE id = ${user.id} FOR UPDATE`;
        const [{ count }] = await tx<[{ count: number }]>`
          SELECT count(*)::integer AS count FROM passkeys WHERE user_id = ${user.id}`;
        if (count >= maxPasskeys) return 'too many';
        const added = await tx`
          INSERT INTO passkeys (id, user_id, name, public_key, counter, transports, created_at)
          VALUES (${id}, ${user.id}, ${name}, ${Buffer.from(publicKey)}, ${counter}, ${[...transports]}::text[], ${createdAt})
          ON CONFLICT (id) DO NOTHING RETURNING 1`;
        if (added.length === 0) return 'known';
        emit(userUpdated, `user/${user.id}`, changed(user));
        return 'added';
      }),

    async usePasskey({ id, counter: before }, counter, now) {
      const used = await sql`
        UPDATE passkeys SET counter = ${counter}, used_at = ${now} WHERE id = ${id} AND counter = ${before} RETURNING 1`;
      return used.length === 1;
    },

    async renamePasskey(userId, id, name) {
      const renamed = await sql`
        UPDATE passkeys SET name = ${name} WHERE id = ${id} AND user_id = ${userId} RETURNING 1`;
      return renamed.length === 1;
    },

    removePasskey: (user, id, issuers) =>
      outbox.transaction(async (tx, emit) => {
        const another = await hasAnotherWayIn(tx, user.id, id, issuers);
        const [own] = await tx`SELECT 1 FROM passkeys WHERE id = ${id} AND user_id = ${user.id}`;
        if (!own) return 'unknown';
        if (!another) return 'last way in';
        await tx`DELETE FROM passkeys WHERE id = ${id} AND user_id = ${user.id}`;
        emit(userUpdated, `user/${user.id}`, changed(user));
        return 'removed';
      }),
  };
}

/** Removes all passkeys of an account, within a transaction. */
export async function dropPasskeys(tx: Tx, userId: number): Promise<void> {
  await tx`DELETE FROM passkeys WHERE user_id = ${userId}`;
}

const toPasskey = (row: PasskeyRow): Passkey => ({
  id: row.id,
  userId: row.user_id,
  name: row.name,
  publicKey: new Uint8Array(row.public_key),
  counter: Number(row.counter),
  transports: row.transports,
  createdAt: row.created_at,
  usedAt: row.used_at ?? undefined,
});

const changed = ({ id, username, role, suspended }: User) => ({
  id,
  username,
  role,
  suspended,
  changed: ['passkeys'],
  changed_by: id,
});
