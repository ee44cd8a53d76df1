import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';

/** A Pod that the Pod Security Standard "restricted" has nothing against. */
export const restricted = (): IPodSpec => ({
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [
    {
      name: 'one',
      image: 'dev.local/dormouse/one:1',
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    },
    {
      name: 'other',
      image: 'dev.local/dormouse/other:1',
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } },
    },
  ],
});

const own = 'containers[1].securityContext';

/** One violation of each control: a field, its value, what is said, and where, if it is not there. */
export const violating: readonly { field: string; value: unknown; says: string; at?: string }[] = [
  { field: 'hostNetwork', value: true, says: "shares the node's" },
  { field: 'hostPID', value: true, says: "shares the node's" },
  { field: 'hostIPC', value: true, says: "shares the node's" },
  { field: `${own}.privileged`, value: true, says: 'must not be true' },
  { field: `${own}.windowsOptions`, value: { hostProcess: true }, says: 'must not run on the host' },
  { field: `${own}.capabilities`, value: undefined, says: 'must drop ALL' },
  { field: `${own}.capabilities.drop`, value: ['NET_RAW'], at: `${own}.capabilities`, says: 'must drop ALL' },
  {
    field: `${own}.capabilities.add`,
    value: ['SYS_TIME', 'NET_BIND_SERVICE'],
    at: `${own}.capabilities`,
    says: 'must not add SYS_TIME',
  },
  {
    field: 'volumes',
    value: [{ name: 'host', hostPath: { path: '/etc' } }],
    at: 'volumes[0].hostPath',
    says: 'this kind of volume is not allowed',
  },
  {
    field: 'volumes',
    value: [{ name: 'share', nfs: { server: 'a', path: '/' } }],
    at: 'volumes[0].nfs',
    says: 'this kind of volume is not allowed',
  },
  {
    field: 'containers[1].ports',
    value: [{ containerPort: 80, hostPort: 80 }],
    at: 'containers[1].ports[0].hostPort',
    says: "is a port of the node's",
  },
  {
    field: 'containers[1].livenessProbe',
    value: { httpGet: { port: 80, host: '10.0.0.1' } },
    at: 'containers[1].livenessProbe.httpGet.host',
    says: 'a probe may ask nobody but its own Pod',
  },
  {
    field: 'containers[1].lifecycle',
    value: { postStart: { httpGet: { port: 80, host: '10.0.0.1' } } },
    at: 'containers[1].lifecycle.postStart.httpGet.host',
    says: 'a hook may ask nobody but its own Pod',
  },
  { field: `${own}.appArmorProfile`, value: { type: 'Unconfined' }, says: 'must not be Unconfined' },
  {
    field: 'securityContext.seLinuxOptions',
    value: { type: 'spc_t' },
    says: 'must not set a user, a role, or a type of its own',
  },
  {
    field: `${own}.seLinuxOptions`,
    value: { user: 'root' },
    says: 'must not set a user, a role, or a type of its own',
  },
  { field: `${own}.procMount`, value: 'Unmasked', says: 'must be Default' },
  {
    field: 'securityContext.sysctls',
    value: [{ name: 'kernel.msgmax', value: '1' }],
    at: 'securityContext.sysctls[0]',
    says: 'kernel.msgmax is not a safe setting of the kernel',
  },
  { field: `${own}.allowPrivilegeEscalation`, value: undefined, says: 'must be false' },
  { field: `${own}.allowPrivilegeEscalation`, value: true, says: 'must be false' },
  { field: `${own}.runAsNonRoot`, value: false, says: 'must be true' },
  { field: `${own}.runAsUser`, value: 0, says: 'must not be 0' },
  { field: 'securityContext.runAsUser', value: 0, says: 'must not be 0' },
  {
    field: `${own}.seccompProfile`,
    value: { type: 'Unconfined' },
    says: 'must be of type RuntimeDefault or Localhost',
  },
  {
    field: 'initContainers',
    value: [{ name: 'first', image: 'first:1', securityContext: { capabilities: { drop: ['ALL'] } } }],
    at: 'initContainers[0].securityContext.allowPrivilegeEscalation',
    says: 'must be false',
  },
];
