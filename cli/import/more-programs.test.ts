import { describe, expect, it } from 'vitest';
import { planned } from './memory.fixture.ts';

/** What comes of each path: a day and title of what is public, else what it became. */
function outcome(texts: Record<string, string>): Record<string, string> {
  const { posts, asides, skipped } = planned(texts);
  return Object.fromEntries([
    ...posts.map(({ path, status, created_at, title }) => [
      path,
      status === 'draft' ? 'draft' : `${created_at.slice(0, 10)} ${title}`,
    ]),
    ...asides.map(({ file }) => [file, 'no article']),
    ...skipped.map(({ file }) => [file, 'skipped']),
  ]);
}

const head = (fields: string, text = 'Text.') => `---\n${fields}\n---\n${text}\n`;
const toml = (fields: string, text = 'Text.') => `+++\n${fields}\n+++\n${text}\n`;
/** The text of one file as it comes in. */
const text = (path: string, content: string, others: Record<string, string> = {}) =>
  planned({ ...others, [path]: content })
    .post(path)!
    .render().content;

// Forms as each program's own documentation has them.

describe('a site of Zola', () => {
  it('has articles with TOML heads, and sections that are none', () => {
    expect(
      outcome({
        'config.toml': 'base_url = "https://zola.example"\ntitle = "Z"',
        'content/_index.md': toml('title = "Home"\nsort_by = "date"'),
        'content/blog/_index.md': toml('title = "Blog"\nrender = true'),
        'content/blog/first.md': toml('title = "First"\ndate = 2021-02-03\n[taxonomies]\ntags = ["a"]'),
        'content/blog/2021-03-04-named.md': toml('title = "Named"'),
        'content/blog/secret.md': toml('title = "Secret"\ndate = 2021-02-03\ndraft = true'),
        'content/blog/unrendered.md': toml('title = "Unrendered"\ndate = 2021-02-03\nrender = false'),
        'content/blog/bundle/index.md': toml('title = "Bundle"\ndate = 2021-02-04'),
      }),
    ).toEqual({
      'content/_index.md': 'no article',
      'content/blog/_index.md': 'no article',
      'content/blog/first.md': '2021-02-03 First',
      'content/blog/2021-03-04-named.md': '2021-03-04 Named',
      'content/blog/secret.md': 'draft',
      'content/blog/unrendered.md': 'draft',
      'content/blog/bundle/index.md': '2021-02-04 Bundle',
    });
  });

  it('has tags below taxonomies, aliases, and links by @', () => {
    const texts = {
      'config.toml': 'base_url = "https://zola.example"',
      'content/blog/a.md': toml(
        'title = "A"\ndate = 2021-02-03\naliases = ["old/a"]\n[taxonomies]\ntags = ["tea", "cup"]',
        '[b](@/blog/b.md#part)\n\n<!-- more -->\n\nMore.',
      ),
      'content/blog/b.md': toml('title = "B"\ndate = 2021-02-04'),
    };
    const a = planned(texts).post('content/blog/a.md')!;
    expect([a.tags, a.addresses]).toEqual([['tea', 'cup'], expect.arrayContaining(['/old/a'])]);
    expect(a.render().content).toBe('[b](/blog/posts/b#part)\n\n\n\nMore.');
  });
});

