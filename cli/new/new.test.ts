import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { dormouse } from '../dormouse.fixture.ts';
import { checked } from './check.ts';
import { complete } from './complete.ts';
import { catalogueWith, kustomizationWith, lockWith, routesWith } from './edits.ts';
import { filesFor } from './files.ts';
import type { Options } from './new-function.ts';
import { write } from './write.ts';

const root = join(import.meta.dirname, '../..');
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const asked = (words: Partial<Options>) =>
  checked({ name: 'naps', table: false, events: [], dryRun: false, ...words }, root);

test('types are given as a list, or one after the other, and count once', async () => {
  const events = ['--events', 'nap.begun, nap.ended', '--events', 'nap.begun'];
  const { code, err } = await dormouse(['new', 'naps', '--path', '/naps', '--table', ...events]);
  expect({ code, err }).toMatchObject({
    code: 2,
    err: expect.stringContaining('nap.begun and nap.ended: one new type'),
  });
});

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'new-'));
  folders.push(folder);
  return folder;
}

describe('what there is no room for is refused', () => {
  test.each([
    ['Naps --path /naps', 'a name is lower-case letters and digits'],
    ['my-naps --path /naps', 'a name is lower-case letters and digits'],
    ['_runtime --path /naps', 'a name is lower-case letters and digits'],
    ['9naps --path /naps', 'a name is lower-case letters and digits'],
    [`${'n'.repeat(41)} --path /naps`, 'a name is lower-case letters and digits'],
    ['posts --path /naps', 'posts is taken: functions/posts is there'],
    ['migrate --path /naps', 'migrate is taken'],
    ['runtime --path /naps', 'runtime is taken: another package has the name @dormouse/runtime'],
    ['events --path /naps', 'events is taken: another package has the name @dormouse/events'],
    ['ingress --path /naps', 'ingress is taken by something else'],
    ['gateway --path /naps', 'gateway is taken: knative/base/gateway.yaml is there'],
    ['pgnaps --path /naps', 'pgnaps is taken by something else'],
    ['postgres --path /naps', 'postgres is taken by something else'],
    ['naps', 'nobody could call it'],
    ['naps --table', 'nobody could call it'],
    ['naps --path naps', '--path naps: lower-case letters'],
    ['naps --path /naps/', '--path /naps/: lower-case letters'],
    ['naps --path /na*s', '--path /na*s: lower-case letters'],
    ['naps --path /events', 'the ingress keeps it for itself'],
    ['naps --path /health', 'the ingress keeps it for itself'],
    ['naps --path /blog/api/posts', '--path /blog/api/posts: posts answers /blog/api/posts'],
    ['naps --path /blog/api/posts/new', 'posts answers /blog/api/posts/:'],
    ['naps --path /blog/api', 'answers /blog/api/'],
    ['naps --path /api/login', 'auth answers /api/login'],
    ['naps --path /stats', 'web answers /stats'],
    ['naps --path /api/journal/naps', 'the ingress leads /api/journal/naps to journal (knative/base/gateway.yaml)'],
    ['naps --path /naps --events dev.dormouse.post.creted.v1', 'posts has dev.dormouse.post.created.v1, '],
    ['naps --path /naps --events dev.dormouse.posts.created.v1', 'posts has dev.dormouse.post.created.v1, '],
    ['naps --path /naps --events nap.begun', 'a new type is dev.dormouse.THING.VERB.v1'],
    ['naps --path /naps --events dev.dormouse.nap.begun.v2', 'a new type is dev.dormouse.THING.VERB.v1'],
    ['naps --path /naps --events dev.dormouse.nap.begun.v1', 'add --table'],
    ['naps --path /naps --table --events dev.dormouse.field.made.v1', 'events/field.ts is something else'],
    [
      'naps --path /naps --table --events dev.dormouse.nap.begun.v1,dev.dormouse.nap.ended.v1',
      'one new type at a time',
    ],
    ['naps --table --events dev.dormouse.nap.begun.v1', 'nobody could call it'],
  ])('%s', async (line, says) => {
    const { code, out, err } = await dormouse(['new', ...line.split(' ')]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^dormouse new: [^\n]*\n$/);
    expect(err).toContain(says);
  });
});

