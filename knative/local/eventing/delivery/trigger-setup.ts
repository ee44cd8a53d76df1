import { compileFilters, type Filter, type Matches } from '@dormouse/filters/filter';
import type { Broker, Delivery, Destination, Trigger } from '@dormouse/manifests/model';
import { ManifestError } from '@dormouse/manifests/yaml/origin';
import { deliveryOf } from './backoff.ts';

/** A Trigger, ready to be used. */
export interface TriggerSetup {
  name: string;
  namespace: string;
  filters: readonly Filter[];
  /** The filters, compiled. */
  matches: Matches;
  subscriber: Destination;
  delivery: Delivery;
  /** An event waits until the one before it of the same key is over, retries included. */
  ordered: boolean;
}

/** A Trigger's compiled setup. @throws ManifestError for filters that are not understood */
export function setupOf(broker: Broker, trigger: Trigger): TriggerSetup {
  const { name, namespace, filters, subscriber, ordered = false } = trigger;
  try {
    return {
      name,
      namespace,
      filters,
      matches: compileFilters(filters),
      subscriber,
      delivery: deliveryOf(broker.delivery, trigger.delivery),
      ordered,
    };
  } catch (error) {
    throw new ManifestError(trigger.origin, `Trigger ${name}: ${(error as Error).message}`);
  }
}
