import type { KubernetesObject } from './object-parts.ts';

/** Columns as Knative's own definitions of the kinds name them, with the path of their values. */
const columns: Readonly<Record<string, readonly (readonly [name: string, ...path: string[]])[]>> = {
  Trigger: [
    ['Broker', 'spec', 'broker'],
    ['Subscriber_URI', 'status', 'subscriberUri'],
  ],
  Broker: [['URL', 'status', 'address', 'url']],
  Channel: [['URL', 'status', 'address', 'url']],
  InMemoryChannel: [['URL', 'status', 'address', 'url']],
  Subscription: [],
  ContainerSource: [['Sink', 'status', 'sinkUri']],
  SinkBinding: [['Sink', 'status', 'sinkUri']],
  Sequence: [['URL', 'status', 'address', 'url']],
  Parallel: [['URL', 'status', 'address', 'url']],
  Service: [
    ['URL', 'status', 'url'],
    ['LatestCreated', 'status', 'latestCreatedRevisionName'],
    ['LatestReady', 'status', 'latestReadyRevisionName'],
  ],
};

/** Objects as the Table (meta.k8s.io/v1) that kubectl asks for to print them. */
export function tableOf(kind: string, objects: readonly KubernetesObject[]): object {
  const shown = columns[kind] ?? [];
  const names = ['Name', ...shown.map(([name]) => name), 'Ready', 'Reason'];
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: '' },
    columnDefinitions: names.map((name) => ({
      name,
      type: 'string',
      format: name === 'Name' ? 'name' : '',
      description: '',
      priority: 0,
    })),
    rows: objects.map((object) => ({
      cells: [
        object.metadata.name,
        ...shown.map(([, ...path]) => path.reduce<unknown>(fieldOf, object) ?? ''),
        ...readiness(object, kind),
      ],
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
    })),
  };
}

const fieldOf = (value: unknown, field: string): unknown => (value as Record<string, unknown> | undefined)?.[field];

/** A Service's reason is one word, as on a cluster; a Trigger's says which object is missing. */
function readiness({ status }: KubernetesObject, kind: string): [status: string, reason: string] {
  const ready = status.conditions.find(({ type }) => type === 'Ready');
  return [ready?.status ?? 'Unknown', (kind === 'Service' ? ready?.reason : ready?.message) ?? ''];
}
