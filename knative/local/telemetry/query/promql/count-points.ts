import { type Expression, PromqlError } from './expression.ts';

/** Most evaluations that the steps of a query and of its subqueries may come to. */
const maxEvaluations = 1_000_000;

/**
 * Counts how often the parts of an expression are evaluated, before any is: at `steps` instants, and again at each step of a subquery.
 * @throws PromqlError when that is too often
 */
export function countPoints(expression: Expression, steps: number): void {
  const evaluations = countOf(expression, steps);
  if (evaluations > maxEvaluations)
    throw new PromqlError(
      `the query would be evaluated at ${evaluations.toLocaleString('en')} points, more than ${maxEvaluations.toLocaleString('en')}: a shorter range or a longer step is needed`,
    );
}

/** The most that one part of it is evaluated. */
function countOf(node: Expression, times: number): number {
  switch (node.kind) {
    case 'subquery':
      return countOf(node.of, times * Math.max(1, Math.ceil(node.rangeMs / node.stepMs)));
    case 'negative':
    case 'aggregate':
      return countOf(node.of, times);
    case 'call':
      return Math.max(times, sum(node.args, times));
    case 'binary':
      return Math.max(times, sum([node.left, node.right], times));
    default:
      return times;
  }
}

/** Only what subqueries add is counted for each part: `a + b` is one point. */
const sum = (nodes: readonly Expression[], times: number): number =>
  nodes.map((node) => countOf(node, times)).reduce((total, each) => total + (each > times ? each : 0), 0);
