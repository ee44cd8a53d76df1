import type { Channel, ChannelTemplate, Delivery, Subscription } from '../model.ts';
import type { Fields } from '../yaml/fields.ts';
import { readDelivery } from './read-delivery.ts';
import { readDestination } from './read-destination.ts';
import type { ObjectFields } from './read-object.ts';

type About = Pick<ObjectFields, 'namespace' | 'ignore' | 'enabled'>;

/** Channels that a Channel or a template may be made of; all are one durable log here. */
export const channelTypes: Readonly<Record<string, Channel['kind']>> = {
  'messaging.knative.dev/v1 Channel': 'Channel',
  'messaging.knative.dev/v1 InMemoryChannel': 'InMemoryChannel',
  'messaging.knative.dev/v1beta1 KafkaChannel': 'KafkaChannel',
};

/** Reads a Channel (messaging.knative.dev/v1) or a channel of some kind (knative/eventing pkg/apis/messaging/v1/channel_types.go). */
export function readChannel(object: ObjectFields, kind: Channel['kind']): Channel {
  const { name, namespace, root, origin } = object;
  const spec = root.fields('spec');
  if (kind !== 'Channel') return { name, namespace, kind, delivery: spec ? readChannelSpec(spec, object) : {}, origin };
  const template = spec?.only('channelTemplate', 'delivery').fields('channelTemplate');
  const made = template ? readChannelTemplate(template, object).delivery : {};
  return { name, namespace, kind, delivery: spec?.has('delivery') ? readDelivery(spec, object) : made, origin };
}

/** Reads the template of a Channel, a Sequence or a Parallel (knative/eventing pkg/apis/messaging/v1/channel_template_types.go). */
export function readChannelTemplate(template: Fields, about: About): ChannelTemplate {
  const kind = channelKind(template.only('apiVersion', 'kind', 'spec'));
  const spec = template.fields('spec');
  return { kind, delivery: spec ? readChannelSpec(spec, about) : {} };
}

/** Kind of a channel that a template or a reference names. */
const channelKind = (fields: Fields): Channel['kind'] => {
  const type = `${fields.string('apiVersion')} ${fields.string('kind')}`;
  return channelTypes[type] ?? fields.fail('kind', `${type} is no channel: ${known} are`);
};

/** How a channel of Kafka keeps its events. */
const ofKafka = ['numPartitions', 'replicationFactor', 'retentionDuration'];

function readChannelSpec(spec: Fields, about: About): Partial<Delivery> {
  spec.only('delivery', ...ofKafka);
  for (const key of ofKafka)
    if (spec.has(key)) about.ignore(`${key}: events are stored by the local broker`, spec.origin(key));
  return readDelivery(spec, about);
}

/** Reads a Subscription (messaging.knative.dev/v1) as its webhook would (knative/eventing pkg/apis/messaging/v1/subscription_validation.go). */
export function readSubscription({ name, namespace, root, origin, ignore, enabled }: ObjectFields): Subscription {
  const spec = root.need('spec').only('channel', 'subscriber', 'reply', 'delivery');
  const [subscriber, reply] = [destinationIn(spec, 'subscriber'), destinationIn(spec, 'reply')];
  if (!subscriber && !reply) spec.fail(undefined, 'needs "subscriber" or "reply"');
  return {
    name,
    namespace,
    channel: readChannelReference(spec.need('channel')),
    subscriber: subscriber && readDestination(subscriber, namespace, ignore),
    reply: reply && readDestination(reply, namespace, ignore),
    delivery: readDelivery(spec, { namespace, ignore, enabled }),
    origin,
  };
}

/** A destination that says something: an empty one counts as none. */
export function destinationIn(spec: Fields, key: string): Fields | undefined {
  const fields = spec.fields(key);
  return fields && fields.keys.length > 0 ? fields : undefined;
}

function readChannelReference(reference: Fields): Subscription['channel'] {
  if (reference.has('namespace')) reference.fail('namespace', 'is not allowed: the channel is in the same namespace');
  reference.only('apiVersion', 'kind', 'name');
  return { kind: channelKind(reference), name: reference.string('name') };
}

const known = Object.keys(channelTypes).join(', ');
