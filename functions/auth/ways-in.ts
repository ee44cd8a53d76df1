import type { Tx } from '@dormouse/runtime/sql-types';
import { isPassword } from './no-password.ts';

/**
 * Whether something else than one identity or passkey leads to an account; locks the account, so that of two that are removed at once the
 * second sees what the first has done.
 * @param but id of the identity or passkey @param issuers providers whom this blog knows now: others let nobody in
 */
export async function hasAnotherWayIn(
  tx: Tx,
  userId: number,
  but: string,
  issuers: readonly string[],
): Promise<boolean> {
  const [account] = await tx<{ password_hash: string | null }[]>`
    SELECT password_hash FROM users WHERE id = ${userId} FOR UPDATE`;
  if (isPassword(account?.password_hash ?? undefined)) return true;
  const others = await tx`
    SELECT 1 FROM identities WHERE user_id = ${userId} AND id::text <> ${but} AND provider = ANY(${[...issuers]}::text[])
    UNION ALL SELECT 1 FROM passkeys WHERE user_id = ${userId} AND id <> ${but}`;
  return others.length > 0;
}
