import type { Env } from '@dormouse/runtime/app';
import { required } from '@dormouse/runtime/auth';
import { fail } from '@dormouse/runtime/errors';
import type { Context } from 'hono';
import { currentUser } from './current-user.ts';
import type { Auth } from './dependencies.ts';

/**
 * The caller's id, when they are an administrator now. What a log-in's token says was true when it was signed; a program's has no
 * account behind it. @throws AppError forbidden with `refusal`
 */
export async function administrator(auth: Auth, c: Context<Env>, refusal: string): Promise<number> {
  const { id, role, session } = required(c);
  const now = session === undefined ? role : (await currentUser(auth, c)).role;
  return now === 'admin' ? id : fail('forbidden', refusal);
}

/** Without them nobody could administer the blog any more. @throws AppError conflict */
export const lastAdministrator = (): never =>
  fail('conflict', 'This is the last administrator of the blog. Make somebody else an administrator first.');
