import type { IServiceSpec } from '@kubernetes-models/knative/serving.knative.dev/v1/ServiceSpec';
import type { ICronJobSpec } from 'kubernetes-models/batch/v1/CronJobSpec';
import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import type { IPodTemplateSpec } from 'kubernetes-models/v1/PodTemplateSpec';
import { kindOf, type Manifest, type Manifests, namespaceOf, type Pod } from './manifest.ts';

const withTemplate = ['Deployment.apps', 'StatefulSet.apps', 'DaemonSet.apps', 'Job.batch'];

/** Placeholder for the name that Knative gives to a Revision: `posts-00001`. */
const revisionOf = (service: string) => `${service}-*`;

/** The Pods that these objects create, those of Knative Services included. */
export const podsOf = (manifests: Manifests): Pod[] => manifests.flatMap((manifest) => podOf(manifest) ?? []);

/** The Pod that an object creates; undefined when it creates none. */
export function podOf(manifest: Manifest): Pod | undefined {
  const kind = kindOf(manifest);
  if (kind === 'Service.serving.knative.dev') return podOfService(manifest);
  if (kind === 'Pod') return pod(manifest, '', { metadata: manifest.metadata, spec: manifest.spec as IPodSpec });
  if (kind === 'CronJob.batch')
    return pod(manifest, 'spec.jobTemplate.spec.template', (manifest.spec as ICronJobSpec).jobTemplate.spec?.template);
  if (withTemplate.includes(kind))
    return pod(manifest, 'spec.template', (manifest.spec as { template?: IPodTemplateSpec }).template);
  return undefined;
}

function pod(owner: Manifest, path: string, template: IPodTemplateSpec | undefined): Pod | undefined {
  if (!template?.spec) return undefined;
  const labels = { ...(owner.kind === 'Job' ? labelsOfJob(owner.metadata.name) : {}), ...template.metadata?.labels };
  return { owner, path: path ? `${path}.spec` : 'spec', namespace: namespaceOf(owner), labels, spec: template.spec };
}

const labelsOfJob = (name: string) => ({ 'batch.kubernetes.io/job-name': name, 'job-name': name });

/** Knative's sidecar queue-proxy: serving v0.46, pkg/reconciler/revision/resources/queue.go. */
const queueProxy: IContainer = {
  name: 'queue-proxy',
  image: 'queue-proxy:installed',
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  },
};

/** The Pod of a Service's newest Revision: its own containers, then queue-proxy, without a Pod-level security context. */
function podOfService(service: Manifest): Pod | undefined {
  const { template } = service.spec as IServiceSpec;
  const spec = template?.spec;
  if (!template || !spec) return undefined;
  const { name } = service.metadata;
  const own = { app: revisionOf(name), 'serving.knative.dev/revision': revisionOf(name), ...template.metadata?.labels };
  const labels = { ...own, 'serving.knative.dev/service': name, 'serving.knative.dev/configuration': name };
  const containers = spec.containers.map((container, index) => ({
    ...container,
    name: container.name ?? (index === 0 ? 'user-container' : `user-container-${index}`),
  }));
  return {
    owner: service,
    path: 'spec.template.spec',
    namespace: namespaceOf(service),
    labels,
    spec: { ...spec, containers: [...containers, queueProxy] },
  };
}
