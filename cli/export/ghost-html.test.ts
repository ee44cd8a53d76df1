import { describe, expect, it } from 'vitest';
import { ghostHtml } from './ghost-html.ts';
import { pageHtml } from './page-html.ts';

const cards = /\n<!--kg-card-begin: html-->\n([\s\S]*?)\n<!--kg-card-end: html-->\n/g;

/** What of a Markdown text stands in cards of HTML, and what is left to Ghost. */
async function split(markdown: string): Promise<{ cards: string[]; rest: string }> {
  const html = ghostHtml(await pageHtml(markdown, 'https://blog.example'));
  return { cards: Array.from(html.matchAll(cards), ([, inside]) => inside!), rest: html.replace(cards, '').trim() };
}

describe('the HTML of a post for Ghost', () => {
  it.each([
    ['text', 'A **bold** ~~gone~~ `code` [link](https://example.org "title")  \nnext H<sub>2</sub>O'],
    ['headings', '# One {#uno}\n\n###### Six'],
    ['lists', '5. five\n   - a\n     - deep\n6. six\n\n* loose\n\n* list'],
    ['quotations', '> one\n>\n> two'],
    ['code', '```js title="a.js" {1}\nconst a = 1;\n```\n\n    indented'],
    ['pictures', `![alt](/blog/media/${'a'.repeat(64)} "caption")\n\n![b](https://example.org/b.png)`],
    ['a line', 'a\n\n---\n\nb'],
    ['cards of links', 'https://www.youtube.com/watch?v=dQw4w9WgXcQ'],
    ['a table of contents whose headings keep their ids', '## First part\n\n## 둘째'],
  ])('leaves %s to Ghost', async (_, markdown) => expect((await split(markdown)).cards).toEqual([]));

  it.each([
    ['a table', '| a | b |\n|:-:|--:|\n| 1 | 2 |', '<div class="table"><table>'],
    ['tasks', '- [x] done\n- [ ] not', '<input type="checkbox" disabled checked'],
    ['definitions', 'Term\n: One\n: Two', '<dd>Two</dd>'],
    ['a formula in a line', 'A $x^2$', '<math><msup>'],
    ['a formula', '$$\nx^2\n$$', '<math display="block">'],
    ['a callout', '> [!NOTE]\n> Take care.', '<div class="callout callout-note">'],
    ['what folds', '<details><summary>S</summary>\n\nText\n\n</details>', '<summary>S</summary>'],
    ['paragraphs in a list', '1. one\n2. two\n\n   more\n3. three', '<p>more</p>'],
    ['code in a list', '- a\n\n  ```\n  b\n  ```', '<pre><code>b'],
    ['two lists in one item', '- a\n  - b\n  1. c', '<ol>\n<li>c</li>'],
    ['text behind a list', '<ul><li>a<ul><li>b</li></ul> more</li></ul>', 'more'],
    ['a quotation in a quotation', '> a\n>\n> > b', '<blockquote>\n<p>b</p>'],
    ['a picture in a line', 'a ![b](https://example.org/b.png) c', '<img src="https://example.org/b.png" alt="b"'],
    [
      'a picture that is a link',
      '[![b](https://example.org/b.png)](https://example.org)',
      '<img src="https://example.org/b.png"',
    ],
    ['marks and keys', '<mark>a</mark> <kbd>b</kbd>', '<mark>a</mark> <kbd>b</kbd>'],
    ['what runs from right to left', '<p dir="rtl">שלום</p>', '<p dir="rtl">'],
  ])('keeps %s as it is', async (_, markdown, wanted) => {
    const { cards, rest } = await split(`Before.\n\n${markdown}\n\nAfter.`);
    expect(cards).toHaveLength(1);
    expect(cards[0]).toContain(wanted);
    expect(rest).toMatch(/^<p>Before\.<\/p>\s*<p>After\.<\/p>$/);
  });

  it('makes one card of blocks that follow each other', async () => {
    const { cards } = await split('| a |\n|---|\n| 1 |\n\n| b |\n|---|\n| 2 |\n\nText.\n\n| c |\n|---|\n| 3 |');
    expect(cards.map((card) => card.match(/<table>/g)?.length)).toEqual([2, 1]);
  });

  it('keeps footnotes where links to them lead', async () => {
    const { cards, rest } = await split('Note[^1]\n\n[^1]: Below.');
    const [, id] = /<a href="#(fn-[\w-]+)"/.exec(rest)!;
    expect(cards[0]).toContain(`<li id="${id}">`);
  });

  it('puts an id above a heading that links lead to by another than Ghost gives it', async () => {
    const { cards, rest } = await split(
      '[a](#own) [b](#second-part) [c](#nowhere)\n\n## First {#own}\n\n## Second part\n\n## C++ {#unused}',
    );
    expect(cards).toEqual(['<a id="own"></a>']);
    expect(rest).toMatch(/<\/p>\s*<h2 id="own">First/);
  });

  it('has links without words about who vouches for them, and pictures of other hosts', async () => {
    expect(await pageHtml('[a](https://example.org) ![b](https://example.org/b.png)', 'https://blog.example')).toBe(
      '<p><a href="https://example.org">a</a> <img src="https://example.org/b.png" alt="b" loading="lazy" decoding="async" /></p>\n',
    );
  });
});
