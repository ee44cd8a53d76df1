import { isPersonal } from '@dormouse/runtime/personal-token';
import { accessTokenSeconds } from '@dormouse/runtime/token-life';
import { signAccessToken } from './access-token.ts';
import type { Auth } from './dependencies.ts';
import { hashSecret } from './refresh-token.ts';

/** An access token that stands for a personal one. */
export interface Exchanged {
  token: string;
  /** Life in seconds. */
  seconds: number;
  scopes: readonly string[];
}

/**
 * An access token of a personal one's scopes and of its owner's role now, which names the personal one as its session and ends with it;
 * undefined for a token that is not good.
 */
export async function exchangeToken(
  auth: Pick<Auth, 'store' | 'keys' | 'issuer' | 'audience' | 'now'>,
  personalToken: string,
): Promise<Exchanged | undefined> {
  const { store, keys, issuer, audience, now } = auth;
  if (!isPersonal(personalToken)) return undefined;
  const at = now();
  const found = await store.useToken(hashSecret(personalToken), new Date(at));
  if (!found) return undefined;
  const { token, user } = found;
  const seconds = Math.min(accessTokenSeconds, Math.ceil((token.expiresAt.getTime() - at) / 1000));
  const subject = {
    id: user.id,
    name: user.username,
    role: user.role,
    scope: token.scopes.join(' '),
    session: token.id,
    limited: true,
  } as const;
  const signed = await signAccessToken(keys.signingKey(), subject, { issuer, audience, now: at, seconds });
  return { token: signed, seconds, scopes: token.scopes };
}
