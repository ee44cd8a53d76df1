import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { argvOf, canBeAddressed, programInFolder, sourcesOf, workingFolder } from './folder-program.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dormouse-program-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (files: Record<string, string>) => {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
};
const entry = () => programInFolder(folder, 'shop')?.entry;

describe('the program of a folder', () => {
  it('is what its Procfile says, else its package.json, else a script, else an executable', () => {
    expect(entry()).toBeUndefined();
    write({ shop: '#!/bin/sh\n' });
    expect(entry()).toBeUndefined();
    write({ 'go.mod': '', 'main.go': '' });
    expect(entry()).toEqual(['go', 'run', '.']);
    chmodSync(join(folder, 'shop'), 0o755);
    expect(entry()).toEqual(['./shop']);
    write({ 'app.py': '' });
    expect(entry()).toEqual(['python3', 'app.py']);
    write({ 'index.js': '' });
    expect(entry()).toEqual(['node', 'index.js']);
    write({ 'package.json': '{"main":"lib/start.cjs"}' });
    expect(entry()).toEqual(['node', 'index.js']);
    write({ 'lib/start.cjs': '' });
    expect(entry()).toEqual(['node', 'lib/start.cjs']);
    write({ 'package.json': '{"main":"lib/start.cjs","scripts":{"start":"node index.js --fast"}}' });
    expect(entry()).toBe('node index.js --fast');
    write({ Procfile: 'release: migrate\nweb:  gunicorn app:app\n' });
    expect(entry()).toBe('gunicorn app:app');
  });

  it('takes a command and arguments as an image does', () => {
    write({ 'bin/serve': '' });
    const program = { folder, entry: ['node', 'index.js'] };
    expect(argvOf(program, { command: [], args: ['-v'] })).toEqual(['node', 'index.js', '-v']);
    expect(argvOf(program, { command: ['python3', '-m', 'shop'], args: ['-v'] })).toEqual([
      'python3',
      '-m',
      'shop',
      '-v',
    ]);
    expect(argvOf(program, { command: ['/usr/src/app/bin/serve'], args: [] })).toEqual([join(folder, 'bin/serve')]);
    expect(argvOf(program, { command: ['/nowhere/serve'], args: [] })).toEqual(['/nowhere/serve']);
    const line = { folder, entry: 'node index.js' };
    expect(argvOf(line, { command: [], args: [] })).toEqual(['/bin/sh', '-c', 'node index.js', 'sh']);
    expect(argvOf(line, { command: [], args: ['a b'] })).toEqual(['/bin/sh', '-c', 'node index.js "$@"', 'sh', 'a b']);
  });

  it('runs in its folder, or in a part of it', () => {
    mkdirSync(join(folder, 'api'));
    expect(workingFolder(folder, undefined)).toBe(folder);
    expect(workingFolder(folder, '/app')).toBe(folder);
    expect(workingFolder(folder, '/app/api')).toBe(join(folder, 'api'));
  });

  it('is restarted by its sources, not by what it installs or writes', () => {
    write({
      'index.js': '',
      'views/a.ejs': '',
      'data.json': '{}',
      'node_modules/x/index.js': '',
      'package.json': '{}',
    });
    expect(sourcesOf({ folder, entry: ['node', 'index.js'] })).toEqual(
      ['index.js', 'package.json', 'views/a.ejs'].map((name) => join(folder, name)),
    );
  });

  it.each([
    ['node index.js', true],
    ['/bin/sh -c npm start sh', true],
    ['/usr/bin/python3.12 -m http.server', true],
    ['./server', false],
    ['./node-exporter', false],
  ])('%s can be given an address: %s', (line, can) => {
    expect(canBeAddressed(line.split(' '))).toBe(can);
  });
});
