import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import type { Env } from './app.ts';
import { type Caller, type Role, roles } from './caller.ts';
import { AppError, fail } from './errors.ts';
import { request } from './http.ts';
import { header } from './request.ts';

export interface Tokens {
  /** @throws AppError unauthorized for a token that is not valid now; unavailable when the keys cannot be read. */
  verify(token: string): Promise<Caller>;
}

export interface TokensOptions {
  jwksUrl: string;
  issuer: string;
  audience: string;
  fetch?: (url: string) => Promise<Response>;
  /** Milliseconds since 1970. */
  now?: () => number;
}

interface Key {
  alg: string;
  key: KeyObject;
}

const maxTokens = 2000;
const refetchMs = 10_000;
const keysLiveMs = 600_000;

/**
 * Verifies access tokens against a JWKS. A token that was verified is remembered by its hash until it expires (at most
 * 2,000 of them), because a signature costs several times the rest of a request. Keys are read on the first token, again
 * after ten minutes, and for an unknown key id at most every ten seconds.
 */
export function tokens(options: TokensOptions): Tokens {
  const now = options.now ?? Date.now;
  const known = new Map<string, Caller>();
  const keys = keyring(options, now);
  const demand = { issuer: options.issuer, audience: options.audience };
  return {
    async verify(token) {
      const digest = hash('sha256', token, 'base64');
      const seen = known.get(digest);
      if (seen) {
        if (seen.exp * 1000 > now()) return seen;
        known.delete(digest);
        refuse();
      }
      const parts = parse(token);
      const key = await keys(parts.kid);
      if (!key || key.alg !== parts.alg || !signed(key, parts)) refuse();
      const caller = callerOf(parts.claims, demand, now(), token);
      if (known.size >= maxTokens) known.delete(known.keys().next().value as string);
      known.set(digest, caller);
      return caller;
    },
  };
}

/** Sets `c.var.caller` when the request carries a Bearer token; a bad token is 401, none is nobody. */
export function authenticate(tokens: Tokens): MiddlewareHandler<Env> {
  return (c, next) => {
    const credentials = header(c, 'authorization');
    if (credentials === undefined) return next();
    const token = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(credentials)?.[1] ?? refuse();
    return tokens.verify(token).then((caller) => {
      c.set('caller', caller);
      return next();
    });
  };
}

/** The caller; 401 when there is none. */
export const required = (c: Context<Env>): Caller =>
  c.var.caller ?? fail('unauthorized', 'Log in to do this.', { headers: { 'www-authenticate': 'Bearer' } });

const refuse = (): never =>
  fail('unauthorized', 'The token is not valid.', { headers: { 'www-authenticate': 'Bearer error="invalid_token"' } });

interface Parts {
  alg: string;
  kid: string;
  claims: Record<string, unknown>;
  signed: Buffer;
  signature: Buffer;
}

const part = /^[A-Za-z0-9_-]+$/;
const algorithms = new Set(['EdDSA', 'ES256']);

/** Takes a compact JWS apart; only what RFC 9068 and our allow-list need is accepted, `crit` never. */
function parse(token: string): Parts {
  const [head, body, signature, ...rest] = token.split('.');
  if (token.length > 4096 || !head || !body || !signature || rest.length > 0) return refuse();
  const header = object(head);
  const { alg, kid, typ } = header;
  if (
    typeof alg !== 'string' ||
    !algorithms.has(alg) ||
    typeof kid !== 'string' ||
    kid.length > 200 ||
    'crit' in header
  )
    refuse();
  if (typeof typ !== 'string' || !/^(application\/)?at\+jwt$/i.test(typ)) refuse();
  return {
    alg: alg as string,
    kid: kid as string,
    claims: object(body),
    signed: Buffer.from(`${head}.${body}`),
    signature: bytes(signature),
  };
}

function bytes(text: string): Buffer {
  const decoded = part.test(text) ? Buffer.from(text, 'base64url') : refuse();
  // A second spelling of the same bytes would be a second key in the cache and a way around revocation by hash.
  return decoded.toString('base64url') === text ? decoded : refuse();
}

function object(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(bytes(text).toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {}
  return refuse();
}

function signed({ alg, key }: Key, parts: Parts): boolean {
  if (parts.signature.length !== 64) return false;
  if (alg === 'EdDSA') return verify(null, parts.signed, key, parts.signature);
  return verify('sha256', parts.signed, { key, dsaEncoding: 'ieee-p1363' }, parts.signature);
}

function callerOf(
  claims: Record<string, unknown>,
  demand: { issuer: string; audience: string },
  nowMs: number,
  token: string,
): Caller {
  const { iss, aud, sub, name, role, scope, jti, exp, nbf } = claims;
  if (iss !== demand.issuer || !(Array.isArray(aud) ? aud.includes(demand.audience) : aud === demand.audience))
    refuse();
  if (
    typeof exp !== 'number' ||
    !(exp * 1000 > nowMs) ||
    (nbf !== undefined && !(typeof nbf === 'number' && nbf * 1000 <= nowMs + 5000))
  )
    refuse();
  const id = typeof sub === 'string' && /^[1-9][0-9]{0,15}$/.test(sub) ? Number(sub) : refuse();
  if (
    typeof name !== 'string' ||
    typeof jti !== 'string' ||
    !roles.includes(role as Role) ||
    (scope !== undefined && typeof scope !== 'string')
  )
    refuse();
  const scopes = typeof scope === 'string' ? scope.split(' ').filter(Boolean) : [];
  return { id, name: name as string, role: role as Role, scopes, jti: jti as string, exp: exp as number, token };
}

/** Finds public keys by id. @returns undefined for a key that the issuer does not publish. */
function keyring(
  { jwksUrl, fetch = request }: TokensOptions,
  now: () => number,
): (kid: string) => Promise<Key | undefined> {
  let keys = new Map<string, Key>();
  let readAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;
  const read = async () => {
    triedAt = now();
    const response = await fetch(jwksUrl);
    if (!response.ok) throw new Error(`${jwksUrl} answered ${response.status}`);
    keys = importKeys(await response.json());
    readAt = now();
  };
  const refresh = () => (reading ??= read().finally(() => (reading = undefined)));
  return async (kid) => {
    const stale = now() - readAt > keysLiveMs;
    if (keys.has(kid) && !stale) return keys.get(kid);
    if (now() - triedAt < refetchMs && !reading && (keys.size > 0 || !stale)) return keys.get(kid);
    await refresh().catch((cause) => {
      // Keys that were good a while ago are better than nobody being able to write.
      if (!keys.has(kid))
        throw new AppError('unavailable', 'The keys to check your token cannot be read now.', {
          cause,
          headers: { 'retry-after': '1' },
        });
    });
    return keys.get(kid);
  };
}

function importKeys(set: unknown): Map<string, Key> {
  const keys = new Map<string, Key>();
  for (const jwk of (set as { keys?: Record<string, unknown>[] }).keys ?? []) {
    const alg =
      jwk.kty === 'OKP' && jwk.crv === 'Ed25519'
        ? 'EdDSA'
        : jwk.kty === 'EC' && jwk.crv === 'P-256'
          ? 'ES256'
          : undefined;
    if (
      !alg ||
      typeof jwk.kid !== 'string' ||
      (jwk.use !== undefined && jwk.use !== 'sig') ||
      (jwk.alg !== undefined && jwk.alg !== alg)
    )
      continue;
    const { kty, crv, x, y } = jwk as Record<string, string>;
    keys.set(jwk.kid, { alg, key: createPublicKey({ key: { kty, crv, x, ...(y && { y }) } as never, format: 'jwk' }) });
  }
  return keys;
}
