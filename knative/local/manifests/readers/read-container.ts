import {
  podFields,
  reservedContainerName,
  reservedMountPaths,
  reservedPorts,
  reservedVariables,
} from '../knative-rules.ts';
import type { Container, EnvSource, Probe, Volume } from '../model.ts';
import type { Fields } from '../yaml/fields.ts';
import type { Enabled, Ignore } from './read-object.ts';

/** Which API a Pod specification belongs to: Knative's is narrower. */
export type PodKind = 'Service' | 'Job' | 'Deployment' | 'ContainerSource';

/** Valid in a container, but nothing that a process of this machine could have. */
const withoutMeaning: Readonly<Record<string, string>> = {
  resources: 'a process of this machine has no requests and limits',
  securityContext: 'processes of this machine run as the same user',
  imagePullPolicy: 'images are sources of this machine',
  terminationMessagePath: 'logs are all that a process leaves',
  terminationMessagePolicy: 'logs are all that a process leaves',
  startupProbe: 'a Job is what it does',
  lifecycle: 'a process gets SIGTERM and nothing else',
};

/** What a container is for: of Knative's only the one that is served has ports and probes. */
export type Role = 'served' | 'sidecar' | 'init' | 'job' | 'source' | 'deployed';

/** Probes that every container has on a cluster where `multi-container-probing` is enabled, and one of a sidecar may not have else. */
const probes = ['readinessProbe', 'livenessProbe', 'startupProbe'];

/** One container of a Pod specification, with its environment and volumes. */
export function readContainer(
  pod: Fields,
  fields: Fields,
  role: Role,
  { ignore, enabled }: { ignore: Ignore; enabled: Enabled },
): Container {
  const kind = kindOf(role);
  const later = Object.keys(withoutMeaning).filter(
    (key) => kind === 'Job' || (key === 'lifecycle' ? kind === 'Deployment' : key !== 'startupProbe'),
  );
  if (role === 'sidecar' || role === 'init') refuseProbes(fields, role, enabled);
  const own = {
    served: ['ports', ...probes],
    deployed: ['ports', ...probes],
    sidecar: probes,
    init: [],
    job: [],
    source: [],
  }[role];
  fields.only('name', 'image', 'command', 'args', 'workingDir', 'env', 'envFrom', 'volumeMounts', ...own, ...later);
  for (const key of later) if (fields.has(key)) ignore(`${key}: ${withoutMeaning[key]}`, fields.origin(key));
  checkName(fields, kind === 'Service' || role === 'source');
  const workingDir = fields.text('workingDir') || undefined;
  if (role === 'served') checkPorts(fields);
  return {
    image: readImage(fields),
    ...(workingDir && { workingDir }),
    command: fields.texts('command').map(({ text }) => text),
    args: fields.texts('args').map(({ text }) => text),
    env: [...fields.list('envFrom').map(readEnvFrom), ...readEnvs(fields, kind, enabled)],
    volumes: readVolumes(pod, fields, kind, enabled),
  };
}

function kindOf(role: Role): 'Service' | 'Job' | 'Deployment' {
  if (role === 'job' || role === 'source') return 'Job';
  return role === 'deployed' ? 'Deployment' : 'Service';
}

function refuseProbes(fields: Fields, role: Role, enabled: Enabled): void {
  const probe = probes.find((key) => fields.has(key));
  if (!probe) return;
  if (role === 'init') fields.fail(probe, 'is not allowed in an init container');
  if (!enabled('knative-serving', 'multi-container-probing'))
    fields.fail(probe, 'is off by default on Knative (multi-container-probing): probe the container that has the port');
}

/** @param optional Knative's webhooks name it */
function checkName(fields: Fields, optional: boolean): void {
  const name = optional ? fields.text('name') : fields.string('name');
  if (name === reservedContainerName) fields.fail('name', 'is reserved by Knative');
  if (name && !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name))
    fields.fail('name', 'must be lower-case letters, digits and "-"');
}

function readImage(fields: Fields): string {
  const image = fields.string('image');
  // `ko apply` builds what it finds behind ko://; here it is a program as every other.
  if (!/^(ko:\/\/)?[a-z0-9][\w./:@-]*$/.test(image)) fields.fail('image', `"${image}" is not the name of an image`);
  return image;
}

function readEnvFrom(entry: Fields): EnvSource {
  entry.only('prefix', 'configMapRef', 'secretRef');
  const configMap = entry.fields('configMapRef');
  const secret = entry.fields('secretRef');
  const source = configMap ?? secret ?? entry.fail(undefined, 'needs configMapRef or secretRef');
  if (configMap && secret) entry.fail('secretRef', 'cannot stand beside configMapRef');
  source.only('name', 'optional');
  return {
    kind: configMap ? 'configMap' : 'secret',
    from: source.string('name'),
    prefix: entry.text('prefix') ?? '',
    optional: source.boolean('optional') ?? false,
  };
}

