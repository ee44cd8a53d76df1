import { isSecureRequest } from '@dormouse/runtime/address';
import { header } from '@dormouse/runtime/request';
import type { Context } from 'hono';
import { setCookie } from 'hono/cookie';
import { parse } from 'hono/utils/cookie';

/**
 * Names of the cookies, on https behind a prefix. `form` is the secret that forms are bound to; `comments` has the tokens of what a guest
 * has just written; `signIn` is auth's: what this browser has begun at a provider; `unsaved` is the editor's script's: this browser keeps text that is not saved; `theme` says how a reader wants pages
 * to look; `link` makes a link of a mail good in this browser alone.
 */
export const cookieNames = {
  access: 'dormouse_access',
  refresh: 'dormouse_refresh',
  form: 'dormouse_form',
  comments: 'dormouse_comments',
  unsaved: 'dormouse_unsaved',
  theme: 'dormouse_theme',
  signIn: 'dormouse_sign_in',
  link: 'dormouse_link',
} as const;
export type CookieName = keyof typeof cookieNames;

/** The refresh token goes nowhere but to these pages; the others are wanted on `/` as well. */
const paths: Record<CookieName, string> = {
  access: '/',
  refresh: '/blog',
  form: '/',
  comments: '/blog',
  unsaved: '/blog/logout',
  theme: '/',
  signIn: '/',
  link: '/blog/login-link',
};

/** By these prefixes a browser lets neither a plain connection nor (`__Host-`) a sibling host set the cookie (RFC 6265bis, 4.1.3). */
const prefixOf = (c: Context, name: CookieName): string => {
  if (!isSecureRequest(c)) return '';
  return paths[name] === '/' ? '__Host-' : '__Secure-';
};

/**
 * The value of a cookie; undefined when there is none or it is empty. Only values that we write ourselves are read.
 * The header is taken from the connection: getCookie would make the whole Headers of every page that is read.
 */
export function readCookie(c: Context, name: CookieName): string | undefined {
  const value = cookieOf(c, prefixOf(c, name) + cookieNames[name]);
  // Before they had a prefix; good until its session is renewed, so that nobody is logged out.
  return value ?? (name === 'refresh' ? readPlainCookie(c, name) : undefined);
}

/** The value of a cookie that may be from before it had a prefix: good for a hint only, anybody may have set it. */
export const readPlainCookie = (c: Context, name: CookieName): string | undefined => cookieOf(c, cookieNames[name]);

function cookieOf(c: Context, name: string): string | undefined {
  const value = parse(header(c, 'cookie') ?? '', name)[name];
  return value && /^[\w.~+/=-]+$/.test(value) ? value : undefined;
}

/** Sets a cookie that no script can read, for `maxAge` seconds; 0 takes it away. Lax, so that a link from elsewhere finds its reader logged in. */
export function writeCookie(c: Context, name: CookieName, value: string, maxAge: number): void {
  const prefix = prefixOf(c, name);
  const options = { path: paths[name], httpOnly: true, sameSite: 'Lax', secure: prefix !== '' } as const;
  setCookie(c, prefix + cookieNames[name], value, { ...options, maxAge });
  if (prefix !== '' && readPlainCookie(c, name)) setCookie(c, cookieNames[name], '', { ...options, maxAge: 0 });
}
