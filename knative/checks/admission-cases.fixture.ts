import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import type { Manifest } from './manifest.ts';
import { setField } from './planting.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
const registry = 'registry.dormouse.dev/dormouse';

/** A container that nothing is to be said against. */
const container = (name: string, changes: Partial<IContainer> = {}): IContainer => ({
  name,
  image: `${registry}/posts@${digest}`,
  resources: { limits: { memory: '256Mi' } },
  securityContext: {
    runAsNonRoot: true,
    readOnlyRootFilesystem: true,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  },
  ...changes,
});
const sidecar = (name: string, image: string): IContainer => ({ name, image });
const pod = (changes: Partial<IPodSpec> = {}): IPodSpec => ({ containers: [container('user-container')], ...changes });

type Kind = 'Pod' | 'Deployment' | 'Job' | 'CronJob' | 'Service';

/** An object of that kind that makes such a Pod. */
const made: Readonly<Record<Kind, (spec: IPodSpec) => Manifest>> = {
  Pod: (spec) => named('v1', 'Pod', spec),
  Deployment: (spec) =>
    named('apps/v1', 'Deployment', {
      selector: { matchLabels: { app: 'one' } },
      template: { metadata: { labels: { app: 'one' } }, spec },
    }),
  Job: (spec) => named('batch/v1', 'Job', { template: { spec: { ...spec, restartPolicy: 'Never' } } }),
  CronJob: (spec) =>
    named('batch/v1', 'CronJob', {
      schedule: '0 3 * * *',
      jobTemplate: { spec: { template: { spec: { ...spec, restartPolicy: 'Never' } } } },
    }),
  Service: (spec) => named('serving.knative.dev/v1', 'Service', { template: { spec } }),
};
const named = (apiVersion: string, kind: string, spec: object): Manifest => ({
  apiVersion,
  kind,
  metadata: { name: `one-${kind.toLowerCase()}` },
  spec,
});

export interface AdmissionCase {
  name: string;
  object: Manifest;
  /** The object as it was, of an update. */
  before?: Manifest;
  /** What is said against it; nothing is. */
  says?: string;
}

const kinds = Object.keys(made) as Kind[];
const image = (name: string): IPodSpec => pod({ containers: [container('user-container', { image: name })] });
const with_ = (field: string, value: unknown): IPodSpec => {
  const spec = pod();
  setField(spec, field, value);
  return spec;
};
const own = 'containers[0].securityContext';
const byDigest = (name: string) => `images are named by their digest (@sha256:…), not ${name}`;
const elsewhere = (name: string) => `images come from ${registry}/, not ${name}`;
const latest = 'no image is called latest: what it is changes';

const admitted: AdmissionCase[] = [
  ...kinds.map((kind) => ({ name: `a ${kind} as ours are`, object: made[kind](pod()) })),
  {
    name: 'a Pod with what Knative and Istio put into it',
    object: made.Pod(
      pod({
        initContainers: [
          {
            ...sidecar('istio-init', 'docker.io/istio/proxyv2:1.31.0'),
            securityContext: {
              capabilities: { add: ['NET_ADMIN', 'NET_RAW'], drop: ['ALL'] },
              runAsUser: 0,
              runAsNonRoot: false,
            },
          },
        ],
        containers: [
          container('user-container'),
          sidecar('queue-proxy', `gcr.io/knative-releases/knative.dev/serving/cmd/queue@${digest}`),
          sidecar('istio-proxy', 'docker.io/istio/proxyv2:1.31.0'),
        ],
      }),
    ),
  },
  {
    name: 'what is said once for all containers of a Pod',
    object: made.Deployment({
      ...with_(own, { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }),
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    }),
  },
  { name: 'a tag beside the digest', object: made.Service(image(`${registry}/posts:main-1a2b3c4@${digest}`)) },
  {
    name: 'another label of what was there before the policy',
    before: made.Deployment(image('postgres:18')),
    object: {
      ...made.Deployment(image('postgres:18')),
      metadata: { name: 'one-deployment', labels: { tier: 'data' } },
    },
  },
];

