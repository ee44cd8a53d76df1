import type { JWK } from 'jose';
import { createLocalJWKSet } from 'jose/jwks/local';
import { createRemoteJWKSet, customFetch, type ExportedJWKSCache, jwksCache } from 'jose/jwks/remote';
import type { JWTVerifyGetKey } from 'jose/jwt/verify';

/** The public keys that tokens are checked with. */
export interface KeySet {
  /** Finds the key of a token's header, as jose asks for it. */
  find: JWTVerifyGetKey;
  /** Whether the issuer still publishes the key: a token must not outlive its key. */
  publishes(kid: string): Promise<boolean>;
}

/** What the issuer's `Cache-Control` allows, in ms. */
const maxAgeMs = 300_000;
/** Shortest time between two reads that unknown key ids or an issuer that is away can cause, in ms. */
const cooldownMs = 10_000;

/**
 * A JWKS behind a URL, read when it is first asked for, again after five minutes, and for an unknown key id. While it
 * cannot be read again, the keys that were read before stay good.
 */
export function remoteKeySet(url: string, fetch: (url: string, headers: Headers) => Promise<Response>): KeySet {
  const cache: Partial<ExportedJWKSCache> = {};
  const set = createRemoteJWKSet(new URL(url), {
    // Age is looked at below: jose would refuse every token as soon as an old set cannot be read again.
    cacheMaxAge: Number.POSITIVE_INFINITY,
    cooldownDuration: cooldownMs,
    timeoutDuration: 30_000,
    [jwksCache]: cache as ExportedJWKSCache,
    [customFetch]: (address, { headers }) => fetch(address, headers),
  });
  let triedAt = Number.NEGATIVE_INFINITY;
  const refresh = async () => {
    if (cache.uat === undefined || Date.now() - cache.uat < maxAgeMs) return;
    if (!set.reloading && Date.now() - triedAt < cooldownMs) return;
    triedAt = Date.now();
    await set.reload().catch(() => {});
  };
  return {
    async find(header, token) {
      await refresh();
      return set(header, token);
    },
    async publishes(kid) {
      await refresh();
      return cache.jwks?.keys.some((key) => key.kid === kid) ?? false;
    },
  };
}

/** The issuer's own keys, as `published` has them at the moment. */
export function localKeySet(published: () => readonly JWK[]): KeySet {
  let kids: string | undefined;
  let set: JWTVerifyGetKey;
  return {
    async find(header, token) {
      const keys = published();
      const now = JSON.stringify(keys.map(({ kid }) => kid));
      if (now !== kids) set = createLocalJWKSet({ keys: keys.map((key) => ({ ...key })) });
      kids = now;
      return set(header, token);
    },
    publishes: async (wanted) => published().some(({ kid }) => kid === wanted),
  };
}
