import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportBlog, type FormatName } from '@dormouse/cli/export/export-blog';
import { readExportFile } from '@dormouse/cli/import/folder';
import { importFolder } from '@dormouse/cli/import/import-folder';
import { plan } from '@dormouse/cli/import/plan';
import { variable } from '@dormouse/runtime/config';
import { hasProgram } from '@dormouse/serving/process/has-program';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Post } from '../blog.ts';
import { skippedFor } from '../needs.ts';
import type { Target } from '../target.ts';
import { openInProcess } from '../targets/in-process.ts';
import { openGhost } from './ghost.ts';

const wordpress = variable('WORDPRESS', '');
const ghostAt = variable('GHOST_URL', '');
/** A blog to bring in first, so that more than our own posts goes through the other programs. */
const sample = variable('IMPORT_DATA', '');

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const hash = createHash('sha256').update(png).digest('hex');

let folder: string;
let blog: Target;
let posts: Post[];

beforeAll(async () => {
  if (!wordpress && !ghostAt) return;
  folder = mkdtempSync(join(tmpdir(), 'dormouse-programs-'));
  blog = await openInProcess({ encodesPictures: false });
  if (sample) await imported(sample);
  posts = await written();
}, 240_000);
afterAll(async () => {
  await blog?.close();
  if (folder) rmSync(folder, { recursive: true });
});

const quiet = { print: () => {}, screen: { write: () => {} } };

const imported = (path: string) =>
  importFolder(
    { folder: path, url: blog.url, token: blog.importToken, name: 'sample', author: 'Sample', dryRun: false },
    { ...quiet, localToken: async () => '' },
  );

async function written(): Promise<Post[]> {
  const ada = await blog.blog.register('ada');
  const headers = { authorization: `Bearer ${blog.importToken}` };
  await fetch(`${blog.url}/blog/media/${hash}`, { method: 'PUT', body: png, headers });
  for (const post of [
    {
      title: 'Thorns & <gloves> "both" ]]> \\ end',
      content: 'A **bold** word, `]]>`, \\n, *&lt;* and [one](/blog/posts/c-sharp).',
    },
    { title: 'C#', content: '| a | b |\n| - | - |\n| 1 | 2 |\n\n- [x] done\n\nNote[^1]\n\n[^1]: Below.' },
    { title: '정원 「꽃」 👩‍👩‍👧', content: '**「중요」**입니다', category_name: '일기', tags: ['꽃', 'R & D'] },
    { title: 'A picture', content: `![A picture](/blog/media/${hash})\n\n> [!NOTE]\n> Take care.` },
    {
      title: 'Code',
      content: '```js title="a.js"\nconst a = "1" < 2 && `\\n`;\n```\n\n$x^2$',
      status: 'draft' as const,
    },
  ])
    await ada.write(post);
  const all: Post[] = [];
  for (const status of ['published', 'draft'])
    for (let offset = 0; ; offset += 100) {
      const { body } = await blog.administrator<Post[]>(
        'GET',
        `/blog/api/posts?limit=100&offset=${offset}&status=${status}`,
      );
      all.push(...body);
      if (body.length < 100) break;
    }
  return all;
}

async function exported(format: FormatName, name: string): Promise<string> {
  const to = join(folder, name);
  await exportBlog({ to, url: blog.url, token: blog.importToken, format, force: true }, quiet);
  return to;
}

/** What an import makes of a file, with what all forms keep. */
const read = (file: string, words: (text: string) => string = (text) => text) =>
  plan(readExportFile(file), { name: 'x', author: 'Nobody', site: blog.url })
    .posts.map((post) => ({
      title: post.title,
      slug: post.slug,
      created: post.created_at.slice(0, 19),
      status: post.status,
      category: post.category_name,
      tags: post.tags.toSorted(),
      byline: post.byline,
      content: words(post.render().content),
    }))
    .sort((one, other) => (one.title < other.title ? -1 : 1));

const missing = [
  ...(wordpress ? [] : ['a WordPress whose posts may be deleted (WORDPRESS)']),
  ...(hasProgram('php') ? [] : ['php']),
];

describe('an export', { timeout: 240_000 }, () => {
  it('is read by WordPress, and exported by it is the same blog', skippedFor(missing), async () => {
    const ours = join(await exported('wxr', 'for-wordpress'), 'blog.xml');
    const theirs = join(folder, 'of-wordpress.xml');
    const script = join(import.meta.dirname, 'wordpress.php');
    const said = JSON.parse(execFileSync('php', [script, wordpress, ours, theirs], { encoding: 'utf8' }));
    expect(said.posts).toBe(posts.length);
    expect(read(theirs, withoutHost)).toEqual(read(ours, withoutHost));
  });

  it(
    'is read by Ghost, and exported by it is the same blog',
    skippedFor(ghostAt ? [] : ['a Ghost whose content may be deleted (GHOST_URL)']),
    async () => {
      const folderOf = await exported('ghost', 'for-ghost');
      const zip = readFileSync(await exported('ghost', 'for-ghost.zip'));
      const ghost = await openGhost(ghostAt);
      await ghost.take(zip, 'blog.zip', posts.length);
      const theirs = join(folder, 'of-ghost.json');
      writeFileSync(theirs, await ghost.give());
      const [own, back] = [
        read(join(folderOf, 'blog.json'), (text) => words(text).join(' ')),
        read(theirs, (text) => words(text).join(' ')),
      ];
      // Ghost writes slugs in Latin letters, whatever they were.
      const compared = (all: typeof own) =>
        all.map((post) => ({ ...post, slug: /^[\x20-\x7e]+$/.test(post.title) ? post.slug : '' }));
      expect(compared(back)).toEqual(compared(own));
    },
  );
});

/** A file alone has the addresses of the blog that it came from, for posts and pictures that lie beside it, too. */
const withoutHost = (markdown: string): string =>
  markdown.replaceAll(blog.url, '').replace(/\/blog\/media\/pictures\/([0-9a-f]{64})-1280\.jpg/g, '/blog/media/$1');

/** Ghost makes its own form of texts: it moves captions, leaves boxes of tasks out, and writes formulas as text. Its words are compared. */
const words = (markdown: string): string[] =>
  [
    ...new Set(
      markdown
        .replace(/\]\([^)\s]*(?:\s+"[^"]*")?\)|<[^>]*>|\[[ x]\]|\[\^[^\]]*\]|&#x20;/g, ' ')
        .match(/[\p{L}\p{N}]+/gu),
    ),
  ].sort();
