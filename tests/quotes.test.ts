import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';

const project = join(import.meta.dirname, '..');
const pages = globSync('{*.md,docs/**/*.md}', { cwd: project, exclude: (name) => basename(name) === 'node_modules' });

interface Quote {
  page: string;
  path: string;
  text: string;
}

/** Blocks of code behind a comment `from PATH`: they are part of that file, word for word. */
const quotes = pages.flatMap((page): Quote[] => {
  const found = readFileSync(join(project, page), 'utf8').matchAll(/^<!-- from (\S+) -->\n+```\w*\n([\s\S]*?)^```$/gm);
  return [...found].map(([, path, text]) => ({ page, path: path as string, text: text as string }));
});

/** Lines without the indentation that they have in common. */
function outdented(text: string): string {
  const lines = text.split('\n');
  const indent = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(indent)).join('\n');
}

/** Whether a file has the block somewhere, at whatever indentation. */
function holds(file: string, block: string): boolean {
  const wanted = outdented(block.trimEnd());
  const [lines, length] = [file.split('\n'), wanted.split('\n').length];
  return lines.some((_, first) => outdented(lines.slice(first, first + length).join('\n')) === wanted);
}

test.each(quotes)('$page quotes $path as it is', ({ path, text }) => {
  const file = readFileSync(join(project, path), 'utf8');
  expect(holds(file, text), `${path} does not hold\n${text}`).toBe(true);
});

test.each(['write-a-consumer', 'test-an-event-flow'])('every block of TypeScript in %s is a quote', (name) => {
  const page = `docs/how-to/${name}.md`;
  const blocks = readFileSync(join(project, page), 'utf8').match(/^```(?:ts|yaml|sql)$/gm) ?? [];
  expect(quotes.filter((quote) => quote.page === page)).toHaveLength(blocks.length);
  expect(blocks.length).toBeGreaterThan(3);
});

test('a block that was changed, or that says less in the middle, is not held', () => {
  const file = 'if (a) {\n  one();\n  two();\n}\n';
  expect(
    ['one();\ntwo();\n', '  one();\n', 'if (a) {\n  one();\n  two();\n}\n'].map((block) => holds(file, block)),
  ).toEqual([true, true, true]);
  expect(
    ['one();\nthree();\n', 'if (a) {\n  two();\n}\n', 'if (a) {\none();\n'].map((block) => holds(file, block)),
  ).toEqual([false, false, false]);
});
