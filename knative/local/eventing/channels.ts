import { brokerOfChannel } from '@dormouse/manifests/channel-address';
import type { Broker, Channel, Delivery, Platform, Subscription, Trigger } from '@dormouse/manifests/model';

type Declared = Pick<Platform, 'brokers' | 'triggers' | 'channels' | 'subscriptions'>;

/**
 * Brokers and Triggers, and those that deliver for channels: a channel is a Broker without filters, whose replies go where
 * each Subscription says. So an event of a channel is stored, tried again and kept as one of a Broker.
 */
export const withChannels = ({ brokers, triggers, channels, subscriptions }: Declared) => ({
  brokers: [...brokers, ...channels.map(brokerFor)],
  triggers: [...triggers, ...subscriptions.flatMap((each) => triggerFor(each) ?? [])],
});

const brokerFor = ({ name, namespace, delivery, kind, origin }: Channel): Broker => ({
  name: brokerOfChannel(name),
  namespace,
  class: kind,
  delivery: paced(delivery),
  channel: true,
  origin,
});

/** Without a subscriber every event is sent to `reply` as it is. */
function triggerFor({
  name,
  namespace,
  channel,
  subscriber,
  reply,
  delivery,
  origin,
}: Subscription): Trigger | undefined {
  const to = subscriber ?? reply;
  return (
    to && {
      name,
      namespace,
      broker: brokerOfChannel(channel.name),
      filters: [],
      subscriber: to,
      ...(subscriber && { reply }),
      delivery: paced(delivery),
      origin,
    }
  );
}

/** Retries of a channel follow at once unless policy and delay are both given (knative/eventing pkg/kncloudevents/retries.go). */
const paced = (delivery: Partial<Delivery>): Partial<Delivery> =>
  delivery.backoffPolicy === undefined && delivery.backoffDelayMs !== undefined
    ? { ...delivery, backoffDelayMs: 0 }
    : delivery;
