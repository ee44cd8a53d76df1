import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { importToken } from '@dormouse/auth/import-token';
import { initKeys } from '@dormouse/auth/key-folder';
import { readKeys } from '@dormouse/auth/keyring';
import { BlobWriter, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js';
import { importJWK, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommandError } from '../command-error.ts';
import { readable } from '../commands/import.ts';
import { localToken } from '../local-token.ts';
import type { Screen } from '../progress.ts';
import { type Blog, startBlog } from './blog.fixture.ts';
import { type ImportContext, type ImportOptions, importFolder } from './import-folder.ts';

const picture = Buffer.from('89504e470d0a1a0a', 'hex');
const files: Record<string, string | Buffer> = {
  'ATTRIBUTION.md': '# Where this is from\n\nElsewhere.',
  'articles/first.md':
    '---\nTitle: First\nauthor: "[Ada](https://x.com/a)"\ndate: 2020-01-01\n---\nSee [second](second.md){:target="_blank"} and ![p](../images/p.png).\n',
  'articles/second.md':
    '# Second\n\n**Authors: [Grace](https://x.com/g), Engineer @ Acme, and [Ada](https://x.com/a), Countess @ Acme**\n**Date: 2021-01-01**\n\n!!! note\n    Back to [first](../first/), not to [none](none.md).\n',
  'releases/third.md': '# Third\n\nNobody, never. ![gone](gone.png)\n',
  'images/p.png': picture,
  'images/unused.png': 'x',
};

let folder: string;
let blog: Blog;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dormouse-import-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  utimesSync(join(folder, 'releases/third.md'), new Date(), new Date('2020-06-01T10:00:00Z'));
  blog = await startBlog({ token: 'good' });
});
afterEach(async () => {
  await blog.close();
  rmSync(folder, { recursive: true });
});

/** One run in this process; gives whether all is there, what was printed and what the screen showed. */
async function run(
  changes: Partial<ImportOptions> = {},
  screen: Partial<Screen> = {},
  context: Partial<ImportContext> = {},
) {
  const printed: string[] = [];
  const shown: string[] = [];
  const all: ImportOptions = {
    folder,
    url: blog.url,
    token: 'good',
    name: 'old',
    author: 'Old blog',
    dryRun: false,
    ...changes,
  };
  const complete = await importFolder(all, {
    print: (text) => void printed.push(text),
    screen: { ...screen, write: (text: string) => shown.push(text) },
    localToken: async () => 'made here',
    sleep: async () => {},
    ...context,
  });
  return { complete, text: printed.join('\n'), shown: shown.join('') };
}

