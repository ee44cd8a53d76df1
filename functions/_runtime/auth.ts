import { hash } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import type { JWK } from 'jose';
import { clientAddress } from './address.ts';
import type { Api } from './api.ts';
import type { Env } from './app.ts';
import type { Caller } from './caller.ts';
import { callService } from './client.ts';
import { demandScope } from './demand-scope.ts';
import { fail } from './errors.ts';
import type { Issuer } from './issuer.ts';
import { type Exchange, exchangeAt, exchangingOnce, isPersonal } from './personal-token.ts';
import { header } from './request.ts';
import { noteUser } from './trace.ts';
import type { VerifiedToken } from './verify-token.ts';

export interface Tokens {
  /**
   * @param address of the client, by which unknown personal access tokens are counted
   * @throws AppError unauthorized for a token that is not valid now; unavailable when the keys cannot be read; too_many_requests for the many
   * personal access tokens that a network invents
   */
  verify(token: string, address?: string): Promise<Caller>;
}

export interface TokensOptions {
  /** Where the issuer publishes its keys; the issuer itself has them at hand. */
  keys: string | (() => readonly JWK[]);
  issuer: string;
  audience: string;
  fetch?: (url: string, timeoutMs: number) => Promise<Response>;
  /** Without one the issuer behind the URL of its keys is asked; the issuer itself has its own. */
  exchange?: Exchange;
  /** Milliseconds since 1970. */
  now?: () => number;
}

const maxTokens = 2000;

/**
 * Verifies access tokens against a JWKS. A token that was verified is remembered by its hash (at most 2,000 of them), because a
 * signature costs several times the rest of a request; it is good until it expires, its key is published no more, or its session
 * ends. jose is loaded by the first token. A personal access token is exchanged for an access token, which is remembered in its place.
 */
export function tokens(options: TokensOptions): Tokens {
  const { keys, issuer, audience, fetch = fetchKeys, now = Date.now } = options;
  const exchange = exchangingOnce(options.exchange ?? (typeof keys === 'string' ? exchangeAt(keys) : noExchange), now);
  const known = new Map<string, VerifiedToken>();
  let issuedBy: Issuer | undefined;
  const admit = async (token: string, digest: string, address?: string): Promise<VerifiedToken> => {
    const { verifyToken, remoteIssuer, localIssuer } = await import('./verify-token.ts');
    issuedBy ??= typeof keys === 'string' ? remoteIssuer({ url: keys, fetch, now }) : localIssuer(keys);
    const signed = isPersonal(token) ? ((await exchange(token, digest, address)) ?? invalidToken()) : token;
    const verified = (await verifyToken(signed, { issuedBy, issuer, audience, now: now() })) ?? invalidToken();
    if (known.size >= maxTokens) known.delete(known.keys().next().value as string);
    known.set(digest, verified);
    return verified;
  };
  const stillGood = async ({ caller, kid }: VerifiedToken): Promise<Caller | undefined> => {
    const from = issuedBy as Issuer;
    const reading = from.refresh();
    if (reading) await reading.catch(keysUnavailable);
    return caller.exp * 1000 > now() && from.publishes(kid) ? from.current(caller) : undefined;
  };
  return {
    async verify(token, address) {
      const digest = hash('sha256', token, 'base64');
      const held = known.get(digest);
      const before = held && (await stillGood(held));
      if (before) return before;
      known.delete(digest);
      // A personal access token lives longer than what it was exchanged for.
      if (held && !isPersonal(token)) return invalidToken();
      const current = await stillGood(await admit(token, digest, address));
      if (current) return current;
      known.delete(digest);
      return invalidToken();
    },
  };
}

const fetchKeys = (url: string, timeoutMs: number): Promise<Response> => callService(url, { timeoutMs });
const noExchange: Exchange = async () => undefined;

/**
 * Sets `c.var.caller` when the request carries a Bearer token; an invalid token is 401; without a token there is no caller.
 * @param api routes that personal access tokens may call, as far as they name a scope; all others refuse these
 */
export function authenticate(tokens: Tokens, api: Api = {}): MiddlewareHandler<Env> {
  return (c, next) => {
    const credentials = header(c, 'authorization');
    if (credentials === undefined) return next();
    const token = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(credentials)?.[1] ?? invalidToken();
    return tokens.verify(token, clientAddress(c)).then((caller) => {
      c.set('caller', caller.limited ? demandScope(c, caller, api) : caller);
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

const keysUnavailable = (cause: unknown): never =>
  fail('unavailable', 'The keys to check your token cannot be read now.', { cause, headers: { 'retry-after': '1' } });