test('types of the catalogue are consumed, a new one is emitted', async () => {
  const events = ['dev.dormouse.nap.begun.v1', 'dev.dormouse.post.published.v1'];
  const wanted = await asked({ path: '/naps', table: true, events });
  expect(wanted.consumes.map(({ constant, module }) => [constant, module])).toEqual([['postPublished', 'post']]);
  expect(wanted.emits).toEqual({ type: 'dev.dormouse.nap.begun.v1', aggregate: 'nap', constant: 'napBegun' });
});

test('a dry run says what would be written, and writes nothing', async () => {
  const { code, out, err } = await dormouse(['new', 'naps', '--path', '/naps', '--table', '--dry-run']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toContain('would create  functions/naps/app.ts\n');
  expect(out).toContain('would change  knative/base/gateway.yaml\n');
  expect(existsSync(join(root, 'functions/naps'))).toBe(false);
});

test('nothing is written when one of the new files is there', () => {
  const folder = temporary();
  writeFileSync(join(folder, 'README.md'), 'mine');
  const files = { created: new Map([['README.md', 'x']]), changed: new Map([['one/a.txt', 'x']]) };
  expect(() => write(folder, files, (_, path) => expect.unreachable(path))).toThrow('README.md is there');
  expect(existsSync(join(folder, 'one'))).toBe(false);
});

test('every file is named as it is written', async () => {
  const folder = temporary();
  const lines: string[] = [];
  const { created } = filesFor(await asked({ path: '/naps' }), root, new Date());
  write(folder, { created, changed: new Map() }, (what, path) => lines.push(`${what} ${path}`));
  expect(lines).toContain('created functions/naps/app.ts');
  expect(lines).toHaveLength(created.size);
  for (const line of lines) expect(existsSync(join(folder, line.slice(8)))).toBe(true);
});

test('a generator that fails is named with its reason, in one line', () => {
  const folder = temporary();
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
  writeFileSync(join(folder, 'node_modules/.bin/biome'), '#!/bin/sh\n', { mode: 0o755 });
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ scripts: { generate: 'node one.mjs && node two.mjs x' } }),
  );
  writeFileSync(join(folder, 'one.mjs'), '');
  writeFileSync(join(folder, 'two.mjs'), "console.log('begins');\nthrow new TypeError('no catalogue');\n");
  expect(() => complete(folder, { created: new Map(), changed: new Map() })).toThrow(
    /^the files above are written, but "node two\.mjs x" failed: TypeError: no catalogue$/,
  );
});

describe('what is there already', () => {
  test('gets a line in the list of resources, before what is generated', () => {
    expect(kustomizationWith('resources:\n  - web.yaml\n  - ../../events/generated\nx: 1\n', 'naps')).toBe(
      'resources:\n  - web.yaml\n  - naps.yaml\n  - ../../events/generated\nx: 1\n',
    );
  });

  test('gets its routes before those of auth and web', () => {
    const text = '    - name: journal\n    - name: auth\n    - name: auth\n    - name: web\n';
    expect(routesWith(text, '    - name: naps\n')).toBe(
      '    - name: journal\n    - name: naps\n    - name: auth\n    - name: auth\n    - name: web\n',
    );
  });

  test('gets the contract into the catalogue', () => {
    const text = "import type { EventContract } from './contract.ts';\n\nexport const catalogue = [\n  a,\n];\n";
    const event = { type: 't', aggregate: 'nap', constant: 'napBegun' };
    expect(catalogueWith(text, event)).toBe(
      "import { napBegun } from './nap.ts';\nimport type { EventContract } from './contract.ts';\n\nexport const catalogue = [\n  a,\n  napBegun,\n];\n",
    );
  });

  test('is told by name when it has changed beyond recognition', () => {
    expect(() => kustomizationWith('resources: []\n', 'naps')).toThrow('../../events/generated');
  });

  test('gets the workspace into the lock file, in its order', () => {
    const lock = { packages: { '': {}, 'functions/auth': {}, 'functions/web': {}, 'node_modules/@dormouse/web': {} } };
    const json = { name: '@dormouse/naps', version: '0.1.0', dependencies: { hono: '1' } };
    const { packages } = JSON.parse(lockWith(JSON.stringify(lock), json));
    expect(Object.keys(packages)).toEqual([
      '',
      'functions/auth',
      'functions/naps',
      'functions/web',
      'node_modules/@dormouse/naps',
      'node_modules/@dormouse/web',
    ]);
  });
});
