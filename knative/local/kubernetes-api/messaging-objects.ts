import { addressOf } from '@dormouse/manifests/address-of';
import type { Channel, Subscription } from '@dormouse/manifests/model';
import {
  type BuiltObject,
  conditionsOf,
  deliveryField,
  exists,
  hasChannel,
  messaging,
  reference,
  type Shown,
} from './object-parts.ts';

/** A channel with its address. */
export const channelObject = ({ name, namespace, kind, delivery }: Channel): BuiltObject => ({
  apiVersion: messaging,
  kind,
  metadata: { name, namespace },
  spec: deliveryField(delivery),
  status: {
    address: { name: 'http', url: addressOf({ kind: 'channel', name, namespace }) },
    ...(delivery.deadLetterSink && { deadLetterSinkUri: addressOf(delivery.deadLetterSink) }),
    conditions: conditionsOf({}),
  },
});

/** A Subscription with the addresses its events and replies go to. */
export function subscriptionObject(subscription: Subscription, platform: Shown): BuiltObject {
  const { name, namespace, channel, subscriber, reply, delivery } = subscription;
  const missing = [subscriber, reply].find((to) => to && !exists(to, platform));
  return {
    apiVersion: messaging,
    kind: 'Subscription',
    metadata: { name, namespace },
    spec: {
      channel: { apiVersion: messaging, kind: channel.kind, name: channel.name },
      ...(subscriber && { subscriber: reference(subscriber) }),
      ...(reply && { reply: reference(reply) }),
      ...deliveryField(delivery),
    },
    status: {
      physicalSubscription: {
        ...(subscriber && { subscriberUri: addressOf(subscriber) }),
        ...(reply && { replyUri: addressOf(reply) }),
        ...(delivery.deadLetterSink && { deadLetterSinkUri: addressOf(delivery.deadLetterSink) }),
      },
      conditions: conditionsOf({
        ChannelReady:
          hasChannel(platform, { name: channel.name, namespace }) || `channel ${channel.name} does not exist`,
        ReferencesResolved: missing === undefined || `${addressOf(missing)} does not exist`,
      }),
    },
  };
}
