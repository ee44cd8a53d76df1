import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { planned } from './memory.fixture.ts';

const head = (fields: string, text = 'Text.') => `---\n${fields}\n---\n\n${text}\n`;
const toml = (fields: string, text = 'Text.') => `+++\n${fields}\n+++\n\n${text}\n`;
const picture = Buffer.from('89504e470d0a1a0a', 'hex');
const shown = `/blog/media/pictures/${createHash('sha256').update(picture).digest('hex')}-1280.jpg`;

type Planned = ReturnType<typeof planned>;
const titles = ({ posts }: Planned, status: string) =>
  posts
    .filter((post) => post.status === status)
    .map(({ title }) => title)
    .sort();

describe('a blog of Zola with taxonomies and extra fields', () => {
  const made = planned({
    'config.toml':
      'base_url = "https://moss.example/notes"\ndefault_language = "en"\ntaxonomies = [{name = "tags"}, {name = "categories"}]\n[languages.de]\n',
    'content/_index.md': toml('title = "Moss"'),
    'content/log/_index.md': toml('title = "Log"\nsort_by = "date"\ntransparent = true'),
    'content/log/2023-05-06-liverwort.md': toml(
      'title = "Liverwort"\n[taxonomies]\ntags = ["wet", "green"]\ncategories = ["Plants"]\nauthors = ["Ada"]\n[extra]\nsummary = "short"\ntoc = true',
      '{{ youtube(id="dQw4w9WgXcQ") }}\n\n[other](@/log/hornwort/index.md#spores)\n\n{% quote(author="G") %}\nSlow.\n{% end %}',
    ),
    'content/log/hornwort/index.md': toml(
      'title = "Hornwort"\ndate = 2023-06-07T08:09:10Z\nslug = "horn"',
      '![h](h.png)',
    ),
    'content/log/hornwort/h.png': picture,
    'content/log/placed.md': toml('title = "Placed"\ndate = 2023-01-01\npath = "about/placed"'),
    'content/log/liverwort.de.md': toml('title = "Lebermoos"\ndate = 2023-05-07'),
    'content/log/hidden.md': toml('title = "Hidden"\ndate = 2023-01-02\n[extra]\nunlisted = true'),
    'content/log/draft.md': toml('title = "Draft"\ndate = 2023-01-02\ndraft = true'),
    'content/log/later.md': toml('title = "Later"\ndate = 2093-01-02'),
  });

  it('shows what was public', () => {
    expect(titles(made, 'published')).toEqual(['Hornwort', 'Lebermoos', 'Liverwort', 'Placed']);
    expect(titles(made, 'draft')).toEqual(['Draft', 'Hidden', 'Later']);
  });

  it('keeps its addresses, without the day in a name', () => {
    const addresses = (path: string) => made.post(`content/log/${path}`)!.addresses;
    expect(addresses('2023-05-06-liverwort.md')).toEqual(['/notes/log/liverwort']);
    expect(addresses('hornwort/index.md')).toEqual(['/notes/log/horn']);
    expect(addresses('placed.md')).toEqual(['/notes/about/placed']);
    expect(addresses('liverwort.de.md')).toEqual(['/notes/de/log/liverwort']);
    expect(addresses('hidden.md')).toEqual([]);
    expect(made.post('content/log/2023-05-06-liverwort.md')).toMatchObject({
      slug: 'liverwort',
      created_at: '2023-05-06T00:00:00.000Z',
      tags: ['wet', 'green'],
      category_name: 'Plants',
      byline: ['Ada'],
    });
  });

  it('has its pictures, links and shortcodes', () => {
    const { content, unknown } = made.post('content/log/2023-05-06-liverwort.md')!.render();
    expect(content).toContain('[other](/blog/posts/horn#spores)');
    expect(content).toBe(
      'https://www.youtube.com/watch?v=dQw4w9WgXcQ\n\n[other](/blog/posts/horn#spores)\n\n> Slow.\n>\n> — G',
    );
    expect([...unknown]).toEqual([]);
    expect(made.post('content/log/hornwort/index.md')!.render().content).toBe(`![h](${shown})`);
  });
});

