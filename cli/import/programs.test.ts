import { describe, expect, it } from 'vitest';
import { planned } from './memory.fixture.ts';

/** What comes of each path: a date and title of what is public, `draft`, `no article`, `skipped`. */
function outcome(texts: Record<string, string>): Record<string, string> {
  const { posts, asides, skipped } = planned(texts);
  return Object.fromEntries([
    ...posts.map(({ path, status, created_at, title, category_name }) => [
      path,
      status === 'draft' ? 'draft' : `${created_at.slice(0, 10)} ${title} (${category_name})`,
    ]),
    ...asides.map(({ file }) => [file, 'no article']),
    ...skipped.map(({ file }) => [file, 'skipped']),
  ]);
}

const head = (fields: string, text = 'Text.') => `---\n${fields}\n---\n${text}\n`;

describe('a site of Jekyll', () => {
  it('is read as Jekyll reads it', () => {
    expect(
      outcome({
        '_config.yml':
          'permalink: pretty\ntimezone: America/New_York\nexclude: [notes, "*.secret.md"]\ninclude: [_pages]\ncollections:\n  recipes: { output: true }\n  memos: { output: false }\n' +
          'defaults:\n  - scope: { path: "", type: posts }\n    values: { layout: post }\n  - scope: { path: _posts/inside }\n    values: { published: false }\n',
        '_posts/2019-03-01-first-loaf.md': head('title: First loaf\ncategories: bread baking'),
        '_posts/2019-03-02-second-loaf.md': head('date: 2019-03-02 23:00:00'),
        '_posts/2019-03-03-burnt.md': head('published: false'),
        '_posts/2095-01-01-later.md': head('title: Later'),
        '_posts/notes.md': head('title: Notes'),
        '_posts/2019-03-04-bare.md': 'No head.',
        '_posts/inside/2019-03-05-a.md': head('title: A'),
        '_posts/inside/2019-03-06-b.md': head('title: B\npublished: true'),
        '_drafts/idea.md': head('title: Idea'),
        'cakes/_posts/2019-04-01-tart.markdown': head('title: A tart'),
        'cakes/_posts/2019-04-02-pie.md': head('title: A pie\ncategory: Sweet Things'),
        '_recipes/soup.md': head('title: Soup\ndate: 2019-05-01'),
        '_memos/one.md': head('title: One'),
        '_other/one.md': head('title: One'),
        '_layouts/post.html': '{{ content }}',
        '_includes/a.md': 'Part',
        '_pages/about.md': head('title: About\ndate: 2019-06-01'),
        'notes/a.md': head('title: A'),
        'x.secret.md': head('title: X'),
        'index.html': '---\n---\n{% for post in site.posts %}{% endfor %}',
        'archive.md': head('layout: archive', ''),
        'tags.md': head('title: Tags', '{% for tag in site.tags %}{{ tag }}{% endfor %}'),
        'home/index.md': head('title: Home\ndate: 2019-07-01'),
        'README.md': '# The site',
      }),
    ).toEqual({
      '_posts/2019-03-01-first-loaf.md': '2019-03-01 First loaf (bread)',
      '_posts/2019-03-02-second-loaf.md': '2019-03-02 Second Loaf (Blog)',
      '_posts/2019-03-03-burnt.md': 'draft',
      '_posts/2095-01-01-later.md': 'draft',
      '_posts/notes.md': 'draft',
      '_posts/2019-03-04-bare.md': 'draft',
      '_posts/inside/2019-03-05-a.md': 'draft',
      '_posts/inside/2019-03-06-b.md': '2019-03-06 B (Blog)',
      '_drafts/idea.md': 'draft',
      'cakes/_posts/2019-04-01-tart.markdown': '2019-04-01 A tart (Cakes)',
      'cakes/_posts/2019-04-02-pie.md': '2019-04-02 A pie (Sweet Things)',
      '_recipes/soup.md': '2019-05-01 Soup (Blog)',
      '_memos/one.md': 'draft',
      '_other/one.md': 'draft',
      '_layouts/post.html': 'no article',
      '_includes/a.md': 'no article',
      '_pages/about.md': '2019-06-01 About (Blog)',
      'notes/a.md': 'draft',
      'x.secret.md': 'draft',
      'index.html': 'no article',
      'archive.md': 'no article',
      'tags.md': 'no article',
      'home/index.md': '2019-07-01 Home (Blog)',
      'README.md': 'no article',
    });
  });

  it('is known by its folder without settings', () => {
    expect(
      outcome({
        '_posts/2019-03-01-a.md': head('title: A'),
        '_posts/2019-03-02-b.md': head('title: B'),
        '_posts/c.md': head('title: C'),
      }),
    ).toEqual({
      '_posts/2019-03-01-a.md': '2019-03-01 A (Blog)',
      '_posts/2019-03-02-b.md': '2019-03-02 B (Blog)',
      '_posts/c.md': 'draft',
    });
  });
});

