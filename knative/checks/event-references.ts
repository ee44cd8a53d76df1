import type { ITriggerSpec } from '@kubernetes-models/knative/eventing.knative.dev/v1/TriggerSpec';
import { installedObjects } from './installed.ts';
import {
  all,
  type Finding,
  finding,
  groupOf,
  kindOf,
  type Manifest,
  type Manifests,
  nameOf,
  namespaceOf,
} from './manifest.ts';

interface Reference {
  apiVersion: string;
  kind: string;
  name: string;
  namespace?: string;
}

/** Kinds that can receive events. */
const addressable = [
  'Service.serving.knative.dev',
  'Broker.eventing.knative.dev',
  'Service',
  'JobSink.sinks.knative.dev',
  'KafkaSink.eventing.knative.dev',
];

/** Checks that objects referenced by Knative Eventing exist: brokers, subscribers, sinks, dead-letter sinks, settings. */
export const checkEventReferences = (manifests: Manifests): Finding[] => [
  ...manifests
    .filter((each) => groupOf(each).endsWith('.knative.dev'))
    .flatMap((each) => checkReferences(manifests, each)),
  ...all<ITriggerSpec>(manifests, 'Trigger.eventing.knative.dev').flatMap((trigger) => {
    const { broker } = trigger.spec;
    const known =
      !broker ||
      isThere(manifests, { apiVersion: 'eventing.knative.dev/v1', kind: 'Broker', name: broker }, namespaceOf(trigger));
    return known ? [] : [finding(trigger, 'spec.broker', `there is no Broker ${namespaceOf(trigger)}/${broker}`)];
  }),
];

const checkReferences = (manifests: Manifests, manifest: Manifest): Finding[] =>
  referencesIn(manifest.spec, 'spec').flatMap(({ path, reference }) => {
    const { kind, name, namespace = namespaceOf(manifest) } = reference;
    const unserved = Object.keys(reference).filter((key) => !['apiVersion', 'kind', 'name', 'namespace'].includes(key));
    if (unserved.length > 0)
      return unserved.map((key) => finding(manifest, `${path}.${key}`, 'is not a field of this kind'));
    if (!isThere(manifests, reference, namespaceOf(manifest)))
      return [finding(manifest, path, `there is no ${kind} ${namespace}/${name}`)];
    const receives = !/(subscriber|[sS]ink)\.ref$/.test(path) || addressable.includes(kindOf(reference));
    return receives ? [] : [finding(manifest, path, `no event can be delivered to a ${kind}`)];
  });

function isThere(manifests: Manifests, reference: Reference, own: string): boolean {
  const { apiVersion, kind, name, namespace = own } = reference;
  const wanted = nameOf({ apiVersion, kind, metadata: { name, namespace } });
  return manifests.some((each) => nameOf(each) === wanted) || installedObjects.includes(wanted);
}

/** Finds all references in a value: objects with apiVersion, kind and name. */
function referencesIn(value: unknown, path: string): { path: string; reference: Reference }[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => referencesIn(item, `${path}[${index}]`));
  if (typeof value !== 'object' || value === null) return [];
  if (isReference(value)) return [{ path, reference: value }];
  return Object.entries(value).flatMap(([name, member]) => referencesIn(member, `${path}.${name}`));
}

const isReference = (value: object): value is Reference =>
  ['apiVersion', 'kind', 'name'].every((key) => typeof Reflect.get(value, key) === 'string');
