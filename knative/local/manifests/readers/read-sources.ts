import type { Destination, SinkBinding, Worker } from '../model.ts';
import type { Fields } from '../yaml/fields.ts';
import { readDestination } from './read-destination.ts';
import { readExtensions } from './read-extensions.ts';
import { readPodSettings } from './read-job.ts';
import { addedMetadata, type ObjectFields } from './read-object.ts';
import { readPod } from './read-pod.ts';

/** Where a source sends to, and what it adds to its events. */
export interface Binding {
  sink: Destination;
  extensions: SinkBinding['extensions'];
}

/** Kinds whose programs a SinkBinding can give an address to. */
export const subjectTypes = [
  'serving.knative.dev/v1 Service',
  'apps/v1 Deployment',
  'apps/v1 StatefulSet',
  'batch/v1 Job',
];

/** Reads a SinkBinding (knative/eventing pkg/apis/sources/v1/sinkbinding_validation.go, knative.dev/pkg tracker.Reference). */
export function readSinkBinding({ name, namespace, root, origin, ignore }: ObjectFields): SinkBinding {
  const spec = root.need('spec').only('subject', 'sink', 'ceOverrides');
  const subject = spec.need('subject').only('apiVersion', 'kind', 'namespace', 'name', 'selector');
  const type = `${subject.string('apiVersion')} ${subject.string('kind')}`;
  if (!subjectTypes.includes(type)) subject.fail('kind', `${type} does not run here: ${subjectTypes.join(', ')} do`);
  if ((subject.text('namespace') || namespace) !== namespace)
    subject.fail('namespace', `must be ${namespace}, that of the SinkBinding`);
  const selector = subject.fields('selector')?.only('matchLabels');
  const named = subject.text('name') || undefined;
  if ((named === undefined) === (selector === undefined)) subject.fail(undefined, 'needs "name" or "selector"');
  return {
    name,
    namespace,
    subject: { type, name: named, labels: selector?.map('matchLabels') ?? {} },
    ...readBinding(spec, namespace, ignore),
    origin,
  };
}

/** Reads a ContainerSource (knative/eventing pkg/apis/sources/v1/container_validation.go): a Deployment of one with a SinkBinding. */
export function readContainerSource(object: ObjectFields): { worker: Worker; binding: Binding } {
  const { name, namespace, root, origin, ignore, enabled } = object;
  const spec = root.need('spec').only('template', 'sink', 'ceOverrides');
  const template = spec.need('template').only('metadata', 'spec');
  template.fields('metadata')?.only('name', 'namespace', 'labels', 'annotations', ...addedMetadata);
  const pod = readPodSettings(template.need('spec'), ignore);
  const { container } = readPod(pod, 'ContainerSource', { ignore, enabled });
  const binding = readBinding(spec, namespace, ignore);
  return {
    worker: { kind: 'ContainerSource', name, namespace, container, replicas: 1, sink: binding.sink, origin },
    binding,
  };
}

function readBinding(spec: Fields, namespace: string, ignore: ObjectFields['ignore']): Binding {
  return {
    sink: readDestination(spec.need('sink'), namespace, ignore),
    extensions: spec.has('ceOverrides') ? readExtensions(spec) : undefined,
  };
}
