import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { programOf, readLocalConfig } from './local-config.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'dormouse-local-config-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));
const write = (name: string, text = '') => {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), text);
};

describe('platform.yaml', () => {
  it('adds to those of the folders that an overlay builds on, and wins over them', async () => {
    write('base/kustomization.yaml', 'resources: []');
    write(
      'base/platform.yaml',
      'images: {r/a: a.ts, r/b: functions/b.ts}\nsecrets: {one: {database: posts}, two: {redis: {user: posts, rules: [~posts:*, +get]}}}',
    );
    write('outer/kustomization.yaml', 'resources: [../base, x.yaml]');
    write('outer/platform.yaml', 'images: {r/a: other.ts}\nsecrets: {three: {run: other.ts}}');
    for (const name of ['base/a.ts', 'functions/b.ts', 'outer/other.ts']) write(name);
    const { images, secrets, files } = await readLocalConfig(join(root, 'outer'), root);
    expect(Object.fromEntries([...images].map(([name, image]) => [name, image]))).toEqual({
      'r/a': { program: join(root, 'outer/other.ts'), files: [] },
      'r/b': { program: join(root, 'functions/b.ts'), files: [] },
    });
    expect([...secrets.keys()]).toEqual(['one', 'two', 'three']);
    expect(files).toEqual([join(root, 'base/platform.yaml'), join(root, 'outer/platform.yaml')]);
  });

  it.each([
    ['image: {}', 'unknown field image'],
    ['images: {r/a: gone.ts}', 'gone.ts: no such program'],
    ['images: {r/a: {folder: .}}', 'images.r/a needs folder and command'],
    ['images: {r/a: {folder: ., command: []}}', 'images.r/a needs folder and command'],
    ['images: {r/a: {folder: gone, command: run}}', 'gone: no such program'],
    ['secrets: {a: {database: "x; DROP"}}', 'secrets.a is not understood'],
    ['secrets: {a: {databse: x}}', 'secrets.a is not understood'],
    ['operations: {api: /api/x, secret: keys, token: gone.ts}', 'gone.ts: no such program'],
    ['operations: {api: api, secret: keys, token: platform.yaml}', 'operations needs api'],
    ['operations: {api: /api, token: platform.yaml}', 'operations needs api'],
    ['a: [', 'platform.yaml:1: '],
  ])('with %j is rejected by file and line', async (text, words) => {
    write('platform.yaml', text);
    await expect(readLocalConfig(root, root)).rejects.toThrow(words);
    await expect(readLocalConfig(root, root)).rejects.toThrow(join(root, 'platform.yaml:1: '));
  });

  it('names the API that operators use, and the program that prints a token for it', async () => {
    write('platform.yaml', 'operations: {api: /api/x, secret: keys, token: token.ts}');
    write('token.ts');
    expect((await readLocalConfig(root, root)).operations).toEqual({
      api: '/api/x',
      secret: 'keys',
      token: join(root, 'token.ts'),
    });
  });

  it('names folders whose programs are run as they are', async () => {
    mkdirSync(join(root, 'apps/shop'), { recursive: true });
    write(
      'k8s/platform.yaml',
      'images: {r/shop: {folder: ../apps/shop, command: [node, a.js]}, r/line: {folder: apps, command: npm start}}',
    );
    const { images } = await readLocalConfig(join(root, 'k8s'), root);
    expect(images.get('r/shop')).toEqual({ folder: join(root, 'apps/shop'), entry: ['node', 'a.js'] });
    expect(images.get('r/line')).toEqual({ folder: join(root, 'apps'), entry: 'npm start' });
  });

  it('is not needed for images named after a function', () => {
    write('functions/posts/main.ts');
    const usual = { program: join(root, 'functions/posts/main.ts'), files: [] };
    for (const image of ['dev.local/dormouse/posts:dev', 'posts', 'r:5000/x/posts@sha256:abc'])
      expect(programOf(image, { images: new Map() }, root)).toEqual(usual);
    expect(programOf('dev.local/other', { images: new Map() }, root)).toBeUndefined();
  });
});
