import { compileFilters } from '@dormouse/filters/filter';
import type { Trigger } from './kubernetes.ts';

/**
 * Which Trigger's delivery failed, by the address that a dead letter names: the subscriber's own, or (where the multi-tenant Broker's
 * filter did not answer in its words) that of the filter, which holds the Trigger's name. Of several that share a subscriber it is
 * the only one whose filters let the event through.
 * @returns undefined when it cannot be told
 */
export function triggerOf(destination: string, attributes: Readonly<Record<string, string>>, triggers: readonly Trigger[]): string | undefined {
  const [, namespace, name] = /^https?:\/\/broker-filter\.[^/]+\/triggers\/([^/]+)\/([^/]+)/.exec(destination) ?? [];
  if (name) return triggers.find((each) => each.name === name && each.namespace === namespace)?.name ?? name;
  const address = normal(destination);
  const sharing = triggers.filter(({ subscriberUri }) => address !== undefined && normal(subscriberUri) === address);
  const [only, another] = sharing.length > 1 ? sharing.filter(({ filters }) => compileFilters(filters)(attributes)) : sharing;
  return another ? undefined : only?.name;
}

/** Whether an address is a Trigger's: a dead letter may claim any. */
export const isSubscriber = (address: string, triggers: readonly Trigger[]): boolean =>
  triggers.some(({ subscriberUri }) => subscriberUri !== undefined && normal(subscriberUri) === normal(address));

/** The same text for every way to write one address. */
const normal = (address: string | undefined): string | undefined => (address && URL.canParse(address) ? new URL(address).href : undefined);
