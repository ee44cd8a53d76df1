import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CommandError } from '../command-error.ts';
import { type Blog, startBlog } from '../import/blog.fixture.ts';
import { importFolder } from '../import/import-folder.ts';
import { type ExportOptions, exportBlog } from './export-blog.ts';

const png = Buffer.from('89504e470d0a1a0a', 'hex');
const hash = createHash('sha256').update(png).digest('hex');

let folder: string;
let blog: Blog;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dormouse-export-'));
  blog = await startBlog({ token: 'good' });
  blog.users.set('ada', 'Ada Lovelace').set('zoe', 'Zoë');
  blog.media.set(hash, png);
  write({ title: 'First', created_at: '2020-01-01T00:00:00.000Z' });
  write({
    title: 'Second',
    created_at: '2020-01-01T00:00:00.000Z',
    content: `![p](/blog/media/${hash})\n\nSee [first](/blog/posts/first).`,
  });
  write({
    title: 'Third',
    created_at: '2021-01-01T00:00:00.000Z',
    updated_at: '2021-02-01T00:00:00.000Z',
    author: 'zoe',
    byline: ['Z.'],
  });
  write({ title: 'A secret', created_at: '2021-05-01T00:00:00.000Z', status: 'draft' });
  write({
    title: '정원 「꽃」',
    slug: '정원-꽃',
    created_at: '2022-01-01T00:00:00.000Z',
    content: '---\r\nnot: front\n---\n\ttext  ',
  });
});
afterEach(async () => {
  await blog.close();
  rmSync(folder, { recursive: true });
});

function write(given: { title: string; created_at: string } & Record<string, unknown>): void {
  const slug = given.title.toLowerCase().replaceAll(' ', '-');
  blog.posts.push({
    id: blog.posts.length + 1,
    version: 1,
    slug,
    source: '',
    author: 'ada',
    category_name: 'General',
    status: 'published',
    content: 'Text.',
    ...given,
  });
}

async function run(changes: Partial<ExportOptions> = {}) {
  const printed: string[] = [];
  const shown: string[] = [];
  const to = join(folder, 'out');
  await exportBlog(
    { to, url: blog.url, token: 'good', ...changes },
    {
      print: (text) => void printed.push(text),
      screen: { write: (text: string) => shown.push(text) },
      sleep: async () => {},
    },
  );
  return { text: printed.join('\n'), shown: shown.join('') };
}

/** Imports `path` into `into`. */
async function bring(path: string, into: Blog, changes: object = {}) {
  const printed: string[] = [];
  const complete = await importFolder(
    { folder: path, url: into.url, token: 'good', name: 'moved', author: 'Moved', dryRun: false, ...changes },
    {
      print: (text) => void printed.push(text),
      screen: { write: () => {} },
      localToken: async () => '',
      sleep: async () => {},
    },
  );
  return { complete, text: printed.join('\n') };
}

/** Without what an import gives anew. */
const byAge = (posts: Blog['posts']) =>
  posts
    .map(({ id, source, ...post }) => ({ ...post, created_at: String(post.created_at) }))
    .sort((one, other) => one.created_at.localeCompare(other.created_at));

const filesIn = (path: string) =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(path.length + 1))
    .sort();
const out = (path: string) => readFileSync(join(folder, 'out', path), 'utf8');

