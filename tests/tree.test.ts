import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { workspacesOf } from './import-graph.ts';

const project = join(import.meta.dirname, '..');
const page = readFileSync(join(project, 'CONTRIBUTING.md'), 'utf8');
const listing = /^## The tree\n\n```\n([\s\S]*?)^```/m.exec(page)?.[1] ?? '';

/** Folders of an indented listing, two spaces for each level, as paths. */
function foldersOf(text: string): string[] {
  const parents: string[] = [];
  return text.split('\n').flatMap((line) => {
    const found = /^( *)([\w.-]+)\/ /.exec(line);
    if (!found) return [];
    const depth = (found[1] as string).length / 2;
    parents.splice(depth, parents.length, found[2] as string);
    return [parents.join('/')];
  });
}

const listed = foldersOf(listing);

test('every folder of the tree in CONTRIBUTING.md exists', () => {
  expect(listed.length).toBeGreaterThan(20);
  expect(listed.filter((folder) => !existsSync(join(project, folder)))).toEqual([]);
});

test('every workspace and every folder at the top stands in that tree', () => {
  const top = readdirSync(project, { withFileTypes: true })
    .filter(
      (entry) => entry.isDirectory() && !entry.name.startsWith('.') && !['node_modules', 'dist'].includes(entry.name),
    )
    .map(({ name }) => name);
  const rooms = workspacesOf(project).map(({ folder }) => folder);
  expect([...top, ...rooms].filter((folder) => !listed.includes(folder))).toEqual([]);
});

test('every file that CONTRIBUTING.md names exists', () => {
  const named = [...page.matchAll(/`((?:knative|functions|events|tests|serving|eventing)\/[\w/.-]+\.\w+)`/g)].map(
    ([, path]) => path as string,
  );
  expect(named.length).toBeGreaterThan(10);
  const known = globSync('knative/local/**/*.ts', { cwd: project, exclude: (name) => name === 'node_modules' });
  const missing = named.filter(
    (path) =>
      !path.includes('NAME') && !existsSync(join(project, path)) && !known.includes(join('knative/local', path)),
  );
  expect(missing).toEqual([]);
});
