import { catalogue } from '@dormouse/events/catalogue';
import { type EventKeySet, newKeySet, publishedKeys } from '@dormouse/events/key-set';
import type { SignableEvent } from '@dormouse/runtime/dsse';
import { eventSigner } from '@dormouse/runtime/event-signer';

const sets = new Map<string, EventKeySet>();

const keysOf = (source: string): EventKeySet => {
  const made = sets.get(source) ?? newKeySet(source, 0);
  sets.set(source, made);
  return made;
};

/** EVENT_SIGNING_KEYS of a CloudEvents source in this process. */
export const signingKeysOf = (source: string): string => JSON.stringify(keysOf(source));

/** EVENT_KEYS: of the catalogue's producers, and of those that were asked for so far. */
export function publishedEventKeys(): string {
  for (const { source } of catalogue) keysOf(source);
  return JSON.stringify(publishedKeys([...sets.values()]));
}

/** The event, as it is in structured mode, with the signature of its source. */
export function signed<E extends Omit<SignableEvent, 'data'> & { data?: unknown }>(
  event: E,
  keys: string = signingKeysOf(event.source),
): E & { dssematerial: string } {
  const whole = { datacontenttype: 'application/json', ...event };
  return { ...whole, dssematerial: eventSigner(keys)({ ...whole, data: JSON.stringify(event.data) }) };
}
