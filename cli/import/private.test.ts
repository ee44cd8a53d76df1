import fc from 'fast-check';
import { stringify as toml } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { stringify as yaml } from 'yaml';
import { planned } from './memory.fixture.ts';

const status = (path: string, text: string, beside: Record<string, string> = {}) =>
  planned({ ...beside, [path]: text }).post(path)?.status;

describe('a head that says "not public"', () => {
  it.each([
    'draft: true',
    'draft: True',
    'draft: yes',
    'draft: "true"',
    "draft: 'yes'",
    'draft: on',
    'draft: 1',
    'draft: maybe',
    'Draft: TRUE',
    'isDraft: true',
    'draft : true',
    'draft: true # not yet',
    'draft: false\ndraft: true',
    'draft: true\nDraft: false',
    'draft: &a true\nother: *a',
    'base: &b { draft: true }\n<<: *b',
    'published: false',
    'published: no',
    'published: "false"',
    'published: off',
    'published: 0',
    'published: later',
    'publish: false',
    'dg-publish: false',
    'public: false',
    'status: draft',
    'status: Draft',
    'status: pending',
    'status: [private]',
    'status: in review',
    'post_status: future',
    'private: true',
    'hidden: true',
    'unlisted: true',
    'visibility: private',
    'visibility: members',
    'visibility: unlisted',
    'access: private',
    'layout: draft',
    'type: private',
    'password: spade',
    'password: 1234',
    'secret: true',
    'headless: true',
    'permalink: false',
    'eleventyExcludeFromCollections: true',
    'eleventyExcludeFromCollections: [posts]',
    'expiryDate: 2020-02-01',
    'expires: 2020-02-01T00:00:00Z',
    'unpublishdate: 2020-02-01',
    'expired: true',
    'publishDate: 2096-01-01',
    'published: 2096-01-01',
    'date: 2096-01-01',
    'date: 1/2/2096',
    'build: { render: never }',
    'build:\n  list: never',
    '_build: { render: false }',
    'params: { draft: true }',
    'extra:\n  meta:\n    private: "yes"',
    'meta: { status: private }',
    'wip: true',
  ])('%j makes a draft', (line) => {
    const { posts } = planned({ 'a/b.md': `---\ntitle: T\n${line}\n---\nText` });
    expect(posts[0]).toMatchObject({ status: 'draft', hidden: expect.arrayContaining([expect.stringMatching(/\S/)]) });
  });

  it.each([
    'draft: false',
    'draft: no',
    'draft: "false"',
    'draft:',
    'published: true',
    'published: 2020-01-01',
    'published: "March 4, 2020"',
    'publish: yes',
    'status: published',
    'status: evergreen',
    'visibility: public',
    'private: false',
    'password: ""',
    'hide: [navigation, toc]',
    'cover: { image: a.png, hidden: true }',
    'comments: { enabled: false }',
    'toc: { visible: false }',
    'sitemap: false',
    'robots: noindex',
    'state: California',
    'type: post',
    'layout: post',
    'expiryDate: 2096-01-01',
    'output: html_document',
    'permalink: /a/b/',
    'tags: [draft, private]',
    'draft: false # true',
  ])('%j does not', (line) => {
    const { posts } = planned({ 'a/b.md': `---\ntitle: T\ndate: 2020-01-01\n${line}\n---\nText` });
    expect(posts[0]).toMatchObject({ status: 'published', hidden: [] });
  });

  it.each([
    ['TOML', '+++\ntitle = "T"\ndraft = true\n+++\nText'],
    ['a table of TOML', '+++\ntitle = "T"\n[extra]\nprivate = true\n+++\nText'],
    ['a date of TOML', '+++\ntitle = "T"\nexpiryDate = 2020-02-01\n+++\nText'],
    ['JSON', '{ "title": "T", "draft": true }\n\nText'],
    ['JSON over lines', '{\n  "title": "T {x}",\n  "params": { "draft": "yes" }\n}\nText'],
    ['JSON between semicolons', ';;;\n"title": "T",\n"published": false\n;;;\nText'],
    ['named YAML', '---yaml\ntitle: T\ndraft: true\n---\nText'],
    ['named JSON', '---json\n{ "title": "T", "draft": true }\n---\nText'],
    ['named TOML', '---toml\ntitle = "T"\ndraft = true\n---\nText'],
    ['JavaScript', '---js\n{ title: "T", draft: !false }\n---\nText'],
    ['JavaScript with constants', '---js\nconst draft = true;\nconst title = "T";\n---\nText'],
    ['JavaScript that has to run', '---js\n{ title: "T", draft: process.env.CI === "1" }\n---\nText'],
    ['CoffeeScript', '---coffee\ntitle: "T"\n---\nText'],
    ['lines of metadata', 'Title: T\nDate: 2020-01-01\nStatus: draft\n\nText'],
    ['lines of metadata that begin otherwise', 'Status: draft\nTitle: T\n\nText'],
    ['one line of metadata', 'draft: true\n\nText'],
    ['a comment', '<!--\ntitle: T\nstatus: private\n-->\n\nText'],
    ['a head behind blank lines', '\n\n---\ntitle: T\ndraft: true\n---\nText'],
    ['a head behind its encoding', '\uFEFF---\ntitle: T\ndraft: true\n---\nText'],
    ['a head behind a comment', '<!-- x -->\n---\ntitle: T\n---\nText'],
    ['CR LF', '---\r\ntitle: T\r\ndraft: true\r\n---\r\nText'],
    ['dots at its end', '---\ntitle: T\ndraft: true\n...\nText'],
  ])('in %s makes a draft', (_, text) => expect(status('a.md', text)).toBe('draft'));

  it.each([
    ['is not closed', '---\ntitle: T\ndate: 2020-01-01\n\nText'],
    ['is not closed, and begins with a blank line', '---\n\ntitle: T\n\nText'],
    ['is not closed TOML', '+++\ntitle = "T"\n\nText'],
    ['is not closed JSON', '{ "title": "T",\n\nText'],
    ['does not parse', '---\ntitle: A: B\nlist: [a\n---\nText'],
    ['does not parse as TOML', '+++\ntitle = T\n+++\nText'],
    ['has no fields', '---\n- draft\n- true\n---\nText'],
    ['refers to itself for ever', `---\na: &a [1]\n${'b'.repeat(3)}: [*x]\n---\nText`],
  ])('that %s makes a draft, and a remark', (_, text) => {
    const { posts } = planned({ 'a.md': text });
    expect(posts[0]).toMatchObject({ status: 'draft', hidden: [expect.stringContaining('front matter: ')] });
    expect(posts[0]!.render().content).toContain('Text');
  });

  it('hands down what a section says, in a folder without settings too', () => {
    const texts = {
      'a/_index.md': '---\ncascade: { draft: true }\n---\n',
      'a/one.md': '---\ntitle: One\n---\nText',
      'b/_index.md': '+++\ndraft = true\n+++\n',
      'b/two.md': '---\ntitle: Two\n---\nText',
      'c/three.md': '---\ntitle: Three\n---\nText',
    };
    expect(Object.fromEntries(planned(texts).posts.map(({ path, status }) => [path, status]))).toEqual({
      'a/one.md': 'draft',
      'b/two.md': 'draft',
      'c/three.md': 'published',
    });
  });

  it.each(['Status: we shipped\n\nText', 'Note: x\nMore\n\nText'])('is not seen in %j', (text) =>
    expect(status('a.md', text)).toBe('published'),
  );

  it('as a constant of MDX makes a draft', () => {
    expect(
      status('a.mdx', 'import A from "./a";\n\nexport const meta = {\n  title: "T",\n  draft: true,\n};\n\nText'),
    ).toBe('draft');
    expect(status('a.mdx', 'export const meta = make();\n\nText')).toBe('draft');
    expect(status('a.mdx', 'export const size = 3;\n\n# T\n\nText')).toBe('published');
  });
});

