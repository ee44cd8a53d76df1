import { toBoolean } from './cast.ts';
import { compile } from './compile.ts';
import { Failure } from './failure.ts';
import { parse } from './parse.ts';
import { print, printValue } from './print.ts';
import { attributesOf, type Expression } from './syntax.ts';
import { type Attributes, typeOf } from './value.ts';

/** Why an event passes an expression as a filter, or does not. */
export interface Why {
  passes: boolean;
  /** The deciding part of the expression: `hop < 3`. */
  clause: string;
  /** For a rejected event its value there (`hop is '5'`) or the error; empty when the clause is enough. */
  found: string;
}

/** @see Why @throws CesqlParseError */
export function why(text: string, event: Attributes): Why {
  const expression = parse(text);
  const value = compile(expression)(event);
  const part = decisive(expression, event);
  const clause = print(part);
  if (value === true) return { passes: true, clause, found: '' };
  if (value instanceof Failure) return { passes: false, clause, found: value.message };
  if (value !== false)
    return { passes: false, clause, found: `it is the ${typeOf(value)} ${printValue(value)}, and no Boolean` };
  return { passes: false, clause, found: mentioned(part, event).join(', ') };
}

/** Descends into the operand that decided an AND or OR; stops where both did. */
function decisive(expression: Expression, event: Attributes): Expression {
  if (expression.kind !== 'logic' || expression.operator === 'XOR') return expression;
  const enough = expression.operator === 'OR';
  for (const side of [expression.left, expression.right]) {
    const value = asBoolean(side, event);
    if (value === enough || value instanceof Failure) return decisive(side, event);
  }
  return expression;
}

function asBoolean(expression: Expression, event: Attributes): boolean | Failure {
  const value = compile(expression)(event);
  return value instanceof Failure ? value : toBoolean(value, expression.at);
}

const mentioned = (expression: Expression, event: Attributes) =>
  attributesOf(expression).map((name) =>
    Object.hasOwn(event, name) ? `${name} is ${printValue(event[name] as string)}` : `the event has no ${name}`,
  );
