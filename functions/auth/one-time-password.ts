import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { hashSecret } from './refresh-token.ts';

/** Seconds of a code (RFC 6238). */
const period = 30;

/** A new secret of 160 random bits, base32. */
export const newTotpSecret = (): string => new Secret({ size: 20 }).base32;

/** What authenticator apps read, as a link or a picture of it. */
export const totpUri = (secret: string, account: { username: string; blog: string }): string =>
  totp(secret, account.username, account.blog).toString();

/**
 * The step of a code, half minutes since 1970; undefined when it is none of this secret now. The code before and the one after are good, too:
 * clocks differ, and people type.
 */
export function stepOf(secret: string, code: string, nowMs: number): number | undefined {
  const delta = totp(secret).validate({ token: code, timestamp: nowMs, window: 1 });
  return delta === null ? undefined : Math.floor(nowMs / 1000 / period) + delta;
}

// SHA-1 and six digits: many apps ignore what a link says instead (RFC 6238 allows others).
const totp = (secret: string, label = '', issuer = '') =>
  new TOTP({ issuer, label, secret: Secret.fromBase32(secret), algorithm: 'SHA1', digits: 6, period });

/** Without what is read wrongly: 0 and o, 1, i and l, u and v. */
const letters = '23456789abcdefghjkmnpqrstwxyz';
const groups = 4;

/** Ten new recovery codes of 16 letters (77 bits) each, in groups of four. */
export const newRecoveryCodes = (): string[] => Array.from({ length: 10 }, newRecoveryCode);

function newRecoveryCode(): string {
  const picked: string[] = [];
  while (picked.length < groups * 4)
    // Bytes from which every letter is as likely as any other.
    for (const byte of randomBytes(32))
      if (byte < letters.length * 8 && picked.length < groups * 4)
        picked.push(letters[byte % letters.length] as string);
  return picked.join('').replaceAll(/.{4}(?=.)/g, '$&-');
}

/** What is stored of a recovery code, however it was typed. */
export const recoveryHash = (code: string): string => hashSecret(code.toLowerCase().replaceAll(/[^a-z0-9]/g, ''));