describe('an import', () => {
  it('brings articles with authors, dates, categories, pictures and links into the blog, oldest first', async () => {
    const { complete, text } = await run();
    expect(complete).toBe(true);
    expect(
      blog.posts.map(({ slug, author, byline, category_name, created_at, source, status }) => ({
        slug,
        author,
        byline,
        category_name,
        created_at,
        source,
        status,
      })),
    ).toEqual([
      {
        slug: 'first',
        author: 'ada',
        byline: ['Ada'],
        category_name: 'Articles',
        created_at: '2020-01-01T00:00:00.000Z',
        source: 'old:articles/first.md',
        status: 'published',
      },
      {
        slug: 'third',
        author: 'old-blog',
        byline: [],
        category_name: 'Releases',
        created_at: '2020-06-01T10:00:00.000Z',
        source: 'old:releases/third.md',
        status: 'published',
      },
      {
        slug: 'second',
        author: 'grace',
        byline: ['Grace', 'Ada'],
        category_name: 'Articles',
        created_at: '2021-01-01T00:00:00.000Z',
        source: 'old:articles/second.md',
        status: 'published',
      },
    ]);
    const [[hash, bytes] = []] = blog.media;
    expect(bytes).toEqual(picture);
    expect(blog.media.size).toBe(1);
    expect(blog.posts.map(({ content }) => content)).toEqual([
      `See [second](/blog/posts/second) and ![p](/blog/media/pictures/${hash}-1280.jpg).`,
      'Nobody, never. *gone*',
      '> [!note]\n> Back to [first](/blog/posts/first), not to none.',
    ]);
    expect([...blog.users]).toEqual(
      expect.arrayContaining([
        ['ada', 'Ada'],
        ['grace', 'Grace'],
        ['old-blog', 'Old blog'],
      ]),
    );
    expect(text).toContain('imported   3');
    expect(text).toContain('ATTRIBUTION.md: it is about the folder');
    expect(text).toContain('releases/third.md: 2020-06-01 from the file time');
    expect(text).toContain('articles/second.md: none.md');
  });

  it('a second time changes nothing', async () => {
    await run();
    const before = structuredClone([blog.posts, [...blog.users], [...blog.media.keys()]]);
    blog.log.length = 0;
    const { complete, text } = await run();
    expect(complete).toBe(true);
    expect([blog.posts, [...blog.users], [...blog.media.keys()]]).toEqual(before);
    expect(text).toMatch(/imported {3}0\nunchanged {2}3\n/);
    expect(blog.log.filter((line) => /^(PUT|PATCH|DELETE)/.test(line))).toEqual([]);
  });

  it('goes on where an earlier run was ended, and corrects links that one did not come to', async () => {
    await blog.close();
    blog = await startBlog({ token: 'good', slugs: ['second'], endAfter: 1 });
    await expect(run()).rejects.toThrow('does not answer');
    expect(blog.posts.map(({ slug, content }) => [slug, String(content).slice(0, 30)])).toEqual([
      ['first', 'See [second](/blog/posts/secon'],
    ]);
    blog.goOn();
    expect((await run()).text).toMatch(/imported {3}2\nunchanged {2}1\n/);
    expect(blog.posts[0]!.content).toContain('[second](/blog/posts/second-2021-01-01)');
    const before = structuredClone(blog.posts);
    expect((await run()).text).toMatch(/imported {3}0\nunchanged {2}3\n/);
    expect(blog.posts).toEqual(before);
  });

  it('leaves links of a post that somebody changed meanwhile', async () => {
    await blog.close();
    blog = await startBlog({ token: 'good', slugs: ['second'], endAfter: 1 });
    await expect(run()).rejects.toThrow('does not answer');
    blog.goOn();
    Object.assign(blog.posts[0]!, { content: 'Mine now: [second](/blog/posts/second)', version: 2 });
    await run();
    expect(blog.posts[0]!.content).toBe('Mine now: [second](/blog/posts/second)');
  });

  it('sends several at once, those of one moment one after the other, and the first of a category before the others', async () => {
    for (let index = 0; index < 30; index++)
      writeFileSync(
        join(folder, `articles/n${index}.md`),
        `---\ntitle: N${String(index).padStart(2, '0')}\ndate: 2022-01-0${1 + (index % 3)}\ncategory: C${index % 2}\n---\nText`,
      );
    await run();
    for (const day of ['2022-01-01', '2022-01-02', '2022-01-03']) {
      const sources = blog.posts
        .filter(({ created_at }) => String(created_at).startsWith(day))
        .map(({ source }) => source);
      expect(sources).toHaveLength(10);
      expect(sources).toEqual([...sources].sort());
    }
    expect(blog.posts.findIndex(({ category_name }) => category_name === 'C1')).toBeGreaterThan(
      blog.posts.findIndex(({ category_name }) => category_name === 'C0'),
    );
  });

  it('of a zip file is that of its folder', async () => {
    const zip = new ZipWriter(new BlobWriter(), { useWebWorkers: false });
    for (const [path, content] of Object.entries(files))
      await zip.add(`old/${path}`, new Uint8ArrayReader(new Uint8Array(Buffer.from(content))), {
        lastModDate: new Date('2020-06-01T10:00:00Z'),
      });
    const path = join(folder, '..', `${basename(folder)}.zip`);
    writeFileSync(path, Buffer.from(await (await zip.close()).arrayBuffer()));
    try {
      expect((await run()).text).toMatch(/imported {3}3\n/);
      expect((await run({ folder: path })).text).toMatch(/imported {3}0\nunchanged {2}3\n/);
    } finally {
      rmSync(path);
    }
  });

  it('of a folder that grew brings only what is new', async () => {
    await run();
    writeFileSync(join(folder, 'articles/fourth.md'), '# Fourth\n\nSee [first](first.md).');
    expect((await run()).text).toMatch(/imported {3}1\nunchanged {2}3\n/);
    expect(blog.posts).toHaveLength(4);
  });

  it('waits where the platform is busy, and loses nothing', async () => {
    blog.down.push(
      { status: 503, headers: { 'retry-after': '1' } },
      { status: 429, headers: { 'retry-after': '1' } },
      { status: 502, headers: {} },
    );
    expect((await run()).complete).toBe(true);
    expect(blog.posts).toHaveLength(3);
    expect(blog.media.size).toBe(1);
  });

  it('waits for a platform that is busy for a minute, however soon it may come back, and says so', async () => {
    // As functions are refused that take a minute to wake on a loaded machine.
    for (let at = 0; at < 60; at++) blog.down.push({ status: 503, headers: { 'retry-after': '1' } });
    const { complete, text, shown } = await run();
    expect([complete, blog.posts.length, blog.media.size]).toEqual([true, 3, 1]);
    expect(text).toContain('failed     0');
    expect(shown).toMatch(/^waiting for \d+ s, again in \d+ s: HTTP 503$/m);
    expect(shown.match(/waiting/g)).toHaveLength(1);
  });

  it('makes nothing twice where every answer is lost once', async () => {
    const lost = new Set<string>();
    await blog.close();
    blog = await startBlog({
      token: 'good',
      slugs: ['second'],
      fault(line, body) {
        if (/^GET /.test(line) || lost.has(line + body)) return undefined;
        lost.add(line + body);
        return 'lost';
      },
    });
    expect(await run()).toMatchObject({ complete: true, text: expect.stringContaining('failed     0') });
    expect(blog.posts.map(({ slug }) => slug).sort()).toEqual(['first', 'second-2021-01-01', 'third']);
    expect(blog.posts[0]!.content).toContain('[second](/blog/posts/second-2021-01-01)');
    expect([blog.posts[0]!.version, blog.media.size]).toEqual([2, 1]);
  });

  it('brings the others where one post alone cannot be taken now', async () => {
    await blog.close();
    blog = await startBlog({
      token: 'good',
      fault: (line, body) => (line === 'POST /blog/api/posts' && body.includes('"title":"Third"') ? 'busy' : undefined),
    });
    const { complete, text } = await run();
    expect([complete, blog.posts.map(({ slug }) => slug).sort()]).toEqual([false, ['first', 'second']]);
    expect(text).toContain('releases/third.md: HTTP 503');
  });

  it('ends where the platform takes nothing more, and the next one goes on from there', async () => {
    let left = 1;
    await blog.close();
    blog = await startBlog({
      token: 'good',
      fault: (line) => (line === 'POST /blog/api/posts' && left-- <= 0 ? 'busy' : undefined),
    });
    await expect(run()).rejects.toThrow(
      /does not answer any more \(HTTP 503, for 300 s\); what came in stays, and the same command goes on from there$/,
    );
    left = Number.POSITIVE_INFINITY;
    expect((await run()).text).toMatch(/imported {3}2\nunchanged {2}1\n/);
  });

  it('never has more than eight requests open', async () => {
    for (let index = 0; index < 40; index++)
      writeFileSync(join(folder, `articles/n${index}.md`), `**Author: Person${index}**\n\nText`);
    await run();
    expect(blog.posts).toHaveLength(43);
    expect(blog.peak()).toBeLessThanOrEqual(8);
  });

  it('takes another slug where a post of the blog has it, and corrects links to it', async () => {
    await blog.close();
    blog = await startBlog({ token: 'good', slugs: ['second'] });
    await run();
    expect(blog.posts.map(({ slug }) => slug)).toEqual(['first', 'third', 'second-2021-01-01']);
    expect(blog.posts[0]!.content).toContain('[second](/blog/posts/second-2021-01-01)');
    expect(blog.posts.map(({ version }) => version)).toEqual([2, 1, 1]);
  });

  it('goes on without a picture that is refused, and says so', async () => {
    await blog.close();
    blog = await startBlog({ token: 'good', refuse: () => true });
    const { complete, text } = await run();
    expect(complete).toBe(true);
    expect(blog.posts[0]!.content).toBe('See [second](/blog/posts/second) and *p*.');
    expect(text).toContain('images/p.png: HTTP 415: Not a picture');
  });

  it('reports a post that is refused, and is not complete then', async () => {
    writeFileSync(join(folder, 'articles/second.md'), '# Second\n\n**Author: Linus**\n\nText');
    blog.users.set('linus', 'x');
    blog.users.has = (name: string) => name !== 'linus' && Map.prototype.has.call(blog.users, name);
    const { complete, text } = await run();
    expect(complete).toBe(false);
    expect(text).toContain('failed     1');
    expect(text).toContain('articles/second.md: HTTP 422: No such author');
  });

  it('is not complete when something was skipped, and names it', async () => {
    writeFileSync(join(folder, 'articles/other.rst'), 'Other\n=====');
    writeFileSync(join(folder, 'articles/bare.md'), '---\ntitle: Bare\n---\n');
    const { complete, text } = await run();
    expect(complete).toBe(false);
    expect(blog.posts).toHaveLength(3);
    expect(text).toContain('articles/other.rst: its form (.rst) is not read');
    expect(text).toContain('articles/bare.md: it has no text');
    expect((await run({ dryRun: true })).complete).toBe(false);
  });

  it('sends what was not public as drafts, and says why; a file of the future does not fail', async () => {
    writeFileSync(join(folder, 'articles/secret.md'), '---\ntitle: Secret\nvisibility: members\n---\nText');
    writeFileSync(join(folder, 'articles/later.md'), '---\ntitle: Later\ndate: 2999-01-01\n---\nText');
    const { complete, text } = await run();
    expect(complete).toBe(true);
    const drafts = blog.posts.filter(({ status }) => status === 'draft');
    expect(drafts.map(({ title }) => title).sort()).toEqual(['Later', 'Secret']);
    for (const { created_at } of drafts) expect(Date.parse(String(created_at))).toBeLessThan(Date.now() + 60_000);
    expect(text).toContain('articles/secret.md (Secret): visibility: members');
    expect(text).toContain('articles/later.md (Later): 2999-01-01T00:00:00.000Z');
    expect(drafts.map(({ published_at }) => published_at).sort()).toEqual(['2999-01-01T00:00:00.000Z', undefined]);
  });

  it('of a file in which Ghost exported a blog takes the pictures beside it', async () => {
    const post = (id: string, visibility: string) => ({
      id,
      slug: `post-${id}`,
      title: `Post ${id}`,
      html: '<p>Text <img src="__GHOST_URL__/content/images/p.png" alt="p"></p>',
      status: 'published',
      visibility,
      published_at: '2020-01-01T00:00:00.000Z',
    });
    mkdirSync(join(folder, 'content/images'), { recursive: true });
    writeFileSync(join(folder, 'content/images/p.png'), picture);
    const file = join(folder, 'ghost.json');
    writeFileSync(file, JSON.stringify({ db: [{ data: { posts: [post('a', 'public'), post('b', 'paid')] } }] }));
    expect((await run({ folder: file, name: 'ghost' })).complete).toBe(true);
    expect(blog.posts.map(({ source, status }) => [source, status])).toEqual([
      ['ghost:ghost.json#a', 'published'],
      ['ghost:ghost.json#b', 'draft'],
    ]);
    expect([...blog.media.values()]).toEqual([picture]);
    await expect(run({ folder: join(folder, 'images/p.png') })).rejects.toThrow('neither a folder nor a zip file');
  });

  it('keeps tags and old addresses, of posts of an earlier run too', async () => {
    const write = (name: string, head: string) =>
      writeFileSync(
        join(folder, `articles/${name}.md`),
        `---\ntitle: ${name}\ndate: 2020-02-02\n${head}\n---\nText.\n`,
      );
    write('owls', 'tags: [Owls, "red, white"]\nredirect_from: [/2019/owls.html, /old/owls/]');
    write('bats', 'permalink: /old/owls/\naliases: [https://elsewhere.example/bats]');
    const { complete, text } = await run();
    expect(complete).toBe(true);
    const [bats, owls] = ['bats', 'owls'].map((slug) => blog.posts.find((post) => post.title === slug));
    expect([owls?.tags, bats?.tags]).toEqual([['Owls', 'red white'], []]);
    expect([...blog.addresses]).toEqual([
      ['/old/owls', bats?.id],
      ['/2019/owls.html', owls?.id],
    ]);
    expect(text).toContain('addresses  2 old ones lead to their posts');
    expect(text).toContain('articles/owls.md: its old address /old/owls is that of articles/bats.md, too');
    blog.addresses.clear();
    blog.addresses.set('/old/owls', 99);
    const again = await run();
    expect(again.text).toContain('unchanged  5');
    expect(again.text).toContain('articles/bats.md: its old address /old/owls leads to post 99');
    expect(blog.addresses.get('/2019/owls.html')).toBe(owls?.id);
    expect(blog.log.filter((line) => line === 'POST /blog/api/posts/addresses')).toHaveLength(2);
  });

  it('writes everything it knows as JSON', async () => {
    const report = join(folder, 'report.json');
    await run({ report });
    expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({
      name: 'old',
      dry_run: false,
      imported: [
        { file: 'articles/first.md', id: 1, slug: 'first' },
        { file: 'releases/third.md' },
        { file: 'articles/second.md' },
      ],
      unchanged: [],
      failed: [],
      skipped: [],
      not_articles: [{ file: 'ATTRIBUTION.md' }],
      drafts: [],
      dates_guessed: [{ file: 'releases/third.md', date: '2020-06-01T10:00:00.000Z', from: 'file time' }],
      without_author: ['releases/third.md'],
      dead_links: [
        { file: 'releases/third.md', target: 'gone.png' },
        { file: 'articles/second.md', target: 'none.md' },
      ],
    });
  });

  it('as a dry run sends nothing', async () => {
    const { text } = await run({ dryRun: true });
    expect(blog.log).toEqual([]);
    expect(text).toContain('3 articles would be imported');
  });

  it('shows a bar on a terminal, and a line every ten elsewhere', async () => {
    const terminal = await run({}, { isTTY: true, columns: 60 });
    expect(terminal.shown).toContain('articles █████████████░░░░░░░ 2/3 ');
    expect(terminal.shown).toContain('3/3\n');
    for (let index = 0; index < 12; index++) writeFileSync(join(folder, `articles/n${index}.md`), 'Text');
    expect((await run()).shown.split('\n').filter((line) => line.startsWith('articles'))).toEqual([
      'articles 10/15',
      'articles 15/15',
    ]);
  });
});

