import { statSync } from 'node:fs';
import { isAbsolute, resolve, sep } from 'node:path';
import { Fields } from '../yaml/fields.ts';
import { ManifestError, type Origin, type Rendered } from '../yaml/origin.ts';
import { readYaml } from '../yaml/read-yaml.ts';
import { isObject, type Json, type JsonObject, positionAt, setField } from '../yaml/source-positions.ts';
import type { FieldSpec } from './field-spec.ts';
import { generate, mergeGenerated, nameSuffix } from './generator.ts';
import { changeImages } from './images.ts';
import { applyOperations, type Operation, readOperations } from './json-patch.ts';
import { type Kustomization, openFolder, openKustomization, shown } from './kustomization.ts';
import { addLabels } from './labels.ts';
import { followNames, mergeReferences, type NameReference } from './name-reference.ts';
import { called, idOf, isClusterScoped, newResource, type Resource, recordId, sameId } from './resource.ts';
import { select } from './selector.ts';

/** What has been gathered so far: every kustomization works on what its own resources and generators brought. */
interface Gathered {
  resources: Resource[];
  references: NameReference[];
}

/**
 * Renders a kustomization as `kubectl kustomize` does, to the same objects (their order aside), and keeps the file and
 * line of every field. It knows `resources`, `components`, `patches` (JSON-6902 only), `configMapGenerator`,
 * `secretGenerator`, `images`, `namespace`, `labels` and `configurations` (nameReference only); any other field, and a
 * patch that changes nothing, is rejected.
 *
 * @param folder the one that holds kustomization.yaml, or manifests alone: then all of them.
 * @param files gets the absolute paths of everything that was read, also when it fails.
 * @throws ManifestError whose message begins with `file:line`.
 */
export function render(folder: string, files = new Set<string>()): Rendered[] {
  const root = resolve(folder);
  const origin = { file: shown(root), line: 1 };
  const gathered = gather(openFolder(root, origin, files), [root], {
    resources: [],
    references: [],
  });
  for (const resource of gathered.resources.filter(({ hashed }) => hashed)) {
    recordId(resource);
    setField(
      resource.manifest.metadata as JsonObject,
      'name',
      `${resource.manifest.metadata.name}-${nameSuffix(resource)}`,
      resource.origin,
    );
  }
  explained(origin, () => followNames(gathered.resources, mergeReferences(gathered.references)));
  return gathered.resources
    .filter(isDeployed)
    .map(({ manifest, origin }) => ({ manifest, origin, at: (path) => positionAt(manifest, path) }));
}

/** An object that only tools are to see is left out. */
const isDeployed = ({ manifest }: Resource) =>
  (manifest.metadata.annotations?.['config.kubernetes.io/local-config'] ?? 'false') === 'false';

/** Everything of one kustomization, in kustomize's order: resources, generators, components, then the changes. */
function gather(kustomization: Kustomization, visited: readonly string[], into: Gathered): Gathered {
  const { fields } = kustomization;
  for (const { text, origin } of fields.texts('resources')) addResources(kustomization, text, origin, visited, into);
  for (const { text, origin } of fields.texts('configurations'))
    into.references.push(...readReferences(kustomization, text, origin));
  addGenerated(kustomization, into);
  for (const { text, origin } of fields.texts('components'))
    gather(
      open(kustomization, text, origin, 'Component', visited),
      [...visited, resolve(kustomization.root, text)],
      into,
    );
  for (const patch of fields.list('patches')) applyPatch(kustomization, patch, into.resources);
  setNamespace(fields, into.resources);
  for (const entry of fields.list('labels')) label(entry, into.resources);
  for (const entry of fields.list('images')) changeImage(entry, into.resources);
  return into;
}

/** Runs something that throws Error, and says where in the manifests it happened. */
function explained<T>(origin: Origin, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw error instanceof ManifestError ? error : new ManifestError(origin, (error as Error).message);
  }
}

