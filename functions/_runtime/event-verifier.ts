import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import * as v from 'valibot';
import {
  payloadType,
  preAuthenticationEncoding,
  type SignableEvent,
  signatureAttribute,
  signedExtensionsAttribute,
  verificationMaterial,
} from './dsse.ts';

/** What is wrong with a signature; `unknown_key` may be right once the keys are read anew. */
export type SignatureFault = 'missing' | 'malformed' | 'unknown_key' | 'wrong_producer' | 'wrong_time' | 'invalid';

/** The producer's source and key, and the extension attributes that it signed; or what is wrong. */
export type Verdict =
  | { source: string; kid: string; extensions: Readonly<Record<string, string>> }
  | { fault: SignatureFault };

export interface EventVerifier {
  /** @param extensions all extension attributes of the event */
  verify(event: SignableEvent, extensions: Readonly<Record<string, string>>): Verdict;
  /** Whether a producer with keys writes events of this source. */
  isSigned(source: string): boolean;
  /** Whether unsigned events are taken for a while, as of a release before there were signatures. */
  readonly takesUnsigned: boolean;
}

interface PublishedKey {
  key: KeyObject;
  source: string;
  /** Milliseconds since 1970. */
  startsAt: number;
  endsAt: number;
}

const envelopeSchema = v.object({
  payload: v.string(),
  payloadType: v.literal(payloadType),
  signatures: v.pipe(v.array(v.object({ keyid: v.string(), sig: v.string() })), v.minLength(1), v.maxLength(8)),
});

/** How far clocks may be apart, in milliseconds. */
const clockSkewMs = 60_000;

/**
 * Verifies events by the published keys of their producers (CloudEvents, extensions/verifiability.md, "Verification").
 *
 * @param jwks JWK Set (RFC 7517) of Ed25519 public keys; `source` is the only CloudEvents source that a key may sign for,
 * `nbf` and `exp` (seconds since 1970) bound the `time` of its events.
 * @throws Error when it is no such set.
 */
export function eventVerifier(jwks: string, { takesUnsigned = false } = {}): EventVerifier {
  const keys = readKeys(jwks);
  const sources = new Set([...keys.values()].map(({ source }) => source));
  return {
    takesUnsigned,
    isSigned: (source) => sources.has(source),
    verify(event, extensions) {
      const material = extensions[signatureAttribute];
      if (!material) return { fault: 'missing' };
      const envelope = readEnvelope(material);
      const signed = signedExtensions(extensions);
      if (!envelope || !signed) return { fault: 'malformed' };
      const signature = envelope.signatures.find(({ keyid }) => keys.has(keyid));
      if (!signature) return { fault: 'unknown_key' };
      const { key, source, startsAt, endsAt } = keys.get(signature.keyid) as PublishedKey;
      if (source !== event.source) return { fault: 'wrong_producer' };
      const time = Date.parse(event.time ?? '');
      if (!(time >= startsAt - clockSkewMs && time <= endsAt + clockSkewMs)) return { fault: 'wrong_time' };
      const payload = verificationMaterial(event, signed);
      return payload.equals(Buffer.from(envelope.payload, 'base64')) &&
        verify(null, preAuthenticationEncoding(payload), key, Buffer.from(signature.sig, 'base64'))
        ? { source, kid: signature.keyid, extensions: Object.fromEntries(signed) }
        : { fault: 'invalid' };
    },
  };
}

function readEnvelope(material: string): v.InferOutput<typeof envelopeSchema> | undefined {
  if (material.length > 4096) return undefined;
  try {
    const parsed = v.safeParse(envelopeSchema, JSON.parse(Buffer.from(material, 'base64').toString('utf8')));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

const core = ['id', 'source', 'specversion', 'type', 'datacontenttype', 'dataschema', 'subject', 'time', 'data'];
const unsignable = new Set([...core, signatureAttribute, signedExtensionsAttribute]);

/** Names and values of the extensions that the event says are signed, in that order; undefined when the list breaks the rules. */
function signedExtensions(extensions: Readonly<Record<string, string>>): [string, string][] | undefined {
  const list = extensions[signedExtensionsAttribute];
  if (!list) return [];
  const names = list.split(',');
  const allowed = new Set(names).size === names.length && names.every((name) => !unsignable.has(name));
  return allowed && names.every((name) => Object.hasOwn(extensions, name))
    ? names.map((name) => [name, extensions[name] as string])
    : undefined;
}

function readKeys(jwks: string): Map<string, PublishedKey> {
  try {
    const { keys } = JSON.parse(jwks) as { keys: { kid: string; source: string; nbf?: number; exp?: number }[] };
    return new Map(
      keys.map((jwk) => {
        const { kid, source, nbf = 0, exp = Number.POSITIVE_INFINITY } = jwk;
        const key = createPublicKey({ key: jwk, format: 'jwk' });
        if (typeof kid !== 'string' || typeof source !== 'string' || key.asymmetricKeyType !== 'ed25519')
          throw new Error('a key has no kid or source, or is not Ed25519');
        return [kid, { key, source, startsAt: nbf * 1000, endsAt: exp * 1000 }];
      }),
    );
  } catch (cause) {
    throw new Error('EVENT_KEYS is not a JWK Set of Ed25519 public keys', { cause });
  }
}
