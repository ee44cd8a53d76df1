import type { Flat, Labels } from '../prometheus-series.ts';
import { aggregate, changed, countValues } from './aggregate.ts';
import { combine } from './binary.ts';
import { type Call, type Expression, type Matcher, PromqlError, type Selector } from './expression.ts';
import { callFunction } from './functions.ts';
import { labelPattern } from './label-pattern.ts';
import { numberOf, type Point, stringOf, type Value, vectorOf, type Window } from './value.ts';

/** Lookback: how long a sample is valid without a newer one. */
export const lookbackMs = 5 * 60_000;

/** Windows of a range that one step evaluates. */
const windowsAStep = 50;
/** Most values that the subqueries of an expression hold at one instant. */
const maxHeld = 500_000;
/** Results of a matcher's expression that are remembered: label values come again and again. */
const maxRemembered = 10_000;

/** Gives the series that matchers select, between two times (milliseconds since the epoch, both included). */
export type Select = (matchers: readonly Matcher[], fromMs: number, toMs: number) => readonly Flat[];

/**
 * Evaluates an expression at instants between `fromMs` and `toMs`, in small steps: whoever takes them may do other things in between.
 * Ranges are open to the left, as in Prometheus 3.
 * @throws PromqlError when something in it is not understood
 */
export function evaluator(
  expression: Expression,
  select: Select,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): (nowMs: number) => Generator<void, Value> {
  const selected = new Map<Selector, readonly Flat[]>();
  /** Subqueries look further back than the query itself. */
  const reach = reachOf(expression);
  const seriesOf = (selector: Selector): readonly Flat[] => {
    const known = selected.get(selector);
    if (known) return known;
    const back = Math.max(selector.rangeMs ?? lookbackMs, 0) + reach;
    const made = select(selector.matchers, fromMs - selector.offsetMs - back, toMs - Math.min(0, selector.offsetMs));
    selected.set(selector, made);
    return made;
  };

  /** Values that subqueries hold at this instant. */
  let held = 0;

  function* at(node: Expression, nowMs: number): Generator<void, Value> {
    yield;
    switch (node.kind) {
      case 'number':
        return { type: 'scalar', value: node.value };
      case 'string':
        return { type: 'string', value: node.value };
      case 'negative': {
        const of = yield* at(node.of, nowMs);
        return of.type === 'scalar'
          ? { type: 'scalar', value: -of.value }
          : { type: 'vector', points: changed(vectorOf(of, '-'), (value) => -value) };
      }
      case 'selector':
        return node.rangeMs === undefined
          ? instant(seriesOf(node), nowMs - node.offsetMs)
          : range(seriesOf(node), node.rangeMs, nowMs - node.offsetMs);
      case 'subquery':
        return { type: 'matrix', windows: yield* subquery(node, nowMs - node.offsetMs) };
      case 'aggregate': {
        if (node.operator === 'count_values') {
          if (!node.parameter) throw new PromqlError('count_values needs a label');
          const label = stringOf(yield* at(node.parameter, nowMs), node.operator);
          const points = vectorOf(yield* at(node.of, nowMs), node.operator);
          return { type: 'vector', points: countValues(label, node.grouping, points) };
        }
        const parameter = node.parameter && numberOf(yield* at(node.parameter, nowMs), node.operator);
        return {
          type: 'vector',
          points: aggregate(
            node.operator,
            node.grouping,
            vectorOf(yield* at(node.of, nowMs), node.operator),
            parameter,
          ),
        };
      }
      case 'binary':
        return combine(node, yield* at(node.left, nowMs), yield* at(node.right, nowMs));
      case 'call':
        return yield* call(node, nowMs);
    }
  }

  function* call(node: Call, nowMs: number): Generator<void, Value> {
    const args: Value[] = [];
    for (const each of node.args) args.push(yield* at(each, nowMs));
    if (node.name !== 'absent' && node.name !== 'absent_over_time') return yield* inParts(node.name, args, nowMs);
    const [given] = args;
    const there = given?.type === 'matrix' ? given.windows.length : vectorOf(given as Value, node.name).length;
    return { type: 'vector', points: there > 0 ? [] : [{ labels: equalities(node.args[0]), value: 1 }] };
  }

  function* subquery(
    { of, rangeMs, stepMs }: { of: Expression; rangeMs: number; stepMs: number },
    endMs: number,
  ): Generator<void, Window[]> {
    const windows = new Map<string, { labels: Labels; times: number[]; values: number[] }>();
    for (let ms = Math.floor((endMs - rangeMs) / stepMs) * stepMs + stepMs; ms <= endMs; ms += stepMs)
      for (const { labels, value } of vectorOf(yield* at(of, ms), 'a subquery')) {
        const key = JSON.stringify(labels);
        const window = windows.get(key) ?? { labels, times: [], values: [] };
        windows.set(key, window);
        window.times.push(ms);
        window.values.push(value);
        if (++held > maxHeld)
          throw new PromqlError(
            `subqueries give more than ${maxHeld.toLocaleString('en')} values: fewer series are needed`,
          );
      }
    return [...windows.values()].map((each) => ({ ...each, rangeMs, endMs }));
  }

  return (nowMs) => {
    held = 0;
    return at(expression, nowMs);
  };
}