function addResources(
  kustomization: Kustomization,
  path: string,
  origin: Origin,
  visited: readonly string[],
  into: Gathered,
): void {
  if (/:\/\/|^git@|^github\.com\//.test(path))
    throw new ManifestError(origin, `${path}: manifests are not fetched from elsewhere`);
  const found = statSync(resolve(kustomization.root, path), { throwIfNoEntry: false });
  if (!found) throw new ManifestError(origin, `${path}: no such file or folder`);
  if (found.isDirectory()) {
    const below = gather(
      open(kustomization, path, origin, 'Kustomization', visited),
      [...visited, resolve(kustomization.root, path)],
      {
        resources: [],
        references: [],
      },
    );
    for (const resource of below.resources) append(into.resources, resource);
    into.references.push(...below.references);
  } else {
    for (const { value, origin: begin } of kustomization.documents(path, origin))
      for (const each of itemsOf(value, begin)) append(into.resources, newResource(each.value, each.origin));
  }
}

/** The objects of a `List`, as `kubectl get -o yaml` writes several, or the document itself. */
const itemsOf = (value: Json, origin: Origin): { value: Json; origin: Origin }[] =>
  isObject(value) && value.kind === 'List' && value.apiVersion === 'v1' && Array.isArray(value.items)
    ? value.items.map((item, at) => ({ value: item, origin: positionAt(value, ['items', at]) }))
    : [{ value, origin }];

/** Opens another folder's kustomization, unless this one is part of it already. */
function open(
  { root, files }: Kustomization,
  path: string,
  origin: Origin,
  kind: 'Kustomization' | 'Component',
  visited: readonly string[],
): Kustomization {
  if (isAbsolute(path)) throw new ManifestError(origin, `${path} must be relative to the kustomization`);
  const folder = resolve(root, path);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new ManifestError(origin, `${path}: no such folder`);
  const cycle = visited.find((each) => each === folder || each.startsWith(folder + sep));
  if (cycle)
    throw new ManifestError(
      origin,
      `${path} contains ${shown(cycle)}, which leads here: a kustomization cannot include itself`,
    );
  return openKustomization(folder, kind, origin, files);
}

function append(resources: Resource[], resource: Resource): void {
  const before = resources.find((each) => sameId(idOf(each), idOf(resource)));
  if (before)
    throw new ManifestError(
      resource.origin,
      `${called(resource)} is there already, from ${before.origin.file}:${before.origin.line}`,
    );
  resources.push(resource);
}

function addGenerated({ fields, read }: Kustomization, { resources }: Gathered): void {
  for (const kind of ['ConfigMap', 'Secret'] as const) {
    for (const entry of fields.list(kind === 'ConfigMap' ? 'configMapGenerator' : 'secretGenerator')) {
      const generated = generate(kind, entry, read);
      const id = idOf(generated.resource);
      const [before, another] = resources.filter((each) =>
        [...each.history, idOf(each)].some((known) => sameId(known, id)),
      );
      const name = called(generated.resource);
      if (another) entry.fail('name', `can be ${resources.length} objects: give the namespace`);
      if (generated.behavior === 'create' && before)
        entry.fail(
          'behavior',
          `must be merge or replace: ${name} is there already, from ${before.origin.file}:${before.origin.line}`,
        );
      if (generated.behavior !== 'create' && !before)
        entry.fail('behavior', `is ${generated.behavior}, but there is no ${name}`);
      if (before) resources[resources.indexOf(before)] = mergeGenerated(before, generated);
      else append(resources, generated.resource);
    }
  }
}

function readReferences(kustomization: Kustomization, path: string, at: Origin): NameReference[] {
  return kustomization.documents(path, at).flatMap(({ value, origin }) => {
    if (!isObject(value)) throw new ManifestError(origin, 'a configuration is a mapping');
    const entries = new Fields(value, (field) => positionAt(value, field)).only('nameReference').list('nameReference');
    return entries.map((entry) => ({
      ...readKind(entry.only('group', 'version', 'kind', 'fieldSpecs')),
      fieldSpecs: entry.list('fieldSpecs').map(readFieldSpec),
    }));
  });
}

const readKind = (fields: Fields) => ({
  group: fields.text('group') ?? '',
  version: fields.text('version') ?? '',
  kind: fields.text('kind') ?? '',
});

function readFieldSpec(spec: Fields): FieldSpec {
  spec.only('group', 'version', 'kind', 'path', 'create');
  return { ...readKind(spec), path: spec.string('path'), create: spec.boolean('create') ?? false };
}

function applyPatch(kustomization: Kustomization, entry: Fields, resources: readonly Resource[]): void {
  entry.only('patch', 'path', 'target');
  const target = entry
    .need('target')
    .only('group', 'version', 'kind', 'name', 'namespace', 'labelSelector', 'annotationSelector');
  const selector = Object.fromEntries(target.keys.map((key) => [key, target.text(key) ?? '']));
  const operations = readPatch(kustomization, entry);
  const selected = explained(target.origin(), () => select(resources, selector));
  if (selected.length === 0) entry.fail('target', 'matches no object');
  for (const resource of selected) {
    recordId(resource);
    applyOperations(
      resource.manifest,
      operations,
      `${called(resource)} (${resource.origin.file}:${resource.origin.line})`,
    );
    newResource(resource.manifest, entry.origin());
  }
}

function readPatch({ documents }: Kustomization, entry: Fields): Operation[] {
  const text = entry.text('patch');
  const path = entry.text('path');
  if ((text === undefined) === (path === undefined)) entry.fail(undefined, 'needs either "patch" or "path"');
  const { file, line } = entry.origin('patch');
  const found =
    path === undefined
      ? readYaml(text ?? '', file, text?.includes('\n') ? line + 1 : line)
      : documents(path, entry.origin('path'));
  const [document, another] = found;
  if (!document || another)
    return entry.fail(path === undefined ? 'patch' : 'path', 'must hold one list of operations');
  return readOperations(document.value, document.origin);
}

function setNamespace(fields: Fields, resources: readonly Resource[]): void {
  const namespace = fields.text('namespace');
  if (!namespace) return;
  const origin = fields.origin('namespace');
  for (const resource of resources) {
    recordId(resource);
    const { manifest } = resource;
    const metadata = manifest.metadata as JsonObject;
    if (!isClusterScoped(idOf(resource))) setField(metadata, 'namespace', namespace, origin);
    if (manifest.kind === 'Namespace' && manifest.apiVersion === 'v1') setField(metadata, 'name', namespace, origin);
    if (/^(Cluster)?RoleBinding$/.test(manifest.kind)) setSubjects(manifest, namespace, origin);
    const same = resources.find((other) => other !== resource && sameId(idOf(other), idOf(resource)));
    if (same)
      throw new ManifestError(
        origin,
        `${called(resource)} (${resource.origin.file}:${resource.origin.line}) becomes the same as that of ${same.origin.file}:${same.origin.line}`,
      );
  }
}

/** A binding's subject called `default` means the namespace's own account. */
function setSubjects(manifest: JsonObject, namespace: string, origin: Origin): void {
  for (const subject of Array.isArray(manifest.subjects) ? (manifest.subjects as JsonObject[]) : []) {
    if (subject.name === 'default') setField(subject, 'namespace', namespace, origin);
  }
}

function label(entry: Fields, resources: readonly Resource[]): void {
  entry.only('pairs', 'includeSelectors', 'includeTemplates', 'fields');
  const fields = entry.list('fields').map(readFieldSpec);
  const origin = entry.origin('pairs');
  const includeSelectors = entry.boolean('includeSelectors') ?? false;
  explained(origin, () =>
    addLabels(resources, {
      pairs: entry.map('pairs'),
      includeSelectors,
      includeTemplates: entry.boolean('includeTemplates') ?? false,
      fields,
      origin,
    }),
  );
}

function changeImage(entry: Fields, resources: readonly Resource[]): void {
  entry.only('name', 'newName', 'newTag', 'digest');
  const [name, newName, newTag, digest] = [
    entry.string('name'),
    entry.text('newName'),
    entry.text('newTag'),
    entry.text('digest'),
  ];
  explained(entry.origin(), () => changeImages(resources, { name, newName, newTag, digest, origin: entry.origin() }));
}
