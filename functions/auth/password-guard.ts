import type { Env } from '@dormouse/runtime/app';
import { required } from '@dormouse/runtime/auth';
import { AppError, fail, failField } from '@dormouse/runtime/errors';
import { tooManyRequests } from '@dormouse/runtime/limiter';
import { measure } from '@dormouse/runtime/measure';
import { networkOf } from '@dormouse/runtime/network';
import { metrics } from '@dormouse/signals/metrics';
import type { Context } from 'hono';
import type { Auth } from './dependencies.ts';
import { spend } from './limits.ts';
import { isPassword } from './no-password.ts';
import type { AllowedTry, Guesser } from './password-try-store.ts';
import type { User } from './user.ts';
import { usernameKey } from './username.ts';

/**
 * The user, when the password is theirs; undefined otherwise. Every way to try a password leads here, so that one count holds them
 * all. Whether the name exists shows neither in the answer nor in the work done for it.
 * @throws AppError `too_many_requests` (429) with Retry-After, before the password is looked at
 */
export async function tryPassword(
  auth: Auth,
  c: Context<Env>,
  username: string,
  password: string,
): Promise<User | undefined> {
  const { store, passwords, now } = auth;
  const guesser = guesserOf(auth, c, username);
  const { row } = await countTry(auth, guesser);
  const user = await store.find(username);
  const verdict = await passwords.verify(password, user?.passwordHash);
  if (!user?.passwordHash || !verdict.ok) {
    auth.log.warn({ ...(user && { user_id: user.id }), network: guesser.network }, 'a wrong password was tried');
    return undefined;
  }
  await store.rememberNetwork(user.id, guesser, new Date(now()), row);
  if (!verdict.outdated) return user;
  const passwordHash = await passwords.hash(password);
  await store.rehash(user.id, user.passwordHash, passwordHash);
  return { ...user, passwordHash };
}

/** Who tries, and for which name. */
export const guesserOf = (auth: Auth, c: Context<Env>, username: string): Guesser => ({
  name: usernameKey(username),
  network: networkOf(auth.address(c)),
});

/** How old a log-in may be that stands for a password, in milliseconds. */
const recentMs = 600_000;

/**
 * The current password is asked for, and counted like a log-in: a stolen access token must not become a stolen account. Who has none has
 * to have logged in within the last ten minutes.
 */
export async function demandPassword(
  auth: Auth,
  c: Context<Env>,
  user: User,
  current: string | undefined,
  field = 'current_password',
): Promise<void> {
  if (!isPassword(user.passwordHash)) return demandRecentLogIn(auth, c, user);
  if (current === undefined) return failField(field, 'is required');
  if (!(await tryPassword(auth, c, user.username, current))) failField(field, 'is not your password');
}

async function demandRecentLogIn({ store, now }: Auth, c: Context<Env>, { id }: User): Promise<void> {
  const { session } = required(c);
  const own = (await store.sessionsOf(id, new Date(now()))).find((each) => each.id === session);
  if (!own || now() - own.createdAt.getTime() > recentMs)
    fail('forbidden', 'You logged in more than ten minutes ago. Log out and in again, then repeat this.');
}

async function countTry(auth: Auth, guesser: Guesser): Promise<AllowedTry> {
  const { limiter, limits, store, log, now } = auth;
  const { name, network } = guesser;
  try {
    await spend(limiter, `login-address:${network}`, limits.loginAddress);
    await spend(limiter, `login:${network} ${name}`, limits.login);
    const counted = await store.beginTry(guesser, new Date(now()));
    if (!counted.allowed) return refuse(counted.resetMs);
    if (counted.tries === counted.free) {
      measure(metrics.loginSlowdowns, 1);
      log.warn({ network, tries: counted.tries }, 'many wrong passwords in a row: further ones have to wait');
    }
    return counted;
  } catch (error) {
    if (error instanceof AppError && error.status === 429 && auth.firstRefusal(`${network} ${name}`))
      log.warn(
        { network, retry_after: error.headers?.['retry-after'] },
        'a password was not looked at: too many tries',
      );
    throw error;
  }
}

function refuse(resetMs: number): never {
  measure(metrics.rateLimitRefusals, 1, { 'dormouse.limit.name': 'login-name' });
  const headers = tooManyRequests({ allowed: false, remaining: 0, resetMs }, 1, resetMs);
  return fail('too_many_requests', 'Too many wrong passwords for this name. Try again later.', { headers });
}
