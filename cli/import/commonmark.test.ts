import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commonMark } from './commonmark.ts';

const page = (...lines: string[]) => lines.join('\n');

describe('what MkDocs adds to Markdown', () => {
  it('turns an admonition into a callout of its kind', () => {
    expect(commonMark(page('Before', '!!! note', '    One.', '', '    Two.', '', 'After'))).toBe(
      page('Before', '', '> [!note]', '> One.', '>', '> Two.', '', 'After'),
    );
  });

  it('takes a title of its own, or none', () => {
    expect(commonMark(page('!!! tip "Why *this*?"', '    Text'))).toBe(page('> [!tip] Why *this*?', '> Text'));
    expect(commonMark(page('!!! warning inline end "T"', '    Text'))).toBe(page('> [!warning] T', '> Text'));
    expect(commonMark(page('!!! danger ""', '    Text'))).toBe('> Text');
    expect(commonMark(page('!!! sponsor', '    Text'))).toBe(page('> **Sponsor**', '>', '> Text'));
  });

  it('keeps what stands at its beginning apart from its kind', () => {
    expect(commonMark(page('!!! note', '    2. Two'))).toBe(page('> [!note]', '>', '> 2. Two'));
    expect(commonMark(page('!!! note', '    ---'))).toBe(page('> [!note]', '>', '> ---'));
  });

  it('keeps collapsible ones so', () => {
    expect(commonMark(page('??? note "More"', '    Text'))).toBe(page('> [!note]- More', '> Text'));
    expect(commonMark(page('???+ note', '', '    Text'))).toBe(page('> [!note]+', '> Text'));
  });

  it('puts content tabs one below the other', () => {
    expect(commonMark(page('=== "A"', '    ```sh', '    a', '    ```', '', '=== "B"', '    b'))).toBe(
      page('**A**', '', '```sh', 'a', '```', '', '**B**', '', 'b'),
    );
  });

  it('nests, and stays inside the list item it was in', () => {
    expect(commonMark(page('=== "A"', '    ??? note "N"', '        deep'))).toBe(
      page('**A**', '', '> [!note]- N', '> deep'),
    );
    expect(commonMark(page('1. One', '', '\t!!! note', '\t    Text', '', '2. Two'))).toBe(
      page('1. One', '', '\t> [!note]', '\t> Text', '', '2. Two'),
    );
  });

  it('keeps blanks at line ends, and code in an admonition to the letter', () => {
    expect(
      commonMark(page('!!! note', '    hard break  ', '    ```', '        indented', '    !!! note', '    ```')),
    ).toBe(page('> [!note]', '> hard break  ', '> ```', '>     indented', '> !!! note', '> ```'));
  });

  it('ignores what only looks like it', () => {
    const text = page(
      '```',
      '!!! note',
      '    code',
      '```',
      '',
      '!!!',
      '!!! ',
      'Wow!!! note',
      '====',
      '=== no quotes',
      '~~~~',
      '??? x',
      '~~~',
      '~~~~',
    );
    expect(commonMark(text)).toBe(text);
  });

  it('leaves any text without these marks as it is', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', '    b', '', '```', '> c', '- d', '\te', '# f')), (lines) => {
        expect(commonMark(page(...lines))).toBe(page(...lines));
      }),
    );
  });
});

describe('a container of Docusaurus or VuePress', () => {
  it.each([
    [':::note\nText.\n:::', '> [!note]\n> Text.'],
    [':::tip[Good *news*]\nText.\n:::\nAfter.', '> [!tip] Good *news*\n> Text.\n\nAfter.'],
    ['Before.\n::: warning Mind\n\n- one\n- two\n\n:::', 'Before.\n\n> [!warning] Mind\n>\n> - one\n> - two'],
    ['::: details More\nText.\n:::', '> [!note]- More\n> Text.'],
    ['::::note\n:::tip\nInner.\n:::\nOuter.\n::::', '> [!note]\n> > [!tip]\n> > Inner.\n>\n> Outer.'],
    [':::note\n```\n:::\n```\n:::', '> [!note]\n> ```\n> :::\n> ```'],
    ['- item\n\n  :::tip\n  Text.\n  :::', '- item\n\n  > [!tip]\n  > Text.'],
  ])('%j is a callout', (text, expected) => expect(commonMark(text)).toBe(expected));

  it.each([
    ':::note\nNever closed.',
    '::: {.lead}\nText.\n:::',
    ':::tabs\nText.\n:::',
    '```\n:::note\nx\n:::\n```',
    ':::',
  ])('%j stays as it was', (text) => expect(commonMark(text)).toBe(text));
});
