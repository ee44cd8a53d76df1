import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Fields } from '../yaml/fields.ts';
import { ManifestError, type Origin } from '../yaml/origin.ts';
import { readYaml } from '../yaml/read-yaml.ts';
import { isObject, type Json, positionAt } from '../yaml/source-positions.ts';
import { kustomizationsIn, shown } from './kustomization.ts';

/** What is found in a kustomization and those that it includes. */
export interface Walk {
  /** The first thing in it that only kustomize itself can do: what, and where. */
  foreign: { what: string; origin: Origin } | undefined;
}

/** Fields of a kustomization that the renderer of file and line does not know. */
const foreignFields = [
  'bases',
  'buildMetadata',
  'commonAnnotations',
  'commonLabels',
  'crds',
  'generatorOptions',
  'generators',
  'namePrefix',
  'nameSuffix',
  'openapi',
  'patchesJson6902',
  'patchesStrategicMerge',
  'replacements',
  'replicas',
  'sortOptions',
  'transformers',
  'validators',
  'vars',
];

/** Fields that list files and folders. */
const lists = [
  'resources',
  'bases',
  'components',
  'crds',
  'configurations',
  'generators',
  'transformers',
  'validators',
  'patchesStrategicMerge',
] as const;

const isElsewhere = (path: string): boolean =>
  !path.includes('\n') &&
  /^[a-z][a-z0-9+.-]*:\/\/|^git@|^(?:www\.)?(?:github|gitlab|bitbucket)\.(?:com|org)[/:]/i.test(path);

/**
 * Reads a folder's kustomization and those that it includes, without rendering them.
 * @param files gets the absolute paths of kustomizations and of what they name
 * @throws ManifestError at a path that leads to another machine
 */
export function walkKustomizations(folder: string, files: Set<string>): Walk {
  const walk: Walk = { foreign: undefined };
  const seen = new Set<string>();
  visit(resolve(folder));
  return walk;

  function visit(root: string): void {
    const [name] = kustomizationsIn(root);
    if (!name || seen.has(root)) return;
    seen.add(root);
    files.add(join(root, name));
    const value = readYaml(readFileSync(join(root, name), 'utf8'), shown(join(root, name)))[0]?.value;
    if (!isObject(value)) return;
    const fields = new Fields(value, (path) => positionAt(value, path));
    for (const { text, origin } of pathsOf(fields)) {
      if (isElsewhere(text))
        throw new ManifestError(
          origin,
          `${text}: manifests are not fetched from elsewhere: what runs here would change without you; copy it beside the others`,
        );
      const path = resolve(root, text);
      const found = text.includes('\n') ? undefined : statSync(path, { throwIfNoEntry: false });
      if (found?.isDirectory()) visit(path);
      else if (found) files.add(path);
    }
    walk.foreign ??= foreignIn(fields, root);
  }
}

function pathsOf(fields: Fields): { text: string; origin: Origin }[] {
  const listed = lists.flatMap((key) => textsIn(fields, key));
  const generated = ['configMapGenerator', 'secretGenerator'].flatMap((key) =>
    entriesOf(fields, key).flatMap((entry) =>
      ['files', 'envs'].flatMap((list) =>
        textsIn(entry, list).map(({ text, origin }) => ({ text: text.replace(/^[^=]*=/, ''), origin })),
      ),
    ),
  );
  const patched = ['patches', 'patchesJson6902', 'replacements'].flatMap((key) =>
    entriesOf(fields, key).flatMap((entry) => textAt(entry, 'path')),
  );
  return [...listed, ...generated, ...patched];
}

/** The texts of a list; what else is in it is the renderer's to refuse. */
const textsIn = (fields: Fields, key: string): { text: string; origin: Origin }[] => {
  const list = fields.raw(key);
  return Array.isArray(list) && list.every((each) => typeof each === 'string') ? fields.texts(key) : [];
};

const entriesOf = (fields: Fields, key: string): Fields[] => {
  const list = fields.raw(key);
  return Array.isArray(list) && list.every(isObject) ? fields.list(key) : [];
};

const textAt = (fields: Fields, key: string): { text: string; origin: Origin }[] => {
  const text = fields.raw(key);
  return typeof text === 'string' ? [{ text, origin: fields.origin(key) }] : [];
};

function foreignIn(fields: Fields, root: string): Walk['foreign'] {
  const charts = ['helmCharts', 'helmChartInflationGenerator'].find((key) => fields.has(key));
  if (charts) fields.fail(charts, 'is not rendered: charts are fetched from elsewhere; render them into a file');
  const field = foreignFields.find((key) => fields.has(key));
  if (field) return { what: field, origin: fields.origin(field) };
  for (const patch of entriesOf(fields, 'patches')) {
    if (patch.has('options')) return { what: 'options of a patch', origin: patch.origin('options') };
    if (!patch.has('target') || isMerge(patch, root))
      return { what: 'a strategic-merge patch', origin: patch.origin() };
  }
  for (const image of entriesOf(fields, 'images'))
    if (image.has('tagSuffix')) return { what: 'tagSuffix of an image', origin: image.origin('tagSuffix') };
  for (const key of ['configMapGenerator', 'secretGenerator'])
    for (const entry of entriesOf(fields, key)) {
      const options = entry.raw('options');
      if (isObject(options) && Object.keys(options).some((each) => each !== 'disableNameSuffixHash'))
        return { what: `options of a ${key}`, origin: entry.origin('options') };
    }
  return undefined;
}

/** Whether the patch is a part of an object, not a list of operations. */
function isMerge(patch: Fields, root: string): boolean {
  const [path] = textAt(patch, 'path');
  const [text] = textAt(patch, 'patch');
  const file = path && resolve(root, path.text);
  if (file && !existsSync(file)) return false;
  try {
    const documents = readYaml(file ? readFileSync(file, 'utf8') : (text?.text ?? ''), 'patch');
    return documents.some(({ value }: { value: Json }) => isObject(value));
  } catch {
    return false;
  }
}
