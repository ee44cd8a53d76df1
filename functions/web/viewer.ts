import { AppError } from '@dormouse/runtime/errors';
import { header } from '@dormouse/runtime/request';
import type { Context } from 'hono';
import { cookieNames } from './cookies.ts';
import { formToken } from './csrf.ts';
import { policyOf, privateHeaders } from './headers.ts';
import type { Viewer } from './layout.ts';
import type { Session, Sessions } from './session.ts';
import { inTheme, themeOf } from './theme.ts';

/** Whether a request brings anything of a session. Read on every page view, so the cookie is looked at as text. */
export function mayBeSignedIn(c: Context): boolean {
  const cookie = header(c, 'cookie');
  return cookie !== undefined && (cookie.includes(cookieNames.access) || cookie.includes(cookieNames.refresh));
}

/** Who reads. When auth does not answer, reading goes on without a session. */
export async function viewerOf(c: Context, sessions: Sessions): Promise<Viewer> {
  const session = await sessions
    .of(c)
    .catch((error) => (error instanceof AppError ? undefined : Promise.reject(error)));
  return viewer(c, session);
}

export const viewer = (c: Context, session: Session | undefined): Viewer => ({ session, csrf: formToken(c) });

/** A page for this reader alone. */
export function privately(
  c: Context,
  html: string,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const all = { ...privateHeaders, ...headers };
  for (const [name, value] of Object.entries(all)) c.header(name, value);
  c.header('content-security-policy', policyOf(html, all['content-security-policy']));
  const theme = themeOf(c);
  return c.html(theme ? inTheme(html, theme) : html, status as 200);
}

/** After a form: elsewhere, by GET. */
export function seeOther(c: Context, path: string): Response {
  for (const [name, value] of Object.entries(privateHeaders)) c.header(name, value);
  return c.redirect(path, 303);
}

/** Log in, then come back. */
export const toLogIn = (c: Context): Response => seeOther(c, `/blog/login?next=${encodeURIComponent(c.req.path)}`);
