import { AppError } from '@dormouse/runtime/errors';
import type { Context } from 'hono';
import type { Session, Sessions } from './session.ts';
import { toLogIn } from './viewer.ts';

/** Answers for somebody who is logged in; others log in first. */
export async function asWriter(
  c: Context,
  sessions: Sessions,
  handle: (session: Session) => Promise<Response>,
): Promise<Response> {
  const session = await sessions.of(c);
  if (!session) return toLogIn(c);
  try {
    return await handle(session);
  } catch (error) {
    if (!isExpired(error)) throw error;
    sessions.forget(c);
    return toLogIn(c);
  }
}

/** Whether a session has ended meanwhile. */
export const isExpired = (error: unknown): boolean => error instanceof AppError && error.status === 401;