describe('an export', () => {
  it('is a folder of Markdown, pictures and authors', async () => {
    const { text, shown } = await run();
    expect(filesIn(join(folder, 'out'))).toEqual([
      'authors.yml',
      'dormouse.yml',
      'drafts/2021-05-01-a-secret.md',
      `media/${hash}.png`,
      'posts/2020-01-01-first.md',
      'posts/2020-01-01-second.md',
      'posts/2021-01-01-third.md',
      'posts/2022-01-01-정원-꽃.md',
    ]);
    expect(out('posts/2022-01-01-정원-꽃.md')).toContain('---\n\n---\r\nnot: front\n---\n\ttext  \n');
    expect(out('posts/2020-01-01-second.md')).toContain('order: 1\n');
    expect(parse(out('authors.yml'))).toEqual({ ada: { name: 'Ada Lovelace' }, zoe: { name: 'Zoë' } });
    expect(parse(out('dormouse.yml'))).toEqual({ format: 1 });
    expect(readFileSync(join(folder, 'out', `media/${hash}.png`))).toEqual(png);
    expect(text).toContain('exported   5 posts (1 drafts)\nauthors    2\npictures   1\n');
    expect(shown).toContain('posts    5/5\n');
  });

  it('without a token has no drafts, and asks for none', async () => {
    const { text } = await run({ token: undefined });
    expect(existsSync(join(folder, 'out/drafts'))).toBe(false);
    expect(text).toContain('exported   4 posts, published ones only: no token was given');
    expect(blog.log.filter((line) => line.includes('draft'))).toEqual([]);
  });

  it('comes in as it was, and is exported the same again, as a zip file and as a folder', async () => {
    blog.settings.version = 1;
    blog.settings.title = 'Sleeping late';
    for (const path of ['/2020/01/first.html', '/a', '/café ☕']) blog.addresses.set(path, 1);
    blog.addresses.set('/third?', 3);
    for (const to of ['first.zip', 'first']) {
      const other = await startBlog({ token: 'good' });
      await run({ to: join(folder, to) });
      expect((await bring(join(folder, to), other)).complete).toBe(true);
      expect(other.settings).toEqual(blog.settings);
      const slugs = (of: Blog) => [...of.addresses].map(([path, id]) => [path, of.posts[id - 1]?.slug]).sort();
      expect(slugs(other)).toEqual(slugs(blog));
      expect([...other.users]).toEqual(expect.arrayContaining([...blog.users]));
      expect(byAge(other.posts)).toEqual(byAge(blog.posts).map((post) => expect.objectContaining(post)));
      await run({ to: join(folder, 'again.zip'), url: other.url, force: true });
      await run({ to: join(folder, 'compared.zip'), force: true });
      expect(readFileSync(join(folder, 'again.zip'))).toEqual(readFileSync(join(folder, 'compared.zip')));
      await other.close();
    }
  });

  it('has pictures that authors uploaded as they were served', async () => {
    const served = `/blog/media/pictures/${'a'.repeat(64)}-1280.jpg`;
    blog.files.set(served, png);
    blog.posts[0]!.content = `![up](${served}) and ![old](/blog/media/${hash})`;
    await run();
    expect(filesIn(join(folder, 'out'))).toContain(`media/pictures/${'a'.repeat(64)}-1280.jpg`);
    expect(out('posts/2020-01-01-first.md')).toContain(`![up](${served})`);
    const other = await startBlog({ token: 'good' });
    expect((await bring(join(folder, 'out'), other)).complete).toBe(true);
    expect(other.posts[0]!.content).toBe(
      `![up](/blog/media/pictures/${hash}-1280.jpg) and ![old](/blog/media/${hash})`,
    );
    expect([...other.media.keys()]).toEqual([hash]);
    await other.close();
  });

  it('has pictures that authors uploaded as they were uploaded, where the token may read that', async () => {
    const sent = await fetch(`${blog.url}/blog/api/media`, {
      method: 'POST',
      body: png,
      headers: { authorization: 'Bearer good' },
    });
    expect(sent.status).toBe(201);
    const [small, large] = [640, 1280].map((width) => `/blog/media/pictures/${hash}-${width}.jpg`) as [string, string];
    blog.files.set(small, Buffer.from('small'));
    blog.posts[0]!.content = `![up](${small}) and ![again](${large})`;
    for (const post of blog.posts.slice(1)) post.content = 'Text.';
    await run();
    expect(filesIn(join(folder, 'out')).filter((path) => path.startsWith('media/'))).toEqual([`media/${hash}.png`]);
    expect(readFileSync(join(folder, 'out', `media/${hash}.png`))).toEqual(png);
    const other = await startBlog({ token: 'good' });
    expect((await bring(join(folder, 'out'), other)).complete).toBe(true);
    expect(other.posts[0]!.content).toBe(blog.posts[0]!.content);
    expect(other.log.filter((line) => / \/blog\/(api\/)?media/.test(line))).toEqual(['POST /blog/api/media']);
    await other.close();
  });

  it('brought into the blog that it is of changes nothing', async () => {
    await run({ to: join(folder, 'a.zip') });
    const before = structuredClone(blog.posts);
    blog.posts[0]!.content = 'Changed since.';
    before[0]!.content = 'Changed since.';
    const { text } = await bring(join(folder, 'a.zip'), blog);
    expect(text).toMatch(/imported {3}0\nunchanged {2}5\n/);
    expect(blog.posts).toEqual(before);
  });

  it('leaves the settings of a blog that has some, unless asked', async () => {
    blog.settings.version = 1;
    blog.settings.title = 'Sleeping late';
    await run();
    const other = await startBlog({ token: 'good' });
    other.settings.version = 3;
    expect((await bring(join(folder, 'out'), other)).text).toContain('settings   those of the blog stay; --settings');
    expect(other.settings.title).toBe('Dormouse');
    expect((await bring(join(folder, 'out'), other, { settings: true })).text).toContain(
      'settings   those of the export',
    );
    expect(other.settings.title).toBe('Sleeping late');
    await other.close();
  });

  it('links follow a post that had to take another address', async () => {
    await run();
    const other = await startBlog({ token: 'good', slugs: ['first'] });
    await bring(join(folder, 'out'), other);
    const [first, second] = other.posts;
    expect(first!.slug).toBe('first-2020-01-01');
    expect(second!.content).toContain('[first](/blog/posts/first-2020-01-01)');
    await other.close();
  });

  it('names pictures that the blog has not, and skips what is gone meanwhile', async () => {
    blog.media.clear();
    const { text } = await run({ json: true });
    expect(JSON.parse(text)).toMatchObject({
      posts: 5,
      pictures: 0,
      missing: [{ file: 'posts/2020-01-01-second.md', address: `/blog/media/${hash}` }],
    });
  });

  it('that somebody changed says what does not fit', async () => {
    await run();
    const other = await startBlog({ token: 'good' });
    writeFileSync(join(folder, `out/media/${hash}.png`), 'other bytes');
    writeFileSync(join(folder, 'out/posts/2020-01-01-first.md'), 'no head');
    writeFileSync(join(folder, 'out/README.md'), '# Mine');
    writeFileSync(join(folder, 'out/posts/new.md'), '---\ntitle: New\ncategories: Notes\nmood: good\n---\nBy hand.');
    const { complete, text } = await bring(join(folder, 'out'), other);
    expect(complete).toBe(false);
    expect(text).toContain('posts/2020-01-01-first.md: it has no front matter');
    expect(text).toContain('README.md: it lies outside of posts and drafts');
    expect(text).toContain(`media/${hash}.png: its bytes are others than its name says`);
    expect(text).toContain(`posts/2020-01-01-second.md: /blog/media/${hash}`);
    expect(text).toContain('posts/new.md: front matter that means nothing here: mood');
    expect(other.posts.find(({ slug }) => slug === 'new')).toMatchObject({ author: 'moved', status: 'published' });
    await other.close();
  });
});