/** Calls a function; what it makes of each window by itself, it makes of some windows a step. */
function* inParts(name: string, args: readonly Value[], nowMs: number): Generator<void, Value> {
  const last = args.at(-1);
  if (last?.type !== 'matrix' || last.windows.length <= windowsAStep) return callFunction(name, args, nowMs);
  const points: Point[] = [];
  for (let from = 0; from < last.windows.length; from += windowsAStep) {
    yield;
    const windows = last.windows.slice(from, from + windowsAStep);
    const part = callFunction(name, [...args.slice(0, -1), { type: 'matrix', windows }], nowMs);
    for (const point of vectorOf(part, name)) points.push(point);
  }
  return { type: 'vector', points };
}

/** How far before the query its subqueries read, in sum. */
function reachOf(node: Expression): number {
  switch (node.kind) {
    case 'subquery':
      return node.rangeMs + node.stepMs + Math.abs(node.offsetMs) + reachOf(node.of);
    case 'negative':
      return reachOf(node.of);
    case 'aggregate':
      return reachOf(node.of);
    case 'call':
      return Math.max(0, ...node.args.map(reachOf));
    case 'binary':
      return Math.max(reachOf(node.left), reachOf(node.right));
    default:
      return 0;
  }
}

function instant(series: readonly Flat[], nowMs: number): Value {
  const points = series.flatMap(({ labels, times, values, ends = [] }) => {
    const i = after(times, nowMs) - 1;
    const endMs = ends[after(ends, nowMs) - 1] ?? Number.NEGATIVE_INFINITY;
    const beganMs = Math.max(nowMs - lookbackMs, endMs);
    return i >= 0 && (times[i] as number) > beganMs ? [{ labels, value: values[i] as number }] : [];
  });
  return { type: 'vector', points };
}

function range(series: readonly Flat[], rangeMs: number, endMs: number): Value {
  const windows = series.flatMap(({ labels, times, values }) => {
    const [from, to] = [after(times, endMs - rangeMs), after(times, endMs)];
    return to > from ? [{ labels, times: times.slice(from, to), values: values.slice(from, to), rangeMs, endMs }] : [];
  });
  return { type: 'matrix', windows };
}

/** Index of the first time that is later. */
function after(times: readonly number[], ms: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) <= ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Labels of the result of `absent`. */
function equalities(of: Expression | undefined): Labels {
  if (of?.kind !== 'selector') return {};
  return Object.fromEntries(
    of.matchers.flatMap(({ label, operator, value }) =>
      operator === '=' && label !== '__name__' && value !== '' ? [[label, value]] : [],
    ),
  );
}

/** Whether labels fit; expressions are anchored at both ends. @throws PromqlError for an expression that is none */
export function matcherTest({ operator, value }: Matcher): (text: string) => boolean {
  if (operator === '=' || operator === '!=') return (text) => (text === value) === (operator === '=');
  const pattern = labelPattern(value);
  const known = new Map<string, boolean>();
  const matches = (text: string): boolean => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const found = pattern.matches(text);
    if (known.size < maxRemembered) known.set(text, found);
    return found;
  };
  return (text) => matches(text) === (operator === '=~');
}
