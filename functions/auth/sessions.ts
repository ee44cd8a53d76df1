import type { ResponseOf } from '@dormouse/runtime/api';
import { type Env, json } from '@dormouse/runtime/app';
import { authenticate, required } from '@dormouse/runtime/auth';
import type { Caller } from '@dormouse/runtime/caller';
import { fail } from '@dormouse/runtime/errors';
import { header } from '@dormouse/runtime/request';
import { type Context, Hono } from 'hono';
import { api } from './api.ts';
import { beginSession, type Carrier, counting, granted, rejectSuspended } from './begin-session.ts';
import { currentUser } from './current-user.ts';
import type { Auth } from './dependencies.ts';
import { spend } from './limits.ts';
import { tryPassword } from './password-guard.ts';
import { cookieToken, refreshCookie } from './refresh-cookie.ts';
import { holdsSession, parseRefreshToken, rotateToken } from './refresh-token.ts';
import { demandSecondFactor } from './second-factor.ts';

/** Logging in, staying logged in, logging out, and asking whether a token is good. */
export function sessions(auth: Auth) {
  const { store, limiter, limits, now } = auth;

  return new Hono<Env>()
    .post(api.logIn.path, json(api.logIn.body), counting, async (c) => {
      const { username, password, code, refresh, scope } = c.req.valid('json');
      const user = (await tryPassword(auth, c, username, password)) ?? invalidCredentials();
      rejectSuspended(user);
      const secondFactor = await demandSecondFactor(auth, c, user, code);
      if (scope === 'import' && user.role !== 'admin') fail('forbidden', 'Only administrators may import.');
      return c.json(await beginSession(auth, c, user, { carrier: refresh, scope, secondFactor }));
    })

    .post(api.refresh.path, optionalJson, async (c) => {
      const { token, carrier } = presented(c, c.req.valid('json'));
      const held = parseRefreshToken(token) ?? sessionEnded(c);
      const found =
        (await store.rotateSession(held.family, (family) => rotateToken(family, held.secret, now()))) ??
        sessionEnded(c);
      const { turn, user } = found;
      if (turn.kind === 'reused')
        auth.log.warn(
          { session: held.family, user_id: user.id },
          'a refresh token was used twice: its session is ended',
        );
      if (!('secret' in turn)) return sessionEnded(c);
      return c.json(await granted(auth, c, user, { family: turn.family, secret: turn.secret, carrier }));
    })

    .post(api.logOut.path, optionalJson, async (c) => {
      const held = parseRefreshToken(presented(c, c.req.valid('json')).token);
      const closed =
        held && (await store.closeSession(held.family, (family) => holdsSession(family, held.secret, now())));
      const session = closed ? undefined : await bearerSession(auth, c);
      if (session) await store.closeSession(session);
      const ended = closed ? held?.family : session;
      if (ended) auth.log.info({ session: ended }, 'somebody logged out');
      c.header('set-cookie', refreshCookie(c, '', 0));
      return c.body(null, 204);
    })

    .get(api.verify.path, authenticate(auth.tokens, api), async (c) => {
      const caller = required(c);
      await spend(limiter, `verify:${caller.jti}`, limits.verify);
      const user = await currentUser(auth, c);
      c.header('cache-control', 'no-store');
      const data = { user_id: user.id, username: user.username, exp: caller.exp };
      return c.json({ status: 'success', data } satisfies ResponseOf<typeof api.verify, 200>);
    });
}

/** A body is optional: a browser sends only its cookie. */
const readBody = json(api.refresh.body);
const optionalJson: typeof readBody = (c, next) =>
  header(c, 'content-type') === undefined ? next() : readBody(c, next);

function presented(
  c: Context<Env>,
  body: { refresh_token?: string | undefined } | undefined,
): { token: string; carrier: Carrier } {
  const inBody = body?.refresh_token;
  return inBody === undefined ? { token: cookieToken(c) ?? '', carrier: 'cookie' } : { token: inBody, carrier: 'body' };
}

/** The log-in that the request's access token came from: the refresh cookie does not reach this path. */
async function bearerSession({ tokens }: Auth, c: Context<Env>): Promise<string | undefined> {
  let caller: Caller | undefined;
  await authenticate(tokens)(c, async () => void (caller = c.var.caller));
  return caller?.session;
}

const invalidCredentials = (): never => fail('unauthorized', 'User name or password is wrong.');
const sessionEnded = (c: Context<Env>): never =>
  fail('unauthorized', 'This log-in has ended. Log in again.', { headers: { 'set-cookie': refreshCookie(c, '', 0) } });
