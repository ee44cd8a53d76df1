import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commandsThatFail } from './terminal.ts';

const project = join(import.meta.dirname, '../..');
const pages = globSync('{*.md,{docs,observability,terraform}/**/*.md}', {
  cwd: project,
  exclude: (name) => basename(name) === 'node_modules',
}).sort();

test('pages with commands are looked at', () => expect(pages.length).toBeGreaterThan(150));

test.each(pages)('who types the commands of %s finds what they name', (page) => {
  const text = readFileSync(join(project, page), 'utf8');
  expect(commandsThatFail(page, text, (path) => existsSync(join(project, path)))).toEqual([]);
});

describe('a command', () => {
  const checkout = new Set([
    'tests',
    'tests/a.test.ts',
    'knative',
    'knative/base',
    'tests/package.json',
    'package.json',
  ]);
  const block = (lines: string) => `\`\`\`sh\n${lines}\n\`\`\`\n`;
  const found = (text: string) => commandsThatFail('page.md', text, (path) => checkout.has(path));

  test('that names a file which is not there is found, placeholders are not', () => {
    expect(found(block('npx vitest run tests/a.test.ts tests/b.test.ts tests/NAME.test.ts tests/*.ts'))).toEqual([
      'page.md:2: there is no tests/b.test.ts',
    ]);
  });

  test('is found where an earlier one has led elsewhere, in a later block too', () => {
    expect(found(`${block('cd knative/base')}\n${block('kubectl apply -k knative/base')}`)).toEqual([
      'page.md:6: in knative/base there is no knative/base',
    ]);
    expect(found(block('cd knative/base\ncd ../..\nkubectl apply -k knative/base'))).toEqual([]);
    expect(found(block('(cd knative/base && ls)\nkubectl apply -k knative/base'))).toEqual([]);
    expect(found(block('cd knative/none'))).toEqual(['page.md:2: there is no folder knative/none']);
  });

  test('of npm is found in a package that has other scripts', () => {
    expect(found(block('cd tests\nnpm start'))).toEqual(['page.md:3: tests is a package of its own']);
    expect(found(block('cd knative/base\nnpm start'))).toEqual([]);
  });

  test('runs TypeScript by the Node.js that npm has installed', () => {
    expect(found(block('node tests/a.test.ts\nnpx node tests/a.test.ts\nnode -p 1'))).toEqual([
      'page.md:2: npx node FILE.ts',
    ]);
  });

  test('stands behind a prompt where there is output', () => {
    expect(found('```console\n$ ls tests/none\ntests/nothing\n```\n')).toEqual(['page.md:2: there is no tests/none']);
    expect(found('```text\n$ ls tests/none\n```\n')).toEqual([]);
  });
});
