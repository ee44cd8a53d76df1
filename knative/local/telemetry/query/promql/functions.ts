import { labelOf } from '../prometheus-series.ts';
import { changed } from './aggregate.ts';
import { PromqlError } from './expression.ts';
import { labelPattern } from './label-pattern.ts';
import { type Bucket, histogramQuantile } from './quantile.ts';
import { keepsName, predicted, quantileOverTime, rangeFunctions } from './range-functions.ts';
import { keyOf, numberOf, omit, type Point, stringOf, unnamed, type Value, vectorOf, windowsOf } from './value.ts';

const plain: Readonly<Record<string, (value: number) => number>> = {
  abs: Math.abs,
  ceil: Math.ceil,
  floor: Math.floor,
  exp: Math.exp,
  sqrt: Math.sqrt,
  ln: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  sgn: Math.sign,
};

type Function = (args: readonly Value[], name: string, nowMs: number) => Value;
const vector = (points: readonly Point[]): Value => ({ type: 'vector', points });
const first = (args: readonly Value[], name: string): Value => {
  const [value] = args;
  if (!value) throw new PromqlError(`${name} needs an argument`);
  return value;
};

const functions: Readonly<Record<string, Function>> = {
  time: (_, __, nowMs) => ({ type: 'scalar', value: nowMs / 1_000 }),
  pi: () => ({ type: 'scalar', value: Math.PI }),
  vector: (args, name) => vector([{ labels: {}, value: numberOf(first(args, name), name) }]),
  scalar(args, name) {
    const points = vectorOf(first(args, name), name);
    return { type: 'scalar', value: points.length === 1 ? (points[0] as Point).value : Number.NaN };
  },
  histogram_quantile: ([q, of], name) => vector(quantiles(numberOf(q as Value, name), vectorOf(of as Value, name))),
  quantile_over_time: ([q, of], name) =>
    vector(
      windowsOf(of as Value, name).map((window) => ({
        labels: unnamed(window.labels),
        value: quantileOverTime(numberOf(q as Value, name), window),
      })),
    ),
  predict_linear: ([of, seconds], name, nowMs) => {
    const ahead = numberOf(seconds as Value, name);
    return vector(
      windowsOf(of as Value, name).flatMap((window) => {
        const value = predicted(window, ahead, nowMs);
        return value === undefined ? [] : { labels: unnamed(window.labels), value };
      }),
    );
  },
  clamp: (args, name) => clamped(args, name, [1, 2]),
  clamp_min: (args, name) => clamped(args, name, [1, undefined]),
  clamp_max: (args, name) => clamped(args, name, [undefined, 1]),
  round: ([of, to], name) => {
    const unit = to ? numberOf(to, name) : 1;
    return vector(changed(vectorOf(of as Value, name), (value) => Math.floor(value / unit + 0.5) * unit));
  },
  sort: (args, name) => vector([...vectorOf(first(args, name), name)].sort((a, b) => a.value - b.value)),
  sort_desc: (args, name) => vector([...vectorOf(first(args, name), name)].sort((a, b) => b.value - a.value)),
  timestamp: (args, name, nowMs) => vector(changed(vectorOf(first(args, name), name), () => nowMs / 1_000)),
  label_replace: labelReplace,
};

/** Longest label that `label_replace` makes. */
const maxLabelCharacters = 10_000;

/** A function of PromQL; `absent` and its like are the evaluator's, which knows what was asked for. @throws PromqlError */
export function callFunction(name: string, args: readonly Value[], nowMs: number): Value {
  const overRange = rangeFunctions[name];
  if (overRange) {
    const points = windowsOf(first(args, name), name).flatMap((window) => {
      const value = overRange(window);
      return value === undefined
        ? []
        : [{ labels: keepsName.has(name) ? window.labels : unnamed(window.labels), value }];
    });
    return vector(points);
  }
  const ofNumber = plain[name];
  if (ofNumber) return vector(changed(vectorOf(first(args, name), name), ofNumber));
  const found = functions[name];
  if (!found) throw new PromqlError(`the function ${name} is not understood here`);
  return found(args, name, nowMs);
}

function clamped(args: readonly Value[], name: string, [low, high]: [number | undefined, number | undefined]): Value {
  const limit = (at: number | undefined, otherwise: number) =>
    at === undefined ? otherwise : numberOf(args[at] as Value, name);
  const [min, max] = [limit(low, Number.NEGATIVE_INFINITY), limit(high, Number.POSITIVE_INFINITY)];
  return vector(changed(vectorOf(first(args, name), name), (value) => Math.max(min, Math.min(max, value))));
}

function quantiles(q: number, points: readonly Point[]): Point[] {
  const histograms = new Map<string, { labels: Point['labels']; buckets: Bucket[] }>();
  for (const { labels, value } of points) {
    const { le } = labels;
    const upTo = le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le);
    if (le === undefined || Number.isNaN(upTo)) continue;
    const rest = omit(labels, ['le', '__name__']);
    const key = keyOf(rest);
    const histogram = histograms.get(key) ?? { labels: rest, buckets: [] };
    histograms.set(key, histogram);
    histogram.buckets.push({ upTo, count: value });
  }
  return [...histograms.values()].map(({ labels, buckets }) => ({ labels, value: histogramQuantile(q, buckets) }));
}

/** `$1` of the pattern's groups may stand in the replacement; an empty label is removed. */
function labelReplace([of, to, replacement, from, pattern]: readonly Value[], name: string): Value {
  const [target, made, source] = [to, replacement, from].map((each) => stringOf(each as Value, name)) as [
    string,
    string,
    string,
  ];
  const expression = labelPattern(stringOf(pattern as Value, name));
  return vector(
    vectorOf(of as Value, name).map((point) => {
      const found = expression.matcher(labelOf(point.labels, source));
      if (!found.matches()) return point;
      const value = expanded(made, found);
      return { ...point, labels: value === '' ? omit(point.labels, [target]) : { ...point.labels, [target]: value } };
    }),
  );
}

/** Groups by number or name; those that the expression does not have are empty, as in Go. */
function expanded(template: string, found: ReturnType<ReturnType<typeof labelPattern>['matcher']>): string {
  const named: Readonly<Record<string, string | null>> = { __proto__: null, ...found.getNamedGroups() };
  let length = template.length;
  return template.replaceAll(/\$(?:(\d+)|\{(\w+)\})/g, (_, digits?: string, word?: string) => {
    const number = Number(digits ?? word);
    const group = Number.isNaN(number) ? named[word as string] : number <= found.groupCount() && found.group(number);
    length += (group || '').length;
    if (length > maxLabelCharacters)
      throw new PromqlError(
        `label_replace makes a label of more than ${maxLabelCharacters.toLocaleString('en')} characters`,
      );
    return group || '';
  });
}
