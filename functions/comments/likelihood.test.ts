import fc from 'fast-check';
import { expect, test } from 'vitest';
import { likelihood, type Seen, tokensOf } from './likelihood.ts';

const total = { spam: 100, ham: 100 };
const often: Seen = { spam: 60, ham: 0 };
const seldom: Seen = { spam: 0, ham: 60 };
const either: Seen = { spam: 40, ham: 40 };

test('words of spam make spam likely, others unlikely, and strange ones nothing', () => {
  expect(likelihood({ total, tokens: [often, often, either] })).toBeGreaterThan(0.95);
  expect(likelihood({ total, tokens: [seldom, seldom, either] })).toBeLessThan(0.05);
  expect(likelihood({ total, tokens: [often, seldom] })).toBeCloseTo(0.5);
  expect(likelihood({ total, tokens: [] })).toBe(0.5);
});

test('nothing is said before enough was learned', () => {
  expect(likelihood({ total: { spam: 19, ham: 100 }, tokens: [often] })).toBeUndefined();
  expect(likelihood({ total: { spam: 100, ham: 19 }, tokens: [often] })).toBeUndefined();
});

test('it is a probability, whatever was seen', () => {
  const seen = fc.record({ spam: fc.nat(100), ham: fc.nat(100) });
  fc.assert(
    fc.property(fc.array(seen, { maxLength: 300 }), (tokens) => {
      const found = likelihood({ total, tokens });
      expect(found).toBeGreaterThanOrEqual(0);
      expect(found).toBeLessThanOrEqual(1);
    }),
  );
});

test('tokens are keyed hashes of words, pairs of letters and hosts, without case and width', () => {
  expect(tokensOf('Cheap ＷＡＴＣＨＥＳ', 'k')).toEqual(tokensOf('cheap watches', 'k'));
  expect(tokensOf('cheap', 'k')).not.toEqual(tokensOf('cheap', 'l'));
  expect(tokensOf('카지노', 'k')).toHaveLength(2);
  expect(tokensOf('온라인카지노', 'k')).toEqual(expect.arrayContaining(tokensOf('카지노', 'k')));
  expect(tokensOf('https://spam.example/x?y', 'k')).toEqual(
    expect.arrayContaining(tokensOf('http://spam.example', 'k').slice(0, 1)),
  );
  expect(tokensOf('a b', 'k')).toEqual([]);
  expect(tokensOf('word '.repeat(10) + Array.from({ length: 999 }, (_, n) => `w${n}`).join(' '), 'k')).toHaveLength(
    300,
  );
});
