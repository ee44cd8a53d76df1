import { expect, test } from 'vitest';
import type { Filter } from './filter.ts';
import { wordsOf } from './words.ts';

test.each<[Filter[], string]>([
  [[], 'every event'],
  [[{ exact: { type: 'a' } }], 'type = a'],
  [[{ exact: { type: 'a', subject: '' } }], 'type = a and subject is there'],
  [[{ prefix: { type: 'a' } }, { suffix: { source: 'b' } }], 'type starts with a and source ends with b'],
  [
    [{ any: [{ exact: { type: 'a' } }, { all: [{ exact: { type: 'b' } }, { exact: { source: 'c' } }] }] }],
    'type = a or (type = b and source = c)',
  ],
  [[{ not: { any: [{ exact: { type: 'a' } }, { exact: { type: 'b' } }] } }], 'not (type = a or type = b)'],
  [[{ not: { not: { exact: { type: 'a' } } } }], 'not not type = a'],
  [[{ cesql: 'hop < 3 OR a = 1' }, { exact: { type: 'a' } }], '(hop < 3 OR a = 1) and type = a'],
  [[{ all: [{ any: [{ exact: { type: 'a' } }] }] }], 'type = a'],
])('%j reads: %s', (filters, expected) => {
  expect(wordsOf(filters)).toBe(expected);
});
