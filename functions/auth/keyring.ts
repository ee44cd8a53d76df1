import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** How long others may keep a JWKS (its max-age), in ms; our own functions keep it for seconds. */
export const jwksMaxAgeMs = 300_000;
/** How long a replaced key stays published: twice the life of an access token, and what a JWKS may be cached. */
export const overlapMs = 2 * 900_000 + jwksMaxAgeMs;

/** The public half, as it is published (RFC 7517, RFC 8037). */
export interface PublicJwk {
  kty: 'OKP';
  crv: 'Ed25519';
  x: string;
  kid: string;
  alg: 'EdDSA';
  use: 'sig';
}

/** One Ed25519 key. Its kid begins with the moment from which it signs. */
export interface SigningKey {
  kid: string;
  startsAt: number;
  privateKey: KeyObject;
  publicJwk: PublicJwk;
}

/** The keys of a folder, read again when it changes. */
export interface Keyring {
  /** The newest key whose time has come. */
  signingKey(): SigningKey;
  /** What `/.well-known/jwks.json` shows: all but those replaced for longer than `overlapMs`. */
  published(): PublicJwk[];
}

const suffix = '.private.jwk';

/**
 * Opens a folder of `<kid>.private.jwk` files (a mounted Secret, or what `keys.ts init` made). The folder is looked at
 * again when a key is wanted and the last look is `recheckMs` old.
 *
 * @throws Error at once when the folder holds no key or a broken one. If that happens later, the keys read before stay
 * in use and `onError` is called.
 */
export function openKeyring(
  folder: string,
  options: { now?: () => number; recheckMs?: number; onError?: (error: unknown) => void } = {},
): Keyring {
  const { now = Date.now, recheckMs = 500, onError = () => {} } = options;
  let changed = folderStamp(folder);
  let keys = readKeys(folder);
  let lookedAt = now();

  const current = (): readonly SigningKey[] => {
    if (now() - lookedAt < recheckMs) return keys;
    lookedAt = now();
    try {
      const stamp = folderStamp(folder);
      if (stamp !== changed) keys = readKeys(folder);
      changed = stamp;
    } catch (error) {
      onError(error);
    }
    return keys;
  };

  return {
    signingKey: () => {
      const all = current();
      return all.findLast((key) => key.startsAt <= now()) ?? (all[0] as SigningKey);
    },
    published: () => withoutRetired(current(), now()).map((key) => key.publicJwk),
  };
}

/**
 * All keys of a folder, oldest first.
 * @throws Error naming the folder when it has none, the file when it is not an Ed25519 private key of that kid.
 */
export function readKeys(folder: string): SigningKey[] {
  const files = readdirSync(folder).filter((file) => file.endsWith(suffix));
  if (files.length === 0) throw new Error(`no signing key in ${folder}: make one with functions/auth/keys.ts init`);
  return files.sort().map((file) => readKey(join(folder, file), file.slice(0, -suffix.length)));
}

/** The keys that tokens may still be checked with: a key retires `overlapMs` after its successor began to sign. */
export function withoutRetired(keys: readonly SigningKey[], now: number): SigningKey[] {
  return keys.filter((_, index) => (keys[index + 1]?.startsAt ?? Infinity) + overlapMs > now);
}

/** The moment a kid names (`20251123T230200Z-1a2b3c4d`), epoch ms; undefined when it is not a kid of ours. */
export function kidTime(kid: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-[0-9a-f]{8}$/.exec(kid);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? undefined : time;
}

function readKey(path: string, kid: string): SigningKey {
  const startsAt = kidTime(kid);
  if (startsAt === undefined) throw new Error(`${path}: the name must be TIME-RANDOM${suffix}`);
  try {
    const jwk = JSON.parse(readFileSync(path, 'utf8'));
    if (jwk.kty !== 'OKP' || jwk.crv !== 'Ed25519' || jwk.kid !== kid)
      throw new Error('kty, crv or kid is not what it must be');
    const privateKey = createPrivateKey({ key: jwk, format: 'jwk' });
    // Taken from the key itself and member by member: nothing else that a file may hold can be published.
    const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
    return {
      kid,
      startsAt,
      privateKey,
      publicJwk: { kty: 'OKP', crv: 'Ed25519', x: x as string, kid, alg: 'EdDSA', use: 'sig' },
    };
  } catch (cause) {
    // The parser's words may quote the file: they stay in the cause.
    throw new Error(`${path} is not an Ed25519 private key as a JWK`, { cause });
  }
}

/** Changes with every file added, replaced or removed; on Kubernetes also when a Secret's `..data` link is turned. */
const folderStamp = (folder: string): number => statSync(folder).mtimeMs;
