import type { Origin } from '../yaml/origin.ts';
import { isObject, type Json, type JsonObject, setField } from '../yaml/source-positions.ts';
import { type FieldSpec, mergeSpecs, selects, visitFields } from './field-spec.ts';
import { called, type Id, idOf, isClusterScoped, type Resource } from './resource.ts';

/** Which fields hold the name of an object of a kind (kustomize's `nameReference`). */
export interface NameReference {
  group: string;
  version: string;
  kind: string;
  fieldSpecs: readonly FieldSpec[];
}

/** Kinds with a Pod specification, and the path to it. */
const podSpecs: readonly (Omit<FieldSpec, 'create'> & { path: string })[] = [
  { path: 'spec', kind: 'Pod' },
  { path: 'template/spec', kind: 'PodTemplate' },
  ...['Deployment', 'ReplicaSet', 'DaemonSet', 'StatefulSet', 'Job'].map((kind) => ({
    path: 'spec/template/spec',
    kind,
  })),
  { path: 'spec/jobTemplate/spec/template/spec', kind: 'CronJob' },
];

const inPods = (...fields: string[]): FieldSpec[] =>
  podSpecs.flatMap(({ path, kind }) =>
    fields.map((field) => ({ path: `${path}/${field}`, kind: kind ?? '', create: false })),
  );
const inContainers = (...fields: string[]) =>
  fields.flatMap((field) => [`containers/${field}`, `initContainers/${field}`]);
const inRoles: FieldSpec[] = ['Role', 'ClusterRole'].map((kind) => ({
  path: 'rules/resourceNames',
  kind,
  create: false,
}));

/** kustomize's own references to the kinds whose names change here: generated ones, and accounts (whose namespace a binding repeats). */
const builtIn: readonly NameReference[] = [
  {
    group: '',
    version: 'v1',
    kind: 'ConfigMap',
    fieldSpecs: [
      ...inPods(
        'volumes/configMap/name',
        'volumes/projected/sources/configMap/name',
        ...inContainers('env/valueFrom/configMapKeyRef/name', 'envFrom/configMapRef/name'),
      ),
      ...inRoles,
    ],
  },
  {
    group: '',
    version: 'v1',
    kind: 'Secret',
    fieldSpecs: [
      ...inPods(
        'volumes/secret/secretName',
        'volumes/projected/sources/secret/name',
        'imagePullSecrets/name',
        ...inContainers('env/valueFrom/secretKeyRef/name', 'envFrom/secretRef/name'),
      ),
      ...inRoles,
      { path: 'spec/tls/secretName', kind: 'Ingress', create: false },
      { path: 'imagePullSecrets/name', kind: 'ServiceAccount', create: false },
      {
        path: 'spec/template/spec/containers/env/valueFrom/secretKeyRef/name',
        group: 'serving.knative.dev',
        version: 'v1',
        kind: 'Service',
        create: false,
      },
    ],
  },
  {
    group: '',
    version: 'v1',
    kind: 'ServiceAccount',
    fieldSpecs: [
      ...['RoleBinding', 'ClusterRoleBinding'].map((kind) => ({
        path: 'subjects',
        group: 'rbac.authorization.k8s.io',
        kind,
        create: false,
      })),
      ...inPods('serviceAccountName').filter(({ kind }) => kind !== 'PodTemplate' && kind !== 'ReplicaSet'),
    ],
  },
];

/** kustomize's references and those of a kustomization's `configurations`. Throws Error when they contradict each other. */
export function mergeReferences(configured: readonly NameReference[]): NameReference[] {
  const merged = [...builtIn];
  for (const reference of configured) {
    const index = merged.findIndex(
      (each) => each.kind === reference.kind && each.group === reference.group && each.version === reference.version,
    );
    if (index < 0) merged.push(reference);
    else merged[index] = { ...reference, fieldSpecs: mergeSpecs(merged[index]!.fieldSpecs, reference.fieldSpecs) };
  }
  return merged;
}

/** Makes every field that names an object which has been renamed name it as it is called now. Throws Error when it could be one of several. */
export function followNames(resources: readonly Resource[], references: readonly NameReference[]): void {
  for (const { fieldSpecs, ...target } of references) {
    for (const spec of fieldSpecs) {
      for (const referrer of resources) {
        if (!selects(spec, referrer.history[0] ?? idOf(referrer))) continue;
        visitFields(
          referrer.manifest,
          idOf(referrer),
          { path: spec.path, create: false },
          {
            origin: referrer.origin,
            visit: (value, set, origin) => follow(value, set, origin, { referrer, target, resources }),
          },
        );
      }
    }
  }
}

interface Search {
  referrer: Resource;
  target: Pick<Id, 'group' | 'version' | 'kind'>;
  resources: readonly Resource[];
}

function follow(value: Json, set: (value: Json, origin: Origin) => void, origin: Origin, search: Search): void {
  if (typeof value === 'string') {
    const found = find(value, search, undefined);
    if (found && found.manifest.metadata.name !== value) set(found.manifest.metadata.name, origin);
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      follow(item, (next) => value.splice(index, 1, next), origin, search);
    }
  } else if (isObject(value)) followSubject(value, origin, search);
}

/** A reference with a name and perhaps a namespace, as in a RoleBinding's subjects. */
function followSubject(subject: JsonObject, origin: Origin, search: Search): void {
  const found = find(
    String(subject.name),
    search,
    typeof subject.namespace === 'string' ? subject.namespace : undefined,
  );
  if (!found) return;
  const { name, namespace } = found.manifest.metadata;
  setField(subject, 'name', name, origin);
  if (namespace) setField(subject, 'namespace', namespace, origin);
}

/** The object that was called `name` and can be meant by the referrer; undefined when none was, or it never changed its name. */
function find(
  name: string,
  { referrer, target, resources }: Search,
  namespace: string | undefined,
): Resource | undefined {
  const from = idOf(referrer);
  const candidates = resources.filter((resource) => {
    const id = idOf(resource);
    const reachable =
      isClusterScoped(from) || isClusterScoped(id) || id.kind === 'ServiceAccount' || id.namespace === from.namespace;
    const inNamespace = namespace === undefined || [resource.history[0]?.namespace, id.namespace].includes(namespace);
    return (
      reachable && inNamespace && resource.history.some((before) => before.name === name && selects(target, before))
    );
  });
  const [first, ...others] = candidates;
  if (first && others.some((other) => other.manifest.metadata.name !== first.manifest.metadata.name)) {
    throw new Error(`"${name}" in ${called(referrer)} can mean ${candidates.map(called).join(' or ')}`);
  }
  return first;
}
