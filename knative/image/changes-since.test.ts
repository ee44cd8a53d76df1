import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needs } from '@dormouse/tests/needs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changesSince, differingPackages } from './changes-since.ts';

const lock = (packages: Record<string, object>) => JSON.stringify({ lockfileVersion: 3, packages });
const one = { 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '1.0.0' } };

test('packages differ that have another version or hash, are new, or gone', () => {
  const other = { 'node_modules/a': { version: '1.0.1' }, 'node_modules/c': { version: '1.0.0' } };
  expect(differingPackages(lock(one), lock(other)).sort()).toEqual([
    'node_modules/a',
    'node_modules/b',
    'node_modules/c',
  ]);
  expect(differingPackages(lock(one), lock(one))).toEqual([]);
});

test('the lock file of workspaces names no package: their own files do', () => {
  expect(differingPackages(lock(one), lock({ ...one, '': { name: 'x' }, 'functions/posts': {} }))).toEqual([]);
});

describe('in a clone', needs('git'), () => {
  let folder: string;
  let git: (...args: string[]) => string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'changes-'));
    git = (...args) =>
      execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { encoding: 'utf8' });
    writeFileSync(join(folder, 'a.ts'), '1');
    writeFileSync(join(folder, 'package-lock.json'), lock(one));
    git('init', '-q');
    git('add', '.');
    git('commit', '-qm', 'first');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('nothing has changed since the last commit', () => {
    expect(changesSince('HEAD', folder)).toEqual({ files: [], packages: [] });
  });

  test('everything has since the empty tree', () => {
    const { files, packages } = changesSince('4b825dc642cb6eb9a060e54bf8d69288fbee4904', folder);
    expect(files).toEqual(['a.ts', 'package-lock.json']);
    expect(packages).toEqual(Object.keys(one));
  });

  test('files that were changed, added, renamed and removed are named, and packages', () => {
    writeFileSync(join(folder, 'ü b.ts'), '2');
    writeFileSync(join(folder, 'package-lock.json'), lock({ ...one, 'node_modules/a': { version: '2.0.0' } }));
    git('mv', 'a.ts', 'c.ts');
    git('add', '.');
    git('commit', '-qm', 'second');
    expect(changesSince('HEAD~1', folder)).toEqual({
      files: ['a.ts', 'c.ts', 'package-lock.json', 'ü b.ts'],
      packages: ['node_modules/a'],
    });
  });

  test('what is no commit is refused, also when it looks like an option', () => {
    expect(() => changesSince('nothing', folder)).toThrow('there is no commit nothing in this clone');
    expect(() => changesSince('--output=x', folder)).toThrow('there is no commit --output=x');
  });
});
