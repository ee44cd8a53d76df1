import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Format, format } from './format.ts';
import { countWords } from './word-count.ts';

/** What becomes of a text whose selection is between bars; a single bar is a cursor. */
function after(kind: Format, marked: string): string {
  const start = marked.indexOf('|');
  const end = marked.lastIndexOf('|') - (start === marked.lastIndexOf('|') ? 0 : 1);
  const text = marked.replaceAll('|', '');
  const { from, to, insert, select } = format(kind, text, start, end);
  const made = text.slice(0, from) + insert + text.slice(to);
  const [first, last] = select;
  return first === last
    ? `${made.slice(0, first)}|${made.slice(first)}`
    : `${made.slice(0, first)}|${made.slice(first, last)}|${made.slice(last)}`;
}

describe('a button', () => {
  it.each([
    ['bold', 'a |word| b', 'a **|word|** b'],
    ['bold', 'a **|word|** b', 'a |word| b'],
    ['bold', 'a | word| b', 'a  **|word|** b'],
    ['bold', 'a |b', 'a **|**b'],
    ['italic', '**|word|**', '***|word|***'],
    ['italic', '***|word|***', '**|word|**'],
    ['italic', '*|word|*', '|word|'],
    ['code', 'the |word|', 'the `|word|`'],
    ['code', 'x\n|a\nb|\ny', 'x\n```|\na\nb\n```\ny'],
    ['link', 'see |this|', 'see [this](|https://|)'],
    ['link', 'see |', 'see [text](|https://|)'],
    ['link', '|https://example.org|', '[|text|](https://example.org)'],
    ['heading', 'a\nb|c\nd', 'a\n## bc|\nd'],
    ['heading', '## a|', '### a|'],
    ['heading', '### a|', 'a|'],
    ['list', 'a\n|b\n\nc|', 'a\n|- b\n\n- c|'],
    ['list', '|- b\n- c|', '|b\nc|'],
    ['quote', '|b\n\nc|', '|> b\n> \n> c|'],
    ['quote', '|', '> |'],
  ] as const)('%s makes of %j %j', (kind, before, wanted) => {
    expect(after(kind, before)).toBe(wanted);
  });

  it('changes nothing but what is selected, and its lines', () => {
    const kinds = ['bold', 'italic', 'code', 'link', 'heading', 'list', 'quote'] as const;
    const text = fc
      .array(fc.constantFrom('a', ' ', '\n', '*', '`', '#', '- ', '> '), { maxLength: 20 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.constantFrom(...kinds), text, fc.nat(40), fc.nat(40), (kind, given, one, other) => {
        const [start, end] = [Math.min(one, other, given.length), Math.min(Math.max(one, other), given.length)];
        const { from, to, insert, select } = format(kind, given, start, end);
        const made = given.slice(0, from) + insert + given.slice(to);
        expect(from <= start && to >= end ? from >= 0 && to <= given.length : from >= start && to <= end).toBe(true);
        expect(select[0] >= 0 && select[0] <= select[1] && select[1] <= made.length).toBe(true);
        const letters = (each: string) => each.replace(/[^a]/g, '');
        expect(letters(made.replace(/https|text/g, ''))).toBe(letters(given));
      }),
      { seed: 90 },
    );
  });
});

it('counts words, and signs of scripts without blanks', () => {
  expect(countWords('One — two, *three*.\n\n- four')).toBe(4);
  expect(countWords('日本語です and more')).toBe(7);
  expect(countWords('')).toBe(0);
});
