import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'));
const packages: [path: string, locked: { hasInstallScript?: boolean; link?: boolean }][] = Object.entries(
  read('package-lock.json').packages,
);

test('no package runs a script when it is installed, but those that package.json allows', () => {
  const withScript = packages
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => path.replace(/^.*node_modules\//, ''));
  expect(withScript.sort()).toEqual(Object.keys(read('package.json').allowScripts).sort());
});

test('what reports installations is replaced by an empty package of our own', () => {
  const scarf = packages.filter(([path]) => path.endsWith('node_modules/@scarf/scarf'));
  expect(scarf).toEqual([['node_modules/@scarf/scarf', { resolved: 'tests/empty-package', link: true }]]);
});
