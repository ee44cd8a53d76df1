import { compile } from './compile.ts';
import { parse } from './parse.ts';
import type { Attributes } from './value.ts';

/**
 * An expression as a filter: an event passes when the value is TRUE; any other value, of whatever type, and any error
 * keep it out (section 1.2). Parsed and compiled once. @throws CesqlParseError
 */
export function predicate(text: string): (event: Attributes) => boolean {
  const evaluate = compile(parse(text));
  return (event) => evaluate(event) === true;
}
