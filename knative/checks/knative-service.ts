import {
  maxContainerConcurrency,
  maxTimeoutSeconds,
  reservedContainerName,
  reservedMountPaths,
  reservedPorts,
  reservedVariables,
} from '@dormouse/manifests/knative-rules';
import type { IServiceSpec } from '@kubernetes-models/knative/serving.knative.dev/v1/ServiceSpec';
import type { IContainer } from 'kubernetes-models/v1/Container';
import { all, type Finding, finding, type Manifest, type Manifests } from './manifest.ts';

type Service = Manifest & { spec: IServiceSpec };
type Problem = { path: string; problem: string };

/** Checks what Knative's webhook rejects in a Service beyond schema, fields (knative-fields.ts) and annotations (knative-annotations.ts). */
export const checkKnativeServices = (manifests: Manifests): Finding[] =>
  all<IServiceSpec>(manifests, 'Service.serving.knative.dev').flatMap((service) =>
    [...checkBounds(service), ...checkContainers(service), ...checkVolumes(service), ...checkTraffic(service)].map(
      ({ path, problem }) => finding(service, path, problem),
    ),
  );

function checkBounds({ metadata, spec }: Service): Problem[] {
  const revision = spec.template?.spec ?? { containers: [] };
  const between = (name: 'containerConcurrency' | 'timeoutSeconds', max: number): Problem[] => {
    const value = revision[name] ?? 0;
    return value >= 0 && value <= max
      ? []
      : [{ path: `spec.template.spec.${name}`, problem: `${value} must be between 0 and ${max}` }];
  };
  return [
    ...between('containerConcurrency', maxContainerConcurrency),
    ...between('timeoutSeconds', maxTimeoutSeconds),
    ...(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(metadata.name)
      ? []
      : [{ path: 'metadata.name', problem: `"${metadata.name}" is not a DNS label (RFC 1035)` }]),
  ];
}

function checkContainers({ spec }: Service): Problem[] {
  const { containers } = spec.template?.spec ?? { containers: [] };
  const problems = containers.flatMap((container, index) =>
    checkContainer(container, `spec.template.spec.containers[${index}]`),
  );
  const ports = containers.flatMap((container) => container.ports ?? []);
  if (containers.length === 0) problems.push({ path: 'spec.template.spec.containers', problem: 'there is none' });
  if (ports.length > 1)
    problems.push({ path: 'spec.template.spec.containers', problem: 'only one port of one container is served' });
  return problems;
}

function checkContainer({ name, ports = [], env = [] }: IContainer, path: string): Problem[] {
  const problems: Problem[] = [];
  if (name === reservedContainerName)
    problems.push({ path: `${path}.name`, problem: 'queue-proxy is the name of a container of Knative' });
  for (const [index, port] of (ports ?? []).entries()) {
    const here = `${path}.ports[${index}]`;
    if (reservedPorts.includes(port.containerPort))
      problems.push({ path: `${here}.containerPort`, problem: `${port.containerPort} is taken by Knative` });
    if (!['http1', 'h2c', undefined].includes(port.name ?? undefined))
      problems.push({ path: `${here}.name`, problem: `"${port.name}" must be http1 or h2c` });
  }
  for (const [index, { name: variable }] of (env ?? []).entries())
    if (reservedVariables.includes(variable))
      problems.push({ path: `${path}.env[${index}].name`, problem: `${variable} is set by Knative` });
  return problems;
}

/** Checks that every volume is mounted, and every mount has a volume. */
function checkVolumes({ spec }: Service): Problem[] {
  const { containers, volumes } = spec.template?.spec ?? { containers: [] };
  const mounts = containers.flatMap(({ volumeMounts }, container) =>
    (volumeMounts ?? []).map((mount, index) => ({
      ...mount,
      path: `spec.template.spec.containers[${container}].volumeMounts[${index}]`,
    })),
  );
  const problems = (volumes ?? []).flatMap(({ name }, index): Problem[] =>
    mounts.some((mount) => mount.name === name)
      ? []
      : [{ path: `spec.template.spec.volumes[${index}]`, problem: `"${name}" is not mounted` }],
  );
  for (const { name, path, mountPath } of mounts) {
    if (!(volumes ?? []).some((volume) => volume.name === name))
      problems.push({ path: `${path}.name`, problem: `there is no volume "${name}"` });
    if (reservedMountPaths.includes(mountPath))
      problems.push({ path: `${path}.mountPath`, problem: `${mountPath} cannot be mounted over` });
  }
  return problems;
}

function checkTraffic({ spec }: Service): Problem[] {
  const { traffic } = spec;
  if (!traffic?.length) return [];
  const sum = traffic.reduce((so, { percent }) => so + (percent ?? 0), 0);
  return sum === 100 ? [] : [{ path: 'spec.traffic', problem: `percentages add up to ${sum}, not to 100` }];
}