describe('collections of Astro', () => {
  const config = [
    "import { defineCollection, z } from 'astro:content';",
    "import { glob } from 'astro/loaders';",
    'const common = { lang: z.string().default("de"), publishedAt: z.coerce.date().default(new Date()) };',
    'const blog = defineCollection({',
    "  type: 'content',",
    '  schema: ({ image }) => z.object({ ...common, title: z.string(), cover: z.object({ hidden: z.boolean().default(true) }).optional(), draft: z.boolean().optional().default(true) }),',
    '});',
    'const notes = defineCollection({',
    "  loader: glob({ pattern: '**/*.{md,mdx,mdoc}', base: './data/notes' }),",
    '  schema: z.object({ title: z.string() }).extend({ published: z.boolean().default(false) }),',
    '});',
    "const open = defineCollection({ schema: z.object({ draft: z.boolean().default(() => false), status: z.enum(['live', 'draft']).default(stage) }) });",
    'export const collections = { blog, notes, "open": open };',
  ].join('\n');
  const made = planned({
    'astro.config.mjs':
      "import { defineConfig } from 'astro/config';\nexport default defineConfig({ site: 'https://astro.example', base: '/b' });",
    'src/content.config.ts': config,
    'src/content/blog/silent.md': head('title: Silent\npubDate: 2024-01-01'),
    'src/content/blog/said.mdx': head(
      'title: Said\npubDate: 2024-01-02\ndraft: false\ntags: [a]',
      'import Box from "../Box.astro";\nimport { Image } from "astro:assets";\n\n<Box kind="tip">\n\nInside.\n\n</Box>\n\n[own](https://astro.example/b/blog/said/)',
    ),
    'data/notes/one.md': head('title: One'),
    'data/notes/two.mdoc': head(
      'title: Two\npublished: true\ndate: 2024-01-04',
      'Text {% callout type="note" %}in a box{% /callout %}.',
    ),
    'src/content/open/three.md': head('title: Three\nstatus: live\ndate: 2024-01-03'),
    'src/content/open/four.md': head('title: Four\ndate: 2024-01-03'),
  });

  it('hide what their schemas hide where a head says nothing', () => {
    expect(titles(made, 'published')).toEqual(['Said', 'Three', 'Two']);
    expect(made.post('src/content/blog/silent.md')!.hidden).toEqual(['draft: true']);
    expect(made.post('data/notes/one.md')!.hidden).toEqual(['published: false']);
    expect(made.post('src/content/open/four.md')!.hidden).toEqual(['status cannot be read without running it']);
  });

  it('have what else their schemas say, entries of Markdoc, and links to the site itself', () => {
    const said = made.post('src/content/blog/said.mdx')!;
    expect([said.lang, said.tags]).toEqual(['de', ['a']]);
    expect(said.render().content).toContain('Inside.');
    expect(said.render().content).toContain('[own](/blog/posts/said)');
    expect([...said.render().unknown]).toEqual([['<Box>', 1]]);
    expect(made.post('data/notes/two.mdoc')!.render().content).toContain('in a box');
    expect(made.notes).toEqual([]);
  });
});

