import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Fields } from './fields.ts';
import { merge } from './merge.ts';
import { movedPosition } from './position.ts';

const of = (content: string, parts: Partial<Fields> = {}): Fields => ({
  title: 'T',
  content,
  category_name: 'General',
  tags: 'a, b',
  lang: '',
  cover: '',
  cover_alt: '',
  summary: '',
  slug: '',
  published_at: '',
  ...parts,
});

test('takes over what only one has changed, line by line and field by field', () => {
  const base = of('one\n\ntwo\n\nthree');
  const mine = of('one, mine\n\ntwo\n\nthree\n', { tags: 'a, b, c' });
  const theirs = of('one\n\ntwo\n\nthree, theirs', { title: 'Theirs' });
  expect(merge(base, mine, theirs)).toEqual(
    of('one, mine\n\ntwo\n\nthree, theirs\n', { title: 'Theirs', tags: 'a, b, c' }),
  );
});

test('does not decide where both changed the same line or field', () => {
  expect(merge(of('one'), of('one, mine'), of('one, theirs'))).toBeUndefined();
  expect(merge(of('x'), of('x', { title: 'A' }), of('x', { title: 'B' }))).toBeUndefined();
});

test('knows what posts makes the same: blanks at ends, case of categories, blanks between tags', () => {
  const base = of('text', { category_name: 'General' });
  const mine = of('text and more \n', { category_name: 'c# ', tags: 'a,b,  A, c' });
  const theirs = of('text', { category_name: 'C#', tags: 'a, b, c' });
  expect(merge(base, mine, theirs)).toEqual(mine);
});

test('leaves texts to their writer that differ in too much', () => {
  const lines = (word: string) => Array.from({ length: 4_000 }, (_, n) => `${word} ${n}`).join('\n');
  expect(merge(of(lines('a')), of(lines('b')), of(lines('c')))).toBeUndefined();
});

const text = fc.array(fc.constantFrom('', 'a', 'b', 'c', '- d'), { maxLength: 8 }).map((lines) => lines.join('\n'));

test('gives back what one has written when the other has changed nothing, and is the same from both sides', () => {
  fc.assert(
    fc.property(text, text, text, (base, mine, theirs) => {
      expect(merge(of(base), of(mine), of(base))?.content).toBe(mine);
      expect(merge(of(base), of(base), of(theirs))?.content.trim()).toBe(
        theirs.trim() === base.trim() ? base.trim() : theirs.trim(),
      );
      const [one, other] = [merge(of(base), of(mine), of(theirs)), merge(of(base), of(theirs), of(mine))];
      expect(one?.content.trim()).toBe(other?.content.trim());
    }),
    { seed: 90 },
  );
});

test('a cursor stays beside its letters', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), fc.string(), (head, gone, added, tail) => {
      const [before, after] = [`${head}|${gone}|${tail}`, `${head}|${added}|${tail}`];
      for (let n = 0; n <= head.length; n++) expect(movedPosition(n, before, after)).toBe(n);
      const end = movedPosition(before.length, before, after);
      expect(end === after.length || before === after).toBe(true);
      expect(movedPosition(before.length - tail.length, before, after)).toBeLessThanOrEqual(after.length);
    }),
    { seed: 90 },
  );
});
