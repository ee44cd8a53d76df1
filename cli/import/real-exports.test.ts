import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { variable } from '@dormouse/runtime/config';
import { oldPath } from '@dormouse/runtime/old-path';
import { skippedFor } from '@dormouse/tests/needs';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { readExportFile, readFolder } from './folder.ts';
import { plan } from './plan.ts';

const root = variable('IMPORT_EXPORTS', '');
const folders =
  root === '' ? ['a blog'] : readdirSync(root).filter((name) => existsSync(join(root, name, 'expected.json')));

const expectation = v.array(
  v.looseObject({
    source: v.string(),
    kind: v.string(),
    public: v.boolean(),
    title: v.optional(v.string(), ''),
    date: v.nullish(v.string()),
    tags: v.optional(v.array(v.string()), []),
    categories: v.optional(v.array(v.string()), []),
    aliases: v.optional(v.array(v.string()), []),
    url: v.nullish(v.string()),
    marker: v.optional(v.string()),
    in_text: v.optional(v.array(v.string()), []),
    not_in_text: v.optional(v.array(v.string()), []),
    optional: v.optional(v.boolean()),
  }),
);

/** Blogs as their programs keep them, in folders of IMPORT_EXPORTS, each with what its program published in `expected.json`. */
describe('real blogs of other programs', skippedFor(root ? [] : ['blogs with expected.json (IMPORT_EXPORTS)']), () => {
  it.each(folders)('%s comes in as its program published it', (name) => {
    const folder = join(root, name);
    const expected = v.parse(expectation, JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')));
    const { posts } = plan(readFolder(folder), { name, author: 'Nobody' });
    const texts = posts.map((post) => ({ ...post, content: post.render().content }));
    const open = texts.filter(({ status }) => status === 'published');
    for (const item of expected.filter(({ optional }) => !optional)) {
      const post = texts.find(({ path }) => path === item.source);
      if (!item.public || !/^(?:post|page)$/.test(item.kind)) {
        expect(post?.status, `${item.source} is hidden`).not.toBe('published');
        for (const { content } of item.marker ? open : []) expect(content, item.source).not.toContain(item.marker);
        continue;
      }
      expect(post, item.source).toMatchObject({ status: 'published', title: item.title });
      expect(post!.tags, item.source).toEqual(item.tags);
      if (item.categories.length > 0) expect(item.categories, item.source).toContain(post!.category_name);
      if (item.date)
        expect([item.date.slice(0, 10), new Date(item.date).toISOString().slice(0, 10)], item.source).toContain(
          post!.created_at.slice(0, 10),
        );
      for (const words of [item.marker ?? '', ...item.in_text]) expect(post!.content, item.source).toContain(words);
      for (const words of item.not_in_text) expect(post!.content, item.source).not.toContain(words);
      for (const address of [item.url ?? '', ...item.aliases].flatMap((each) => oldPath(each) ?? []))
        expect(post!.addresses, item.source).toContain(address);
    }
    for (const { content, path } of open) expect(content, path).not.toMatch(/\{%|\{\{</);
  });
});

const ghostExport = variable('GHOST_EXPORT', '');

/** Six items that Ghost 6.65 exported, of which two are for everybody. */
describe('a real export of Ghost', skippedFor(ghostExport ? [] : ['an export of Ghost (GHOST_EXPORT)']), () => {
  const read = () => plan(readExportFile(ghostExport), { name: 'ghost', author: 'Nobody' });
  const public_ = () => read().posts.filter(({ status, kind }) => status === 'published' && kind === 'post');

  it('has its two public posts with dates, tags, old addresses and pictures', () => {
    expect(public_().map(({ slug, created_at, tags, addresses }) => ({ slug, created_at, tags, addresses }))).toEqual([
      {
        slug: 'low-water-at-the-pier',
        created_at: '2018-07-14T18:00:00.000Z',
        tags: ['Tides', 'Pictures'],
        addresses: ['/low-water-at-the-pier'],
      },
      { slug: 'characters', created_at: '2022-12-31T23:30:00.000Z', tags: ['Tides'], addresses: ['/characters'] },
    ]);
    expect(read().pictures.size).toBe(1);
    expect(read().posts.map(({ byline }) => byline)).toEqual(read().posts.map(() => ['Writer Three']));
  });

  it('shows nothing of what was not for everybody', () => {
    const { posts, skipped } = read();
    const statusOf = (slug: string) => posts.find((post) => post.slug === slug)?.status;
    for (const slug of ['notes-for-a-boat-that-does-not-exist', 'where-the-channel-really-is', 'the-next-spring-tide'])
      expect(statusOf(slug), slug).toBe('draft');
    expect(posts.find(({ slug }) => slug === 'the-next-spring-tide')!.published_at).toMatch(/^2032/);
    const shown = public_().map((post) => post.render().content);
    for (const text of shown) expect(text).not.toMatch(/3\.1 m|#internal/);
    expect([posts.length, skipped]).toEqual([6, []]);
  });
});
