import { functionOf } from './functions.ts';
import { type Expression, operandsOf } from './syntax.ts';

/** Calls of functions that do not exist, or not with so many arguments: each time one is evaluated it is an error. */
export function unknownCalls(expression: Expression): { name: string; count: number; at: number }[] {
  const nested = operandsOf(expression).flatMap(unknownCalls);
  if (expression.kind !== 'call' || functionOf(expression.name, expression.args.length)) return nested;
  return [{ name: expression.name, count: expression.args.length, at: expression.at }, ...nested];
}
