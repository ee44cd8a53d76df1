import type { Token } from 'markdown-it';
import { blocksOf } from './markdown.ts';

/** How the checker looks at files: their text, or nothing where there is no such file. */
export type ReadFile = (path: string) => string | undefined;

const typed = new Set(['sh', 'bash', 'shell', 'console']);
const followedBy = /^<!-- followed by (\S+\.test\.ts) -->\s*$/;
const notRun = /^<!-- not run: \S.*\s-->\s*$/s;

/**
 * Blocks of commands on a page that no test runs and for which no reason is given, each with its line.
 * `<!-- followed by tests/….test.ts -->` on a page says that this test runs all of them, and has to name the page;
 * `<!-- not run: REASON -->` before a block says why nobody does.
 */
export function unexplainedCommands(page: string, text: string, read: ReadFile): string[] {
  const blocks = blocksOf(text);
  const test = blocks.flatMap(({ type, content }) =>
    type === 'html_block' ? (followedBy.exec(content)?.[1] ?? []) : [],
  )[0];
  if (test !== undefined) return followsPage(read(test), page) ? [] : [`${page}: ${test} does not follow it`];
  return blocks.flatMap((block, at) => {
    if (!isTyped(block)) return [];
    const before = blocks[at - 1];
    if (before?.type === 'html_block' && notRun.test(before.content)) return [];
    return [`${page}:${(block.map?.[0] ?? 0) + 1}: ${block.content.split('\n')[0]}`];
  });
}

const isTyped = ({ type, info, content }: Token) =>
  (type === 'fence' && (typed.has(info.split(' ')[0] as string) || (info === '' && content.startsWith('$ ')))) ||
  type === 'code_block';

const followsPage = (test: string | undefined, page: string) =>
  test?.includes(page.split('/').at(-1) as string) === true;