describe('a site of Hugo', () => {
  it('is read as Hugo reads it', () => {
    expect(
      outcome({
        'hugo.toml':
          'baseURL = "https://kites.example.org/"\ntimeZone = "Asia/Seoul"\nignoreFiles = ["\\\\.tmp\\\\.md$"]\ndefaultContentLanguage = "en"\ndisableLanguages = ["fr"]\n' +
          '[languages.en]\n[languages.ko]\n[languages.fr]\n[[cascade]]\n[cascade.target]\npath = "/hidden-by-config/**"\n[cascade.build]\nrender = "never"\n',
        'content/_index.md': head('title: Home'),
        'content/about.md': head('title: About\nurl: /who/\ndate: 2022-01-01'),
        'content/log/_index.md': head('title: Log'),
        'content/log/windy.md': '+++\ntitle = "Windy"\ndate = 2022-03-04\n+++\nText.',
        'content/log/windy.ko.md': head('title: 바람\ndate: 2022-03-05'),
        'content/log/windy.fr.md': head('title: Vent\ndate: 2022-03-06'),
        'content/log/broken/index.md': head('title: Broken\ndate: 2022-04-01\ncategories: Repairs'),
        'content/log/broken/parts.md': head('title: Parts'),
        'content/log/broken/deep/index.md': head('title: Deep'),
        'content/log/plan.md': '{ "title": "A plan", "date": "2022-05-01", "draft": true }\n\nText.',
        'content/log/fair.md': head('title: Fair\npublishDate: 2096-01-01\ndate: 2022-05-02'),
        'content/log/sale.md': head('title: Sale\ndate: 2020-01-01\nexpiryDate: 2020-02-01'),
        'content/log/a.tmp.md': head('title: Tmp\ndate: 2022-01-02'),
        'content/hidden-by-config/a.md': head('title: A\ndate: 2022-01-02'),
        'content/handed/_index.md': '---\ntitle: Handed\ncascade:\n  draft: true\n---\n',
        'content/handed/a.md': head('title: A\ndate: 2022-01-02'),
        'content/handed/b.md': head('title: B\ndate: 2022-01-03\ndraft: false'),
        'content/params/_index.md':
          '---\ncascade:\n  - _target: { kind: section }\n    draft: true\n  - _target: { lang: ko }\n    params: { private: true }\n---\n',
        'content/params/a.md': head('title: A\ndate: 2022-01-02'),
        'content/params/a.ko.md': head('title: A\ndate: 2022-01-02'),
        'archetypes/default.md': head('title: "{{ .Name }}"'),
        'layouts/index.html': '{{ range .Pages }}{{ end }}',
        'themes/t/README.md': '# T',
        'notes.md': 'Not content.',
      }),
    ).toEqual({
      'content/_index.md': 'no article',
      'content/about.md': '2021-12-31 About (Blog)',
      'content/log/_index.md': 'no article',
      'content/log/windy.md': '2022-03-03 Windy (Log)',
      'content/log/windy.ko.md': '2022-03-04 바람 (Log)',
      'content/log/windy.fr.md': 'draft',
      'content/log/broken/index.md': '2022-03-31 Broken (Repairs)',
      'content/log/broken/parts.md': 'draft',
      'content/log/broken/deep/index.md': 'draft',
      'content/log/plan.md': 'draft',
      'content/log/fair.md': 'draft',
      'content/log/sale.md': 'draft',
      'content/log/a.tmp.md': 'draft',
      'content/hidden-by-config/a.md': 'draft',
      'content/handed/_index.md': 'no article',
      'content/handed/a.md': 'draft',
      'content/handed/b.md': '2022-01-02 B (Handed)',
      'content/params/_index.md': 'no article',
      'content/params/a.md': '2022-01-01 A (Params)',
      'content/params/a.ko.md': 'draft',
      'archetypes/default.md': 'no article',
      'layouts/index.html': 'no article',
      'themes/t/README.md': 'no article',
      'notes.md': 'draft',
    });
  });

  it('has its settings in several files, too', () => {
    expect(
      outcome({
        'config/_default/config.yaml': 'baseURL: https://x.example/',
        'config/_default/languages.yaml': 'en: {}\nde: { disabled: true }',
        'content/a.md': head('title: A\ndate: 2022-01-01'),
        'content/a.de.md': head('title: A\ndate: 2022-01-01'),
      }),
    ).toEqual({ 'content/a.md': '2022-01-01 A (Blog)', 'content/a.de.md': 'draft' });
  });
});

