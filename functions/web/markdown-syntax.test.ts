import { describe, expect, it, test } from 'vitest';
import { renderMarkdown } from './markdown.ts';

const html = async (text: string) => (await renderMarkdown(text)).html;

describe('a bare address', () => {
  it.each([
    ['https://a.test/b?c=d&e', 'https://a.test/b?c=d&amp;e', 'https://a.test/b?c=d&amp;e'],
    ['www.a.test/b', 'http://www.a.test/b', 'www.a.test/b'],
    ['a@b.test', 'mailto:a@b.test', 'a@b.test'],
  ])('is a link: %s', async (text, href, shown) => {
    const rel = href.startsWith('mailto') ? '' : ' rel="nofollow ugc noopener"';
    expect(await html(`See ${text}.`)).toBe(`<p>See <a href="${href}"${rel}>${shown}</a>.</p>\n`);
  });
  it.each(['ftp://a.test', '//a.test/b', 'a.test', 'v1.2.3', 'www.', 'javascript:alert(1)', 'README.md'])(
    'is none: %s',
    async (text) => expect(await html(`See ${text} there.`)).toBe(`<p>See ${text} there.</p>\n`),
  );
  it('ends before punctuation of Chinese and Japanese', async () => {
    expect(await html('见https://a.test/b。然后（https://a.test/c）')).toBe(
      '<p>见<a href="https://a.test/b" rel="nofollow ugc noopener">https://a.test/b</a>。然后（<a href="https://a.test/c" rel="nofollow ugc noopener">https://a.test/c</a>）</p>\n',
    );
  });
});

