import { addressOf } from '@dormouse/manifests/address-of';
import type { Destination, SinkBinding, Worker } from '@dormouse/manifests/model';
import { conditionsOf, exists, type KubernetesObject, reference, type Shown } from './object-parts.ts';

const sources = 'sources.knative.dev/v1';

/** A ContainerSource with the address of its sink. */
export const containerSourceObject = (
  { name, namespace, container, sink }: Worker & { sink: Destination },
  platform: Shown,
): KubernetesObject => ({
  apiVersion: sources,
  kind: 'ContainerSource',
  metadata: { name, namespace },
  spec: { sink: reference(sink), template: { spec: { containers: [{ name, image: container.image }] } } },
  status: statusOf(sink, platform),
});

/** A SinkBinding with the address of its sink. */
export function sinkBindingObject(binding: SinkBinding, platform: Shown): KubernetesObject {
  const { name, namespace, subject, sink, extensions } = binding;
  const [apiVersion, kind] = subject.type.split(' ');
  return {
    apiVersion: sources,
    kind: 'SinkBinding',
    metadata: { name, namespace },
    spec: {
      subject: {
        ...{ apiVersion, kind, namespace },
        ...(subject.name === undefined ? { selector: { matchLabels: subject.labels } } : { name: subject.name }),
      },
      sink: reference(sink),
      ...(extensions && { ceOverrides: { extensions } }),
    },
    status: statusOf(sink, platform),
  };
}

const statusOf = (sink: Destination, platform: Shown): KubernetesObject['status'] => ({
  sinkUri: addressOf(sink),
  conditions: conditionsOf({ SinkProvided: exists(sink, platform) || `${addressOf(sink)} does not exist` }),
});