describe('a blog of Docusaurus in two languages', () => {
  const made = planned({
    'docusaurus.config.js':
      'export default { url: "https://d.example", baseUrl: "/site/", i18n: { defaultLocale: "en", locales: ["en", "ko"] }, presets: [["classic", { blog: { routeBasePath: "news" }, docs: {} }]] };',
    'blog/authors.yml': 'ada:\n  name: Ada L.\n  url: https://ada.example\n',
    'blog/tags.yml': 'sleep:\n  label: Deep sleep\n  permalink: /sleep\n',
    'blog/2021-03-04-on-sleep.md': head(
      'title: On sleep\nauthors: ada\ntags:\n  - sleep\n  - label: Night\n    permalink: /night\n  - owls',
      'Short.\n\n<!-- truncate -->\n\n:::info[Mind]\n\nRest.\n\n:::',
    ),
    'blog/2021/nested/2021-03-05-deep.md': head('title: Deep'),
    'blog/own.mdx': head(
      'title: Own\nslug: /chosen\ndate: 2021-03-06',
      "import T from '@theme/Tabs';\n\n<T />\n\nText.",
    ),
    'blog/2021-03-07-hidden.md': head('title: Hidden\ndraft: true'),
    'blog/2021-03-08-unlisted.md': head('title: Unlisted\nunlisted: true'),
    'docs/01-start/02-install.md': head('id: setup\ntitle: Install'),
    'docs/index.md': head('slug: /\ntitle: Docs'),
    'i18n/ko/docusaurus-plugin-content-blog/2021-03-04-on-sleep.md': head('title: 잠에 대하여\nauthors: ada'),
    'i18n/ko/docusaurus-plugin-content-blog/2021-03-07-hidden.md': head('title: 숨김\ndraft: true'),
    'i18n/ko/docusaurus-plugin-content-docs/current/01-start/02-install.md': head('id: setup\ntitle: 설치'),
    'i18n/ko/code.json': '{}',
  });

  it('shows what was public, in each language', () => {
    expect(titles(made, 'draft')).toEqual(['Hidden', 'Unlisted', '숨김']);
    expect(made.post('i18n/ko/docusaurus-plugin-content-blog/2021-03-04-on-sleep.md')).toMatchObject({
      lang: 'ko',
      created_at: '2021-03-04T00:00:00.000Z',
      byline: ['Ada L.'],
      addresses: ['/site/ko/news/2021/03/04/on-sleep'],
    });
  });

  it('has tags by their labels', () =>
    expect(made.post('blog/2021-03-04-on-sleep.md')!.tags).toEqual(['Deep sleep', 'Night', 'owls']));

  it('keeps the addresses that follow from days, slugs and folders', () => {
    const addresses = (path: string) => made.post(path)!.addresses;
    expect(addresses('blog/2021-03-04-on-sleep.md')).toEqual(['/site/news/2021/03/04/on-sleep']);
    expect(addresses('blog/2021/nested/2021-03-05-deep.md')).toEqual(['/site/news/2021/03/05/2021/nested/deep']);
    expect(addresses('blog/own.mdx')).toEqual(['/site/news/chosen']);
    expect(addresses('docs/01-start/02-install.md')).toEqual(['/site/docs/start/setup']);
    expect(addresses('i18n/ko/docusaurus-plugin-content-docs/current/01-start/02-install.md')).toEqual([
      '/site/ko/docs/start/setup',
    ]);
    expect(addresses('blog/2021-03-08-unlisted.md')).toEqual([]);
  });
});

describe('a garden of Quartz with embeds and aliases', () => {
  const made = planned({
    'quartz.config.ts':
      'const config = { configuration: { ignorePatterns: ["private", "templates"] }, plugins: { filters: [Plugin.RemoveDrafts()] } };\nexport default config;',
    'content/index.md': head('title: Garden'),
    'content/Seed bank.md': head(
      'title: Seed bank\ndate: 2024-02-03\naliases:\n  - seeds\n  - old/seed-bank\ntags:\n  - garden/seeds\npermalink: seedbank',
      '![[Drying#How]]\n\n![[jar.png|200]]\n\n[[Drying|dry them]] and [[private/Diary]]',
    ),
    'content/Drying.md': head('title: Drying\ndate: 2024-02-04\npublish: true', '## How\n\nSlowly.'),
    'content/No.md': head('title: No\npublish: false'),
    'content/Not yet.md': head('title: Not yet\ndraft: "true"'),
    'content/private/Diary.md': head('title: Diary'),
    'content/attachments/jar.png': picture,
  });

  it('shows what was public', () => {
    expect(titles(made, 'published')).toEqual(['Drying', 'Garden', 'Seed bank']);
    expect(titles(made, 'draft')).toEqual(['Diary', 'No', 'Not yet']);
  });

  it('leads to what it embeds, and keeps aliases', () => {
    const bank = made.post('content/Seed bank.md')!;
    expect(bank.render().content).toBe(
      `[Drying](/blog/posts/drying#how)\n\n![](${shown})\n\n[dry them](/blog/posts/drying) and [private/Diary](/blog/posts/diary)`,
    );
    expect(bank.addresses).toEqual(expect.arrayContaining(['/seeds', '/old/seed-bank', '/seedbank']));
    expect(bank.tags).toEqual(['garden/seeds']);
  });
});

