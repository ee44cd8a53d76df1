import { invitationAccepted, invitationCreated } from '@dormouse/events/invitation';
import type { Role } from '@dormouse/runtime/caller';
import type { Outbox } from '@dormouse/runtime/outbox';
import type { Sql } from '@dormouse/runtime/sql-types';
import { grantable } from './granting.ts';
import { type FirstIdentity, insertFirstIdentity } from './identity-store.ts';
import { emitRevoked, type RevokedRow } from './revoke-invitations.ts';
import type { User } from './user.ts';
import { insertUser, type NewUser } from './user-store.ts';

/** An invitation that can still be accepted. */
export interface Invitation {
  id: number;
  role: Role;
  /** Whom it is for, as the inviter typed it. */
  name: string | undefined;
  email: string | undefined;
  /** The inviter's user name. */
  invitedBy: string;
  createdAt: Date;
  expiresAt: Date;
}

export interface NewInvitation {
  hash: string;
  role: Role;
  name?: string | undefined;
  email?: string | undefined;
  /** The inviter's account. */
  by: number;
  createdAt: Date;
  expiresAt: Date;
}

/** Invitations. One is good while it is there, has not expired, and its inviter may still give its role. */
export interface InvitationStore {
  /** Stores an invitation and emits invitation.created; expired ones go. */
  invite(invitation: NewInvitation): Promise<Invitation>;
  /** The newest 500 that are good. @param by of this account alone */
  invitations(now: Date, by?: number): Promise<Invitation[]>;
  findInvitation(hash: string, now: Date): Promise<Invitation | undefined>;
  /** Deletes an invitation and emits invitation.revoked; false when there is none. @param own only one that `by` has made */
  revokeInvitation(id: number, by: number, own: boolean): Promise<boolean>;
  /** Uses an invitation up: makes the account with its role. @param first its way in, where that is no password */
  accept(
    hash: string,
    now: Date,
    user: Omit<NewUser, 'role'>,
    first?: FirstIdentity,
  ): Promise<User | 'no such code' | 'name taken'>;
}

interface InvitationRow {
  id: number;
  role: Role;
  name: string | null;
  email: string | null;
  inviter_id: number;
  inviter: string;
  inviter_role: Role;
  created_at: Date;
  expires_at: Date;
}

/** @see InvitationStore */
export function invitationStore(sql: Sql, outbox: Outbox): InvitationStore {
  const good = (now: Date) => sql`
    SELECT invitations.id, invitations.role, name, invitations.email, users.id AS inviter_id, username AS inviter,
      users.role AS inviter_role, invitations.created_at, expires_at
    FROM invitations JOIN users ON users.id = invited_by
    WHERE expires_at > ${now} AND deleted_at IS NULL AND suspended_at IS NULL`;
  const find = async (hash: string, now: Date): Promise<InvitationRow | undefined> => {
    const [row] = await sql<InvitationRow[]>`${good(now)} AND hash = ${hash}`;
    return row && mayStillGive(row) ? row : undefined;
  };
  return {
    invite: ({ hash, role, name, email, by, createdAt, expiresAt }) =>
      outbox.transaction(async (tx, emit) => {
        const [row] = await tx<[{ id: number; inviter: string }]>`
          INSERT INTO invitations (hash, role, name, email, invited_by, created_at, expires_at)
          VALUES (${hash}, ${role}, ${name ?? null}, ${email ?? null}, ${by}, ${createdAt}, ${expiresAt})
          RETURNING id, (SELECT username FROM users WHERE id = ${by}) AS inviter`;
        const { id, inviter } = row;
        await tx`
          DELETE FROM invitations WHERE id IN (
            SELECT id FROM invitations WHERE expires_at <= ${createdAt} LIMIT 1000 FOR UPDATE SKIP LOCKED)`;
        emit(invitationCreated, `invitation/${id}`, { id, role, invited_by: by, expires_at: expiresAt.toISOString() });
        return { id, role, name, email, invitedBy: inviter, createdAt, expiresAt };
      }),

    async invitations(now, by) {
      const rows = await sql<InvitationRow[]>`
        ${good(now)} AND (${by === undefined}::boolean OR invited_by = ${by ?? null}) ORDER BY invitations.id DESC LIMIT 500`;
      return rows.filter(mayStillGive).map(toInvitation);
    },

    async findInvitation(hash, now) {
      const row = await find(hash, now);
      return row && toInvitation(row);
    },

    revokeInvitation: (id, by, own) =>
      outbox.transaction(async (tx, emit) => {
        const revoked = await tx<RevokedRow[]>`
          DELETE FROM invitations WHERE id = ${id} AND (${!own}::boolean OR invited_by = ${by})
          RETURNING id, role, invited_by`;
        emitRevoked(emit, revoked, by);
        return revoked.length === 1;
      }),

    async accept(hash, now, user, first) {
      const found = await find(hash, now);
      if (!found) return 'no such code';
      return outbox.transaction(async (tx, emit) => {
        // The inviter first, as a change of the inviter's role or access locks them: their invitations end with it.
        const [inviter] = await tx<{ role: Role }[]>`
          SELECT role FROM users WHERE id = ${found.inviter_id} AND deleted_at IS NULL AND suspended_at IS NULL FOR SHARE`;
        const [still] = await tx`SELECT 1 FROM invitations WHERE id = ${found.id} AND hash = ${hash} FOR UPDATE`;
        if (!inviter || !still || !grantable(inviter.role).includes(found.role)) return 'no such code';
        const made = await insertUser(tx, emit, { ...user, role: found.role });
        if (!made) return 'name taken';
        if (first) await insertFirstIdentity(tx, made.id, first);
        await tx`DELETE FROM invitations WHERE id = ${found.id}`;
        emit(invitationAccepted, `invitation/${found.id}`, {
          id: found.id,
          role: found.role,
          invited_by: found.inviter_id,
          user_id: made.id,
          username: made.username,
        });
        return made;
      });
    },
  };
}

const mayStillGive = ({ role, inviter_role }: InvitationRow): boolean => grantable(inviter_role).includes(role);

const toInvitation = (row: InvitationRow): Invitation => ({
  id: row.id,
  role: row.role,
  name: row.name ?? undefined,
  email: row.email ?? undefined,
  invitedBy: row.inviter,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
});
