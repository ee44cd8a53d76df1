import { clientAddress } from '@dormouse/runtime/address';
import { type Role, roles } from '@dormouse/runtime/caller';
import { AppError } from '@dormouse/runtime/errors';
import { header } from '@dormouse/runtime/request';
import type { Context } from 'hono';
import type { Accounts, Granted } from './accounts.ts';
import { readCookie, writeCookie } from './cookies.ts';
import { renewFormSecret } from './csrf.ts';

/** Who reads, by the access token in the cookie. Only for showing: what may be done is decided by the function that verifies the token. */
export interface Session {
  name: string;
  role: Role;
  token: string;
}

export interface Sessions {
  /** The session of a request; an expired access token is renewed. Undefined for somebody who is not logged in. */
  of(c: Context): Promise<Session | undefined>;
  begin(c: Context, granted: Granted): Session;
  /** Takes the session's cookies away: its token is not good any more. */
  forget(c: Context): void;
  /** Ends the session here and at auth. */
  end(c: Context): Promise<void>;
  /** Begins a session, and ends the one that this browser had. */
  logIn(c: Context, username: string, password: string, code?: string): Promise<Session>;
  /** The same with what auth has granted already. */
  enter(c: Context, granted: Granted): Promise<Session>;
  /** The same by the link of a mail, together with what this browser was given when it asked. */
  logInByLink(c: Context, link: string, code?: string): Promise<Session>;
}

const refreshLifetime = 30 * 86_400;
const shareMs = 10_000;

/** Sessions are two cookies: an access token for as long as it is valid, and the refresh token that renews it. */
export function sessions(accounts: Accounts, now: () => number): Sessions {
  const renewals = new Map<string, Promise<Granted>>();

  /** Several tabs present the same refresh token at once: one exchange serves them all. */
  const renew = (token: string, address: string): Promise<Granted> => {
    const running = renewals.get(token);
    if (running) return running;
    const renewal = accounts.refresh(token, address);
    renewals.set(token, renewal);
    const forget = () => renewals.delete(token);
    renewal.then(() => setTimeout(forget, shareMs).unref(), forget);
    return renewal;
  };

  const begin = (c: Context, granted: Granted): Session => {
    writeCookie(c, 'access', granted.token, granted.expires_in);
    writeCookie(c, 'refresh', granted.refresh_token, granted.refresh_expires_in ?? refreshLifetime);
    return readSession(granted.token, 0) ?? { name: '', role: 'reader', token: granted.token };
  };

  return {
    async of(c) {
      const access = readCookie(c, 'access');
      const session = access && readSession(access, now());
      if (session) return session;
      const refresh = readCookie(c, 'refresh');
      if (!refresh) return undefined;
      try {
        return begin(c, await renew(refresh, clientAddress(c)));
      } catch (error) {
        if (!(error instanceof AppError) || error.status >= 500 || error.status === 429) throw error;
        forget(c);
        return undefined;
      }
    },
    forget,
    begin(c, granted) {
      renewFormSecret(c, true);
      return begin(c, granted);
    },
    async end(c) {
      const refresh = readCookie(c, 'refresh');
      forget(c);
      // Without its cookie the session is of no use to anybody, so the reader need not know that auth did not answer.
      if (refresh) await accounts.logOut(refresh, readCookie(c, 'access')).catch(() => {});
    },
    async logIn(c, username, password, code) {
      return this.enter(
        c,
        await (code
          ? accounts.logIn(username, password, clientAddress(c), header(c, 'user-agent'), code)
          : accounts.logIn(username, password, clientAddress(c), header(c, 'user-agent'))),
      );
    },
    async logInByLink(c, token, code) {
      const link = { token, browser: readCookie(c, 'link') ?? 'none', ...(code !== undefined && { code }) };
      const granted = await accounts.logInByLink(link, clientAddress(c), header(c, 'user-agent'));
      writeCookie(c, 'link', '', 0);
      return this.enter(c, granted);
    },
    async enter(c, granted) {
      const before = readCookie(c, 'refresh');
      const session = this.begin(c, granted);
      // As in end(): its cookie is overwritten, and nobody else has it.
      if (before) await accounts.logOut(before, undefined).catch(() => {});
      return session;
    },
  };
}

function forget(c: Context): void {
  writeCookie(c, 'access', '', 0);
  writeCookie(c, 'refresh', '', 0);
  renewFormSecret(c, false);
}

/** The claims of an access token, unverified; undefined when they cannot be read or it expires within 5 seconds of `nowMs`. */
function readSession(token: string, nowMs: number): Session | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    const { name, role, exp } = claims as { name?: unknown; role?: unknown; exp?: unknown };
    if (typeof name !== 'string' || typeof exp !== 'number' || exp * 1000 <= nowMs + 5000) return undefined;
    return { name, role: roles.find((each) => each === role) ?? 'author', token };
  } catch {
    return undefined;
  }
}
