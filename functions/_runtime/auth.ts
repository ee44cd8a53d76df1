import { hash } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import type { JWK } from 'jose';
import type { Env } from './app.ts';
import type { Caller } from './caller.ts';
import { callService } from './client.ts';
import { fail } from './errors.ts';
import type { KeySet } from './key-set.ts';
import { header } from './request.ts';
import { noteUser } from './trace.ts';
import type { VerifiedToken } from './verify-token.ts';

export interface Tokens {
  /** @throws AppError unauthorized for a token that is not valid now; unavailable when the keys cannot be read. */
  verify(token: string): Promise<Caller>;
}

export interface TokensOptions {
  /** Where the issuer publishes its keys; the issuer itself has them at hand. */
  keys: string | (() => readonly JWK[]);
  issuer: string;
  audience: string;
  fetch?: (url: string, headers: Headers) => Promise<Response>;
  /** Milliseconds since 1970. */
  now?: () => number;
}

const maxTokens = 2000;

/**
 * Verifies access tokens against a JWKS. A token that was verified is remembered by its hash until it expires or its key
 * is published no more (at most 2,000 of them), because a signature costs several times the rest of a request. jose is
 * loaded by the first token.
 */
export function tokens({ keys, issuer, audience, fetch = fetchKeys, now = Date.now }: TokensOptions): Tokens {
  const known = new Map<string, VerifiedToken>();
  let keySet: KeySet | undefined;
  const admit = async (token: string, digest: string): Promise<Caller> => {
    const { verifyToken, remoteKeySet, localKeySet } = await import('./verify-token.ts');
    keySet ??= typeof keys === 'string' ? remoteKeySet(keys, fetch) : localKeySet(keys);
    const verified = (await verifyToken(token, { keys: keySet, issuer, audience, now: now() })) ?? invalidToken();
    if (known.size >= maxTokens) known.delete(known.keys().next().value as string);
    known.set(digest, verified);
    return verified.caller;
  };
  return {
    async verify(token) {
      const digest = hash('sha256', token, 'base64');
      const seen = known.get(digest);
      if (!seen) return admit(token, digest);
      if (seen.caller.exp * 1000 > now() && (await keySet?.publishes(seen.kid))) return seen.caller;
      known.delete(digest);
      return invalidToken();
    },
  };
}

const fetchKeys = (url: string, headers: Headers): Promise<Response> =>
  callService(url, { headers: Object.fromEntries(headers) });

/** Sets `c.var.caller` when the request carries a Bearer token; an invalid token is 401; without a token there is no caller. */
export function authenticate(tokens: Tokens): MiddlewareHandler<Env> {
  return (c, next) => {
    const credentials = header(c, 'authorization');
    if (credentials === undefined) return next();
    const token = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(credentials)?.[1] ?? invalidToken();
    return tokens.verify(token).then((caller) => {
      c.set('caller', caller);
      noteUser(caller.id);
      return next();
    });
  };
}

/** The caller; 401 when there is none. */
export const required = (c: Context<Env>): Caller =>
  c.var.caller ?? fail('unauthorized', 'Log in to do this.', { headers: { 'www-authenticate': 'Bearer' } });

const invalidToken = (): never =>
  fail('unauthorized', 'The token is not valid.', { headers: { 'www-authenticate': 'Bearer error="invalid_token"' } });
