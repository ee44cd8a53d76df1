import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addGrams, fold, foldedFrom, gramsOf, prepare, runsOf } from './letters.ts';

const interesting = fc.constantFrom(...'가나검색日京あー漢ｱÀéßœİıςΣёЙŁa Z9.-_\u0301\u200b\u00ad😀𠀀𠠀ไทย');
const text = fc
  .array(fc.oneof(interesting, fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 30 })
  .map((parts) => prepare(parts.join('')));

test('a text is folded letter by letter, and each folded letter tells where it comes from', () => {
  fc.assert(
    fc.property(text, (prepared) => {
      const { folded, from } = foldedFrom(prepared);
      expect(folded).toBe([...prepared].map((point) => fold(point)).join(''));
      let [at, foldedAt] = [0, 0];
      for (const point of prepared) {
        if (fold(point) !== '') expect(from(foldedAt), `${point} of ${prepared}`).toBe(at);
        at += point.length;
        foldedAt += fold(point).length;
      }
      expect(from(folded.length)).toBe(prepared.length);
    }),
  );
});

test('runs are those of a regular expression', () => {
  const scripts = ['Han', 'Hiragana', 'Katakana', 'Hangul', 'Bopomofo', 'Thai', 'Lao', 'Khmer', 'Myanmar', 'Tibetan'];
  const dense = `[[${scripts.map((script) => `\\p{scx=${script}}`).join('')}]&&[\\p{L}\\p{M}\\p{N}]]`;
  const runs = new RegExp(`(${dense}+)|[[\\p{L}\\p{M}\\p{N}]--${dense}]+`, 'gv');
  fc.assert(
    fc.property(text, (prepared) => {
      expect([...runsOf(prepared)]).toEqual(
        [...prepared.matchAll(runs)].map((match) => ({
          text: match[0],
          at: match.index,
          isDense: match[1] !== undefined,
        })),
      );
    }),
  );
});

test('numbers of letters and pairs are of 32 bits, tell letters in common use apart, and say where they do not', () => {
  const grams = (run: string) => {
    const found = new Set<number>();
    addGrams(run, found);
    return found;
  };
  const han = fc.integer({ min: 0x3041, max: 0xd7a3 }).map((code) => String.fromCodePoint(code));
  fc.assert(
    fc.property(fc.array(han, { minLength: 2, maxLength: 9 }), han, han, (letters, one, other) => {
      const run = letters.join('');
      const pairs = letters.slice(1).map((letter, i) => `${letters[i]}${letter}`);
      expect([...grams(run)].every((number) => number === (number | 0))).toBe(true);
      for (const part of [...letters, ...pairs]) expect(grams(run)).toContain(gramsOf(part).grams[0]);
      expect(grams(run).has(gramsOf(one + other).grams[0] as number)).toBe(pairs.includes(one + other));
      expect(grams(run).has(gramsOf(one).grams[0] as number)).toBe(letters.includes(one));
    }),
  );
  expect([gramsOf('검').isSure, gramsOf('검색').isSure, gramsOf('검색을').isSure]).toEqual([true, true, false]);
  expect([gramsOf('𠀀'), gramsOf('𠠀').grams]).toEqual([{ grams: [0xd800], isSure: false }, [0xd800]]);
});
