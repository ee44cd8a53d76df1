import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outsideCode } from './code.ts';
import { rewriteLinks } from './links.ts';

/** `there…` leads to `/new/there…`, everything else nowhere. */
const rewrite = (text: string) =>
  rewriteLinks(text, (target, kind) => (target.startsWith('./there') ? `/${kind}/${target.slice(2)}` : undefined));

describe('links', () => {
  it.each([
    ['[a](./there)', '[a](/link/there)'],
    ['![a](./there.png)', '![a](/picture/there.png)'],
    ['[a](./there "T (x)")', '[a](/link/there "T (x)")'],
    ["[a]( ./there 'T' )", "[a](/link/there 'T')"],
    ['[a](<./there is>)', '[a](</link/there is>)'],
    ['[a](./there_(b))', '[a](</link/there_(b)>)'],
    ['[![a](./there.png)](./there)', '[![a](/picture/there.png)](/link/there)'],
    ['[`code` and [x]](./there)', '[`code` and [x]](/link/there)'],
    ['[two\nlines](./there)', '[two\nlines](/link/there)'],
    ['[a]: ./there "T"', '[a]: /link/there "T"'],
    ['<a class="x" href="./there">a</a>', '<a class="x" href="/link/there">a</a>'],
    ["<img alt=a src='./there.png'/>", '<img alt=a src="/picture/there.png"/>'],
    ['<img\n src=./there.png width=3>', '<img\n src="/picture/there.png" width=3>'],
  ])('%j becomes %j', (before, after) => expect(rewrite(before)).toBe(after));

  it.each([
    '[a](https://example.org/b)',
    '![a](//example.org/b.png)',
    '[a](mailto:x@example.org)',
    '[a](#part)',
    '<a href="https://example.org">a</a>',
    '[a]: https://example.org',
    '`[a](./there)`',
    '``[a](./there) ` ``',
    '```\n[a](./there)\n```',
    '> ~~~~ md\n> [a](./there)\n> ~~~~',
    '1. ```\n   ![a](gone.png){:target="_blank"}\n   ```',
    '```\nnever closed [a](./there)',
    'array[0](x) and f[g](a, "b")',
    '\\[a](./there)',
    '[WIP]: <placeholder> text',
    'a [b] (./there)',
    '- [ ] task',
    'Code:\n\n    [a](./there) <!-- kept -->\n\n    [b](./there)\n\nText',
    '\t[a](./there)',
    '> Code:\n>\n>     [a](./there)',
    '- item\n\n      [a](./there)',
  ])('%j stays', (text) => expect(rewrite(text)).toBe(text));

  it.each([
    '- item\n\n    [a](./there)',
    'Text\n    [a](./there)',
    '[^1]: Note\n\n    [a](./there)\n\nText[^1]',
    'Term\n: Meaning\n\n    [a](./there)',
  ])('%j is indented and no code', (text) => expect(rewrite(text)).toBe(text.replace('./there', '/link/there')));

  it('that lead nowhere leave their words', () => {
    expect(rewrite('See [the *docs*](../gone/) now')).toBe('See the *docs* now');
    expect(rewrite('![A **cat**](gone.png) and ![](gone.png)')).toBe('*A cat* and ');
    expect(rewrite('[![cat](gone.png)](./there)')).toBe('[*cat*](/link/there)');
    expect(rewrite('<a id="x" href="gone/">a</a><img src="gone.png" alt="A cat">')).toBe(
      '<a id="x">a</a><em>A cat</em>',
    );
    expect(rewrite('[a]: gone.md')).toBe('[a]: gone.md');
  });

  it('lose their attribute lists; headings and pictures too', () => {
    expect(rewrite('[a](https://e.org){:target="_blank"}, ![b](./there.png){: style="width:1px"}')).toBe(
      '[a](https://e.org), ![b](/picture/there.png)',
    );
    expect(rewrite('## Part { #part .x }\n\n## Set {1, 2}')).toBe('## Part {#part}\n\n## Set {1, 2}');
    expect(rewrite('## Part {#part}')).toBe('## Part {#part}');
    expect(rewrite('## `Part`{: .x #part }\n\n## Other {.x}')).toBe('## `Part` {#part}\n\n## Other');
    expect(rewrite('Text {{ template }} and `{:x}`')).toBe('Text {{ template }} and `{:x}`');
  });
});

describe('pictures of other hosts', () => {
  it('are known where their addresses stand below the text, too', () => {
    const seen: string[] = [];
    const resolve = Object.assign((target: string) => target, {
      foreign: (address: string) => `/${seen.push(address)}`,
    });
    const text = '![a][B] ![own][] ![Third  one] [a link][b2]\n\n';
    const addresses = [
      '[b]: https://e.org/b.png "T"',
      '[own]: <https://e.org/o.png>',
      '[third one]: //e.org/c.png',
      '[b2]: https://e.org/page',
    ];
    expect(rewriteLinks(`${text}${addresses.join('\n')}`, resolve)).toBe(
      `${text}[b]: /1 "T"\n[own]: /2\n[third one]: /3\n[b2]: https://e.org/page`,
    );
    expect(seen).toEqual(['https://e.org/b.png', 'https://e.org/o.png', '//e.org/c.png']);
  });
});

describe('what a page of ours cannot show', () => {
  it('becomes a link (frames) or goes (comments)', () => {
    expect(
      rewrite(
        '<iframe width="5" src="https://www.youtube.com/embed/a-B_1cdefgh?si=x" title="A talk" allowfullscreen></iframe>',
      ),
    ).toBe('<a href="https://www.youtube.com/watch?v=a-B_1cdefgh">A talk</a>');
    expect(rewrite('<iframe src="https://example.org/x"></iframe><iframe src="javascript:x"></iframe>')).toBe(
      '<a href="https://example.org/x">Embedded content</a>',
    );
    expect(rewrite('<div>\n<iframe src="//player.vimeo.com/video/12345"></iframe>\n</div>')).toBe(
      '<div>\n\nhttps://vimeo.com/12345\n\n</div>',
    );
    expect(rewrite('# A\n{: #own .x}\n\nText\n{: .lead}\n\nMore')).toBe('# A {#own}\n\nText\n\nMore');
    expect(rewrite('a<!-- hidden [x](./there)\n\nmore -->b')).toBe('ab');
    expect(rewrite('[TOC]\n\nText')).toBe('[TOC]\n\nText');
    expect(rewrite('* Contents\n{:toc}\n\nText')).toBe('[toc]\n\nText');
  });
});

describe('code', () => {
  const parts = fc.constantFrom(
    '`',
    '``',
    '```',
    '~~~',
    '\n',
    '\n\n',
    'a',
    ' ',
    '> ',
    '- ',
    '[a](./there)',
    '\\',
    '    ',
  );
  const text = fc.array(parts, { maxLength: 30 }).map((all) => all.join(''));

  it('is put back exactly as it was', () => {
    fc.assert(
      fc.property(text, (markdown) => {
        expect(outsideCode(markdown, (visible) => visible)).toBe(markdown);
      }),
    );
  });

  it('in a fence is never seen by what changes the rest', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('[a](./there)', '`', '', '<!-- x -->', '{:y}'), { maxLength: 6 }),
        (lines) => {
          const fenced = `\`\`\`\n${lines.join('\n')}\n\`\`\``;
          expect(rewrite(`${fenced}\n[a](./there)`)).toBe(`${fenced}\n[a](/link/there)`);
        },
      ),
    );
  });
});
