import { randomUUID, sign } from 'node:crypto';
import type { Role } from '@dormouse/runtime/caller';
import type { SigningKey } from './keyring.ts';

/** Life of an access token in seconds. */
export const accessTokenSeconds = 900;

/** Whom a token speaks for. */
export interface Subject {
  id: number;
  name: string;
  role: Role;
  /** Space-separated; `import` lets its bearer write in the name of others. */
  scope?: string;
  /** The log-in it came from, so that log-out can end it. */
  session?: string;
}

export interface TokenOptions {
  issuer: string;
  audience?: string;
  now?: number;
  /** Life in seconds. */
  seconds?: number;
}

/**
 * Signs an access token after RFC 9068: header `typ: at+jwt`, `alg: EdDSA`, `kid`; claims iss, aud, sub, name, role,
 * scope, sid, jti, iat, exp.
 *
 * @example const token = signAccessToken(readKeys(folder).at(-1), { id: 1, name: 'ada', role: 'admin', scope: 'import' }, { issuer });
 */
export function signAccessToken(key: SigningKey, subject: Subject, options: TokenOptions): string {
  const issued = Math.floor((options.now ?? Date.now()) / 1000);
  const claims = {
    iss: options.issuer,
    aud: options.audience ?? 'dormouse',
    sub: String(subject.id),
    name: subject.name,
    role: subject.role,
    scope: subject.scope ?? '',
    ...(subject.session && { sid: subject.session }),
    jti: randomUUID(),
    iat: issued,
    exp: issued + (options.seconds ?? accessTokenSeconds),
  };
  const signed = `${part({ alg: 'EdDSA', typ: 'at+jwt', kid: key.kid })}.${part(claims)}`;
  return `${signed}.${sign(null, Buffer.from(signed), key.privateKey).toString('base64url')}`;
}

/** The log-in a token came from. Only for tokens that have been verified: nothing is checked here. */
export function sessionOf(verified: string): string | undefined {
  const { sid } = JSON.parse(Buffer.from(verified.split('.')[1] as string, 'base64url').toString('utf8'));
  return typeof sid === 'string' ? sid : undefined;
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
