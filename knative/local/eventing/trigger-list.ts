import type { Filter } from '@dormouse/filters/filter';
import { typesThatCanMatch } from '@dormouse/filters/types';
import type { Platform, Trigger } from '@dormouse/manifests/model';
import { addressOf } from './delivery/attempt.ts';
import { deliveryOf } from './delivery/backoff.ts';

/** What the manifests say of events. */
export type Eventing = Pick<Platform, 'brokers' | 'triggers' | 'eventTypes'>;

/** A Trigger as the console lists it. */
export interface ListedTrigger {
  name: string;
  namespace: string;
  broker: string;
  filters: readonly Filter[];
  /** Address as on a cluster. */
  subscriber: string;
  /** What holds for it: its own, else its Broker's, else the defaults. Durations in milliseconds. */
  delivery: {
    retry: number;
    backoff_policy: 'linear' | 'exponential';
    backoff_delay_ms: number;
    timeout_ms?: number;
    retry_after_max_ms?: number;
    dead_letter_sink?: string;
    format?: 'json' | 'binary';
    ordered?: true;
  };
  /** Types of the catalogue of which an event can pass the filters. */
  types: string[];
}

/** Every Trigger with what of the catalogue can reach it. */
export const triggerList = (eventing: Eventing): ListedTrigger[] =>
  eventing.triggers.map((trigger) => listed(trigger, eventing));

function listed(trigger: Trigger, { brokers, eventTypes }: Eventing): ListedTrigger {
  const { name, namespace, broker, filters, subscriber } = trigger;
  const types = new Set(eventTypes.filter((each) => each.namespace === namespace).map(({ type }) => type));
  return {
    name,
    namespace,
    broker,
    filters,
    subscriber: addressOf(subscriber),
    delivery: deliveryTo(trigger, brokers),
    types: typesThatCanMatch(filters, [...types]),
  };
}

function deliveryTo(
  { namespace, broker, delivery, ordered }: Trigger,
  brokers: Eventing['brokers'],
): ListedTrigger['delivery'] {
  const own = brokers.find((each) => each.namespace === namespace && each.name === broker);
  const { retry, backoffPolicy, backoffDelayMs, timeoutMs, retryAfterMaxMs, deadLetterSink, format } = deliveryOf(
    own?.delivery ?? {},
    delivery,
  );
  return {
    retry,
    backoff_policy: backoffPolicy,
    backoff_delay_ms: backoffDelayMs,
    ...(timeoutMs === undefined ? {} : { timeout_ms: timeoutMs }),
    ...(retryAfterMaxMs === undefined ? {} : { retry_after_max_ms: retryAfterMaxMs }),
    ...(deadLetterSink ? { dead_letter_sink: addressOf(deadLetterSink) } : {}),
    ...(format ? { format } : {}),
    ...(ordered ? { ordered } : {}),
  };
}