describe('footnotes', () => {
  const text = 'One[^a] and two[^b], one again[^a].\n\n[^a]: First.\n[^b]: Second.\n\n    In two paragraphs.\n';
  it('stand below the article, with links there and back', async () => {
    const found = await html(text);
    const [, id] = /<a href="#user-content-fn-(\w{8})-1" id="user-content-fnref-\1-1">\[1\]<\/a>/.exec(found) ?? [];
    expect(id).toBeDefined();
    expect(found).toContain(`<li id="user-content-fn-${id}-2"`);
    expect(found).toContain(`<section class="footnotes">`);
    expect(found).toContain(`<a href="#user-content-fnref-${id}-1:1" aria-label="Back to the text">`);
    expect(found.indexOf('First.')).toBeGreaterThan(found.indexOf('one again'));
    expect(found).toContain('In two paragraphs.');
  });
  it('have ids of their own in each article', async () => {
    const ids = (found: string) => [...found.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    const [one, other] = [ids(await html(text)), ids(await html(`${text}\nMore.`))];
    expect(one.length).toBe(5);
    expect(other.filter((id) => one.includes(id))).toEqual([]);
    expect(ids(await html(text))).toEqual(one);
  });
  it('that nobody tells of are text', async () => expect(await html('One[^x].')).toBe('<p>One[^x].</p>\n'));
});

test('tasks have boxes that nobody can tick', async () => {
  expect(await html('- [ ] to do\n- [x] **done**\n- [X] done\n- [y] none\n\n1. [ ] first')).toBe(
    `<ul>
<li class="task"><input type="checkbox" disabled aria-label="To do" /> to do</li>
<li class="task"><input type="checkbox" disabled checked aria-label="Done" /> <strong>done</strong></li>
<li class="task"><input type="checkbox" disabled checked aria-label="Done" /> done</li>
<li>[y] none</li>
</ul>
<ol>
<li class="task"><input type="checkbox" disabled aria-label="To do" /> first</li>
</ol>
`,
  );
});

describe('callouts', () => {
  it('are alerts as GitHub has them', async () => {
    expect(await html('> [!NOTE]\n> Mind *this*.\n>\n> And that.')).toBe(
      '<div class="callout callout-note">\n<p class="callout-title">Note</p>\n<p>Mind <em>this</em>.</p>\n<p>And that.</p>\n</div>\n',
    );
    expect(await html('> [!warning]\n>\n> - a')).toContain('<p class="callout-title">Warning</p>\n<ul>');
  });
  it('have a title, and fold, as in Obsidian', async () => {
    expect(await html('> [!tip] Do `this`\n> Text')).toContain(
      '<div class="callout callout-tip">\n<p class="callout-title">Do <code>this</code></p>\n<p>Text</p>',
    );
    expect(await html('> [!faq]- Why?\n> Because.')).toBe(
      '<details class="callout callout-note">\n<summary class="callout-title">Why?</summary>\n<p>Because.</p>\n</details>\n',
    );
    expect(await html('> [!bug]+\n> Text')).toContain('<details class="callout callout-caution" open>');
  });
  it('have Korean titles in a Korean text', async () => {
    expect(await html('> [!warning]\n> 아직 시험하는 중입니다.')).toContain('<p class="callout-title">경고</p>');
  });
  it('stand in callouts, and in lists', async () => {
    const found = await html('- a\n\n  > [!note]\n  > b\n  >\n  > > [!danger]\n  > > c\n\n> quoted');
    expect(found.match(/<div class="callout/g)).toHaveLength(2);
    expect(found.match(/<\/div>/g)).toHaveLength(2);
    expect(found).toContain('<blockquote>\n<p>quoted</p>\n</blockquote>');
  });
  it('of an unknown kind are quotations', async () => {
    for (const kind of ['whatever', 'constructor', '__proto__', ''])
      expect(await html(`> [!${kind}]\n> Text`)).toContain('<blockquote>');
  });
});

describe('headings', () => {
  it('have the id that stands behind them', async () => {
    expect(await html('## Title *here* {#own_id-1}\n\n# Other {: .x #its.id }\n\nSetext {#s}\n---')).toBe(
      '<h2 id="user-content-own_id-1">Title <em>here</em></h2>\n<h1 id="user-content-its.id">Other</h1>\n<h2 id="user-content-s">Setext</h2>\n',
    );
    expect(await html('# Set {a, b}\n\n# `{#code}`\n\n# {#only}')).not.toContain('own');
  });
  it('have different ids, whatever they are called', async () => {
    const found = await html('# A\n\n# A\n\n# A 1\n\n# A\n\n# B {#a-2}\n\n# A');
    const ids = [...found.matchAll(/id="user-content-([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(6);
    expect(ids.slice(0, 2)).toEqual(['a', 'a-1']);
  });
  it('are found by links from this article, and from others', async () => {
    const found = await html(
      '[a](#überschrift) [b](/blog/posts/other#part) [c](other#part) [d](/elsewhere#part)\n\n# Überschrift',
    );
    expect(found).toContain('<a href="#user-content-%C3%BCberschrift">a</a>');
    expect(found).toContain('<h1 id="user-content-überschrift">');
    expect(found).toContain('<a href="/blog/posts/other#user-content-part">b</a>');
    expect(found).toContain('<a href="other#user-content-part">c</a>');
    expect(found).toContain('<a href="/elsewhere#part">d</a>');
  });
  it('and anchors by name are found as well', async () =>
    expect(await html('<a name="here"></a>\n\n[x](#here)')).toContain('<a id="user-content-here"></a>'));
});

describe('a table of contents', () => {
  it('is a list of links to the headings', async () => {
    expect(await html('[toc]\n\n## A & B\n\n### C {#c-id}\n\n## `D`\n\n##### E')).toContain(
      '<div class="contents"><ul><li><a href="#user-content-a--b">A &amp; B</a><ul><li><a href="#user-content-c-id">C</a></li></ul></li><li><a href="#user-content-d">D</a></li></ul></div>',
    );
  });
  it.each(['[TOC]', '[[toc]]', '[[_TOC_]]', ['$', '{toc}'].join(''), '{:toc}'])('is written %s, too', async (marker) =>
    expect(await html(`${marker}\n\n# A`)).toContain('<div class="contents">'),
  );
  it('is only one, and only by itself', async () => {
    expect((await html('[toc]\n\n[toc]\n\n# A')).match(/class="contents"/g)).toHaveLength(1);
    expect(await html('The [toc] here\n\n# A')).not.toContain('contents');
    expect(await html('- [toc]\n\n# A')).not.toContain('contents');
  });
  it('has no headings without an id, and is balanced whatever the levels', async () => {
    const found = await html('[toc]\n\n### A\n\n# B\n\n#### C\n\n## D\n\n# !!!\n\n# E');
    expect(found.match(/<ul>/g)?.length).toBe(found.match(/<\/ul>/g)?.length);
    expect(found.match(/<li>/g)).toHaveLength(5);
  });
});

test('definitions have terms', async () => {
  expect(await html('Term\n: Meaning\n: Another\n\nOther *term*\n\n: With\n\n  paragraphs')).toBe(
    '<dl>\n<dt>Term</dt>\n<dd>Meaning</dd>\n<dd>Another</dd>\n<dt>Other <em>term</em></dt>\n<dd>\n<p>With</p>\n<p>paragraphs</p>\n</dd>\n</dl>\n',
  );
});

describe('a picture', () => {
  it('with a title, in a paragraph of its own, is a figure with a caption', async () => {
    expect(await html('![A cat](/blog/media/c "Sleeping <3")')).toBe(
      '<figure><img src="/blog/media/c" alt="A cat" loading="lazy" decoding="async" /><figcaption>Sleeping &lt;3</figcaption></figure>\n',
    );
    expect(await html('[![A](/blog/media/c "B")](/x)')).toContain('</a><figcaption>B</figcaption></figure>');
  });
  it('without a title, or within a text, is none', async () => {
    expect(
      await html('![A cat](/blog/media/c)\n\nSee ![A](/blog/media/c "B").\n\n- ![A](/blog/media/c "B")'),
    ).not.toContain('figure');
  });
});

describe('several pictures in lines of their own', () => {
  const picture = (name: string) => `<img src="/blog/media/${name}" alt="${name}" loading="lazy" decoding="async" />`;

  it('are a gallery, with their titles as captions', async () => {
    expect(await html('![a](/blog/media/a)\n![b](/blog/media/b "B <b>")  \n![c](/blog/media/c)')).toBe(
      `<div class="gallery"><figure>${picture('a')}</figure><figure>${picture('b')}<figcaption>B &lt;b&gt;</figcaption></figure><figure>${picture('c')}</figure></div>\n`,
    );
  });

  it.each([
    ['with a blank line between', '![a](/blog/media/a)\n\n![b](/blog/media/b)'],
    ['in one line', '![a](/blog/media/a) ![b](/blog/media/b)\n![c](/blog/media/c)'],
    ['with words', 'See:\n![a](/blog/media/a)\n![b](/blog/media/b)'],
    ['that are links, as badges', '[![a](/blog/media/a)](/x)\n[![b](/blog/media/b)](/y)'],
    ['of other sites', '![a](https://img.example/a.png)\n![b](//img.example/b.png)'],
  ])('%s are none', async (_, text) => expect(await html(text)).not.toContain('gallery'));
});

describe('a block of code', () => {
  it.each([
    '```js title="src/a.js"',
    "```js {1} title='src/a.js'",
    '```js filename=src/a.js',
    '```js:src/a.js',
    '```js [src/a.js]',
    '~~~js { title="src/a.js" }',
  ])('has a title: %s', async (fence) => {
    const found = await html(`${fence}\nlet a = 1;\n${fence.slice(0, 3)}`);
    expect(found).toContain(
      '<figure class="code"><figcaption>src/a.js</figcaption><pre tabindex="0"><code class="language-js">',
    );
    expect(found).toContain('hljs-keyword');
  });
  it.each([
    '```js {2,4-5}',
    '```js{2,4-5}',
    '```js {hl_lines=[2,"4-5"]}',
    '```js hl_lines="2 4-5"',
    '```js title="{1}" {2, 4-5}',
  ])('has marked lines: %s', async (fence) => {
    const found = await html(`${fence}\none\ntwo\nthree\nfour\nfive\nsix\n\`\`\``);
    expect([...found.matchAll(/<mark>([^<]*)\n<\/mark>/g)].map(([, line]) => line)).toEqual(['two', 'four', 'five']);
  });
  it('has marked lines within what is highlighted over several', async () => {
    const found = await html('```js {2}\na = `x\ny\nz`;\n```');
    expect(found).toContain('</span><mark><span class="hljs-string">y\n</span></mark><span class="hljs-string">z`');
    expect(found.match(/<span/g)?.length).toBe(found.match(/<\/span>/g)?.length);
  });
  it('of Mermaid stays code', async () =>
    expect(await html('```mermaid\ngraph TD;\n  A-->B;\n```')).toBe(
      '<pre tabindex="0"><code class="language-mermaid">graph TD;\n  A--&gt;B;\n</code></pre>\n',
    ));
});

describe('an address of a video or a post', () => {
  it.each([
    ['https://www.youtube.com/watch?v=dQw4w9WgXcQ', 'Video', 'youtube.com/watch?v=dQw4w9WgXcQ'],
    ['https://youtu.be/dQw4w9WgXcQ?t=42', 'Video', 'youtube.com/watch?v=dQw4w9WgXcQ&amp;t=42'],
    ['https://vimeo.com/76979871', 'Video', 'vimeo.com/76979871'],
    ['https://x.com/nobody/status/20', 'Post', 'x.com/nobody/status/20'],
    ['https://mastodon.social/@nobody/109302436954721982', 'Post', 'mastodon.social/@nobody/109302436954721982'],
    ['https://bsky.app/profile/bsky.app/post/3l6oveex3ii2l', 'Post', 'bsky.app/profile/bsky.app/post/3l6oveex3ii2l'],
    ['<https://gist.github.com/nobody/abc>', 'Code', 'gist.github.com/nobody/abc'],
  ])('is a card by itself: %s', async (text, kind, shown) => {
    expect(await html(text)).toMatch(/^<p><a class="embed" href="https:[^"]+" rel="nofollow ugc noopener">/);
    expect(await html(text)).toContain(`<b>${kind}</b> ${shown}</a>`);
  });
  it('is a link within a text, and so is any other address', async () => {
    for (const text of [
      'See https://youtu.be/dQw4w9WgXcQ',
      'https://a.test/b',
      'https://www.youtube.com/',
      '[My talk](https://youtu.be/dQw4w9WgXcQ)',
    ])
      expect(await html(text)).not.toContain('embed');
  });
  it('is that of the page, not of the player', async () => {
    expect(await html('<iframe src="//www.youtube-nocookie.com/embed/dQw4w9WgXcQ?start=42&amp;x=y"></iframe>')).toBe(
      '<a class="embed" href="https://www.youtube.com/watch?v=dQw4w9WgXcQ&amp;t=42" rel="nofollow ugc noopener"><b>Video</b> youtube.com/watch?v=dQw4w9WgXcQ&amp;t=42</a>',
    );
  });
});

describe('a formula', () => {
  it('is MathML, in a line and on lines of its own', async () => {
    const found = await html('An $x^2$ and\n\n$$\n\\frac{a}{b}\n$$\n\n```math\n\\sqrt{2}\n```');
    expect(found).toMatch(/^<p>An <math><msup><mi>x<\/mi><mn[^>]*>2<\/mn><\/msup><\/math> and<\/p>/);
    expect(found).toMatch(/<div class="formula" tabindex="0"><math display="block"[^>]*>.*<mfrac>/);
    expect(found).toMatch(/<msqrt><mn>2<\/mn><\/msqrt>/);
    expect(found).not.toMatch(/formula[0-9a-f]{8}|style=|class="tml/);
  });
  it.each(['$$x$$', '> $$\n> x\n> $$', '- a\n\n  $$\n  x\n\n  $$', '함수$x$는', '($x$)', '**$x$**', 'a $$x$$ b'])(
    'stands in %j',
    async (text) => expect(await html(text)).toContain('<math'),
  );
  it.each([
    'costs $5 and $10',
    'from 5$ to 10$',
    '$HOME/$USER and $PATH',
    'US$5, A$6',
    '$ x $',
    '\\$x\\$',
    '`$x$`',
    'a $b `c$` d',
    '$$',
    '$$\nnot\n\nclosed',
    '$$$x$$$',
  ])('is none of money and variables: %j', async (text) => expect(await html(text)).not.toContain('<math'));
  it('that does not end leaves what follows as it is', async () =>
    expect(await html('$$\n\n# Title\n\n*text*')).toContain('<em>text</em>'));
  it('that is no TeX, or defines something, stands as it was written', async () => {
    expect(await html('$\\frac{$')).toBe('<p><code class="language-math">\\frac{</code></p>\n');
    expect(await html('$\\def\\a{<b>}\\a$')).toContain('<code class="language-math">\\def\\a{&lt;b&gt;}\\a</code>');
    expect(await html('$$\n\\newcommand{\\a}{b}\n$$')).toContain('<pre tabindex="0"><code class="language-math">');
  });
  it('leads nowhere, loads nothing and has no markup of its own', async () => {
    for (const tex of [
      '\\href{javascript:alert(1)}{x}',
      '\\includegraphics{//evil.test/x}',
      '\\class{a}{x}',
      '\\text{<img src=x onerror=alert(1)>}',
    ])
      expect(await html(`$${tex}$`)).not.toMatch(/<img|<a |<mglyph|class="(?!language-math)|src="|href="/);
  });
  it('is not taken for another by what an author writes', async () =>
    expect(await html('formulan0n formula0n $x$')).toContain('formulan0n formula0n <math>'));
  it('stays TeX when time runs out, and the article is tried again', async () => {
    const { html: found, complete } = await renderMarkdown(`$${'{x^'.repeat(3_000)}y${'}'.repeat(3_000)}$`, {
      mathMs: 1,
    });
    expect([complete, found.includes('<math')]).toEqual([false, false]);
  });
  it('in a heading is part of its id', async () =>
    expect(await html('# The $x$ axis')).toContain('id="user-content-the-x-axis"'));
});

describe('names of emoji', () => {
  it('are emoji', async () =>
    expect(await html('Done :tada:, :+1::rocket: :tada:!\n\nhttps://a.test :tada:')).toMatch(
      /^<p>Done 🎉, 👍🚀 🎉!<\/p>\n<p><a [^>]*>https:\/\/a.test<\/a> 🎉<\/p>\n$/,
    ));
  it.each(['std::map:fire:', '12:30:45', ':no_such_emoji:', '`:tada:`', ':constructor:', 'a:tada:'])(
    'are none: %s',
    async (text) => {
      expect(await html(text)).not.toMatch(/\p{Extended_Pictographic}/u);
      expect(await html(text)).toContain(text.replaceAll('`', ''));
    },
  );
  it('are none in an address', async () =>
    expect(await html('https://a.test/:tada:/x')).toContain('>https://a.test/:tada:/x</a>'));
});

test('the prefixes of all that is written for the page are the same twice', async () => {
  const text = 'One[^1] $x$ :tada:\n\n[^1]: Note.';
  expect(await html(text)).toBe(await html(`${text}\r\n`));
});
