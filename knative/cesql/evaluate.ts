import { compile } from './compile.ts';
import { Failure } from './failure.ts';
import { functionOf } from './functions.ts';
import { type Expression, operatorType } from './syntax.ts';
import { type Attributes, type Type, type Value, zeroOf } from './value.ts';

/** The value of an expression, and the error with which it was found. */
export interface Evaluated {
  value: Value;
  error: Failure | undefined;
}

/**
 * Evaluates an expression, in the specification's fail-fast mode: the first error ends the evaluation, and the value is
 * the zero value of the expression's type; a function that gives a value beside its error keeps it (sections 3.3, 4.1).
 */
export function evaluate(expression: Expression, event: Attributes): Evaluated {
  const found = compile(expression)(event);
  if (!(found instanceof Failure)) return { value: found, error: undefined };
  const own = expression.kind === 'call' && found.at === expression.at ? found.value : undefined;
  return { value: own ?? zeroOf(typeOfExpression(expression)), error: found };
}

/** A type that depends on the event counts as Boolean (section 3.2). */
function typeOfExpression(expression: Expression): Type {
  if (expression.kind === 'call') return functionOf(expression.name, expression.args.length)?.returns ?? 'Boolean';
  return operatorType(expression) ?? 'Boolean';
}
