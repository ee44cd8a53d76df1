import fc from 'fast-check';
import { expect, test } from 'vitest';
import { excerptOf } from './excerpt.ts';

test.each([
  ['plain words', 'Just words.', 'Just words.'],
  ['a heading first', '# Title\n\nThe text.', 'The text.'],
  ['a setext heading', 'The text\n===\n\nmore', 'The text more'],
  ['only a heading', '# Title', 'Title'],
  ['emphasis', 'This is **bold**, *italic*, __strong__ and ~~gone~~.', 'This is bold, italic, strong and gone.'],
  ['names with underscores', 'Set my_own_name and 2*3*4.', 'Set my_own_name and 2*3*4.'],
  ['links', 'See [the docs](https://a.example/b "t") or [this][1].\n\n[1]: https://x.example', 'See the docs or this.'],
  ['pictures', '![a cat](cat.png)\n\nWords', 'Words'],
  ['a fenced block', '```js\nconst a = 1;\n```\nAfter.', 'After.'],
  ['an open fence', 'Before.\n```js\nconst a = 1;', 'Before.'],
  ['code in a line', 'Use `npm ci`.', 'Use npm ci.'],
  ['HTML', '<p class="x">One <b>two</b></p><script>alert(1)</script>', 'One two'],
  ['a comment', 'a<!-- hidden\nthing -->b', 'a b'],
  ['front matter', '---\ntitle: x\n---\nWords', 'Words'],
  ['a rule between', 'One\n\n---\n\ntwo', 'One two'],
  ['a script of several lines', '<script>\nalert(1)\n</script>\nWords', 'Words'],
  ['lists', '- one\n- [x] two\n1. three', 'one two three'],
  ['a quotation', '> Said\n> so', 'Said so'],
  ['a table', '| a | b |\n|---|---|\n| 1 | 2 |', 'a b 1 2'],
  ['entities', 'a &amp; b &lt;c&gt; &#233;', 'a & b <c> é'],
  ['attribute lists', 'By [me](x){:target="_blank"} today', 'By me today'],
  ['escapes', '1\\. not a list \\*', '1. not a list *'],
  ['Hugo shortcodes', '{{< youtube id >}} Watch.', 'Watch.'],
  ['Windows line ends', 'a\r\n\r\nb', 'a b'],
])('%s', (_, markdown, expected) => {
  expect(excerptOf(markdown)).toBe(expected);
});

test('a long text is cut between words', () => {
  const excerpt = excerptOf('lorem ipsum '.repeat(50));
  expect(excerpt).toMatch(/(lorem|ipsum)…$/);
  expect([...excerpt].length).toBeLessThanOrEqual(200);
});

test('a long text of astral characters is not torn', () => {
  expect(excerptOf('𝒳'.repeat(400))).toBe(`${'𝒳'.repeat(199)}…`);
});

test('whatever the text, the excerpt is one short line that can be stored', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (markdown) => {
      const excerpt = excerptOf(markdown);
      expect(excerpt).not.toMatch(/[\u0000-\u001f\u007f]|^\s|\s$/);
      expect(excerpt.isWellFormed()).toBe(true);
      expect([...excerpt].length).toBeLessThanOrEqual(200);
    }),
  );
});