/** Variables of a container; Knative's API server refuses two of one name, of a Job's the later wins. */
function readEnvs(container: Fields, kind: PodKind, enabled: Enabled): EnvSource[] {
  const seen = new Set<string>();
  return container.list('env').map((entry) => {
    const source = readEnv(entry, kind, enabled);
    if (kind === 'Service' && 'name' in source) {
      if (seen.has(source.name)) entry.fail('name', `"${source.name}" is given twice`);
      seen.add(source.name);
    }
    return source;
  });
}

function readEnv(entry: Fields, kind: PodKind, enabled: Enabled): EnvSource {
  entry.only('name', 'value', 'valueFrom');
  const name = entry.string('name');
  if (kind === 'Service' && reservedVariables.includes(name)) entry.fail('name', `"${name}" is set by Knative itself`);
  if (/[=\0]/.test(name)) entry.fail('name', 'cannot hold "="');
  const from = entry.fields('valueFrom');
  if (!from) return { kind: 'value', name, value: entry.text('value') ?? '' };
  if (entry.has('value')) entry.fail('value', 'cannot stand beside valueFrom');
  if (kind === 'Service' && !enabled('knative-serving', 'kubernetes.podspec-fieldref'))
    for (const field of ['fieldRef', 'resourceFieldRef'])
      if (from.has(field)) from.fail(field, 'is off by default on Knative (kubernetes.podspec-fieldref)');
  const field = from
    .only('configMapKeyRef', 'secretKeyRef', 'fieldRef')
    .fields('fieldRef')
    ?.only('fieldPath', 'apiVersion');
  if (field)
    return {
      kind: 'field',
      name,
      path: field.oneOf('fieldPath', ...podFields) ?? field.fail(undefined, 'needs "fieldPath"'),
    };
  const configMap = from.fields('configMapKeyRef');
  const source = (
    configMap ??
    from.fields('secretKeyRef') ??
    from.fail(undefined, 'needs configMapKeyRef or secretKeyRef')
  ).only('name', 'key', 'optional');
  return {
    kind: configMap ? 'configMapKey' : 'secretKey',
    name,
    from: source.string('name'),
    key: source.string('key'),
    optional: source.boolean('optional') ?? false,
  };
}

/** Mounts with what they mount. */
function readVolumes(pod: Fields, container: Fields, kind: PodKind, enabled: Enabled): Volume[] {
  const volumes = new Map(pod.list('volumes').map((volume) => [volume.string('name'), volume]));
  const mounts = container.list('volumeMounts').map((mount): Volume => {
    mount.only('name', 'mountPath', 'subPath', 'readOnly');
    const name = mount.string('name');
    const mountPath = mount.string('mountPath');
    if (!mountPath.startsWith('/')) mount.fail('mountPath', 'must be absolute');
    if (reservedMountPaths.includes(mountPath)) mount.fail('mountPath', `"${mountPath}" is reserved`);
    const subPath = mount.text('subPath') || undefined;
    if (subPath && (subPath.startsWith('/') || subPath.split('/').includes('..')))
      mount.fail('subPath', 'must be a path in the volume');
    const volume = volumes.get(name) ?? mount.fail('name', `"${name}" is none of the volumes`);
    const claim = volume.fields('persistentVolumeClaim');
    return {
      name,
      mountPath,
      ...(subPath && { subPath }),
      readOnly: (mount.boolean('readOnly') || claim?.boolean('readOnly')) ?? false,
      source: readVolumeSource(volume, kind, enabled),
    };
  });
  const paths = mounts.map(({ mountPath }) => mountPath);
  const twice = paths.find((path, index) => paths.indexOf(path) !== index);
  if (twice) container.fail('volumeMounts', `mount two volumes at ${twice}`);
  return mounts;
}

function readVolumeSource(volume: Fields, kindOfPod: PodKind, enabled: Enabled): Volume['source'] {
  const claim = volume.fields('persistentVolumeClaim')?.only('claimName', 'readOnly');
  if (kindOfPod === 'Service' && claim)
    for (const feature of claim.boolean('readOnly') ? ['claim'] : ['claim', 'write'])
      if (!enabled('knative-serving', `kubernetes.podspec-persistent-volume-${feature}`))
        volume.fail(
          'persistentVolumeClaim',
          `is off by default on Knative (kubernetes.podspec-persistent-volume-${feature})`,
        );
  volume.only('name', 'emptyDir', 'secret', 'configMap', 'persistentVolumeClaim');
  const [kind, another] = volume.keys.filter((key) => key !== 'name');
  if (!kind) return volume.fail(undefined, 'needs emptyDir, secret, configMap or persistentVolumeClaim');
  if (another) volume.fail(another, `cannot stand beside ${kind}`);
  const source = volume.need(kind);
  if (claim) return { kind: 'claim', from: claim.string('claimName') };
  if (kind === 'emptyDir') {
    source.only('medium', 'sizeLimit');
    return { kind: 'emptyDir' };
  }
  const name = kind === 'secret' ? 'secretName' : 'name';
  source.only(name, 'optional', 'defaultMode');
  return {
    kind: kind === 'secret' ? 'secret' : 'configMap',
    from: source.string(name),
    optional: source.boolean('optional') ?? false,
  };
}

