import { type DefaultTreeAdapterTypes, parseFragment } from 'parse5';
import { describe, expect, it } from 'vitest';
import { renderMarkdown as render } from './markdown.ts';

const renderMarkdown = async (text: string) => (await render(text)).html;

describe('Markdown', () => {
  it('has tables that scroll by keyboard, with their alignment and without styles', async () => {
    const html = await renderMarkdown('| a | b |\n|:-:|--:|\n| 1 | 2 |');
    expect(html).toContain('<div class="table" tabindex="0"><table>');
    expect(html).toContain('<th align="center">a</th>');
    expect(html).toContain('<td align="right">2</td>');
    expect(html).not.toContain('style');
  });
  it('strikes through', async () => expect(await renderMarkdown('~~gone~~')).toContain('<s>gone</s>'));
  it('highlights code in a known language by classes, under any of its names', async () => {
    for (const name of ['ts', 'typescript', 'TS', 'tsx'])
      expect(await renderMarkdown(`\`\`\`${name} title="x"\nconst a = '<b>';\n\`\`\``)).toContain(
        `<pre tabindex="0"><code class="language-${name}"><span class="hljs-keyword">const</span>`,
      );
    expect(await renderMarkdown('```sh\nif true; then echo "$HOME"; fi\n```')).toContain('hljs-');
  });
  it('leaves code in an unknown language, and very long code, as it is', async () => {
    expect(await renderMarkdown('```whatever\n<a> & b\n```')).toBe(
      '<pre tabindex="0"><code class="language-whatever">&lt;a&gt; &amp; b\n</code></pre>\n',
    );
    for (const name of ['constructor', '__proto__', 'toString', '"><script>'])
      expect(await renderMarkdown(`\`\`\`${name}\nx\n\`\`\``)).toMatch(/<code[^>]*>x\n<\/code>/);
    expect(await renderMarkdown(`\`\`\`js\n${'let a = 1;\n'.repeat(5000)}\`\`\``)).not.toContain('hljs');
  });
  it('gives headings ids from their text, each once, and links within the text find them', async () => {
    const html = await renderMarkdown(
      '# Über *uns*: `code`!\n\n## Twice\n\n## Twice\n\n[up](#twice-1) <a href="#own">x</a> <p id="own">y</p>\n\n# !!!',
    );
    expect(html).toContain('<h1 id="user-content-über-uns-code">');
    expect(html).toContain('<h2 id="user-content-twice">');
    expect(html).toContain('<h2 id="user-content-twice-1">');
    expect(html).toContain('<a href="#user-content-twice-1">up</a>');
    expect(html).toContain('<a href="#user-content-own">');
    expect(html).toContain('<p id="user-content-own">');
    expect(html).toContain('<h1>!!!</h1>');
  });
  it('shows placeholders instead of swallowing them', async () => {
    expect(await renderMarkdown('Run `x <name>` with <filename> and </your-thing>.')).toContain(
      'with &lt;filename&gt; and &lt;/your-thing&gt;.',
    );
  });
  it('turns embedded frames into links', async () => {
    expect(
      await renderMarkdown('<iframe width="5" src="https://www.youtube.com/embed/abc" allowfullscreen></iframe>'),
    ).toBe(
      '<a class="embed" href="https://www.youtube.com/embed/abc" rel="nofollow ugc noopener"><b>Video</b> youtube.com/embed/abc</a>',
    );
  });
  it('turns frames into links wherever they stand in a block, and loses nothing that stands around them', async () => {
    const html = await renderMarkdown(
      '<div>\n<iframe src=https://a.test/x />after <iframe\n\tsrc = "https://b.test/y"></iframe><iframe title="z">kept</iframe> end\n</div>',
    );
    expect(html).toContain(
      '<a class="embed" href="https://a.test/x" rel="nofollow ugc noopener"><b>Embedded content</b> a.test/x</a>after',
    );
    expect(html).toContain(
      '<a class="embed" href="https://b.test/y" rel="nofollow ugc noopener"><b>Embedded content</b> b.test/y</a>',
    );
    expect(html).toContain('kept end');
  });
  it.each([
    ['a table in a table', '<table><div class=table><table></table></div><hr>'],
    ['an entry within the block of another', '<ul><li><div><li>x</li></div></ul>\n\nafter'],
    ['a frame that takes a list with it', '- <table><iframe>\n- \n\n|  |  |\n|:--|--:|\n|  | x |\n\n---'],
    ['an entry moved out of a table', '<ul><li><table><div><li>x</li></div></table></li></ul>'],
    ['an article in a table', '<table><article><table></table></article>'],
    ['a description within another', '<dl><dt><div><dd>x</dd></div></dt></dl>'],
  ])('ends no element of the page around it by %s', async (_, text) => {
    const page = parseFragment(`<article><div>${await renderMarkdown(text)}</div><hr></article><hr>`).childNodes;
    expect(page.map(({ nodeName }) => nodeName)).toEqual(['article', 'hr']);
    const article = page[0] as DefaultTreeAdapterTypes.Element;
    expect(article.childNodes.map(({ nodeName }) => nodeName)).toEqual(['div', 'hr']);
  });
  it('breaks off highlighting that runs away, and highlights the next text all the same', async () => {
    const { html, complete } = await render(
      `\`\`\`java\n${'$'.repeat(20_000)}\n\`\`\`\n\n\`\`\`java\nint a = 1;\n\`\`\``,
    );
    expect(complete).toBe(false);
    expect(html).not.toContain('hljs-');
    expect(html).toContain('<pre tabindex="0"><code class="language-java">int a = 1;\n</code></pre>');
    const next = await render('```java\nint a = 1;\n```');
    expect(next.complete).toBe(true);
    expect(next.html).toContain('hljs-');
  });
  it('highlights so much of a text, and leaves the rest of its code plain', async () => {
    const blocks = '```js\nlet a = 1;\n```\n'.repeat(300);
    expect((await render(blocks, { highlightMs: 5_000 })).html.match(/hljs-keyword/g)?.length).toBe(200);
    const long = `\`\`\`js\n${'let a = 1;\n'.repeat(2_000)}\`\`\`\n`.repeat(2);
    expect((await render(long, { highlightMs: 5_000 })).html.match(/<code class="language-js"><span/g)?.length).toBe(1);
  });
  it('lets no definition of a link fill the page', async () => {
    const html = await renderMarkdown(`[a]: /${'u'.repeat(40_000)}\n[b]: /short\n\n${'[a] '.repeat(3_900)}\n\n[b]`);
    expect(html.length).toBeLessThan(1_000_000);
    expect(html).toContain('uuu">a</a>');
  });
  it('shows a text that is too long for a page as it was written', async () => {
    expect(await renderMarkdown('*a* '.repeat(60_000))).toContain('<pre class="as-written" tabindex="0">*a* *a*');
  });
  it('shuts no element so deep that a browser would have to give up', async () => {
    const html = await renderMarkdown('<b>'.repeat(500));
    expect(html.match(/<b>/g)?.length).toBeLessThanOrEqual(100);
  });
  it.each([
    ['brackets', '['.repeat(50_000)],
    ['emphasis', '*a_'.repeat(30_000)],
    ['quotations', '>'.repeat(90_000)],
    ['lists', Array.from({ length: 400 }, (_, depth) => `${'  '.repeat(depth)}- x`).join('\n')],
    ['tags', '<a'.repeat(50_000)],
    ['open elements', '<b>'.repeat(30_000)],
    ['comments', '<!--'.repeat(25_000)],
    ['frames', '<iframe src='.repeat(8000)],
    ['backticks', Array.from({ length: 400 }, (_, length) => '`'.repeat(length)).join(' ')],
    ['entities', '&#x0;&lt'.repeat(12_000)],
    ['tables', `|${'a|'.repeat(500)}\n|${'-|'.repeat(500)}\n${'|x\n'.repeat(500)}`],
  ])(
    'is done in reasonable time with many %s',
    async (_, text) => expect(await renderMarkdown(text)).toBeTypeOf('string'),
    15_000,
  );
});
