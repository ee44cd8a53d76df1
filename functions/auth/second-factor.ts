import { fail } from '@dormouse/runtime/errors';
import { tooManyRequests } from '@dormouse/runtime/limiter';
import type { Auth } from './dependencies.ts';
import { spend } from './limits.ts';
import type { User } from './user.ts';

/** Codes that may be tried for an account, from wherever: with the password known, six digits are what is left to guess. */
const perMinute = 5;
const perDay = 50;
const dayMs = 86_400_000;

/**
 * Demands the second factor of an account that has one: a code of its app, or a recovery code, each good once.
 * @param code what was typed
 * @throws AppError unauthorized, with the field `code`; too_many_requests
 */
export async function demandSecondFactor(auth: Auth, user: User, code: string | undefined): Promise<void> {
  const totp = await auth.store.totpOf(user.id);
  if (!totp?.confirmed) return;
  if (code === undefined || code.trim() === '') refuse('is needed: this account has a second factor');
  if (!(await spendCode(auth, user, totp.secret, code as string))) {
    auth.log.warn({ user_id: user.id }, 'a wrong code of a second factor was tried, with the right password');
    refuse('is not right, or was used before');
  }
}

/** Whether a code is right; it is used up. @throws AppError too_many_requests, before it is looked at */
export async function spendCode(auth: Auth, user: User, secret: string, typed: string): Promise<boolean> {
  const { store, limiter, now } = auth;
  await spend(limiter, `second-factor:${user.id}`, perMinute);
  const today = await limiter.take(`second-factor-day:${user.id}`, perDay, dayMs);
  if (!today.allowed)
    fail('too_many_requests', 'Too many attempts. Try again later.', {
      headers: tooManyRequests(today, perDay, dayMs),
    });
  // Only who has a second factor needs it: the function starts without.
  const { recoveryHash, stepOf } = await import('./one-time-password.ts');
  const digits = typed.replaceAll(/\s/g, '');
  if (!/^\d{6}$/.test(digits)) return store.spendRecoveryCode(user.id, recoveryHash(typed));
  const step = stepOf(secret, digits, now());
  return step !== undefined && store.spendStep(user.id, step);
}

const refuse = (message: string): never =>
  fail('unauthorized', 'A code of your second factor is needed.', {
    errors: [{ field: 'code', message }],
    headers: { 'www-authenticate': 'Bearer error="insufficient_user_authentication"' },
  });