describe('what lies in unusual places', () => {
  const post = head('title: T\ndate: 2020-01-01');
  const published = (texts: Record<string, string>) =>
    Object.entries(outcome(texts))
      .filter(([, what]) => !/^(?:draft|no article|skipped)$/.test(what))
      .map(([path]) => path);

  it('is not shown by Zola’s ignored_content, which is for everybody else', () =>
    expect(
      published({
        'config.toml': 'base_url = "https://z.example"\nignored_content = ["*/secret*.md", "todo.md"]',
        'content/blog/secret-plan.md': toml('title = "S"\ndate = 2020-01-01'),
        'content/blog/todo.md': toml('title = "T"\ndate = 2020-01-01'),
        'content/blog/open.md': toml('title = "O"\ndate = 2020-01-01'),
      }),
    ).toEqual(['content/blog/open.md']));

  it('is not shown by Eleventy’s permalinks, nor by constants of MDX', () =>
    expect(
      published({
        'a.md': head('title: A\ndate: 2020-01-01\npermalink:\n  build: false'),
        'b.mdx': 'export const draft = true;\nexport const date = "2020-01-01";\n\n# B\n\nText.\n',
        'c.mdx':
          'export const title = "C";\nexport const date = "2020-01-01";\nexport const published = isReady();\n\nText.\n',
        'd.mdx': 'export const title = "D";\nexport const date = "2020-01-01";\nexport const Box = () => 1;\n\nText.\n',
        'e.md': head('title: E\ndate: 2020-01-01\nready: false'),
      }),
    ).toEqual(['d.mdx']));

  it('is not shown by Astro below names that begin with "_"', () =>
    expect(
      published({
        'astro.config.mjs': 'export default {};',
        'src/content/_ideas/a.md': post,
        'src/content/blog/b.md': post,
      }),
    ).toEqual(['src/content/blog/b.md']));

  it('is not shown by what VitePress and VuePress leave out', () => {
    const config =
      'import { defineConfig } from "vitepress";\nexport default defineConfig({ srcDir: "./src", srcExclude: ["**/todo.md"] });';
    expect(
      published({ '.vitepress/config.mts': config, 'src/a.md': post, 'src/x/todo.md': post, 'notes.md': post }),
    ).toEqual(['src/a.md']);
    expect(
      published({
        'docs/.vuepress/config.js': 'module.exports = { pagePatterns: ["**/*.md", "!**/own.md"] };',
        'docs/a.md': post,
        'docs/own.md': post,
      }),
    ).toEqual(['docs/a.md']);
    expect(published({ '.vitepress/config.ts': 'export default { srcExclude: mine() };', 'a.md': post })).toEqual([]);
    for (const rest of ['srcExclude: ["a/**", secret + "/**"]', 'srcExclude: [...secret]', '...shared'])
      expect(published({ '.vitepress/config.ts': `export default { ${rest} };`, 'a.md': post })).toEqual([]);
    expect(
      published({
        'src/.vuepress/config.ts': 'export default defineUserConfig({ theme });',
        'src/.vuepress/own/themeConfig.ts': 'export const config = { encrypt: { config: { "/secret/": "1" } } };',
        'src/a.md': post,
        'src/b.md': head('date: 2020-01-01\npermalink: /secret/b.html'),
      }),
    ).toEqual(['src/a.md']);
    const behind = (theme: string) =>
      published({
        'src/.vuepress/config.ts': 'export default defineUserConfig({ base: "/", theme });',
        'src/.vuepress/theme.ts': `export default hopeTheme({ ${theme} });`,
        'src/a.md': post,
        'src/own/README.md': post,
        'src/own/b.md': post,
        'src/c.md': post,
      });
    expect(behind('encrypt: { config: { "/c.html": { hint: "x", password: "1" }, "/own/": ["2"] } }')).toEqual([
      'src/a.md',
    ]);
    expect(behind('encrypt: { global: true, admin: "1" }')).toEqual([]);
    expect(behind('encrypt: passwords()')).toEqual([]);
    expect(behind('encrypt: { config: { [secret]: "1", "/c.html": "2" } }')).toEqual([]);
    expect(behind('encrypt: { config: { "/c.html": "}", "/own/": ["2"] } }')).toEqual(['src/a.md']);
    expect(behind('encrypt: { config: { "/c.html": "}}", "/own/": ["2"] } }')).toEqual([]);
    expect(behind('pages: ["**/*.md"], encrypt: { config: { "/c.html": "1", "/own/": "2" } }, /* end */')).toEqual([
      'src/a.md',
    ]);
    expect(behind('\n// encrypt: {}\n')).toHaveLength(4);
  });

  it('is not shown by Quartz outside of content, nor unless it is published where that is asked for', () => {
    const files = {
      'content/a.md': head('title: A\ndate: 2020-01-01\npublish: true'),
      'content/b.md': post,
      'content/own/c.md': head('title: C\npublish: true'),
      'docs/d.md': post,
    };
    const config = (filter: string) => `const config = { ignorePatterns: ["own"], plugins: { filters: [${filter}] } };`;
    expect(published({ ...files, 'quartz.config.ts': config('Plugin.ExplicitPublish()') })).toEqual(['content/a.md']);
    // Patterns are no comments.
    const globs = config('Plugin.ExplicitPublish()').replace('["own"]', '["own/**", "**/drafts"] /* and no more */');
    expect(published({ ...files, 'quartz.config.ts': globs })).toEqual(['content/a.md']);
    const own = 'const config = { ignorePatterns: ["own/**", "**/drafts"] };';
    expect(published({ ...files, 'quartz.config.ts': own })).toEqual(['content/a.md', 'content/b.md']);
    expect(published({ ...files, 'quartz.config.ts': config('\n// Plugin.ExplicitPublish()\n') })).toEqual(
      ['content/b.md', 'content/a.md'].sort(),
    );
  });

  it('is not shown of a vault in which notes say that they are published, of notes with private tags, and of drawings', () => {
    const vault = { '.obsidian/app.json': '{}', 'a.md': 'A note.', 'b.md': head('publish: true', 'B.') };
    expect(published(vault)).toEqual(['b.md']);
    expect(
      published({ '.obsidian/app.json': '{}', 'a.md': 'A note.', 'd.md': head('excalidraw-plugin: parsed') }),
    ).toEqual(['a.md']);
    expect(
      published({
        '.obsidian/app.json': '{}',
        'a.md': head('tags: [Private]'),
        'b.md': 'Text.\n\n#draft #idea\n',
        'c.md': 'Text.\n\n#drafting #private-equity\n',
        'd.md': head('tags: [passwords, privacy]'),
      }).sort(),
    ).toEqual(['c.md', 'd.md']);
  });

  it('is not shown of an account at Medium: where it was used from, whom it blocks', () => {
    const page = (title: string) =>
      `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1><p>192.0.2.7</p></body></html>`;
    const story =
      '<!DOCTYPE html><html><head><title>A</title></head><body><article class="h-entry"><h1 class="p-name">A</h1><section class="e-content"><p>Text.</p></section><time class="dt-published" datetime="2020-01-01T00:00:00Z">x</time></article></body></html>';
    for (const root of ['', 'medium-export/'])
      expect(
        published(
          Object.fromEntries(
            [
              ['posts/2020-01-01_A-1.html', story],
              ['posts/draft_B-2.html', story],
              ...[
                'profile/profile',
                'sessions/sessions-0001',
                'ips/ips-0001',
                'blocks/blocked-users-0001',
                'unheard-of/x',
              ].map((path) => [`${path}.html`, page(path)] as const),
            ].map(([path, text]) => [root + path, text!]),
          ),
        ),
      ).toEqual([`${root}posts/2020-01-01_A-1.html`]);
  });
});

