import { isSecureRequest } from '@dormouse/runtime/address';
import { header } from '@dormouse/runtime/request';
import type { Context } from 'hono';
import { setCookie } from 'hono/cookie';
import { parse } from 'hono/utils/cookie';

/** Names of the cookies of a session. `form` is the secret that forms are bound to. */
export const cookieNames = { access: 'dormouse_access', refresh: 'dormouse_refresh', form: 'dormouse_form' } as const;
export type CookieName = keyof typeof cookieNames;

/** The refresh token goes nowhere but to these pages; the others are wanted on `/` as well. */
const paths: Record<CookieName, string> = { access: '/', refresh: '/blog', form: '/' };

/**
 * The value of a cookie; undefined when there is none or it is empty. Only values that we write ourselves are read.
 * The header is taken from the connection: getCookie would make the whole Headers of every page that is read.
 */
export function readCookie(c: Context, name: CookieName): string | undefined {
  const value = parse(header(c, 'cookie') ?? '', cookieNames[name])[cookieNames[name]];
  return value && /^[\w.~+/=-]+$/.test(value) ? value : undefined;
}

/** Sets a cookie that no script can read, for `maxAge` seconds; 0 takes it away. Lax, so that a link from elsewhere finds its reader logged in. */
export function writeCookie(c: Context, name: CookieName, value: string, maxAge: number): void {
  setCookie(c, cookieNames[name], value, {
    path: paths[name],
    maxAge,
    httpOnly: true,
    sameSite: 'Lax',
    secure: isSecureRequest(c),
  });
}
