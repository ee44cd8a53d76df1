import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { planned } from './memory.fixture.ts';

/** What comes of a file: nothing, or an article of which these are said. */
interface Article {
  readonly status?: 'draft' | 'published';
  readonly title?: string;
  /** A day in UTC. */
  readonly day?: string;
  readonly slug?: string;
  readonly category?: string;
  readonly byline?: readonly string[];
  /** The whole text. */
  readonly text?: string;
  readonly has?: string;
  readonly lacks?: string;
}
type Outcome = Article | 'no article' | 'skipped';

const head = (fields: string, text = 'Text.') => `---\n${fields}\n---\n${text}\n`;
const picture = Buffer.from('89504e470d0a1a0a', 'hex');
const hash = createHash('sha256').update(picture).digest('hex');

/** One folder: five sites of other programs in folders of their own, and files of nobody. Each file with what is to come of it. */
const cases: readonly (readonly [path: string, text: string, outcome: Outcome])[] = [
  // Private stays private, also where a program reads it in an unusual place.
  ['notes/quoted.md', head('title: "Quoted"\n"draft": \'True\''), { status: 'draft' }],
  ['notes/tabs.md', '---\t\ntitle: Tabs\ndraft:\ttrue\n---\t\nText.', { status: 'draft' }],
  ['notes/crlf.md', '\uFEFF---\r\ntitle: Line ends\r\npublished: Off\r\n---\r\nText.\r\n', { status: 'draft' }],
  ['notes/folded.md', head('title: Folded\nvisibility: >\n  members'), { status: 'draft' }],
  ['notes/block.md', head('title: Block\nstatus: |\n  draft'), { status: 'draft' }],
  ['notes/tagged.md', head('title: Tagged\ndraft: !!bool "true"'), { status: 'draft' }],
  [
    'notes/nulls.md',
    head('title: Nothing said\ndraft: ~\ndate: 2020-01-02'),
    { status: 'published', day: '2020-01-02' },
  ],
  ['notes/list.md', head('title: List\nstatus:\n  - published\n  - private'), { status: 'draft' }],
  ['notes/open.md', '---\ntitle: Never closed\ndate: 2020-01-03\n\nA secret?\n', { status: 'draft', has: 'A secret?' }],
  ['notes/two-heads.md', '---\ntitle: Two\n---\n---\ndraft: true\n---\nText.', { title: 'Two', has: 'draft: true' }],
  [
    'notes/hidden-words.md',
    head('title: "Draft: a history of beer"\ndate: 2020-01-04'),
    { status: 'published', title: 'Draft: a history of beer' },
  ],
  [
    'notes/password-talk.md',
    head('title: On passwords\ntags: [password, secret]\ndate: 2020-01-05'),
    { status: 'published' },
  ],
  ['Trash/old.md', head('title: Old'), { status: 'draft' }],
  ['notes/obsidian.md', head('dg-publish: false\ntitle: Garden'), { status: 'draft' }],
  ['notes/obsidian-open.md', head('dg-publish: true\ntitle: Garden gate\ndate: 2020-01-06'), { status: 'published' }],

  // Nothing is left out in silence.
  ['bundle/index.md', head('title: Bundle\ndate: 2020-02-01'), { title: 'Bundle', slug: 'bundle' }],
  [
    'bundle-without-title/index.md',
    'A text of its own.',
    { title: 'Bundle without title', slug: 'bundle-without-title' },
  ],
  ['notes/capital.MD', head('title: Capital\ndate: 2020-02-02'), { title: 'Capital' }],
  ['notes/long-ending.markdown', '# Long ending\n\nText.', { title: 'Long ending', text: 'Text.' }],
  [
    'notes/jsx.mdx',
    'import X from "./x";\n\nexport const meta = { title: "From MDX", date: "2020-02-03" };\n\nText.',
    { title: 'From MDX', day: '2020-02-03', lacks: 'import' },
  ],
  [
    'notes/page.html',
    '<html><head><title>A page</title></head><body><article><h1>A page</h1><p>One &amp; two</p></article></body></html>',
    { title: 'A page', text: 'One & two' },
  ],
  ['notes/empty.md', '', 'no article'],
  ['notes/blank.md', ' \n\n\t\n', 'no article'],
  ['notes/only-head.md', head('title: Only a head', ''), 'skipped'],
  ['notes/only-comment.md', head('title: Only a comment', '<!-- nothing else -->'), 'skipped'],
  ['notes/readme.md', '# About this folder\n\nText.', 'no article'],
  ['notes/readme-article/README.md', head('title: Read me aloud\ndate: 2020-02-04'), { title: 'Read me aloud' }],
  ['notes/longest.md', head('title: Longest\ndate: 2020-02-05', 'a'.repeat(99_999)), { title: 'Longest' }],
  [
    'notes/picture-only.md',
    head('title: One picture\ndate: 2020-02-06', '![](pier.png)'),
    { text: `![](/blog/media/pictures/${hash}-1280.jpg)` },
  ],

  // Dates, titles, categories, slugs, authors.
  ['notes/offset.md', head('title: Offset\ndate: 2021-03-04 23:30:00 -0500'), { day: '2021-03-05' }],
  ['notes/single-digits.md', head('title: Single\ndate: 2021-3-4'), { day: '2021-03-04' }],
  ['notes/words.md', head('title: Words\ndate: March 4th, 2021'), { day: '2021-03-04' }],
  ['notes/before-1970.md', head('title: Early\ndate: 1969-07-20T20:17:40Z'), { day: '1969-07-20' }],
  ['notes/leap.md', head('title: Leap\ndate: 2020-02-29'), { day: '2020-02-29' }],
  ['notes/2019-12-31-named-day.md', 'Text.', { day: '2019-12-31', slug: 'named-day', title: 'Named day' }],
  ['2018/07/in-folders.md', head('title: In folders\ndate: 2018-07-08'), { category: 'Blog', slug: 'in-folders' }],
  ['ko/번역.md', head('title: 번역\ndate: 2020-03-01'), { slug: '번역', category: 'Blog' }],
  ['notes/number.md', head('title: 1984\ndate: 2020-03-02'), { title: '1984' }],
  ['notes/truth.md', head('title: yes\ndate: 2020-03-03'), { title: 'yes' }],
  ['notes/emoji.md', head('title: "👩‍👩‍👧 & 🏳️‍🌈"\ndate: 2020-03-04'), { title: '👩‍👩‍👧 & 🏳️‍🌈' }],
  ['notes/marked-title.md', '# A *marked* `title` [link](x)\n\nText.', { title: 'A marked title link', text: 'Text.' }],
  ['notes/setext.md', 'Underlined\n==========\n\nText.', { title: 'Underlined', text: 'Text.' }],
  ['notes/same-title.md', head('title: Same\ndate: 2020-03-05', '# Same\n\nText.'), { title: 'Same', text: 'Text.' }],
  [
    'notes/two-titles.md',
    head('title: One title\ndate: 2020-03-06', '# Another title\n\nText.'),
    { title: 'One title', has: '# Another title' },
  ],
  ['notes/code-first.md', '```sh\n# no title\n```\n\nText.', { title: 'Code first', has: '# no title' }],
  ['notes/slug-path.md', head('title: Path\nslug: /2021/deep/Path-End/\ndate: 2020-03-07'), { slug: 'path-end' }],
  ['notes/permalink.md', head('title: Permalink\npermalink: /old/place.html\ndate: 2020-03-08'), { slug: 'place' }],
  ['notes/c-sharp.md', head('title: "C#"\nslug: "C#"\ndate: 2020-03-09'), { slug: 'c-sharp' }],
  ['notes/categories-text.md', head('title: Several\ncategories: Night, Day\ndate: 2020-03-10'), { category: 'Night' }],
  ['notes/category-object.md', head('title: Empty list\ncategories: []\ndate: 2020-03-11'), { category: 'Notes' }],
  [
    'notes/people.md',
    head('title: People\nauthors:\n  - name: Ada L.\n  - Grace H.\ndate: 2020-03-12'),
    { byline: ['Ada L.', 'Grace H.'] },
  ],
  [
    'notes/people-text.md',
    head('title: People in words\nauthor: Ada L. and Grace H.\ndate: 2020-03-13'),
    { byline: ['Ada L.', 'Grace H.'] },
  ],

  // Links and pictures.
  [
    'notes/links.md',
    head(
      'title: Links\ndate: 2020-04-01',
      '[a](number.md) [b](./number) [c](/notes/number/) [d](../bundle/index.md#part) [e](2019-12-31-named-day.md)',
    ),
    {
      text: '[a](/blog/posts/number) [b](/blog/posts/number) [c](/blog/posts/number) [d](/blog/posts/bundle#part) [e](/blog/posts/named-day)',
    },
  ],
  [
    'notes/wiki.md',
    head('title: Wiki\ndate: 2020-04-02', '[[number]] [[number|words]] ![[pier.png]] [[nowhere]]'),
    {
      text: `[number](/blog/posts/number) [words](/blog/posts/number) ![](/blog/media/pictures/${hash}-1280.jpg) [[nowhere]]`,
    },
  ],
  [
    'notes/encoded.md',
    head('title: Encoded\ndate: 2020-04-03', '[a](../ko/%EB%B2%88%EC%97%AD.md) ![p](two%20words.png)'),
    { text: `[a](/blog/posts/${encodeURIComponent('번역')}) ![p](/blog/media/pictures/${hash}-1280.jpg)` },
  ],
  [
    'notes/reference.md',
    head('title: Reference\ndate: 2020-04-04', '[a][x] ![p][y]\n\n[x]: number.md\n[y]: pier.png "Pier"'),
    { text: `[a][x] ![p][y]\n\n[x]: /blog/posts/number\n[y]: /blog/media/pictures/${hash}-1280.jpg "Pier"` },
  ],
  [
    'notes/html-picture.md',
    head('title: HTML\ndate: 2020-04-05', '<img src="pier.png" alt="p"> <a href="number.md">a</a>'),
    { text: `<img src="/blog/media/pictures/${hash}-1280.jpg" alt="p"> <a href="/blog/posts/number">a</a>` },
  ],
  [
    'notes/dead.md',
    head('title: Dead\ndate: 2020-04-06', 'See [gone](gone.md) and ![lost](lost.png).'),
    { text: 'See gone and *lost*.' },
  ],
  [
    'notes/elsewhere.md',
    head(
      'title: Elsewhere\ndate: 2020-04-07',
      '[a](https://example.org/a_(b)?c=1&d#e) <https://example.org> [m](mailto:a@example.org) [f](#part)',
    ),
    { text: '[a](<https://example.org/a_(b)?c=1&d#e>) <https://example.org> [m](mailto:a@example.org) [f](#part)' },
  ],
  [
    'notes/in-code.md',
    head('title: In code\ndate: 2020-04-08', '`[a](number.md)`\n\n```md\n[a](number.md) {{< figure src="x" >}}\n```'),
    { text: '`[a](number.md)`\n\n```md\n[a](number.md) {{< figure src="x" >}}\n```' },
  ],

  // Text is never deleted; what has a meaning is turned into Markdown.
  [
    'notes/braces.md',
    head('title: Braces\ndate: 2020-05-01', 'A formula $(a){b}$ and {c} and a_{i}^{2} and \\{x\\}.'),
    { text: 'A formula $(a){b}$ and {c} and a_{i}^{2} and \\{x\\}.' },
  ],
  [
    'notes/percent.md',
    head('title: Percent\ndate: 2020-05-02', '50%% of {% people %} and 100% {{ site.title }}'),
    { has: '{% people %}' },
  ],
  [
    'notes/hard-breaks.md',
    head('title: Breaks\ndate: 2020-05-03', 'one  \ntwo\\\nthree'),
    { text: 'one  \ntwo\\\nthree' },
  ],
  [
    'notes/rule.md',
    head('title: Rule\ndate: 2020-05-04', 'above\n\n---\n\nbelow: yes\n\n---\n\nend'),
    { text: 'above\n\n---\n\nbelow: yes\n\n---\n\nend' },
  ],
  [
    'notes/table.md',
    head('title: Table\ndate: 2020-05-05', '| a | b |\n|---|---|\n| `x\\|y` | [n](number.md) |'),
    { text: '| a | b |\n|---|---|\n| `x\\|y` | [n](/blog/posts/number) |' },
  ],
  [
    'notes/footnote.md',
    head('title: Footnote\ndate: 2020-05-06', 'A[^1].\n\n[^1]: See [n](number.md).'),
    { text: 'A[^1].\n\n[^1]: See [n](/blog/posts/number).' },
  ],
  [
    'notes/callout.md',
    head('title: Callout\ndate: 2020-05-07', '> [!WARNING] Mind\n> the gap'),
    { text: '> [!WARNING] Mind\n> the gap' },
  ],
  ['notes/tasks.md', head('title: Tasks\ndate: 2020-05-08', '- [ ] one\n- [x] two'), { text: '- [ ] one\n- [x] two' }],
  [
    'notes/details.md',
    head('title: Details\ndate: 2020-05-09', '<details><summary>More</summary>\n\nText **here**.\n\n</details>'),
    { text: '<details><summary>More</summary>\n\nText **here**.\n\n</details>' },
  ],
  [
    'notes/cjk.md',
    head('title: 강조\ndate: 2020-05-10', '**「중요」**입니다。\n다음 줄'),
    { text: '**「중요」**입니다。\n다음 줄' },
  ],
  [
    'notes/frame.md',
    head(
      'title: Frame\ndate: 2020-05-11',
      '<iframe src="https://www.youtube.com/embed/dQw4w9WgXcQ" title="A video"></iframe>',
    ),
    { lacks: '<iframe', has: 'dQw4w9WgXcQ' },
  ],
  ['notes/nul.md', head('title: Controls\ndate: 2020-05-12', 'a\u0000b\u0007c\u000bd'), { text: 'abcd' }],

  // Sites of other programs, each by its own settings.
  ['jekyll/_config.yml', 'timezone: Asia/Seoul\nexclude: [private-notes]\n', 'no article'],
  [
    'jekyll/_posts/2020-06-01-night.md',
    head(
      'title: Night\ndate: 2020-06-01 01:30:00',
      '{% highlight ruby %}\nputs 1\n{% endhighlight %}\n\n[n]({% post_url 2020-06-02-day %})',
    ),
    { day: '2020-06-01', text: '```ruby\nputs 1\n```\n\n[n](/blog/posts/day)' },
  ],
  [
    'jekyll/_posts/2020-06-02-day.md',
    head('layout: post', 'Text {% raw %}{{ x }}{% endraw %}.'),
    { title: 'Day', has: '{{ x }}' },
  ],
  ['jekyll/private-notes/a.md', head('title: Excluded'), { status: 'draft' }],
  ['hugo/hugo.toml', 'baseURL = "https://kites.example/"\nignoreFiles = ["\\\\.tmp\\\\.md$"]\n', 'no article'],
  [
    'hugo/content/post/kites.md',
    '+++\ntitle = "Kites"\ndate = 2020-06-03T10:00:00+09:00\n+++\n{{< figure src="/pier.png" alt="p" >}}\n\n[b]({{< ref "b.md" >}}) {{< unknown x >}}',
    { day: '2020-06-03', has: '[b](/blog/posts/wind) {{< unknown x >}}' },
  ],
  [
    'hugo/content/post/b.md',
    '+++\ntitle = "Wind"\nslug = "wind"\ndate = 2020-06-04\n+++\n[home](https://kites.example/post/kites/)',
    { text: '[home](/blog/posts/kites)' },
  ],
  ['hugo/content/post/c.tmp.md', '+++\ntitle = "Ignored"\n+++\nText.', { status: 'draft' }],
  ['hugo/content/post/_index.md', '+++\ntitle = "A list"\n+++\nText of the list.', 'no article'],
  ['hexo/_config.yml', 'title: H\nskip_render: [unseen/*]\nsource_dir: source\n', 'no article'],
  [
    'hexo/source/_posts/tea.md',
    head(
      'title: Tea\ndate: 2020-06-05 10:00:00\ncategories:\n  - [Hot, Green]',
      '{% asset_img cup.png "A cup" %}\n\n<!-- more -->\n\nRest.',
    ),
    { category: 'Hot', has: 'Rest.' },
  ],
  ['hexo/source/_drafts/milk.md', head('title: Milk'), { status: 'draft' }],
  ['docusaurus/docusaurus.config.js', 'export default { url: "https://d.example", title: "D" };', 'no article'],
  ['docusaurus/blog/authors.yml', 'ada:\n  name: Ada L.\n  url: https://example.org\n', 'no article'],
  [
    'docusaurus/blog/2020-06-06-release/index.md',
    head('title: Release\nauthors: ada\nunlisted: false', ':::tip[Good]\nText.\n:::'),
    { byline: ['Ada L.'], day: '2020-06-06', text: '> [!tip] Good\n> Text.' },
  ],
  ['docusaurus/blog/2020-06-07-hidden.md', head('title: Unlisted\nunlisted: true'), { status: 'draft' }],
  ['eleventy/eleventy.config.js', 'export default function (config) {}', 'no article'],
  ['eleventy/posts/posts.json', '{ "author": "Ada L.", "tags": "posts" }', 'no article'],
  ['eleventy/posts/first.md', head('title: First\ndate: 2020-06-08'), { byline: ['Ada L.'], title: 'First' }],
  ['eleventy/posts/never.md', head('title: Never\npermalink: false'), { status: 'draft' }],
];

