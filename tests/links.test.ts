import { globSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import GithubSlugger from 'github-slugger';
import markdownIt, { type Token } from 'markdown-it';
import { expect, test } from 'vitest';

const project = join(import.meta.dirname, '..');
const skipped = new Set(['node_modules', '.git', 'dist']);
const pages = globSync('{*.md,{cli,docs,events,functions,knative,observability,terraform,tests}/**/*.md}', {
  cwd: project,
  exclude: (name) => skipped.has(basename(name)),
}).sort();

const markdown = markdownIt({ html: true });
const parse = (text: string): Token[] =>
  markdown.parse(text, {}).flatMap((token) => [token, ...(token.children ?? [])]);
const read = (page: string): string => readFileSync(join(project, page), 'utf8');

/** Targets of a page's links and images, without those that lead to another site. */
const targetsOf = (text: string): string[] =>
  parse(text)
    .map((token) => String(token.attrGet('href') ?? token.attrGet('src') ?? ''))
    .filter((target) => target !== '' && !/^[a-z][a-z0-9+.-]*:/i.test(target));

/** Anchors of a page's headings, as GitHub makes them. */
function anchorsOf(text: string): Set<string> {
  const slugger = new GithubSlugger();
  const tokens = markdown.parse(text, {});
  const headings = tokens.flatMap((token, at) => (token.type === 'heading_open' ? [tokens[at + 1]!] : []));
  const shown = ({ children }: Token) =>
    (children ?? []).map(({ type, content }) => (type === 'text' || type === 'code_inline' ? content : '')).join('');
  return new Set(headings.map((heading) => slugger.slug(shown(heading))));
}

/** The links of a page that lead nowhere. */
function brokenLinks(page: string, text: string): string[] {
  return targetsOf(text).filter((target) => {
    const [path = '', anchor] = decodeURIComponent(target).split('#');
    const file = path === '' ? page : join(dirname(page), path);
    if (path !== '' && !statSync(join(project, file), { throwIfNoEntry: false })) return true;
    return anchor !== undefined && file.endsWith('.md') && !anchorsOf(path === '' ? text : read(file)).has(anchor);
  });
}

test.each(pages)('every link of %s leads to a file and a heading that exist', (page) => {
  expect(brokenLinks(page, read(page))).toEqual([]);
});

test('a link to a missing file, a missing heading or a missing picture is broken', () => {
  const text = [
    '# Here `it` is',
    '[file](../README.md) [folder](../docs) [heading](#here-it-is) [site](https://example.org/x)',
    '[file](../NONE.md) [heading](#there) [other](decisions/README.md#none) ![picture](pictures/none.png)',
    '```\n[code](none.md)\n```',
  ].join('\n\n');
  const broken = ['../NONE.md', '#there', 'decisions/README.md#none', 'pictures/none.png'];
  expect(brokenLinks('docs/page.md', text)).toEqual(broken);
});

test('every decision has a number of its own and stands in the list', () => {
  const files = pages.filter((page) => /^docs\/decisions\/\d/.test(page)).map((page) => basename(page));
  const numbers = files.map((file) => file.slice(0, 4));
  expect(new Set(numbers).size).toBe(numbers.length);
  const listed = new Set(targetsOf(read('docs/decisions/README.md')));
  expect(files.filter((file) => !listed.has(file))).toEqual([]);
});
