import type { Destination } from './model.ts';

/** What is sent to a channel goes to a Service of Kubernetes called after it (knative/eventing pkg/channel, `-kn-channel`). */
const suffix = '-kn-channel';

/** A channel's address as on a cluster. */
export const addressOfChannel = ({ name, namespace }: { name: string; namespace: string }): string =>
  `http://${name}${suffix}.${namespace}.svc.cluster.local`;

/** The channel that a Service of Kubernetes stands for; undefined when it is none's. */
export const channelAt = (service: string, namespace: string): Extract<Destination, { kind: 'channel' }> | undefined =>
  service.endsWith(suffix) && service.length > suffix.length
    ? { kind: 'channel', name: service.slice(0, -suffix.length), namespace }
    : undefined;

/** The Broker that delivers for a channel: no Broker of the manifests can have that name. */
export const brokerOfChannel = (name: string): string => `channel:${name}`;

/** Name of the channel that a Broker delivers for; undefined for a Broker of its own. */
export const channelOf = (broker: string): string | undefined =>
  broker.startsWith('channel:') ? broker.slice('channel:'.length) : undefined;
