import { randomUUID } from 'node:crypto';
import type { ResponseOf } from '@dormouse/runtime/api';
import type { Env } from '@dormouse/runtime/app';
import { fail } from '@dormouse/runtime/errors';
import { measure } from '@dormouse/runtime/measure';
import { header } from '@dormouse/runtime/request';
import { metrics } from '@dormouse/signals/metrics';
import type { Context, MiddlewareHandler } from 'hono';
import { signAccessToken } from './access-token.ts';
import type { api } from './api.ts';
import type { Auth } from './dependencies.ts';
import { refreshCookie } from './refresh-cookie.ts';
import { type Family, refreshToken, startFamily } from './refresh-token.ts';
import type { User } from './user.ts';
import { grantView } from './views.ts';

/** Where a refresh token travels: see `credentials` in requests.ts. */
export type Carrier = 'cookie' | 'body';

export interface Grant {
  family: Family;
  secret: string;
  carrier: Carrier;
  scope?: string | undefined;
}

/** What a log-in answers. */
export type GrantBody = ResponseOf<typeof api.logIn, 200>;

/** Opens a session of somebody who has proven who they are, and answers for it. @throws AppError unauthorized when the account changed meanwhile */
export async function beginSession(
  auth: Auth,
  c: Context<Env>,
  user: User,
  { carrier, scope, secondFactor = false }: Pick<Grant, 'carrier' | 'scope'> & { secondFactor?: boolean },
): Promise<GrantBody> {
  const { family, secret } = startFamily(randomUUID(), auth.now());
  if (!(await auth.store.openSession(user, family, { agent: agentOf(c), secondFactor })))
    fail('unauthorized', 'User name or password is wrong.');
  auth.log.info({ user_id: user.id, session: family.id }, 'somebody logged in');
  return granted(auth, c, user, { family, secret, carrier, scope });
}

/** An access token, and the refresh token where it travels. */
export async function granted(
  auth: Auth,
  c: Context<Env>,
  user: User,
  { family, secret, carrier, scope }: Grant,
): Promise<GrantBody> {
  const subject = {
    id: user.id,
    name: user.username,
    role: user.role,
    session: family.id,
    ...(scope !== undefined && { scope }),
  };
  const token = await signAccessToken(auth.keys.signingKey(), subject, {
    issuer: auth.issuer,
    audience: auth.audience,
    now: auth.now(),
  });
  const held = refreshToken(family.id, secret);
  const seconds = Math.floor((family.expiresAt - auth.now()) / 1000);
  if (carrier === 'cookie') c.header('set-cookie', refreshCookie(c, held, seconds), { append: true });
  c.header('cache-control', 'no-store');
  return grantView(user, token, carrier === 'body' ? { refreshToken: held, seconds } : undefined);
}

/** @throws AppError forbidden for an account whose access has ended */
export function rejectSuspended({ suspended }: User): void {
  if (suspended) fail('forbidden', 'Your access to this blog has ended. Ask an administrator.');
}

/** Counts log-ins by what became of them; a body that is none is not an attempt. */
export const counting: MiddlewareHandler<Env> = async (c, next) => {
  await next();
  measure(metrics.logins, 1, { 'dormouse.login.outcome': outcomes[c.res.status] ?? 'failed' });
};
const outcomes: Readonly<Record<number, string>> = {
  200: 'success',
  201: 'success',
  401: 'wrong',
  403: 'forbidden',
  429: 'limited',
};

/** What the client calls itself, for the list of its owner's sessions. A name of anybody's choice: nothing is decided by it. */
const agentOf = (c: Context<Env>): string | undefined =>
  header(c, 'user-agent')
    ?.replaceAll(/[^\x20-\x7e]/g, '')
    .slice(0, 200) || undefined;
