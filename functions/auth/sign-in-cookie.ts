import { isSecureRequest } from '@dormouse/runtime/address';
import type { Env } from '@dormouse/runtime/app';
import type { Context } from 'hono';
import { generateCookie, getCookie } from 'hono/cookie';

/** By the prefix a browser lets neither a plain connection nor a sibling host set it (RFC 6265bis, 4.1.3). web reads it, too. */
const nameFor = (c: Context<Env>): string => `${isSecureRequest(c) ? '__Host-' : ''}dormouse_sign_in`;

/** The secret of what this browser has begun. */
export const signInCookie = (c: Context<Env>): string | undefined => getCookie(c, nameFor(c));

/**
 * The Set-Cookie value that keeps a secret for `seconds`; 0 removes it. Lax, since a provider's page sends people back; strict cookies would
 * stay behind.
 */
export const signInCookieOf = (c: Context<Env>, secret: string, seconds: number): string =>
  generateCookie(nameFor(c), secret, {
    httpOnly: true,
    sameSite: 'Lax',
    path: '/',
    maxAge: seconds,
    secure: isSecureRequest(c),
  });
