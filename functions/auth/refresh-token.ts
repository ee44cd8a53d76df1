import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** How long the token just replaced still leads to its successor, so that two tabs may refresh at the same time. */
export const leewayMs = 10_000;
/** A session ends after 30 days without a refresh, and at the latest 90 days after its login. */
export const idleMs = 30 * 86_400_000;
export const maxLifetimeMs = 90 * 86_400_000;

/** A token that was replaced: its hash, the salt that its successor was made with, and when (epoch ms). */
export interface SpentToken {
  hash: string;
  salt: string;
  at: number;
}

/** A session as it is stored: of its tokens only hashes. */
export interface Family {
  id: string;
  head: string;
  spent: readonly SpentToken[];
  createdAt: number;
  expiresAt: number;
}

/** What presenting a token leads to. After `reused` and `expired` the family must be removed. */
export type Rotation =
  | { kind: 'rotated'; secret: string; family: Family }
  | { kind: 'repeated'; secret: string; family: Family }
  | { kind: 'reused' }
  | { kind: 'expired' };

/** 256 random bits, base64url. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** What is stored of a secret; it has 256 random bits, so that a plain SHA-256 is enough. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

/** The token that clients hold: which family it belongs to, and the secret. */
export const refreshToken = (family: string, secret: string): string => `${family}.${secret}`;

/** The two parts of a refresh token; undefined when it cannot be one. */
export function parseRefreshToken(token: string): { family: string; secret: string } | undefined {
  const match = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([A-Za-z0-9_-]{43})$/.exec(token);
  return match ? { family: match[1] as string, secret: match[2] as string } : undefined;
}

/** A new family and the secret of its first token. */
export function startFamily(id: string, now: number, secret = newSecret()): { family: Family; secret: string } {
  return { secret, family: { id, head: hashSecret(secret), spent: [], createdAt: now, expiresAt: now + idleMs } };
}

/**
 * Decides what a presented secret leads to: the newest token is replaced by its successor; one that was replaced less
 * than `leewayMs` ago leads to the same successor as before; any other means that somebody has a copy (RFC 9700, 4.14.2).
 *
 * A successor is HMAC(salt, predecessor) with a salt that only the family's row holds: it can be computed again for a client that
 * shows the predecessor, yet neither the token alone nor the row alone leads to it.
 */
export function rotateToken(family: Family, secret: string, now: number, salt = newSecret()): Rotation {
  if (now >= family.expiresAt) return { kind: 'expired' };
  const recent = family.spent.filter((each) => now - each.at < leewayMs);
  if (!same(hashSecret(secret), family.head)) return repeatRotation({ ...family, spent: recent }, secret);
  const next = successor(secret, salt);
  const spent = [...recent.slice(-7), { hash: family.head, salt, at: now }];
  const expiresAt = Math.min(now + idleMs, family.createdAt + maxLifetimeMs);
  return { kind: 'rotated', secret: next, family: { ...family, head: hashSecret(next), spent, expiresAt } };
}

/** Whether a secret is the session's own: its newest, or one that was replaced just now. */
export const holdsSession = (family: Family, secret: string, now: number): boolean =>
  ['rotated', 'repeated'].includes(rotateToken(family, secret, now).kind);

function repeatRotation(family: Family, secret: string): Rotation {
  let current = secret;
  for (let step = 0; step < family.spent.length; step++) {
    const spent = family.spent.find((each) => same(each.hash, hashSecret(current)));
    if (!spent) break;
    current = successor(current, spent.salt);
    if (same(hashSecret(current), family.head)) return { kind: 'repeated', secret: current, family };
  }
  return { kind: 'reused' };
}

const successor = (secret: string, salt: string): string =>
  createHmac('sha256', salt).update(secret).digest('base64url');
const same = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
