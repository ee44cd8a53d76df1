import { bindSink } from '../bind-sink.ts';
import { flowOf, flowParts } from '../flows.ts';
import type { Container, Destination, Flow, Platform, Service } from '../model.ts';
import { didYouMean } from '../yaml/did-you-mean.ts';
import { ManifestError, type Origin, type Rendered } from '../yaml/origin.ts';
import { bindSinks } from './bind-sinks.ts';
import type { AutoscalerDefaults } from './read-autoscaling.ts';
import {
  type Deployment,
  type KubernetesService,
  placeDeployments,
  readDeployment,
  readKubernetesService,
} from './read-deployment.ts';
import { readDomainMapping } from './read-domain-mapping.ts';
import { readBroker, readEventType, readPingSource, readTrigger } from './read-eventing.ts';
import { readParallel, readSequence } from './read-flows.ts';
import { readJob, readJobSink } from './read-job.ts';
import { channelTypes, readChannel, readSubscription } from './read-messaging.ts';
import { type Enabled, type ObjectFields, readObject } from './read-object.ts';
import { accepts, type BoundHost, type Gateway, readGateway, readVirtualService } from './read-routing.ts';
import { readService } from './read-service.ts';
import { readContainerSource, readSinkBinding } from './read-sources.ts';

/** What is valid on a cluster and has no meaning on one machine: group/kind, `*` for every kind of the group. */
const withoutMeaning: Readonly<Record<string, string>> = {
  '/Namespace': 'names of namespaces need no declaration here',
  '/ServiceAccount': 'there is no API server to have rights on',
  '/ResourceQuota': 'a process of this machine has no quota',
  '/LimitRange': 'a process of this machine has no limits',
  'rbac.authorization.k8s.io/*': 'there is no API server to have rights on',
  'networking.k8s.io/NetworkPolicy': 'functions listen on loopback only',
  'policy/PodDisruptionBudget': 'there are no nodes to be drained',
  'security.istio.io/*': 'there is no mesh on one machine',
  'telemetry.istio.io/*': 'there is no mesh on one machine',
  'networking.istio.io/DestinationRule': 'there is no mesh on one machine',
  'networking.istio.io/PeerAuthentication': 'there is no mesh on one machine',
  'networking.istio.io/Sidecar': 'there is no mesh on one machine',
  'eventing.knative.dev/EventPolicy': 'functions listen on loopback only',
  'external-secrets.io/*': 'platform.yaml says how Secrets are made here',
  'monitoring.coreos.com/*': 'the console shows what runs here',
};

/** What needs more than one machine has: group/kind, `*` for every kind of the group. */
const beyond: Readonly<Record<string, string>> = {
  'sources.knative.dev/ApiServerSource': 'there is no cluster whose objects could be watched',
  'sources.knative.dev/KafkaSource': 'there is no Kafka; a ContainerSource can read its topics',
  'eventing.knative.dev/KafkaSink': 'there is no Kafka; a program can write to its topics',
  'bindings.knative.dev/*': 'there is no Kafka; give the program its address by env',
  'camel.apache.org/*': 'Camel K builds and runs its programs in a cluster',
  'serving.knative.dev/Route': 'a Service makes it; spec.traffic of the Service splits requests',
  'serving.knative.dev/Configuration': 'a Service makes it, of its template',
  'serving.knative.dev/Revision': 'a Service makes it, of its template',
  'batch/CronJob': 'a PingSource sends an event at the times of a schedule',
  'apps/DaemonSet': 'there are no nodes; a Deployment runs',
  'networking.k8s.io/Ingress': 'a VirtualService or a DomainMapping leads to a Service',
};

const understood = [
  'Service',
  'Broker',
  'Trigger',
  'EventType',
  'PingSource',
  'SinkBinding',
  'ContainerSource',
  'Deployment',
  'StatefulSet',
  'PersistentVolumeClaim',
  'Channel',
  'InMemoryChannel',
  'Subscription',
  'Sequence',
  'Parallel',
  'DomainMapping',
  'VirtualService',
  'Gateway',
  'Job',
  'JobSink',
  'ConfigMap',
  'Secret',
];

