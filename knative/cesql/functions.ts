import { cast, toText } from './cast.ts';
import { length, slice, trim } from './characters.ts';
import { Failure } from './failure.ts';
import { max, min, type Type, type Value } from './value.ts';

/** A function as it can be called: its arguments are cast before it runs. */
export interface Fn {
  /** The type of each argument; undefined takes any. */
  args: readonly (Type | undefined)[];
  /** Type of the arguments beyond those. */
  rest?: Type;
  returns: Type;
  run(args: readonly Value[], at: number): Value | Failure;
}

const text = (value: Value | undefined) => value as string;
const int = (value: Value | undefined) => value as number;
const isCast = (value: Value, type: Type) => !(cast(value, type, 0) instanceof Failure);

/** Every built-in function by its name, one for each number of arguments (section 3.5). */
export const functions: Readonly<Record<string, readonly Fn[]>> = {
  INT: [{ args: ['Integer'], returns: 'Integer', run: ([x]) => int(x) }],
  BOOL: [{ args: ['Boolean'], returns: 'Boolean', run: ([x]) => x as boolean }],
  STRING: [{ args: ['String'], returns: 'String', run: ([x]) => text(x) }],
  IS_INT: [{ args: [undefined], returns: 'Boolean', run: ([x]) => isCast(x as Value, 'Integer') }],
  IS_BOOL: [{ args: [undefined], returns: 'Boolean', run: ([x]) => isCast(x as Value, 'Boolean') }],
  ABS: [{ args: ['Integer'], returns: 'Integer', run: ([x], at) => absolute(int(x), at) }],
  LENGTH: [{ args: ['String'], returns: 'Integer', run: ([x]) => length(text(x)) }],
  CONCAT: [{ args: [], rest: 'String', returns: 'String', run: (args) => args.map(toText).join('') }],
  CONCAT_WS: [
    { args: ['String'], rest: 'String', returns: 'String', run: ([by, ...args]) => args.map(toText).join(text(by)) },
  ],
  LOWER: [{ args: ['String'], returns: 'String', run: ([x]) => text(x).toLowerCase() }],
  UPPER: [{ args: ['String'], returns: 'String', run: ([x]) => text(x).toUpperCase() }],
  TRIM: [{ args: ['String'], returns: 'String', run: ([x]) => trim(text(x)) }],
  LEFT: [{ args: ['String', 'Integer'], returns: 'String', run: ([x, y], at) => left(text(x), int(y), at) }],
  RIGHT: [{ args: ['String', 'Integer'], returns: 'String', run: ([x, y], at) => right(text(x), int(y), at) }],
  SUBSTRING: [
    { args: ['String', 'Integer'], returns: 'String', run: ([x, from], at) => substring(text(x), int(from), max, at) },
    {
      args: ['String', 'Integer', 'Integer'],
      returns: 'String',
      run: ([x, from, count], at) => substring(text(x), int(from), int(count), at),
    },
  ],
};

/** Finds a function by name (upper case) and number of arguments. */
export function functionOf(name: string, count: number): Fn | undefined {
  if (!Object.hasOwn(functions, name)) return undefined;
  return functions[name]?.find(
    ({ args, rest }) => args.length === count || (rest !== undefined && count > args.length),
  );
}

const absolute = (x: number, at: number) =>
  x === min ? new Failure('math', `the absolute value of ${x} is too large`, at, max) : Math.abs(x);

const evaluation = (message: string, at: number, value: string) =>
  new Failure('functionEvaluation', message, at, value);

function left(x: string, y: number, at: number): string | Failure {
  return y < 0 ? evaluation(`LEFT of ${y} characters`, at, x) : slice(x, 0, y);
}

function right(x: string, y: number, at: number): string | Failure {
  return y < 0 ? evaluation(`RIGHT of ${y} characters`, at, x) : slice(x, Math.max(0, length(x) - y), y);
}

function substring(x: string, from: number, count: number, at: number): string | Failure {
  const characters = length(x);
  if (from > characters || from < -characters)
    return evaluation(`SUBSTRING from ${from} of ${characters} characters`, at, '');
  if (count < 0) return evaluation(`SUBSTRING of ${count} characters`, at, '');
  return from === 0 ? '' : slice(x, from > 0 ? from - 1 : characters + from, count);
}
