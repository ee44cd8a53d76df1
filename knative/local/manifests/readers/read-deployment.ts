import type { Container, Probe, Service, Worker } from '../model.ts';
import type { Fields } from '../yaml/fields.ts';
import { ManifestError, type Origin } from '../yaml/origin.ts';
import { type AutoscalerDefaults, readAutoscaling } from './read-autoscaling.ts';
import { readProbe } from './read-container.ts';
import { readPodSettings } from './read-job.ts';
import { addedMetadata, type Ignore, type ObjectFields } from './read-object.ts';
import { readPod } from './read-pod.ts';

/** A Deployment or a StatefulSet (apps/v1) before it is known whether anything is sent to it. */
export interface Deployment {
  kind: 'Deployment' | 'StatefulSet';
  name: string;
  namespace: string;
  replicas: number;
  /** Of its Pods. */
  labels: Readonly<Record<string, string>>;
  container: Container;
  ports: readonly { name: string | undefined; number: number }[];
  readinessProbe: Probe | undefined;
  livenessProbe: Probe | undefined;
  startupProbe: Probe | undefined;
  template: string;
  origin: Origin;
}

/** A Service of Kubernetes (v1). */
export interface KubernetesService {
  name: string;
  namespace: string;
  /** Undefined: it selects nothing. */
  selector: Readonly<Record<string, string>> | undefined;
  /** Where its first port leads: a number, or the name of a container's port; undefined when it has none. */
  targetPort: number | string | undefined;
  ignore: Ignore;
  origin: Origin;
}

const withoutMeaning = {
  Deployment: ['strategy', 'minReadySeconds', 'revisionHistoryLimit', 'progressDeadlineSeconds', 'paused'],
  StatefulSet: [
    'updateStrategy',
    'minReadySeconds',
    'revisionHistoryLimit',
    'podManagementPolicy',
    'persistentVolumeClaimRetentionPolicy',
    'serviceName',
  ],
};

/** Reads a Deployment of one container, or a StatefulSet of one Pod. */
export function readDeployment(object: ObjectFields, kind: Deployment['kind'] = 'Deployment'): Deployment {
  const { name, namespace, root, origin, ignore, enabled } = object;
  const spec = root.need('spec').only('replicas', 'selector', 'template', ...withoutMeaning[kind]);
  const replicas = spec.integer('replicas', 0) ?? 1;
  if (kind === 'StatefulSet' && replicas > 1)
    spec.fail('replicas', 'must be 1: Pods with names and volumes of their own do not run here');
  for (const key of withoutMeaning[kind])
    if (spec.has(key)) ignore(`${key}: what has changed is started anew at once`, spec.origin(key));
  const template = spec.need('template').only('metadata', 'spec');
  const metadata = template.need('metadata').only('name', 'namespace', 'labels', 'annotations', ...addedMetadata);
  const labels = metadata.map('labels');
  const selector = spec.need('selector').only('matchLabels');
  for (const [key, value] of Object.entries(selector.map('matchLabels')))
    if (labels[key] !== value)
      selector.need('matchLabels').fail(key, 'is not among the labels of spec.template.metadata');
  const pod = readPodSettings(template.need('spec'), ignore);
  const { container, fields } = readPod(pod, 'Deployment', { ignore, enabled });
  return {
    kind,
    name,
    namespace,
    replicas,
    labels,
    container,
    ports: readPorts(fields),
    readinessProbe: readProbe(fields, 'readinessProbe'),
    livenessProbe: readProbe(fields, 'livenessProbe'),
    startupProbe: readProbe(fields, 'startupProbe'),
    template: JSON.stringify(template.value),
    origin,
  };
}

const readPorts = (container: Fields): Deployment['ports'] =>
  container.list('ports').map((port) => ({
    name: port.only('name', 'containerPort', 'protocol', 'hostPort').text('name') || undefined,
    number: port.integer('containerPort', 1, 65_535) ?? port.fail(undefined, 'needs "containerPort"'),
  }));

const ofNodes = [
  'clusterIP',
  'clusterIPs',
  'ipFamilies',
  'ipFamilyPolicy',
  'sessionAffinity',
  'internalTrafficPolicy',
  'externalTrafficPolicy',
  'loadBalancerIP',
  'publishNotReadyAddresses',
];

/** Reads a Service of Kubernetes that leads to Pods. */
export function readKubernetesService({ name, namespace, root, origin, ignore }: ObjectFields): KubernetesService {
  const spec = root.need('spec').only('type', 'selector', 'ports', ...ofNodes);
  spec.oneOf('type', 'ClusterIP', 'NodePort', 'LoadBalancer');
  const [port, second] = spec.list('ports');
  if (second) ignore('ports: it is reached at its first one', second.origin());
  port?.only('name', 'port', 'targetPort', 'protocol', 'nodePort', 'appProtocol');
  const targetPort = port?.raw('targetPort') ?? port?.integer('port', 1, 65_535);
  return {
    name,
    namespace,
    selector: spec.has('selector') ? spec.map('selector') : undefined,
    targetPort: typeof targetPort === 'string' || typeof targetPort === 'number' ? targetPort : undefined,
    ignore,
    origin,
  };
}

/**
 * What runs for Deployments: one that a Service of Kubernetes leads to is served under that Service's name by as many instances
 * as it has replicas, which never sleep; another is a worker.
 */
export function placeDeployments(
  deployments: readonly Deployment[],
  kubernetesServices: readonly KubernetesService[],
  defaults: AutoscalerDefaults,
): { services: Service[]; workers: Worker[] } {
  const served = new Map<Deployment, KubernetesService>();
  for (const service of kubernetesServices) {
    const deployment = deployments.find((each) => selects(service, each));
    if (!deployment) service.ignore('it leads to no Deployment or StatefulSet of these manifests', service.origin);
    else if (served.has(deployment))
      throw new ManifestError(
        service.origin,
        `Service ${service.name} leads to ${deployment.kind} ${deployment.name}, as ${served.get(deployment)?.name} does: a program has one address here`,
      );
    else served.set(deployment, service);
  }
  const workers = deployments.filter((each) => !served.has(each));
  return {
    services: [...served]
      .filter(([{ replicas }]) => replicas > 0)
      .map(([deployment, service]) => serviceOf(deployment, service, defaults)),
    workers: workers.map(({ kind, name, namespace, container, replicas, origin }) => ({
      ...{ kind, name, namespace, container, replicas, origin },
    })),
  };
}

const selects = ({ selector, namespace }: KubernetesService, deployment: Deployment): boolean =>
  selector !== undefined &&
  namespace === deployment.namespace &&
  Object.entries(selector).every(([key, value]) => deployment.labels[key] === value);

function serviceOf(
  { container, ports, replicas, readinessProbe, livenessProbe, startupProbe, template, origin }: Deployment,
  { name, namespace, targetPort }: KubernetesService,
  defaults: AutoscalerDefaults,
): Service {
  const port = typeof targetPort === 'number' ? targetPort : ports.find((each) => each.name === targetPort)?.number;
  const containerPort = port ?? ports[0]?.number;
  return {
    name,
    namespace,
    clusterLocal: true,
    deployed: true,
    container,
    ...(containerPort && { containerPort }),
    protocol: 'http1',
    containerConcurrency: 0,
    timeoutMs: 300_000,
    responseStartTimeoutMs: 300_000,
    readinessProbe,
    livenessProbe,
    startupProbe,
    autoscaling: { ...readAutoscaling(undefined, 0, defaults), minScale: replicas, maxScale: replicas },
    template,
    origin,
  };
}
