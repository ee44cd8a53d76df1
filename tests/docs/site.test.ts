import { globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import markdownIt from 'markdown-it';
import { afterEach, describe, expect, test } from 'vitest';
import { foreignResources } from '../../docs/site/foreign-resources.ts';
import { literalCode } from '../../docs/site/literal-code.ts';
import { navigation } from '../../docs/site/navigation.ts';
import { repositoryLinks } from '../../docs/site/repository-links.ts';

const project = join(import.meta.dirname, '../..');
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'site-'));
  folders.push(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

describe('the sidebar', () => {
  test('has every page of docs/, each once, and the runbooks', () => {
    const links = navigation(project).flatMap(({ link, items }) => [
      ...(link ? [link] : []),
      ...items.map((item) => item.link),
    ]);
    const pages = globSync('{docs/**,observability/runbooks}/*.md', { cwd: project, exclude: ['docs/site/**'] });
    expect(links).toEqual(expect.arrayContaining(pages.map((page) => `/${page.replace(/(README)?\.md$/, '')}`)));
    expect(new Set(links).size).toBe(links.length);
  });

  test('follows the folders: a README leads its group, titles are headings, an unknown folder comes last', () => {
    const root = folderOf({
      'README.md': '# Home',
      'docs/how-to/b.md': '# 10. Then\n',
      'docs/how-to/a.md': '<!-- generated -->\n\n# 9. `First`\n',
      'docs/how-to/deep/README.md': '# Deep\n',
      'docs/a-new-kind/page.md': '# New\n',
      'docs/tutorials/README.md': '# Tutorials\n',
      'docs/tutorials/one.md': '# One\n',
      'docs/site/node_modules/some/readme.md': '# None of ours\n',
    });
    expect(navigation(root)).toEqual([
      { text: 'Dormouse', link: '/', collapsed: false, items: [] },
      {
        text: 'Tutorials',
        link: '/docs/tutorials/',
        collapsed: true,
        items: [{ text: 'One', link: '/docs/tutorials/one' }],
      },
      {
        text: 'How-to',
        collapsed: true,
        items: [
          { text: '9. First', link: '/docs/how-to/a' },
          { text: '10. Then', link: '/docs/how-to/b' },
          { text: 'Deep', link: '/docs/how-to/deep/' },
        ],
      },
      { text: 'A-new-kind', collapsed: true, items: [{ text: 'New', link: '/docs/a-new-kind/page' }] },
    ]);
  });
});

describe('a link of a page', () => {
  const root = () =>
    folderOf({
      'README.md': '# A',
      'docs/a/README.md': '# B',
      'docs/a/b.md': '# C',
      'docs/empty/x.json': '{}',
      'src/x.ts': '',
    });
  const shown = (text: string, source?: string, project = root()) =>
    markdownIt()
      .use(repositoryLinks({ project, source }) as never)
      .render(text, { path: join(project, 'docs/a/b.md') });

  test('leads to a page of the site, a README or a folder with one to its index', () => {
    expect(
      shown('[a](../../README.md#x) [b](b.md) [c](../a) [d](../../docs/a/README.md) [e](#f) [g](https://h.example)'),
    ).toBe(
      '<p><a href="../../index.md#x">a</a> <a href="b.md">b</a> <a href="../a/index.md">c</a> <a href="../../docs/a/index.md">d</a> ' +
        '<a href="#f">e</a> <a href="https://h.example">g</a></p>\n',
    );
  });

  test('to another file of the repository is its name alone, or leads to where sources can be read', () => {
    const text = '[a](../../src/x.ts) [b](../empty)';
    expect(shown(text)).toBe('<p><span title="src/x.ts">a</span> <span title="docs/empty">b</span></p>\n');
    expect(shown(text, 'https://git.example/main')).toBe(
      '<p><a href="https://git.example/main/src/x.ts">a</a> <a href="https://git.example/main/docs/empty">b</a></p>\n',
    );
  });

  test('to a file that is not there ends the build', () => {
    expect(() => shown('[a](../../src/y.ts)')).toThrow('docs/a/b.md links to ../../src/y.ts: there is no src/y.ts');
  });
});

test('code within a line is no template: Vue leaves its braces alone', () => {
  const html = markdownIt()
    .use(literalCode as never)
    .render('`{{ $labels.x }}` and *this*');
  expect(html).toBe('<p><code v-pre="">{{ $labels.x }}</code> and <em>this</em></p>\n');
});

describe('resources of other sites', () => {
  test('are found in pages, styles and scripts', () => {
    const folder = folderOf({
      'a.html':
        '<script async src="https://cdn.example/x.js"></script><link rel="stylesheet" href="//fonts.example/css">',
      'b.css': '@import "https://a.example/b.css"; p { background: url(https://c.example/d.png) }',
      'c.js': 'const x = () => import("https://e.example/f.js")',
    });
    expect(foreignResources(folder)).toEqual([
      'a.html: https://cdn.example/x.js',
      'a.html: //fonts.example/css',
      'b.css: https://a.example/b.css',
      'b.css: https://c.example/d.png',
      'c.js: https://e.example/f.js',
    ]);
  });

  test('are none where people follow a link, or what is fetched lies on the site', () => {
    const folder = folderOf({
      'a.html':
        '<a href="https://a.example">a</a><link rel="canonical" href="https://b.example"><script src="/x/app.js"></script>',
      'b.css': 'p { background: url(data:image/svg+xml,http://www.w3.org/2000/svg) url("/x/y.png") }',
    });
    expect(foreignResources(folder)).toEqual([]);
  });
});
