/** A kind of object that the API has. */
export interface Kind {
  /** "" is the core group. */
  group: string;
  /** The first one is preferred; objects are the same in all of them. */
  versions: readonly string[];
  plural: string;
  kind: string;
  short: readonly string[];
  namespaced: boolean;
  /** Made by the platform itself: cannot be written. */
  derived?: true;
  /** `kubectl get knative`, `kubectl get sources`, … */
  categories: readonly string[];
}

const kind = (
  group: string,
  plural: string,
  name: string,
  { short = [], versions = ['v1'], namespaced = true, categories, ...more }: Partial<Kind> = {},
): Kind => ({
  ...{ group, plural, kind: name, short, versions, namespaced, ...more },
  categories: categories ?? (group.endsWith('knative.dev') ? ['all', 'knative'] : []),
});

export const kinds: readonly Kind[] = [
  kind('', 'namespaces', 'Namespace', { short: ['ns'], namespaced: false }),
  kind('', 'services', 'Service', { short: ['svc'], categories: ['all'] }),
  kind('', 'configmaps', 'ConfigMap', { short: ['cm'] }),
  kind('', 'secrets', 'Secret'),
  kind('', 'persistentvolumeclaims', 'PersistentVolumeClaim', { short: ['pvc'] }),
  kind('', 'serviceaccounts', 'ServiceAccount', { short: ['sa'] }),
  kind('apps', 'deployments', 'Deployment', { short: ['deploy'], categories: ['all'] }),
  kind('batch', 'jobs', 'Job', { categories: ['all'] }),
  kind('apiextensions.k8s.io', 'customresourcedefinitions', 'CustomResourceDefinition', {
    ...{ short: ['crd', 'crds'], namespaced: false, derived: true },
  }),
  kind('networking.istio.io', 'virtualservices', 'VirtualService', {
    short: ['vs'],
    versions: ['v1', 'v1beta1', 'v1alpha3'],
  }),
  kind('networking.istio.io', 'gateways', 'Gateway', { short: ['gw'], versions: ['v1', 'v1beta1', 'v1alpha3'] }),
  kind('eventing.knative.dev', 'brokers', 'Broker'),
  kind('eventing.knative.dev', 'triggers', 'Trigger'),
  kind('eventing.knative.dev', 'eventtypes', 'EventType', { versions: ['v1beta2', 'v1beta3', 'v1beta1', 'v1'] }),
  kind('messaging.knative.dev', 'channels', 'Channel', { short: ['ch'] }),
  kind('messaging.knative.dev', 'inmemorychannels', 'InMemoryChannel', { short: ['imc'] }),
  kind('messaging.knative.dev', 'kafkachannels', 'KafkaChannel', { versions: ['v1beta1'] }),
  kind('messaging.knative.dev', 'subscriptions', 'Subscription', { short: ['sub'] }),
  kind('flows.knative.dev', 'sequences', 'Sequence'),
  kind('flows.knative.dev', 'parallels', 'Parallel'),
  kind('sources.knative.dev', 'containersources', 'ContainerSource', { categories: ['all', 'knative', 'sources'] }),
  kind('sources.knative.dev', 'pingsources', 'PingSource', {
    versions: ['v1', 'v1beta2'],
    categories: ['all', 'knative', 'sources'],
  }),
  kind('sources.knative.dev', 'sinkbindings', 'SinkBinding', { categories: ['all', 'knative', 'sources'] }),
  kind('sinks.knative.dev', 'jobsinks', 'JobSink', { versions: ['v1alpha1'] }),
  kind('serving.knative.dev', 'services', 'Service', { short: ['kservice', 'ksvc'] }),
  kind('serving.knative.dev', 'configurations', 'Configuration', { short: ['config', 'cfg'], derived: true }),
  kind('serving.knative.dev', 'revisions', 'Revision', { short: ['rev'], derived: true }),
  kind('serving.knative.dev', 'routes', 'Route', { short: ['rt'], derived: true }),
  kind('serving.knative.dev', 'domainmappings', 'DomainMapping', { short: ['dm'], versions: ['v1beta1'] }),
];

export const groups: readonly string[] = [...new Set(kinds.map(({ group }) => group))];

/** Versions of a group, the preferred one first. */
export const versionsOf = (group: string): string[] => [
  ...new Set(
    kinds
      .filter((each) => each.group === group)
      .flatMap(({ versions }) => versions)
      .sort((one, other) => Number(/beta|alpha/.test(one)) - Number(/beta|alpha/.test(other))),
  ),
];

/** `group/version`, without the slash for the core group. */
export const groupVersion = (group: string, version: string): string => (group ? `${group}/${version}` : version);

export const isWritable = ({ derived }: Kind): boolean => !derived;

export const verbsOf = (each: Kind): string[] => [
  'get',
  'list',
  'watch',
  ...(isWritable(each) ? ['create', 'update', 'patch', 'delete'] : []),
];

/** `plural.group`, as messages of Kubernetes name a resource. */
export const resourceName = ({ plural, group }: Pick<Kind, 'plural' | 'group'>): string =>
  group ? `${plural}.${group}` : plural;

/** `group/kind/namespace/name`. */
export const keyOfObject = (
  { group, kind: name, namespaced }: Kind,
  metadata: { name: string; namespace?: string | undefined },
): string => `${group}/${name}/${namespaced ? metadata.namespace || 'default' : ''}/${metadata.name}`;

export const kindOf = (apiVersion: string, name: string): Kind | undefined => {
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  return kinds.find((each) => each.group === group && each.kind === name && each.versions.includes(version));
};
