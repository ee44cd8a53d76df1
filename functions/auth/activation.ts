import { jwksMaxAgeMs } from './keyring.ts';

/** How long a new key waits before it signs: a minute more than a JWKS may be cached, so that everybody has seen it. */
export const activateAfterSeconds = jwksMaxAgeMs / 1000 + 60;
