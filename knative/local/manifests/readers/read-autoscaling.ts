import { goDuration } from '@dormouse/time/durations';
import { autoscalingAnnotations, formerAutoscalingNames } from '../knative-rules.ts';
import type { Autoscaling } from '../model.ts';
import { didYouMean } from '../yaml/did-you-mean.ts';
import type { Fields } from '../yaml/fields.ts';
import { ManifestError, type Origin } from '../yaml/origin.ts';

const domain = 'autoscaling.knative.dev/';
const known = Object.keys(autoscalingAnnotations);

type Name = keyof typeof autoscalingAnnotations;

/** A cluster's defaults: the data of Knative's ConfigMap `knative-serving/config-autoscaler`, as far as there is one. */
export interface AutoscalerDefaults {
  data: Readonly<Record<string, string>>;
  /** Where one of them is written. */
  at(key: string): Origin;
}

/**
 * The autoscaling annotations of a revision (spec.template.metadata.annotations), with Knative's defaults.
 * @param annotations a Fields over the annotations; undefined when there are none.
 */
export function readAutoscaling(
  annotations: Fields | undefined,
  containerConcurrency: number,
  defaults: AutoscalerDefaults,
): Autoscaling {
  const read = reader(annotations, defaults);
  for (const key of annotations?.keys ?? []) {
    if (!key.startsWith(domain) || known.includes(key.slice(domain.length))) continue;
    if (Object.hasOwn(formerAutoscalingNames, key.slice(domain.length))) continue;
    const meant = didYouMean(key.slice(domain.length), known);
    annotations?.fail(
      key,
      `is not an annotation of Knative's autoscaler${meant ? `: did you mean "${domain}${meant}"?` : `; it knows ${known.join(', ')}`}`,
    );
  }
  const kind = read.text('class') ?? 'kpa.autoscaling.knative.dev';
  if (kind !== 'kpa.autoscaling.knative.dev')
    read.fail('class', `"${kind}" does not run here: kpa.autoscaling.knative.dev does`);
  const metric = read.text('metric') ?? 'concurrency';
  if (metric !== 'concurrency' && metric !== 'rps')
    return read.fail('metric', `"${metric}" must be concurrency or rps: no other metric exists on this machine`);
  if ((read.text('metric-aggregation-algorithm') ?? 'linear') !== 'linear')
    read.fail('metric-aggregation-algorithm', 'can only be linear on this machine');
  const minScale = read.number('min-scale') ?? 0;
  const maxScale = read.number('max-scale') ?? 0;
  const activationScale = read.number('activation-scale');
  if (maxScale !== 0 && maxScale < minScale) read.fail('max-scale', `${maxScale} is less than min-scale ${minScale}`);
  if (activationScale !== undefined && activationScale < minScale)
    read.fail('activation-scale', `${activationScale} is less than min-scale ${minScale}`);
  if (activationScale !== undefined && maxScale !== 0 && activationScale > maxScale)
    read.fail('activation-scale', `${activationScale} is greater than max-scale ${maxScale}`);
  return {
    metric,
    target: readTarget(read, metric, containerConcurrency),
    minScale,
    maxScale,
    initialScale: read.number('initial-scale') ?? 1,
    activationScale: activationScale ?? 1,
    windowMs: read.duration('window', 'stable-window') ?? 60_000,
    panicWindowPercentage: read.number('panic-window-percentage') ?? 10,
    panicThresholdPercentage: read.number('panic-threshold-percentage') ?? 200,
    scaleDownDelayMs: read.duration('scale-down-delay') ?? 0,
    scaleToZeroPodRetentionMs: read.duration('scale-to-zero-pod-retention-period') ?? 0,
    targetBurstCapacity: read.number('target-burst-capacity') ?? 211,
  };
}

/** What one instance should have in flight (or per second): never more than it may, times the utilisation to aim at. */
function readTarget(read: Reader, metric: 'concurrency' | 'rps', containerConcurrency: number): number {
  const utilisation =
    (read.number('target-utilization-percentage', 'container-concurrency-target-percentage') ?? 70) / 100;
  const wanted = read.number('target', null);
  if (metric === 'rps')
    return Math.max(0.01, (wanted ?? read.default('requests-per-second-target-default') ?? 200) * utilisation);
  const max = containerConcurrency || (read.default('container-concurrency-target-default') ?? 100);
  const target = wanted === undefined ? max : containerConcurrency ? Math.min(wanted, containerConcurrency) : wanted;
  return Math.max(0.01, target * utilisation);
}

type Reader = ReturnType<typeof reader>;

/** Values of annotations, or of the cluster's default `setting` (by default of the same name; null: there is none). */
function reader(annotations: Fields | undefined, defaults: AutoscalerDefaults) {
  const keys = new Map(Object.entries(formerAutoscalingNames).map(([former, name]) => [name, domain + former]));
  /** The annotation that says it: the former spelling only where the present one is missing. */
  const keyOf = (name: Name) => {
    const former = keys.get(name);
    return former !== undefined && !annotations?.has(domain + name) && annotations?.has(former)
      ? former
      : domain + name;
  };
  const fail = (name: Name, problem: string, setting: string | null = name): never => {
    if (annotations?.has(keyOf(name)) || setting === null) throw annotations?.fail(keyOf(name), problem);
    throw new ManifestError(defaults.at(setting), `${setting} ${problem}`);
  };
  const text = (name: Name, setting: string | null = name): string | undefined => {
    const value = annotations?.text(keyOf(name)) ?? (setting === null ? undefined : defaults.data[setting]);
    const problem = value === undefined ? undefined : autoscalingAnnotations[name](value);
    return problem === undefined ? value : fail(name, problem, setting);
  };
  return {
    fail,
    text,
    number(name: Name, setting?: string | null): number | undefined {
      const value = text(name, setting);
      return value === undefined ? undefined : Number(value);
    },
    /** Milliseconds. */
    duration(name: Name, setting?: string): number | undefined {
      const value = text(name, setting);
      return value === undefined ? undefined : goDuration(value);
    },
    default: (setting: string) => (defaults.data[setting] === undefined ? undefined : Number(defaults.data[setting])),
  };
}
