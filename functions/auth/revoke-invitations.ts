import { invitationRevoked } from '@dormouse/events/invitation';
import type { Role } from '@dormouse/runtime/caller';
import type { Emit } from '@dormouse/runtime/outbox';
import type { Tx } from '@dormouse/runtime/sql-types';

/** A row of `invitations` that was deleted. */
export interface RevokedRow {
  id: number;
  role: Role;
  invited_by: number;
}

/** Ends what an account has invited others to, within the transaction that ends its access. @param by the administrator's account */
export async function revokeInvitationsOf(tx: Tx, emit: Emit, userId: number, by: number | undefined): Promise<void> {
  const revoked = await tx<RevokedRow[]>`
    DELETE FROM invitations WHERE invited_by = ${userId} RETURNING id, role, invited_by`;
  emitRevoked(emit, revoked, by);
}

/** Emits invitation.revoked for each. */
export function emitRevoked(emit: Emit, rows: readonly RevokedRow[], by: number | undefined): void {
  for (const { id, role, invited_by } of rows)
    emit(invitationRevoked, `invitation/${id}`, { id, role, invited_by, ...(by !== undefined && { revoked_by: by }) });
}
