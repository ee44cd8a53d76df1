import { podFeatures } from '@dormouse/manifests/knative-rules';
import type { IServiceSpec } from '@kubernetes-models/knative/serving.knative.dev/v1/ServiceSpec';
import { all, type Finding, finding, type Manifests } from './manifest.ts';

// Fields of a Pod that Knative accepts with its default features: serving v0.46, pkg/apis/serving/fieldmask.go.
const ofProbe = [
  'exec',
  'httpGet',
  'tcpSocket',
  'grpc',
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
];
const allowed: Readonly<Record<string, readonly string[]>> = {
  '': [
    ...[
      'serviceAccountName',
      'containers',
      'volumes',
      'imagePullSecrets',
      'enableServiceLinks',
      'automountServiceAccountToken',
    ],
    ...['containerConcurrency', 'timeoutSeconds', 'responseStartTimeoutSeconds', 'idleTimeoutSeconds'],
  ],
  'containers[]': [
    ...[
      'name',
      'args',
      'command',
      'env',
      'workingDir',
      'envFrom',
      'image',
      'imagePullPolicy',
      'ports',
      'resources',
      'securityContext',
    ],
    ...[
      'livenessProbe',
      'readinessProbe',
      'startupProbe',
      'terminationMessagePath',
      'terminationMessagePolicy',
      'volumeMounts',
    ],
  ],
  'containers[].env[].valueFrom': ['configMapKeyRef', 'secretKeyRef'],
  'containers[].livenessProbe': ofProbe,
  'containers[].readinessProbe': ofProbe,
  'containers[].startupProbe': ofProbe,
  'containers[].ports[]': ['containerPort', 'name', 'protocol'],
  'containers[].resources': ['limits', 'requests'],
  'containers[].securityContext': [
    ...[
      'capabilities',
      'readOnlyRootFilesystem',
      'runAsUser',
      'runAsGroup',
      'runAsNonRoot',
      'allowPrivilegeEscalation',
      'seccompProfile',
      'privileged',
    ],
  ],
  'containers[].securityContext.capabilities': ['drop'],
  'containers[].volumeMounts[]': ['name', 'readOnly', 'mountPath', 'subPath'],
  'volumes[]': ['name', 'secret', 'configMap', 'projected', 'emptyDir'],
  'volumes[].projected.sources[]': ['secret', 'configMap', 'serviceAccountToken', 'downwardAPI'],
};

/** Fields that a feature of Knative's ConfigMap `config-features` allows; each of them is off by default. */
const features: Readonly<Record<string, string>> = {
  ...podFeatures,
  fieldRef: 'kubernetes.podspec-fieldref',
  resourceFieldRef: 'kubernetes.podspec-fieldref',
  add: 'kubernetes.containerspec-addcapabilities',
  persistentVolumeClaim: 'kubernetes.podspec-persistent-volume-claim',
  hostPath: 'kubernetes.podspec-volumes-hostpath',
  csi: 'kubernetes.podspec-volumes-csi',
  image: 'kubernetes.podspec-volumes-image',
  mountPropagation: 'kubernetes.podspec-volumes-mount-propagation',
};

/** Checks for Pod fields that Kubernetes has and Knative rejects in a Service. */
export const checkKnativeFields = (manifests: Manifests): Finding[] =>
  all<IServiceSpec>(manifests, 'Service.serving.knative.dev').flatMap((service) =>
    rejected(service.spec.template?.spec, '').map(({ path, name }) =>
      finding(
        service,
        `spec.template.spec.${path}`,
        features[name] ? `is off by default (${features[name]})` : 'is rejected by Knative',
      ),
    ),
  );

function rejected(value: unknown, shape: string, path = ''): { path: string; name: string }[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => rejected(item, `${shape}[]`, `${path}[${index}]`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const here = path ? `${path}.${name}` : name;
    if (allowed[shape] && !allowed[shape].includes(name)) return [{ path: here, name }];
    return rejected(member, shape ? `${shape}.${name}` : name, here);
  });
}
