import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Platform, Service } from '@dormouse/manifests/model';
import type { Births, CreatedAt } from './births.ts';
import { flowObject } from './flow-objects.ts';
import { brokerObject, triggerObject } from './kubernetes-objects.ts';
import { tableOf } from './kubernetes-table.ts';
import { channelObject, subscriptionObject } from './messaging-objects.ts';
import type { KubernetesObject } from './object-parts.ts';
import { type ServiceState, serviceObject } from './service-object.ts';
import { containerSourceObject, sinkBindingObject } from './source-objects.ts';

/** What is known of a Service; undefined for one that does not run. */
export type StateOf = (service: Pick<Service, 'name' | 'namespace'>) => ServiceState | undefined;

/** What objects are made from. */
interface Shown {
  platform: Platform;
  createdAt: CreatedAt;
  stateOf: StateOf;
}

interface Resource {
  group: string;
  plural: string;
  kind: string;
  short: readonly string[];
  all: (shown: Shown) => KubernetesObject[];
}

const resources: readonly Resource[] = [
  {
    group: 'eventing.knative.dev',
    plural: 'brokers',
    kind: 'Broker',
    short: [],
    all: ({ platform }) => platform.brokers.map(brokerObject),
  },
  {
    group: 'eventing.knative.dev',
    plural: 'triggers',
    kind: 'Trigger',
    short: [],
    all: ({ platform, createdAt }) =>
      platform.triggers.map((trigger) => triggerObject(trigger, platform, createdAt(trigger))),
  },
  {
    group: 'messaging.knative.dev',
    plural: 'channels',
    kind: 'Channel',
    short: ['ch'],
    all: ({ platform: { channels } }) => channels.filter(({ kind }) => kind === 'Channel').map(channelObject),
  },
  {
    group: 'messaging.knative.dev',
    plural: 'inmemorychannels',
    kind: 'InMemoryChannel',
    short: ['imc'],
    // A Channel is made of one.
    all: ({ platform: { channels } }) =>
      channels
        .filter(({ kind }) => kind !== 'KafkaChannel')
        .map((each) => channelObject({ ...each, kind: 'InMemoryChannel' })),
  },
  {
    group: 'messaging.knative.dev',
    plural: 'subscriptions',
    kind: 'Subscription',
    short: ['sub'],
    all: ({ platform }) => platform.subscriptions.map((each) => subscriptionObject(each, platform)),
  },
  {
    group: 'flows.knative.dev',
    plural: 'sequences',
    kind: 'Sequence',
    short: [],
    all: ({ platform: { flows } }) => flows.filter(({ kind }) => kind === 'Sequence').map(flowObject),
  },
  {
    group: 'flows.knative.dev',
    plural: 'parallels',
    kind: 'Parallel',
    short: [],
    all: ({ platform: { flows } }) => flows.filter(({ kind }) => kind === 'Parallel').map(flowObject),
  },
  {
    group: 'sources.knative.dev',
    plural: 'containersources',
    kind: 'ContainerSource',
    short: [],
    all: ({ platform }) =>
      platform.workers.flatMap(({ sink, ...worker }) =>
        sink ? containerSourceObject({ ...worker, sink }, platform) : [],
      ),
  },
  {
    group: 'sources.knative.dev',
    plural: 'sinkbindings',
    kind: 'SinkBinding',
    short: [],
    all: ({ platform }) => platform.sinkBindings.map((each) => sinkBindingObject(each, platform)),
  },
  {
    group: 'serving.knative.dev',
    plural: 'services',
    kind: 'Service',
    short: ['kservice', 'ksvc'],
    all: ({ platform, stateOf }) => platform.services.map((each) => serviceObject(each, stateOf(each))),
  },
];
const groups = [...new Set(resources.map(({ group }) => group))];

/**
 * What programs of a cluster ask the Kubernetes API for, read-only: Brokers, Triggers, channels, Subscriptions, Sequences,
 * Parallels, ContainerSources, SinkBindings and Services, and the discovery that kubectl begins with. No authentication: it listens on loopback, and returns only what is in the manifests.
 * @param createdAt when each Trigger was first seen
 * @param stateOf which revisions each Service has, and where its traffic goes
 */
export function kubernetesApi(platform: () => Platform, createdAt: Births, stateOf: StateOf = () => undefined) {
  // Those that are there now may get events before anybody asks for them.
  createdAt(platform().triggers);
  return (request: IncomingMessage, response: ServerResponse): void => {
    const apiResponse = respondTo(request, () => {
      const shown = platform();
      return { platform: shown, createdAt: createdAt(shown.triggers), stateOf };
    });
    response
      .writeHead(apiResponse.code, { 'content-type': 'application/json', 'cache-control': 'no-store' })
      .end(JSON.stringify(apiResponse.body));
  };
}

