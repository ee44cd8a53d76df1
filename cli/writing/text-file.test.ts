import { describe, expect, it } from 'vitest';
import type { Post } from '../blog-folder/fields.ts';
import { readPostFile } from '../blog-folder/post-file.ts';
import { readTextFile, textFile } from './text-file.ts';

const post: Post = {
  id: 7,
  version: 3,
  title: 'No: "x"',
  slug: 'no-x',
  author: 'ada',
  byline: [],
  tags: ['One'],
  created_at: '2026-11-28T12:00:00.000Z',
  updated_at: '2026-11-29T12:00:00.000Z',
  excerpt: 'Some.',
  category: { id: 1, name: 'General', slug: 'general', color: '#2f6f4f' },
  status: 'published',
  kind: 'post',
  lang: 'en',
  cover: null,
  cover_alt: '',
  featured: false,
  summary: '',
  published_at: '2026-11-28T12:00:00.000Z',
  content: 'Some *Markdown*.\n\n---\n\nMore.',
};

describe('the file of a post that is changed', () => {
  it('says which version it began with, and changes nothing when it comes back', () => {
    expect(textFile(post)).toMatch(/^---\nversion: 3\ntitle: /);
    expect(readTextFile(textFile(post))).toEqual({
      change: { title: post.title, category_name: 'General', tags: ['One'], lang: 'en', content: post.content },
      version: 3,
      unknown: [],
    });
    expect(readPostFile(textFile(post))).toMatchObject({ content: post.content, unknown: [] });
  });

  it('publishes and hides nothing by what it leaves out', () => {
    const status = (said: string) => readTextFile(`---\ntitle: T\n${said}---\n\nx`);
    expect(status('')).toMatchObject({ change: { title: 'T', content: 'x' } });
    expect(status('')).not.toHaveProperty('change.status');
    expect(status('draft: true\n')).toMatchObject({ change: { status: 'draft' } });
    expect(status('draft: maybe\n')).toMatchObject({ change: { status: 'draft' } });
    expect(status('draft: false\n')).toMatchObject({ change: { status: 'published' } });
    expect(
      readTextFile(textFile({ ...post, status: 'draft', published_at: '2030-01-01T00:00:00.000Z' })),
    ).toMatchObject({
      change: { status: 'draft', published_at: '2030-01-01T00:00:00.000Z' },
    });
  });

  it('takes away what is empty, and names what it does not know', () => {
    expect(readTextFile('---\ntags:\nlang: ""\ncover:\npublish_at:\ncategories: Notes\nmood: good\n---\nx\n')).toEqual({
      change: { category_name: 'Notes', tags: [], lang: null, cover: null, published_at: null, content: 'x' },
      version: undefined,
      unknown: ['mood'],
    });
  });

  it('may be a text alone, whose first heading is its title', () => {
    expect(readTextFile('# A *title* #\n\nText.\n')).toMatchObject({
      change: { title: 'A *title*', content: 'Text.' },
    });
    expect(readTextFile('Text.\n\n# Not a title\n')).toMatchObject({ change: { content: 'Text.\n\n# Not a title' } });
    expect(readTextFile('---\ntitle: Said\n---\n# Heading\n')).toMatchObject({
      change: { title: 'Said', content: '# Heading' },
    });
    expect(readTextFile('Title: x\n\nText')).toMatchObject({ change: { content: 'Title: x\n\nText' } });
  });

  it('says what it does not understand', () => {
    expect(readTextFile('---\ntitle: [\n---\nx')).toEqual({ problem: expect.stringContaining('front matter: ') });
    expect(readTextFile('---\ntitle: x\n\nx')).toEqual({ problem: 'front matter: it is not closed' });
  });
});
