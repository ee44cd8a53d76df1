import { createHash } from 'node:crypto';
import { withDefaults } from '@dormouse/manifests/knative-defaults';
import type { Platform, Service } from '@dormouse/manifests/model';
import { keyOf, type SourceObject } from '@dormouse/manifests/source-objects';
import type { Manifest } from '@dormouse/manifests/yaml/origin';
import type { Births } from './births.ts';
import { derivedObjects } from './derived-objects.ts';
import { flowObject } from './flow-objects.ts';
import { brokerObject, jobSinkObject, triggerObject } from './kubernetes-objects.ts';
import { channelObject, subscriptionObject } from './messaging-objects.ts';
import type { BuiltObject, Condition, KubernetesObject, ObjectMetadata } from './object-parts.ts';
import { resourceDefinitions } from './resource-definitions.ts';
import { failedService, type ServiceState, serviceObject } from './service-object.ts';
import { containerSourceObject, pingSourceObject, sinkBindingObject } from './source-objects.ts';

/** What is known of a Service; undefined for one that does not run. */
export type StateOf = (service: Pick<Service, 'name' | 'namespace'>) => ServiceState | undefined;

/** What runs, and what is to run. */
export interface Shown {
  /** What runs. */
  platform: Platform;
  /** What the platform was read from; undefined: it was made by hand. */
  running?: readonly SourceObject[] | undefined;
  /** What is to run; it differs from `running` while something that was written is being applied. */
  desired?: readonly SourceObject[] | undefined;
  /** Why the last change could not be applied. */
  failure?: string | undefined;
}

export interface CurrentOptions {
  createdAt: Births;
  /** When other objects were first seen. */
  births: Births;
  stateOf: StateOf;
  urls: Urls;
  now?: () => number;
}

/** Where clients outside of the cluster find what does not run yet. */
export interface Urls {
  service(service: Pick<Service, 'name' | 'namespace' | 'clusterLocal'>): string | undefined;
  /** Of a DomainMapping. */
  host(name: string): string;
}

/**
 * kn tells that a Service has failed by its change from Unknown to False, and looks at it for the first time when it has been
 * written; a cluster takes longer to find out. So what cannot run is Unknown for so long, ms.
 */
const undecidedMs = 1_000;

/** An object with what it was read from is up to date with its spec, or still on its way. */
export interface CurrentObject {
  key: string;
  object: KubernetesObject;
  observed: boolean;
}

/** All objects that there are, without resource versions. */
export function currentObjects(shown: Shown, options: CurrentOptions): CurrentObject[] {
  const { createdAt, births, stateOf, urls, now = Date.now } = options;
  const { platform, running, desired } = shown;
  const birth = createdAt(platform.triggers);
  const built = new Map(builtObjects(platform, stateOf, birth).map((each) => [keyOf(each as Manifest), each]));
  const read = new Map(
    (running ?? []).map(({ key, manifest, problem }) => [key, { text: JSON.stringify(manifest), problem }]),
  );
  const wanted = desired ?? [];
  const declared = new Set(wanted.map(({ key }) => key));
  const merged = wanted.map((source): CurrentObject => {
    const { text, problem } = read.get(source.key) ?? {};
    const undecided =
      problem !== undefined && now() - (source.writtenAt ?? 0) < undecidedMs && isService(source.manifest);
    const observed = text === JSON.stringify(source.manifest) && !undecided;
    return {
      key: source.key,
      observed,
      object: objectOf({ ...source, problem }, built.get(source.key), { ...shown, observed, urls }),
    };
  });
  // What Knative makes of others (an InMemoryChannel of a Channel), and platforms made by hand.
  const made = [...built]
    .filter(([key, { kind }]) => !declared.has(key) && (desired === undefined || kind !== 'Service'))
    .filter(([key]) => !read.has(key))
    .map(([key, object]): CurrentObject => ({ key, object, observed: true }));
  const main = [...merged, ...made, ...namespacesOf([...merged, ...made]), ...resourceDefinitions];
  const bornAt = births(main.map(({ key }) => asNamed(key)));
  const dated = main.map((each) => ({ ...each, object: withIdentity(each, bornAt(asNamed(each.key))) }));
  const derived = dated.flatMap(({ object }) => derivedOf(object, platform, stateOf));
  return [...dated, ...derived];
}