describe('a site of Zola', () => {
  it('hides what lies below the draft of a section', () => {
    expect(
      outcome({
        'config.toml': 'base_url = "https://z.example"',
        'content/blog/_index.md': '+++\ntitle = "Blog"\n+++\n',
        'content/blog/a.md': '+++\ntitle = "A"\ndate = 2022-01-01\n+++\nText.',
        'content/blog/b.md': '+++\ntitle = "B"\ndate = 2022-01-01\ndraft = true\n+++\nText.',
        'content/later/_index.md': '+++\ndraft = true\n+++\n',
        'content/later/c.md': '+++\ntitle = "C"\ndate = 2022-01-01\n+++\nText.',
      }),
    ).toMatchObject({
      'content/blog/a.md': '2022-01-01 A (Blog)',
      'content/blog/b.md': 'draft',
      'content/later/c.md': 'draft',
    });
  });
});

describe('a site of Hexo', () => {
  it('is read as Hexo reads it', () => {
    expect(
      outcome({
        '_config.yml':
          'timezone: Europe/Berlin\npost_asset_folder: true\nskip_render: ["raw/**"]\nexclude: ["out/**"]\nignore: ["**/ignored.md"]\n',
        'scaffolds/post.md': head('title: "{{ title }}"'),
        'source/_posts/green.md':
          'title: Green tea\ndate: 2022/01/01 00:30:00\ncategories:\n- [Drinks, Hot]\n- [Plants]\n\ntags: [leaf]\n---\n\nText.',
        'source/_posts/black.md': head('title: Black tea\ndate: 2022-01-02 00:15:00 -0500\ncategories: [Drinks, Hot]'),
        'source/_posts/harvest.md': head('title: Harvest\ndate: 2094-01-01'),
        'source/_posts/blend.md': 'title: Blend\npublished: false\n---\nText.',
        'source/_posts/_scratch.md': head('title: Scratch\ndate: 2022-01-05'),
        'source/_posts/ignored.md': head('title: Ignored\ndate: 2022-01-05'),
        'source/_drafts/milk.md': head('title: Milk'),
        'source/_data/people.md': 'Data',
        'source/raw/a.md': head('title: Raw'),
        'source/out/a.md': head('title: Out'),
        'source/about/index.md': head('title: About tea\ndate: 2021-01-02'),
        'themes/plain/README.md': '# Plain',
      }),
    ).toEqual({
      'scaffolds/post.md': 'no article',
      'source/_posts/green.md': '2021-12-31 Green tea (Drinks)',
      'source/_posts/black.md': '2022-01-02 Black tea (Drinks)',
      'source/_posts/harvest.md': 'draft',
      'source/_posts/blend.md': 'draft',
      'source/_posts/_scratch.md': 'draft',
      'source/_posts/ignored.md': 'draft',
      'source/_drafts/milk.md': 'draft',
      'source/_data/people.md': 'no article',
      'source/raw/a.md': 'draft',
      'source/out/a.md': 'draft',
      'source/about/index.md': '2021-01-01 About tea (Blog)',
      'themes/plain/README.md': 'no article',
    });
  });
});