describe('an error is one line', () => {
  it.each<[string, () => Promise<unknown>, RegExp]>([
    [
      'no such folder',
      () => run({ folder: '/no/such/folder' }),
      /^\/no\/such\/folder: there is no such folder or file$/,
    ],
    [
      'a file',
      () => run({ folder: import.meta.filename }),
      /is neither a folder nor a zip file nor an export of WordPress or Blogger \(\.xml, \.atom\) or Ghost \(\.json\)$/,
    ],
    ['nothing to import', () => run({ folder: join(folder, 'images') }), /there is no article in it/],
    [
      'nothing listens',
      () => run({ url: 'http://127.0.0.1:2' }),
      /does not answer \(ECONNREFUSED\): start the platform with "npm start"/,
    ],
    ['a bad token', () => run({ token: 'bad' }), /^the token is not accepted \(401\)/],
    [
      'no place for the report',
      () => run({ dryRun: true, report: '/no/such/folder/r.json' }),
      /^--report \/no\/such\/folder\/r.json: cannot be written/,
    ],
  ])('%s', async (_, work, message) => {
    const error = await work().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(CommandError);
    expect((error as CommandError).message).toMatch(message);
    expect((error as CommandError).message).not.toContain('\n');
  });
});

describe('the token that is made here', () => {
  it('is an administrator’s, for imports and an hour only, signed with the local keys', async () => {
    const keys = join(folder, 'keys');
    initKeys(keys);
    const key = await importJWK(readKeys(keys)[0]!.publicJwk, 'EdDSA');
    const { payload, protectedHeader } = await jwtVerify(
      await localToken(keys, 'https://issuer.example', importToken),
      key,
    );
    expect(protectedHeader).toMatchObject({ alg: 'EdDSA', typ: 'at+jwt' });
    expect(payload).toMatchObject({ iss: 'https://issuer.example', aud: 'dormouse', role: 'admin', scope: 'import' });
    expect(payload.exp! - payload.iat!).toBe(3600);
  });

  it('needs keys: a platform that never ran here has none', async () => {
    await expect(localToken(join(folder, 'none'), 'x', importToken)).rejects.toThrow(
      /there are no signing keys in .*; start the platform/,
    );
    await expect(localToken(join(folder, 'images'), 'x', importToken)).rejects.toThrow(/^no token: .*give --token$/);
  });
});