const asNamed = (key: string) => ({ namespace: key.replace(/\/[^/]*$/, ''), name: key.replace(/^.*\//, '') });

function derivedOf(object: KubernetesObject, { services }: Platform, stateOf: StateOf): CurrentObject[] {
  if (!isService(object)) return [];
  const { name, namespace, creationTimestamp } = object.metadata;
  const service = services.find((each) => each.name === name && each.namespace === namespace);
  if (!service) return [];
  return derivedObjects(service, object as BuiltObject, stateOf(service)).map((each) => {
    const key = keyOf(each as Manifest);
    const dated = { ...each, metadata: { creationTimestamp, ...each.metadata } as ObjectMetadata };
    return { key, object: withIdentity({ key, object: dated }, new Date(0)), observed: true };
  });
}

function builtObjects(platform: Platform, stateOf: StateOf, birth: ReturnType<Births>): BuiltObject[] {
  const { services, brokers, triggers, channels, subscriptions, flows, workers, sinkBindings, pingSources } = platform;
  return [
    ...brokers.map(brokerObject),
    ...triggers.map((each) => triggerObject(each, platform, birth(each))),
    ...channels.map(channelObject),
    // A Channel is made of one.
    ...channels
      .filter(({ kind }) => kind === 'Channel')
      .map((each) => channelObject({ ...each, kind: 'InMemoryChannel' })),
    ...subscriptions.map((each) => subscriptionObject(each, platform)),
    ...flows.map(flowObject),
    ...platform.jobSinks.map(jobSinkObject),
    ...workers.flatMap(({ sink, ...worker }) => (sink ? containerSourceObject({ ...worker, sink }, platform) : [])),
    ...sinkBindings.map((each) => sinkBindingObject(each, platform)),
    ...pingSources.map((each) => pingSourceObject(each, platform)),
    ...services.map((each) => serviceObject(each, stateOf(each))),
  ];
}

interface Situation extends Shown {
  observed: boolean;
  urls: Urls;
}

const isService = ({ apiVersion, kind }: { apiVersion: string; kind: string }) =>
  kind === 'Service' && apiVersion.startsWith('serving.');

/** An object as it was written, with the status that the platform gives it. */
function objectOf(
  { manifest, problem, key }: Pick<SourceObject, 'manifest' | 'key'> & { problem: string | undefined },
  built: BuiltObject | undefined,
  { observed, failure, platform, urls }: Situation,
): KubernetesObject {
  const { name, namespace } = manifest.metadata;
  const full = withDefaults(manifest);
  const object = { ...full, metadata: { ...built?.metadata, ...full.metadata } } as unknown as KubernetesObject;
  const isNamespaced = key.split('/')[2] !== '';
  object.metadata = { ...object.metadata, ...(isNamespaced && { namespace: namespace || 'default' }) };
  const status = built?.status ?? statusOf(object, { platform, observed, urls });
  if (observed && problem !== undefined) return withStatus(object, status, problemConditions(object, problem, built));
  if (observed) return status.conditions || Object.keys(status).length > 0 ? { ...object, status } : object;
  if (failure !== undefined) return withStatus(object, status, notReady('False', 'NotApplied', failure));
  return Object.hasOwn(built ?? {}, 'status') || isKnative(object)
    ? withStatus(object, status, notReady('Unknown', 'Deploying', `${name} is being applied`))
    : object;
}

const isKnative = ({ apiVersion }: KubernetesObject) => apiVersion.includes('.knative.dev/');

const withStatus = (object: KubernetesObject, status: object, conditions: Condition[]): KubernetesObject => ({
  ...object,
  status: { ...status, conditions },
});

const notReady = (status: Condition['status'], reason: string, message: string): Condition[] => [
  { type: 'Ready', status, reason, message },
];

/** A Service has no program, or refers to what is not there; another object has no Broker, no subscriber, no sink. */
function problemConditions(object: KubernetesObject, problem: string, built: BuiltObject | undefined): Condition[] {
  const { kind, metadata } = object;
  if (isService(object)) return failedService(metadata.name, built?.status, problem);
  const noBroker = kind === 'Trigger' && problem.includes('Broker') && 'BrokerDoesNotExist';
  const noSubject = kind === 'SinkBinding' && !problem.includes('sink') && 'SubjectMissing';
  return notReady('False', noBroker || noSubject || 'NotFound', problem);
}

/** Status of kinds that the platform has no model of its own for. */
function statusOf(
  { apiVersion, kind, metadata, spec = {} }: KubernetesObject,
  { platform, observed, urls }: { platform: Platform; observed: boolean; urls: Urls },
): NonNullable<KubernetesObject['status']> {
  const type = `${apiVersion.replace(/\/?v[^/]*$/, '')} ${kind}`.trim();
  if (type === 'Namespace') return { phase: 'Active' };
  if (type === 'apps Deployment') {
    const { replicas = 1 } = spec as { replicas?: number };
    const ready = observed ? replicas : 0;
    return {
      ...{ replicas, readyReplicas: ready, updatedReplicas: ready, availableReplicas: ready },
      conditions: [{ type: 'Available', status: observed ? 'True' : 'False' }],
    };
  }
  if (type === 'batch Job' && observed) return { succeeded: 1, conditions: [{ type: 'Complete', status: 'True' }] };
  if (type === 'serving.knative.dev Service') {
    const { name, namespace = 'default', labels = {} } = metadata;
    const clusterLocal = labels['networking.knative.dev/visibility'] === 'cluster-local';
    const inCluster = `http://${name}.${namespace}.svc.cluster.local`;
    return { url: urls.service({ name, namespace, clusterLocal }) ?? inCluster, address: { url: inCluster } };
  }
  if (type === 'serving.knative.dev DomainMapping' && observed) {
    const { ref } = spec as { ref?: { name?: string } };
    const found = platform.services.some(({ name }) => name === ref?.name);
    const url = urls.host(metadata.name);
    return { url, address: { url }, conditions: [{ type: 'Ready', status: found ? 'True' : 'False' }] };
  }
  if (apiVersion.includes('.knative.dev/') && observed) return { conditions: [{ type: 'Ready', status: 'True' }] };
  return {};
}

/** Names of namespaces need no declaration. */
function namespacesOf(objects: readonly CurrentObject[]): CurrentObject[] {
  const declared = new Set(
    objects.filter(({ object }) => object.kind === 'Namespace').map(({ object }) => object.metadata.name),
  );
  const names = new Set(['default', ...objects.flatMap(({ object }) => object.metadata.namespace ?? [])]);
  return [...names]
    .filter((name) => !declared.has(name))
    .map((name) => ({
      key: `/Namespace//${name}`,
      object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: {}, status: { phase: 'Active' } },
      observed: true,
    }));
}

/** With the time since which it is there, and a UID that stays the same for as long as it does. */
function withIdentity({ key, object }: Pick<CurrentObject, 'key' | 'object'>, bornAt: Date): KubernetesObject {
  const { creationTimestamp = bornAt.toISOString(), ...metadata } = object.metadata;
  return {
    ...object,
    metadata: { ...metadata, uid: uidOf(`${key} ${creationTimestamp}`), creationTimestamp },
  };
}

/** A UUID of version 8 (RFC 9562). */
function uidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
