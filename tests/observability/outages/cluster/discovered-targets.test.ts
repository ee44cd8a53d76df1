import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { discovered, type KubernetesObject, type Role } from './discovered-targets.ts';

interface Job {
  job_name: string;
  kubernetes_sd_configs?: { role: Role; namespaces?: { names: string[] } }[];
  relabel_configs?: { source_labels?: string[]; regex?: string; action?: string }[];
}

const configuration = join(import.meta.dirname, '../../../../observability/prometheus/cluster.yaml');
const { scrape_configs } = parse(readFileSync(configuration, 'utf8')) as { scrape_configs: Job[] };

const pod = (namespace: string, podIP: string, ports: { name: string; containerPort: number }[]): KubernetesObject => ({
  kind: 'Pod',
  metadata: { name: `pod-${podIP}`, namespace, labels: { 'app.kubernetes.io/component': 'activator' } },
  spec: { containers: [{ ports }] },
  status: { podIP },
});
const slice = (service: string, namespace: string, name: string, port: number): KubernetesObject => ({
  kind: 'EndpointSlice',
  metadata: { name: `${service}-x`, namespace, labels: { 'kubernetes.io/service-name': service } },
  ports: [{ name, port }],
  endpoints: [{ addresses: ['10.0.0.9'] }],
});
const objects: KubernetesObject[] = [
  pod('knative-serving', '10.0.0.1', [
    { name: 'metrics', containerPort: 9090 },
    { name: 'http1', containerPort: 8012 },
  ]),
  pod('istio-system', '10.0.0.2', [{ name: 'http-envoy-prom', containerPort: 15090 }]),
  pod('dormouse', '10.0.0.3', [{ name: 'http', containerPort: 8080 }]),
  pod('knative-serving', '', [{ name: 'metrics', containerPort: 9090 }]),
  slice('istiod', 'istio-system', 'http-monitoring', 15014),
  slice('cert-manager', 'cert-manager', 'tcp-prometheus-servicemonitor', 9402),
  slice('loki', 'observability', 'http', 3100),
  { kind: 'Node', metadata: { name: 'lab' }, status: { addresses: [{ type: 'InternalIP', address: '10.0.0.4' }] } },
];

/** What Prometheus keeps of a job's targets. */
const kept = ({ kubernetes_sd_configs = [], relabel_configs = [] }: Job): string[] =>
  kubernetes_sd_configs
    .flatMap(({ role, namespaces }) => discovered(objects, role, namespaces?.names))
    .filter(({ labels }) =>
      relabel_configs
        .filter(({ action }) => action === 'keep')
        .every(({ source_labels = [], regex = '' }) =>
          new RegExp(`^(?:${regex})$`).test(source_labels.map((label) => labels[label] ?? '').join(';')),
        ),
    )
    .flatMap(({ targets }) => targets);

test('each job for a cluster finds its own, and nothing else', () => {
  expect(Object.fromEntries(scrape_configs.map((job) => [job.job_name, kept(job)]))).toEqual({
    observability: ['10.0.0.9:3100'],
    knative: ['10.0.0.1:9090'],
    istio: ['10.0.0.2:15090'],
    istiod: ['10.0.0.9:15014'],
    'cert-manager': ['10.0.0.9:9402'],
    kubelet: ['10.0.0.4:10250'],
  });
});

test('a target has the labels that jobs take over', () => {
  const asked = scrape_configs.flatMap((job) =>
    (job.relabel_configs ?? []).flatMap(({ source_labels = [] }) => source_labels),
  );
  const given = (['pod', 'node', 'endpointslice'] as const)
    .flatMap((role) => discovered(objects, role, undefined))
    .flatMap(({ labels }) => Object.keys(labels));
  expect(asked.filter((label) => label !== '__address__' && !given.includes(label))).toEqual([]);
});
