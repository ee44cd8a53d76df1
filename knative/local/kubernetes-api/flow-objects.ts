import { addressOf } from '@dormouse/manifests/address-of';
import { entryOf } from '@dormouse/manifests/flows';
import type { Flow } from '@dormouse/manifests/model';
import { type BuiltObject, conditionsOf, deliveryField, flows, messaging, reference } from './object-parts.ts';

/** A Sequence or a Parallel with the address of its first channel. */
export function flowObject(flow: Flow): BuiltObject {
  const { kind, name, namespace, template, reply } = flow;
  return {
    apiVersion: flows,
    kind,
    metadata: { name, namespace },
    spec: {
      channelTemplate: {
        apiVersion: template.kind === 'KafkaChannel' ? 'messaging.knative.dev/v1beta1' : messaging,
        kind: template.kind,
        spec: deliveryField(template.delivery),
      },
      ...(reply && { reply: reference(reply) }),
      ...partsOf(flow),
    },
    status: {
      address: { name: 'http', url: addressOf({ kind: 'channel', name: entryOf(flow), namespace }) },
      conditions: conditionsOf({ Addressable: true, ChannelsReady: true, SubscriptionsReady: true }),
    },
  };
}

function partsOf(flow: Flow): object {
  if (flow.kind === 'Sequence')
    return {
      steps: flow.steps.map(({ subscriber, delivery }) => ({ ...reference(subscriber), ...deliveryField(delivery) })),
    };
  return {
    branches: flow.branches.map(({ filter, subscriber, reply, delivery }) => ({
      ...(filter && { filter: reference(filter) }),
      subscriber: reference(subscriber),
      ...(reply && { reply: reference(reply) }),
      ...deliveryField(delivery),
    })),
  };
}
