import { createHash } from 'node:crypto';
import { tokens } from '@dormouse/runtime/auth';
import { demandDescribed } from '@dormouse/runtime/described.fixture';
import { request } from '@dormouse/runtime/http';
import type { Limiter } from '@dormouse/runtime/limiter';
import { silentLog } from '@dormouse/runtime/log';
import { outbox } from '@dormouse/runtime/outbox';
import type { Sql } from '@dormouse/runtime/sql-types';
import { type Subject, signAccessToken } from './access-token.ts';
import { api } from './api.ts';
import { createApp } from './app.ts';
import type { Auth } from './dependencies.ts';
import { exchangeToken } from './exchange-token.ts';
import { firstOfMinute } from './first-of-minute.ts';
import { initKeys } from './key-folder.ts';
import { openKeyring } from './keyring.ts';
import { defaultLimits } from './limits.ts';
import { passwords } from './passwords.ts';
import { createStore } from './store.ts';
import { temporaryFolder } from './temporary-folder.fixture.ts';

export const issuer = 'https://dormouse.test';

/** auth over a real database, with a clock to turn, a counted stand-in for argon2 and limits in memory. */
export function authFixture(sql: Sql, changes: Partial<Auth> = {}) {
  const clock = { ms: Date.parse('2026-01-01T00:00:00Z') };
  const now = () => clock.ms;
  const folder = temporaryFolder();
  initKeys(folder, clock.ms);
  const keys = openKeyring(folder, { now, recheckMs: 0 });
  const derived = { count: 0 };
  const derive = async (password: string, salt: Uint8Array) => {
    derived.count++;
    return createHash('sha256').update(salt).update(password).digest();
  };
  const store = createStore(sql, outbox({ sql, source: '/auth' }));
  const exchange = async (token: string) =>
    (await exchangeToken({ store, keys, issuer, audience: 'dormouse', now }, token))?.token;
  const auth: Auth = {
    store,
    passwords: passwords({ derive }),
    keys,
    tokens: tokens({ keys: keys.published, issuer, audience: 'dormouse', now, exchange }),
    limiter: limiterInMemory(now),
    limits: { ...defaultLimits, registerAddress: 1000, loginAddress: 1000 },
    registration: 'authors',
    providers: [],
    requestProvider: request,
    issuer,
    audience: 'dormouse',
    address: (c) => c.req.header('x-client-address') ?? 'unknown',
    log: silentLog,
    firstRefusal: firstOfMinute(now),
    now,
    ...changes,
  };
  const app = createApp(auth);
  const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await app.request(path, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return demandDescribed(api, method, path, response);
  };
  const sign = (subject: Partial<Subject>): Promise<string> =>
    signAccessToken(
      auth.keys.signingKey(),
      { id: 1, name: 'somebody', role: 'author', ...subject },
      { issuer, now: clock.ms },
    );
  return { auth, app, send, sign, clock, derived, folder };
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** What `Set-Cookie` asks a browser to keep. */
export const cookieOf = (response: Response) =>
  /^(?:__Secure-)?refresh_token=([^;]*)/.exec(response.headers.get('set-cookie') ?? '')?.[1];

/** A sliding window over an array, as the shared ones keep it. */
function limiterInMemory(now: () => number): Limiter {
  const hits = new Map<string, number[]>();
  return {
    async take(key, limit, windowMs) {
      const recent = (hits.get(key) ?? []).filter((at) => at > now() - windowMs);
      const allowed = recent.length < limit;
      if (allowed) recent.push(now());
      hits.set(key, recent);
      return {
        allowed,
        remaining: limit - recent.length,
        resetMs: allowed ? 0 : (recent[0] as number) + windowMs - now(),
      };
    },
  };
}
