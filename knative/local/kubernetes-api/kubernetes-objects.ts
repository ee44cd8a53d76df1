import { addressOf } from '@dormouse/manifests/address-of';
import type { Broker, Filter, JobSink, Trigger } from '@dormouse/manifests/model';
import {
  type BuiltObject,
  conditionsOf,
  deliveryField,
  eventing,
  exists,
  hasBroker,
  reference,
  type Shown,
  sinks,
} from './object-parts.ts';

/** A Trigger with the address its events go to. */
export function triggerObject(trigger: Trigger, platform: Shown, createdAt: Date): BuiltObject {
  const { name, namespace, broker, filters, subscriber, delivery } = trigger;
  const sink =
    delivery.deadLetterSink ??
    platform.brokers.find((each) => each.name === broker && each.namespace === namespace)?.delivery.deadLetterSink;
  return {
    apiVersion: eventing,
    kind: 'Trigger',
    metadata: {
      name,
      namespace,
      creationTimestamp: createdAt.toISOString(),
      ...(trigger.inbox && { annotations: { 'dormouse.dev/inbox': trigger.inbox } }),
    },
    spec: { broker, ...filterFields(filters), subscriber: reference(subscriber), ...deliveryField(delivery) },
    status: {
      subscriberUri: addressOf(subscriber),
      ...(sink && { deadLetterSinkUri: addressOf(sink) }),
      conditions: conditionsOf({
        BrokerReady: hasBroker(platform, { name: broker, namespace }) || `broker ${broker} does not exist`,
        SubscriberResolved: exists(subscriber, platform) || `${addressOf(subscriber)} does not exist`,
      }),
    },
  };
}

/** A Broker with its address. */
export const brokerObject = ({ name, namespace, delivery }: Broker): BuiltObject => ({
  apiVersion: eventing,
  kind: 'Broker',
  metadata: { name, namespace },
  spec: deliveryField(delivery),
  status: {
    address: { name: 'http', url: addressOf({ kind: 'broker', name, namespace }) },
    ...(delivery.deadLetterSink && { deadLetterSinkUri: addressOf(delivery.deadLetterSink) }),
    conditions: conditionsOf({}),
  },
});

/** A JobSink with its address. */
export const jobSinkObject = ({ name, namespace, job }: JobSink): BuiltObject => ({
  apiVersion: sinks,
  kind: 'JobSink',
  metadata: { name, namespace },
  spec: { job: { spec: { template: { spec: { containers: [{ image: job.container.image }] } } } } },
  status: {
    address: { name: 'http', url: addressOf({ kind: 'jobSink', name, namespace }) },
    conditions: conditionsOf({ Addressable: true }),
  },
});

/** "" as a value is what only the older field `filter.attributes` knows. */
function filterFields(filters: readonly Filter[]): object {
  const [only] = filters;
  if (only && 'exact' in only && Object.values(only.exact).includes('')) return { filter: { attributes: only.exact } };
  return filters.length > 0 ? { filters } : {};
}
