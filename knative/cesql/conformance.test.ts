import { describe, expect, test } from 'vitest';
import type { Case } from './conformance/case.ts';
import { events } from './conformance/events.ts';
import { functions } from './conformance/functions.ts';
import { operators } from './conformance/operators.ts';
import { subscriptions } from './conformance/subscriptions.ts';
import { texts } from './conformance/texts.ts';
import { evaluate } from './evaluate.ts';
import { CesqlParseError } from './failure.ts';
import { parse } from './parse.ts';
import { print } from './print.ts';

const anyEvent = { specversion: '1.0', id: 'anyId', source: '/any', type: 'anyType' };

function outcome({ expression, event, overrides }: Case) {
  try {
    const { value, error } = evaluate(parse(expression), event ?? { ...anyEvent, ...overrides });
    return { result: value, error: error?.kind };
  } catch (error) {
    if (error instanceof CesqlParseError) return { result: false, error: 'parse' };
    throw error;
  }
}

const files = Object.entries({ ...operators, ...texts, ...functions, ...events, ...subscriptions });

describe.each(files)('the conformance kit’s %s', (_, cases) => {
  test.each(cases)('$name: $expression', (each) => {
    const { result, error } = outcome(each);
    expect(error).toBe(each.error);
    if (each.result !== undefined) expect(result).toBe(each.result);
  });

  test.each(cases.filter(({ error }) => error !== 'parse'))(
    '$expression, printed and parsed again, is the same expression',
    ({ expression }) => {
      const text = print(parse(expression));
      expect(print(parse(text))).toBe(text);
      expect(outcome({ name: '', expression: text })).toEqual(outcome({ name: '', expression }));
    },
  );
});

test('the kit’s 275 cases are all here', () => {
  expect(files.flatMap(([, cases]) => cases)).toHaveLength(275);
});