describe('the program', () => {
  const main = join(import.meta.dirname, '../dormouse.mjs');
  const start = (args: string[], env: Record<string, string> = {}) =>
    promisify(execFile)(process.execPath, [main, 'import', ...args], { env: { ...env, PATH: '' } }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
    );

  it('finds address and keys of the local platform by PORT and DORMOUSE_HOME', async () => {
    const home = join(folder, '.dormouse');
    initKeys(join(home, 'secrets/auth-keys'));
    const { code, stderr } = await start([folder], { PORT: new URL(blog.url).port, DORMOUSE_HOME: home });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^dormouse import: the token is not accepted \(401\)[^\n]*\n$/),
    });
    expect(blog.log).toContain('POST /api/users');
  });

  it('imports, prints its report and ends with 0', async () => {
    const { code, stdout, stderr } = await start([folder, '--url', blog.url, '--token', 'good', '--name', 'old']);
    expect(code).toBe(0);
    expect(stdout).toContain('imported   3');
    expect(stderr).toContain('articles 3/3');
  });

  it('prints the whole report as JSON for programs', async () => {
    const { code, stdout } = await start([folder, '--dry-run', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ folder, url: 'http://127.0.0.1:8080', dry_run: true, articles: 3 });
  });

  it('names an import and its owner after the folder', async () => {
    const old = join(folder, 'my_old-blog');
    mkdirSync(old);
    writeFileSync(join(old, 'a.md'), '# A\n\nText');
    const { code } = await start([old, '--url', blog.url, '--token', 'good']);
    expect(code).toBe(0);
    expect(blog.log.length).toBeGreaterThan(0);
    expect(readable('my_old-blog')).toBe('My old blog');
  });

  it('ends with 1 and one line when it cannot import', async () => {
    expect(await start(['/no/such/folder'])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'dormouse import: /no/such/folder: there is no such folder or file\n',
    });
  });

  it.each([
    [[], 'PATH is missing'],
    [['a', 'b'], 'unexpected argument "b"'],
    [['a', '--url', 'ftp://x'], '--url ftp://x: not an http address'],
    [['a', '--what'], 'there is no option --what'],
  ])('ends with 2 and one line for %j', async (args, words) => {
    const { code, stdout, stderr } = await start(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^dormouse import: [^\n]+\n$/);
    expect(stderr).toContain(words);
  });
});