describe('the language of an article', () => {
  const langs = (texts: Record<string, string>) =>
    Object.fromEntries(planned(texts).posts.map(({ path, lang }) => [path, lang]));

  it('is what its head says, in the spelling of any program', () => {
    const of = (fields: string) => langs({ 'a.md': head(`title: A\ndate: 2020-01-01\n${fields}`) })['a.md'];
    expect(['lang: de', 'language: "PT-br"', 'lang: en_US', 'locale: de_DE.UTF-8'].map(of)).toEqual([
      'de',
      'pt-BR',
      'en-US',
      'de-DE',
    ]);
    expect(['lang: js', 'language: python', 'lang: [de, en]', 'lang: ""', 'title2: x'].map(of)).toEqual(
      Array(5).fill(undefined),
    );
  });

  it('is named where it is not understood', () => {
    const { notes } = planned({ 'a.md': head('title: A\ndate: 2020-01-01\nlanguage: Deutsch') });
    expect(notes).toEqual([{ file: 'a.md', reason: 'language not understood: Deutsch' }]);
  });

  it('is that of its file’s name or folder, where the site has several', () => {
    const post = head('title: A\ndate: 2020-01-01');
    const languages =
      '[languages.en]\n[languages.cn]\nlanguageCode = "zh-CN"\n[languages.de]\ncontentDir = "content/german"\n';
    expect(
      langs({
        'hugo.toml': languages,
        'content/posts/a.md': post,
        'content/posts/a.cn.md': post,
        'content/german/posts/b.md': post,
        'content/posts/c.md': head('title: C\ndate: 2020-01-01\nlang: fr'),
      }),
    ).toEqual({
      'content/posts/a.md': 'en',
      'content/posts/a.cn.md': 'zh-CN',
      'content/german/posts/b.md': 'de',
      'content/posts/c.md': 'fr',
    });
    expect(langs({ 'hugo.toml': 'languageCode = "en-us"', 'content/posts/a.md': post })).toEqual({
      'content/posts/a.md': undefined,
    });
    expect(
      langs({
        'config.toml': 'base_url = "https://z.example"\ndefault_language = "fr"\n[languages.de]',
        'content/blog/a.md': post,
        'content/blog/a.de.md': post,
      }),
    ).toEqual({ 'content/blog/a.md': 'fr', 'content/blog/a.de.md': 'de' });
    expect(
      langs({
        'docusaurus.config.js': 'export default { i18n: { defaultLocale: "en", locales: ["en", "pt-BR"] } };',
        'blog/2020-01-01-a.md': post,
        'i18n/pt-BR/docusaurus-plugin-content-blog/2020-01-01-a.md': post,
      }),
    ).toEqual({ 'blog/2020-01-01-a.md': 'en', 'i18n/pt-BR/docusaurus-plugin-content-blog/2020-01-01-a.md': 'pt-BR' });
  });

  it('is what a page of HTML, or what hands fields down, says', () => {
    expect(
      langs({
        '_config.yml': 'defaults:\n  - scope: { path: "_posts/fr" }\n    values: { lang: fr }\n',
        '_posts/fr/2020-01-01-a.md': head('title: A'),
        '_posts/2020-01-01-b.html': '---\ntitle: B\n---\n<html lang="nl"><body><p>Tekst.</p></body></html>',
      }),
    ).toEqual({ '_posts/fr/2020-01-01-a.md': 'fr', '_posts/2020-01-01-b.html': 'nl' });
  });
});