describe('a blog of Eleventy with data of its folders', () => {
  const made = planned({
    'eleventy.config.js': 'export default function (config) { return { dir: { input: "src" } }; }',
    'src/posts/posts.json': '{ "tags": ["posts", "recipes"], "author": "Ada", "lang": "fr" }',
    'src/posts/salt.md': head('title: Salt\ndate: 2022-02-03\ntags: [posts, sea, nav]'),
    'src/posts/pepper.md': head('title: Pepper\ndate: 2022-02-04'),
    'src/posts/apart.md': head('title: Apart\ndate: 2022-02-05\neleventyExcludeFromCollections: [posts]'),
    'src/posts/njk.njk': head('title: Written in Nunjucks\ndate: 2022-02-06'),
    'src/index.njk': head('title: Home\nlayout: base.njk', '{% for post in collections.posts %}{% endfor %}'),
    'src/feed.njk': head('permalink: /feed.xml'),
    'src/_includes/base.njk': head('title: Base\ndate: 2022-01-01'),
    'src/robots.txt': 'User-agent: *',
    'src/plain.txt': head('title: A text'),
    'src/computed/computed.11tydata.js':
      'export default { eleventyComputed: { eleventyExcludeFromCollections: (data) => data.wip } };',
    'src/computed/wip.md': head('title: In work\ndate: 2022-02-07\nwip: true'),
    'src/computed/done.md': head('title: Done\ndate: 2022-02-08\nwip: false'),
  });

  it('shows what was public', () => {
    expect(titles(made, 'published')).toEqual(['Done', 'Pepper', 'Salt']);
    expect(titles(made, 'draft')).toEqual(['Apart', 'In work']);
  });

  it('takes names of its lists for no tags', () => {
    expect(made.post('src/posts/salt.md')).toMatchObject({ tags: ['sea'], lang: 'fr', byline: ['Ada'] });
    expect(made.post('src/posts/pepper.md')!.tags).toEqual(['recipes']);
  });

  it('names articles in forms that are not read', () => {
    expect(made.skipped).toEqual([
      { file: 'src/plain.txt', reason: 'its form (.txt) is not read' },
      { file: 'src/posts/njk.njk', reason: 'its form (.njk) is not read' },
    ]);
    expect(made.asides.filter(({ file }) => /njk|txt/.test(file))).toEqual([
      { file: 'src/index.njk', reason: 'it is a template (.njk)' },
    ]);
  });
});

describe('an export of Medium with responses', () => {
  const page = (title: string, body: string, time = '2019-05-06T07:08:09.000Z') =>
    `<!DOCTYPE html><html><head><title>${title}</title></head><body><article class="h-entry"><header><h1 class="p-name">${title}</h1></header>` +
    `<section data-field="body" class="e-content"><section class="section section--body"><div class="section-inner">${body}</div></section></section>` +
    `<footer><p>By <a href="https://medium.com/@ada" class="p-author h-card">Ada</a>${time && ` on <a href="https://medium.com/p/1"><time class="dt-published" datetime="${time}">x</time></a>`}.</p></footer></article></body></html>`;
  const made = planned({
    'posts/2019-05-06_A-story-1.html': page(
      'A story',
      '<h3 class="graf graf--h3 graf--title">A story</h3><p>A story begins.</p>',
    ),
    'posts/2019-05-07_Thank-you-2.html': page(
      'Thank you &amp; yours, this',
      '<p>Thank you &amp; yours, this <em>helped</em> me.</p>',
    ),
    'posts/2019-05-08_Untitled-picture-3.html': page(
      'Photo essay',
      '<figure><img src="https://cdn-images-1.medium.com/a.png"></figure><p>Light.</p>',
    ),
    'posts/draft_Later-4.html': page('Later', '<h3>Later</h3><p>Not yet.</p>', ''),
    'profile/profile.html': '<html><body><h1>Ada</h1></body></html>',
    'highlights/highlights-0001.html': '<html><body><h1>Highlights</h1></body></html>',
  });

  it('shows its stories; what answers others has no title of its own', () => {
    expect(titles(made, 'published')).toEqual(['A story', 'Photo essay']);
    expect(titles(made, 'draft')).toEqual(['Later', 'Thank you & yours, this']);
    expect(made.post('posts/2019-05-07_Thank-you-2.html')!.hidden).toEqual([
      'it has no title of its own, as responses to stories have none',
    ]);
  });
});

