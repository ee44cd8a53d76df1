import { functionOf } from './functions.ts';
import { type Expression, operandsOf } from './syntax.ts';

/** Finds calls of unknown functions, or with a wrong number of arguments: each evaluation would fail. */
export function unknownCalls(expression: Expression): { name: string; count: number; at: number }[] {
  const nested = operandsOf(expression).flatMap(unknownCalls);
  if (expression.kind !== 'call' || functionOf(expression.name, expression.args.length)) return nested;
  return [{ name: expression.name, count: expression.args.length, at: expression.at }, ...nested];
}
