import fc from 'fast-check';
import { expect, test } from 'vitest';
import { distance, isSpelled, keysOf, mostTypos, nearest, spelled, wantedKeys } from './spelling.ts';

test.each([
  ['eventing', 'eventing', 0],
  ['eventng', 'eventing', 1],
  ['evenitng', 'eventing', 1],
  ['eventingg', 'eventing', 1],
  ['evemting', 'eventing', 1],
  ['evetnign', 'eventing', 2],
  ['', 'abc', 3],
])('%s and %s are %i typos apart', (a, b, typos) => {
  expect([distance(a, b), distance(b, a)]).toEqual([typos, typos]);
});

test('compares jamo of Hangul', () => {
  expect(distance(spelled('검섹'), spelled('검색'))).toBe(1);
  expect(distance(spelled('거색'), spelled('검색'))).toBe(1);
});

test.each([
  ['wake', true],
  ['검색', true],
  ['книга', true],
  ['λόγος', true],
  ['the', false],
  ['2026', false],
  ['abc4', false],
  ['검', false],
  ['東京都', false],
  ['データ', false],
  ['가나다라마바사', false],
  ['x'.repeat(25), false],
])('%s is a word that may be meant: %s', (word, is) => {
  expect(isSpelled(word)).toBe(is);
});

test('suggests the nearest, then what most posts have', () => {
  const candidates = [
    { word: 'waking', posts: 9 },
    { word: 'wake', posts: 1 },
    { word: 'wale', posts: 3 },
    { word: 'wade', posts: 3 },
    { word: 'walk', posts: 9 },
    { word: 'wakes', posts: 2 },
  ];
  expect(nearest('wake', candidates, 3)).toEqual(['wade', 'wale', 'wakes']);
});

const isFoundBy = (word: string, typed: string) => {
  const [kept, wanted] = [keysOf(word), wantedKeys(typed)];
  const meet = (a: string[], b: string[]) => a.some((key) => b.includes(key));
  return meet(kept.whole, wanted.whole) || (meet(kept.first, wanted.first) && meet(kept.last, wanted.last));
};

test('every word with one typo is found by its keys', () => {
  const letters = fc.array(fc.constantFrom(...'abcd'), { minLength: 4, maxLength: 14 }).map((all) => all.join(''));
  fc.assert(
    fc.property(letters, fc.nat(), fc.constantFrom('', 'x', 'change', 'exchange'), (word, where, how) => {
      const at = where % word.length;
      const typed =
        how === 'exchange' && at + 1 < word.length
          ? word.slice(0, at) + word[at + 1] + word[at] + word.slice(at + 2)
          : word.slice(0, at) + (how === 'change' ? 'y' : how === 'x' ? `x${word[at]}` : '') + word.slice(at + 1);
      expect(distance(word, typed)).toBeLessThanOrEqual(1);
      expect(isFoundBy(word, typed), `${word} ${typed}`).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test('a long word is found with a typo at each end', () => {
  expect(mostTypos('kubernetse')).toBe(2);
  expect(isFoundBy('kubernetes', 'kuebrnetse')).toBe(true);
  expect(isFoundBy('kubernetes', 'kubernets')).toBe(true);
});
