import { isOwnOrigin, isSecureRequest } from '@dormouse/runtime/address';
import type { Env } from '@dormouse/runtime/app';
import { fail } from '@dormouse/runtime/errors';
import type { Context } from 'hono';
import { generateCookie, getCookie } from 'hono/cookie';

/** Its name on plain http, and what it was called on https before: good until its session is renewed. */
const name = 'refresh_token';

const nameFor = (c: Context<Env>): string => (isSecureRequest(c) ? `__Secure-${name}` : name);

/**
 * The refresh token of the browser's cookie, after making sure that one of our own pages sent it: Sec-Fetch-Site where
 * the browser says it, else Origin. SameSite=Strict already keeps the cookie from other sites; this also stops sibling
 * subdomains, and browsers that know no SameSite.
 *
 * @throws AppError `forbidden` (403) for a request that another site made.
 */
export function cookieToken(c: Context<Env>): string | undefined {
  const token = getCookie(c, nameFor(c)) ?? getCookie(c, name);
  if (token !== undefined && !isOurs(c)) fail('forbidden', 'This request was not made by one of our pages.');
  return token;
}

/** The Set-Cookie value that keeps `token` for `seconds`; 0 removes it. Secure where the browser speaks https to the ingress. */
export function refreshCookie(c: Context<Env>, token: string, seconds: number): string {
  return generateCookie(nameFor(c), token, {
    httpOnly: true,
    sameSite: 'Strict',
    path: '/api/token',
    maxAge: seconds,
    secure: isSecureRequest(c),
  });
}

function isOurs(c: Context<Env>): boolean {
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const origin = c.req.header('origin');
  return origin === undefined || isOwnOrigin(origin, c);
}
