import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { exportBlog } from '@dormouse/cli/export/export-blog';
import { importFolder } from '@dormouse/cli/import/import-folder';
import { unzipped } from '@dormouse/cli/import/unzipped';
import { variable } from '@dormouse/runtime/config';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Author, Post } from './blog.ts';
import { skippedFor } from './needs.ts';
import type { Target } from './target.ts';
import { openInProcess } from './targets/in-process.ts';

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const hash = createHash('sha256').update(png).digest('hex');

/** Blogs as their programs keep them, each in a folder of its own. */
const exportsOf = variable('IMPORT_EXPORTS', '');
/** Further ones: a folder of Markdown, and a file of Ghost. */
const others = [variable('IMPORT_DATA', ''), variable('GHOST_EXPORT', '')].filter((path) => path !== '');
const samples = [
  ...(exportsOf ? readdirSync(exportsOf).filter((name) => !name.includes('.')) : []).map((name) =>
    join(exportsOf, name),
  ),
  ...others,
].map((path) => [basename(path), path] as const);

let folder: string;
let opened: Target[] = [];
const blogs: { here: Target; there: Target } = {} as never;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dormouse-moving-'));
  blogs.here = await open();
  blogs.there = await open();
}, 90_000);
afterAll(async () => {
  for (const each of opened) await each.close();
  rmSync(folder, { recursive: true });
});

async function open(): Promise<Target> {
  const target = await openInProcess({ encodesPictures: false });
  opened = [...opened, target];
  return target;
}

const quiet = { print: () => {}, screen: { write: () => {} } };
const exported = async (from: Target, name: string): Promise<Buffer> => {
  const to = join(folder, name);
  await exportBlog({ to, url: from.url, token: from.importToken, force: true }, quiet);
  return readFileSync(to);
};
async function imported(path: string, into: Target, name = 'moved') {
  let report = '';
  const options = {
    folder: resolve(folder, path),
    url: into.url,
    token: into.importToken,
    author: 'Moved',
    dryRun: false,
  };
  const complete = await importFolder(
    { ...options, name, json: true },
    { ...quiet, print: (text) => void (report = text), localToken: async () => '' },
  );
  return { complete, ...(JSON.parse(report) as { imported: object[]; unchanged: object[]; failed: object[] }) };
}

/** Pages as anybody sees them, without what follows from ids, versions and the order in which categories came. */
const pages = async (of: Target, paths: readonly string[]) => {
  const texts: string[] = [];
  for (const path of paths)
    texts.push((await of.blog.call<string>('GET', path, { headers: { accept: 'text/html' } })).body);
  return texts;
};

async function written(author: Author): Promise<Post[]> {
  const { here } = blogs;
  const put = await fetch(`${here.url}/blog/media/${hash}`, {
    method: 'PUT',
    body: png,
    headers: { authorization: `Bearer ${here.importToken}` },
  });
  expect(put.status).toBe(201);
  const other = await here.blog.register('zoe');
  const made = [
    await author.write({
      title: 'C#: "quoted" --- and more',
      content: '---\ntitle: no head\n---\n\nText with\ttabs  \nand ends.',
    }),
    await other.write({
      title: '정원 「꽃」 👩‍👩‍👧',
      content: `![꽃](/blog/media/${hash})\r\n\r\n**「중요」**입니다`,
      category_name: '일기',
      tags: ['꽃', 'R & D'],
      cover: hash,
      cover_alt: '꽃: "빨강"',
      summary: '짧게: "꽃"',
    }),
    await author.write({ title: 'A secret', status: 'draft', category_name: 'No' }),
    await author.write({ title: 'C++', content: 'See [the other](/blog/posts/c-sharp-quoted-and-more).' }),
    await author.write({ title: 'C++', content: 'Another one.' }),
  ];
  const moved = await author.call<Post>('PATCH', `/blog/api/posts/${made[3]!.id}`, { body: { content: 'Changed.' } });
  expect(moved.status).toBe(200);
  const featured = await here.administrator('PATCH', `/blog/api/posts/${made[1]!.id}`, { body: { featured: true } });
  expect(featured.status).toBe(200);
  const old = {
    title: 'From before',
    content: 'Old.',
    category_name: 'Notes',
    author: author.name,
    byline: ['Ada L.', 'Grace "H"'],
    created_at: '2001-02-03T04:05:06.789Z',
  };
  for (const slug of ['b', 'a', 'c'])
    expect((await here.administrator('POST', '/blog/api/posts', { body: { ...old, slug } })).status).toBe(201);
  const addresses = [{ path: '/2001/before.html', post_id: made[0]!.id }];
  expect((await here.administrator('POST', '/blog/api/posts/addresses', { body: { addresses } })).status).toBe(200);
  const settings = {
    title: 'Sleeping late',
    navigation: [{ label: 'About', href: '/blog/posts/a' }],
    posts_per_page: 3,
    layout: 'cards',
  };
  expect((await here.administrator('PATCH', '/api/settings', { body: settings })).status).toBe(200);
  return made;
}

