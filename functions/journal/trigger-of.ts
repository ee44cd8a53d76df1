import { compileFilters } from '@dormouse/filters/filter';
import type { Trigger } from './kubernetes.ts';

/**
 * Which Trigger's delivery failed, by the address that a dead letter names: the subscriber's own, or that of the filter of a multi-tenant
 * Broker, which holds the Trigger's name. Where nobody answered in time, that Broker names nothing: then it may be any Trigger. Of
 * several it is the only one whose filters let the event through.
 * @returns undefined when it cannot be told
 */
export function triggerOf(
  destination: string,
  attributes: Readonly<Record<string, string>>,
  triggers: readonly Trigger[],
): string | undefined {
  const [, namespace, name] = /^https?:\/\/broker-filter\.[^/]+\/triggers\/([^/]+)\/([^/]+)/.exec(destination) ?? [];
  if (name) return triggers.find((each) => each.name === name && each.namespace === namespace)?.name ?? name;
  const address = normal(destination);
  const wanting = (each: readonly Trigger[]) => each.filter(({ filters }) => compileFilters(filters)(attributes));
  const sharing = triggers.filter(({ subscriberUri }) => address !== undefined && normal(subscriberUri) === address);
  const [only, another] = destination === '' ? wanting(triggers) : sharing.length > 1 ? wanting(sharing) : sharing;
  return another ? undefined : only?.name;
}

/** Whether an address is a Trigger's: a dead letter may claim any. */
export const isSubscriber = (address: string, triggers: readonly Trigger[]): boolean =>
  triggers.some(({ subscriberUri }) => subscriberUri !== undefined && normal(subscriberUri) === normal(address));

/** The same text for every way to write one address. */
const normal = (address: string | undefined): string | undefined =>
  address && URL.canParse(address) ? new URL(address).href : undefined;
