import { type Manifest, ManifestError, type Origin } from '../yaml/origin.ts';
import { isObject, type JsonObject } from '../yaml/source-positions.ts';

/** Identity of an object. */
export interface Id {
  group: string;
  version: string;
  kind: string;
  name: string;
  /** `default` when none is given, empty for kinds that have none. */
  namespace: string;
}

/** An object while kustomizations change it. */
export interface Resource {
  manifest: Manifest & JsonObject;
  origin: Origin;
  /** What it was called before each change of name or namespace, oldest first. */
  history: Id[];
  /** A generated object whose name gets a suffix made of its content. */
  hashed: boolean;
}

/** Kinds of Kubernetes itself that live in no namespace; a kind that is not known has one, as in kustomize. */
const clusterScoped: Readonly<Record<string, readonly string[]>> = {
  '': ['ComponentStatus', 'Namespace', 'Node', 'NodeProxyOptions', 'PersistentVolume'],
  'admissionregistration.k8s.io': ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'],
  'apiextensions.k8s.io': ['CustomResourceDefinition'],
  'apiregistration.k8s.io': ['APIService'],
  'certificates.k8s.io': ['CertificateSigningRequest'],
  'flowcontrol.apiserver.k8s.io': ['FlowSchema', 'PriorityLevelConfiguration'],
  'networking.k8s.io': ['IngressClass'],
  'node.k8s.io': ['RuntimeClass'],
  policy: ['PodSecurityPolicy'],
  'rbac.authorization.k8s.io': ['ClusterRole', 'ClusterRoleBinding'],
  'scheduling.k8s.io': ['PriorityClass'],
  'storage.k8s.io': ['CSIDriver', 'CSINode', 'StorageClass', 'VolumeAttachment'],
};

export const isClusterScoped = ({ group, kind }: { group: string; kind: string }) =>
  clusterScoped[group]?.includes(kind) ?? false;

/**
 * Checks that a document is a Kubernetes object and wraps it.
 * @throws ManifestError at its first line.
 */
export function newResource(value: unknown, origin: Origin): Resource {
  const fail = (problem: string): never => {
    throw new ManifestError(origin, problem);
  };
  if (!isObject(value)) return fail('a manifest is a mapping');
  const { apiVersion, kind, metadata } = value;
  if (typeof apiVersion !== 'string' || !apiVersion) fail('a manifest needs "apiVersion"');
  if (typeof kind !== 'string' || !kind) fail('a manifest needs "kind"');
  if (String(kind).endsWith('List') && value.items !== undefined) fail(`separate the objects of this ${kind} by "---"`);
  if (!isObject(metadata) || typeof metadata.name !== 'string' || !metadata.name) fail(`${kind} needs "metadata.name"`);
  return { manifest: value as Manifest & JsonObject, origin, history: [], hashed: false };
}

export function idOf({ manifest }: Resource): Id {
  const [version = '', group = ''] = manifest.apiVersion.split('/').reverse();
  const id = { group, version, kind: manifest.kind, name: manifest.metadata.name };
  return { ...id, namespace: isClusterScoped(id) ? '' : manifest.metadata.namespace || 'default' };
}

/** Call before a resource's name or namespace changes, so that references to the old name are found. */
export const recordId = (resource: Resource) => resource.history.push(idOf(resource));

export const sameId = (a: Id, b: Id) =>
  a.name === b.name &&
  a.namespace === b.namespace &&
  a.kind === b.kind &&
  a.group === b.group &&
  a.version === b.version;

/** `Kind name`, for messages. */
export const called = ({ manifest }: Resource) => `${manifest.kind} ${manifest.metadata.name}`;