describe('a blog of Hexo with folders of pictures and encrypted tags', () => {
  const made = planned({
    '_config.yml':
      'url: https://tea.example\npermalink: :year/:month/:title/\npost_asset_folder: true\nencrypt:\n  abstract: Locked\n  tags:\n    - {name: secret, password: "1234"}\n    - {name: open, password: ""}\n',
    'source/_posts/green.md': head(
      'title: Green\ndate: 2022-01-02 03:04:05\ntags: [leaf, open]',
      '{% asset_img cup.png 200 "A cup" %}\n\n![](cup.png)\n\n{% asset_link list.pdf The list %}\n\n{% post_link black Black one %}',
    ),
    'source/_posts/green/cup.png': picture,
    'source/_posts/green/list.pdf': 'pdf',
    'source/_posts/black.md': head('title: Black\ndate: 2022-01-03\ntags:\n  - leaf\n  - secret'),
    'source/_posts/locked.md': head('title: Locked\ndate: 2022-01-04\npassword: tea'),
    'source/_posts/gone.md': head('title: Gone\ndate: 2022-01-05\nhidden: true'),
  });

  it('shows what was public', () => {
    expect(titles(made, 'published')).toEqual(['Green']);
    expect(made.post('source/_posts/black.md')!.hidden).toEqual([
      'encrypt of _config.yml asks for a password for the tag secret',
    ]);
  });

  it('has the pictures of its folders', () => {
    const green = made.post('source/_posts/green.md')!;
    const { content } = green.render();
    expect(content).toContain(`![A cup](${shown})\n\n![](${shown})`);
    expect(content).toContain('[Black one](/blog/posts/black)');
    expect(green.addresses).toEqual(['/2022/01/green']);
  });
});

describe('a blog of Jekyll that hides in every way', () => {
  const made = planned({
    '_config.yml':
      'future: false\ncollections:\n  essays: {output: true, permalink: /e/:path/}\n  people: {output: false}\ndefaults:\n  - scope: {path: "", type: essays}\n    values: {published: false}\n',
    '_posts/2020-01-02-open.md': head('title: Open'),
    '_posts/2020-01-03-closed.md': head('title: Closed\npublished: false'),
    '_posts/2093-01-03-later.md': head('title: Later'),
    '_posts/2020-01-04-moved-to-the-future.md': head('title: Moved\ndate: 2093-01-01 10:00:00 +0900'),
    '_drafts/idea.md': head('title: Idea\ndate: 2020-01-01'),
    'work/_drafts/plan.md': head('title: Plan\ndate: 2020-01-01'),
    '_essays/long.md': head('title: Long\ndate: 2020-01-05'),
    '_essays/shown.md': head('title: Shown\ndate: 2020-01-06\npublished: true'),
    '_people/ada.md': head('title: Ada'),
  });

  it('shows the rest', () => {
    expect(titles(made, 'published')).toEqual(['Open', 'Shown']);
    expect(made.posts.find(({ title }) => title === 'Moved')).toMatchObject({
      status: 'draft',
      published_at: '2093-01-01T01:00:00.000Z',
    });
    expect(made.post('_essays/shown.md')!.addresses).toEqual(['/e/shown']);
  });
});

