import { api } from '@dormouse/posts/api';
import { oldPath } from '@dormouse/runtime/old-path';
import { slugOf } from '@dormouse/runtime/slug';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { frontMatter } from '../import/front-matter.ts';
import type { Post } from './fields.ts';
import { postFile, readPostFile } from './post-file.ts';

const post = (given: Partial<Post> = {}): Post => ({
  id: 7,
  version: 3,
  title: 'Wake on request',
  slug: 'wake-on-request',
  author: 'ada',
  byline: [],
  tags: [],
  created_at: '2026-11-28T12:00:00.000Z',
  updated_at: '2026-11-28T12:00:00.000Z',
  excerpt: 'Some.',
  category: { id: 1, name: 'General', slug: 'general', color: '#2f6f4f' },
  status: 'published',
  kind: 'post',
  lang: null,
  cover: null,
  cover_alt: '',
  featured: false,
  summary: '',
  published_at: '2026-11-28T12:00:00.000Z',
  content: 'Some *Markdown*.',
  ...given,
});

/** What YAML, front matter and editors trip over. */
const pieces = [
  ...'"\':#-&*!%@`{}[]|>\\?,=<~. \t',
  '---',
  '...',
  '+++',
  '\n---\n',
  '\n...\n',
  '\r\n',
  '\r',
  '\n',
  '---\ntitle: other\n---\n',
  '---\r\n',
  ': ',
  ' #',
  '- ',
  'no',
  'true',
  'null',
  '1:30',
  '2020-01-01',
  '0x1f',
  '<<',
  '정원',
  '「漢字」。',
  '👩‍👩‍👧',
  'e\u0301',
  '\u0085',
  '\u2028',
  '\u2029',
  '\ufeff',
  '\u202e',
  '\u00a0',
  '\u200b',
  '\u007f',
  '{{ x }}',
  '<!-- c -->',
  '$$',
  '![p](/blog/media/a)',
];
const text = fc
  .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' })), {
    maxLength: 8,
  })
  .map((parts) => parts.join(''));

/** A text as the platform keeps it; what it refuses is left out. */
const kept = <K extends keyof typeof api.create.scoped.body.entries>(name: K) =>
  text
    .map((value) => v.safeParse(api.create.scoped.body.entries[name], value))
    .filter(({ success }) => success)
    .map(({ output }) => output as string);

const moment = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date(), noInvalidDate: true })
  .map((date) => date.toISOString());
const name = text
  .map((value) => v.safeParse(api.create.scoped.body.entries.byline, [value]))
  .filter(({ success }) => success)
  .map(({ output }) => (output as string[])[0]!);

const tags = fc
  .array(text, { maxLength: 4 })
  .map((values) => v.safeParse(api.create.scoped.body.entries.tags, values))
  .filter(({ success }) => success)
  .map(({ output }) => output as string[]);

/** As the platform keeps them. */
const addresses = fc
  .array(text, { maxLength: 3 })
  .map((values) => values.flatMap((value) => oldPath(`/${value}`) ?? []));

const posts = fc
  .record({
    title: kept('title'),
    content: kept('content'),
    category: kept('category_name').map((named) => ({ id: 1, name: named, slug: 'x', color: '#2f6f4f' })),
    byline: fc.array(name, { maxLength: 3 }),
    tags,
    created_at: moment,
    updated_at: moment,
    status: fc.constantFrom('draft' as const, 'published' as const),
    published_at: fc.option(moment),
    kind: fc.constantFrom('post' as const, 'page' as const),
    lang: fc.constantFrom(null, 'no', 'pt-BR'),
    cover: fc.constantFrom(null, 'ab'.repeat(32)),
    featured: fc.boolean(),
    cover_alt: fc.constantFrom('', 'A cat: "no"'),
    summary: fc.constantFrom('', 'In short: "no"'),
  })
  .map((given) => post({ ...given, slug: slugOf(given.title) }));

