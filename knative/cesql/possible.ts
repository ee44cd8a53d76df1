import { toBoolean } from './cast.ts';
import { compile, required } from './compile.ts';
import { Failure } from './failure.ts';
import { parse } from './parse.ts';
import { attributesOf, type Expression } from './syntax.ts';
import type { Attributes } from './value.ts';

/** Boolean values that an expression can have for the selected events. */
export interface Possible {
  true: boolean;
  false: boolean;
  error: boolean;
}

const anything: Possible = { true: true, false: true, error: true };

/**
 * What an expression can be of any event that has the attributes given, whatever its other attributes are. It never
 * denies what is possible; what two parts of the expression make impossible only together, it may affirm.
 *
 * @throws CesqlParseError
 */
export function possible(text: string, known: Attributes): Possible {
  const expression = parse(text);
  if (expression.kind === 'logic' || expression.kind === 'not' || !isKnown(expression, known))
    return of(expression, known);
  const value = compile(expression)(known);
  return {
    true: value === true,
    false: value !== true && !(value instanceof Failure),
    error: value instanceof Failure,
  };
}

function of(expression: Expression, known: Attributes): Possible {
  if (isKnown(expression, known)) return certain(expression, known);
  if (expression.kind === 'exists') return { true: true, false: true, error: false };
  if (expression.kind === 'not') {
    const operand = of(expression.operand, known);
    return { true: operand.false, false: operand.true, error: operand.error };
  }
  if (expression.kind !== 'logic') return anything;
  const [left, right] = [of(expression.left, known), of(expression.right, known)];
  if (expression.operator === 'AND') return both(left, right);
  return expression.operator === 'OR' ? either(left, right) : anything;
}

const both = (left: Possible, right: Possible): Possible => ({
  true: left.true && right.true,
  false: left.false || (left.true && right.false),
  error: left.error || (left.true && right.error),
});

const either = (left: Possible, right: Possible): Possible => ({
  true: left.true || (left.false && right.true),
  false: left.false && right.false,
  error: left.error || (left.false && right.error),
});

/** It has the same value for every selected event. */
function isKnown(expression: Expression, known: Attributes): boolean {
  if (expression.kind === 'exists') return required.has(expression.name) || Object.hasOwn(known, expression.name);
  return attributesOf(expression).every((name) => Object.hasOwn(known, name));
}

function certain(expression: Expression, known: Attributes): Possible {
  const found = compile(expression)(known);
  const value = found instanceof Failure ? found : toBoolean(found, expression.at);
  return { true: value === true, false: value === false, error: value instanceof Failure };
}
