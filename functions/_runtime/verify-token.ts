import { JOSEError, JOSENotSupported, JWKSNoMatchingKey } from 'jose/errors';
import { jwtVerify } from 'jose/jwt/verify';
import { type Caller, type Role, roles } from './caller.ts';
import { AppError } from './errors.ts';
import type { Issuer } from './issuer.ts';
import { accessTokenSeconds, programTokenSeconds } from './token-life.ts';
import { tokenScopes } from './token-scopes.ts';

export { localIssuer } from './local-issuer.ts';
export { remoteIssuer } from './remote-issuer.ts';

/** How far the clocks of two machines may be apart, in seconds. */
const clockSkewSeconds = 60;

export interface VerifyOptions {
  issuedBy: Issuer;
  issuer: string;
  audience: string;
  /** Milliseconds since 1970. */
  now: number;
}

/** A token that is valid now: whom it speaks for, and the key that signed it. */
export interface VerifiedToken {
  caller: Caller;
  kid: string;
}

/**
 * Verifies a signed access token after RFC 9068. Apart from jose, which it loads: only requests with a token need that.
 * @returns undefined for a token that is not valid.
 * @throws AppError unavailable when the keys cannot be read.
 */
export async function verifyToken(token: string, options: VerifyOptions): Promise<VerifiedToken | undefined> {
  if (token.length > 4096 || !isCanonical(token)) return undefined;
  const { issuedBy, issuer, audience, now } = options;
  try {
    const { payload, protectedHeader } = await jwtVerify(token, (header, jws) => findKey(issuedBy, header, jws), {
      algorithms: ['EdDSA', 'ES256'],
      issuer,
      audience,
      requiredClaims: ['exp', 'sub', 'jti'],
      currentDate: new Date(now),
    });
    const isRefused = !hasItsType(protectedHeader.typ, payload) || livesTooLong(payload, now);
    const caller = isRefused ? undefined : callerOf(payload, token);
    return caller && { caller, kid: protectedHeader.kid as string };
  } catch (error) {
    if (error instanceof JOSEError) return undefined;
    throw error;
  }
}

/**
 * A limited token has a type of its own, whatever its claim's value: a release that knows no limits refuses it, and would take it for a
 * full one otherwise.
 */
function hasItsType(typ: string | undefined, { limited }: Record<string, unknown>): boolean {
  return typ === (limited === undefined ? 'at+jwt' : 'pat+jwt');
}

/** Whether a token ends later than any that the issuer gives: then somebody else had the key. */
function livesTooLong({ exp, sid }: { exp?: number; sid?: unknown }, now: number): boolean {
  const seconds = sid === undefined ? programTokenSeconds : accessTokenSeconds;
  return (exp as number) > now / 1000 + seconds + clockSkewSeconds;
}

/** A second spelling of the same signature would be a second key in the cache of verified tokens. */
function isCanonical(token: string): boolean {
  const signature = token.slice(token.lastIndexOf('.') + 1);
  return Buffer.from(signature, 'base64url').toString('base64url') === signature;
}

/** jose takes the only key of the algorithm when a token names none; what goes wrong with the keys is not the token's fault. */
async function findKey(issuedBy: Issuer, ...[header, jws]: Parameters<Issuer['find']>) {
  const { kid } = header;
  if (typeof kid !== 'string' || kid.length > 200) throw new JWKSNoMatchingKey();
  try {
    return await issuedBy.find(header, jws);
  } catch (cause) {
    if (cause instanceof JWKSNoMatchingKey || cause instanceof JOSENotSupported) throw cause;
    throw new AppError('unavailable', 'The keys to check your token cannot be read now.', {
      cause,
      headers: { 'retry-after': '1' },
    });
  }
}

/** Of a personal access token only those that one can have: none that gives a log-in more. */
function scopesOf(scope: string | undefined, limited: boolean): readonly string[] {
  const all = scope?.split(' ').filter(Boolean) ?? [];
  return limited ? tokenScopes.filter((known) => all.includes(known)) : all;
}

function callerOf(claims: Record<string, unknown>, token: string): Caller | undefined {
  const { sub, name, role, scope, sid, limited, jti, exp } = claims;
  if (typeof sub !== 'string' || !/^[1-9][0-9]{0,15}$/.test(sub)) return undefined;
  if (typeof name !== 'string' || typeof jti !== 'string' || !roles.includes(role as Role)) return undefined;
  if (scope !== undefined && typeof scope !== 'string') return undefined;
  return {
    id: Number(sub),
    name,
    role: role as Role,
    scopes: scopesOf(scope, limited !== undefined),
    jti,
    exp: exp as number,
    token,
    ...(typeof sid === 'string' && { session: sid }),
    // Whatever its value: what is read wrongly must not be allowed more.
    ...(limited !== undefined && { limited: true }),
  };
}