describe('the file of a post', () => {
  it('reads back as it was, to the byte', () => {
    fc.assert(
      fc.property(posts, fc.nat({ max: 3 }), addresses, (one, order, paths) => {
        expect(readPostFile(postFile(one, { order, addresses: paths }))).toEqual({
          fields: {
            title: one.title,
            slug: one.slug,
            created_at: one.created_at,
            ...(one.updated_at === one.created_at ? {} : { updated_at: one.updated_at }),
            author: 'ada',
            ...(one.byline.length > 0 ? { byline: one.byline } : {}),
            ...(one.tags.length > 0 ? { tags: one.tags } : {}),
            category_name: one.category.name,
            status: one.status,
            ...(one.kind === 'page' ? { kind: one.kind } : {}),
            ...(one.lang === null ? {} : { lang: one.lang }),
            ...(one.cover === null ? {} : { cover: one.cover }),
            ...(one.cover !== null && one.cover_alt !== '' ? { cover_alt: one.cover_alt } : {}),
            ...(one.summary !== '' ? { summary: one.summary } : {}),
            ...(one.featured ? { featured: true } : {}),
            ...(one.status === 'draft' && one.published_at ? { published_at: one.published_at } : {}),
          },
          content: one.content,
          order,
          addresses: paths,
          unknown: [],
        });
      }),
      { numRuns: 500 },
    );
  });

  it('is Markdown with front matter that other programs understand', () => {
    const file = postFile(
      post({
        title: 'No: "x"',
        status: 'draft',
        published_at: null,
        byline: ['Ada L.'],
        updated_at: '2026-11-29T12:00:00.000Z',
      }),
    );
    expect(file).toBe(
      '---\ntitle: "No: \\"x\\""\nslug: "wake-on-request"\ndate: "2026-11-28T12:00:00.000Z"\nupdated: "2026-11-29T12:00:00.000Z"\n' +
        'author: "ada"\nauthors:\n  - "Ada L."\ncategories:\n  - "General"\ndraft: true\n---\n\nSome *Markdown*.\n',
    );
    expect(frontMatter(file).fields).toMatchObject({ title: 'No: "x"', draft: true, categories: ['General'] });
  });

  it('may be written by hand', () => {
    expect(
      readPostFile('---\nTitle: 2020\ndate: 2020-01-02\ncategories: Notes\nmood: good\n---\nText\n\nMore.\n'),
    ).toEqual({
      fields: { title: '2020', created_at: '2020-01-02T00:00:00.000Z', category_name: 'Notes', status: 'published' },
      content: 'Text\n\nMore.',
      order: 0,
      addresses: [],
      unknown: ['mood'],
    });
  });

  it('keeps the line ends of the post, also where an editor changed those of the file', () => {
    const one = post({ content: 'a\r\nb\nc' });
    expect(readPostFile(postFile(one))).toMatchObject({ content: 'a\r\nb\nc' });
    expect(readPostFile(postFile(post({ content: 'a\nb' })).replaceAll('\n', '\r\n'))).toMatchObject({
      content: 'a\nb',
    });
    expect(readPostFile(`\ufeff${postFile(one)}`)).toMatchObject({ content: 'a\r\nb\nc' });
  });

  it.each<[string, unknown]>([
    ['true', 'draft'],
    ['yes', 'draft'],
    ['null', 'draft'],
    ['later', 'draft'],
    ['false', 'published'],
  ])('with "draft: %s" is %s', (said, status) => {
    expect(readPostFile(`---\ntitle: x\ncategories: x\ndraft: ${said}\n---\nx`)).toMatchObject({ fields: { status } });
  });

  it.each<[string, string, RegExp]>([
    ['without front matter', 'Text', /no front matter/],
    ['whose front matter does not end', '---\ntitle: x\n\nText', /not closed/],
    ['whose front matter is no YAML', '---\ntitle: "x\n---\nText', /front matter/],
    ['without a title', '---\ncategories: x\n---\nText', /title/],
    ['without a category', '---\ntitle: x\n---\nText', /categories/],
    ['without a text', '---\ntitle: x\ncategories: x\n---\n\n', /its text must not be empty/],
    ['with NUL in the text', '---\ntitle: x\ncategories: x\n---\na\u0000b', /its text must not contain control/],
    ['with NUL in the title', '---\ntitle: "a\\0b"\ncategories: x\n---\nx', /title must not contain control/],
    ['with an impossible date', '---\ntitle: x\ncategories: x\ndate: someday\n---\nx', /date must be a date/],
    ['with a title that is no text', '---\ntitle: [x]\ncategories: x\n---\nx', /title must be text/],
  ])('%s is refused, and says why', (_, file, problem) => {
    expect(readPostFile(file)).toEqual({ problem: expect.stringMatching(problem) });
  });
});
