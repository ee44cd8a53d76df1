import { maxContainerConcurrency, maxTimeoutSeconds, podFeatures } from '../knative-rules.ts';
import type { Service } from '../model.ts';
import type { Fields } from '../yaml/fields.ts';
import { isObject, type Json } from '../yaml/source-positions.ts';
import { type AutoscalerDefaults, readAutoscaling } from './read-autoscaling.ts';
import { readContainer, readProbe } from './read-container.ts';
import { addedMetadata, type Enabled, type Ignore, type ObjectFields, requireHostName } from './read-object.ts';

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
  const tags = readTraffic(spec);
  checkMetadata(object);
  const template = spec.need('template').only('metadata', 'spec');
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
  const { container, fields } = readContainer(pod, 'Service', { ignore, enabled });
  const containerConcurrency = pod.integer('containerConcurrency', 0, maxContainerConcurrency) ?? 0;
  return {
    name,
    namespace,
    clusterLocal: object.labels['networking.knative.dev/visibility'] === 'cluster-local',
    container,
    ...readPort(fields),
    ...(tags.length > 0 && { tags }),
    protocol: fields.list('ports')[0]?.text('name') === 'h2c' ? 'h2c' : 'http1',
    containerConcurrency,
    ...readTimeouts(pod),
    readinessProbe: readProbe(fields, 'readinessProbe'),
    livenessProbe: readProbe(fields, 'livenessProbe'),
    autoscaling: readAutoscaling(readAnnotations(template, name, ignore), containerConcurrency, defaults),
    template: JSON.stringify(inOrder(template.value)),
    origin,
  };
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

/** Targets of the latest revision, which is all that runs here. @returns their tags */
function readTraffic(spec: Fields): string[] {
  const targets = spec.list('traffic');
  if (targets.length === 0) return [];
  let sum = 0;
  const tags: string[] = [];
  for (const target of targets) {
    target.only('latestRevision', 'percent', 'tag', 'revisionName', 'configurationName', 'url');
    if (target.has('revisionName') || target.boolean('latestRevision') === false)
      target.fail(
        target.has('revisionName') ? 'revisionName' : 'latestRevision',
        'cannot be kept here: every request goes to the latest revision',
      );
    sum += target.integer('percent', 0, 100) ?? 0;
    const tag = target.text('tag') || undefined;
    if (tag === undefined) continue;
    if (!/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(tag))
      target.fail('tag', `"${tag}" must begin with a letter and hold only lower-case letters, digits and "-"`);
    if (tags.includes(tag)) target.fail('tag', `"${tag}" is given twice`);
    tags.push(tag);
  }
  if (sum !== 100) spec.fail('traffic', `adds up to ${sum} percent, not to 100`);
  return tags;
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

/** The annotations of the revision; its name is Knative's business. */
function readAnnotations(template: Fields, service: string, ignore: Ignore): Fields | undefined {
  const metadata = template.fields('metadata')?.only('name', 'annotations', 'labels', ...addedMetadata);
  const name = metadata?.text('name');
  if (name && !name.startsWith(`${service}-`)) metadata?.fail('name', `must begin with "${service}-"`);
  if (name) ignore('spec.template.metadata.name: revisions are numbered here', metadata!.origin('name'));
  return metadata?.fields('annotations');
}

function readTimeouts(pod: Fields): { timeoutMs: number; responseStartTimeoutMs: number } {
  const timeout = pod.integer('timeoutSeconds', 0, maxTimeoutSeconds) || 300;
  const responseStart = pod.integer('responseStartTimeoutSeconds', 0, maxTimeoutSeconds) || Math.min(300, timeout);
  if (responseStart > timeout)
    pod.fail('responseStartTimeoutSeconds', `${responseStart} is greater than timeoutSeconds ${timeout}`);
  return { timeoutMs: timeout * 1000, responseStartTimeoutMs: responseStart * 1000 };
}
