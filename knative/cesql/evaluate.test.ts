import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toInteger } from './cast.ts';
import { evaluate } from './evaluate.ts';
import { anyAttributes, anyExpression } from './expression.fixture.ts';
import { parse } from './parse.ts';
import { possible } from './possible.ts';
import { print } from './print.ts';
import { type Expression, operatorType } from './syntax.ts';
import { max, min, typeOf } from './value.ts';
import { why } from './why.ts';

const event = { id: '1', source: '/s', type: 't', specversion: '1.0', n: '5', word: 'abc' };
const of = (text: string) => {
  const { value, error } = evaluate(parse(text), event);
  return error ? [value, error.kind, error.at] : [value];
};

describe('evaluating', () => {
  test.each([
    ['2147483647 + 1', [0, 'math', 11]],
    ['-2147483648 - 1', [0, 'math', 12]],
    ['65536 * 65536', [0, 'math', 6]],
    ['-2147483648 / -1', [0, 'math', 12]],
    ['-(-2147483648)', [0, 'math', 0]],
    ['-7 / 2', [-3]],
    ['-7 % 2', [-1]],
    ['7 % -2', [1]],
    ['-4 % 2', [0]],
    ['ABS(-2147483648)', [max, 'math', 0]],
    ['ABS(-2147483648) = 1', [false, 'math', 0]],
    ["LEFT(LEFT('abc', -1), 2)", ['', 'functionEvaluation', 5]],
    ["INT('2147483648')", [0, 'cast', 0]],
    ["INT('+7')", [7]],
    ["INT(' 7')", [0, 'cast', 0]],
    ["INT('7e0')", [0, 'cast', 0]],
    ["BOOL('yes')", [false, 'cast', 0]],
    ['n = 5', [true]],
    ['5 = n', [true]],
    ["'' * none", [0, 'missingAttribute', 5]],
    ['word < none', [false, 'missingAttribute', 7]],
    ['word = 5', [false, 'cast', 5]],
    ['n < 10', [true]],
    ['word < 10', [false, 'cast', 5]],
    ["TRUE = 'true' AND FALSE = 'false'", [true]],
    ["TRUE = 'TRUE' OR FALSE = 'FALSE'", [false]],
    ['1 / none', [0, 'missingAttribute', 4]],
    ['none * 5', [0, 'missingAttribute', 0]],
    ['TRUE AND none = 1', [false, 'missingAttribute', 9]],
    ['FALSE AND none', [false]],
    ['TRUE OR NONE(1)', [true]],
    ['NONE(1)', [false, 'missingFunction', 0]],
    ['FALSE OR NONE(1)', [false, 'missingFunction', 9]],
    ['n IN (5, none)', [true]],
    ['n IN (4, none)', [false, 'missingAttribute', 9]],
    ["1 IN ('a', 1)", [false, 'cast', 2]],
    ["none NOT LIKE 'a'", [false, 'missingAttribute', 0]],
    ['EXISTS none OR EXISTS id', [true]],
    ["'\\'' = \"'\"", [true]],
    ["LENGTH('😀')", [1]],
    ["RIGHT('a😀b', 2)", ['😀b']],
    ["SUBSTRING('abc', 2, -1)", ['', 'functionEvaluation', 0]],
    ["SUBSTRING('abc', -2, 9)", ['bc']],
    ["TRIM('\u00a0\u2003a\ufeff\u0085')", ['a\ufeff']],
    ["CONCAT('a', 1, TRUE)", ['a1true']],
    ["IS_INT('7') AND NOT IS_INT('x') AND IS_BOOL('true')", [true]],
    ['constructor', [false, 'missingAttribute', 0]],
    ['EXISTS constructor', [false]],
    ['FALSE AND FALSE OR TRUE', [true]],
  ])('%s is %j', (text, expected) => {
    expect(of(text)).toEqual(expected);
  });

  test('is total: a value of the operator’s type, whatever the event has', () => {
    fc.assert(
      fc.property(anyExpression, anyAttributes, (expression, attributes) => {
        const { value } = evaluate(expression, attributes);
        const type = operatorType(expression);
        if (type) expect(typeOf(value)).toBe(type);
        if (typeof value === 'number') expect(value === (value | 0) && value >= min && value <= max).toBe(true);
      }),
      { numRuns: 1_500 },
    );
  });

  test('knows De Morgan’s laws, where nothing fails', () => {
    const not = (operand: Expression): Expression => ({ kind: 'not', operand, at: 0 });
    const logic = (operator: 'AND' | 'OR', left: Expression, right: Expression): Expression => ({
      kind: 'logic',
      operator,
      left,
      right,
      at: 0,
    });
    fc.assert(
      fc.property(anyExpression, anyExpression, anyAttributes, (left, right, attributes) => {
        const one = evaluate(not(logic('AND', left, right)), attributes);
        const other = evaluate(logic('OR', not(left), not(right)), attributes);
        expect([one.value, one.error?.kind]).toEqual([other.value, other.error?.kind]);
      }),
      { numRuns: 500 },
    );
  });

  test('of the longest chain and deepest nesting that parse does not exhaust the stack', () => {
    const deepTexts = [
      `type = 'a'${" OR type = 'b'".repeat(950)}`,
      `${'NOT '.repeat(190)}TRUE`,
      `${'('.repeat(190)}TRUE${')'.repeat(190)}`,
      `n${' LIKE "%"'.repeat(1_990)}`,
    ];
    for (const text of deepTexts) {
      expect(evaluate(parse(print(parse(text))), event)).toEqual(evaluate(parse(text), event));
      expect(why(text, event).passes).toBe(evaluate(parse(text), event).value);
      expect(possible(text, { type: 't' })).toMatchObject({ error: expect.any(Boolean) });
    }
  });

  test('leaves the event as it is', () => {
    fc.assert(
      fc.property(anyExpression, anyAttributes, (expression, attributes) => {
        const before = structuredClone(attributes);
        evaluate(expression, Object.freeze(attributes));
        expect(attributes).toEqual(before);
      }),
    );
  });

  test('casts an integer to text and back', () => {
    fc.assert(
      fc.property(fc.integer({ min: min, max: max }), (value) => {
        expect(toInteger(String(value), 0)).toBe(value);
      }),
    );
  });
});
