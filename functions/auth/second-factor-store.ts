import { userUpdated } from '@dormouse/events/user';
import type { Outbox } from '@dormouse/runtime/outbox';
import type { Sql, Tx } from '@dormouse/runtime/sql-types';
import { endSessions } from './session-store.ts';
import type { User } from './user.ts';

/** A secret that codes are made of. */
export interface Totp {
  /** Base32. */
  secret: string;
  /** Whether log-ins ask for a code. */
  confirmed: boolean;
}

/** Second factors: secrets of one-time passwords, and recovery codes by their hashes. */
export interface SecondFactorStore {
  totpOf(userId: number): Promise<Totp | undefined>;
  /** Recovery codes that are left. */
  recoveryCodesOf(userId: number): Promise<number>;
  /** Stores a secret that is not confirmed yet, instead of the one before; false when there is a confirmed one. */
  offerTotp(userId: number, secret: string): Promise<boolean>;
  /**
   * Confirms a secret with the step of its first code, replaces recovery codes, ends other log-ins, forgets networks that the password alone made
   * known and emits user.updated. 'too late' when another was sooner, 'ended' when the log-in ended meanwhile.
   */
  confirmTotp(user: User, confirmation: Confirmation): Promise<'confirmed' | 'too late' | 'ended'>;
  /** Uses a code up by its step; false when it, or a later one, was used. */
  spendStep(userId: number, step: number): Promise<boolean>;
  /** Uses a recovery code up; false when there is none. */
  spendRecoveryCode(userId: number, hash: string): Promise<boolean>;
  /** Removes secret and recovery codes and emits user.updated; false when there are none. */
  dropTotp(user: User): Promise<boolean>;
}

export interface Confirmation {
  secret: string;
  step: number;
  recoveryHashes: readonly string[];
  /** The log-in that stays. */
  session: string | undefined;
  at: Date;
}

/** @see SecondFactorStore */
export function secondFactorStore(sql: Sql, outbox: Outbox): SecondFactorStore {
  return {
    async totpOf(userId) {
      const [row] = await sql<{ secret: string; confirmed: boolean }[]>`
        SELECT secret, confirmed_at IS NOT NULL AS confirmed FROM totp WHERE user_id = ${userId}`;
      return row && { secret: row.secret, confirmed: row.confirmed };
    },

    async recoveryCodesOf(userId) {
      const [{ count }] = await sql<[{ count: number }]>`
        SELECT count(*)::integer AS count FROM recovery_codes WHERE user_id = ${userId}`;
      return count;
    },

    async offerTotp(userId, secret) {
      const stored = await sql`
        INSERT INTO totp AS kept (user_id, secret) VALUES (${userId}, ${secret})
        ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, last_step = 0 WHERE kept.confirmed_at IS NULL
        RETURNING 1`;
      return stored.length === 1;
    },

    confirmTotp: (user, { secret, step, recoveryHashes, session, at }) =>
      outbox.transaction(async (tx, emit) => {
        // Log-ins, new tokens and changes of the password wait for us, or we for them: none that began without a code outlives this, and a
        // log-in that has ended gives its account no second factor.
        await tx`SELECT 1 FROM users WHERE id = ${user.id} FOR NO KEY UPDATE`;
        const [still] = await tx`
          SELECT 1 FROM users WHERE id = ${user.id} AND deleted_at IS NULL AND suspended_at IS NULL AND (
            ${session === undefined}::boolean OR EXISTS (SELECT FROM sessions WHERE user_id = users.id AND sessions.id = ${session ?? null}))`;
        if (!still) return 'ended';
        const confirmed = await tx`
          UPDATE totp SET confirmed_at = ${at}, last_step = ${step}
          WHERE user_id = ${user.id} AND secret = ${secret} AND confirmed_at IS NULL RETURNING 1`;
        if (confirmed.length === 0) return 'too late';
        await tx`DELETE FROM recovery_codes WHERE user_id = ${user.id}`;
        await tx`
          INSERT INTO recovery_codes (user_id, hash) SELECT ${user.id}, hash FROM unnest(${[...recoveryHashes]}::text[]) AS hash`;
        // Whoever has the password alone is thrown out.
        await endSessions(tx, user.id, session);
        await tx`DELETE FROM known_networks WHERE user_id = ${user.id}`;
        emit(userUpdated, `user/${user.id}`, changed(user));
        return 'confirmed';
      }),

    async spendStep(userId, step) {
      const spent = await sql`
        UPDATE totp SET last_step = ${step} WHERE user_id = ${userId} AND last_step < ${step} RETURNING 1`;
      return spent.length === 1;
    },

    async spendRecoveryCode(userId, hash) {
      const spent = await sql`DELETE FROM recovery_codes WHERE user_id = ${userId} AND hash = ${hash} RETURNING 1`;
      return spent.length === 1;
    },

    dropTotp: (user) =>
      outbox.transaction(async (tx, emit) => {
        const dropped = await dropSecondFactor(tx, user.id);
        if (dropped) emit(userUpdated, `user/${user.id}`, changed(user));
        return dropped;
      }),
  };
}

/** Removes an account's secret and recovery codes; whether it had a confirmed one. */
export async function dropSecondFactor(tx: Tx, userId: number): Promise<boolean> {
  await tx`DELETE FROM recovery_codes WHERE user_id = ${userId}`;
  const [row] = await tx<{ confirmed: boolean }[]>`
    DELETE FROM totp WHERE user_id = ${userId} RETURNING confirmed_at IS NOT NULL AS confirmed`;
  return row?.confirmed ?? false;
}

const changed = ({ id, username, role, suspended }: User) => ({
  id,
  username,
  role,
  suspended,
  changed: ['second_factor'],
  changed_by: id,
});
