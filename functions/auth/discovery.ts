import type { Env } from '@dormouse/runtime/app';
import { Hono } from 'hono';
import type { Auth } from './dependencies.ts';
import { jwksMaxAgeMs } from './keyring.ts';

const cached = `public, max-age=${jwksMaxAgeMs / 1000}`;

/** What others need to check our tokens: the public keys (RFC 7517), and the document that names them (OpenID Connect Discovery 1.0, RFC 8414). */
export function discovery({ keys, issuer }: Pick<Auth, 'keys' | 'issuer'>) {
  return new Hono<Env>()
    .get('/.well-known/jwks.json', (c) => {
      c.header('cache-control', cached);
      return c.json({ keys: keys.published() });
    })
    .get('/.well-known/openid-configuration', (c) => {
      c.header('cache-control', cached);
      return c.json({
        issuer,
        jwks_uri: `${issuer}/.well-known/jwks.json`,
        response_types_supported: [],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['EdDSA'],
        scopes_supported: ['import'],
        claims_supported: ['iss', 'aud', 'sub', 'name', 'role', 'scope', 'sid', 'jti', 'iat', 'exp'],
      });
    });
}