interface Reading {
  platform: { -readonly [K in keyof Omit<Platform, 'configMaps' | 'secrets'>]: Platform[K][number][] } & {
    configMaps: Map<string, Readonly<Record<string, string>>>;
    secrets: Map<string, Readonly<Record<string, string>>>;
  };
  gateways: Gateway[];
  deployments: Deployment[];
  kubernetesServices: KubernetesService[];
  hosts: BoundHost[];
  /** Defaults for Services: Knative's own ConfigMap, when there is one. */
  autoscaler: AutoscalerDefaults;
  enabled: Enabled;
  /** namespace/name of PersistentVolumeClaims. */
  claims: Set<string>;
}

/**
 * Reads rendered manifests into what the local platform runs, with Knative's defaults filled in and every reference
 * checked. What has no meaning on one machine is listed in `ignored`.
 *
 * @throws ManifestError at the line of a field that is unknown, of a value that a cluster would reject, of a kind that
 * does not run here, or of a reference that leads nowhere.
 * @param missing is told of references that lead nowhere, instead of the error
 */
export function readPlatform(rendered: readonly Rendered[], missing?: Missing): Platform {
  const platform: Reading['platform'] = {
    services: [],
    brokers: [],
    triggers: [],
    channels: [],
    subscriptions: [],
    flows: [],
    workers: [],
    sinkBindings: [],
    pingSources: [],
    eventTypes: [],
    virtualHosts: [],
    jobs: [],
    jobSinks: [],
    configMaps: new Map(),
    secrets: new Map(),
    ignored: [],
  };
  const reading: Reading = {
    platform,
    gateways: [],
    deployments: [],
    kubernetesServices: [],
    hosts: [],
    autoscaler: { data: {}, at: () => ({ file: 'config-autoscaler', line: 1 }) },
    claims: new Set(),
    enabled: (namespace, feature) =>
      platform.configMaps.get(`${namespace}/config-features`)?.[feature]?.toLowerCase() === 'enabled',
  };
  const later = rendered.filter((each) => each.manifest.kind !== 'ConfigMap' || !readConfigMap(each, reading));
  for (const each of later) readOne(each, reading);
  bindSinks(rendered, { ...platform, deployments: reading.deployments }, missing);
  const placed = placeDeployments(reading.deployments, reading.kubernetesServices, reading.autoscaler);
  platform.services.push(...placed.services);
  platform.workers.push(...placed.workers);
  bindHosts(reading);
  checkReferences(rendered, platform, { claims: reading.claims, missing });
  return platform;
}

/** Told of an object, by its origin, one of whose references leads nowhere. */
export type Missing = (object: Origin, error: ManifestError) => void;

/** ConfigMaps come first: they hold the autoscaler's defaults and the features that are enabled. */
function readConfigMap(rendered: Rendered, reading: Reading): boolean {
  const { platform } = reading;
  if (rendered.manifest.apiVersion !== 'v1') return false;
  const { root, name, namespace, ignore } = readObject(
    rendered,
    { ignored: platform.ignored, enabled: reading.enabled },
    'data',
    'binaryData',
    'immutable',
  );
  if (root.has('binaryData')) ignore('binaryData: only text is handed to processes', root.origin('binaryData'));
  const data = root.map('data');
  platform.configMaps.set(`${namespace}/${name}`, data);
  if (`${namespace}/${name}` === 'knative-serving/config-autoscaler')
    reading.autoscaler = { data, at: (key) => rendered.at(['data', key]) };
  return true;
}

