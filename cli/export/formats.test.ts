import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { variable } from '@dormouse/runtime/config';
import { skippedFor } from '@dormouse/tests/needs';
import { describe, expect, it } from 'vitest';
import type { Post } from '../blog-folder/fields.ts';
import { planned } from '../import/memory.fixture.ts';
import type { Format, ReadBlog } from './format.ts';
import { ghost } from './ghost.ts';
import type { Target } from './target.ts';
import { wxr } from './wxr.ts';

const png = Buffer.from('89504e470d0a1a0a', 'hex');
const hash = createHash('sha256').update(png).digest('hex');

const post = (given: Partial<Post> & { id: number }): Post => ({
  version: 1,
  title: `Post ${given.id}`,
  slug: `post-${given.id}`,
  author: 'ada',
  byline: [],
  tags: [],
  created_at: `2020-01-0${given.id}T10:20:30.000Z`,
  updated_at: `2020-02-0${given.id}T10:20:30.000Z`,
  excerpt: '',
  category: { id: 1, name: 'Bits & <pieces>', slug: 'bits-and-pieces', color: '#2f6f4f' },
  status: 'published',
  kind: 'post',
  lang: null,
  cover: null,
  cover_alt: '',
  featured: false,
  summary: '',
  published_at: `2020-01-0${given.id}T10:20:30.000Z`,
  content: 'Text.',
  ...given,
});

const posts = [
  post({ id: 1, title: 'Thorns & <gloves> "both" ]]>', content: 'A **bold** word, `]]>` and *&lt;*.\n\n- one\n- two' }),
  post({
    id: 2,
    title: '정원 「꽃」',
    slug: '정원-꽃',
    author: 'zoe',
    tags: ['꽃', 'R & D'],
    byline: ['Zoë Z.'],
    content: '**「중요」**입니다 [one](/blog/posts/post-1#x)',
  }),
  post({ id: 3, content: `![A picture](/blog/media/${hash})\n\n| a | b |\n| - | - |\n| 1 | 2 |` }),
  post({ id: 4, title: 'A secret', status: 'draft', content: '```js title="a.js"\nconst a = 1 < 2;\n```' }),
  post({ id: 5, content: `Gone: ![x](/blog/media/${'a'.repeat(64)}) and [out](https://example.org/?a=1&b=2).` }),
];

/** Files of an export, by path. */
async function written(format: Format, all: readonly Post[] = posts): Promise<Record<string, string | Buffer>> {
  const files: Record<string, string | Buffer> = {};
  const target: Target = {
    add: async (path, bytes) => void (files[path] = Buffer.from(bytes)),
    open: async (path) => {
      files[path] = '';
      return { write: async (text) => void (files[path] += text), end: async () => {} };
    },
    finish: async () => undefined,
    abandon: () => {},
  };
  const blog: ReadBlog = {
    address: 'https://blog.example',
    lastId: Math.max(...all.map(({ id }) => id)),
    settings: { title: 'Late & <later>', description: 'Notes', language: 'ko' },
    authors: new Map([
      ['ada', 'Ada & Co.'],
      ['zoe', 'Zoë'],
    ]),
    categories: new Map(all.map(({ category }) => [category.slug, category.name])),
    async *posts() {
      for (const one of all) yield { post: one, order: 0, addresses: [] };
    },
    async *pictures() {
      yield { address: `/blog/media/${hash}`, type: 'image/png', bytes: png, changed: new Date() };
    },
    pictureType: async (wanted) => (wanted.includes(hash) ? 'image/png' : undefined),
  };
  await format(blog, target);
  return files;
}

const readBack = async (format: Format) => {
  const made = planned(await written(format));
  return {
    ...made,
    posts: made.posts.map((one) => ({ ...one, content: one.render().content })),
  };
};

describe('a cover in an export', () => {
  const served = `/blog/media/pictures/${hash}-1280.jpg`;
  const all = [
    post({ id: 1, cover: hash, cover_alt: 'A <cat>' }),
    post({ id: 2, cover: hash, content: `![x](${served})` }),
    post({ id: 3, cover: 'f'.repeat(64) }),
  ];

  it('is the thumbnail of a post of WordPress, with what it shows', async () => {
    const xml = String((await written(wxr, all))['blog.xml']);
    const thumbnails = [...xml.matchAll(/_thumbnail_id\]\]><\/wp:meta_key><wp:meta_value><!\[CDATA\[(\d+)/g)];
    expect(thumbnails.map(([, id]) => id)).toEqual(['4', '4', '5']);
    expect(xml).toContain(`<wp:attachment_url><![CDATA[https://blog.example${served}]]></wp:attachment_url>`);
    expect(xml).toContain('<![CDATA[A <cat>]]>');
    expect(xml.match(/<wp:post_id>[45]<\/wp:post_id>/g)).toHaveLength(2);
  });

  it('is the feature image of a post of Ghost, with what it shows', async () => {
    const { posts: rows, posts_meta } = JSON.parse(String((await written(ghost, all))['blog.json'])).db[0].data;
    const images = rows.map(({ feature_image }: { feature_image: string | null }) => feature_image);
    expect(images).toEqual([...Array(2).fill(`__GHOST_URL__/content/images/${hash}-1280.jpg`), null]);
    expect(posts_meta).toMatchObject([{ post_id: rows[0].id, feature_image_alt: 'A <cat>' }]);
  });
});

