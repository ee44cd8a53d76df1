import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { checked } from './check.ts';
import { catalogueWith, kustomizationWith, lockWith, routesWith } from './edits.ts';
import { filesFor } from './files.ts';
import { help, options } from './options.ts';
import { run } from './run.ts';
import { write } from './write.ts';

const root = join(import.meta.dirname, '../..');
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const asked = (line: string) => {
  const chosen = options(line.split(' ').filter((word) => word !== ''));
  if ('help' in chosen) throw new Error('help was asked for');
  return checked(chosen, root);
};

describe('the command line', () => {
  test('is read', () => {
    expect(options(['naps', '--path', '/naps', '--table', '--events', 'a,b', '--events', 'b, c', '--dry-run'])).toEqual(
      {
        name: 'naps',
        path: '/naps',
        table: true,
        events: ['a', 'b', 'c'],
        dryRun: true,
      },
    );
    expect(options(['--help'])).toEqual({ help });
  });

  test.each([
    ['', 'a name is missing'],
    ['naps dreams', 'one function at a time: naps or dreams?'],
    ['naps --tabel', "Unknown option '--tabel'"],
    ['naps --path', "Option '--path <value>' argument missing"],
  ])('%j is refused in one line', (line, says) => {
    expect(() => options(line.split(' ').filter(Boolean))).toThrow(says);
    expect(() => options(line.split(' ').filter(Boolean))).toThrow(/^[^\n]*$/);
  });
});

describe('what there is no room for is refused', () => {
  test.each([
    ['Naps --path /naps', 'a name is lower-case letters and digits'],
    ['my-naps --path /naps', 'a name is lower-case letters and digits'],
    ['_runtime --path /naps', 'a name is lower-case letters and digits'],
    ['9naps --path /naps', 'a name is lower-case letters and digits'],
    [`${'n'.repeat(41)} --path /naps`, 'a name is lower-case letters and digits'],
    ['posts --path /naps', 'posts is taken: functions/posts is there'],
    ['migrate --path /naps', 'migrate is taken'],
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
    await expect(asked(line)).rejects.toThrow(says);
    await expect(asked(line)).rejects.toThrow(/^[^\n]*$/);
  });
});

test('types of the catalogue are consumed, a new one is emitted', async () => {
  const wanted = await asked(
    'naps --path /naps --table --events dev.dormouse.nap.begun.v1,dev.dormouse.post.published.v1',
  );
  expect(wanted.consumes.map(({ constant, module }) => [constant, module])).toEqual([['postPublished', 'post']]);
  expect(wanted.emits).toEqual({ type: 'dev.dormouse.nap.begun.v1', aggregate: 'nap', constant: 'napBegun' });
});

test('a dry run says what would be written, and writes nothing', async () => {
  const lines: string[] = [];
  const chosen = { name: 'naps', path: '/naps', table: true, events: [], dryRun: true };
  await run(chosen, root, (line) => lines.push(line));
  expect(lines).toContain('would create  functions/naps/app.ts');
  expect(lines).toContain('would change  knative/base/gateway.yaml');
  expect(existsSync(join(root, 'functions/naps'))).toBe(false);
});

test('nothing is written when one of the new files is there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'new-'));
  folders.push(folder);
  const there = new Map([['one/a.txt', 'mine']]);
  expect(() => write(root, { created: new Map([['README.md', 'x']]), changed: there })).toThrow('README.md is there');
  expect(existsSync(join(root, 'one'))).toBe(false);
  const files = filesFor(await asked('naps --path /naps'), root, new Date());
  expect(files.created.size).toBeGreaterThan(4);
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