describe('a site of Astro', () => {
  it('has collections in Markdown and MDX, with drafts', () => {
    expect(
      outcome({
        'astro.config.mjs': "export default { site: 'https://astro.example' };",
        'src/content/blog/first.md': head("title: 'First'\npubDate: 'Jul 08 2022'\nheroImage: '../../assets/a.jpg'"),
        'src/content/blog/second.mdx': head(
          'title: Second\npubDate: 2022-07-09',
          "import X from '../X.astro';\n\n<X />\n\nText.",
        ),
        'src/content/blog/draft.md': head('title: Draft\npubDate: 2022-07-10\ndraft: true'),
        'src/content/blog/_hidden.md': head('title: Hidden\npubDate: 2022-07-10'),
        'src/pages/about.md': head('layout: ../layouts/Base.astro\ntitle: About'),
      }),
    ).toMatchObject({
      'src/content/blog/first.md': '2022-07-08 First',
      'src/content/blog/second.mdx': '2022-07-09 Second',
      'src/content/blog/draft.md': 'draft',
      'src/content/blog/_hidden.md': 'draft',
      'src/pages/about.md': expect.stringMatching(/About$/),
    });
  });

  it('loses its imports, and no text', () => {
    const content = text(
      'src/content/blog/a.mdx',
      head('title: A\npubDate: 2022-07-09', "import { B } from './b';\n\nBefore <B x={1}>inside</B> after {1 + 1}."),
    );
    expect(content).not.toContain('import');
    for (const words of ['Before', 'inside', 'after', '{1 + 1}']) expect(content).toContain(words);
  });
});