const pictures = ['notes/pier.png', 'notes/two words.png', 'hugo/static/pier.png', 'hexo/source/_posts/tea/cup.png'];

describe('a folder of corner cases', () => {
  const { posts, asides, skipped, post } = planned({
    ...Object.fromEntries(cases.map(([path, text]) => [path, text])),
    ...Object.fromEntries(pictures.map((path) => [path, picture])),
  });

  it('has sixty of them and more', () => expect(cases.length).toBeGreaterThan(60));

  it.each(cases)('%s', (path, _, outcome) => {
    const found = post(path);
    if (outcome === 'no article') {
      expect(found).toBeUndefined();
      return expect(skipped.map(({ file }) => file)).not.toContain(path);
    }
    if (outcome === 'skipped') return expect(skipped.map(({ file }) => file)).toContain(path);
    const content = found?.render().content ?? '';
    const { day, text, has, lacks, category, ...same } = outcome;
    expect(found).toMatchObject({
      ...same,
      ...(category === undefined ? {} : { category_name: category }),
      ...(day === undefined ? {} : { created_at: expect.stringMatching(`^${day}`) }),
    });
    if (text !== undefined) expect(content).toBe(text);
    if (has !== undefined) expect(content).toContain(has);
    if (lacks !== undefined) expect(content).not.toContain(lacks);
  });

  it('says something of every text', () => {
    const said = new Set([
      ...posts.map(({ path }) => path),
      ...asides.map(({ file }) => file),
      ...skipped.map(({ file }) => file),
    ]);
    const texts = cases.map(([path]) => path).filter((path) => /\.(?:md|mdx|markdown|html)$/i.test(path));
    expect(texts.filter((path) => !said.has(path))).toEqual([]);
  });

  it('gives every article an address of its own', () => {
    expect(new Set(posts.map(({ slug }) => slug)).size).toBe(posts.length);
  });
});
