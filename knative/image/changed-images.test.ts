import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Contents, changedImages, inEveryImage } from './changed-images.ts';
import { contentsOf } from './contents.ts';

const project = join(import.meta.dirname, '../..');
const images = new Map<string, Contents>([
  ['posts', ['functions/posts/main.ts', 'events/post.ts', 'node_modules/hono/dist/hono.js']],
  ['web', ['functions/web/main.ts', 'node_modules/hono/dist/hono.js', 'node_modules/hono/node_modules/pino/pino.js']],
  ['migrate', ['functions/migrate/main.ts', 'functions/posts/migrations/']],
]);
const changed = (files: string[], packages: string[] = []) => changedImages(images, { files, packages });
const all = [...images.keys()];

describe('an image has changed when', () => {
  test.each([
    ['a source of it has', ['events/post.ts'], [], ['posts']],
    ['a package that it holds is another one', ['package-lock.json'], ['node_modules/hono'], ['posts', 'web']],
    ['a package inside of a package is', ['package-lock.json'], ['node_modules/hono/node_modules/pino'], ['web']],
    [
      'a migration was added, also to a table of another function',
      ['functions/posts/migrations/9.sql'],
      [],
      ['migrate'],
    ],
    ['the image writer has', ['knative/image/root.ts'], [], all],
    ['the bundler has', ['package-lock.json'], ['node_modules/esbuild'], all],
    ['Node.js has', ['package-lock.json'], [`node_modules/node-${process.platform}-${process.arch}`], all],
    ['the version has', ['package.json'], [], all],
  ])('%s', (_, files, packages, expected) => {
    expect(changed(files, packages)).toEqual(expected);
  });

  test.each([
    ['a document', ['README.md']],
    ['a test, of the image writer too', ['functions/posts/app.test.ts', 'knative/image/make.test.ts']],
    ['a manifest', ['knative/base/posts.yaml']],
    ['a source of the local platform', ['knative/local/platform.ts']],
    ['a file whose name begins alike', ['events/post.ts.md', 'functions/posts/main.ts2']],
  ])('and not when %s has', (_, files) => {
    expect(changed(files)).toEqual([]);
  });

  test('and not when a package has that it does not hold', () => {
    expect(changed(['package-lock.json'], ['node_modules/vitest', 'node_modules/hono-openapi'])).toEqual([]);
  });
});

test('what goes into every image is there', () => {
  const missing = inEveryImage.filter((path) => !path.startsWith('node_modules/') && !existsSync(join(project, path)));
  expect(missing).toEqual([]);
});

describe('what goes into the images of this project', () => {
  let contents: Map<string, Contents>;
  beforeAll(async () => {
    contents = await contentsOf(['migrate', 'relay'], project);
  });

  test('is what the bundler reads: own sources, packages and what names them', () => {
    expect(contents.get('relay')).toEqual(
      expect.arrayContaining([
        'functions/relay/main.ts',
        'functions/relay/package.json',
        'functions/_runtime/outbox.ts',
        'functions/_runtime/package.json',
        expect.stringMatching(/^node_modules\/hono\//),
      ]),
    );
    expect(contents.get('relay')).not.toContain('functions/posts/app.ts');
  });

  test('is migrations too, in the Job that runs them', () => {
    const migrations = 'functions/posts/migrations/';
    expect(contents.get('migrate')).toContain(migrations);
    expect(contents.get('relay')).not.toContain(migrations);
  });

  test('so a change of the relay builds the relay alone, and one of the runtime both', () => {
    const of = (...files: string[]) => changedImages(contents, { files, packages: [] });
    expect(of('functions/relay/main.ts')).toEqual(['relay']);
    expect(of('functions/_runtime/config.ts')).toEqual(['migrate', 'relay']);
  });
});