describe('a site of VitePress or VuePress', () => {
  it('has articles, a start page, and what is not published', () => {
    expect(
      outcome({
        '.vitepress/config.ts': "export default { title: 'V', srcExclude: ['**/todo.md'] };",
        'index.md': head('layout: home\nhero: { name: V }', ''),
        'posts/first.md': head('title: First\ndate: 2023-01-02'),
        'posts/hidden.md': head('title: Hidden\ndate: 2023-01-02\npublish: false'),
        'posts/unlisted.md': head('title: Unlisted\ndate: 2023-01-02\nunlisted: true'),
      }),
    ).toEqual({
      'index.md': 'no article',
      'posts/first.md': '2023-01-02 First',
      'posts/hidden.md': 'draft',
      'posts/unlisted.md': 'draft',
    });
  });

  it('has containers, marked lines and links without endings', () => {
    const content = text(
      'posts/a.md',
      head(
        'title: A\ndate: 2023-01-02',
        '::: tip Try it\nNow.\n:::\n\n```js{1,3}\nx\n```\n\n[b](./b) [c](/posts/b.html)',
      ),
      { 'posts/b.md': head('title: B\ndate: 2023-01-03') },
    );
    expect(content).toContain('> [!tip] Try it\n> Now.');
    expect(content).toContain('```js{1,3}');
    expect(content).toContain('[b](/blog/posts/b) [c](/blog/posts/b)');
  });
});

describe('a vault of Obsidian', () => {
  it('has notes, templates that are none, and comments that nobody sees', () => {
    const made = outcome({
      '.obsidian/app.json': '{}',
      'Notes/On sleep.md': head('tags:\n  - sleep/deep\ncreated: 2022-03-04', 'Text %%a secret%% on.'),
      'Notes/Kept.md': head('publish: false\ncreated: 2022-03-04'),
      'Notes/Shown.md': head('publish: true\ncreated: 2022-03-05'),
    });
    expect(made).toMatchObject({
      'Notes/On sleep.md': 'draft',
      'Notes/Kept.md': 'draft',
      'Notes/Shown.md': '2022-03-05 Shown',
    });
    expect(text('Notes/x.md', head('created: 2022-03-04', 'Text %%a secret%% on.'))).not.toContain('secret');
  });

  it('has links, embedded pictures and callouts', () => {
    const content = text(
      'Notes/a.md',
      head(
        'created: 2022-03-04',
        '[[On sleep|there]] [[On sleep#Deep part]] ![[cup.png|300]]\n\n> [!warning]- Mind\n> it.\n\n==marked== ^block',
      ),
      { 'Notes/On sleep.md': head('created: 2022-03-05'), 'files/cup.png': 'x' },
    );
    expect(content).toContain('[there](/blog/posts/on-sleep) [On sleep](/blog/posts/on-sleep#deep-part)');
    expect(content).toMatch(/!\[\]\(\/blog\/media\/[0-9a-f]{64}\)/);
    expect(content).toContain('> [!warning]- Mind');
  });
});

describe('a garden of Quartz', () => {
  it('publishes what its plug-ins let through', () => {
    expect(
      outcome({
        'quartz.config.ts':
          'export default { configuration: { ignorePatterns: ["private", "templates", ".obsidian"] } };',
        'content/index.md': head('title: Welcome'),
        'content/a.md': head('title: A\ndate: 2024-01-02'),
        'content/draft.md': head('title: Draft\ndate: 2024-01-02\ndraft: true'),
        'content/private/diary.md': head('title: Diary\ndate: 2024-01-02'),
        'content/templates/t.md': head('title: "{{title}}"\ndate: 2024-01-02'),
      }),
    ).toMatchObject({
      'content/a.md': '2024-01-02 A',
      'content/draft.md': 'draft',
      'content/private/diary.md': 'draft',
      'content/templates/t.md': expect.stringMatching(/^(?:draft|no article)$/),
    });
  });

  it('has permalinks and aliases as old addresses', () => {
    const { addresses } = planned({
      'content/a.md': head('title: A\ndate: 2024-01-02\npermalink: /tea\naliases:\n  - /old-tea'),
    }).post('content/a.md')!;
    expect(addresses).toEqual(expect.arrayContaining(['/tea', '/old-tea']));
  });
});