describe('a place that says "not public"', () => {
  it.each([
    '_drafts/a.md',
    'drafts/a.md',
    'blog/Drafts/2020/a.md',
    'private/a.md',
    '초안/a.md',
    'Entwürfe/a.md',
    'posts/_a.md',
    'posts/a.draft.md',
    'posts/draft_A-title-3f2a.html',
  ])('%s makes a draft', (path) => expect(status(path, 'Text')).toBe('draft'));

  it.each(['posts/draft-day.md', 'posts/privateers/a.md', 'a.md'])('%s does not', (path) =>
    expect(status(path, 'Text')).toBe('published'),
  );
});

describe('what the programs never show', () => {
  it.each([
    'a {% comment %}secret{% endcomment %} b',
    'a {%- comment -%}\n```\nsecret\n```\n{%- endcomment -%} b',
    'a {% # secret %} b',
    'a {# secret #} b',
    'a {{/* secret */}} b',
    'a {{< comment >}}secret{{< /comment >}} b',
    'a {{!-- secret --}} b',
    'a {/* secret */} b',
    'a %% secret %% b',
    'a <!-- secret --> b',
    'a\n\n[//]: # (secret)\n\nb',
  ])('%j is not in the text', (text) => {
    const content = planned({ 'a.md': text }).posts[0]!.render().content;
    expect(content).not.toContain('secret');
    expect(content).toMatch(/^a\s[\s\S]*b$/);
  });

  it.each(['a {% comment %}secret', 'a <!-- secret', 'a {{/* secret'])(
    '%j, which does not end, makes a draft',
    (text) => expect(status('a.md', text)).toBe('draft'),
  );

  it('stays where it is code, or means something else', () => {
    const text = '`{% comment %}` and `%%`\n\n```\n<!-- shown -->\n```\n\n## Part {#part}\n\n100%% sure {#other}';
    const { posts } = planned({ 'a.md': text });
    expect(posts[0]).toMatchObject({ status: 'published' });
    expect(posts[0]!.render().content).toContain('<!-- shown -->');
    expect(posts[0]!.render().content).toContain('100%% sure');
  });
});

