import fc from 'fast-check';
import type { Expression } from './syntax.ts';

const names = fc.constantFrom('type', 'source', 'n', 'flag', 'missing', 'time2');
const texts = fc
  .oneof(
    fc.constantFrom('', 'a', 'A', '1', '-7', 'true', 'FALSE', "it's", '"', 'say "it\'s"', 'a\\b', '50%'),
    fc.string({ unit: 'grapheme', maxLength: 4 }),
  )
  .filter((text) => !text.includes('\\') || text === 'a\\b');
const integers = fc.oneof(fc.constantFrom(0, 1, -1, 2_147_483_647, -2_147_483_648), fc.integer({ min: -50, max: 50 }));
const values = fc.oneof(texts, integers, fc.boolean());
const functionNames = fc.constantFrom(
  'INT',
  'BOOL',
  'STRING',
  'ABS',
  'LENGTH',
  'CONCAT',
  'CONCAT_WS',
  'LEFT',
  'SUBSTRING',
  'UPPER',
  'TRIM',
  'NONE',
);
const at = 0;

/** Any expression that parses, and nothing of what the printer would have to change. */
export const anyExpression: fc.Arbitrary<Expression> = fc.letrec<{ expression: Expression }>((tie) => {
  const each = tie('expression');
  const two = { left: each, right: each, at: fc.constant(at) };
  return {
    expression: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      values.map((value) => ({ kind: 'literal' as const, value, at })),
      names.map((name) => ({ kind: 'attribute' as const, name, at })),
      names.map((name) => ({ kind: 'exists' as const, name, at })),
      each.map((operand) => ({ kind: 'not' as const, operand, at })),
      each.map((operand) => ({ kind: 'minus' as const, operand, at })),
      fc.tuple(each, texts).map(([operand, pattern]) => ({ kind: 'like' as const, operand, pattern, at })),
      fc
        .tuple(each, fc.array(each, { minLength: 1, maxLength: 3 }))
        .map(([operand, set]) => ({ kind: 'in' as const, operand, set, at })),
      fc
        .tuple(functionNames, fc.array(each, { maxLength: 3 }))
        .map(([name, args]) => ({ kind: 'call' as const, name, args, at })),
      fc.record({
        kind: fc.constant('arithmetic' as const),
        operator: fc.constantFrom('*', '/', '%', '+', '-'),
        ...two,
      }),
      fc.record({
        kind: fc.constant('comparison' as const),
        operator: fc.constantFrom('=', '!=', '<', '<=', '>', '>='),
        ...two,
      }),
      fc.record({ kind: fc.constant('logic' as const), operator: fc.constantFrom('AND', 'OR', 'XOR'), ...two }),
    ),
  };
}).expression;

/** An event that such expressions say something of; `missing` is never there. */
export const anyAttributes = fc.record(
  { type: texts, source: texts, n: integers.map(String), flag: fc.constantFrom('true', 'false', 'maybe') },
  { requiredKeys: ['type', 'source'], noNullPrototype: true },
);

/** The same tree without source positions. */
export function placeless(expression: Expression): unknown {
  return JSON.parse(JSON.stringify(expression, (key, value) => (key === 'at' ? undefined : value)));
}
