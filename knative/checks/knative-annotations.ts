import { didYouMean } from '@dormouse/manifests/yaml/did-you-mean';
import { goDuration } from '@dormouse/time/durations';
import type { IServiceSpec } from '@kubernetes-models/knative/serving.knative.dev/v1/ServiceSpec';
import { all, type Finding, finding, type Manifest, type Manifests } from './manifest.ts';

type ValueCheck = (value: string) => string | undefined;

const whole =
  (min: number): ValueCheck =>
  (value) =>
    /^\d+$/.test(value) && Number(value) >= min && Number(value) < 2 ** 31
      ? undefined
      : `"${value}" must be a whole number from ${min} on`;
const number =
  (min: number, max = Number.POSITIVE_INFINITY): ValueCheck =>
  (value) => {
    const fits = /^-?(\d+\.?\d*|\.\d+)$/.test(value) && Number(value) >= min && Number(value) <= max;
    return fits
      ? undefined
      : `"${value}" must be a number ${max === Number.POSITIVE_INFINITY ? `from ${min} on` : `between ${min} and ${max}`}`;
  };
const oneOf =
  (...values: string[]): ValueCheck =>
  (value) =>
    values.includes(value) ? undefined : `"${value}" must be one of ${values.join(', ')}`;
const seconds =
  (min: number, max: number, precise = false): ValueCheck =>
  (value) => {
    const ms = goDuration(value);
    if (ms === undefined) return `"${value}" is not a duration like 60s or 1m30s`;
    if (ms < min * 1000 || ms > max * 1000) return `"${value}" must be between ${min}s and ${max}s`;
    return !precise && ms % 1000 !== 0 ? `"${value}" must be whole seconds` : undefined;
  };
const burst: ValueCheck = (value) => (value === '-1' ? undefined : number(0)(value));
const anything: ValueCheck = () => undefined;
const hour = 3600;

/** Annotations of a Revision, under spec.template.metadata: serving v0.46, pkg/apis/autoscaling/annotation_validation.go and register.go. */
const ofRevision: Readonly<Record<string, ValueCheck>> = {
  'autoscaling.knative.dev/class': oneOf('kpa.autoscaling.knative.dev', 'hpa.autoscaling.knative.dev'),
  'autoscaling.knative.dev/metric': oneOf('concurrency', 'rps', 'cpu', 'memory'),
  'autoscaling.knative.dev/metric-aggregation-algorithm': oneOf('linear', 'weighted-exponential'),
  'autoscaling.knative.dev/target': number(0.01),
  'autoscaling.knative.dev/target-utilization-percentage': number(1, 100),
  'autoscaling.knative.dev/target-burst-capacity': burst,
  'autoscaling.knative.dev/min-scale': whole(0),
  'autoscaling.knative.dev/max-scale': whole(0),
  'autoscaling.knative.dev/initial-scale': whole(1),
  'autoscaling.knative.dev/activation-scale': whole(2),
  'autoscaling.knative.dev/scale-down-delay': seconds(0, hour),
  'autoscaling.knative.dev/scale-to-zero-pod-retention-period': seconds(0, hour, true),
  'autoscaling.knative.dev/window': seconds(6, hour),
  'autoscaling.knative.dev/panic-window-percentage': number(1, 100),
  'autoscaling.knative.dev/panic-threshold-percentage': number(110, 1000),
  'serving.knative.dev/progress-deadline': seconds(1, Number.MAX_SAFE_INTEGER),
  'queue.sidecar.serving.knative.dev/cpu-resource-request': anything,
  'queue.sidecar.serving.knative.dev/cpu-resource-limit': anything,
  'queue.sidecar.serving.knative.dev/memory-resource-request': anything,
  'queue.sidecar.serving.knative.dev/memory-resource-limit': anything,
  'queue.sidecar.serving.knative.dev/ephemeral-storage-resource-request': anything,
  'queue.sidecar.serving.knative.dev/ephemeral-storage-resource-limit': anything,
};
const ofService: Readonly<Record<string, ValueCheck>> = {
  'serving.knative.dev/rollout-duration': seconds(0, Number.MAX_SAFE_INTEGER),
};

/** Checks Knative's annotations: known names, in the right object, with valid values. */
export const checkKnativeAnnotations = (manifests: Manifests): Finding[] =>
  all<IServiceSpec>(manifests, 'Service.serving.knative.dev').flatMap((service) => [
    ...check(service, 'metadata.annotations', service.metadata.annotations, ofService),
    ...check(service, 'spec.template.metadata.annotations', service.spec.template?.metadata?.annotations, ofRevision),
    ...checkScales(service),
  ]);

function check(
  service: Manifest,
  path: string,
  annotations: object | undefined,
  known: Readonly<Record<string, ValueCheck>>,
): Finding[] {
  return Object.entries({ ...annotations }).flatMap(([key, value]) => {
    if (!/(^|\.)(autoscaling|serving)\.knative\.dev\//.test(key)) return [];
    const problem = known[key] ? known[key](String(value)) : misplaced(key, known);
    return problem ? [finding(service, `${path}["${key}"]`, problem)] : [];
  });
}

function misplaced(key: string, known: Readonly<Record<string, ValueCheck>>): string {
  if (known === ofService && ofRevision[key]) return 'belongs under spec.template.metadata.annotations';
  if (known === ofRevision && ofService[key]) return 'belongs under metadata.annotations';
  const meant = didYouMean(key, Object.keys(known));
  return `is not an annotation of Knative's${meant ? `: did you mean ${meant}?` : ''}`;
}

function checkScales(service: Manifest & { spec: IServiceSpec }): Finding[] {
  const { annotations } = service.spec.template?.metadata ?? {};
  const scale = (name: string) => Number(annotations?.[`autoscaling.knative.dev/${name}`] ?? 0);
  const [min, max] = [scale('min-scale'), scale('max-scale')];
  if (max === 0 || !(min > max)) return [];
  return [
    finding(
      service,
      'spec.template.metadata.annotations["autoscaling.knative.dev/max-scale"]',
      `${max} is less than min-scale ${min}`,
    ),
  ];
}
