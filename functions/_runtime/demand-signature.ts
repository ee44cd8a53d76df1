import type { EventContract } from '@dormouse/events/contract';
import { metrics } from '@dormouse/signals/metrics';
import type { Context } from 'hono';
import type { SignableEvent } from './dsse.ts';
import { fail } from './errors.ts';
import type { EventVerifier, SignatureFault } from './event-verifier.ts';
import { measure } from './measure.ts';
import type { Served } from './request.ts';

/** What serve.ts gives every request besides the message itself. */
export type ServedEvents = Served & { eventVerifier?: () => EventVerifier };

export interface DeliveredEvent extends SignableEvent {
  extensions: Readonly<Record<string, string>>;
}

/** The producer that signed an event, and the extension attributes that it signed. */
export interface Signed {
  /** The producer's CloudEvents source; undefined for an event that needs no signature. */
  by: string | undefined;
  extensions: Readonly<Record<string, string>>;
}

/**
 * Refuses an event of a contract that its producer has not signed: 403, and 503 while the key is not known, which it may be soon.
 * @param contract undefined for a type that is in no contract: then only what claims to come from one of our sources must be signed.
 */
export function demandSignature(
  c: Context,
  event: DeliveredEvent,
  contract: Pick<EventContract, 'source' | 'unsigned'> | undefined,
): Signed {
  const served = c.env as ServedEvents | undefined;
  // An app that a test asks directly has no runtime around it, hence no keys.
  const verifier = served?.incoming && (served.eventVerifier ?? noVerifier)();
  if (!verifier || contract?.unsigned || (!contract && !verifier.isSigned(event.source)))
    return { by: undefined, extensions: event.extensions };
  const verdict = verifier.verify(event, event.extensions);
  if (!('fault' in verdict))
    return contract && contract.source !== verdict.source
      ? refuse('wrong_producer')
      : { by: verdict.source, extensions: verdict.extensions };
  return verdict.fault === 'missing' && verifier.takesUnsigned
    ? { by: undefined, extensions: event.extensions }
    : refuse(verdict.fault);
}

const messages: Record<Exclude<SignatureFault, 'unknown_key'>, string> = {
  missing: 'The event is not signed.',
  malformed: 'The signature of the event cannot be read.',
  wrong_producer: 'The event is signed by a producer that may not write it.',
  wrong_time: 'The key of the signature does not hold for the time of the event.',
  invalid: 'The signature does not fit the event.',
};

function refuse(fault: SignatureFault): never {
  measure(metrics.eventsRefused, 1, { 'dormouse.reason': fault });
  return fault === 'unknown_key'
    ? fail('unavailable', 'The key of the signature is not known here.', { headers: { 'retry-after': '10' } })
    : fail('forbidden', messages[fault]);
}

function noVerifier(): never {
  throw new TypeError('this function takes events and was served without a verifier');
}
