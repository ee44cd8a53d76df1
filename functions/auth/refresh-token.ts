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
  /** Marks its tokens, so that one which was never issued does not count as a stolen one. */
  seal: string;
  head: string;
  spent: readonly SpentToken[];
  createdAt: number;
  expiresAt: number;
}

/** What presenting a token leads to. After `reused` and `expired` the family must be removed; after `invented` it must stay. */
export type Rotation =
  | { kind: 'rotated'; secret: string; family: Family }
  | { kind: 'repeated'; secret: string; family: Family }
  | { kind: 'reused' }
  | { kind: 'invented' }
  | { kind: 'expired' };

/** Of a secret's 32 bytes the last ones say that it was issued for its family. */
const markBytes = 8;

/** 256 random bits, base64url. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** What is stored of a secret; it has so many random bits (192 or 256) that a plain SHA-256 is enough. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

/** The token that clients hold: which family it belongs to, and the secret. */
export const refreshToken = (family: string, secret: string): string => `${family}.${secret}`;

/** The two parts of a refresh token; undefined when it cannot be one. */
export function parseRefreshToken(token: string): { family: string; secret: string } | undefined {
  const match = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([A-Za-z0-9_-]{43})$/.exec(token);
  return match ? { family: match[1] as string, secret: match[2] as string } : undefined;
}

/** A new family and the secret of its first token. */
export function startFamily(id: string, now: number): { family: Family; secret: string } {
  const seal = newSecret();
  const secret = marked(randomBytes(32), seal);
  return { secret, family: { id, seal, head: hashSecret(secret), spent: [], createdAt: now, expiresAt: now + idleMs } };
}

/**
 * Decides what a presented secret leads to: the newest token is replaced by its successor; one that was replaced less
 * than `leewayMs` ago leads to the same successor as before; any other that was issued means that somebody has a copy (RFC 9700,
 * 4.14.2). One that was not issued means nothing: ids of sessions are no secrets, and who knows one must not be able to end it.
 *
 * A successor is HMAC(salt, predecessor) with a salt that only the family's row holds: it can be computed again for a client that
 * shows the predecessor, yet neither the token alone nor the row alone leads to it. Its last bytes are those of HMAC(seal, the
 * bytes before).
 */
export function rotateToken(family: Family, secret: string, now: number, salt = newSecret()): Rotation {
  if (now >= family.expiresAt) return { kind: 'expired' };
  const recent = family.spent.filter((each) => now - each.at < leewayMs);
  if (!same(hashSecret(secret), family.head)) return repeatRotation({ ...family, spent: recent }, secret);
  const next = successor(secret, salt, family.seal);
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
    current = successor(current, spent.salt, family.seal);
    if (same(hashSecret(current), family.head)) return { kind: 'repeated', secret: current, family };
  }
  return same(secret, marked(Buffer.from(secret, 'base64url'), family.seal))
    ? { kind: 'reused' }
    : { kind: 'invented' };
}

/** 32 bytes as a secret of a family: the last of them are replaced by its mark. */
function marked(bytes: Buffer, seal: string): string {
  const random = bytes.subarray(0, -markBytes);
  const mark = createHmac('sha256', seal).update(random).digest().subarray(0, markBytes);
  return Buffer.concat([random, mark]).toString('base64url');
}

const successor = (secret: string, salt: string, seal: string): string =>
  marked(createHmac('sha256', salt).update(secret).digest(), seal);
const same = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
