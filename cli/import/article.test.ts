import { describe, expect, it } from 'vitest';
import { type Article, readArticle } from './article.ts';

const modified = new Date('2020-05-06T07:08:09.010Z');
const read = (path: string, text: string) => readArticle({ path, text, modified });
const article = (path: string, text: string) => read(path, text) as Article;

describe('an article', () => {
  it('is what front matter, head and place say', () => {
    expect(
      article(
        'how-to_guides/A_first post.md',
        '---\nTitle: On *sleep*\nAUTHOR: "[Ada](https://x.com/ada) and Grace"\ndate: 2021-3-4\ndraft: true\n---\n\nText\n',
      ),
    ).toEqual({
      path: 'how-to_guides/A_first post.md',
      title: 'On sleep',
      authors: [{ name: 'Ada', profile: 'https://x.com/ada' }, { name: 'Grace' }],
      date: '2021-03-04T00:00:00.000Z',
      body: 'Text',
      category: 'How to guides',
      slug: 'a-first-post',
      kind: 'post',
      hidden: ['draft: true'],
      extra: { tags: [], categories: [], addresses: [] },
      notes: [],
    });
  });

  it('takes from its head what front matter leaves out', () => {
    expect(
      article(
        'a/b.md',
        '---\ntype: blog\n---\r\n# On sleep: `zzz`\r\n\r\n**Authors: Ada & Grace**\r\n**Date: 2021-03-04**\r\n\r\nText',
      ),
    ).toMatchObject({
      title: 'On sleep: zzz',
      authors: [{ name: 'Ada' }, { name: 'Grace' }],
      date: '2021-03-04T00:00:00.000Z',
      body: 'Text',
    });
  });

  it('lets front matter win, and still drops the lines of the head', () => {
    expect(
      article('a/b.md', '---\nauthor: Ada\ndate: 2021-03-04\ntitle: T\n---\n# T\n\n**Author: Grace**\n\nText'),
    ).toMatchObject({
      authors: [{ name: 'Ada' }],
      body: 'Text',
    });
  });

  it('knows authors as a list, and as objects', () => {
    expect(
      article('a.md', '---\nauthors:\n  - Ada\n  - name: Grace Hopper (Navy)\n    url: https://x.com/g\n---\nText')
        .authors,
    ).toEqual([{ name: 'Ada' }, { name: 'Grace Hopper', profile: 'https://x.com/g' }]);
    expect(article('a.md', '+++\nauthors = ["Ada", "Grace"]\n+++\nText').authors).toEqual([
      { name: 'Ada' },
      { name: 'Grace' },
    ]);
  });

  it('takes handles for profiles, where there is one for each author', () => {
    const text = (authors: string) =>
      `---\nauthor: ${authors}\nauthor handle: https://github.com/ada https://github.com/grace\n---\nText`;
    expect(article('a.md', text('Ada, Grace')).authors.map(({ profile }) => profile)).toEqual([
      'https://github.com/ada',
      'https://github.com/grace',
    ]);
    expect(article('a.md', text('Ada')).authors).toEqual([{ name: 'Ada' }]);
  });

  it('finds author and date in the microformats of an export', () => {
    const html =
      '<article class="h-entry">\n<p>Text</p>\n<footer>By <a class="p-author h-card">Ada</a> <time class="dt-published" datetime="2018-11-14T02:20:46.348Z">x</time></footer>\n</article>';
    expect(article('a.md', `# T\n\n${html}`)).toMatchObject({
      authors: [{ name: 'Ada' }],
      date: '2018-11-14T02:20:46.348Z',
    });
    expect(article('a.md', '# T\n\n<p><time class="dt-published">December 18, 2018</time></p>')).toMatchObject({
      date: '2018-12-18T00:00:00.000Z',
    });
  });

  it('without a date has the one of its name, else its file’s own, and says so', () => {
    expect(article('news/2021-03-04-on-sleep.md', 'Text')).toMatchObject({
      date: '2021-03-04T00:00:00.000Z',
      dateGuessedFrom: 'file name',
      slug: 'on-sleep',
      title: 'On sleep',
    });
    expect(article('a.md', '# T\n\nText')).toMatchObject({
      date: '2020-05-06T07:08:09.010Z',
      dateGuessedFrom: 'file time',
    });
    expect(article('a.md', '---\ndate: soon\n---\nText')).toMatchObject({
      dateGuessedFrom: 'file time',
      notes: ['date not understood: soon'],
    });
  });

  it.each([
    ['on-sleep.md', '', 'Blog', 'on-sleep'],
    ['on-sleep.md', 'category: Night', 'Night', 'on-sleep'],
    ['on-sleep.md', 'categories: [Night, Day]', 'Night', 'on-sleep'],
    ['a/b/On Sleep!.md', '', 'A', 'on-sleep'],
    ['a/on-sleep/index.md', 'date: 2021-03-04', 'A', 'on-sleep'],
    ['a/b.md', 'slug: /2021/On-Sleep/', 'A', 'on-sleep'],
    ['a/b.md', 'permalink: /2021/on-sleep.html', 'A', 'on-sleep'],
    ['a/b.md', 'category: Night', 'Night', 'b'],
    ['posts/2021/ko/b.md', '', 'Blog', 'b'],
    ['a/C++.md', '', 'A', 'c-plus-plus'],
    ['a/睡眠.md', '', 'A', '睡眠'],
    ['a/!!!.md', '', 'A', 'post'],
  ])('%s with %j is in %s at %s', (path, field, category, slug) => {
    expect(article(path, `---\ntitle: T\n${field}\n---\nText`)).toMatchObject({ category, slug });
  });

  it('never holds control characters', () => {
    expect(article('a.md', '\uFEFF# T\u0000\n\nTe\u0007xt\tend')).toMatchObject({ title: 'T', body: 'Text\tend' });
  });
});

describe('no article', () => {
  it.each([
    'README.md',
    'index.md',
    'ATTRIBUTION.md',
    'LICENSE.md',
    'a/_template.md',
    'a/README.md',
    '_index.md',
    'a/_index.md',
    'CONTRIBUTING.markdown',
  ])('is %s', (path) => {
    expect(read(path, '# T\n\nText')).toEqual({ aside: expect.stringMatching(/^it/) });
  });

  it('is a file without text; one that says something about itself is missed', () => {
    expect(read('a.md', '')).toEqual({ aside: 'it is empty' });
    for (const text of ['# Title\n', '---\ntitle: T\n---\n\n'])
      expect(read('a.md', text)).toEqual({ skipped: 'it has no text' });
  });
});
