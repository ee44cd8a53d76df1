import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explainFilters } from './explain.ts';
import { anyFilter, anyPairs } from './filter.fixture.ts';
import { compileFilters, type Filter } from './filter.ts';

const event = { id: '1', type: 'post.deleted', source: '/posts', hop: '5' };

describe('explaining', () => {
  test('says what the compiled filters say, and always why', () => {
    fc.assert(
      fc.property(fc.array(anyFilter, { maxLength: 3 }), anyPairs, (filters, attributes) => {
        const { matches, clause } = explainFilters(filters, attributes);
        expect(matches).toBe(compileFilters(filters)(attributes));
        expect(clause).not.toBe('');
      }),
      { numRuns: 3_000 },
    );
  });

  test.each<[Filter[], boolean, string]>([
    [[], true, 'no filters: every event passes'],
    [[{ exact: { type: 'post.deleted' } }], true, 'exact type = post.deleted'],
    [[{ exact: { type: 'post.created' } }], false, 'exact type = post.created: the event has post.deleted'],
    [[{ exact: { source: '/posts', subject: '1' } }], false, 'exact subject = 1: the event has no subject'],
    [[{ exact: { subject: '' } }], false, 'exact subject is there: the event has no subject'],
    [
      [{ prefix: { type: 'post.' } }, { suffix: { source: '/users' } }],
      false,
      'suffix source = /users: the event has /posts',
    ],
    [
      [{ prefix: { type: 'post.' } }, { suffix: { source: 'posts' } }],
      true,
      'prefix type = post.; suffix source = posts',
    ],
    [[{ not: { prefix: { type: 'post.' } } }], false, 'not: prefix type = post. holds'],
    [[{ not: { prefix: { type: 'user.' } } }], true, 'not: prefix type = user.: the event has post.deleted'],
    [
      [{ any: [{ exact: { type: 'a' } }, { exact: { type: 'b' } }] }],
      false,
      'any: none holds: exact type = a; exact type = b: the event has post.deleted',
    ],
    [
      [{ any: [{ exact: { type: 'a' } }, { all: [{ exact: { source: '/posts' } }] }] }],
      true,
      'any: all: exact source = /posts',
    ],
    [
      [{ any: [{ exact: { type: 'a' } }, { exact: { source: '/b' } }] }],
      false,
      'any: none holds: exact type = a: the event has post.deleted; exact source = /b: the event has /posts',
    ],
    [[{ all: [{ prefix: { type: 'post.' } }, { exact: { hop: '4' } }] }], false, 'all: exact hop = 4: the event has 5'],
    [[{ cesql: "type LIKE 'post.%' AND hop < 3" }], false, "cesql hop < 3: hop is '5'"],
    [[{ cesql: "type LIKE 'post.%' AND hop < 9" }], true, "cesql type LIKE 'post.%' AND hop < 9"],
    [[{ cesql: "type = 'a' OR hop = 5" }], true, 'cesql hop = 5'],
    [[{ cesql: "type = 'a' OR hop = 4" }], false, "cesql type = 'a' OR hop = 4: type is 'post.deleted', hop is '5'"],
    [[{ cesql: 'EXISTS ttl' }], false, 'cesql EXISTS ttl: the event has no ttl'],
    [[{ cesql: 'hop < 9 AND ttl > 2' }], false, 'cesql ttl > 2: the event has no ttl'],
    [[{ cesql: 'type < 2' }], false, 'cesql type < 2: the String "post.deleted" is no Integer'],
    [[{ cesql: 'hop / 0 = 1' }], false, 'cesql hop / 0 = 1: division by zero'],
    [[{ cesql: 'NONE(1)' }], false, 'cesql NONE(1): there is no function NONE of 1 arguments'],
    [[{ cesql: 'hop' }], false, "cesql hop: it is the String '5', and no Boolean"],
    [[{ cesql: 'FALSE' }], false, 'cesql FALSE'],
    [[{ exact: { type: 'x'.repeat(300) } }], false, `exact type = ${'x'.repeat(200)}…: the event has post.deleted`],
  ])('%j: %s, %s', (filters, matches, clause) => {
    expect(explainFilters(filters, event)).toEqual({ matches, clause });
  });
});
