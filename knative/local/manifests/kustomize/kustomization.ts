import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { Fields } from '../yaml/fields.ts';
import { ManifestError, type Origin } from '../yaml/origin.ts';
import { readYaml, type YamlDocument } from '../yaml/read-yaml.ts';
import { isObject, newList, newObject, positionAt, setField, setItem } from '../yaml/source-positions.ts';

/** A kustomization file and what it may read. */
export interface Kustomization {
  /** Absolute path of its folder. */
  root: string;
  fields: Fields;
  /** Absolute paths of what was read so far, by this one and those that it belongs to. */
  files: Set<string>;
  /** Reads a file that lies in or below the folder. */
  read(path: string, origin: Origin): { content: Buffer; file: string };
  /** Reads a YAML file that lies in or below the folder. */
  documents(path: string, origin: Origin): YamlDocument[];
}

const fileNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** A path as messages show it: relative to the working directory, unless it lies elsewhere. */
export function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short || '.';
}

/**
 * Opens the kustomization of a folder and checks which fields it has.
 * @param from the line that names the folder.
 * @throws ManifestError for a missing file and for a field that is not understood.
 */
export function openKustomization(
  root: string,
  kind: 'Kustomization' | 'Component',
  from: Origin,
  files = new Set<string>(),
): Kustomization {
  const [name, second] = kustomizationsIn(root);
  if (!name) throw new ManifestError(from, `there is no kustomization.yaml in ${shown(root)}`);
  if (second) throw new ManifestError(from, `${shown(root)} has both ${name} and ${second}`);
  const file = shown(join(root, name));
  files.add(join(root, name));
  const [document, another] = readYaml(readFileSync(join(root, name), 'utf8'), file);
  if (!document) throw new ManifestError({ file, line: 1 }, 'the kustomization is empty');
  const { value, origin } = document;
  if (another) throw new ManifestError(another.origin, 'a kustomization is one document');
  if (!isObject(value)) throw new ManifestError(origin, 'a kustomization is a mapping');
  const fields = new Fields(value, (path) => positionAt(value, path));
  checkFields(fields, kind);
  return kustomizationOf(root, fields, files);
}

export const kustomizationsIn = (folder: string) => fileNames.filter((each) => existsSync(join(folder, each)));

/**
 * The kustomization of a folder, or one of all its manifests, as `kubectl apply -f` takes them: files of YAML or JSON that
 * have an apiVersion, apart from platform.yaml.
 * @throws ManifestError when there is neither
 */
export function openFolder(root: string, from: Origin, files: Set<string>): Kustomization {
  if (kustomizationsIn(root).length > 0 || !existsSync(root))
    return openKustomization(root, 'Kustomization', from, files);
  const manifests = readdirSync(root).filter((name) => isManifest(root, name));
  if (manifests.length === 0)
    throw new ManifestError(from, `there is neither kustomization.yaml nor a manifest in ${shown(root)}`);
  const content = newObject(from);
  const resources = newList(from);
  for (const [at, name] of manifests.sort().entries()) setItem(resources, at, name, from);
  setField(content, 'resources', resources, from);
  return kustomizationOf(root, new Fields(content, (path) => positionAt(content, path)), files);
}

const isManifest = (folder: string, name: string) =>
  /\.(?:ya?ml|json)$/.test(name) &&
  name !== 'platform.yaml' &&
  statSync(join(folder, name)).isFile() &&
  holdsObject(readFileSync(join(folder, name), 'utf8'));

/** Whether a file has an object in it, in any style, or cannot be read, so that the start says why. */
function holdsObject(text: string): boolean {
  if (!text.includes('apiVersion')) return false;
  if (/^\s*"?apiVersion"?\s*:/m.test(text)) return true;
  try {
    const values = readYaml(text, 'manifest').flatMap(({ value }) => (Array.isArray(value) ? value : [value]));
    return values.some((each) => isObject(each) && Object.hasOwn(each, 'apiVersion'));
  } catch {
    return true;
  }
}

function kustomizationOf(root: string, fields: Fields, files: Set<string>): Kustomization {
  const read = (path: string, at: Origin) => {
    const found = insideRoot(root, path, at);
    files.add(resolve(root, path)); // not where a link leads: it is the link that may change
    return { content: readFileSync(found), file: shown(found) };
  };
  return {
    root,
    fields,
    files,
    read,
    documents(path, at) {
      const { content, file } = read(path, at);
      return readYaml(content.toString(), file);
    },
  };
}

function checkFields(fields: Fields, kind: 'Kustomization' | 'Component'): void {
  const operations = [
    'resources',
    'components',
    'patches',
    'configMapGenerator',
    'secretGenerator',
    'images',
    'namespace',
    'labels',
    'configurations',
  ];
  fields.only('apiVersion', 'kind', ...operations);
  if (!operations.some((name) => fields.has(name))) fields.fail(undefined, 'the kustomization is empty');
  const found = fields.text('kind') ?? 'Kustomization';
  if (found !== kind)
    fields.fail(
      'kind',
      kind === 'Component'
        ? 'must be Component for what "components" names'
        : 'must be Kustomization (a Component is named by "components")',
    );
  const version = `kustomize.config.k8s.io/${kind === 'Component' ? 'v1alpha1' : 'v1beta1'}`;
  if ((fields.text('apiVersion') ?? version) !== version) fields.fail('apiVersion', `must be ${version}`);
}

/** The absolute path of a file in or below `root`, which is all that kustomize lets a kustomization read. */
function insideRoot(root: string, path: string, origin: Origin): string {
  const absolute = resolve(root, path);
  if (!existsSync(absolute)) throw new ManifestError(origin, `${path}: no such file`);
  if (!statSync(absolute).isFile()) throw new ManifestError(origin, `${path} is not a file`);
  const real = realpathSync(absolute);
  if (!real.startsWith(realpathSync(root) + sep))
    throw new ManifestError(
      origin,
      `${path} lies outside of ${shown(root)}: a kustomization reads only files in or below its folder`,
    );
  return absolute;
}