describe('no text of a hidden article is ever sent as published', () => {
  const hide = fc.constantFrom<[string, unknown]>(
    ['draft', true],
    ['draft', 'yes'],
    ['published', false],
    ['published', 'no'],
    ['private', true],
    ['hidden', 'true'],
    ['unlisted', 1],
    ['status', 'pending'],
    ['visibility', 'paid'],
    ['password', 'x'],
    ['expiryDate', '2001-01-01'],
    ['publishDate', '2099-01-01'],
  );
  const around = fc.dictionary(
    fc.constantFrom('title', 'tags', 'weight', 'author', 'series', 'math'),
    fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.string(), { maxLength: 3 })),
  );
  const nest = fc.array(fc.constantFrom('params', 'extra', 'meta', 'page', 'x'), { maxLength: 3 });
  const spelled = fc.constantFrom(
    (key: string) => key,
    (key: string) => key.toUpperCase(),
    (key: string) => ` ${key} `,
  );
  const forms: Record<string, (fields: object) => string> = {
    yaml: (fields) => `---\n${yaml(fields)}---\n`,
    flow: (fields) => `---\n${JSON.stringify(fields)}\n---\n`,
    toml: (fields) => `+++\n${toml(fields)}\n+++\n`,
    json: (fields) => `${JSON.stringify(fields, null, 2)}\n`,
    js: (fields) => `---js\n${JSON.stringify(fields)}\n---\n`,
  };

  it('in any form, spelling and depth, and with other fields around it', () => {
    fc.assert(
      fc.property(
        hide,
        around,
        nest,
        spelled,
        fc.constantFrom(...Object.keys(forms)),
        fc.boolean(),
        ([key, value], fields, path, spell, form, first) => {
          const own = path.reduceRight<object>((inner, name) => ({ [name]: inner }), { [spell(key)]: value });
          const head = forms[form]!(first ? { ...own, ...fields } : { ...fields, ...own });
          const { posts } = planned({ 'a.md': `${head}\nA secret.` });
          expect(posts.map(({ status }) => status)).toEqual(['draft']);
        },
      ),
      { numRuns: 200 },
    );
  });
});
