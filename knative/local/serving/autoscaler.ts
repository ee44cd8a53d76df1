import type { Autoscaling } from '@dormouse/manifests/model';

/** A revision's load over the time since the sample before. */
export interface ScaleSample {
  /** Epoch ms. */
  at: number;
  ms: number;
  /** Average of requests in progress or waiting. */
  concurrency: number;
  /** Requests received. */
  requests: number;
}

/** State of the autoscaler between decisions; start with `newScale()`. */
export interface ScaleState {
  readonly samples: readonly ScaleSample[];
  /** When panic began or was last confirmed; `undefined` when calm. */
  readonly panicSince: number | undefined;
  /** Maximum of wanted instances during this panic. */
  readonly maxPanicWanted: number;
  /** Decisions within scale-down-delay. */
  readonly recent: readonly { at: number; wanted: number }[];
  /** Since when nothing is wanted. */
  readonly idleSince: number | undefined;
}

export interface Decision {
  wanted: number;
  panicking: boolean;
  state: ScaleState;
}

export const newScale = (): ScaleState => ({
  samples: [],
  panicSince: undefined,
  maxPanicWanted: 0,
  recent: [],
  idleSince: undefined,
});

const maxScaleUpRate = 1_000;
const maxScaleDownRate = 2;

/**
 * Knative's autoscaler (serving, pkg/autoscaler/scaling: `Autoscaler.Scale`, and the scale-to-zero part of the KPA
 * reconciler): averages over a stable and a panic window, panic when the short one asks for twice (by default) of what
 * is there, no scale-down while panicking, rates, scale-down delay, bounds.
 *
 * Scale-to-zero grace is Knative's upper bound for the time that the activator needs to get into the path. Here it is
 * always in the path, hence the last instance goes once the stable window has been quiet (and the retention is over).
 *
 * @param ready instances that take requests now
 */
export function decide(before: ScaleState, sample: ScaleSample, ready: number, options: Autoscaling): Decision {
  const now = sample.at;
  const samples = [...before.samples.filter(({ at }) => at > now - options.windowMs), sample];
  const panicMs = (options.windowMs * options.panicWindowPercentage) / 100;
  const present = Math.max(1, ready);
  const forStable = instancesFor(samples, options, now - options.windowMs);
  const forPanic = instancesFor(samples, options, now - panicMs);
  const bounded = (wanted: number) =>
    Math.min(Math.max(wanted, Math.floor(present / maxScaleDownRate)), Math.ceil(present * maxScaleUpRate));
  const activated = (wanted: number, raw: number) => (raw > 0 ? Math.max(wanted, options.activationScale) : wanted);
  const stable = activated(bounded(forStable), forStable);
  const panic = activated(bounded(forPanic), forPanic);

  const over = forPanic / present >= options.panicThresholdPercentage / 100;
  const calm = before.panicSince !== undefined && !over && before.panicSince + options.windowMs < now;
  const panicSince = over ? now : calm ? undefined : before.panicSince;
  const panicking = panicSince !== undefined;
  const maxPanicWanted = panicking ? Math.max(before.maxPanicWanted, stable, panic) : 0;

  const recent = [
    ...before.recent.filter(({ at }) => at > now - options.scaleDownDelayMs),
    { at: now, wanted: panicking ? maxPanicWanted : stable },
  ];
  const delayed = Math.max(...recent.map(({ wanted }) => wanted));
  const idleSince = delayed > 0 ? undefined : (before.idleSince ?? now);
  const retained = idleSince !== undefined && ready > 0 && now - idleSince < options.scaleToZeroPodRetentionMs;
  return {
    wanted: clamp(retained ? Math.max(1, delayed) : delayed, options),
    panicking,
    state: { samples, panicSince, maxPanicWanted, recent, idleSince },
  };
}

/** Instances that the average load since `from` needs. */
function instancesFor(samples: readonly ScaleSample[], { metric, target }: Autoscaling, from: number): number {
  let load = 0;
  let ms = 0;
  for (const each of samples) {
    if (each.at <= from) continue;
    const covered = Math.min(each.ms, each.at - from);
    ms += covered;
    load += metric === 'rps' ? (each.requests * 1_000 * covered) / Math.max(1, each.ms) : each.concurrency * covered;
  }
  return ms === 0 ? 0 : Math.ceil(load / ms / target - 1e-9);
}

const clamp = (wanted: number, { minScale, maxScale }: Autoscaling) =>
  Math.max(minScale, maxScale > 0 ? Math.min(wanted, maxScale) : wanted);
