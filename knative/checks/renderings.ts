import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { check } from './check.ts';
import { kustomize } from './kubectl.ts';
import { type Manifests, shown } from './manifest.ts';

const root = join(import.meta.dirname, '../..');
/** Concurrent kubectl processes. */
const width = 2;

/** A folder, or the base with some components. */
export interface Choice {
  name: string;
  /** Path in the project of an overlay that is rendered without further components. */
  folder: string;
  components: readonly string[];
}
export interface Rendering extends Choice {
  manifests: Manifests;
  /** Why the rendering failed. */
  failure?: string;
}

const foldersOf = (pattern: string) => globSync(`${pattern}/kustomization.yaml`, { cwd: root }).map(dirname).sort();

export const overlays = (): string[] => foldersOf('knative/{base,overlays/*}');
export const components = (): string[] => foldersOf('knative/components/*');

/**
 * The base with no component, each alone, every two, all but each one, and all. Every two are enough for what goes wrong between components,
 * because a patch has one target that another component has brought, changed or removed; the large choices show what only sums up.
 */
export function choicesOf(names: readonly string[]): string[][] {
  const alone = names.map((name) => [name]);
  const pairs = names.flatMap((one, index) => names.slice(index + 1).map((other) => [one, other]));
  const others = names.map((name) => names.filter((each) => each !== name));
  const distinct = new Map([[], ...alone, ...pairs, ...others, [...names]].map((choice) => [choice.join(), choice]));
  return [...distinct.values()];
}

export const wholeFolders = (folders: readonly string[]): Choice[] =>
  folders.map((folder) => ({ name: folder, folder, components: [] }));

export function choices(): Choice[] {
  const all = components();
  const bringing = all.filter(bringsSomething);
  const others = all.filter((each) => !bringing.includes(each));
  const chosen = [...choicesOf(bringing), ...others.map((each) => [each]), ...(others.length > 0 ? [all] : [])].filter(
    ({ length }) => length > 0,
  );
  return chosen.map((each) => ({
    name: `knative/base with ${namesOf(each, all)}`,
    folder: 'knative/base',
    components: each,
  }));
}

function namesOf(chosen: readonly string[], all: readonly string[]): string {
  const without = all.filter((each) => !chosen.includes(each)).map((each) => basename(each));
  if (chosen.length <= 2 || without.length > chosen.length) return chosen.map((each) => basename(each)).join(', ');
  return without.length === 0 ? 'every component' : `every component but ${without.join(', ')}`;
}

/** Objects that some component brings along. */
export const optionalIn = (renderings: readonly Rendering[]): Manifests =>
  renderings.filter(({ components: chosen }) => chosen.length === 1).flatMap(({ manifests }) => manifests);

/** Findings about a rendering, one line each. */
export async function wrongWith({ manifests, failure }: Rendering, optional: Manifests): Promise<string[]> {
  return failure === undefined ? (await check(manifests, optional)).map(shown) : [failure];
}

/** Renders the choices, a few concurrently, in order. */
export async function render(all: readonly Choice[]): Promise<Rendering[]> {
  mkdirSync(join(root, '.dormouse'), { recursive: true });
  const work = mkdtempSync(join(root, '.dormouse/render-'));
  const waiting = [...all.entries()];
  const done: Rendering[] = [];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift())
      done[next[0]] = { ...next[1], ...(await renderOne(next[1], work)) };
  };
  try {
    await Promise.all(Array.from({ length: width }, worker));
    return done;
  } finally {
    rmSync(work, { recursive: true });
  }
}

const renderOne = (
  { folder, components: chosen }: Choice,
  work: string,
): Promise<Pick<Rendering, 'manifests' | 'failure'>> =>
  kustomize(chosen.length === 0 ? resolve(root, folder) : overlayOf(work, folder, chosen)).then(
    (manifests) => ({ manifests }),
    (error: Error) => ({ manifests: [], failure: error.message.replaceAll(`${root}/`, '') }),
  );

/** Orders components like a hand-written overlay: those with their own namespace come after `namespace`, which would move them. */
function overlayOf(work: string, base: string, chosen: readonly string[]): string {
  const folder = mkdtempSync(join(work, 'overlay-'));
  const path = (to: string) => relative(folder, join(root, to));
  const write = (to: string, kustomization: object) =>
    writeFileSync(join(to, 'kustomization.yaml'), JSON.stringify(kustomization));
  mkdirSync(join(folder, 'namespace'));
  write(join(folder, 'namespace'), {
    apiVersion: 'kustomize.config.k8s.io/v1alpha1',
    kind: 'Component',
    namespace: 'dormouse',
  });
  const [nested, outside] = [chosen.filter((each) => !liesElsewhere(each)), chosen.filter(liesElsewhere)];
  write(folder, { resources: [path(base)], components: [...nested.map(path), 'namespace', ...outside.map(path)] });
  return folder;
}

const textsOf = (component: string) =>
  globSync(`${component}/*.yaml`, { cwd: root }).map((file) => readFileSync(join(root, file), 'utf8'));

const liesElsewhere = (component: string) =>
  textsOf(component).some((text) => /^ {2}namespace: (?!dormouse$)/m.test(text));

/** Whether a component adds or changes something by itself, instead of only renaming what others bring. */
export const bringsSomething = (component: string): boolean =>
  textsOf(component).some((text) => /^(resources|patches|configMapGenerator):/m.test(text));
