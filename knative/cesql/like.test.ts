import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { likePattern } from './like.ts';

/** The specification's words, one character of the pattern after the other. */
function holds(pattern: string[], text: string[]): boolean {
  const [first, second] = pattern;
  if (first === undefined) return text.length === 0;
  if (first === '\\' && (second === '%' || second === '_'))
    return text[0] === second && holds(pattern.slice(2), text.slice(1));
  if (first === '%') return holds(pattern.slice(1), text) || (text.length > 0 && holds(pattern, text.slice(1)));
  return text.length > 0 && (first === '_' || first === text[0]) && holds(pattern.slice(1), text.slice(1));
}

const text = (...characters: string[]) =>
  fc.array(fc.constantFrom(...characters), { maxLength: 9 }).map((parts) => parts.join(''));

describe('LIKE', () => {
  test('takes exactly what a slow reading of the specification takes', () => {
    fc.assert(
      fc.property(text('a', 'b', '%', '_', '\\', '😀'), text('a', 'b', '%', '_', '\\', '😀'), (pattern, value) => {
        expect(likePattern(pattern)(value)).toBe(holds(Array.from(pattern), Array.from(value)));
      }),
      { numRuns: 20_000 },
    );
  });

  test('takes a character outside of the basic plane for one', () => {
    expect([
      likePattern('_')('😀'),
      likePattern('__')('😀'),
      likePattern('%😀')('a😀'),
      likePattern('%\ude00')('😀'),
    ]).toEqual([true, false, true, false]);
  });

  test('ends on a pattern that would keep a backtracking matcher busy for ages', () => {
    expect(likePattern(`${'%a'.repeat(500)}b`)('a'.repeat(20_000))).toBe(false);
  });
});