describe('a blog that moves', { timeout: 60_000 }, () => {
  it('is the same elsewhere, to the byte, and a second import changes nothing', async () => {
    const { here, there } = blogs;
    await written(await here.blog.register('ada'));
    const first = await exported(here, 'first.zip');
    expect(await imported('first.zip', there)).toMatchObject({ complete: true, unchanged: [] });
    const second = await exported(there, 'second.zip');
    expect(second.equals(first)).toBe(true);
    expect((await there.blog.call('GET', '/2001/before.html')).status).toBe(301);
    const shown = ['/blog/api/posts?limit=100', '/blog/posts/c-plus-plus-2', `/blog/media/${hash}`];
    const [list, page, picture] = await pages(there, shown);
    const [listBefore, pageBefore, pictureBefore] = await pages(here, shown);
    const kept = (posts: unknown) =>
      (posts as Post[]).map(({ title, slug, author, byline, created_at, updated_at, excerpt, status }) => ({
        title,
        slug,
        author,
        byline,
        created_at,
        updated_at,
        excerpt,
        status,
      }));
    expect(kept(list)).toEqual(kept(listBefore));
    expect(page!.length).toBe(pageBefore!.length);
    expect(picture).toBe(pictureBefore);
    expect(await imported('first.zip', there)).toMatchObject({ complete: true, imported: [] });
    expect(await imported('first.zip', here)).toMatchObject({ complete: true, imported: [] });
    expect((await exported(here, 'third.zip')).equals(first)).toBe(true);
  });

  it('shows its drafts to those who may see them', async () => {
    const { here } = blogs;
    const zoe = await here.blog.call<{ token: string }>('POST', '/api/login', {
      body: { username: 'zoe', password: 'correct horse battery' },
    });
    const to = join(folder, 'zoe');
    const names = async (token: string | undefined) => {
      const lines: string[] = [];
      await exportBlog(
        { to, url: here.url, token, force: true, json: true },
        { ...quiet, print: (text) => void lines.push(text) },
      );
      return JSON.parse(lines[0]!) as { posts: number; drafts: number };
    };
    const [everything, own, open] = [
      await names(here.importToken),
      await names(zoe.body.token),
      await names(undefined),
    ];
    expect(everything.drafts).toBe(1);
    expect([own.drafts, open.drafts]).toEqual([0, 0]);
    expect(own.posts).toBe(open.posts);
  });

  it('killed in the middle comes in whole with the next run', async () => {
    const { there } = blogs;
    const many = join(folder, 'many');
    mkdirSync(many);
    // A slug that the blog has already: what links to it has to be corrected in the end.
    for (let at = 0; at < 120; at++)
      writeFileSync(
        join(many, `p${at}.md`),
        `---\ntitle: ${at === 119 ? 'C++' : `Post ${at}`}\ndate: 2020-01-01T00:00:${String(at % 60).padStart(2, '0')}Z\n---\nSee [that](p119.md).`,
      );
    const import_ = (until: (posts: number) => boolean) => killedImport(many, there, until);
    expect(await import_((posts) => posts >= 30)).toBe('SIGKILL');
    const report = await imported('many', there);
    expect(report.complete).toBe(true);
    expect(report.imported.length).toBeGreaterThan(0);
    expect(report.unchanged.length).toBeGreaterThan(0);
    expect(report.imported.length + report.unchanged.length).toBe(120);
    const posts = await all(there, 'moved');
    expect(posts.filter(({ title }) => title.startsWith('Post '))).toHaveLength(119);
    const target = posts.find(({ title }) => title === 'C++')!;
    for (const { id, title } of posts) {
      const { body } = await there.blog.call<Post>('GET', `/blog/api/posts/${id}`);
      if (title !== 'C++') expect(body.content).toBe(`See [that](/blog/posts/${target.slug}).`);
    }
    expect(await imported('many', there)).toMatchObject({ imported: [], complete: true });
  });

  it.each(samples.length > 0 ? samples : [['a blog', ''] as const])(
    'of another program, %s, is the same after it came in and moved on',
    { timeout: 120_000, ...skippedFor(samples.length > 0 ? [] : ['blogs with expected.json (IMPORT_EXPORTS)']) },
    async (name, path) => {
      const [here, there] = [await open(), await open()];
      const { imported: made, failed } = await imported(path, here, name);
      expect([made.length > 0, failed]).toEqual([true, []]);
      const first = await exported(here, `${name}.zip`);
      expect(await imported(`${name}.zip`, there, name)).toMatchObject({ complete: true, failed: [] });
      expect((await exported(there, `${name}-again.zip`)).equals(first)).toBe(true);
      const packed = await unzipped(join(folder, `${name}.zip`));
      const pictures = readdirSync(join(packed.folder, 'media'), { recursive: true, withFileTypes: true });
      for (const { parentPath, name } of pictures.filter((entry) => entry.isFile())) {
        const bytes = readFileSync(join(parentPath, name));
        expect(createHash('sha256').update(bytes).digest('hex'), name).toBe(name.slice(0, 64));
      }
      packed.close();
    },
  );
});

const all = async ({ blog }: Target, author: string): Promise<Post[]> => {
  const pages = await Promise.all(
    [0, 100].map((offset) => blog.call<Post[]>('GET', `/blog/api/posts?limit=100&author=${author}&offset=${offset}`)),
  );
  return pages.flatMap(({ body }) => body);
};

/** Runs an import as a program, and kills it once it has made so many posts. @returns the signal that ended it */
async function killedImport(path: string, into: Target, until: (posts: number) => boolean): Promise<string | null> {
  const child = spawn(
    process.execPath,
    [
      join(import.meta.dirname, '../cli/main.ts'),
      'import',
      path,
      '--name',
      'moved',
      '--author',
      'Moved',
      '--url',
      into.url,
      '--token',
      into.importToken,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const ended = new Promise<string | null>((done) => child.once('exit', (_, signal) => done(signal)));
  child.stderr.on('data', (bytes: Buffer) => {
    const [, posts] = /articles (\d+)\//.exec(bytes.toString()) ?? [];
    if (posts !== undefined && until(Number(posts))) child.kill('SIGKILL');
  });
  return ended;
}
