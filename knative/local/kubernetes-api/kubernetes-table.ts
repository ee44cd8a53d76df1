import type { KubernetesObject } from './object-parts.ts';

type Path = readonly string[];
type Column =
  | readonly [name: string, ...path: Path]
  | readonly [name: string, cell: (object: KubernetesObject) => unknown];

const url: Column = ['URL', 'status', 'address', 'url'];
const sink: Column = ['Sink', 'status', 'sinkUri'];
const age: Column = ['Age', 'metadata', 'creationTimestamp'];
const created: readonly Column[] = [
  ['LatestCreated', 'status', 'latestCreatedRevisionName'],
  ['LatestReady', 'status', 'latestReadyRevisionName'],
];
const replicas = ({ spec, status }: KubernetesObject) =>
  `${(status?.readyReplicas as number | undefined) ?? 0}/${(spec as { replicas?: number }).replicas ?? 1}`;
const count = (object: KubernetesObject) => Object.keys((object.data as object | undefined) ?? {}).length;
const attribute = (name: string) => (object: KubernetesObject) => {
  const { attributes = [], ...spec } = (object.spec ?? {}) as { attributes?: { name?: string; value?: string }[] };
  return attributes.find((each) => each.name === name)?.value ?? (spec as Record<string, unknown>)[name];
};
/** As `kubectl get jobs` says it. */
const completions = ({ status }: KubernetesObject) => (status?.succeeded ? 'Complete' : 'Running');
const list =
  (...path: Path) =>
  (object: KubernetesObject) =>
    JSON.stringify(path.reduce<unknown>(fieldOf, object) ?? []).replaceAll(/^\[\]$/g, '');

/** Columns as the definitions of the kinds name them, with the path of their values. */
const columns: Readonly<Record<string, readonly Column[]>> = {
  Trigger: [['Broker', 'spec', 'broker'], ['Subscriber_URI', 'status', 'subscriberUri'], age],
  Broker: [url, age],
  Channel: [url, age],
  InMemoryChannel: [url, age],
  KafkaChannel: [url, age],
  Subscription: [age],
  ContainerSource: [sink, age],
  SinkBinding: [sink, age],
  PingSource: [sink, ['Schedule', 'spec', 'schedule'], age],
  JobSink: [url, age],
  Sequence: [url, age],
  Parallel: [url, age],
  EventType: [
    ['Type', attribute('type')],
    ['Source', attribute('source')],
    ['Description', 'spec', 'description'],
  ],
  'Service.serving': [['URL', 'status', 'url'], ...created],
  Configuration: created,
  Route: [['URL', 'status', 'url']],
  DomainMapping: [['URL', 'status', 'url']],
  Revision: [
    ['Config Name', 'metadata', 'labels', 'serving.knative.dev/configuration'],
    ['Generation', 'metadata', 'labels', 'serving.knative.dev/configurationGeneration'],
  ],
};

/** Columns of kinds without a condition Ready. */
const plain: Readonly<Record<string, readonly Column[]>> = {
  Namespace: [['Status', 'status', 'phase'], age],
  ConfigMap: [['Data', count], age],
  Secret: [['Type', 'type'], ['Data', count], age],
  ServiceAccount: [age],
  CustomResourceDefinition: [['Created At', 'metadata', 'creationTimestamp']],
  Service: [['Type', 'spec', 'type'], ['Port(s)', list('spec', 'ports')], age],
  Deployment: [
    ['Ready', replicas],
    ['Up-to-date', 'status', 'updatedReplicas'],
    ['Available', 'status', 'availableReplicas'],
    age,
  ],
  Job: [['Status', completions], age],
  VirtualService: [['Gateways', list('spec', 'gateways')], ['Hosts', list('spec', 'hosts')], age],
  Gateway: [age],
};

/** What a row holds beside its cells. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

const ready: readonly Column[] = [
  ['Ready', (object) => readyOf(object)?.status ?? 'Unknown'],
  // A Service's reason is one word, as on a cluster; a Trigger's says which object is missing.
  ['Reason', (object) => readyOf(object)?.[object.kind === 'Service' ? 'reason' : 'message'] ?? ''],
];

const readyOf = ({ status }: KubernetesObject) => status?.conditions?.find(({ type }) => type === 'Ready');

/** Objects as the Table (meta.k8s.io/v1) that kubectl asks for to print them. */
export function tableOf(
  { group, kind }: { group: string; kind: string },
  objects: readonly KubernetesObject[],
  { resourceVersion = '', include = 'Metadata' }: { resourceVersion?: string; include?: IncludeObject } = {},
): object {
  const known =
    columns[`${kind}.${group.replace(/\..*/, '')}`] ?? (group.includes('knative') ? columns[kind] : undefined);
  const shown: readonly Column[] = [
    ['Name', 'metadata', 'name'],
    ...(known ? [...known, ...ready] : (plain[kind] ?? [age])),
  ];
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion },
    columnDefinitions: shown.map(([name]) => ({
      ...{ name, description: '', priority: 0 },
      type: name === 'Age' ? 'date' : 'string',
      format: name === 'Name' ? 'name' : '',
    })),
    rows: objects.map((object) => ({
      cells: shown.map(([name, first, ...path]) => {
        if (typeof first === 'function') return first(object);
        const value = [first, ...path].reduce<unknown>(fieldOf, object) ?? '';
        return name === 'Age' ? ageOf(String(value)) : value;
      }),
      ...(include !== 'None' && { object: include === 'Object' ? object : metadataOf(object) }),
    })),
  };
}

const fieldOf = (value: unknown, field: string): unknown => (value as Record<string, unknown> | undefined)?.[field];

const metadataOf = ({ metadata }: KubernetesObject) => ({
  ...{ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata },
});

const units: readonly (readonly [letter: string, seconds: number])[] = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
];

/** Since then, as kubectl shows it: two units while they are small (k8s.io/apimachinery pkg/util/duration). */
export function ageOf(time: string, now = Date.now()): string {
  const seconds = Math.floor((now - Date.parse(time)) / 1_000);
  if (Number.isNaN(seconds)) return '<unknown>';
  if (seconds < 120) return `${Math.max(0, seconds)}s`;
  const index = units.findIndex(([, length]) => seconds >= length * (length === 60 ? 1 : 2));
  const [letter, length] = units[index] ?? units[2]!;
  const [below, part] = units[index + 1] ?? ['s', 1];
  const whole = Math.floor(seconds / length);
  const rest = Math.floor((seconds % length) / part);
  return whole >= 10 || rest === 0 ? `${whole}${letter}` : `${whole}${letter}${rest}${below}`;
}
