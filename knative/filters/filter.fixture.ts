import fc from 'fast-check';
import type { Filter } from './filter.ts';

const names = ['type', 'source', 'subject', 'ext', 'constructor', '__proto__'];
const values = ['', 'a', 'ab', 'abc', 'b', 'bc'];

/** Attributes that such filters may ask for. */
export const anyPairs = fc.dictionary(fc.constantFrom(...names), fc.constantFrom(...values), {
  maxKeys: 3,
  noNullPrototype: true,
});

const cesql = fc.constantFrom(
  "type = 'a'",
  "type LIKE 'a%' AND NOT EXISTS ext",
  "EXISTS subject OR type = 'b'",
  "subject IN ('a', 'ab') AND (ext = 'b' OR type != 'bc')",
  "NOT (type = 'ab' AND source = 'a')",
  'ext > 5',
  'type < 5',
  "type = 'a' XOR EXISTS ext",
  'type',
  "LEFT(type, 1) = 'a' OR NONE(ext)",
  "CONCAT(source, type) = 'ab'",
  'TRUE',
  "type = 'a' AND FALSE",
);

/** Filters of every dialect, nested. */
export const anyFilter: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    anyPairs.map((exact) => ({ exact })),
    anyPairs.map((prefix) => ({ prefix })),
    anyPairs.map((suffix) => ({ suffix })),
    cesql.map((text) => ({ cesql: text })),
    fc.array(tie('filter'), { maxLength: 3 }).map((all) => ({ all })),
    fc.array(tie('filter'), { maxLength: 3 }).map((any) => ({ any })),
    tie('filter').map((not) => ({ not })),
  ),
})).filter;
