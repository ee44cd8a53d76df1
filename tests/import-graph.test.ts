import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { circles, type Source, sourcesOf, type Workspace, workspacesOf } from './import-graph.ts';

const project = join(import.meta.dirname, '..');
const workspaces = workspacesOf(project);
const innermostFirst = [...workspaces].sort((a, b) => b.folder.length - a.folder.length);
const outermost = workspaces.filter(({ folder }) => !workspaces.some((other) => folder.startsWith(`${other.folder}/`)));
const sources = sourcesOf(
  project,
  outermost.map(({ folder }) => folder),
  workspaces,
);
const production = sources.filter(({ isTest }) => !isTest);

const roomOf = (path: string): Workspace | undefined =>
  innermostFirst.find(({ folder }) => path.startsWith(`${folder}/`));

const isFunction = ({ folder }: Workspace) => folder.startsWith('functions/') && !folder.startsWith('functions/_');

/** Floors of the house, the lowest first: imports stay on a floor or point down. `functions` stands for each of them. */
const floors = [
  ['http', 'time', 'signals', 'events', 'cesql', 's3'],
  ['filters', 'telemetry', 'manifests', 'observability'],
  ['runtime', 'functions', 'backup', 'kubernetes-api'],
  ['serving'],
  ['eventing', 'backing', 'monitoring'],
  ['console'],
  ['local'],
  ['testing', 'image', 'checks', 'openapi', 'generate'],
  ['deploy'],
  // The command line starts everything else, the programs of the tests too.
  ['tests', 'cli'],
];

function floorOf(room: Workspace): number {
  const name = isFunction(room) ? 'functions' : room.name.replace('@dormouse/', '');
  const floor = floors.findIndex((names) => names.includes(name));
  if (floor < 0) throw new Error(`${room.folder} has no floor: give ${name} one in ${import.meta.filename}`);
  return floor;
}

/** The types of another function's API may be imported: they leave nothing in the program. */
function isTypeOfApi({ path, target, to }: { path: string; target: string; to: Workspace }): boolean {
  const imports = new RegExp(`import (type )?[^;]*? from '${to.name}/api'`, 'g');
  const text = readFileSync(join(project, path), 'utf8');
  return isFunction(to) && target === `${to.folder}/api.ts` && [...text.matchAll(imports)].every(([, type]) => type);
}

/** Imports of production code that cross a wall. */
const crossings = production.flatMap(({ path, imports }) =>
  imports.flatMap((target) => {
    const [from, to] = [roomOf(path), roomOf(target)];
    return from && to && from !== to ? [{ path, target, from, to }] : [];
  }),
);

describe('the direction of imports', () => {
  test('no import points up', () => {
    const up = crossings.filter(({ from, to }) => floorOf(to) > floorOf(from));
    expect(up.map(({ path, target }) => `${path} imports ${target}`)).toEqual([]);
  });

  test('no circle of imports', () => {
    expect(circles(new Map(production.map(({ path, imports }) => [path, imports])))).toEqual([]);
  });

  test('a function imports no other function but the types of its API, and nothing of the local platform', () => {
    // What a Trigger's filters mean is one package, here and on the platform.
    const allowed = ['runtime', 'events', 'signals', 'filters', 's3'].map((name) => `@dormouse/${name}`);
    const wrong = crossings.filter(
      (each) => isFunction(each.from) && !allowed.includes(each.to.name) && !isTypeOfApi(each),
    );
    expect(wrong.map(({ path, target }) => `${path} imports ${target}`)).toEqual([]);
  });

  test('the local platform imports no function, and knows none by name', () => {
    const functions = workspaces.filter(isFunction);
    const ofPlatform = ({ folder }: Workspace) => folder.startsWith('knative/local');
    const wrong = crossings.filter(
      ({ from, to }) => ofPlatform(from) && (isFunction(to) || to.name === '@dormouse/runtime'),
    );
    expect(wrong.map(({ path, target }) => `${path} imports ${target}`)).toEqual([]);
    // These are also words for other things.
    const names = functions
      .map(({ folder }) => folder.replace('functions/', ''))
      .filter((name) => !['web', 'search', 'comments', 'webhooks', 'newsletter'].includes(name));
    const named = new RegExp(`['"\`/](${names.join('|')})['"\`/]`);
    const knowing = production.filter(({ path, text }) => path.startsWith('knative/local/') && named.test(text));
    expect(knowing.map(({ path }) => path)).toEqual([]);
  });

  test('no relative import leaves its room', () => {
    const leaving = sources.flatMap(({ path, text }) => {
      const room = roomOf(path);
      return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']*)'/g)]
        .map(([, specifier]) => join(path, '..', specifier as string))
        .filter((target) => roomOf(target) && roomOf(target) !== room)
        .map((target) => `${path} imports ${target}: name the package`);
    });
    expect(leaving).toEqual([]);
  });
});

describe('walls', () => {
  test('no room holds more than 30 % of the code', () => {
    const lines = new Map<string, number>();
    for (const { path, text } of production)
      lines.set(roomOf(path)!.name, (lines.get(roomOf(path)!.name) ?? 0) + text.split('\n').length);
    const total = [...lines.values()].reduce((sum, each) => sum + each, 0);
    expect([...lines].filter(([, count]) => count > 0.3 * total)).toEqual([]);
  });

  test.each(workspaces.map((room) => ({ room, name: room.name })))(
    '$name declares every package that it imports',
    ({ room }) => {
      const ofTests = packagesOf(workspaces.find(({ name }) => name === '@dormouse/tests')!, true);
      const missing = sources
        .filter(({ path }) => roomOf(path) === room)
        .flatMap((source) => undeclared(source, room, ofTests));
      expect(missing).toEqual([]);
    },
  );
});

const rootDevelopment = ['vitest', 'typescript', 'oxc-parser', 'yaml', 'turbo'];

function packagesOf({ json }: Workspace, forTests: boolean): string[] {
  const declared = { ...json.dependencies, ...json.optionalDependencies, ...(forTests ? json.devDependencies : {}) };
  return Object.keys(declared);
}

/** Packages that `source` imports and its room does not declare. Tests may also use what the room of tests declares. */
function undeclared(source: Source, room: Workspace, ofTests: readonly string[]): string[] {
  const declared = packagesOf(room, source.isTest);
  const known = source.isTest ? [...declared, ...ofTests, ...rootDevelopment] : declared;
  return (
    source.imports
      // docs/site is no workspace: its packages are no one else's.
      .filter((each) => !each.startsWith('node:') && !each.startsWith('docs/site/'))
      .map(
        (each) =>
          roomOf(each)?.name ??
          each
            .split('/')
            .slice(0, each.startsWith('@') ? 2 : 1)
            .join('/'),
      )
      .filter((name) => name !== room.name && !known.includes(name))
      // The tests cross all packages of this project.
      .filter((name) => !(source.isTest && name.startsWith('@dormouse/')))
      .map((name) => `${source.path} imports ${name}: add it to ${room.folder}/package.json`)
  );
}
