import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { placeless } from './expression.fixture.ts';
import { CesqlParseError } from './failure.ts';
import { parse } from './parse.ts';

describe('parsing', () => {
  test.each([
    ['', 'expected a value instead of the end at character 1'],
    ['type =', 'expected a value instead of the end at character 7'],
    ['type = = 2', 'expected a value instead of "=" at character 8'],
    ['(a AND b', 'expected ")" instead of the end at character 9'],
    ['a b', 'expected an operator or the end instead of "b" at character 3'],
    ["type LIKE 'a", "the string is not closed with ' at character 11"],
    ["'it''s'", "a ' inside of a string is written \\': unexpected ' at character 5"],
    ['type LIKE 5', 'expected a string, which is the pattern of LIKE instead of "5" at character 11'],
    ['type IN ()', 'expected a value instead of ")" at character 10'],
    ['type NOT = 5', 'expected LIKE or IN instead of "=" at character 10'],
    ['EXISTS 5 + ', 'expected a value instead of the end at character 12'],
    ['EXISTS (a)', 'expected the name of an attribute instead of "(" at character 8'],
    ['my_type = 1', '"my_type" is not the name of an attribute: letters and digits at character 1'],
    ['F1(2)', '"F1" is not the name of a function: letters and "_" at character 1'],
    ['AND', 'expected a value instead of "AND" at character 1'],
    ['a = 2147483648', '2147483648 is not an integer of 32 bits at character 5'],
    ['a = -2147483649', '-2147483649 is not an integer of 32 bits at character 5'],
    ['a ; b', '";" means nothing here at character 3'],
    ['+a', 'expected a value instead of "+" at character 1'],
  ])('%s is rejected: %s', (text, message) => {
    expect(() => parse(text)).toThrow(CesqlParseError);
    expect(() => parse(text)).toThrow(message);
  });

  test.each([
    ['a AND b OR c', '(a AND b) OR c'],
    ['a OR b AND c', '(a OR b) AND c'],
    ['a XOR b OR c', '(a XOR b) OR c'],
    ['a = b = c', '(a = b) = c'],
    ['a = b AND c < d', '(a = b) AND (c < d)'],
    ['a + b * c', 'a + (b * c)'],
    ['a - b - c', '(a - b) - c'],
    ['a-1', 'a - 1'],
    ['a % b / c', '(a % b) / c'],
    ['a + b = c', '(a + b) = c'],
    ["NOT a LIKE 'x'", "(NOT a) LIKE 'x'"],
    ['NOT a = b', '(NOT a) = b'],
    ['-a IN (1)', '(-a) IN (1)'],
    ["a + b LIKE 'x'", "a + (b LIKE 'x')"],
    ["a NOT LIKE 'x' AND b NOT IN (1)", "(NOT (a LIKE 'x')) AND (NOT (b IN (1)))"],
    ['NOT EXISTS a AND b', '(NOT EXISTS a) AND b'],
  ])('%s is %s', (text, meant) => {
    expect(placeless(parse(text))).toEqual(placeless(parse(meant)));
  });

  test('ends in an expression or in a CesqlParseError inside of the text, whatever it is given', () => {
    const parts = fc.constantFrom(
      'type',
      "'a'",
      '"b"',
      '12',
      '-',
      '+',
      '(',
      ')',
      ',',
      'AND',
      'not',
      'LIKE',
      'in',
      'EXISTS',
      '=',
      '<>',
      'ABS',
      ' ',
      '\\',
      "'",
      'é',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(parts, { maxLength: 12 }).map((all) => all.join(' ')),
        ),
        (text) => {
          try {
            expect(parse(text).at).toBeLessThan(text.length);
          } catch (error) {
            expect(error).toBeInstanceOf(CesqlParseError);
            expect((error as CesqlParseError).at).toBeLessThanOrEqual(text.length);
          }
        },
      ),
      { numRuns: 5_000 },
    );
  });

  test('rejects what is nested or chained so deep that it could exhaust the stack', () => {
    expect(() => parse(`${'('.repeat(100_000)}a`)).toThrow('more than 4000 words and signs at character 4001');
    expect(() => parse(`${'('.repeat(1_000)}a${')'.repeat(1_000)}`)).toThrow('more than 200 levels deep');
    expect(() => parse(`${'NOT '.repeat(1_000)}a`)).toThrow('more than 200 levels deep');
    expect(parse(Array(1_999).fill('a').join(' OR '))).toMatchObject({ kind: 'logic' });
  });
});
