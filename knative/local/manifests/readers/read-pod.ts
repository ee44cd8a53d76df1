import { podFeatures } from '../knative-rules.ts';
import type { Container, NamedContainer } from '../model.ts';
import type { Fields } from '../yaml/fields.ts';
import { type PodKind, readContainer, readProbe } from './read-container.ts';
import type { Enabled, Ignore } from './read-object.ts';

/** The containers of a Pod specification. */
export interface PodContainers {
  /** The one that is served, or the Job's. */
  container: Container;
  fields: Fields;
  sidecars: NamedContainer[];
  initContainers: NamedContainer[];
}

interface Reading {
  ignore: Ignore;
  enabled: Enabled;
}

const roles = { Service: 'served', Job: 'job', Deployment: 'deployed', ContainerSource: 'source' } as const;

/** Reads the containers of a Service, of which one has ports, or the one of a Job or a Deployment (pkg/apis/serving/k8s_validation.go). */
export function readPod(pod: Fields, kind: PodKind, reading: Reading): PodContainers {
  const listed = pod.list('containers');
  const [first, second] = listed;
  if (!first) return pod.fail(pod.has('containers') ? 'containers' : undefined, 'needs one container');
  if (kind !== 'Service') {
    if (second) second.fail(undefined, `is a second container: a ${kind} here is one process`);
    if (pod.has('initContainers')) pod.fail('initContainers', `is not understood: a ${kind} here is one process`);
  }
  const fields = second ? servedOf(listed, second) : first;
  const sidecars = listed.filter((each) => each !== fields);
  const before = readInitContainers(pod, reading.enabled);
  const named = (role: 'sidecar' | 'init') => (each: Fields, at: number) => ({
    name: each.text('name') || `${role}-${at}`,
    container: readContainer(pod, each, role, reading),
  });
  const read = {
    container: readContainer(pod, fields, roles[kind], reading),
    fields,
    sidecars: sidecars.map((each, at) => ({
      ...named('sidecar')(each, at),
      ...readSidecarProbe(each, 'readinessProbe'),
      ...readSidecarProbe(each, 'livenessProbe'),
      ...readSidecarProbe(each, 'startupProbe'),
    })),
    initContainers: before.map(named('init')),
  };
  checkNames([fields, ...sidecars, ...before]);
  checkMounted(pod, [read.container, ...[...read.sidecars, ...read.initContainers].map(({ container }) => container)]);
  return read;
}

/** A sidecar has no port of its own that a probe could mean. */
function readSidecarProbe(
  fields: Fields,
  key: 'readinessProbe' | 'livenessProbe' | 'startupProbe',
): Partial<NamedContainer> {
  const probe = readProbe(fields, key);
  if (!probe) return {};
  if (probe.exec) return { [key]: probe };
  const given = fields.need(key);
  const handler = ['httpGet', 'tcpSocket', 'grpc'].find((each) => given.has(each));
  if (!handler) return given.fail(undefined, 'needs httpGet, tcpSocket, grpc or exec');
  const port = given.need(handler).integer('port', 1, 65_535) ?? given.need(handler).fail(undefined, 'needs "port"');
  return { [key]: { ...probe, port } };
}

/** The one of several containers that has ports. */
function servedOf(containers: readonly Fields[], second: Fields): Fields {
  const [served, another] = containers.filter((each) => each.list('ports').length > 0);
  if (another) another.fail('ports', 'belong to one container: Knative serves one port');
  return served ?? second.fail(undefined, 'is a second container: the one that is served has to have ports');
}

function readInitContainers(pod: Fields, enabled: Enabled): Fields[] {
  if (pod.has('initContainers') && !enabled('knative-serving', podFeatures.initContainers!))
    pod.fail('initContainers', `is off by default on Knative (${podFeatures.initContainers}): use a Job`);
  return pod.list('initContainers');
}

function checkNames(containers: readonly Fields[]): void {
  const names = new Set<string>();
  for (const each of containers) {
    const name = each.text('name');
    if (name && names.has(name)) each.fail('name', `"${name}" is given twice`);
    if (name) names.add(name);
  }
}

/** A volume that nobody mounts is rejected, as on Knative. */
function checkMounted(pod: Fields, containers: readonly Container[]): void {
  const mounted = new Set(containers.flatMap(({ volumes }) => volumes.map(({ name }) => name)));
  for (const volume of pod.list('volumes')) {
    const name = volume.string('name');
    if (!mounted.has(name)) volume.fail('name', `"${name}" is not mounted`);
  }
}