describe('an export of a shop in two languages', () => {
  const item = (id: number, type: string, rest = '', content = 'Text.', status = 'publish') =>
    `<item><title><![CDATA[T${id}]]></title><link>https://shop.example/t${id}/</link><dc:creator><![CDATA[ed]]></dc:creator><content:encoded><![CDATA[${content}]]></content:encoded>` +
    `<wp:post_id>${id}</wp:post_id><wp:post_date_gmt><![CDATA[2020-06-01 21:30:00]]></wp:post_date_gmt><wp:post_name><![CDATA[news]]></wp:post_name><wp:status><![CDATA[${status}]]></wp:status><wp:post_type><![CDATA[${type}]]></wp:post_type>${rest}</item>\n`;
  const language = (code: string, name: string) =>
    `<category domain="language" nicename="${code}"><![CDATA[${name}]]></category>`;
  const meta = (key: string, value: string) =>
    `<wp:postmeta><wp:meta_key><![CDATA[${key}]]></wp:meta_key><wp:meta_value><![CDATA[${value}]]></wp:meta_value></wp:postmeta>`;
  const made = planned({
    'export.xml':
      '<?xml version="1.0"?>\n<rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/" xmlns:content="x" xmlns:dc="y"><channel><language>en-US</language><wp:wxr_version>1.2</wp:wxr_version><wp:base_blog_url>https://shop.example</wp:base_blog_url>' +
      item(
        1,
        'post',
        `${language('en', 'English')}<category domain="post_translations" nicename="pll_1"><![CDATA[pll_1]]></category>`,
      ) +
      item(2, 'post', language('de', 'Deutsch')) +
      item(3, 'page', meta('_wpml_import_language_code', 'pt-br')) +
      item(4, 'product', '<category domain="product_cat" nicename="tea"><![CDATA[Tea]]></category>', 'A tea.') +
      item(
        5,
        'shop_order',
        meta('_billing_email', 'ada@example.org'),
        'Leave it at the door of Ada, 1 High Street.',
        'wc-completed',
      ) +
      item(6, 'shop_order_refund', '', 'To Ada.', 'wc-completed') +
      item(7, 'shop_coupon', '', 'TEN', 'publish') +
      item(8, 'flamingo_inbound', '', 'Please call me: 123', 'publish') +
      item(9, 'feedback', '', 'Please call me: 456', 'publish') +
      item(10, 'product_variation', '', 'Small') +
      '</channel></rss>',
  });

  it('shows its news in each language; products are drafts, and nothing of customers comes in', () => {
    expect(made.posts.map(({ title, status, lang, slug }) => [title, status, lang, slug])).toEqual([
      ['T1', 'published', 'en', 'news'],
      ['T2', 'published', 'de', 'news-de'],
      ['T3', 'published', 'pt-BR', 'news-pt-br'],
      ['T4', 'draft', undefined, expect.any(String)],
    ]);
    expect(made.post('export.xml#4')!.hidden).toEqual(['it is of the kind product']);
    expect(made.skipped).toEqual([]);
    expect(made.asides.map(({ reason }) => reason)).toEqual([
      'it is no article (shop_order)',
      'it is no article (shop_order_refund)',
      'it is no article (shop_coupon)',
      'it is no article (flamingo_inbound)',
      'it is no article (feedback)',
      'it is no article (product_variation): T10',
    ]);
  });
});

describe('a graph of Logseq', () => {
  const pages = {
    'pages/Salt.md':
      'public:: true\ntags:: sea, [[white]]\n\n- Salt is\n  id:: 64a1\n  collapsed:: true\n\t- [[Secret]] here #taste',
    'pages/Secret.md': '- Nobody knows.',
    'pages/Shut.md': 'public:: false\n\n- Shut.',
    'pages/a___b.md': 'public:: true\ntitle:: Named otherwise\n\n- Text.',
    'journals/2024_02_03.md': '- Dear diary',
    'journals/2024_02_04.md': 'public:: true\n\n- For all.',
    'logseq/bak/pages/Salt.md': '- Old text',
    'archived/pages/x.md': '- x',
  };
  const open = '{:meta/version 1\n ;; :hidden ["/pages"]\n :hidden ["/archived"]\n :publishing/all-pages-public? true}';

  it('shows the pages that say so', () => {
    const made = planned({ ...pages, 'logseq/config.edn': '{;; :publishing/all-pages-public? true\n}' });
    expect(titles(made, 'published')).toEqual(['2024-02-04', 'Named otherwise', 'Salt']);
    expect(made.post('pages/Secret.md')!.hidden).toEqual(['Logseq shows what says "public:: true", and it does not']);
    expect(made.asides.map(({ file }) => file)).toEqual(['archived/pages/x.md', 'logseq/bak/pages/Salt.md']);
    expect(made.post('journals/2024_02_04.md')!.created_at).toBe('2024-02-04T00:00:00.000Z');
    const salt = made.post('pages/Salt.md')!;
    expect(salt.render().content).toBe('- Salt is\n\t- [Secret](/blog/posts/secret) here #taste');
    expect(salt.tags).toEqual(['sea', 'white', 'taste']);
  });

  it('shows all that do not say otherwise where its settings have it so', () =>
    expect(titles(planned({ ...pages, 'logseq/config.edn': open }), 'draft')).toEqual(['Shut']));
});

