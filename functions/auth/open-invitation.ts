import { fail } from '@dormouse/runtime/errors';
import type { Auth } from './dependencies.ts';
import type { Invitation } from './invitation-store.ts';
import { hashSecret } from './refresh-token.ts';

/**
 * The invitation of a code. Expired, used, revoked and guessed ones are told apart by nobody.
 * @throws AppError not_found; forbidden where the blog takes no new accounts
 */
export async function openInvitation(auth: Auth, code: string): Promise<Invitation> {
  const { registration } = await auth.store.blog();
  if ((registration ?? auth.registration) === 'nobody') fail('forbidden', 'This blog takes no new accounts.');
  return (await auth.store.findInvitation(hashSecret(code), new Date(auth.now()))) ?? invitationEnded();
}

/** @throws AppError not_found */
export const invitationEnded = (): never =>
  fail('not_found', 'This invitation is not valid any more. Ask for a new one.');
