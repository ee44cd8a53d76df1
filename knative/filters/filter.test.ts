import { evaluate } from '@dormouse/cesql/evaluate';
import { CesqlParseError } from '@dormouse/cesql/failure';
import { parse } from '@dormouse/cesql/parse';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyFilter, anyPairs } from './filter.fixture.ts';
import { compileFilters, type Filter } from './filter.ts';

/** The Trigger API's words, one sentence each, without anything clever. */
function holds(filter: Filter, event: ReadonlyMap<string, string>): boolean {
  if ('all' in filter) return filter.all.filter((part) => !holds(part, event)).length === 0;
  if ('any' in filter) return filter.any.filter((part) => holds(part, event)).length > 0;
  if ('not' in filter) return !holds(filter.not, event);
  if ('cesql' in filter) {
    const { value, error } = evaluate(parse(filter.cesql), Object.fromEntries(event));
    return value === true && error === undefined;
  }
  const [dialect, wanted] = Object.entries(filter)[0] as ['exact' | 'prefix' | 'suffix', Record<string, string>];
  for (const [name, value] of Object.entries(wanted)) {
    const given = event.get(name);
    if (given === undefined) return false;
    if (dialect === 'exact' && value !== '' && given !== value) return false;
    if (dialect === 'prefix' && given.slice(0, value.length) !== value) return false;
    if (dialect === 'suffix' && given.slice(given.length - Math.min(given.length, value.length)) !== value)
      return false;
  }
  return true;
}

describe('filters', () => {
  test('let through exactly what the words of the Trigger API say', () => {
    fc.assert(
      fc.property(fc.array(anyFilter, { maxLength: 3 }), anyPairs, (filters, attributes) => {
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

  test('in CESQL that do not parse are rejected, wherever they stand', () => {
    for (const filter of [{ cesql: 'type =' }, { not: { cesql: 'type =' } }, { all: [{ any: [{ cesql: 'type =' }] }] }])
      expect(() => compileFilters([filter])).toThrow(CesqlParseError);
  });

  test('in CESQL keep an event out when their value is no Boolean, or there is an error', () => {
    const passes = (cesql: string) => compileFilters([{ cesql }])({ type: 'true', hop: '5' });
    expect(
      ["type = 'true'", 'type', 'hop', 'hop < 6', 'ttl < 6', 'NOT ttl < 6', 'type < 6', 'NONE()'].map(passes),
    ).toEqual([true, false, false, true, false, false, false, false]);
  });

  test('in CESQL that fail are let through by the not around them', () => {
    expect(compileFilters([{ not: { cesql: 'ttl < 6' } }])({ type: 'a' })).toBe(true);
  });
});
