import { measure, onPush } from '@dormouse/runtime/measure';
import { metrics } from '@dormouse/signals/metrics';
import type { Categories } from './store.ts';

/** News that are younger may be under way: longer than the Broker, and the journal after it, usually need. */
export const settledSeconds = 300;
const everyMs = 5 * 60_000;

/** Measures how many counts are wrong: once when an instance has woken, and every five minutes while it is awake. */
export function verificationMetrics(
  { differences }: Pick<Categories, 'differences'>,
  now: () => number = Date.now,
): void {
  let next = 0;
  onPush(async () => {
    if (now() < next) return;
    next = now() + everyMs;
    measure(metrics.countsWrong, (await differences(settledSeconds)).length);
  });
}