describe('pictures of other hosts', () => {
  const listening = async (answer: (path: string) => Buffer | undefined) => {
    const server = createServer((request, response) => {
      const bytes = answer(request.url!);
      response.writeHead(bytes ? 200 : 404).end(bytes);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const close = () => new Promise<void>((done) => void server.close(() => done()).closeAllConnections());
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
  };

  it('stay there and are listed; where it is wanted they come in, but for what cannot be had', async () => {
    const other = await listening((path) => (path === '/a.png' ? picture : undefined));
    const text = `![a](${other.url}/a.png) <img src="${other.url}/a.png"> ![gone](${other.url}/gone.png)`;
    writeFileSync(join(folder, 'articles/foreign.md'), text);
    const listed = await run({ dryRun: true });
    expect(listed.text).toContain('pictures that stay on other hosts; --fetch-pictures brings them in (2)');
    expect(listed.text).toContain(`articles/foreign.md: ${other.url}/a.png`);
    expect((await run({ fetchPictures: true })).text).toContain('its address is of a private network');
    blog.posts.length = 0;
    const brought = await run({ fetchPictures: true }, {}, { isPublic: () => true });
    const [hash] = blog.media.keys();
    const address = `/blog/media/pictures/${hash}-1280.jpg`;
    expect(blog.posts.find(({ source }) => source.endsWith('foreign.md'))!.content).toBe(
      `![a](${address}) <img src="${address}"> ![gone](${other.url}/gone.png)`,
    );
    expect(brought.text).toContain(`${other.url}/gone.png: HTTP 404`);
    expect(blog.media.size).toBe(1);
    await other.close();
  });
});

describe('a picture', () => {
  it('that media does not take is kept as it is, as an SVG file is, and is named', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"/>';
    writeFileSync(join(folder, 'images/drawn.svg'), svg);
    writeFileSync(join(folder, 'articles/drawn.md'), '![d](../images/drawn.svg)');
    blog.undecodable.add(createHash('sha256').update(picture).digest('hex'));
    const { text } = await run();
    const contents = blog.posts.map(({ content }) => String(content)).join('\n');
    for (const bytes of [picture, Buffer.from(svg)])
      expect(contents).toContain(`](/blog/media/${createHash('sha256').update(bytes).digest('hex')})`);
    expect(text).toContain('pictures   2 uploaded');
    expect(text).toContain('images/p.png: media makes nothing of it and web serves it as it is: cannot be decoded');
  });
});

describe('pictures on a platform elsewhere', () => {
  it('are not sent where they may lie in a pod that goes, nor is anything else', async () => {
    await expect(run({ url: 'http://blog.example' })).rejects.toThrow(
      "the articles show 1 picture, and a cluster keeps pictures only until web's pod goes",
    );
    expect([...blog.media.keys()]).toEqual([]);
  });

  it('are no obstacle to a dry run, nor where that was accepted', async () => {
    expect((await run({ url: 'http://blog.example', dryRun: true })).text).toContain('dry run: 3 articles');
    await expect(run({ url: 'http://127.0.0.2:1', temporaryPictures: true })).rejects.toThrow('does not answer');
  });
});
