import { describe, expect, it } from 'vitest';
import { frontMatter } from './front-matter.ts';

describe('front matter', () => {
  it('is read from YAML, keys in any case, and cut off', () => {
    const { fields, body } = frontMatter(
      '---\nTitle: "On: sleep"\nAuthor Handle: https://example.org\ntags:\n  - a\n---\n\nText\n',
    );
    expect(fields).toEqual({ title: 'On: sleep', 'author handle': 'https://example.org', tags: ['a'] });
    expect(body).toBe('\nText\n');
  });

  it('is read from TOML', () => {
    const { fields, body } = frontMatter(
      '+++\nTITLE = "On sleep"\ndate = 2021-03-04T05:06:07Z\ndraft = true\n+++\nText',
    );
    expect(fields).toMatchObject({ title: 'On sleep', draft: true });
    expect((fields.date as Date).getTime()).toBe(Date.UTC(2021, 2, 4, 5, 6, 7));
    expect(body).toBe('Text');
  });

  it('may be empty, or all there is', () => {
    expect(frontMatter('---\n---\nText')).toEqual({ fields: {}, said: [], body: 'Text' });
    expect(frontMatter('---\ntitle: A\n---')).toEqual({ fields: { title: 'A' }, said: [['title', 'A']], body: '' });
  });

  it.each([
    '# Title\n\n---\n\nText\n\n---\n',
    'Text',
    '---\n\nText below a rule',
    '{{< a >}}\n\nText',
    '{: .b}\nText',
    '',
  ])('is not seen in %j', (text) => {
    expect(frontMatter(text)).toEqual({ fields: {}, said: [], body: text });
  });

  it('is not understood where a sentence stands between rules', () => {
    const text = '---\njust a sentence between rules\n---\n';
    expect(frontMatter(text)).toEqual({ fields: {}, said: [], body: text, problem: 'front matter: it has no fields' });
  });

  it('without a first line is seen where a program allows that', () => {
    const text = 'title: A\n\ndraft: true\n---\nText';
    expect(frontMatter(text, { mayBeginWithout: true })).toMatchObject({
      fields: { title: 'A', draft: true },
      body: 'Text',
    });
    expect(frontMatter('Note: x\n---\nText').fields).toEqual({});
  });

  it('keeps what a later pair overrules', () => {
    expect(frontMatter('---\ndraft: true\ndraft: false\n---\n').said).toEqual([
      ['draft', true],
      ['draft', false],
    ]);
  });

  it('that cannot be parsed gives what its lines say, and the reason', () => {
    const { fields, body, problem } = frontMatter('---\ntitle: A: B\ndate: 2020-01-02\nlist: [a\n---\nText');
    expect(fields).toMatchObject({ title: 'A: B', date: '2020-01-02' });
    expect(body).toBe('Text');
    expect(problem).toMatch(/^front matter: /);
  });

  it('with a key twice is no reason to give up', () => {
    expect(frontMatter('---\ndate: 2020-01-01\nTitle: A\ntitle: B\n---\n').fields).toMatchObject({
      date: '2020-01-01',
      title: 'B',
    });
  });
});
