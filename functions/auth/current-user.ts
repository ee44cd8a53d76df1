import type { Env } from '@dormouse/runtime/app';
import { required } from '@dormouse/runtime/auth';
import { fail } from '@dormouse/runtime/errors';
import type { Context } from 'hono';
import type { Auth } from './dependencies.ts';
import type { User } from './user.ts';

/** The caller's account as it is now; 401 when it was deleted, or the log-in ended, after the token was made. */
export async function currentUser({ store }: Auth, c: Context<Env>): Promise<User> {
  const caller = required(c);
  return (await store.byId(caller.id, caller.session)) ?? logInEnded();
}

/** @throws AppError unauthorized */
export const logInEnded = (): never =>
  fail('unauthorized', 'This log-in has ended. Log in again.', {
    headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
  });