describe('what the front page begins with, in an export', () => {
  it.each<[string, Format, string]>([
    ['WordPress', wxr, '<wp:is_sticky>1</wp:is_sticky>'],
    ['Ghost', ghost, '"featured":1'],
  ])('for %s is said as there, and read back', async (_, format, said) => {
    const files = await written(format, [post({ id: 1, featured: true }), post({ id: 2 })]);
    expect(Object.values(files).map(String).join('').replaceAll(/\s/g, '').split(said)).toHaveLength(2);
    expect(planned(files).posts.map(({ featured }) => featured)).toEqual([true, false]);
  });
});

describe('a summary in an export', () => {
  it.each<[string, Format]>([
    ['WordPress', wxr],
    ['Ghost', ghost],
  ])('for %s is read back', async (_, format) => {
    const back = planned(await written(format, [post({ id: 1, summary: 'In short: "A & B"' }), post({ id: 2 })]));
    expect(back.posts.map(({ summary }) => summary)).toEqual(['In short: "A & B"', undefined]);
  });
});

describe.each<[string, Format, string]>([
  ['WordPress', wxr, 'blog.xml'],
  ['Ghost', ghost, 'blog.json'],
])('an export for %s', (program, format, file) => {
  it('is read back with titles, addresses, dates, people, categories and states', async () => {
    const back = await readBack(format);
    expect(back.skipped).toEqual([]);
    expect(
      back.posts.map(({ title, slug, created_at, byline, author, category_name, status }) => ({
        title,
        slug,
        created_at,
        byline,
        author,
        category_name,
        status,
      })),
    ).toEqual(
      posts.map(({ title, slug, created_at, author, status }) => ({
        title,
        slug,
        created_at,
        byline: [author === 'ada' ? 'Ada & Co.' : 'Zoë'],
        author: author === 'ada' ? 'ada-co' : 'zoe',
        category_name: 'Bits & <pieces>',
        status,
      })),
    );
  });

  it('has the tags', async () => {
    const { posts: back } = await readBack(format);
    const category = program === 'Ghost' ? ['Bits & <pieces>'] : [];
    expect(back.map(({ tags }) => tags)).toEqual(posts.map(({ tags }) => [...category, ...tags]));
  });

  it('has the texts, links and pictures', async () => {
    const [first, second, third, draft, gone] = (await readBack(format)).posts;
    expect(first!.content).toBe('A **bold** word, `]]>` and *<*.\n\n- one\n- two');
    expect(second!.content).toContain('**「중요」**');
    expect(second!.content).toContain('[one](/blog/posts/post-1#x)');
    expect(third!.content).toBe(
      `![A picture](/blog/media/pictures/${hash}-1280.jpg)\n\n| a | b |\n| - | - |\n| 1 | 2 |`,
    );
    expect(draft!.content).toContain('```js\nconst a = 1 < 2;\n```');
    expect(gone!.content).toMatch(/\[out\]\(https:\/\/example\.org\/\?a=1\\?&b=2\)/);
  });

  it('has its pictures where the program keeps them', async () => {
    const files = await written(format);
    expect(Object.keys(files).sort()).toEqual(
      ['README.txt', file, `${program === 'Ghost' ? 'content/images' : 'wp-content/uploads'}/${hash}.png`].sort(),
    );
  });

  it('is the same at every time', async () => {
    expect(await written(format)).toEqual(await written(format));
  });

  it('of a blog without posts is whole', async () => {
    const files = await written(format, []);
    expect(planned({ ...files, 'a.md': 'Text' }).posts).toHaveLength(1);
  });
});

const exportsOf = variable('IMPORT_EXPORTS', '');
const ghostExport = variable('GHOST_EXPORT', '');

/** What the real program wrote, to compare names with. IMPORT_EXPORTS has a folder `wordpress`, GHOST_EXPORT a file of Ghost. */
describe('beside a real export', () => {
  it(
    'WordPress has every element by that name, and a post has all that its importer reads',
    skippedFor(exportsOf ? [] : ['blogs with expected.json (IMPORT_EXPORTS)']),
    async () => {
      const folder = join(exportsOf, 'wordpress');
      const real = readFileSync(join(folder, readdirSync(folder).find((name) => name.endsWith('.xml'))!), 'utf8');
      const own = String((await written(wxr))['blog.xml']);
      const names = (text: string) => new Set([...text.matchAll(/<([\w:]+)[\s>]/g)].map(([, name]) => name!));
      const elements = (text: string) => names(text.replace(/<!\[CDATA\[[\s\S]*?\]\]>/g, ''));
      expect([...elements(own)].filter((name) => !elements(real).has(name))).toEqual([]);
      const item = (text: string) =>
        /<item>[\s\S]*?<wp:post_type><!\[CDATA\[post\]\][\s\S]*?<\/item>/.exec(
          text.slice(text.lastIndexOf('<item>', text.indexOf('[post]'))),
        )![0];
      expect(
        [...elements(item(real))].filter((name) => !elements(item(own)).has(name) && !/comment|meta/.test(name)),
      ).toEqual([]);
    },
  );

  it(
    'Ghost has every table and column by that name',
    skippedFor(ghostExport ? [] : ['an export of Ghost (GHOST_EXPORT)']),
    async () => {
      const tables = (text: string) => JSON.parse(text).db[0].data as Record<string, object[]>;
      const real = tables(readFileSync(ghostExport, 'utf8'));
      const own = tables(String((await written(ghost))['blog.json']));
      for (const [name, rows] of Object.entries(own)) {
        expect(real[name], name).toBeDefined();
        const columns = new Set(real[name]!.flatMap((row) => Object.keys(row)));
        if (columns.size > 0)
          for (const row of rows)
            expect(
              Object.keys(row).filter((key) => !columns.has(key)),
              name,
            ).toEqual([]);
      }
    },
  );
});
