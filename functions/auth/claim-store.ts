import type { Sql } from '@dormouse/runtime/sql-types';
import { dropIdentities } from './identity-store.ts';
import { forgetMails } from './mail-store.ts';
import { dropPasskeys } from './passkey-store.ts';
import { dropSecondFactor } from './second-factor-store.ts';
import { endSessions } from './session-store.ts';
import { firstUser, type User, type UserRow } from './user.ts';

/** One-time codes by which somebody takes over an account. */
export interface ClaimStore {
  /** Remembers a one-time code by its hash; the account's code before is void. */
  offerClaim(userId: number, hash: string, expiresAt: Date): Promise<void>;
  findClaim(hash: string, now: Date): Promise<User | undefined>;
  /** Uses a code up: sets the password (and address, where given), removes a second factor, accounts at providers and passkeys, and ends every session; false when it was not valid any more. */
  claim(hash: string, now: Date, change: { passwordHash: string; email?: string }): Promise<boolean>;
}

/** @see ClaimStore */
export function claimStore(sql: Sql): ClaimStore {
  return {
    async offerClaim(userId, hash, expiresAt) {
      await sql`
        INSERT INTO claims (user_id, hash, expires_at) VALUES (${userId}, ${hash}, ${expiresAt})
        ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, expires_at = excluded.expires_at`;
    },

    findClaim: (hash, now) =>
      firstUser(sql<UserRow[]>`
        SELECT users.* FROM claims JOIN users ON users.id = user_id
        WHERE hash = ${hash} AND expires_at > ${now} AND deleted_at IS NULL AND suspended_at IS NULL`),

    claim: (hash, now, { passwordHash, email }) =>
      sql.begin(async (tx) => {
        const [claim] = await tx<
          { user_id: number }[]
        >`DELETE FROM claims WHERE hash = ${hash} AND expires_at > ${now} RETURNING user_id`;
        if (!claim) return false;
        // As who follows a link locks it: none takes the account back, or away, after this.
        await tx`SELECT 1 FROM users WHERE id = ${claim.user_id} FOR UPDATE`;
        // Links that went to addresses of before, also one that takes a change back: it can be a thief's who has changed the address twice.
        await forgetMails(tx, claim.user_id);
        await tx`DELETE FROM mails WHERE user_id = ${claim.user_id}`;
        const changed = await tx`
          UPDATE users SET password_hash = ${passwordHash}, email = coalesce(${email ?? null}, email),
            email_verified_at = CASE WHEN email = coalesce(${email ?? null}, email) THEN email_verified_at END
          WHERE id = ${claim.user_id} AND deleted_at IS NULL AND suspended_at IS NULL`;
        // Whoever gave the code made sure of the person: it is the way back for who has lost the other device, too, and throws out who
        // has linked an account or added a passkey of their own.
        await dropSecondFactor(tx, claim.user_id);
        await dropIdentities(tx, claim.user_id);
        await dropPasskeys(tx, claim.user_id);
        await endSessions(tx, claim.user_id);
        return changed.count === 1;
      }),
  };
}
