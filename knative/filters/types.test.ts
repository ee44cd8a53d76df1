import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyFilter, anyPairs } from './filter.fixture.ts';
import { compileFilters, type Filter } from './filter.ts';
import { typesThatCanMatch } from './types.ts';

const types = ['post.created', 'post.deleted', 'user.deleted'];

describe('the types that can match', () => {
  test('leave out none of which an event passes', () => {
    fc.assert(
      fc.property(
        fc.array(anyFilter, { maxLength: 3 }),
        anyPairs,
        fc.constantFrom('a', 'ab', 'b', 'bc'),
        (filters, attributes, type) => {
          const event = { id: '1', source: '/', specversion: '1.0', ...attributes, type };
          if (compileFilters(filters)(event)) expect(typesThatCanMatch(filters, [type])).toEqual([type]);
          else expect(typesThatCanMatch([{ not: { all: filters } }], [type])).toEqual([type]);
        },
      ),
      { numRuns: 5_000 },
    );
  });

  test.each<[Filter[], string[]]>([
    [[], types],
    [[{ exact: { type: 'post.created' } }], ['post.created']],
    [[{ exact: { type: 'post.created', subject: 'a' } }], ['post.created']],
    [[{ exact: { subject: 'a' } }], types],
    [[{ exact: { type: '' } }], types],
    [[{ prefix: { type: 'post.' } }, { not: { suffix: { type: '.deleted' } } }], ['post.created']],
    [[{ not: { all: [{ suffix: { type: '.deleted' } }, { exact: { subject: 'a' } }] } }], types],
    [
      [{ any: [{ exact: { type: 'user.deleted' } }, { exact: { type: 'post.created' } }] }],
      ['post.created', 'user.deleted'],
    ],
    [[{ any: [] }], []],
    [[{ cesql: "type LIKE '%.deleted' AND hop < 3" }], ['post.deleted', 'user.deleted']],
    [[{ cesql: "type = 'post.created' OR EXISTS hop" }], types],
    [[{ cesql: "NOT (type = 'post.created' OR EXISTS hop)" }], ['post.deleted', 'user.deleted']],
    [[{ cesql: "LEFT(type, 4) = 'user' AND EXISTS id" }], ['user.deleted']],
    [[{ cesql: 'NOT EXISTS source' }], []],
    [[{ cesql: "type IN ('post.deleted', 'x')" }], ['post.deleted']],
    [[{ not: { cesql: "type = 'post.created' AND hop < 3" } }], types],
    [[{ cesql: 'type < 3' }], []],
    [[{ not: { cesql: 'type < 3' } }], types],
    [[{ cesql: 'type' }], []],
  ])('for %j are %j', (filters, expected) => {
    expect(typesThatCanMatch(filters, types)).toEqual(expected);
  });
});
