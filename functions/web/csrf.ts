import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import { readCookie, readPlainCookie, writeCookie } from './cookies.ts';
import type { Form } from './form.ts';

/** How long a form stays good: as long as the longest session, in seconds. */
const lifetime = 90 * 86_400;

/** What this answer sets, where it differs from the cookie that the request brought. */
const renewed = new WeakMap<Context, string>();

/** A new secret for the forms of this browser; a session that begins or ends takes a new one, so that no earlier form is good in it. */
export function renewFormSecret(c: Context, signedIn: boolean): string {
  const secret = `${signedIn ? 's' : 'a'}.${randomBytes(32).toString('base64url')}`;
  writeCookie(c, 'form', secret, lifetime);
  renewed.set(c, secret);
  return secret;
}

/** Whether the browser says that it has a session, also where the refresh cookie does not go. */
export const claimsSession = (c: Context): boolean =>
  (readCookie(c, 'form') ?? readPlainCookie(c, 'form'))?.startsWith('s.') ?? false;

/** The value of the hidden field `csrf`: what only a page that this browser was given can hold. */
export function formToken(c: Context): string {
  return tokenOf(renewed.get(c) ?? readCookie(c, 'form') ?? renewFormSecret(c, claimsSession(c)));
}

/** Whether a form came from a page that this browser was given. */
export function isGenuine(c: Context, form: Form): boolean {
  const secret = readCookie(c, 'form');
  if (!secret) return false;
  const expected = Buffer.from(tokenOf(secret));
  const given = Buffer.from(form.get('csrf'));
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Not the secret itself, so that a page that leaks does not give away the cookie. */
const tokenOf = (secret: string): string => createHmac('sha256', secret).update('dormouse form').digest('base64url');
