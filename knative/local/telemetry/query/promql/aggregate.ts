import type { Labels } from '../prometheus-series.ts';
import { numberText } from '../prometheus-text.ts';
import { type Grouping, PromqlError } from './expression.ts';
import { keyOf, omit, type Point, pick, unnamed } from './value.ts';

const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
const variance = (values: readonly number[]): number => {
  const middle = mean(values);
  return mean(values.map((each) => (each - middle) ** 2));
};
const extreme = (values: readonly number[], of: (a: number, b: number) => number): number => {
  const numbers = values.filter((each) => !Number.isNaN(each));
  return numbers.length > 0 ? numbers.reduce((a, b) => of(a, b)) : Number.NaN;
};

/** A quantile of some numbers, interpolated between the two nearest. */
export function quantileOf(q: number, values: readonly number[]): number {
  if (values.length === 0 || Number.isNaN(q)) return Number.NaN;
  if (q < 0 || q > 1) return q < 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const sorted = [...values].sort((a, b) => a - b);
  const rank = q * (sorted.length - 1);
  const [low, high] = [Math.floor(rank), Math.min(sorted.length - 1, Math.floor(rank) + 1)];
  return (sorted[low] as number) * (1 - (rank - low)) + (sorted[high] as number) * (rank - low);
}

const reducers: Readonly<Record<string, (values: readonly number[]) => number>> = {
  sum,
  avg: mean,
  count: (values) => values.length,
  group: () => 1,
  min: (values) => extreme(values, Math.min),
  max: (values) => extreme(values, Math.max),
  stdvar: variance,
  stddev: (values) => Math.sqrt(variance(values)),
};

/** `sum by (label) (points)` and its like. @throws PromqlError */
export function aggregate(
  operator: string,
  { how, labels }: Grouping,
  points: readonly Point[],
  parameter?: number,
): Point[] {
  const of = (point: Point): Labels =>
    how === 'by' ? pick(point.labels, labels) : omit(point.labels, [...labels, '__name__']);
  const groups = new Map<string, { labels: Labels; points: Point[] }>();
  for (const point of points) {
    const group = of(point);
    const key = keyOf(group);
    const known = groups.get(key);
    if (known) known.points.push(point);
    else groups.set(key, { labels: group, points: [point] });
  }
  return [...groups.values()].flatMap((group) => reduced(operator, group, parameter));
}

/** `count_values("label", points)`: how many points have each value, which becomes a label. @throws PromqlError */
export function countValues(label: string, { how, labels }: Grouping, points: readonly Point[]): Point[] {
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(label)) throw new PromqlError(`invalid label name ${JSON.stringify(label)}`);
  const named = points.map((point) => ({
    value: point.value,
    labels: { ...point.labels, [label]: numberText(point.value) },
  }));
  const grouping: Grouping =
    how === 'by' ? { how, labels: [...labels, label] } : { how, labels: labels.filter((each) => each !== label) };
  return aggregate('count', grouping, named);
}

function reduced(
  operator: string,
  group: { labels: Labels; points: readonly Point[] },
  parameter: number | undefined,
): Point[] {
  const values = group.points.map(({ value }) => value);
  const reducer = reducers[operator];
  if (reducer) return [{ labels: group.labels, value: reducer(values) }];
  if (parameter === undefined) throw new PromqlError(`${operator} needs a number, or is not understood here`);
  if (operator === 'quantile') return [{ labels: group.labels, value: quantileOf(parameter, values) }];
  if (operator !== 'topk' && operator !== 'bottomk') throw new PromqlError(`${operator} is not understood here`);
  const down = operator === 'topk' ? 1 : -1;
  const order = (a: Point, b: Point) =>
    Number.isNaN(a.value) ? 1 : Number.isNaN(b.value) ? -1 : (b.value - a.value) * down;
  return [...group.points].sort(order).slice(0, Math.max(0, Math.trunc(parameter)));
}

/** Each point without its name. */
export const changed = (points: readonly Point[], value: (value: number) => number): Point[] =>
  points.map((point) => ({ labels: unnamed(point.labels), value: value(point.value) }));
