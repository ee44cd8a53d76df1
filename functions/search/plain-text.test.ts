import { expect, test } from 'vitest';
import { plainText } from './plain-text.ts';

test.each([
  ['# Title\n\nSome *emphasised*, **strong** and `code`.', 'Title · Some emphasised, strong and code.'],
  ['[a link](https://x.example/y) and ![a picture](/z.png "t")', 'a link and a picture'],
  ['```js\nconst a = "<b>" * 2;\n```\nafter', 'const a = "<b>" * 2; after'],
  ['> quoted\n> more\n\n- one\n- [x] two\n1. three', 'quoted more one two three'],
  ['| a | b |\n|---|:-:|\n| c | d |', '| a | b | | c | d |'],
  ['<p class="x">Text</p><script>alert(1)</script><!-- no --> &amp; &#44032;', 'Text & 가'],
  ['---\ntitle: x\n---\nText', 'Text'],
  ['A title {#own}\n\n|a|\n| :--- |\n---', 'A title |a|'],
  ['東京\n大阪', '東京大阪'],
  ['검색\n기능', '검색 기능'],
  ['Text\n## *One* {#one}\n### Two\n\nMore\n\n## Last\n', 'Text One · Two · More Last'],
  ['snake_case_name and 2 * 3 * 4', 'snake_case_name and 2 * 3 * 4'],
])('%j is read as %j', (markdown, text) => {
  expect(plainText(markdown)).toBe(text);
});

test('a text that was made to be slow is not', () => {
  for (const each of [
    '[',
    '![',
    '<a ',
    '`',
    '**',
    '> ',
    '<!--',
    '- ',
    '# ',
    '#\t',
    '# a\n',
    '# \n \n',
    '|-',
    '&#',
    '_a',
    '{:',
    '<script>',
    ' ',
    '\t',
    '-',
    '|',
    ':',
  ])
    for (const text of [each.repeat(100_000), `a${each.repeat(200_000)}b`, `\n${each.repeat(150_000)}b`])
      expect(plainText(text).length).toBeLessThanOrEqual(200_000);
});
