import { compileFilters, type Filter, type Matches } from '@dormouse/filters/filter';
import type { Broker, Delivery, Destination, Trigger } from '@dormouse/manifests/model';
import { ManifestError } from '@dormouse/manifests/yaml/origin';
import { channelDelivery, defaultDelivery, deliveryOf } from './backoff.ts';

/** A Trigger, ready to be used. */
export interface TriggerSetup {
  name: string;
  namespace: string;
  filters: readonly Filter[];
  /** The filters, compiled. */
  matches: Matches;
  subscriber: Destination;
  delivery: Delivery;
  /** What becomes of a reply: it enters the Broker again, or goes to this destination of a Subscription, if there is one. */
  replies: 'broker' | { to: Destination | undefined };
  /** An event waits until the one before it of the same key is over, retries included. */
  ordered: boolean;
}

/** How the events of a Trigger are delivered. */
export const deliveryFor = (broker: Broker | undefined, { delivery }: Trigger): Delivery =>
  deliveryOf(broker?.delivery ?? {}, delivery, broker?.channel ? channelDelivery : defaultDelivery);

/** A Trigger's compiled setup. @throws ManifestError for filters that are not understood */
export function setupOf(broker: Broker, trigger: Trigger): TriggerSetup {
  const { name, namespace, filters, subscriber, ordered = false, reply: to } = trigger;
  try {
    return {
      name,
      namespace,
      filters,
      matches: compileFilters(filters),
      subscriber,
      delivery: deliveryFor(broker, trigger),
      replies: broker.channel ? { to } : 'broker',
      ordered,
    };
  } catch (error) {
    throw new ManifestError(trigger.origin, `Trigger ${name}: ${(error as Error).message}`);
  }
}
