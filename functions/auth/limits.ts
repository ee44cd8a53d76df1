import { fail } from '@dormouse/runtime/errors';
import { type Limiter, tooManyRequests } from '@dormouse/runtime/limiter';

/** How often something may be done within one minute. */
export interface Limits {
  /** Logins per user name, from any address; correct passwords count too, or the limit would reveal them. */
  login: number;
  /** Log-ins per client address, so that one address cannot go through many names. */
  loginAddress: number;
  /** Checks per access token. */
  verify: number;
  /** New accounts per client address. */
  registerAddress: number;
  /** Mails that one client address asks for, whomever they go to. */
  mailAddress: number;
  /** The same within an hour. */
  mailAddressHour: number;
}

export const defaultLimits: Limits = {
  login: 5,
  loginAddress: 60,
  verify: 30,
  registerAddress: 30,
  mailAddress: 5,
  mailAddressHour: 30,
};

const minuteMs = 60_000;
export const dayMs = 86_400_000;

/** Counts one use of `key` within `windowMs`. @throws AppError `too_many_requests` (429) with Retry-After when `limit` is reached. */
export async function spend(limiter: Limiter, key: string, limit: number, windowMs = minuteMs): Promise<void> {
  const taken = await limiter.take(key, limit, windowMs);
  if (!taken.allowed)
    fail('too_many_requests', 'Too many attempts. Try again later.', {
      headers: tooManyRequests(taken, limit, windowMs),
    });
}