function checkPorts(container: Fields): void {
  const [port, second] = container.list('ports');
  if (second) second.fail(undefined, 'is a second port: Knative serves one');
  if (!port) return;
  port.only('name', 'containerPort', 'protocol');
  const name = port.text('name') || 'http1';
  if (name !== 'http1' && name !== 'h2c') port.fail('name', `"${name}" must be http1 or h2c: it names the protocol`);
  const number = port.integer('containerPort', 1, 65535);
  if (number && reservedPorts.includes(number))
    port.fail('containerPort', `${number} is reserved by Knative (${reservedPorts.join(', ')})`);
  if ((port.text('protocol') ?? 'TCP') !== 'TCP') port.fail('protocol', 'must be TCP');
}

const probeFields = [
  'initialDelaySeconds',
  'periodSeconds',
  'timeoutSeconds',
  'successThreshold',
  'failureThreshold',
  'terminationGracePeriodSeconds',
];
const handlers = ['httpGet', 'tcpSocket', 'exec', 'grpc'];

/** A probe with Kubernetes' defaults, as Knative's webhook accepts it (pkg/apis/serving/k8s_validation.go). */
export function readProbe(
  container: Fields,
  key: 'readinessProbe' | 'livenessProbe' | 'startupProbe',
): Probe | undefined {
  const probe = container.fields(key)?.only(...handlers, ...probeFields);
  if (!probe) return undefined;
  const [handler, another] = handlers.filter((each) => probe.has(each));
  if (another) probe.fail(another, `cannot stand beside ${handler}`);
  const successThreshold = probe.integer('successThreshold', 1, key === 'readinessProbe' ? 1000 : 1) ?? 1;
  return {
    ...readHandler(probe, container),
    periodMs: (probe.integer('periodSeconds', 0) || 10) * 1000,
    timeoutMs: (probe.integer('timeoutSeconds', 1) ?? 1) * 1000,
    failureThreshold: probe.integer('failureThreshold', 1) ?? 3,
    ...(successThreshold > 1 && { successThreshold }),
    initialDelayMs: (probe.integer('initialDelaySeconds', 0) ?? 0) * 1000,
  };
}

type Handler = Pick<Probe, 'path' | 'headers' | 'port' | 'exec' | 'grpc'>;

function readHandler(probe: Fields, container: Fields): Handler {
  const http = probe.fields('httpGet')?.only('path', 'port', 'scheme', 'httpHeaders');
  if (http) return readHttpGet(http, container);
  const grpc = probe.fields('grpc')?.only('port', 'service');
  if (grpc) return { path: undefined, grpc: grpc.text('service') ?? '', ...probePort(grpc, container) };
  const exec = probe.fields('exec')?.only('command');
  const command = exec?.texts('command').map(({ text }) => text);
  if (command)
    return command.length > 0 ? { path: undefined, exec: command } : exec!.fail(undefined, 'needs "command"');
  const tcp = probe.fields('tcpSocket')?.only('port');
  return { path: undefined, ...(tcp && probePort(tcp, container)) };
}

function readHttpGet(http: Fields, container: Fields): Handler {
  if ((http.text('scheme') ?? 'HTTP') !== 'HTTP') http.fail('scheme', 'must be HTTP');
  const headers = http.list('httpHeaders').flatMap((field) => {
    field.only('name', 'value');
    return [field.string('name'), field.text('value') ?? ''];
  });
  return {
    path: http.text('path') || '/',
    ...(headers.length > 0 && { headers }),
    ...probePort(http, container),
  };
}

/** The port of a probe, where it is not the one that is served. */
function probePort(handler: Fields, container: Fields): Pick<Probe, 'port'> {
  const port = handler.raw('port') ?? 0;
  const served = container.list('ports')[0];
  const name = served?.text('name') ?? 'http1';
  if (typeof port === 'string') {
    if (port !== name) handler.fail('port', `"${port}" is not the name of the port that is served (${name})`);
    return {};
  }
  const number = handler.integer('port', 0, 65535);
  return number && number !== (served?.raw('containerPort') ?? 8080) ? { port: number } : {};
}