describe('an export of Medium', () => {
  const page = (title: string, time: string, body = '<p>Text.</p>') =>
    `<!DOCTYPE html><html><head><title>${title}</title></head><body><article class="h-entry"><header><h1 class="p-name">${title}</h1></header>` +
    `<section data-field="subtitle" class="p-summary">A summary</section><section data-field="body" class="e-content"><section><div><h3>${title}</h3>${body}</div></section></section>` +
    `<footer><p>By <a href="https://medium.com/@ada" class="p-author h-card">Ada</a>${time && ` on <a href="https://medium.com/p/1"><time class="dt-published" datetime="${time}">x</time></a>`}.</p></footer></article></body></html>`;

  it('has posts by day, and drafts', () => {
    expect(
      outcome({
        'posts/2019-05-06_On-sleep-1a2b3c.html': page('On sleep', '2019-05-06T07:08:09.000Z'),
        'posts/draft_Not-yet-4d5e6f.html': page('Not yet', ''),
      }),
    ).toEqual({
      'posts/2019-05-06_On-sleep-1a2b3c.html': '2019-05-06 On sleep',
      'posts/draft_Not-yet-4d5e6f.html': 'draft',
    });
  });

  it('shows a title once, its author, and figures', () => {
    const made = planned({
      'posts/2019-05-06_A-1.html': page(
        'A',
        '2019-05-06T07:08:09.000Z',
        '<figure><img src="https://cdn-images-1.medium.com/a.png"><figcaption>A cup</figcaption></figure><pre>code</pre>',
      ),
    }).post('posts/2019-05-06_A-1.html')!;
    const { content, foreign } = made.render();
    expect(made.byline).toEqual(['Ada']);
    expect(content).not.toContain('# A');
    expect(content).toContain('A cup');
    expect(content).toContain('code');
    expect(foreign).toEqual(['https://cdn-images-1.medium.com/a.png']);
  });
});

describe('a site of Eleventy or Docusaurus', () => {
  it('of Eleventy keeps what its data hides, and shows the rest', () => {
    expect(
      outcome({
        'eleventy.config.js': 'export default () => ({ dir: { input: "content" } });',
        'content/blog/blog.11tydata.js': 'export default { tags: ["posts"], layout: "post" };',
        'content/blog/first.md': head('title: First\ndate: 2018-05-01'),
        'content/blog/secret.md': head('title: Secret\ndate: 2018-05-01\npermalink: false'),
        'content/blog/apart.md': head('title: Apart\ndate: 2018-05-01\neleventyExcludeFromCollections: true'),
      }),
    ).toMatchObject({
      'content/blog/first.md': '2018-05-01 First',
      'content/blog/secret.md': 'draft',
      'content/blog/apart.md': 'draft',
    });
  });

  it('of Docusaurus dates by names and folders', () => {
    expect(
      outcome({
        'docusaurus.config.ts': 'export default { title: "D", url: "https://d.example" };',
        'blog/2021-08-26-welcome/index.md': head('slug: welcome\ntitle: Welcome'),
        'blog/2019-05-29-long.mdx': head('title: Long', 'Begin\n\n{/* truncate */}\n\nEnd'),
        'blog/2020-01-01-unlisted.md': head('title: U\nunlisted: true'),
        'blog/_part.mdx': 'A part.',
      }),
    ).toMatchObject({
      'blog/2021-08-26-welcome/index.md': '2021-08-26 Welcome',
      'blog/2019-05-29-long.mdx': '2019-05-29 Long',
      'blog/2020-01-01-unlisted.md': 'draft',
      'blog/_part.mdx': expect.stringMatching(/^(?:draft|no article)$/),
    });
  });
});
