import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { importFolder } from '@dormouse/cli/import/import-folder';
import { localImportToken } from '@dormouse/cli/local-tokens';

/**
 * Measures an import of many posts into a platform that runs: node tests/import/main.ts --posts 10000 [--url URL] [--token TOKEN]
 * [--folder FOLDER]. Makes the posts, imports them, and imports them again; prints what each took. The blog keeps the posts.
 */
const { values } = parseArgs({
  options: {
    posts: { type: 'string', default: '10000' },
    url: { type: 'string', default: 'http://127.0.0.1:8080' },
    token: { type: 'string' },
    /** Keeps the posts that are made there. */
    folder: { type: 'string' },
  },
});

const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'dormouse-many-'));
makePosts(folder, Number(values.posts));
console.log(`posts   ${values.posts}   load ${loadavg()[0]!.toFixed(1)}`);
for (const run of ['first', 'again']) {
  const began = performance.now();
  const complete = await importFolder(
    { folder, url: values.url, token: values.token, name: `many-${values.posts}`, author: 'Many', dryRun: false },
    {
      print: (report) => console.log(report.split('\n').slice(0, 7).join('\n')),
      screen: process.stderr,
      localToken: () => localImportToken({ env: process.env, root: join(import.meta.dirname, '../..') }),
    },
  );
  const seconds = (performance.now() - began) / 1000;
  const memory = process.memoryUsage.rss() / 1e6;
  console.log(
    `${run}   ${seconds.toFixed(1)} s   ${(Number(values.posts) / seconds).toFixed(0)} a second   ${memory.toFixed(0)} MB   load ${loadavg()[0]!.toFixed(1)}   ${complete ? 'complete' : 'not complete'}`,
  );
}
if (values.folder === undefined) rmSync(folder, { recursive: true });

/** Posts of 2 to 6 KB with links to each other, of twelve categories and forty authors, one an hour; the same at every run. */
function makePosts(into: string, count: number): void {
  const words = 'sleep wake hedge winter acorn nest moss dusk owl quiet leaf burrow autumn moon hazel bramble'.split(
    ' ',
  );
  const word = (seed: number) => words[(seed * 7919) % words.length]!;
  for (let at = 0; at < count; at++) {
    const path = join(into, `category-${at % 12}`, `post-${at}.md`);
    if (at < 12) mkdirSync(join(path, '..'), { recursive: true });
    const paragraphs = Array.from({ length: 4 + (at % 8) }, (_, paragraph) =>
      Array.from({ length: 70 }, (_, index) => word(at * 31 + paragraph * 13 + index * index)).join(' '),
    );
    const date = new Date(Date.parse('2024-01-01T00:00:00Z') + at * 3_600_000).toISOString();
    const other = (at * 17) % count;
    writeFileSync(
      path,
      `---\ntitle: "Post ${at}: ${word(at)} ${word(at + 1)}"\ndate: ${date}\nauthor: Author ${at % 40}\n---\n${paragraphs.join('\n\n')}\n\n` +
        `See [another](../category-${other % 12}/post-${other}.md).\n\n- one\n- two\n\n\`\`\`js\nconst a = ${at};\n\`\`\`\n`,
    );
  }
}
