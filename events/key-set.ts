import { generateKeyPairSync, randomBytes } from 'node:crypto';

/** A key of a producer of events (RFC 7517, RFC 8037). Without `d` it is the public half: of a key that signs no more, or as it is published. */
export interface EventKey {
  kty: 'OKP';
  crv: 'Ed25519';
  x: string;
  d?: string;
  kid: string;
  /** The CloudEvents source that it signs for. */
  source: string;
  /** From when it signs, in seconds since 1970. */
  nbf: number;
  /** From when no event is signed with it, in seconds since 1970. */
  exp?: number;
}

/** A JWK Set, as functions read it from EVENT_SIGNING_KEYS and EVENT_KEYS. */
export interface EventKeySet {
  keys: EventKey[];
}

/** How long instances may go on signing with a replaced key, in seconds: as long as one may live that has read the old set. */
export const overlapSeconds = 7 * 86_400;

/** A set with a first key, which signs at once. @param now milliseconds since 1970 */
export const newKeySet = (source: string, now: number): EventKeySet => ({ keys: [newKey(source, now)] });

/**
 * The set with a new key that signs from `startsAt`. Replaced keys stay as public keys: what is in the archive was signed with them.
 * @param dropOthers for a stolen key: no event that was signed before is believed any more
 */
export function rotateKeySet(
  { keys }: EventKeySet,
  { source, startsAt, dropOthers = false }: { source: string; startsAt: number; dropOthers?: boolean },
): EventKeySet {
  const added = newKey(source, startsAt);
  if (dropOthers) return { keys: [added] };
  const current = keys.filter(({ d }) => d !== undefined).sort((one, other) => one.nbf - other.nbf);
  const last = current.pop();
  return {
    keys: [
      ...keys.filter(({ d }) => d === undefined),
      ...current.map(publicHalf),
      ...(last ? [{ ...last, exp: added.nbf + overlapSeconds }] : []),
      added,
    ],
  };
}

/** What every consumer may know of the producers' keys. */
export const publishedKeys = (sets: readonly EventKeySet[]): EventKeySet => ({
  keys: sets.flatMap(({ keys }) => keys.map(publicHalf)),
});

/** @throws Error naming `of` when the text is no set of ours */
export function readKeySet(text: string, of: string): EventKeySet {
  try {
    const set = JSON.parse(text) as EventKeySet;
    if (Array.isArray(set.keys) && set.keys.every(({ kid, source, x }) => kid && source && x)) return set;
  } catch {
    // The parser's words may quote a key.
  }
  throw new Error(`${of} is not a set of keys for events`);
}

const publicHalf = ({ d: _, ...key }: EventKey): EventKey => key;

function newKey(source: string, startsAt: number): EventKey {
  const { x, d } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as { x: string; d: string };
  const nbf = Math.floor(startsAt / 1000);
  const kid = `${source.replaceAll('/', '')}-${new Date(nbf * 1000).toISOString().slice(0, 10)}-${randomBytes(4).toString('hex')}`;
  return { kty: 'OKP', crv: 'Ed25519', x, d, kid, source, nbf };
}
