import type { Origin } from '../yaml/origin.ts';
import { isObject, setField } from '../yaml/source-positions.ts';
import { type FieldSpec, mergeSpecs, visitFields } from './field-spec.ts';
import { idOf, type Resource } from './resource.ts';

/** One entry of a kustomization's `labels`. */
export interface Labels {
  pairs: Readonly<Record<string, string>>;
  /** Also to selectors and templates of the kinds kustomize knows. */
  includeSelectors: boolean;
  /** Also to templates. */
  includeTemplates: boolean;
  fields: readonly FieldSpec[];
  origin: Origin;
}

const metadata: FieldSpec = { path: 'metadata/labels', create: true };

/** Where labels stand in templates: kustomize's own list. */
const templates: readonly FieldSpec[] = [
  metadata,
  { path: 'spec/template/metadata/labels', create: true, version: 'v1', kind: 'ReplicationController' },
  ...['Deployment', 'ReplicaSet', 'DaemonSet'].map((kind) => ({
    path: 'spec/template/metadata/labels',
    create: true,
    kind,
  })),
  { path: 'spec/template/metadata/labels', create: true, group: 'apps', kind: 'StatefulSet' },
  { path: 'spec/volumeClaimTemplates[]/metadata/labels', create: true, group: 'apps', kind: 'StatefulSet' },
  { path: 'spec/template/metadata/labels', create: true, group: 'batch', kind: 'Job' },
  { path: 'spec/jobTemplate/metadata/labels', create: true, group: 'batch', kind: 'CronJob' },
  { path: 'spec/jobTemplate/spec/template/metadata/labels', create: true, group: 'batch', kind: 'CronJob' },
];

const affinities = ['podAffinity', 'podAntiAffinity'].flatMap((name) => [
  `spec/template/spec/affinity/${name}/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels`,
  `spec/template/spec/affinity/${name}/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels`,
]);

/** Where labels select: kustomize's own list. Its `Service` is meant for core/v1 but names no group, so it takes Knative's too. */
const selectors: readonly FieldSpec[] = [
  { path: 'spec/selector', create: true, version: 'v1', kind: 'Service' },
  { path: 'spec/selector', create: true, version: 'v1', kind: 'ReplicationController' },
  ...['Deployment', 'ReplicaSet', 'DaemonSet'].map((kind) => ({
    path: 'spec/selector/matchLabels',
    create: true,
    kind,
  })),
  { path: 'spec/selector/matchLabels', create: true, group: 'apps', kind: 'StatefulSet' },
  ...['Deployment', 'StatefulSet'].flatMap((kind) =>
    [...affinities, 'spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels'].map((path) => ({
      path,
      create: false,
      group: 'apps',
      kind,
    })),
  ),
  { path: 'spec/selector/matchLabels', create: false, group: 'batch', kind: 'Job' },
  { path: 'spec/jobTemplate/spec/selector/matchLabels', create: false, group: 'batch', kind: 'CronJob' },
  { path: 'spec/selector/matchLabels', create: false, group: 'policy', kind: 'PodDisruptionBudget' },
  ...[
    'spec/podSelector/matchLabels',
    'spec/ingress/from/podSelector/matchLabels',
    'spec/egress/to/podSelector/matchLabels',
  ].map((path) => ({
    path,
    create: false,
    group: 'networking.k8s.io',
    kind: 'NetworkPolicy',
  })),
];

/** Sets labels on every resource, where kustomize's `labels` does. Throws Error when `fields` contradict its own list. */
export function addLabels(
  resources: readonly Resource[],
  { pairs, includeSelectors, includeTemplates, fields, origin }: Labels,
): void {
  const specs = includeSelectors
    ? mergeSpecs(fields, [...selectors, ...templates])
    : mergeSpecs(mergeSpecs(fields, includeTemplates ? templates : []), [metadata]);
  for (const resource of resources) {
    for (const spec of specs) {
      visitFields(resource.manifest, idOf(resource), spec, {
        missing: 'object',
        origin,
        visit: (labels) => {
          if (isObject(labels)) for (const [key, value] of Object.entries(pairs)) setField(labels, key, value, origin);
        },
      });
    }
  }
}
