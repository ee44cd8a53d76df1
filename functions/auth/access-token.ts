import { randomUUID } from 'node:crypto';
import type { Role } from '@dormouse/runtime/caller';
import { accessTokenSeconds } from '@dormouse/runtime/token-life';
import type { SigningKey } from './keyring.ts';

/** Whom a token speaks for. */
export interface Subject {
  id: number;
  name: string;
  role: Role;
  /** Space-separated; `import` lets its bearer write in the name of others. */
  scope?: string;
  /** The log-in it came from, so that log-out can end it; or the personal access token. */
  session?: string;
  /** It may do what its scopes say, and nothing else. */
  limited?: true;
}

export interface TokenOptions {
  issuer: string;
  audience?: string;
  now?: number;
  /** Life in seconds; verifiers accept at most `accessTokenSeconds` with a session, `programTokenSeconds` without one. */
  seconds?: number;
}

/**
 * Signs an access token after RFC 9068: header `typ: at+jwt`, `alg: EdDSA`, `kid`; claims iss, aud, sub, name, role,
 * scope, sid, limited, jti, iat, exp. A limited one has `typ: pat+jwt`, which verifiers that know no limits refuse.
 *
 * @example const token = await signAccessToken(readKeys(folder).at(-1), { id: 1, name: 'ada', role: 'admin', scope: 'import' }, { issuer });
 */
export async function signAccessToken(key: SigningKey, subject: Subject, options: TokenOptions): Promise<string> {
  // Only who logs in needs it: the function starts without.
  const { SignJWT } = await import('jose/jwt/sign');
  const issued = Math.floor((options.now ?? Date.now()) / 1000);
  const claims = {
    name: subject.name,
    role: subject.role,
    scope: subject.scope ?? '',
    ...(subject.session && { sid: subject.session }),
    ...(subject.limited && { limited: true }),
  };
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'EdDSA', typ: subject.limited ? 'pat+jwt' : 'at+jwt', kid: key.kid })
    .setIssuer(options.issuer)
    .setAudience(options.audience ?? 'dormouse')
    .setSubject(String(subject.id))
    .setJti(randomUUID())
    .setIssuedAt(issued)
    .setExpirationTime(issued + (options.seconds ?? accessTokenSeconds))
    .sign(key.privateKey);
}
