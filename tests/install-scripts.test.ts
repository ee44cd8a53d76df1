import { readdirSync, readFileSync, realpathSync } from 'node:fs';
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

test('what is installed in its place has nothing that could run', () => {
  const installed = realpathSync(join(root, 'node_modules/@scarf/scarf'));
  expect(installed).toBe(realpathSync(join(root, 'tests/empty-package')));
  expect(readdirSync(installed)).toEqual(['package.json']);
  const { scripts, bin, main, exports } = read('tests/empty-package/package.json');
  expect([scripts, bin, main, exports]).toEqual([undefined, undefined, undefined, undefined]);
});