describe('what is there already', () => {
  it('is replaced when asked, and only an export is', async () => {
    await run();
    await run({ to: join(folder, 'a.zip') });
    blog.posts.length = 1;
    await run({ force: true });
    await run({ to: join(folder, 'a.zip'), force: true });
    expect(filesIn(join(folder, 'out')).filter((path) => path.startsWith('posts/'))).toEqual([
      'posts/2020-01-01-first.md',
    ]);
    expect(readdirSync(folder).sort()).toEqual(['a.zip', 'out']);
  });

  it('is left as it was by an export that fails', async () => {
    await run({ to: join(folder, 'a.zip') });
    const before = readFileSync(join(folder, 'a.zip'));
    await expect(run({ to: join(folder, 'a.zip'), force: true, token: 'bad' })).rejects.toThrow(
      'the token is not accepted',
    );
    expect(readFileSync(join(folder, 'a.zip'))).toEqual(before);
    expect(readdirSync(folder)).toEqual(['a.zip']);
  });

  it.each<[string, () => Promise<unknown>, RegExp]>([
    ['a zip file', () => runTo('a.zip', 'x'), /a\.zip: is there already; --force replaces it$/],
    [
      'an export',
      () => runTo('out/dormouse.yml', 'x', 'out'),
      /out: has an export in it already; --force replaces it$/,
    ],
    [
      'somebody’s folder',
      () => runTo('out/letter.txt', 'x', 'out', true),
      /out: has something in it that is no export, and is left alone$/,
    ],
    ['a file of another kind', () => runTo('out', 'x', 'out', true), /out: is a file, and no zip file by its name$/],
    ['a file where a folder has to be', () => runTo('out', 'x', 'out/a.zip'), /out\/a\.zip: cannot be written \(/],
    ['nothing that listens', () => run({ url: 'http://127.0.0.1:2' }), /does not answer \(ECONNREFUSED\)/],
    ['a token that is not accepted', () => run({ token: 'bad' }), /^the token is not accepted \(401\)/],
  ])('%s is an error of one line', async (_, work, message) => {
    const error = await work().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(CommandError);
    expect((error as CommandError).message).toMatch(message);
    expect((error as CommandError).message).not.toContain('\n');
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  function runTo(file: string, text: string, to = file, force = false) {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    writeFileSync(join(folder, file), text);
    return run({ to: join(folder, to), force });
  }
});