function respondTo({ method, url: target = '/', headers }: IncomingMessage, shown: () => Shown): ApiResponse {
  if (method !== 'GET') return failure(405, 'MethodNotAllowed', 'read-only');
  const url = URL.parse(target, 'http://kubernetes');
  if (!url) return failure(400, 'BadRequest', 'the path is malformed');
  return discovery(url) ?? find(url, shown(), /as=Table;v=v1/.test(headers.accept ?? ''));
}

interface ApiResponse {
  code: number;
  body: object;
}

/** Discovery documents; `undefined` for other paths. */
function discovery({ pathname }: URL): ApiResponse | undefined {
  if (pathname === '/version') return found({ major: '1', minor: '34', gitVersion: 'v1.34.0+dormouse' });
  if (pathname === '/api') return found({ kind: 'APIVersions', versions: ['v1'] });
  if (pathname === '/api/v1') return found({ kind: 'APIResourceList', groupVersion: 'v1', resources: [] });
  if (pathname === '/apis') return found({ kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupOf) });
  const [root, group = '', version, more] = pathname.split('/').slice(1);
  if (root !== 'apis' || !groups.includes(group) || more !== undefined) return undefined;
  if (version === undefined) return found({ kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group) });
  return version === 'v1'
    ? found({ kind: 'APIResourceList', apiVersion: 'v1', groupVersion: `${group}/v1`, resources: discovered(group) })
    : undefined;
}

/** @param table as kubectl prints objects, instead of the objects */
function find({ pathname, searchParams }: URL, shown: Shown, table: boolean): ApiResponse {
  if (pathname.startsWith('/api/v1/namespaces/'))
    return namespaceNamed(pathname.slice('/api/v1/namespaces/'.length), shown.platform);
  const [root, group, version, ...path] = pathname.split('/').slice(1);
  if (root !== 'apis' || version !== 'v1') return unknown(pathname);
  const [namespace, plural, name, more] = path[0] === 'namespaces' ? path.slice(1) : [undefined, ...path];
  const resource = resources.find((each) => each.group === group && each.plural === plural);
  if (!resource || more !== undefined || (name !== undefined && namespace === undefined)) return unknown(pathname);
  for (const key of ['watch', 'labelSelector', 'fieldSelector'])
    if (searchParams.get(key)) return failure(400, 'BadRequest', `${key} is not understood by the local platform`);
  const objects = resource
    .all(shown)
    .filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace);
  const wanted = objects.filter(({ metadata }) => name === undefined || metadata.name === name);
  if (table && (name === undefined || wanted.length > 0)) return found(tableOf(resource.kind, wanted));
  return name === undefined ? listOf(resource, objects) : one(resource, name, objects);
}

const listOf = ({ group, kind }: Resource, items: KubernetesObject[]): ApiResponse =>
  found({ apiVersion: `${group}/v1`, kind: `${kind}List`, metadata: { resourceVersion: '' }, items });

function one({ group, plural }: Resource, name: string, objects: KubernetesObject[]): ApiResponse {
  const object = objects.find(({ metadata }) => metadata.name === name);
  return object
    ? found(object)
    : failure(404, 'NotFound', `${plural}.${group} "${name}" not found`, { name, group, kind: plural });
}

/** kubectl asks for it to say which of the two is missing, the object or its namespace. */
function namespaceNamed(name: string, { services, brokers, triggers, channels }: Platform): ApiResponse {
  if (![...services, ...brokers, ...triggers, ...channels].some(({ namespace }) => namespace === name))
    return failure(404, 'NotFound', `namespaces "${name}" not found`, { name, kind: 'namespaces' });
  return found({ apiVersion: 'v1', kind: 'Namespace', metadata: { name }, status: { phase: 'Active' } });
}

const groupOf = (name: string) => {
  const version = { groupVersion: `${name}/v1`, version: 'v1' };
  return { name, versions: [version], preferredVersion: version };
};

const discovered = (group: string) =>
  resources
    .filter((each) => each.group === group)
    .map(({ plural, kind, short }) => ({
      name: plural,
      singularName: kind.toLowerCase(),
      namespaced: true,
      kind,
      verbs: ['get', 'list'],
      shortNames: short,
    }));

const found = (body: object): ApiResponse => ({ code: 200, body });
const unknown = (path: string) => failure(404, 'NotFound', `the local platform has no ${path}`);

/** A Status object, as clients of Kubernetes expect a failure. */
const failure = (code: number, reason: string, message: string, details: object = {}): ApiResponse => ({
  code,
  body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, details, code },
});