describe('a site of Eleventy', () => {
  it('is read as Eleventy reads it', () => {
    expect(
      outcome({
        'eleventy.config.js':
          'export default function (config) { config.ignores.add("src/skipped/**"); return { dir: { input: "src", includes: "_parts" } }; }',
        '.eleventyignore': 'src/ignored.md\n',
        'src/posts/posts.json': '{ "tags": "posts", "layout": "post" }',
        'src/posts/2020-01-02-one.md': head('title: One'),
        'src/posts/two.md': head('title: Two\ndate: 2020-01-03'),
        'src/posts/two.json': '{ "permalink": false }',
        'src/posts/three.md': head('title: Three\ndate: 2020-01-04\neleventyExcludeFromCollections: true'),
        'src/notes/notes.11tydata.js': 'module.exports = { permalink: false };',
        'src/notes/a.md': head('title: A\ndate: 2020-01-05'),
        'src/notes/b.md': head('title: B\ndate: 2020-01-06\npermalink: /b/'),
        'src/made/made.11tydata.js': 'module.exports = async () => ({ draft: await later() });',
        'src/made/a.md': head('title: A\ndate: 2020-01-05'),
        'src/odd/odd.11tydata.js': 'module.exports = (',
        'src/odd/a.md': head('title: A\ndate: 2020-01-05'),
        'src/computed/computed.11tydata.js':
          'export default { eleventyComputed: { permalink: (data) => data.draft ? false : undefined } };',
        'src/computed/a.md': head('title: A\ndate: 2020-01-05'),
        'src/ignored.md': head('title: Ignored\ndate: 2020-01-05'),
        'src/skipped/a.md': head('title: Skipped\ndate: 2020-01-05'),
        'src/_parts/a.md': 'Part',
        'src/posts/js.md': '---js\n{ title: "JS", date: "2020-01-07", draft: true }\n---\nText.',
        'src/posts/js2.md': '---js\n{ title: "JS", date: "2020-01-07" }\n---\nText.',
      }),
    ).toEqual({
      'src/posts/2020-01-02-one.md': '2020-01-02 One (Blog)',
      'src/posts/two.md': 'draft',
      'src/posts/three.md': 'draft',
      'src/notes/a.md': 'draft',
      'src/notes/b.md': '2020-01-06 B (Notes)',
      'src/made/a.md': 'draft',
      'src/odd/a.md': 'draft',
      'src/computed/a.md': '2020-01-05 A (Computed)',
      'src/ignored.md': 'draft',
      'src/skipped/a.md': 'draft',
      'src/_parts/a.md': 'no article',
      'src/posts/js.md': 'draft',
      'src/posts/js2.md': '2020-01-07 JS (Blog)',
    });
  });
});

