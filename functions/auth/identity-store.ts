import { userUpdated } from '@dormouse/events/user';
import { fail } from '@dormouse/runtime/errors';
import type { Outbox } from '@dormouse/runtime/outbox';
import type { Sql, Tx } from '@dormouse/runtime/sql-types';
import { takePending } from './pending-store.ts';
import { firstUser, type User, type UserRow } from './user.ts';
import { hasAnotherWayIn } from './ways-in.ts';

/** An account at a provider that leads to an account here. */
export interface Identity {
  id: string;
  issuer: string;
  /** What its provider calls it. */
  label: string;
  createdAt: Date;
  /** When somebody logged in with it last. */
  usedAt: Date | undefined;
}

export interface NewIdentity {
  id: string;
  issuer: string;
  subject: string;
  label: string;
  createdAt: Date;
}

interface IdentityRow {
  id: string;
  provider: string;
  label: string | null;
  created_at: Date;
  used_at: Date | null;
}

/** Accounts at providers, each of which leads to one account here. E-mail addresses lead nowhere. */
export interface IdentityStore {
  /** The account that an identity leads to; it may be one whose access has ended. */
  userOfIdentity(issuer: string, subject: string): Promise<User | undefined>;
  /** The oldest first. */
  identitiesOf(userId: number): Promise<Identity[]>;
  /** Adds an identity and emits user.updated; false when it leads somewhere already. */
  linkIdentity(user: User, identity: NewIdentity): Promise<boolean>;
  /** Removes an identity and emits user.updated, unless nothing else leads to the account. @param issuers whom this blog knows now */
  unlinkIdentity(user: User, id: string, issuers: readonly string[]): Promise<'unlinked' | 'unknown' | 'last way in'>;
  noteIdentityUse(issuer: string, subject: string, now: Date): Promise<void>;
}

/** @see IdentityStore */
export function identityStore(sql: Sql, outbox: Outbox): IdentityStore {
  return {
    userOfIdentity: (issuer, subject) =>
      firstUser(sql<UserRow[]>`
        SELECT users.id, username, display_name, email, email_verified_at, comment_mails, password_hash, role, bio, links, picture, suspended_at, users.created_at
        FROM identities JOIN users ON users.id = user_id
        WHERE provider = ${issuer} AND subject = ${subject} AND deleted_at IS NULL`),

    async identitiesOf(userId) {
      const rows = await sql<IdentityRow[]>`
        SELECT id, provider, label, created_at, used_at FROM identities WHERE user_id = ${userId} ORDER BY created_at, id`;
      return rows.map(({ id, provider, label, created_at, used_at }) => ({
        id,
        issuer: provider,
        label: label ?? '',
        createdAt: created_at,
        usedAt: used_at ?? undefined,
      }));
    },

    linkIdentity: (user, identity) =>
      outbox.transaction(async (tx, emit) => {
        const [still] = await tx`SELECT 1 FROM users WHERE id = ${user.id} AND deleted_at IS NULL FOR SHARE`;
        if (!still || !(await insertIdentity(tx, user.id, identity))) return false;
        emit(userUpdated, `user/${user.id}`, changed(user));
        return true;
      }),

    unlinkIdentity: (user, id, issuers) =>
      outbox.transaction(async (tx, emit) => {
        const another = await hasAnotherWayIn(tx, user.id, id, issuers);
        const [own] = await tx`SELECT 1 FROM identities WHERE user_id = ${user.id} AND id = ${id}`;
        if (!own) return 'unknown';
        if (!another) return 'last way in';
        await tx`DELETE FROM identities WHERE user_id = ${user.id} AND id = ${id}`;
        emit(userUpdated, `user/${user.id}`, changed(user));
        return 'unlinked';
      }),

    async noteIdentityUse(issuer, subject, now) {
      await sql`UPDATE identities SET used_at = ${now} WHERE provider = ${issuer} AND subject = ${subject}`;
    },
  };
}

/** The way into an account that is made with it. */
export interface FirstIdentity extends NewIdentity {
  /** Hash of what it was proven by, which is used up. */
  ticket: string;
}

/** Gives a new account its way in, within the transaction that makes it. @throws AppError not_found, conflict */
export async function insertFirstIdentity(tx: Tx, userId: number, identity: FirstIdentity): Promise<void> {
  if (!(await takePending(tx, identity.ticket, 'proven', identity.createdAt))) signInEnded();
  if (!(await insertIdentity(tx, userId, identity))) identityTaken();
}

/** @throws AppError not_found */
export const signInEnded = (): never =>
  fail('not_found', 'This log-in was begun elsewhere or long ago, or was finished already. Begin again.');

/** @throws AppError conflict */
export const identityTaken = (): never => fail('conflict', 'It belongs to an account here already.');

/** Adds an identity within a transaction; false when it leads somewhere already. */
async function insertIdentity(tx: Tx, userId: number, identity: NewIdentity): Promise<boolean> {
  const { id, issuer, subject, label, createdAt } = identity;
  const made = await tx`
    INSERT INTO identities (id, provider, subject, user_id, label, created_at)
    VALUES (${id}, ${issuer}, ${subject}, ${userId}, ${label}, ${createdAt})
    ON CONFLICT (provider, subject) DO NOTHING RETURNING 1`;
  return made.length === 1;
}

const changed = ({ id, username, role, suspended }: User) => ({
  id,
  username,
  role,
  suspended,
  changed: ['identities'],
  changed_by: id,
});

/** Removes all ways in but the password, within a transaction. */
export async function dropIdentities(tx: Tx, userId: number): Promise<void> {
  await tx`DELETE FROM identities WHERE user_id = ${userId}`;
}
