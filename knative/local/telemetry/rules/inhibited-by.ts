import { type Labels, labelOf } from '../query/prometheus-series.ts';
import type { Inhibition } from './alert-policy.ts';

/** The firing alert because of which another one is not told, as Alertmanager finds it. */
export function inhibitedBy<T extends { labels: Labels }>(
  labels: Labels,
  firing: readonly T[],
  inhibitions: readonly Inhibition[],
): T | undefined {
  for (const { source, target, equal } of inhibitions) {
    if (!target(labels)) continue;
    // What is on both sides does not silence its like.
    const both = source(labels);
    const found = firing.find(
      (other) =>
        source(other.labels) &&
        !(both && target(other.labels)) &&
        equal.every((name) => labelOf(labels, name) === labelOf(other.labels, name)),
    );
    if (found) return found;
  }
  return undefined;
}
