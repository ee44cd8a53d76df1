import { goDuration } from '@dormouse/time/durations';
import type { Autoscaling } from '../model.ts';
import { didYouMean } from '../yaml/did-you-mean.ts';
import type { Fields } from '../yaml/fields.ts';
import { ManifestError, type Origin } from '../yaml/origin.ts';

const domain = 'autoscaling.knative.dev/';
const known = [
  'class',
  'metric',
  'target',
  'target-utilization-percentage',
  'target-burst-capacity',
  'min-scale',
  'max-scale',
  'initial-scale',
  'activation-scale',
  'window',
  'panic-window-percentage',
  'panic-threshold-percentage',
  'scale-down-delay',
  'scale-to-zero-pod-retention-period',
];
const hour = 3_600_000;

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
    return read.fail('metric', `"${metric}" must be concurrency or rps`);
  const minScale = read.integer('min-scale', 0) ?? 0;
  const maxScale = read.integer('max-scale', 0) ?? 0;
  const activationScale = read.integer('activation-scale', 2);
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
    initialScale: read.integer('initial-scale', 1) ?? 1,
    activationScale: activationScale ?? 1,
    windowMs: read.duration('window', 6000, hour, 'stable-window', true) ?? 60_000,
    panicWindowPercentage: read.number('panic-window-percentage', 1, 100) ?? 10,
    panicThresholdPercentage: read.number('panic-threshold-percentage', 110, 1000) ?? 200,
    scaleDownDelayMs: read.duration('scale-down-delay', 0, hour, 'scale-down-delay', true) ?? 0,
    scaleToZeroPodRetentionMs: read.duration('scale-to-zero-pod-retention-period', 0, hour) ?? 0,
    targetBurstCapacity: readBurstCapacity(read),
  };
}

/** What one instance should have in flight (or per second): never more than it may, times the utilisation to aim at. */
function readTarget(read: Reader, metric: 'concurrency' | 'rps', containerConcurrency: number): number {
  const utilisation =
    (read.number('target-utilization-percentage', 1, 100, 'container-concurrency-target-percentage') ?? 70) / 100;
  const wanted = read.number('target', 0.01, Number.MAX_SAFE_INTEGER, null);
  if (metric === 'rps')
    return Math.max(0.01, (wanted ?? read.default('requests-per-second-target-default') ?? 200) * utilisation);
  const max = containerConcurrency || (read.default('container-concurrency-target-default') ?? 100);
  const target = wanted === undefined ? max : containerConcurrency ? Math.min(wanted, containerConcurrency) : wanted;
  return Math.max(0.01, target * utilisation);
}

function readBurstCapacity(read: Reader): number {
  const capacity = read.number('target-burst-capacity', -1, Number.MAX_SAFE_INTEGER) ?? 211;
  return capacity < 0 && capacity !== -1 ? read.fail('target-burst-capacity', 'must be -1 or at least 0') : capacity;
}

type Reader = ReturnType<typeof reader>;

function reader(annotations: Fields | undefined, defaults: AutoscalerDefaults) {
  const fail = (key: string, problem: string, name: string | null = key): never => {
    if (annotations?.has(domain + key) || name === null) throw annotations?.fail(domain + key, problem);
    throw new ManifestError(defaults.at(name), `${name} ${problem}`);
  };
  const text = (key: string, name: string | null = key) =>
    annotations?.text(domain + key) ?? (name === null ? undefined : defaults.data[name]);
  const number = (key: string, min: number, max: number, name: string | null = key): number | undefined => {
    const value = text(key, name);
    if (value === undefined) return undefined;
    if (!/^-?(\d+\.?\d*|\.\d+)$/.test(value)) return fail(key, `"${value}" must be a number`, name);
    if (Number(value) < min || Number(value) > max)
      return fail(key, `${value} must be between ${min} and ${max}`, name);
    return Number(value);
  };
  return {
    fail,
    text: (key: string) => text(key),
    number,
    default: (name: string) => (defaults.data[name] === undefined ? undefined : Number(defaults.data[name])),
    integer(key: string, min: number): number | undefined {
      const value = number(key, min, 2 ** 31 - 1);
      return value === undefined || Number.isInteger(value) ? value : fail(key, `${value} must be a whole number`);
    },
    duration(
      key: string,
      min: number,
      max: number,
      name: string | null = key,
      wholeSeconds = false,
    ): number | undefined {
      const value = text(key, name);
      if (value === undefined) return undefined;
      const ms = goDuration(value) ?? fail(key, `"${value}" is not a duration like 60s or 1m30s`, name);
      if (ms < min || ms > max) return fail(key, `${value} must be between ${min / 1000}s and ${max / 1000}s`, name);
      return wholeSeconds && ms % 1000 !== 0 ? fail(key, `${value} must be whole seconds`, name) : ms;
    },
  };
}
