import type { JWK } from 'jose';
import { createLocalJWKSet } from 'jose/jwks/local';
import type { JWTVerifyGetKey } from 'jose/jwt/verify';
import type { Issuer } from './issuer.ts';

/** The issuer itself, with the keys that `published` has at the moment. It looks up sessions and roles where it needs them. */
export function localIssuer(published: () => readonly JWK[]): Issuer {
  let kids: string | undefined;
  let set: JWTVerifyGetKey;
  return {
    refresh: () => undefined,
    async find(header, token) {
      const keys = published();
      const now = JSON.stringify(keys.map(({ kid }) => kid));
      if (now !== kids) set = createLocalJWKSet({ keys: keys.map((key) => ({ ...key })) });
      kids = now;
      return set(header, token);
    },
    publishes: (wanted) => published().some(({ kid }) => kid === wanted),
    current: (caller) => caller,
  };
}
