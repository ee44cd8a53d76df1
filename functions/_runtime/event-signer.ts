import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { payloadType, preAuthenticationEncoding, type SignableEvent, verificationMaterial } from './dsse.ts';

/** The value of an event's `dssematerial` attribute: a DSSE envelope (JSON), base64. */
export type SignEvent = (event: SignableEvent) => string;

interface SigningKey {
  kid: string;
  /** Milliseconds since 1970. */
  startsAt: number;
  key: KeyObject;
}

/**
 * Signs events with the newest of a function's Ed25519 keys whose time has come.
 * @param jwks JWK Set (RFC 7517); `nbf` (seconds since 1970) says from when a key signs. Public keys in it are of no use here.
 * @throws Error when it is no such set, or has no key.
 */
export function eventSigner(jwks: string, now: () => number = Date.now): SignEvent {
  const keys = readKeys(jwks);
  return (event) => {
    const at = now();
    const { kid, key } = keys.findLast(({ startsAt }) => startsAt <= at) ?? (keys[0] as SigningKey);
    const payload = verificationMaterial(event);
    const sig = sign(null, preAuthenticationEncoding(payload), key);
    const envelope = {
      payload: payload.toString('base64'),
      payloadType,
      signatures: [{ keyid: kid, sig: sig.toString('base64') }],
    };
    return Buffer.from(JSON.stringify(envelope)).toString('base64');
  };
}

function readKeys(jwks: string): SigningKey[] {
  try {
    const { keys } = JSON.parse(jwks) as { keys: { kid: string; nbf?: number; d?: string }[] };
    const read = keys
      .filter(({ d }) => d !== undefined)
      .map((jwk) => ({
        kid: jwk.kid,
        startsAt: (jwk.nbf ?? 0) * 1000,
        key: createPrivateKey({ key: jwk, format: 'jwk' }),
      }));
    if (read.length === 0) throw new Error('it has no key');
    if (read.some(({ kid, key }) => typeof kid !== 'string' || key.asymmetricKeyType !== 'ed25519'))
      throw new Error('a key has no kid, or is not Ed25519');
    return read.sort((one, other) => one.startsAt - other.startsAt);
  } catch (cause) {
    // The parser's words may quote the key: they stay in the cause.
    throw new Error('EVENT_SIGNING_KEYS is not a JWK Set of Ed25519 private keys', { cause });
  }
}
