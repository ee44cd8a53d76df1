import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { skippedFor } from '@dormouse/tests/needs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Layer } from './archive.ts';
import type { Source } from './labels.ts';
import { type Image, imageMaker } from './make.ts';

const work = mkdtempSync(join(tmpdir(), 'make-test-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

function opened(layers: readonly Layer[]): string {
  const folder = mkdtempSync(join(work, 'root-'));
  for (const { bytes } of layers) execFileSync('tar', ['-xzf', '-', '-C', folder], { input: bytes });
  return folder;
}

const source: Source = {
  version: '7.0.0',
  description: 'A blog',
  license: 'Apache-2.0',
  revision: 'abc',
  url: 'https://example.org/blog',
  created: '2026-01-02T03:04:05.000Z',
};

describe('the image of a function', skippedFor(process.platform === 'linux' ? [] : ['Linux']), () => {
  let image: Image;
  let root: string;
  beforeAll(async () => {
    image = await imageMaker(source)('migrate');
    root = opened(image.layers);
  });

  test('starts Node.js itself as process 1, as nobody in particular', () => {
    expect(image.config).toMatchObject({
      User: '65532:65532',
      WorkingDir: '/app',
      Entrypoint: ['/usr/bin/node', 'main.js'],
    });
  });

  test('says what it is, and from when and where', () => {
    expect(image.config.Labels).toMatchObject({
      'org.opencontainers.image.title': 'dormouse/migrate',
      'org.opencontainers.image.revision': 'abc',
      'org.opencontainers.image.created': source.created,
    });
  });

  test('holds the list of its parts: packages, Node.js, and the packages of the libraries that it brings', () => {
    expect(readFileSync(join(root, 'app/sbom.cdx.json'), 'utf8')).toBe(image.sbom);
    const { components } = JSON.parse(image.sbom) as {
      components: { name: string; version?: string; purl?: string }[];
    };
    expect(components).toContainEqual(
      expect.objectContaining({ name: 'postgres', purl: expect.stringMatching(/^pkg:npm\/postgres@\d/) }),
    );
    expect(components).toContainEqual(expect.objectContaining({ name: 'node', version: process.versions.node }));
    expect(components.map(({ name }) => name)).not.toContain('vitest');
    // Where Debian's package manager is missing, libraries are named as files.
    const libraries = components.filter(({ name, purl }) => purl?.startsWith('pkg:deb/') || name.startsWith('libc.so'));
    expect(libraries.length).toBeGreaterThan(0);
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
    const run = spawnSync(
      join(root, 'usr/lib64', loader!),
      ['--library-path', libraries.join(':'), join(root, 'usr/bin/node'), '-p', '6 * 7'],
      {
        encoding: 'utf8',
      },
    );
    expect(run.stdout).toBe('42\n');
  });
});