describe('a site of Docusaurus', () => {
  it('is read as Docusaurus reads it', () => {
    const texts = {
      'docusaurus.config.ts':
        'import type { Config } from "@docusaurus/types";\nconst config: Config = { url: "https://d.example", baseUrl: "/", presets: [["classic", { blog: { exclude: ["**/internal/**"] }, docs: { path: "guide" } }]], plugins: [["@docusaurus/plugin-content-blog", { id: "news", path: "./news" }]] };\nexport default config;',
      'blog/authors.yml': 'ada:\n  name: Ada Lovelace\n  url: https://example.org/ada\n',
      'blog/2021-03-04-on-sleep.md': head('title: On sleep\nauthors: [ada]'),
      'blog/2021-03-05-bundle/index.mdx': 'import A from "./a";\n\n# A bundle\n\nText.',
      'blog/2021/03-06-folder.md': head('title: Folder'),
      'blog/_hidden.md': head('title: Hidden\ndate: 2021-01-01'),
      'blog/internal/2021-03-07-a.md': head('title: A'),
      'blog/2021-03-08-quiet.md': head('title: Quiet\nunlisted: true'),
      'news/2021-03-09-n.md': head('title: News'),
      'guide/01-intro.md': '# Intro\n\nText.',
      'src/pages/about.md': head('title: About\ndate: 2021-01-01'),
      'elsewhere/a.md': head('title: A\ndate: 2021-01-01'),
    };
    expect(outcome(texts)).toEqual({
      'blog/2021-03-04-on-sleep.md': '2021-03-04 On sleep (Blog)',
      'blog/2021-03-05-bundle/index.mdx': '2021-03-05 A bundle (Blog)',
      'blog/2021/03-06-folder.md': '2021-03-06 Folder (Blog)',
      'blog/_hidden.md': 'draft',
      'blog/internal/2021-03-07-a.md': 'draft',
      'blog/2021-03-08-quiet.md': 'draft',
      'news/2021-03-09-n.md': '2021-03-09 News (Blog)',
      'guide/01-intro.md': '2020-12-31 Intro (Blog)',
      'src/pages/about.md': '2021-01-01 About (Blog)',
      'elsewhere/a.md': 'draft',
    });
    expect(planned(texts).post('blog/2021-03-04-on-sleep.md')?.byline).toEqual(['Ada Lovelace']);
  });
});

describe('settings that cannot be read', () => {
  const post = head('title: A\ndate: 2020-01-01');

  it.each<[string, Record<string, string>]>([
    ['Jekyll', { '_config.yml': 'a: [', '_posts/2020-01-01-a.md': post }],
    ['Hexo', { '_config.yml': 'a: [', 'source/_posts/a.md': post }],
    ['Hugo', { 'hugo.toml': 'a = [', 'content/a.md': post }],
    [
      'Hugo in parts',
      { 'config/_default/hugo.toml': '', 'config/_default/languages.toml': 'a = [', 'content/a.md': post },
    ],
    ['Eleventy', { 'eleventy.config.js': 'export default {', 'a.md': post }],
    ['Docusaurus', { 'docusaurus.config.js': 'module.exports = load();', 'blog/a.md': post }],
  ])('of %s hide everything', (_, texts) => {
    const [only] = planned(texts).posts;
    expect(only).toMatchObject({ status: 'draft', hidden: [expect.stringContaining('cannot be read')] });
  });

  it('hide nothing when they are empty', () => {
    expect(planned({ '_config.yml': '', '_posts/2020-01-01-a.md': post }).posts[0]).toMatchObject({
      status: 'published',
    });
  });
});

describe('a date that says when an article was changed', () => {
  it('is its date where nothing else is', () => {
    expect(planned({ 'a.md': head('title: A\nlastmod: 2020-01-02') }).posts[0]!.created_at).toBe(
      '2020-01-02T00:00:00.000Z',
    );
    expect(planned({ 'a.md': head('title: A\ndate: 2020-01-01\nlastmod: 2020-01-02') }).posts[0]!.created_at).toBe(
      '2020-01-01T00:00:00.000Z',
    );
  });
});

