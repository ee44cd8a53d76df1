import { Failure } from './failure.ts';
import { max, min, type Type, typeOf, type Value } from './value.ts';

/** Casts a value to another type (section 3.7), or returns a failure; `at` is the character offset of the cast. */
export function cast(value: Value, to: Type, at: number): Value | Failure {
  if (to === 'String') return typeof value === 'string' ? value : String(value);
  if (to === 'Integer') return toInteger(value, at);
  return toBoolean(value, at);
}

export function toInteger(value: Value, at: number): number | Failure {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  const number = /^[+-]?[0-9]+$/.test(value) ? Number(value) + 0 : Number.NaN;
  return number >= min && number <= max ? number : castFailure(value, 'Integer', at);
}

export function toBoolean(value: Value, at: number): boolean | Failure {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0;
  const lower = value.toLowerCase();
  if (lower === 'true') return true;
  return lower === 'false' ? false : castFailure(value, 'Boolean', at);
}

export const toText = (value: Value): string => (typeof value === 'string' ? value : String(value));

const castFailure = (value: Value, to: Type, at: number) =>
  new Failure('cast', `the ${typeOf(value)} ${JSON.stringify(value)} is no ${to}`, at);
