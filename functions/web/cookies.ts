import { isSecureRequest } from '@dormouse/runtime/address';
import { header } from '@dormouse/runtime/request';
import type { Context } from 'hono';

/** Names of the cookies of a session. `form` is the secret that forms are bound to. */
export const cookieNames = { access: 'dormouse_access', refresh: 'dormouse_refresh', form: 'dormouse_form' } as const;
export type CookieName = keyof typeof cookieNames;

/** The refresh token goes nowhere but to these pages; the others are wanted on `/` as well. */
const paths: Record<CookieName, string> = { access: '/', refresh: '/blog', form: '/' };

/** The value of a cookie; undefined when there is none or it is empty. Only values that we write ourselves are read: no quoting, no escapes. */
export function readCookie(c: Context, name: CookieName): string | undefined {
  const all = header(c, 'cookie');
  if (!all) return undefined;
  const prefix = `${cookieNames[name]}=`;
  for (const pair of all.split(';')) {
    const text = pair.trim();
    if (text.startsWith(prefix))
      return /^[\w.~+/=-]+$/.test(text.slice(prefix.length)) ? text.slice(prefix.length) : undefined;
  }
  return undefined;
}

/** Sets a cookie that no script can read, for `maxAge` seconds; 0 takes it away. Lax, so that a link from elsewhere finds its reader logged in. */
export function writeCookie(c: Context, name: CookieName, value: string, maxAge: number): void {
  const secure = isSecureRequest(c) ? '; Secure' : '';
  c.header(
    'set-cookie',
    `${cookieNames[name]}=${value}; Path=${paths[name]}; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure}`,
    { append: true },
  );
}