describe('a folder of no known program', () => {
  it('has page bundles, files of every kind, and a list of what is none', () => {
    expect(
      outcome({
        'first/index.md': head('title: First\ndate: 2020-01-01'),
        'second/index.md': '# Second\n\nText.',
        '2021-02-03-third.markdown': 'Third.',
        'fourth.mdx': head('title: Fourth\ndate: 2020-01-04'),
        'fifth.html':
          '<!doctype html><title>Fifth</title><meta name="date" content="2020-01-05"><article><p>Text</p></article>',
        'posts/2020-01-06_Sixth-3fa.html':
          '<html><body><article class="h-entry"><h1 class="p-name">Sixth</h1><section class="e-content"><p>Text</p></section></article></body></html>',
        'posts/security.md': head('title: Security\ndate: 2020-01-07'),
        'de/Bäume/eins.md': head('title: Eins\ndate: 2020-01-08'),
        'seventh.rst': 'Seventh',
        'eighth.md': head('title: Eighth'.concat('\ndate: 2020-01-09'), ''),
        'empty.md': '',
        'index.md': '# Welcome',
        'LICENSE.md': 'MIT',
        'section/_index.md': head('title: Section'),
        'verify.html': '<meta http-equiv="refresh" content="0; url=/">',
      }),
    ).toEqual({
      'first/index.md': '2020-01-01 First (Blog)',
      'second/index.md': '2019-12-31 Second (Blog)',
      '2021-02-03-third.markdown': '2021-02-03 Third (Blog)',
      'fourth.mdx': '2020-01-04 Fourth (Blog)',
      'fifth.html': '2020-01-05 Fifth (Blog)',
      'posts/2020-01-06_Sixth-3fa.html': '2020-01-06 Sixth (Blog)',
      'posts/security.md': '2020-01-07 Security (Blog)',
      'de/Bäume/eins.md': '2020-01-08 Eins (Bäume)',
      'seventh.rst': 'skipped',
      'eighth.md': 'skipped',
      'empty.md': 'no article',
      'index.md': 'no article',
      'LICENSE.md': 'no article',
      'section/_index.md': 'no article',
      'verify.html': 'no article',
    });
  });
});

describe('a date that nobody said', () => {
  const texts = {
    'a.md': head('title: A\ndate: 2020-01-01'),
    'b.md': head('title: B\ndate: 2021-01-01'),
    'c.md': head('title: C'),
  };

  it('never stands on top of the blog', () => {
    expect(planned(texts).posts.map(({ title }) => title)).toEqual(['C', 'A', 'B']);
    expect(planned(texts).datesGuessed).toEqual([{ file: 'c.md', date: '2019-12-31T23:59:59.000Z', from: 'nothing' }]);
  });

  it('is the file’s where that is older than what is said', () => {
    const later = { ...texts, 'd.md': head('title: D\ndate: 2026-07-01') };
    expect(planned(later).posts.map(({ title }) => title)).toEqual(['A', 'B', 'C', 'D']);
  });
});

describe('a post that is scheduled', () => {
  it('is a draft of now, and its remark names the date', () => {
    expect(planned({ 'a.md': head('title: A\ndate: 2095-01-02') }).posts[0]).toMatchObject({
      status: 'draft',
      created_at: '2026-11-29T12:00:00.000Z',
      hidden: ['date: 2095-01-02 is in the future'],
    });
  });
});

