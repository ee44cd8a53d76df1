import { cast, toBoolean, toInteger, toText } from './cast.ts';
import { Failure } from './failure.ts';
import { type Fn, functionOf } from './functions.ts';
import { likePattern } from './like.ts';
import type { Arithmetic, Expression, Node } from './syntax.ts';
import { type Attributes, max, min, typeOf, type Value } from './value.ts';

/** The value of an expression for an event, or the first error. */
export type Evaluate = (event: Attributes) => Value | Failure;

/**
 * Compiles an expression. Evaluating allocates nothing unless a function makes a new string, a value has to be cast to
 * a string, or an error other than that of a missing attribute arises. Operands are evaluated left to right; an error
 * ends the operator it arises in, and AND and OR leave out what cannot matter.
 */
export function compile(expression: Expression): Evaluate {
  switch (expression.kind) {
    case 'literal':
      return () => expression.value;
    case 'attribute':
      return attribute(expression);
    case 'exists':
      return exists(expression);
    case 'call':
      return call(expression);
    case 'not':
      return not(expression);
    case 'minus':
      return minus(expression);
    case 'like':
      return like(expression);
    case 'in':
      return within(expression);
    case 'arithmetic':
      return arithmetic(expression);
    case 'comparison':
      return comparison(expression);
    case 'logic':
      return logic(expression);
  }
}

/** Attributes that every valid event has. */
export const required: ReadonlySet<string> = new Set(['id', 'source', 'specversion', 'type']);

function attribute({ name, at }: Node<'attribute'>): Evaluate {
  const missing = new Failure('missingAttribute', `the event has no ${name}`, at);
  return (event) => (Object.hasOwn(event, name) ? (event[name] as Value) : missing);
}

function exists({ name }: Node<'exists'>): Evaluate {
  return required.has(name) ? () => true : (event) => Object.hasOwn(event, name);
}

function not({ operand, at }: Node<'not'>): Evaluate {
  const value = asBoolean(operand, at);
  return (event) => {
    const found = value(event);
    return found instanceof Failure ? found : !found;
  };
}

function minus({ operand, at }: Node<'minus'>): Evaluate {
  const value = compile(operand);
  return (event) => {
    const found = value(event);
    if (found instanceof Failure) return found;
    const integer = toInteger(found, at);
    return integer instanceof Failure ? integer : inRange(0 - integer, at);
  };
}

function like({ operand, pattern }: Node<'like'>): Evaluate {
  const value = compile(operand);
  const matches = likePattern(pattern);
  return (event) => {
    const found = value(event);
    return found instanceof Failure ? found : matches(toText(found));
  };
}

/** Casts elements to the type of the searched value, and stops when it is found. */
function within({ operand, set, at }: Node<'in'>): Evaluate {
  const value = compile(operand);
  const elements = set.map(compile);
  return (event) => {
    const wanted = value(event);
    if (wanted instanceof Failure) return wanted;
    for (let i = 0; i < elements.length; i++) {
      const found = (elements[i] as Evaluate)(event);
      if (found instanceof Failure) return found;
      const same = cast(found, typeOf(wanted), at);
      if (same instanceof Failure) return same;
      if (same === wanted) return true;
    }
    return false;
  };
}

/** Evaluates both sides before it casts either: a missing attribute is the more useful error. */
function integers(
  left: Expression,
  right: Expression,
  at: number,
  of: (x: number, y: number) => Value | Failure,
): Evaluate {
  const [one, other] = [compile(left), compile(right)];
  return (event) => {
    const x = one(event);
    if (x instanceof Failure) return x;
    const y = other(event);
    if (y instanceof Failure) return y;
    const a = toInteger(x, at);
    if (a instanceof Failure) return a;
    const b = toInteger(y, at);
    return b instanceof Failure ? b : of(a, b);
  };
}

function arithmetic({ operator, left, right, at }: Node<'arithmetic'>): Evaluate {
  const calculate = calculations[operator];
  return integers(left, right, at, (x, y) => calculate(x, y, at));
}

/** Division and remainder go towards zero; the remainder has the sign of the dividend. */
const calculations: Readonly<Record<Arithmetic, (x: number, y: number, at: number) => number | Failure>> = {
  '+': (x, y, at) => inRange(x + y, at),
  '-': (x, y, at) => inRange(x - y, at),
  // Of two such integers the product is exact up to 2^53, and beyond that far out of range.
  '*': (x, y, at) => inRange(x * y, at),
  '/': (x, y, at) => (y === 0 ? new Failure('math', 'division by zero', at) : inRange(Math.trunc(x / y), at)),
  '%': (x, y, at) => (y === 0 ? new Failure('math', 'remainder of a division by zero', at) : (x % y) + 0),
};

const inRange = (value: number, at: number) =>
  value < min || value > max ? new Failure('math', `${value} is not an integer of 32 bits`, at) : value + 0;

/** `=` and `!=` compare in the type of the right side, the others integers. */
function comparison({ operator, left, right, at }: Node<'comparison'>): Evaluate {
  if (operator !== '=' && operator !== '!=') return integers(left, right, at, orders[operator]);
  const [one, other] = [compile(left), compile(right)];
  const wanted = operator === '=';
  return (event) => {
    const x = one(event);
    if (x instanceof Failure) return x;
    const y = other(event);
    if (y instanceof Failure) return y;
    const same = cast(x, typeOf(y), at);
    return same instanceof Failure ? same : (same === y) === wanted;
  };
}

const orders = {
  '<': (x: number, y: number) => x < y,
  '<=': (x: number, y: number) => x <= y,
  '>': (x: number, y: number) => x > y,
  '>=': (x: number, y: number) => x >= y,
} as const;

function logic({ operator, left, right, at }: Node<'logic'>): Evaluate {
  const [one, other] = [asBoolean(left, at), asBoolean(right, at)];
  /** The left value that short-circuits the operator. */
  const enough = operator === 'AND' ? false : operator === 'OR' ? true : undefined;
  return (event) => {
    const x = one(event);
    if (x instanceof Failure || x === enough) return x;
    const y = other(event);
    return y instanceof Failure || enough !== undefined ? y : x !== y;
  };
}

function call({ name, args, at }: Node<'call'>): Evaluate {
  const fn = functionOf(name, args.length);
  const missing = new Failure('missingFunction', `there is no function ${name} of ${args.length} arguments`, at);
  if (!fn) return () => missing;
  const evaluated = args.map((arg, i) => argument(fn, arg, i, at));
  return (event) => {
    const values: Value[] = [];
    for (const each of evaluated) {
      const value = each(event);
      if (value instanceof Failure) return value;
      values.push(value);
    }
    return fn.run(values, at);
  };
}

function argument(fn: Fn, expression: Expression, index: number, at: number): Evaluate {
  const type = index < fn.args.length ? fn.args[index] : fn.rest;
  const value = compile(expression);
  if (type === undefined) return value;
  return (event) => {
    const found = value(event);
    return found instanceof Failure ? found : cast(found, type, at);
  };
}

function asBoolean(expression: Expression, at: number): (event: Attributes) => boolean | Failure {
  const value = compile(expression);
  return (event) => {
    const found = value(event);
    return found instanceof Failure ? found : toBoolean(found, at);
  };
}
