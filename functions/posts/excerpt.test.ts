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
  ['only a table', '| a | b |\n|---|---|\n| 1 | 2 \\| 3 |', 'a · b · 1 · 2 | 3'],
  ['a table beside words', 'Before\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nAfter', 'Before After'],
  ['a table without outer pipes', 'a | b\n:-|-:\n1 | 2\n\nAfter', 'After'],
  ['a table in a quotation', '> | a | b |\n> |---|---|\n> | 1 | 2 |\n>\n> After', 'After'],
  ['a table in HTML', '<table><tr><th>a</th><th>b</th></tr>\n<tr><td>1</td><td>2</td></tr></table>\n\nAfter', 'After'],
  ['only a table in HTML', '<table><tr><td>1</td><td>2</td></tr></table>', '1 · 2'],
  ['a pipe that is none of a table', 'Try `ls | wc`, or a || b.', 'Try ls | wc, or a || b.'],
  ['a callout', '> [!NOTE]\n> Mind the gap.', 'Mind the gap.'],
  ['a table of contents', '[toc]\n\n[[_TOC_]]\n\nWords', 'Words'],
  ['definitions', 'Term\n: what it means', 'Term what it means'],
  ['footnotes', 'Words[^1] go on.\n\n[^1]: a note', 'Words go on.'],
  ['only a heading with an id', '# Title {#its-id}', 'Title'],
  ['lines of Chinese', '今天天气\n很好。\n我们走吧\n\n下一段', '今天天气很好。我们走吧 下一段'],
  ['lines of Japanese', 'これは\n「テスト」\nです', 'これは「テスト」です'],
  ['lines of Korean', '오늘은\n날씨가 좋다', '오늘은 날씨가 좋다'],
  ['bold Korean before a particle', '**“중요”**합니다', '“중요”합니다'],
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

test.each([
  ['a family', '👨‍👩‍👧‍👦'],
  ['a flag', '🇰🇷'],
  ['a letter of Hindi', 'क्षि'],
  ['a letter with many marks', `e${'\u0301'.repeat(6)}`],
  ['a syllable of three letters', '\u1112\u1161\u11ab'],
])('a long text is cut beside %s, not within', (_, character) => {
  const excerpt = excerptOf(character.repeat(300)).slice(0, -1);
  expect(excerpt.replaceAll(character, '')).toBe('');
  expect(excerpt).not.toBe('');
});

test('a character without an end is cut all the same', () => {
  expect([...excerptOf(`e${'\u0301'.repeat(500)}`)]).toHaveLength(200);
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
