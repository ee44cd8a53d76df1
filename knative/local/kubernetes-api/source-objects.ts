import { addressOf } from '@dormouse/manifests/address-of';
import type { Destination, PingSource, SinkBinding, Worker } from '@dormouse/manifests/model';
import { type BuiltObject, conditionsOf, exists, reference, type Shown } from './object-parts.ts';

const sources = 'sources.knative.dev/v1';

/** A ContainerSource with the address of its sink. */
export const containerSourceObject = (
  { name, namespace, container, sink }: Worker & { sink: Destination },
  platform: Shown,
): BuiltObject => ({
  apiVersion: sources,
  kind: 'ContainerSource',
  metadata: { name, namespace },
  spec: { sink: reference(sink), template: { spec: { containers: [{ name, image: container.image }] } } },
  status: statusOf(sink, platform),
});

/** A SinkBinding with the address of its sink. */
export function sinkBindingObject(binding: SinkBinding, platform: Shown): BuiltObject {
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

const statusOf = (sink: Destination, platform: Shown): BuiltObject['status'] => ({
  sinkUri: addressOf(sink),
  conditions: conditionsOf({ SinkProvided: exists(sink, platform) || `${addressOf(sink)} does not exist` }),
});

/** A PingSource with the address of its sink. */
export const pingSourceObject = (
  { name, namespace, schedule, timezone, contentType, sink }: PingSource,
  platform: Shown,
): BuiltObject => ({
  apiVersion: sources,
  kind: 'PingSource',
  metadata: { name, namespace },
  spec: { schedule, ...(timezone && { timezone }), ...(contentType && { contentType }), sink: reference(sink) },
  status: statusOf(sink, platform),
});