describe('foreign syntax', () => {
  const text = (markdown: string) =>
    planned({
      'a/one.md': markdown,
      'a/2020-01-02-two.md': head('title: The second'),
      'a/p.png': 'x',
      'static/s.png': 'y',
    }).post('a/one.md')!;

  it.each([
    ['{% highlight sh %}\nmake\n{% endhighlight %}', '```sh\nmake\n```'],
    ['{% codeblock lang:js %}\na\n{% endcodeblock %}', '```js\na\n```'],
    ['[t]({% post_url 2020-01-02-two %})', '[t](/blog/posts/two)'],
    ['{% post_link 2020-01-02-two %}', '[The second](/blog/posts/two)'],
    ['[t]({{< relref "two.md#part" >}})', '[t](/blog/posts/two#part)'],
    ['[[2020-01-02-two|words]]', '[words](/blog/posts/two)'],
    ['[[nowhere]]', '[[nowhere]]'],
    ['see [[1]](https://example.org/a)', 'see [[1]](https://example.org/a)'],
    ['{{< youtube dQw4w9WgXcQ >}}', 'https://www.youtube.com/watch?v=dQw4w9WgXcQ'],
    ['{% raw %}{{ x }}{% endraw %}', '{{ x }}'],
    ['`{% raw %}`', '`{% raw %}`'],
    ['$(a){b}$', '$(a){b}$'],
    ['{{% youtube dQw4w9WgXcQ %}}', 'https://www.youtube.com/watch?v=dQw4w9WgXcQ'],
    ['{{< tweet user="a" id="12" >}}', 'https://x.com/a/status/12'],
    ['{% twitter https://twitter.com/a/status/12 %}', 'https://twitter.com/a/status/12'],
    ['{% link Some words https://example.org/a true %}', '[Some words](https://example.org/a)'],
    ['See {{< ref "two.md" >}}, {% post_url nowhere %}', 'See /blog/posts/two, nowhere'],
    ['{{</* gallery */>}}', '{{< gallery >}}'],
    ['{% note success %}\n```js\na\n```\n{% endnote %}', '> [!tip]\n> ```js\n> a\n> ```'],
    ['{{< admonition type="warning" title="Mind" >}}\nb\n{{< /admonition >}}', '> [!warning] Mind\n> b'],
    ['{{% notice tip %}}\nb\n{{% /notice %}}', '> [!tip]\n> b'],
    ['{% blockquote Me %}\nWords\n{% endblockquote %}', '> Words\n>\n> — Me'],
    ['::: code-group\n```js [a.js]\n1\n```\n:::', '```js [a.js]\n1\n```'],
    ['::: tabs\n@tab One\nx\n:::', '**One**\nx'],
    ['<Tabs>\n<TabItem value="a" label="First">\n\nx\n\n</TabItem>\n</Tabs>', '**First**\n\nx'],
    ['==marked== and a == b == c', '<mark>marked</mark> and a == b == c'],
    ['A \\\\(x^2\\\\) and \\(not this\\)', 'A $x^2$ and \\(not this\\)'],
    ['\\\\[ x \\\\]', '$$ x $$'],
    ['a^[See *b*] c[^1], 2^[x](y)\n\n[^1]: d', 'a[^note-1] c[^1], 2^[x](y)\n\n[^1]: d\n\n[^note-1]: See *b*'],
    ['`^[a]` and x^2 \\^[a]', '`^[a]` and x^2 \\^[a]'],
    ['```js\n// highlight-next-line\na\nb // [!code highlight]\nc\n```', '```js {1,2}\na\nb\nc\n```'],
    ['```py\n# highlight-start\na\nb\n# highlight-end\nc\n```', '```py {1,2}\na\nb\nc\n```'],
  ])('%j is %j', (before, after) => expect(text(before).render().content).toBe(after));

  it('shows pictures where each program looks for them', () => {
    for (const picture of [
      '{% asset_img p.png "A cup" %}',
      '![A cup]({{ site.baseurl }}/a/p.png)',
      '{{< figure src="p.png" alt="A cup" >}}',
    ])
      expect(text(picture).render().content).toMatch(/^!\[A cup\]\(\/blog\/media\/[0-9a-f]{64}\)$/);
    expect(text('{{< figure src="/s.png" caption="Words" >}}').render().content).toMatch(
      /^!\[Words\]\(\/blog\/media\/\w+\)\n\n\*Words\*$/,
    );
  });

  it('that has no meaning here stays, and is counted by its kind', () => {
    const rendered = text('{{< gallery dir="x" >}} and {% include a.html %} and <Tabs>').render();
    expect(rendered.content).toContain('{{< gallery dir="x" >}} and {% include a.html %} and <Tabs>');
    expect([...rendered.unknown]).toEqual([
      ['{% include %}', 1],
      ['{{< gallery >}}', 1],
      ['<Tabs>', 1],
    ]);
  });
});
