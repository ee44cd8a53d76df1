import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import { type Finding, finding, type Manifests, type Pod } from './manifest.ts';
import { podsOf } from './pods.ts';

type Problem = { path: string; problem: string };
type Security = NonNullable<IContainer['securityContext']> & NonNullable<IPodSpec['securityContext']>;
interface Part {
  container: IContainer;
  path: string;
}
type Control = (pod: IPodSpec, parts: readonly Part[]) => Problem[];

/** Checks every Pod of these objects against the Pod Security Standard "restricted" (kubernetes.io/docs/concepts/security/pod-security-standards), Linux only. */
export const checkPodSecurity = (manifests: Manifests): Finding[] =>
  podsOf(manifests).flatMap((pod) =>
    violations(pod).map(({ path, problem }) => finding(pod.owner, `${pod.path}.${path}`, problem)),
  );

export function violations({ spec }: Pick<Pod, 'spec'>): Problem[] {
  const parts = (['initContainers', 'containers', 'ephemeralContainers'] as const).flatMap((list) =>
    ((spec[list] ?? []) as IContainer[]).map((container, index) => ({ container, path: `${list}[${index}]` })),
  );
  return controls.flatMap((control) => control(spec, parts));
}

/** A control on a field of the security contexts: that of each container, and that of the Pod. */
const onEach =
  (name: keyof Security, problemOf: (value: unknown) => string | undefined): Control =>
  ({ securityContext }, parts) =>
    [
      { path: '', context: securityContext },
      ...parts.map(({ container, path }) => ({ path: `${path}.`, context: container.securityContext })),
    ].flatMap(({ path, context }) => {
      const problem = problemOf((context as Security | undefined)?.[name]);
      return problem ? [{ path: `${path}securityContext.${name}`, problem }] : [];
    });

/** A control on a field that each container must set itself, or, with `orPod`, inherit from its Pod. */
const required =
  (name: keyof Security, problemOf: (value: unknown) => string | undefined, orPod = false): Control =>
  ({ securityContext }, parts) =>
    parts.flatMap(({ container, path }) => {
      const value =
        container.securityContext?.[name as keyof IContainer['securityContext']] ??
        (orPod ? (securityContext as Security | undefined)?.[name] : undefined);
      const problem = problemOf(value);
      return problem ? [{ path: `${path}.securityContext.${name}`, problem }] : [];
    });

const must = (fits: boolean, problem: string) => (fits ? undefined : problem);
const given = (value: unknown) => value !== undefined && value !== null;
const type = (value: unknown) => (value as { type?: string } | undefined)?.type;

const namespaces: Control = (pod) =>
  (['hostNetwork', 'hostPID', 'hostIPC'] as const).flatMap((name) =>
    pod[name] ? [{ path: name, problem: "shares the node's" }] : [],
  );

const hostPorts: Control = (_, parts) =>
  parts.flatMap(({ container, path }) =>
    (container.ports ?? []).flatMap(({ hostPort }, index) =>
      hostPort ? [{ path: `${path}.ports[${index}].hostPort`, problem: "is a port of the node's" }] : [],
    ),
  );

const hosts: Control = (_, parts) =>
  parts.flatMap(({ container, path }) =>
    (['livenessProbe', 'readinessProbe', 'startupProbe'] as const).flatMap((probe) =>
      (['httpGet', 'tcpSocket'] as const).flatMap((how) =>
        container[probe]?.[how]?.host
          ? [{ path: `${path}.${probe}.${how}.host`, problem: 'a probe may ask nobody but its own Pod' }]
          : [],
      ),
    ),
  );

const hooks: Control = (_, parts) =>
  parts.flatMap(({ container, path }) =>
    (['postStart', 'preStop'] as const).flatMap((hook) =>
      (['httpGet', 'tcpSocket'] as const).flatMap((how) =>
        container.lifecycle?.[hook]?.[how]?.host
          ? [{ path: `${path}.lifecycle.${hook}.${how}.host`, problem: 'a hook may ask nobody but its own Pod' }]
          : [],
      ),
    ),
  );

const kinds = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];
const volumes: Control = ({ volumes: all }) =>
  (all ?? []).flatMap((volume, index) =>
    Object.keys(volume)
      .filter((name) => name !== 'name' && !kinds.includes(name))
      .map((name) => ({ path: `volumes[${index}].${name}`, problem: 'this kind of volume is not allowed' })),
  );

const sysctls = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
];
const settings: Control = ({ securityContext }) =>
  (securityContext?.sysctls ?? []).flatMap(({ name }, index) =>
    sysctls.includes(name) ||
    /^net\.ipv4\.(ip_local_reserved_ports|tcp_(keepalive_time|fin_timeout|keepalive_intvl|keepalive_probes))$/.test(
      name,
    )
      ? []
      : [{ path: `securityContext.sysctls[${index}]`, problem: `${name} is not a safe setting of the kernel` }],
  );

const labels = ['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'];
const selinux = (value: unknown) => {
  const { type: label = '', user, role } = (value ?? {}) as { type?: string; user?: string; role?: string };
  return must(labels.includes(label) && !user && !role, 'must not set a user, a role, or a type of its own');
};

const capabilities = (value: unknown) => {
  const { drop = [], add = [] } = (value ?? {}) as { drop?: string[]; add?: string[] };
  if (!drop.includes('ALL')) return 'must drop ALL';
  return must(
    add.every((name) => name === 'NET_BIND_SERVICE'),
    `must not add ${add.filter((name) => name !== 'NET_BIND_SERVICE').join(', ')}`,
  );
};

const profile = (value: unknown) =>
  must(['RuntimeDefault', 'Localhost'].includes(type(value) ?? ''), 'must be of type RuntimeDefault or Localhost');

/** The Pod's value, even if its containers override it. */
const seccomp: Control = ({ securityContext }) => {
  const problem = given(securityContext?.seccompProfile) && profile(securityContext?.seccompProfile);
  return problem ? [{ path: 'securityContext.seccompProfile', problem }] : [];
};

const controls: readonly Control[] = [
  // Baseline.
  onEach('windowsOptions', (value) =>
    must(!(value as { hostProcess?: boolean } | undefined)?.hostProcess, 'must not run on the host'),
  ),
  namespaces,
  onEach('privileged', (value) => must(!value, 'must not be true')),
  volumes,
  hostPorts,
  hosts,
  hooks,
  onEach('appArmorProfile', (value) => must(!given(value) || type(value) !== 'Unconfined', 'must not be Unconfined')),
  onEach('seLinuxOptions', selinux),
  onEach('procMount', (value) => must(!given(value) || value === 'Default', 'must be Default')),
  settings,
  // Restricted.
  required('allowPrivilegeEscalation', (value) => must(value === false, 'must be false')),
  required('runAsNonRoot', (value) => must(value === true, 'must be true'), true),
  onEach('runAsUser', (value) => must(value !== 0, 'must not be 0')),
  required('seccompProfile', profile, true),
  seccomp,
  required('capabilities', capabilities),
];
