import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileFilters } from './filter.ts';
import type { Filter } from './model.ts';

const names = ['type', 'source', 'subject', 'ext', 'constructor', '__proto__'];
const values = ['', 'a', 'ab', 'abc', 'b', 'bc'];
const pairs = fc.dictionary(fc.constantFrom(...names), fc.constantFrom(...values), { maxKeys: 3, noNullPrototype: true });
const { filter: anyFilter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    pairs.map((exact) => ({ exact })),
    pairs.map((prefix) => ({ prefix })),
    pairs.map((suffix) => ({ suffix })),
    fc.array(tie('filter'), { maxLength: 3 }).map((all) => ({ all })),
    fc.array(tie('filter'), { maxLength: 3 }).map((any) => ({ any })),
    tie('filter').map((not) => ({ not })),
  ),
}));

/** The Trigger API's words, one sentence each, without anything clever. */
function holds(filter: Filter, event: ReadonlyMap<string, string>): boolean {
  if ('all' in filter) return filter.all.filter((part) => !holds(part, event)).length === 0;
  if ('any' in filter) return filter.any.filter((part) => holds(part, event)).length > 0;
  if ('not' in filter) return !holds(filter.not, event);
  const [dialect, wanted] = Object.entries(filter)[0] as ['exact' | 'prefix' | 'suffix', Record<string, string>];
  for (const [name, value] of Object.entries(wanted)) {
    const given = event.get(name);
    if (given === undefined) return false;
    if (dialect === 'exact' && value !== '' && given !== value) return false;
    if (dialect === 'prefix' && given.slice(0, value.length) !== value) return false;
    if (dialect === 'suffix' && given.slice(given.length - Math.min(given.length, value.length)) !== value) return false;
  }
  return true;
}

describe('filters', () => {
  test('let through exactly what the words of the Trigger API say', () => {
    fc.assert(
      fc.property(fc.array(anyFilter, { maxLength: 3 }), pairs, (filters, attributes) => {
        const event = new Map(Object.entries(attributes));
        expect(compileFilters(filters)(attributes)).toBe(filters.every((filter) => holds(filter, event)));
      }),
      { numRuns: 3_000 },
    );
  });

  test('without any let every event through', () => {
    expect(compileFilters([])({ type: 'x' })).toBe(true);
  });

  test('an empty exact value asks only that the attribute is there', () => {
    const matches = compileFilters([{ exact: { subject: '' } }]);
    expect([matches({ subject: 'a' }), matches({ type: 'a' })]).toEqual([true, false]);
  });

  test('in CESQL are refused with what to use, wherever they stand', () => {
    for (const filter of [{ cesql: 'TRUE' }, { not: { cesql: 'TRUE' } }, { all: [{ any: [{ cesql: 'TRUE' }] }] }])
      expect(() => compileFilters([filter])).toThrow(/not understood yet: use exact/);
  });
});
