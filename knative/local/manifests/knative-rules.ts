/**
 * What Knative's webhooks accept, for the local platform's readers and for the checks of rendered manifests.
 * Sources: knative/serving v0.46 (pkg/apis/serving/k8s_validation.go, pkg/apis/autoscaling/annotation_validation.go,
 * ConfigMaps config-defaults and config-features), knative/eventing v0.46 (pkg/apis/eventing/v1/trigger_validation.go).
 */
import { goDuration } from '@dormouse/time/durations';

/** Ports of Knative's own sidecar and profiler in every pod. */
export const reservedPorts = [8008, 8012, 8013, 8022, 8112, 9090, 9091];
/** Environment variables that Knative sets. */
export const reservedVariables = ['PORT', 'K_SERVICE', 'K_CONFIGURATION', 'K_REVISION'];
export const reservedMountPaths = ['/', '/dev', '/dev/log'];
export const reservedContainerName = 'queue-proxy';
export const maxContainerConcurrency = 1000;
export const maxTimeoutSeconds = 600;

/** Fields of a Pod that a variable may have and that an instance here has, too. */
export const podFields = [
  'metadata.name',
  'metadata.namespace',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.podIP',
] as const;

/** Names of CloudEvents attributes that a Trigger may filter by. */
export const attributeName = /^[a-z][a-z0-9]*$/;

/** Names of extension attributes that a source may add (knative.dev/pkg apis/duck/v1/source_types.go). */
export const extensionName = /^[A-Za-z0-9]+$/;
/** Attributes of the specification: the CloudEvents SDK refuses to send an event that has one of them as an extension. */
export const specifiedAttributes = [
  'specversion',
  'id',
  'source',
  'type',
  'subject',
  'time',
  'dataschema',
  'datacontenttype',
];
/** `spec.schedule` of a PingSource that says none. */
export const defaultSchedule = '* * * * *';

/** Former spellings of `autoscaling.knative.dev/…`, which Knative reads where the present one is not given. */
export const formerAutoscalingNames: Readonly<Record<string, string>> = {
  initialScale: 'initial-scale',
  maxScale: 'max-scale',
  metricAggregationAlgorithm: 'metric-aggregation-algorithm',
  minScale: 'min-scale',
  panicThresholdPercentage: 'panic-threshold-percentage',
  panicWindowPercentage: 'panic-window-percentage',
  scaleDownDelay: 'scale-down-delay',
  scaleToZeroPodRetentionPeriod: 'scale-to-zero-pod-retention-period',
  targetBurstCapacity: 'target-burst-capacity',
  targetUtilizationPercentage: 'target-utilization-percentage',
};

/** Fields of a Pod specification that Knative refuses until a feature of `config-features` allows them. */
export const podFeatures: Readonly<Record<string, string>> = {
  affinity: 'kubernetes.podspec-affinity',
  dnsConfig: 'kubernetes.podspec-dnsconfig',
  dnsPolicy: 'kubernetes.podspec-dnspolicy',
  hostAliases: 'kubernetes.podspec-hostaliases',
  hostIPC: 'kubernetes.podspec-hostipc',
  hostNetwork: 'kubernetes.podspec-hostnetwork',
  hostPID: 'kubernetes.podspec-hostpid',
  initContainers: 'kubernetes.podspec-init-containers',
  nodeSelector: 'kubernetes.podspec-nodeselector',
  priorityClassName: 'kubernetes.podspec-priorityclassname',
  runtimeClassName: 'kubernetes.podspec-runtimeclassname',
  schedulerName: 'kubernetes.podspec-schedulername',
  securityContext: 'kubernetes.podspec-securitycontext',
  shareProcessNamespace: 'kubernetes.podspec-shareprocessnamespace',
  tolerations: 'kubernetes.podspec-tolerations',
  topologySpreadConstraints: 'kubernetes.podspec-topologyspreadconstraints',
};

/** What is wrong with a value; `undefined` when Knative accepts it. */
export type ValueRule = (value: string) => string | undefined;

const number =
  (min: number, max = Number.MAX_SAFE_INTEGER): ValueRule =>
  (value) => {
    if (!/^-?(\d+\.?\d*|\.\d+)$/.test(value)) return `"${value}" must be a number`;
    return Number(value) >= min && Number(value) <= max ? undefined : `${value} must be between ${min} and ${max}`;
  };
const whole =
  (min: number): ValueRule =>
  (value) =>
    number(min, 2 ** 31 - 1)(value) ?? (/^\d+$/.test(value) ? undefined : `${value} must be a whole number`);
const oneOf =
  (...values: string[]): ValueRule =>
  (value) =>
    values.includes(value) ? undefined : `"${value}" must be one of ${values.join(', ')}`;
const duration =
  (minSeconds: number, maxSeconds = Number.MAX_SAFE_INTEGER, precise = false): ValueRule =>
  (value) => {
    const ms = goDuration(value);
    if (ms === undefined) return `"${value}" is not a duration like 60s or 1m30s`;
    if (ms < minSeconds * 1000 || ms > maxSeconds * 1000)
      return `${value} must be between ${minSeconds}s and ${maxSeconds}s`;
    return !precise && ms % 1000 !== 0 ? `${value} must be whole seconds` : undefined;
  };
const burstCapacity: ValueRule = (value) =>
  value === '-1' || number(0)(value) === undefined ? undefined : `"${value}" must be -1 or at least 0`;
const anything: ValueRule = () => undefined;
const hour = 3600;

/** Annotations `autoscaling.knative.dev/…` of a Revision, without that prefix. */
export const autoscalingAnnotations = {
  class: oneOf('kpa.autoscaling.knative.dev', 'hpa.autoscaling.knative.dev'),
  metric: oneOf('concurrency', 'rps', 'cpu', 'memory'),
  'metric-aggregation-algorithm': oneOf('linear', 'weighted-exponential'),
  target: number(0.01),
  'target-utilization-percentage': number(1, 100),
  'target-burst-capacity': burstCapacity,
  'min-scale': whole(0),
  'max-scale': whole(0),
  'initial-scale': whole(1),
  'activation-scale': whole(2),
  window: duration(6, hour),
  'panic-window-percentage': number(1, 100),
  'panic-threshold-percentage': number(110, 1000),
  'scale-down-delay': duration(0, hour),
  'scale-to-zero-pod-retention-period': duration(0, hour, true),
} as const satisfies Record<string, ValueRule>;

/** All annotations of a Revision, under spec.template.metadata. */
export const revisionAnnotations: Readonly<Record<string, ValueRule>> = {
  ...Object.fromEntries(
    Object.entries(autoscalingAnnotations).map(([name, rule]) => [`autoscaling.knative.dev/${name}`, rule]),
  ),
  'serving.knative.dev/progress-deadline': duration(1),
  'queue.sidecar.serving.knative.dev/cpu-resource-request': anything,
  'queue.sidecar.serving.knative.dev/cpu-resource-limit': anything,
  'queue.sidecar.serving.knative.dev/memory-resource-request': anything,
  'queue.sidecar.serving.knative.dev/memory-resource-limit': anything,
  'queue.sidecar.serving.knative.dev/ephemeral-storage-resource-request': anything,
  'queue.sidecar.serving.knative.dev/ephemeral-storage-resource-limit': anything,
};

/** Annotations of a Service itself. */
export const serviceAnnotations: Readonly<Record<string, ValueRule>> = {
  'serving.knative.dev/rollout-duration': duration(0),
};
