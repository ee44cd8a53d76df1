import fc from 'fast-check';
import { expect, test } from 'vitest';
import { renderComment } from './comment-markdown.ts';
import { elementsOf } from './every-page.fixture.ts';

test.each([
  ['*a* **b** ~~c~~ `d`', '<p><em>a</em> <strong>b</strong> <s>c</s> <code>d</code></p>'],
  ['one\ntwo', '<p>one<br />\ntwo</p>'],
  ['- a\n- b', '<ul>\n<li>a</li>\n<li>b</li>\n</ul>'],
  ['> a', '<blockquote>\n<p>a</p>\n</blockquote>'],
  ['```js\nlet a\n```', '<pre tabindex="0"><code class="language-js">let a\n</code></pre>'],
  ['**굵은**글', '<p><strong>굵은</strong>글</p>'],
  ['[a](https://b.example)', '<p><a href="https://b.example" rel="nofollow ugc noopener">a</a></p>'],
  ['https://b.example', '<p><a href="https://b.example" rel="nofollow ugc noopener">https://b.example</a></p>'],
  ['# a', '<p># a</p>'],
  ['a\n===', '<p>a<br />\n===</p>'],
  ['| a |\n|---|\n| b |', '<p>| a |<br />\n|---|<br />\n| b |</p>'],
  ['![a](https://b.example/c.png)', '<p>!<a href="https://b.example/c.png" rel="nofollow ugc noopener">a</a></p>'],
  ['<b>a</b>', '<p>&lt;b&gt;a&lt;/b&gt;</p>'],
])('%j', (content, html) => {
  expect(renderComment(content).trim()).toBe(html);
});

/** The usual ways in: each shows as text, or as a link that leads nowhere bad. */
const attacks = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg/onload=alert(1)>',
  '<iframe srcdoc="<script>alert(1)</script>">',
  '[a](javascript:alert(1))',
  '[a](JaVaScRiPt:alert(1))',
  '[a](java\tscript:alert(1))',
  '[a](&#106;avascript:alert(1))',
  '[a](&#x6A&#x61vascript:alert(1))',
  '[a](data:text/html;base64,PHNjcmlwdD4=)',
  '[a](vbscript:msgbox(1))',
  '<javascript:alert(1)>',
  '[a](https://b.example "x\\" onmouseover=alert(1) \\"")',
  '[a](<https://b.example" onmouseover="alert(1)>)',
  '`<img src=x onerror=alert(1)>`',
  '```"><script>alert(1)</script>\nx\n```',
  '[a]: javascript:alert(1)\n\n[a]',
  '<a href="javascript:alert(1)">a</a>',
  '<style>*{display:none}</style>',
  '<form action="https://evil.example"><input name=password></form>',
  '<!--><script>alert(1)</script>-->',
  'https://a.example/"onclick=alert(1)//',
  '\u0001javascript:alert(1)',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
];

const allowed = 'p br em strong s a ul ol li blockquote pre code'.split(' ');
const attributes = ['href', 'rel', 'start', 'title', 'tabindex', 'lang', 'dir'];

function expectHarmless(html: string): void {
  for (const { name, attributes: given } of elementsOf(html)) {
    expect(allowed).toContain(name);
    for (const [key, value] of Object.entries(given))
      if (key === 'class') expect(value).toMatch(/^language-[\w+#.-]+$/);
      else expect(attributes).toContain(key);
    if (given.href) expect(URL.parse(given.href, 'https://here.invalid/')?.protocol).toMatch(/^(?:https?|mailto):$/);
  }
}

test.each(attacks)('%j is harmless', (attack) => {
  expectHarmless(renderComment(attack));
});

test('so are pieces of them in any order', () => {
  const piece = fc.constantFrom(
    ...attacks,
    ...attacks.flatMap((attack) => attack.split(/(?=[<[("`])/)),
    '\n',
    '> ',
    '- ',
    '"',
    '`',
  );
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 12 }), (pieces) =>
      expectHarmless(renderComment(pieces.join(''))),
    ),
    { numRuns: 300 },
  );
});
