import type { Env } from '@dormouse/runtime/app';
import { fail } from '@dormouse/runtime/errors';
import type { Context } from 'hono';
import type { Auth } from './dependencies.ts';
import { dayMs, spend } from './limits.ts';
import { guesserOf } from './password-guard.ts';
import type { User } from './user.ts';

/** Codes that may be tried for an account from one network: with the password known, six digits are what is left to guess. */
const perMinute = 5;
/**
 * Codes of an app that may be tried for an account: from a network in which its owner has shown one before, and from all others together.
 * Who has nothing but the password uses up the count of strangers, and not that of the owner at home.
 */
const perDay = 50;

/**
 * Demands the second factor of an account that has one: a code of its app, or a recovery code, each good once.
 * @param code what was typed
 * @returns whether the account has one, which was shown
 * @throws AppError unauthorized, with the field `code`; too_many_requests
 */
export async function demandSecondFactor(
  auth: Auth,
  c: Context<Env>,
  user: User,
  code: string | undefined,
): Promise<boolean> {
  const totp = await auth.store.totpOf(user.id);
  if (!totp?.confirmed) return false;
  if (code === undefined || code.trim() === '') refuse('is needed: this account has a second factor');
  if (!(await spendCode(auth, c, { user, secret: totp.secret, typed: code as string }))) {
    auth.log.warn({ user_id: user.id }, 'a wrong code of a second factor was tried, with the right password');
    refuse('is not right, or was used before');
  }
  await auth.store.knowNetwork(user.id, guesserOf(auth, c, user.username), new Date(auth.now()));
  return true;
}

export interface TypedCode {
  user: User;
  /** Of the account's app. */
  secret: string;
  typed: string;
}

/** Whether a code is right; it is used up. @throws AppError too_many_requests, before it is looked at */
export async function spendCode(auth: Auth, c: Context<Env>, { user, secret, typed }: TypedCode): Promise<boolean> {
  const { store, limiter, now } = auth;
  const guesser = guesserOf(auth, c, user.username);
  await spend(limiter, `second-factor:${user.id} ${guesser.network}`, perMinute);
  // Only who has a second factor needs it: the function starts without.
  const { recoveryHash, stepOf } = await import('./one-time-password.ts');
  const digits = typed.replaceAll(/\s/g, '');
  // Nobody guesses 77 bits: a recovery code is a way in, however many codes others have tried today.
  if (!/^\d{6}$/.test(digits)) return store.spendRecoveryCode(user.id, recoveryHash(typed));
  const isKnown = await store.isKnownNetwork(guesser, new Date(now()));
  await spend(limiter, `second-factor-day:${user.id}${isKnown ? ` ${guesser.network}` : ''}`, perDay, dayMs);
  const step = stepOf(secret, digits, now());
  return step !== undefined && store.spendStep(user.id, step);
}

const refuse = (message: string): never =>
  fail('unauthorized', 'A code of your second factor is needed.', {
    errors: [{ field: 'code', message }],
    headers: { 'www-authenticate': 'Bearer error="insufficient_user_authentication"' },
  });