describe('an export of Notion', () => {
  const id = '0123456789abcdef0123456789abcdef';
  const made = planned({
    [`Blog ${id}/On salt ${id}.md`]: `# On salt\n\nStatus: Published\nTags: sea, white\nCreated: March 4, 2021 10:00 AM\n\nText. [Next](On%20pepper%20${id}.md)\n`,
    [`Blog ${id}/On pepper ${id}.md`]: '# On pepper\n\nStatus: Not started\nCreated: March 5, 2021\n\nText.\n',
    [`Blog ${id}/On sugar ${id}.md`]: '# On sugar\n\nPublish: No\nCreated: March 6, 2021\n\nText.\n',
    'adr.md': '# A decision\n\nStatus: we shipped it\n\nText.\n',
  });

  it('shows what its properties say is published', () => {
    expect(titles(made, 'published')).toEqual(['A decision', 'On salt']);
    expect(titles(made, 'draft')).toEqual(['On pepper', 'On sugar']);
  });

  it('has titles, tags, dates and links, and no numbers of pages', () => {
    const salt = made.post(`Blog ${id}/On salt ${id}.md`)!;
    expect(salt).toMatchObject({ slug: 'on-salt', tags: ['sea', 'white'], created_at: '2021-03-04T10:00:00.000Z' });
    expect(salt.render().content).toBe('Text. [Next](/blog/posts/on-pepper)');
    expect(salt.category_name).toBe('Blog');
    expect(made.post('adr.md')!.render().content).toContain('Status: we shipped it');
  });
});

describe('an export of Substack', () => {
  const made = planned({
    'posts.csv':
      'post_id,post_date,is_published,email_sent_at,inbox_sent_at,type,audience,title,subtitle,podcast_url\n' +
      '101.on-salt,2022-03-04T05:06:07.000Z,true,,,newsletter,everyone,"On salt, ""white""",Under it,\n' +
      '102.for-payers,2022-03-05T05:06:07.000Z,true,,,newsletter,only_paid,For payers,,\n' +
      '103.idea,,false,,,newsletter,everyone,Idea,,\n' +
      '104.talk,2022-03-06T05:06:07.000Z,true,,,thread,everyone,Talk,,\n',
    'posts/101.on-salt.html': '<p>Salt is <b>white</b>.</p>',
    'posts/102.for-payers.html': '<p>Paid.</p>',
    'posts/103.idea.html': '<p>Idea.</p>',
    'posts/104.talk.html': '<p>Talk.</p>',
    'posts/105.unheard-of.html': '<p>Unheard of.</p>',
    'posts/101.delivers.csv': 'email\nada@example.org\n',
    'email_list.x.csv': 'email\nada@example.org\n',
  });

  it('shows what was for everyone, as its table says', () => {
    expect(titles(made, 'published')).toEqual(['On salt, "white"']);
    expect(made.post('posts/101.on-salt.html')).toMatchObject({
      slug: 'on-salt',
      created_at: '2022-03-04T05:06:07.000Z',
      addresses: ['/p/on-salt'],
      category_name: 'Blog',
    });
    expect(made.posts.flatMap(({ path, hidden }) => (hidden.length > 0 ? [[path, hidden]] : [])).sort()).toEqual([
      ['posts/102.for-payers.html', ['audience: only_paid']],
      ['posts/103.idea.html', ['is_published: false']],
      ['posts/104.talk.html', ['it is of the kind thread']],
      ['posts/105.unheard-of.html', ['posts.csv does not name it']],
    ]);
  });

  it('hides everything where the table cannot be read', () =>
    expect(
      titles(planned({ 'posts.csv': 'post_id\n"open', 'posts/101.on-salt.html': '<p>Salt.</p>' }), 'published'),
    ).toEqual([]));
});
