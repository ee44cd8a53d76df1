import type { Expression, Selector } from '../query/promql/expression.ts';

/**
 * The metrics without which an expression says nothing: of an `or` one side is enough. An alert that asks only for what nobody gives is
 * not silent but blind.
 * @param isGiven whether what a selector asks for can be there
 */
export function missingMetrics(expression: Expression, isGiven: (selector: Selector) => boolean): string[] {
  const missing = (node: Expression): string[] => {
    switch (node.kind) {
      case 'selector':
        return isGiven(node) ? [] : [metricOf(node) ?? ''];
      case 'binary': {
        const [left, right] = [missing(node.left), missing(node.right)];
        if (node.operator === 'unless') return left;
        return node.operator === 'or' && (left.length === 0 || right.length === 0) ? [] : [...left, ...right];
      }
      case 'call':
        return node.args.flatMap(missing);
      case 'negative':
      case 'aggregate':
      case 'subquery':
        return missing(node.of);
      default:
        return [];
    }
  };
  return [...new Set(missing(expression))];
}

/** The metric's name, if a selector names one. */
export const metricOf = ({ matchers }: Selector): string | undefined =>
  matchers.find(({ label, operator }) => label === '__name__' && operator === '=')?.value;

/** How far back the longest range of an expression looks, milliseconds; of selectors that `counts` lets through. */
export function longestRangeMs(expression: Expression, counts: (selector: Selector) => boolean): number {
  switch (expression.kind) {
    case 'selector':
      return counts(expression) ? (expression.rangeMs ?? 0) + Math.max(0, expression.offsetMs) : 0;
    case 'subquery':
      return expression.rangeMs + Math.max(0, expression.offsetMs) + longestRangeMs(expression.of, counts);
    case 'negative':
    case 'aggregate':
      return longestRangeMs(expression.of, counts);
    case 'call':
      return Math.max(0, ...expression.args.map((each) => longestRangeMs(each, counts)));
    case 'binary':
      return Math.max(longestRangeMs(expression.left, counts), longestRangeMs(expression.right, counts));
    default:
      return 0;
  }
}
