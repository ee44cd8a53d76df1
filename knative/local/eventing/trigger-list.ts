import type { Filter } from '@dormouse/filters/filter';
import { typesThatCanMatch } from '@dormouse/filters/types';
import type { Broker, Platform, Trigger } from '@dormouse/manifests/model';
import { withChannels } from './channels.ts';
import { addressOf } from './delivery/attempt.ts';
import { deliveryFor } from './delivery/trigger-setup.ts';

/** What the manifests say of events. */
export type Eventing = Pick<Platform, 'brokers' | 'triggers' | 'channels' | 'subscriptions' | 'eventTypes'>;

/** A Trigger, or a Subscription, as the console lists it. */
export interface ListedTrigger {
  name: string;
  namespace: string;
  /** `channel:NAME` of a Subscription. */
  broker: string;
  filters: readonly Filter[];
  /** Address as on a cluster. */
  subscriber: string;
  /** Where a Subscription sends replies. */
  reply?: string;
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

/** Every Trigger with what of the catalogue can reach it, then every Subscription. */
export function triggerList(eventing: Eventing): ListedTrigger[] {
  const { brokers, triggers } = withChannels(eventing);
  return triggers.map((trigger) => listed(trigger, brokers, eventing.eventTypes));
}

function listed(trigger: Trigger, brokers: readonly Broker[], eventTypes: Eventing['eventTypes']): ListedTrigger {
  const { name, namespace, broker, filters, subscriber, reply } = trigger;
  const types = new Set(eventTypes.filter((each) => each.namespace === namespace).map(({ type }) => type));
  return {
    name,
    namespace,
    broker,
    filters,
    subscriber: addressOf(subscriber),
    ...(reply && { reply: addressOf(reply) }),
    delivery: deliveryTo(trigger, brokers),
    types: typesThatCanMatch(filters, [...types]),
  };
}

function deliveryTo(trigger: Trigger, brokers: readonly Broker[]): ListedTrigger['delivery'] {
  const { namespace, broker, ordered } = trigger;
  const own = brokers.find((each) => each.namespace === namespace && each.name === broker);
  const { retry, backoffPolicy, backoffDelayMs, timeoutMs, retryAfterMaxMs, deadLetterSink, format } = deliveryFor(
    own,
    trigger,
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