const foreign = `registry.example/dormouse/posts@${digest}`;
const images: AdmissionCase[] = [
  ...kinds.map((kind) => ({
    name: `a ${kind} by tag`,
    object: made[kind](image(`${registry}/posts:main-1a2b3c4`)),
    says: byDigest(`${registry}/posts:main-1a2b3c4`),
  })),
  { name: 'no tag at all', object: made.Service(image(`${registry}/posts`)), says: byDigest(`${registry}/posts`) },
  {
    name: 'a digest that is cut',
    object: made.Deployment(image(`${registry}/posts@sha256:0123`)),
    says: byDigest(`${registry}/posts@sha256:0123`),
  },
  { name: 'latest, pinned', object: made.Service(image(`${registry}/posts:latest@${digest}`)), says: latest },
  { name: 'another registry', object: made.Service(image(foreign)), says: elsewhere(foreign) },
  {
    name: 'a registry whose name begins alike',
    object: made.Service(image(`${registry}-evil/posts@${digest}`)),
    says: elsewhere(`${registry}-evil/posts@${digest}`),
  },
  {
    name: 'an init container by tag',
    object: made.Deployment(pod({ initContainers: [container('first', { image: `${registry}/first:1` })] })),
    says: byDigest(`${registry}/first:1`),
  },
  {
    name: 'a container that is only called like a sidecar',
    object: made.Pod(pod({ containers: [container('user-container'), container('istio-proxy', { image: foreign })] })),
    says: elsewhere(foreign),
  },
  {
    name: "a sidecar's image under another name",
    object: made.Deployment(image(`docker.io/istio/proxyv2@${digest}`)),
    says: elsewhere(`docker.io/istio/proxyv2@${digest}`),
  },
  {
    name: 'an update to a tag',
    before: made.Deployment(pod()),
    object: made.Deployment(image(`${registry}/posts:2`)),
    says: byDigest(`${registry}/posts:2`),
  },
  {
    name: 'a container for debugging, in a Pod that runs',
    before: made.Pod(pod()),
    object: made.Pod(with_('ephemeralContainers', [container('debugger', { image: foreign })])),
    says: elsewhere(foreign),
  },
];

const rights: AdmissionCase[] = [
  ...(['hostNetwork', 'hostPID', 'hostIPC'] as const).map((field) => ({
    name: field,
    object: made.Deployment(with_(field, true)),
    says: "no Pod shares the node's network, processes or memory",
  })),
  {
    name: 'hostPath',
    object: made.Job(with_('volumes', [{ name: 'node', hostPath: { path: '/' } }])),
    says: "no Pod sees the node's files",
  },
  {
    name: 'hostPort',
    object: made.Deployment(with_('containers[0].ports', [{ containerPort: 80, hostPort: 80 }])),
    says: "no Pod takes a port of the node's",
  },
  {
    name: 'a privileged sidecar',
    object: made.Pod(
      pod({
        containers: [
          container('user-container'),
          { ...sidecar('istio-proxy', 'docker.io/istio/proxyv2:1.31.0'), securityContext: { privileged: true } },
        ],
      }),
    ),
    says: 'no container is privileged',
  },
  ...[undefined, true].map((value) => ({
    name: `allowPrivilegeEscalation ${value}`,
    object: made.Service(with_(`${own}.allowPrivilegeEscalation`, value)),
    says: 'every container has allowPrivilegeEscalation: false',
  })),
  ...[undefined, { drop: ['NET_RAW'] }, { drop: ['ALL'], add: ['NET_BIND_SERVICE'] }].map((value) => ({
    name: `capabilities ${JSON.stringify(value)}`,
    object: made.Service(with_(`${own}.capabilities`, value)),
    says: 'every container drops ALL capabilities, and adds none',
  })),
  ...[undefined, false].map((value) => ({
    name: `runAsNonRoot ${value}`,
    object: made.CronJob(with_(`${own}.runAsNonRoot`, value)),
    says: 'every container has runAsNonRoot: true',
  })),
  {
    name: 'runAsNonRoot of the Pod, taken back by a container',
    object: made.Deployment({ ...with_(`${own}.runAsNonRoot`, false), securityContext: { runAsNonRoot: true } }),
    says: 'every container has runAsNonRoot: true',
  },
  ...[undefined, { type: 'Unconfined' }].map((value) => ({
    name: `seccompProfile ${JSON.stringify(value)}`,
    object: made.Service(with_(`${own}.seccompProfile`, value)),
    says: 'every container has the seccomp profile RuntimeDefault',
  })),
  {
    name: 'a file system that can be written to',
    object: made.Service(with_(`${own}.readOnlyRootFilesystem`, undefined)),
    says: 'every container has readOnlyRootFilesystem: true',
  },
  {
    name: 'no limit of memory',
    object: made.Service(with_('containers[0].resources', { limits: { cpu: '1' } })),
    says: 'every container has a limit of memory',
  },
];

/** Objects of the namespace of the blog, and what the policies of admission say to each. */
export const admissionCases: readonly AdmissionCase[] = [...admitted, ...images, ...rights];
