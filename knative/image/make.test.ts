import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Layer } from './archive.ts';
import { type Image, imageMaker } from './make.ts';

const work = mkdtempSync(join(tmpdir(), 'make-test-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

function opened(layers: readonly Layer[]): string {
  const folder = mkdtempSync(join(work, 'root-'));
  for (const { bytes } of layers) execFileSync('tar', ['-xzf', '-', '-C', folder], { input: bytes });
  return folder;
}

describe.runIf(process.platform === 'linux')('the image of a function', () => {
  let image: Image;
  let root: string;
  beforeAll(async () => {
    image = await imageMaker()('migrate');
    root = opened(image.layers);
  });

  test('starts Node.js itself as process 1, as nobody in particular', () => {
    expect(image.config).toMatchObject({ User: '65532:65532', WorkingDir: '/app', Entrypoint: ['/usr/bin/node', 'main.js'] });
  });

  test('has no shell', () => {
    expect(readdirSync(join(root, 'usr/bin'))).toEqual(['node']);
  });

  test('holds the program, the tables that it makes, and compiled code for its account', () => {
    expect(readdirSync(join(root, 'app'))).toEqual(expect.arrayContaining(['main.js', 'package.json', 'functions']));
    expect(readdirSync(join(root, 'app/functions'))).toContain('posts');
    expect(readdirSync(join(root, 'app/cache'))).toEqual([expect.stringMatching(/^v24\..*-65532$/)]);
  });

  test('runs with the libraries that it brings', () => {
    const [loader] = readdirSync(join(root, 'usr/lib64'));
    const libraries = readdirSync(join(root, 'usr/lib')).map((each) => join(root, 'usr/lib', each));
    const run = spawnSync(join(root, 'usr/lib64', loader!), ['--library-path', libraries.join(':'), join(root, 'usr/bin/node'), '-p', '6 * 7'], {
      encoding: 'utf8',
    });
    expect(run.stdout).toBe('42\n');
  });
});
