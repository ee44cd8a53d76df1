import { maxContainerConcurrency, maxTimeoutSeconds, podFeatures } from '../knative-rules.ts';
import type { Service, TrafficTarget } from '../model.ts';
import type { Fields } from '../yaml/fields.ts';
import { isObject, type Json } from '../yaml/source-positions.ts';
import { type AutoscalerDefaults, readAutoscaling } from './read-autoscaling.ts';
import { readProbe } from './read-container.ts';
import { addedMetadata, type Enabled, type Ignore, type ObjectFields, requireHostName } from './read-object.ts';
import { readPod } from './read-pod.ts';

const withoutMeaning: Readonly<Record<string, string>> = {
  serviceAccountName: 'there is no API server to have rights on',
  automountServiceAccountToken: 'there is no API server to have rights on',
  enableServiceLinks: 'there are no such variables here',
  imagePullSecrets: 'images are sources of this machine',
  idleTimeoutSeconds: 'a connection that is silent is ended by the timeouts of its request',
};

/** Reads a Knative Service (serving.knative.dev/v1) as its webhook would, and fills in Knative's defaults. */
export function readService(object: ObjectFields, defaults: AutoscalerDefaults): Service {
  requireHostName(object);
  const { name, namespace, origin, ignore, enabled, root } = object;
  const spec = root.need('spec').only('template', 'traffic');
  const traffic = readTraffic(spec);
  checkMetadata(object);
  const template = spec.need('template').only('metadata', 'spec');
  const revision = readRevision(template, name);
  const pod = template.need('spec');
  const allowed = readFeatures(pod, enabled, ignore);
  pod.only(
    ...allowed,
    'containers',
    'initContainers',
    'volumes',
    'containerConcurrency',
    'timeoutSeconds',
    'responseStartTimeoutSeconds',
    ...Object.keys(withoutMeaning),
  );
  for (const [field, reason] of Object.entries(withoutMeaning))
    if (pod.has(field)) ignore(`${field}: ${reason}`, pod.origin(field));
  const { container, fields, sidecars, initContainers } = readPod(pod, 'Service', { ignore, enabled });
  const containerConcurrency = pod.integer('containerConcurrency', 0, maxContainerConcurrency) ?? 0;
  return {
    name,
    namespace,
    ...(revision.name && { revisionName: revision.name }),
    clusterLocal: object.labels['networking.knative.dev/visibility'] === 'cluster-local',
    container,
    ...(sidecars.length > 0 && { sidecars }),
    ...(initContainers.length > 0 && { initContainers }),
    ...readPort(fields),
    ...(traffic && { traffic }),
    protocol: fields.list('ports')[0]?.text('name') === 'h2c' ? 'h2c' : 'http1',
    containerConcurrency,
    ...readTimeouts(pod),
    readinessProbe: readProbe(fields, 'readinessProbe'),
    livenessProbe: readProbe(fields, 'livenessProbe'),
    ...readStartup(fields),
    autoscaling: readAutoscaling(revision.annotations, containerConcurrency, defaults),
    template: JSON.stringify(inOrder(template.value)),
    origin,
  };
}

function readStartup(container: Fields): Pick<Service, 'startupProbe'> {
  const startupProbe = readProbe(container, 'startupProbe');
  return startupProbe ? { startupProbe } : {};
}

function readPort(container: Fields): Pick<Service, 'containerPort'> {
  const containerPort = container.list('ports')[0]?.integer('containerPort', 0);
  return containerPort ? { containerPort } : {};
}

/** Fields of the Pod that a feature allows; most of them order Pods among nodes. @returns those that are enabled */
function readFeatures(pod: Fields, enabled: Enabled, ignore: Ignore): string[] {
  return Object.entries(podFeatures).flatMap(([field, feature]) => {
    if (field === 'initContainers' || !pod.has(field)) return [];
    if (!enabled('knative-serving', feature)) pod.fail(field, `is off by default on Knative (${feature})`);
    ignore(`${field}: it has no meaning for a process of this machine`, pod.origin(field));
    return field;
  });
}

/** The same value with the keys of all mappings sorted. */
function inOrder(value: Json): Json {
  if (Array.isArray(value)) return value.map(inOrder);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, each]) => [key, inOrder(each)] as const)
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

/**
 * `spec.traffic` as Knative's webhook checks it (pkg/apis/serving/v1/traffic_validation.go).
 * @returns undefined where everything goes to the latest revision and there is no tag
 */
function readTraffic(spec: Fields): TrafficTarget[] | undefined {
  const tags = new Set<string>();
  const targets = spec.list('traffic').map((target): TrafficTarget => {
    target.only('latestRevision', 'percent', 'tag', 'revisionName', 'configurationName', 'url');
    const revision = target.text('revisionName') || undefined;
    if ((target.boolean('latestRevision') ?? revision === undefined) === (revision !== undefined))
      target.fail('latestRevision', revision ? 'cannot be true beside revisionName' : 'is false: name the revision');
    const tag = readTag(target);
    if (tag && tags.has(tag)) target.fail('tag', `"${tag}" is given twice`);
    if (tag) tags.add(tag);
    return { percent: target.integer('percent', 0, 100) ?? 0, ...(revision && { revision }), ...(tag && { tag }) };
  });
  const sum = targets.reduce((total, { percent }) => total + percent, 0);
  if (targets.length > 0 && sum !== 100) spec.fail('traffic', `adds up to ${sum} percent, not to 100`);
  return targets.some(({ revision, tag }) => revision || tag) ? targets : undefined;
}

function readTag(target: Fields): string | undefined {
  const tag = target.text('tag') || undefined;
  if (tag && !/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(tag))
    target.fail('tag', `"${tag}" must begin with a letter and hold only lower-case letters, digits and "-"`);
  return tag;
}

function checkMetadata({ metadata, annotations, labels, ignore }: ObjectFields): void {
  const visibility = labels['networking.knative.dev/visibility'];
  if (visibility !== undefined && visibility !== 'cluster-local')
    metadata.fields('labels')?.fail('networking.knative.dev/visibility', 'can only be cluster-local');
  for (const key of Object.keys(annotations)) {
    const at = metadata.fields('annotations')!;
    if (key.startsWith('autoscaling.knative.dev/'))
      at.fail(key, 'belongs to a revision: put it under spec.template.metadata.annotations');
    if (key === 'serving.knative.dev/rollout-duration')
      ignore(`${key}: a new revision takes over as soon as it is ready`, at.origin(key));
  }
}

/** Name and annotations of the revision. */
function readRevision(
  template: Fields,
  service: string,
): { name: string | undefined; annotations: Fields | undefined } {
  const metadata = template.fields('metadata')?.only('name', 'annotations', 'labels', ...addedMetadata);
  const name = metadata?.text('name') || undefined;
  if (name && (!name.startsWith(`${service}-`) || !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)))
    metadata?.fail(
      'name',
      `must begin with "${service}-" and hold only lower-case letters, digits and "-", at most 63`,
    );
  return { name, annotations: metadata?.fields('annotations') };
}

function readTimeouts(pod: Fields): { timeoutMs: number; responseStartTimeoutMs: number } {
  const timeout = pod.integer('timeoutSeconds', 0, maxTimeoutSeconds) || 300;
  const responseStart = pod.integer('responseStartTimeoutSeconds', 0, maxTimeoutSeconds) || Math.min(300, timeout);
  if (responseStart > timeout)
    pod.fail('responseStartTimeoutSeconds', `${responseStart} is greater than timeoutSeconds ${timeout}`);
  return { timeoutMs: timeout * 1000, responseStartTimeoutMs: responseStart * 1000 };
}
