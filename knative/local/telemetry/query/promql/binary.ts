import type { Labels } from '../prometheus-series.ts';
import { type Binary, type BinaryOperator, type Matching, PromqlError } from './expression.ts';
import { keyOf, omit, type Point, pick, unnamed, type Value } from './value.ts';

type Operation = (a: number, b: number) => number;

const arithmetic: Partial<Record<BinaryOperator, Operation>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '^': (a, b) => a ** b,
  atan2: Math.atan2,
};
const comparisons: Partial<Record<BinaryOperator, (a: number, b: number) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
};

/** An operator between two values. @throws PromqlError */
export function combine(node: Binary, left: Value, right: Value): Value {
  const { operator, matching } = node;
  if (left.type === 'vector' && right.type === 'vector') {
    if (operator === 'and' || operator === 'or' || operator === 'unless')
      return { type: 'vector', points: sets(operator, matching, left.points, right.points) };
    return { type: 'vector', points: between(node, left.points, right.points) };
  }
  if (left.type === 'scalar' && right.type === 'scalar')
    return { type: 'scalar', value: scalars(node, left.value, right.value) };
  if (left.type === 'vector' && right.type === 'scalar')
    return {
      type: 'vector',
      points: left.points.flatMap((point) => withNumber(node, point, point.value, right.value)),
    };
  if (left.type === 'scalar' && right.type === 'vector')
    return {
      type: 'vector',
      points: right.points.flatMap((point) => withNumber(node, point, left.value, point.value)),
    };
  throw new PromqlError(`${operator} between a ${left.type} and a ${right.type} is not understood`);
}

function scalars({ operator, bool }: Binary, a: number, b: number): number {
  const operation = arithmetic[operator];
  if (operation) return operation(a, b);
  const comparison = comparisons[operator];
  if (!comparison || !bool)
    throw new PromqlError(
      comparison ? 'comparisons between numbers need bool' : `${operator} between numbers is not understood`,
    );
  return comparison(a, b) ? 1 : 0;
}

function withNumber({ operator, bool }: Binary, point: Point, a: number, b: number): Point[] {
  const operation = arithmetic[operator];
  if (operation) return [{ labels: unnamed(point.labels), value: operation(a, b) }];
  const comparison = comparisons[operator];
  if (!comparison) throw new PromqlError(`${operator} between a vector and a number is not understood`);
  if (bool) return [{ labels: unnamed(point.labels), value: comparison(a, b) ? 1 : 0 }];
  return comparison(a, b) ? [point] : [];
}

const keyFor =
  ({ on, labels }: Matching) =>
  (point: Point): string =>
    keyOf(on ? pick(point.labels, labels) : omit(point.labels, [...labels, '__name__']));

function sets(
  operator: 'and' | 'or' | 'unless',
  matching: Matching,
  left: readonly Point[],
  right: readonly Point[],
): Point[] {
  const key = keyFor(matching);
  const keys = new Set((operator === 'or' ? left : right).map(key));
  if (operator === 'or') return [...left, ...right.filter((point) => !keys.has(key(point)))];
  return left.filter((point) => keys.has(key(point)) === (operator === 'and'));
}

function between(node: Binary, left: readonly Point[], right: readonly Point[]): Point[] {
  const { matching } = node;
  const key = keyFor(matching);
  const [manySide, oneSide] = matching.many === 'right' ? [right, left] : [left, right];
  const ones = new Map<string, Point>();
  for (const point of oneSide) {
    if (ones.has(key(point)))
      throw new PromqlError(`several elements of one side match the same labels: ${key(point)}`);
    ones.set(key(point), point);
  }
  const seen = new Set<string>();
  return manySide.flatMap((many) => {
    const one = ones.get(key(many));
    if (!one) return [];
    if (!matching.many && seen.has(key(many)))
      throw new PromqlError('several elements match one of the other side: group_left or group_right is needed');
    seen.add(key(many));
    return matched(node, many, one);
  });
}

function matched(node: Binary, many: Point, one: Point): Point[] {
  const { operator, bool, matching } = node;
  const [a, b] = matching.many === 'right' ? [one.value, many.value] : [many.value, one.value];
  const labels = resultLabels(matching, many.labels, one.labels);
  const operation = arithmetic[operator];
  if (operation) return [{ labels: unnamed(labels), value: operation(a, b) }];
  const comparison = comparisons[operator];
  if (!comparison) throw new PromqlError(`${operator} is not understood here`);
  if (bool) return [{ labels: unnamed(labels), value: comparison(a, b) ? 1 : 0 }];
  return comparison(a, b) ? [{ labels, value: a }] : [];
}

function resultLabels({ on, labels, many, include }: Matching, of: Labels, other: Labels): Labels {
  if (many) return { ...omit(of, include), ...pick(other, include) };
  return on ? pick(of, labels) : omit(of, labels);
}
