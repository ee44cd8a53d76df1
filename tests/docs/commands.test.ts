import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { unexplainedCommands } from './commands.ts';

const project = join(import.meta.dirname, '../..');
const read = (path: string) =>
  existsSync(join(project, path)) ? readFileSync(join(project, path), 'utf8') : undefined;

describe('every command of a tutorial', () => {
  const tutorials = globSync('docs/tutorials/*.md', { cwd: project }).sort();

  test('is looked at', () => expect(tutorials.length).toBeGreaterThan(1));

  test.each(tutorials)('in %s is run by a test, or says why not', (page) => {
    expect(unexplainedCommands(page, read(page) as string, read)).toEqual([]);
  });
});

describe('a block of commands', () => {
  const found = (text: string, test = 'reads docs/tutorials/page.md') =>
    unexplainedCommands('docs/tutorials/page.md', text, (path) => (path === 'tests/a.test.ts' ? test : undefined));

  test('without a mark is named with its line', () => {
    expect(found('# A\n\n```sh\nnpm start\n```\n\n- b\n\n  ```console\n  $ npm test\n  ```\n')).toEqual([
      'docs/tutorials/page.md:3: npm start',
      'docs/tutorials/page.md:9: $ npm test',
    ]);
  });

  test('without a language is one where it begins with a prompt, and output is none', () => {
    expect(found('```\n$ npm start\n```\n\n```text\n$ 5\n```\n\n```\nok\n```\n')).toEqual([
      'docs/tutorials/page.md:1: $ npm start',
    ]);
  });

  test('may say why it is not run, but not without a reason, and for itself alone', () => {
    const block = '```sh\nnpm start\n```\n';
    expect(found(`<!-- not run: needs kind -->\n\n${block}`)).toEqual([]);
    expect(found(`<!-- not run: -->\n\n${block}`)).toHaveLength(1);
    expect(found(`<!-- not run: needs kind -->\n\n${block}\n${block}`)).toHaveLength(1);
  });

  test('is run where a test follows the page, which has to be there and to name it', () => {
    const text = '# A\n\n<!-- followed by tests/a.test.ts -->\n\n```sh\nnpm start\n```\n';
    expect(found(text)).toEqual([]);
    expect(found(text, 'reads another page')).toEqual(['docs/tutorials/page.md: tests/a.test.ts does not follow it']);
    expect(found(text.replace('a.test', 'b.test'))).toEqual([
      'docs/tutorials/page.md: tests/b.test.ts does not follow it',
    ]);
  });
});
