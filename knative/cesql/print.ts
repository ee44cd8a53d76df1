import type { Expression } from './syntax.ts';
import type { Value } from './value.ts';

/** Precedence of operators; an operand of lower precedence needs parentheses. */
const tightness = { logic: 1, comparison: 2, additive: 3, multiplicative: 4, suffix: 5, prefix: 6, atom: 7 } as const;

/** Prints an expression with the fewest parentheses; parsing the text gives the same expression. */
export function print(expression: Expression): string {
  switch (expression.kind) {
    case 'literal':
      return printValue(expression.value);
    case 'attribute':
      return expression.name;
    case 'exists':
      return `EXISTS ${expression.name}`;
    case 'call':
      return `${expression.name}(${expression.args.map(print).join(', ')})`;
    case 'not':
      return printNot(expression.operand);
    case 'minus':
      return printMinus(expression.operand);
    case 'like':
      return `${within(expression.operand, tightness.suffix)} LIKE ${quote(expression.pattern)}`;
    case 'in':
      return `${within(expression.operand, tightness.suffix)} IN (${expression.set.map(print).join(', ')})`;
    default: {
      const held = tightnessOf(expression);
      return `${within(expression.left, held)} ${expression.operator} ${within(expression.right, held + 1)}`;
    }
  }
}

/** A literal in the syntax of an expression. */
export function printValue(value: Value): string {
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  return typeof value === 'number' ? String(value) : quote(value);
}

function tightnessOf(expression: Expression): number {
  switch (expression.kind) {
    case 'logic':
    case 'comparison':
      return tightness[expression.kind];
    case 'arithmetic':
      return expression.operator === '+' || expression.operator === '-' ? tightness.additive : tightness.multiplicative;
    case 'not':
      return isSuffix(expression.operand) ? tightness.suffix : tightness.prefix;
    case 'like':
    case 'in':
      return tightness.suffix;
    case 'minus':
      return tightness.prefix;
    default:
      return tightness.atom;
  }
}

const isSuffix = ({ kind }: Expression) => kind === 'like' || kind === 'in';

const within = (expression: Expression, min: number) =>
  tightnessOf(expression) < min ? `(${print(expression)})` : print(expression);

/** Prints `NOT` of a LIKE or IN inside the operation: `a NOT LIKE b`. */
function printNot(operand: Expression): string {
  if (operand.kind === 'like') return `${within(operand.operand, tightness.suffix)} NOT LIKE ${quote(operand.pattern)}`;
  if (operand.kind === 'in')
    return `${within(operand.operand, tightness.suffix)} NOT IN (${operand.set.map(print).join(', ')})`;
  return `NOT ${within(operand, tightness.prefix)}`;
}

/** A minus directly before digits would become part of the literal. */
function printMinus(operand: Expression): string {
  return operand.kind === 'literal' && typeof operand.value === 'number' && operand.value >= 0
    ? `-(${operand.value})`
    : `-${within(operand, tightness.prefix)}`;
}

/** In single quotes, unless double quotes avoid an escape or are the only possible ones. */
function quote(value: string): string {
  const double = value.includes("'") && (!value.includes('"') || eatsEscape.test(value));
  return double ? `"${value.replaceAll('"', '\\"')}"` : `'${value.replaceAll("'", "\\'")}'`;
}

/** An odd number of backslashes before a single quote would take the quote's own escape away. */
const eatsEscape = /(?<!\\)(?:\\\\)*\\'/;
