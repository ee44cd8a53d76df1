import { quantileOf } from './aggregate.ts';
import type { Window } from './value.ts';

/** Result of a range function for one series; `undefined` when it has none. */
export type RangeFunction = (window: Window) => number | undefined;

/**
 * Difference over the range as Prometheus extrapolates it: to the ends of the range where a sample would be expected there, half the
 * usual distance otherwise, and a counter not to before it was 0.
 */
function extrapolated({ times, values, rangeMs, endMs }: Window, isCounter: boolean): number | undefined {
  const [first, last] = [values[0], values.at(-1)];
  const [firstMs, lastMs] = [times[0] as number, times.at(-1) as number];
  if (first === undefined || last === undefined || values.length < 2) return undefined;
  const difference = last - first + (isCounter ? resetsOf(values) : 0);
  const sampled = lastMs - firstMs;
  const average = sampled / (values.length - 1);
  const threshold = average * 1.1;
  const extended = (distance: number) => (distance >= threshold ? average / 2 : distance);
  let toStart = extended(firstMs - (endMs - rangeMs));
  if (isCounter && difference > 0 && first >= 0) toStart = Math.min(toStart, sampled * (first / difference));
  return difference * ((sampled + toStart + extended(endMs - lastMs)) / sampled);
}

/** Values of a counter before each reset. */
const resetsOf = (values: readonly number[]): number =>
  values.reduce(
    (sum, value, i) => sum + (i > 0 && value < (values[i - 1] as number) ? (values[i - 1] as number) : 0),
    0,
  );

/** Of the last two samples. */
function instant({ times, values }: Window, how: 'rate' | 'counter rate' | 'difference'): number | undefined {
  const [before, last] = [values.at(-2), values.at(-1)];
  if (before === undefined || last === undefined) return undefined;
  const difference = how === 'counter rate' && last < before ? last : last - before;
  return how === 'difference'
    ? difference
    : difference / (((times.at(-1) as number) - (times.at(-2) as number)) / 1_000);
}

const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
const variance = (values: readonly number[]): number => {
  const middle = mean(values);
  return mean(values.map((each) => (each - middle) ** 2));
};
const countChanges = (values: readonly number[], isChange: (before: number, after: number) => boolean): number =>
  values.filter((value, i) => i > 0 && isChange(values[i - 1] as number, value)).length;
const overTime =
  (of: (values: readonly number[]) => number): RangeFunction =>
  ({ values }) =>
    of(values);

/** Least squares: change a second. */
function slope({ times, values }: Window): number | undefined {
  if (values.length < 2) return undefined;
  const seconds = times.map((each) => (each - (times[0] as number)) / 1_000);
  const [x, y] = [mean(seconds), mean(values)];
  return (
    sum(seconds.map((each, i) => (each - x) * ((values[i] as number) - y))) /
    sum(seconds.map((each) => (each - x) ** 2))
  );
}

/** Where the line of least squares will be some seconds after `nowMs`, as Prometheus' predict_linear. */
export function predicted(window: Window, seconds: number, nowMs: number): number | undefined {
  const { times, values } = window;
  const [first] = values;
  if (first === undefined || values.length < 2) return undefined;
  if (values.every((each) => each === first)) return Number.isFinite(first) ? first : Number.NaN;
  const since = mean(times.map((each) => (nowMs - each) / 1_000));
  return mean(values) + (slope(window) as number) * (since + seconds);
}

/** Functions of one range vector; those in `keepsName` answer a sample as it was. */
export const rangeFunctions: Readonly<Record<string, RangeFunction>> = {
  rate: (window) => divided(extrapolated(window, true), window.rangeMs / 1_000),
  increase: (window) => extrapolated(window, true),
  delta: (window) => extrapolated(window, false),
  irate: (window) => instant(window, 'counter rate'),
  idelta: (window) => instant(window, 'difference'),
  deriv: slope,
  changes: overTime((values) => countChanges(values, (before, after) => before !== after)),
  resets: overTime((values) => countChanges(values, (before, after) => after < before)),
  avg_over_time: overTime(mean),
  sum_over_time: overTime(sum),
  min_over_time: overTime((values) => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)),
  max_over_time: overTime((values) => values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)),
  count_over_time: overTime((values) => values.length),
  stdvar_over_time: overTime(variance),
  stddev_over_time: overTime((values) => Math.sqrt(variance(values))),
  present_over_time: () => 1,
  last_over_time: overTime((values) => values.at(-1) as number),
  first_over_time: overTime((values) => values[0] as number),
};
export const keepsName = new Set(['last_over_time', 'first_over_time']);

export const quantileOverTime = (q: number, { values }: Window): number => quantileOf(q, values);

const divided = (value: number | undefined, by: number): number | undefined =>
  value === undefined ? undefined : value / by;
