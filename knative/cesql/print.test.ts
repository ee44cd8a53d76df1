import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyExpression, placeless } from './expression.fixture.ts';
import { parse } from './parse.ts';
import { print } from './print.ts';

describe('printing', () => {
  test('gives a text that parses to the same expression', () => {
    fc.assert(
      fc.property(anyExpression, (expression) => {
        expect(placeless(parse(print(expression)))).toEqual(placeless(expression));
      }),
      { numRuns: 1_500 },
    );
  });

  test.each([
    ["not  type  like 'a%'", "NOT type LIKE 'a%'"],
    ["NOT (type LIKE 'a%')", "type NOT LIKE 'a%'"],
    ['(1+2)*3', '(1 + 2) * 3'],
    ['1-(2-3)', '1 - (2 - 3)'],
    ['(a AND b) OR c', 'a AND b OR c'],
    ['a AND (b OR c)', 'a AND (b OR c)'],
    ['a <> "it\'s"', 'a != "it\'s"'],
    ['-(5)', '-(5)'],
    ['--5', '--5'],
    ['exists TIME', 'EXISTS time'],
    ["'\\'\"'", "'\\'\"'"],
  ])('%s is written %s', (given, printed) => {
    expect(print(parse(given))).toBe(printed);
  });
});