function readOne(rendered: Rendered, reading: Reading): void {
  const { apiVersion, kind } = rendered.manifest;
  const { platform, enabled } = reading;
  const object = (...data: string[]) => readObject(rendered, { ignored: platform.ignored, enabled }, ...data);
  const group = apiVersion.includes('/') ? apiVersion.replace(/\/.*/, '') : '';
  const reason = withoutMeaning[`${group}/${kind}`] ?? withoutMeaning[`${group}/*`];
  const type = `${apiVersion} ${kind}`.replace(/^networking.istio.io\/v1(beta1|alpha3)? /, 'networking.istio.io/v1 ');
  if (reason) platform.ignored.push({ kind, name: rendered.manifest.metadata.name, reason, origin: rendered.origin });
  else if (type === 'serving.knative.dev/v1 Service')
    platform.services.push(readService(object('spec'), reading.autoscaler));
  else if (type === 'serving.knative.dev/v1beta1 DomainMapping')
    platform.virtualHosts.push(readDomainMapping(object('spec')));
  else if (type === 'batch/v1 Job') platform.jobs.push(readJob(object('spec')));
  else if (type === 'sinks.knative.dev/v1alpha1 JobSink') platform.jobSinks.push(readJobSink(object('spec')));
  else if (type === 'eventing.knative.dev/v1 Broker') platform.brokers.push(readBroker(object('spec')));
  else if (type === 'eventing.knative.dev/v1 Trigger') platform.triggers.push(readTrigger(object('spec')));
  else if (channelTypes[type]) platform.channels.push(readChannel(object('spec'), channelTypes[type]));
  else if (type === 'messaging.knative.dev/v1 Subscription')
    platform.subscriptions.push(readSubscription(object('spec')));
  else if (type === 'sources.knative.dev/v1 SinkBinding') platform.sinkBindings.push(readSinkBinding(object('spec')));
  else if (type === 'sources.knative.dev/v1 ContainerSource') {
    const { worker, binding } = readContainerSource(object('spec'));
    platform.workers.push({ ...worker, container: bindSink(worker.container, binding) });
  } else if (type === 'apps/v1 Deployment') reading.deployments.push(readDeployment(object('spec')));
  else if (type === 'apps/v1 StatefulSet') reading.deployments.push(readDeployment(object('spec'), 'StatefulSet'));
  else if (type === 'v1 PersistentVolumeClaim') {
    const { name, namespace, ignore } = object('spec');
    ignore('a claim is a folder of DORMOUSE_HOME here, of any size', rendered.origin);
    reading.claims.add(`${namespace}/${name}`);
  } else if (type === 'v1 Service') reading.kubernetesServices.push(readKubernetesService(object('spec')));
  else if (type === 'flows.knative.dev/v1 Sequence') addFlow(readSequence(object('spec')), platform);
  else if (type === 'flows.knative.dev/v1 Parallel') addFlow(readParallel(object('spec')), platform);
  else if (/^eventing\.knative\.dev\/v1(beta\d)? EventType$/.test(type))
    platform.eventTypes.push(readEventType(object('spec')));
  else if (/^sources\.knative\.dev\/v1(beta2)? PingSource$/.test(type))
    platform.pingSources.push(readPingSource(object('spec')));
  else if (type === 'networking.istio.io/v1 Gateway') reading.gateways.push(readGateway(object('spec')));
  else if (type === 'networking.istio.io/v1 VirtualService') reading.hosts.push(readVirtualService(object('spec')));
  else if (type === 'v1 Secret') addSecret(object('data', 'stringData', 'type', 'immutable'), platform.secrets);
  else
    throw new ManifestError(
      rendered.origin,
      `${apiVersion} ${kind} does not run here${why(`${group}/${kind}`, `${group}/*`) ?? suggestion(kind, understood)}`,
    );
}

function why(...keys: string[]): string | undefined {
  const key = keys.find((each) => Object.hasOwn(beyond, each));
  return key && `: ${beyond[key]}`;
}

function addFlow(flow: Flow, { flows, channels, subscriptions }: Reading['platform']): void {
  const parts = flowParts(flow);
  flows.push(flow);
  channels.push(...parts.channels);
  subscriptions.push(...parts.subscriptions);
}

function addSecret(
  { root, namespace, name }: ObjectFields,
  secrets: Map<string, Readonly<Record<string, string>>>,
): void {
  const decoded = Object.entries(root.map('data')).map(([key, value]) => {
    if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(value)) root.need('data').fail(key, 'must be base64');
    return [key, Buffer.from(value, 'base64').toString()];
  });
  secrets.set(`${namespace}/${name}`, { ...Object.fromEntries(decoded), ...root.map('stringData') });
}

/** VirtualServices of the ingress; those of the mesh or of knative-local-gateway alone have no meaning here. */
function bindHosts({ platform, gateways, hosts }: Reading): void {
  for (const { host, gateways: named, fail } of hosts) {
    const meshGateways = ['mesh', 'knative-local-gateway'];
    const ingressGateways = named.filter(({ name }) => !meshGateways.includes(name));
    if (ingressGateways.length === 0) {
      platform.ignored.push({
        kind: 'VirtualService',
        name: host.name,
        reason: 'it routes inside of the mesh only: no gateway of the ingress is named',
        origin: host.origin,
      });
      continue;
    }
    const servers = ingressGateways.flatMap(({ name, namespace }) => {
      if (name === 'knative-ingress-gateway' && namespace === 'knative-serving') return ['*'];
      const gateway = gateways.find((each) => each.name === name && each.namespace === namespace);
      return (
        gateway?.hosts ??
        fail(
          `name ${namespace}/${name}, which does not exist${suggestion(
            name,
            gateways.map((each) => each.name),
          )}`,
        )
      );
    });
    const rejectedHost = host.hosts.find((each) => !servers.some((pattern) => accepts(pattern, each)));
    if (rejectedHost) fail(`do not accept the host ${rejectedHost}`);
    platform.virtualHosts.push(host);
  }
}

const suggestion = (name: string, known: readonly string[]) => {
  const meant = didYouMean(name, known);
  return meant ? `: did you mean "${meant}"?` : '';
};

/** Checks that all referenced objects exist. */
function checkReferences(
  rendered: readonly Rendered[],
  platform: Reading['platform'],
  { claims, missing }: { claims: ReadonlySet<string>; missing: Missing | undefined },
): void {
  const each = <T extends { origin: Origin }>(objects: readonly T[], check: (object: T) => void) => {
    for (const object of objects)
      try {
        check(object);
      } catch (error) {
        if (!missing || !(error instanceof ManifestError)) throw error;
        missing(object.origin, error);
      }
  };
  const origin = (of: { origin: Origin }, ...path: (string | number)[]) =>
    rendered.find((each) => each.origin === of.origin)?.at(path) ?? of.origin;
  const demand = (
    kind: string,
    name: string,
    namespace: string,
    known: readonly { name: string; namespace: string }[],
    at: Origin,
  ) => {
    if (known.some((each) => each.name === name && each.namespace === namespace)) return;
    const meant = suggestion(
      name,
      known.filter((each) => each.namespace === namespace).map((each) => each.name),
    );
    throw new ManifestError(at, `there is no ${kind} "${name}" in namespace ${namespace}${meant}`);
  };
  const reach = (to: Destination | undefined, at: Origin) => {
    if (to?.kind === 'service') demand('Service', to.name, to.namespace, platform.services, at);
    if (to?.kind === 'broker') demand('Broker', to.name, to.namespace, platform.brokers, at);
    if (to?.kind === 'jobSink') demand('JobSink', to.name, to.namespace, platform.jobSinks, at);
    if (to?.kind === 'channel') channel(to, to.as, at);
  };
  /** A Channel is made of a channel of another kind with its name, which may be meant as well. */
  const channel = (of: { name: string; namespace: string }, kind: string | undefined, at: Origin) => {
    const ofKind = (each: { kind: string }) => each.kind === kind;
    if (kind === 'Sequence' || kind === 'Parallel')
      demand(kind, flowOf(of.name), of.namespace, platform.flows.filter(ofKind), at);
    else {
      const known = kind === 'Channel' ? platform.channels.filter(ofKind) : platform.channels;
      demand(kind ?? 'channel', of.name, of.namespace, known, at);
    }
  };
  for (const { name, namespace, kind, origin: at } of platform.channels) {
    const other = platform.channels.find((each) => each.name === name && each.namespace === namespace);
    if (other?.origin !== at)
      throw new ManifestError(
        at,
        `${kind} ${name}: there is a ${other?.kind} with this name in namespace ${namespace}`,
      );
  }
  each(platform.flows, ({ template, origin: at }) => reach(template.delivery.deadLetterSink, at));
  each(platform.channels, (of) =>
    reach(of.delivery.deadLetterSink, origin(of, 'spec', 'delivery', 'deadLetterSink', 'ref', 'name')),
  );
  each(platform.subscriptions, (of) => {
    const { name, kind } = of.channel;
    channel({ name, namespace: of.namespace }, kind, origin(of, 'spec', 'channel', 'name'));
    reach(of.subscriber, origin(of, 'spec', 'subscriber', 'ref', 'name'));
    reach(of.reply, origin(of, 'spec', 'reply', 'ref', 'name'));
    reach(of.delivery.deadLetterSink, origin(of, 'spec', 'delivery', 'deadLetterSink', 'ref', 'name'));
  });
  each(platform.brokers, (broker) =>
    reach(broker.delivery.deadLetterSink, origin(broker, 'spec', 'delivery', 'deadLetterSink', 'ref', 'name')),
  );
  each(platform.triggers, (trigger) => {
    demand('Broker', trigger.broker, trigger.namespace, platform.brokers, origin(trigger, 'spec', 'broker'));
    reach(trigger.subscriber, origin(trigger, 'spec', 'subscriber', 'ref', 'name'));
    reach(trigger.delivery.deadLetterSink, origin(trigger, 'spec', 'delivery', 'deadLetterSink', 'ref', 'name'));
  });
  each([...platform.sinkBindings, ...platform.workers, ...platform.pingSources], (of) =>
    reach(of.sink, origin(of, 'spec', 'sink', 'ref', 'name')),
  );
  each(platform.virtualHosts, (host) => {
    for (const [index, { action, mirrors = [] }] of host.routes.entries()) {
      if (action.kind !== 'route') continue;
      for (const { service: name, namespace } of mirrors) {
        const at = origin(host, 'spec', 'http', index, 'mirror');
        demand('Service', name, namespace, platform.services, at);
        if (!platform.services.some((each) => each.name === name && each.namespace === namespace && each.deployed))
          throw new ManifestError(
            at,
            `${name} is a Service of Knative: mirrored requests have a Host that ends in -shadow, which its gateway answers with 404; mirror to a Service (v1) of a Deployment`,
          );
      }
      for (const { service, namespace } of action.destinations)
        demand(
          'Service',
          service,
          namespace,
          platform.services,
          origin(host, 'spec', 'http', index, 'rewrite', 'authority'),
        );
    }
  });
  const checkContainer = (of: { namespace: string; origin: Origin }, container: Container) => {
    const at = (path: string[]) => origin(of, ...path);
    checkConfigMaps({ namespace: of.namespace, container }, platform.configMaps, at);
    checkClaims({ namespace: of.namespace, container }, claims, at);
  };
  each([...platform.jobs, ...platform.workers], (of) => checkContainer(of, of.container));
  each(platform.jobSinks, (of) => checkContainer(of, of.job.container));
  each(platform.services, (of) => {
    const { container, sidecars = [], initContainers = [] } = of;
    for (const one of [container, ...[...sidecars, ...initContainers].map(({ container: other }) => other)])
      checkContainer(of, one);
  });
}

function checkClaims(
  { container, namespace }: Pick<Service, 'container' | 'namespace'>,
  known: ReadonlySet<string>,
  at: (path: string[]) => Origin,
): void {
  for (const { source } of container.volumes)
    if (source.kind === 'claim' && !known.has(`${namespace}/${source.from}`))
      throw new ManifestError(
        at(['spec', 'template', 'spec', 'volumes']),
        `there is no PersistentVolumeClaim "${source.from}" in namespace ${namespace}`,
      );
}

/** ConfigMaps must be among the manifests; Secrets may come from elsewhere. */
function checkConfigMaps(
  { container, namespace }: Pick<Service, 'container' | 'namespace'>,
  known: ReadonlyMap<string, Readonly<Record<string, string>>>,
  at: (path: string[]) => Origin,
): void {
  const fail = (name: string, field: string): never => {
    const names = [...known.keys()]
      .filter((key) => key.startsWith(`${namespace}/`))
      .map((key) => key.slice(namespace.length + 1));
    const generated = names.find((each) => each.startsWith(`${name}-`) && /-[a-z0-9]{10}$/.test(each));
    const hint = generated
      ? `: it is called ${generated}; let a nameReference configuration list this field`
      : suggestion(name, names);
    throw new ManifestError(
      at(['spec', 'template', 'spec', 'containers', '0', field]),
      `there is no ConfigMap "${name}" in namespace ${namespace}${hint}`,
    );
  };
  for (const source of container.env) {
    if ((source.kind !== 'configMap' && source.kind !== 'configMapKey') || source.optional) continue;
    const data =
      known.get(`${namespace}/${source.from}`) ?? fail(source.from, source.kind === 'configMap' ? 'envFrom' : 'env');
    if (source.kind === 'configMapKey' && !Object.hasOwn(data, source.key))
      throw new ManifestError(
        at(['spec', 'template', 'spec', 'containers', '0', 'env']),
        `ConfigMap "${source.from}" has no key "${source.key}"`,
      );
  }
  for (const { source } of container.volumes) {
    if (source.kind === 'configMap' && !source.optional && !known.has(`${namespace}/${source.from}`))
      fail(source.from, 'volumeMounts');
  }
}
