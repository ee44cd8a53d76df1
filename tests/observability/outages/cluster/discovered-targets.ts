import { kubectl } from '../../../kubectl.ts';

/** What is scraped, as Prometheus' discovery by files reads it, with the labels that its discovery in Kubernetes gives. */
export interface TargetGroup {
  targets: string[];
  labels: Record<string, string>;
}

export type Role = 'pod' | 'node' | 'endpointslice';

interface Port {
  name?: string;
  port?: number;
  containerPort?: number;
}

export interface KubernetesObject {
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  spec?: { containers?: { ports?: Port[] }[] };
  status?: { podIP?: string; addresses?: { type: string; address: string }[] };
  ports?: Port[];
  endpoints?: { addresses: string[] }[];
}

const meta = '__meta_kubernetes_';
/** Characters that no label's name has. */
const label = (name: string) => name.replaceAll(/[^a-zA-Z0-9_]/g, '_');
const kubeletPort = 10_250;

const targetsOf: Readonly<Record<Role, (object: KubernetesObject) => TargetGroup[]>> = {
  pod: ({ metadata, spec, status }) =>
    (spec?.containers ?? [])
      .flatMap(({ ports = [] }) => ports)
      .filter(() => status?.podIP)
      .map(({ name = '', containerPort }) => ({
        targets: [`${status!.podIP}:${containerPort}`],
        labels: {
          [`${meta}pod_name`]: metadata.name,
          [`${meta}pod_container_port_name`]: name,
          ...Object.fromEntries(
            Object.entries(metadata.labels ?? {}).map(([key, value]) => [`${meta}pod_label_${label(key)}`, value]),
          ),
        },
      })),
  node: ({ metadata, status }) =>
    (status?.addresses ?? [])
      .filter(({ type }) => type === 'InternalIP')
      .map(({ address }) => ({
        targets: [`${address}:${kubeletPort}`],
        labels: { [`${meta}node_name`]: metadata.name, instance: metadata.name },
      })),
  endpointslice: ({ metadata, ports = [], endpoints = [] }) =>
    ports.flatMap(({ name = '', port }) =>
      endpoints.map(({ addresses }) => ({
        targets: addresses.map((address) => `${address}:${port}`),
        labels: {
          [`${meta}service_name`]: metadata.labels?.['kubernetes.io/service-name'] ?? '',
          [`${meta}endpointslice_port_name`]: name,
        },
      })),
    ),
};

const kinds: Readonly<Record<Role, string>> = { pod: 'Pod', node: 'Node', endpointslice: 'EndpointSlice' };

/** Targets of a role in some namespaces, or in all. */
export const discovered = (
  objects: readonly KubernetesObject[],
  role: Role,
  namespaces: readonly string[] | undefined,
): TargetGroup[] =>
  objects
    .filter(({ kind, metadata }) => kind === kinds[role] && (namespaces?.includes(metadata.namespace ?? '') ?? true))
    .flatMap(targetsOf[role]);

/** All objects that targets are made of. */
export async function discoverable(): Promise<KubernetesObject[]> {
  const text = await kubectl(['get', 'pods,nodes,endpointslices.discovery.k8s.io', '--all-namespaces', '-o', 'json']);
  return (JSON.parse(text) as { items: KubernetesObject[] }).items;
}
