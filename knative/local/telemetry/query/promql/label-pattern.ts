import { type Pattern, patternOf } from '../pattern.ts';
import { PromqlError } from './expression.ts';

/** An expression that a label's whole value has to match; `.` matches line ends too. @throws PromqlError */
export function labelPattern(expression: string): Pattern {
  try {
    return patternOf(expression, { dotAll: true });
  } catch (error) {
    throw new PromqlError((error as Error).message);
  }
}
