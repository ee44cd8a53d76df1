import { createHash } from 'node:crypto';
import { skeleton } from '@dormouse/posts/slug';
import { describe, expect, it } from 'vitest';
import type { Folder } from './folder.ts';
import { plan } from './plan.ts';

const sha = (path: string) => createHash('sha256').update(`bytes of ${path}`).digest('hex');
const modified = new Date('2020-05-06T07:08:09.010Z');
const folder = (documents: Record<string, string>, files: string[] = []): Folder => ({
  documents: Object.entries(documents).map(([path, text]) => ({ path, text, modified })),
  files,
  read: (path) => Buffer.from(`bytes of ${path}`),
});
const options = { name: 'old-blog', author: 'Old blog' };
const dated = (date: string, text: string) => `---\ntitle: T\ndate: ${date}\nauthor: Ada\n---\n${text}`;

describe('a plan', () => {
  it('has posts oldest first, with a source that names import and file', () => {
    const { posts } = plan(
      folder({
        'news/b.md': dated('2021-01-02', 'B'),
        'news/a.md': dated('2021-01-02', 'A'),
        'z.md': dated('2020-01-01', 'Z'),
      }),
      options,
    );
    expect(posts.map(({ source }) => source)).toEqual(['old-blog:z.md', 'old-blog:news/a.md', 'old-blog:news/b.md']);
    expect(posts[1]).toMatchObject({
      title: 'T',
      slug: 'a',
      author: 'ada',
      byline: ['Ada'],
      category_name: 'News',
      created_at: '2021-01-02T00:00:00.000Z',
      status: 'published',
    });
  });

  it('gives every post a slug of its own, always the same', () => {
    const files = { 'a/one.md': 'x', 'b/one.md': 'y', 'b/One!.md': 'z', 'c/one.md': 'w' };
    const slugs = (given: Record<string, string>) =>
      Object.fromEntries(plan(folder(given), options).posts.map(({ path, slug }) => [path, slug]));
    expect(slugs(files)).toEqual({ 'a/one.md': 'one', 'b/one.md': 'one-b', 'b/One!.md': 'one-2', 'c/one.md': 'one-c' });
  });

  it('gives no two posts slugs that look the same, of which the blog would take one', () => {
    const made = plan(folder({ 'résumé.md': 'One', 'resume.md': 'Two', 'RESUME.md': 'Three' }), options);
    expect(new Set(made.posts.map(({ slug }) => skeleton(slug))).size).toBe(3);
  });

  it('points links to the imported posts, and pictures to their hash', () => {
    const given = folder(
      {
        'a/one.md':
          'See [two](../b/two.md#part), ![p](images/p.png), [p](images/p.png), ![q](gone.png) and [x](/docs/x).',
        'b/two.md': 'Two',
      },
      ['a/images/p.png', 'a/unused.png'],
    );
    const { posts, pictures } = plan(given, options);
    const rendered = posts.find(({ path }) => path === 'a/one.md')!.render();
    expect(rendered.content).toBe(
      `See [two](/blog/posts/two#part), ![p](/blog/media/${sha('a/images/p.png')}), [p](/blog/media/${sha('a/images/p.png')}), *q* and x.`,
    );
    expect(rendered).toMatchObject({ deadLinks: ['gone.png', '/docs/x'], articles: ['b/two.md'] });
    expect([...pictures]).toEqual([[`/blog/media/${sha('a/images/p.png')}`, 'a/images/p.png']]);
  });

  it('renders again with the addresses that posts and pictures got', () => {
    const { posts } = plan(
      folder({ 'a/one.md': '[two](two.md) ![p](p.png)', 'a/two.md': 'Two' }, ['a/p.png']),
      options,
    );
    const { content } = posts[0]!.render({
      slugs: new Map([['a/two.md', 'two-2']]),
      instead: new Map([[`/blog/media/${sha('a/p.png')}`, undefined]]),
    });
    expect(content).toBe('[two](/blog/posts/two-2) *p*');
  });

  it('sends dead links, but no pictures, to the former site where that is known', () => {
    const { posts } = plan(folder({ 'a/one.md': '[x](/docs/x) [y](../../y/) ![z](z.png)' }), {
      ...options,
      site: 'https://old.example/blog',
    });
    expect(posts[0]!.render().content).toBe('[x](https://old.example/docs/x) [y](https://old.example/blog/y/) *z*');
  });

  it('gives what names nobody to the import’s own account, without a byline', () => {
    const made = plan(folder({ 'a.md': 'x', 'b.md': '**Authors: Ada & Grace**\n\ny' }), options);
    expect(made.posts.map(({ author, byline }) => [author, byline])).toEqual([
      ['old-blog', []],
      ['ada', ['Ada', 'Grace']],
    ]);
    expect(made.accounts.map(({ username }) => username).sort()).toEqual(['ada', 'grace', 'old-blog']);
    expect(made.withoutAuthor).toEqual(['a.md']);
    expect(plan(folder({ 'b.md': dated('2020-01-01', 'y') }), options).accounts).toEqual([
      { username: 'ada', display_name: 'Ada' },
    ]);
  });

  it('shortens a title of more than 120 characters between words, and begins the text with all of it', () => {
    const title = `${'word '.repeat(30)}end`;
    const { posts, notes } = plan(folder({ 'a.md': `# ${title}\n\nText` }), options);
    expect([...posts[0]!.title].length).toBeLessThanOrEqual(120);
    expect(posts[0]!.title).toMatch(/word…$/);
    expect(posts[0]!.render().content).toBe(`**${title}**\n\nText`);
    expect(notes).toEqual([{ file: 'a.md', reason: expect.stringContaining('title has 153 characters') }]);
    const emoji = plan(folder({ 'a.md': `# ${'🌱'.repeat(120)}\n\nText` }), options);
    expect(emoji.notes).toEqual([]);
  });

  it('skips a text of more than 1,048,576 characters, with the reason', () => {
    const long = '🌱 '.repeat(524_287);
    const made = plan(folder({ 'a.md': `# T\n\n${long}🌱🌱🌱`, 'b.md': `${long}🌱` }), options);
    expect(made.posts.map(({ path }) => path)).toEqual(['b.md']);
    expect(made.skipped).toEqual([
      { file: 'a.md', reason: 'its text has 1048577 characters, at most 1048576 are allowed' },
    ]);
  });

  it('shortens a category of more than 50 characters and a byline of more than 20 names, and says so', () => {
    const names = Array.from({ length: 25 }, (_, index) => `Person ${String.fromCodePoint(65 + index)}`);
    const { posts, notes } = plan(
      folder({ [`${'long '.repeat(20).trim()}/a.md`]: `---\nauthors: [${names.join(', ')}]\n---\nx` }),
      options,
    );
    expect([...posts[0]!.category_name].length).toBeLessThanOrEqual(50);
    expect(posts[0]!.byline).toHaveLength(20);
    expect(notes.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('category name shortened'),
      '25 authors, the first 20 are named',
    ]);
  });

  it('tells what it skipped and guessed', () => {
    const made = plan(folder({ 'README.md': 'x', 'a.md': 'y', '2021-01-02-b.md': 'z' }), options);
    expect(made.asides).toEqual([{ file: 'README.md', reason: 'it is about the folder, not an article' }]);
    expect(made.datesGuessed).toEqual([
      { file: 'a.md', date: '2020-05-06T07:08:09.010Z', from: 'file time' },
      { file: '2021-01-02-b.md', date: '2021-01-02T00:00:00.000Z', from: 'file name' },
    ]);
  });
});
