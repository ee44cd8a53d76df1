import { cameFromOutside } from '@dormouse/runtime/address';
import type { ResponseOf } from '@dormouse/runtime/api';
import type { Env } from '@dormouse/runtime/app';
import { tokenScopes } from '@dormouse/runtime/token-scopes';
import { Hono } from 'hono';
import { api } from './api.ts';
import type { Auth } from './dependencies.ts';
import { jwksMaxAgeMs } from './keyring.ts';

const cached = `public, max-age=${jwksMaxAgeMs / 1000}`;

/**
 * What others need to check our tokens: the public keys (RFC 7517), and the document that names them (OpenID Connect Discovery 1.0, RFC 8414).
 * Our own functions, which ask from inside, also hear what ended before its access tokens do.
 */
export function discovery({ keys, issuer, store, log }: Pick<Auth, 'keys' | 'issuer' | 'store' | 'log'>) {
  const untold = (error: unknown) => void log.warn({ error }, 'it cannot be told which sessions have ended');
  return new Hono<Env>()
    .get(api.keys.path, async (c) => {
      const inside = !cameFromOutside(c);
      // Without its database auth still says which keys are good.
      const revoked = inside ? await store.revocations().catch(untold) : undefined;
      c.header('cache-control', inside ? 'no-store' : cached);
      return c.json({ keys: keys.published(), ...(revoked && { revoked }) } satisfies ResponseOf<typeof api.keys, 200>);
    })
    .get(api.configuration.path, (c) => {
      c.header('cache-control', cached);
      return c.json({
        issuer,
        jwks_uri: `${issuer}/.well-known/jwks.json`,
        response_types_supported: [],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['EdDSA'],
        scopes_supported: ['import', ...tokenScopes],
        claims_supported: ['iss', 'aud', 'sub', 'name', 'role', 'scope', 'sid', 'limited', 'jti', 'iat', 'exp'],
      } satisfies ResponseOf<typeof api.configuration, 200>);
    });
}
