import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { type Manifest, ManifestError, type Origin, type Rendered } from '../yaml/origin.ts';
import { readYaml } from '../yaml/read-yaml.ts';
import { isObject, type Json, type JsonObject, positionAt } from '../yaml/source-positions.ts';
import { shown } from './kustomization.ts';
import { type Walk, walkKustomizations } from './kustomization-walk.ts';
import { render } from './kustomize.ts';

export interface RenderedFolder {
  rendered: Rendered[];
  /** One line for the user, when something else than this renderer has rendered it. */
  note: string | undefined;
}

const originAnnotation = 'config.kubernetes.io/origin';

/**
 * Renders a folder by `render`; by `kubectl kustomize`, if there is one, where the kustomization has something in it that only
 * kustomize knows: then lines are those of the files that objects come from, without what patches changed.
 * @param files gets the absolute paths of everything that was read, also when it fails
 * @param kubectl the program
 * @throws ManifestError
 */
export function renderFolder(folder: string, files = new Set<string>(), kubectl = 'kubectl'): RenderedFolder {
  const { foreign } = walkKustomizations(folder, files);
  if (!foreign) return { rendered: render(folder, files), note: undefined };
  const text = renderedByKustomize(resolve(folder), foreign, kubectl);
  const sources = new Map<string, JsonObject[]>();
  const rendered = readYaml(text, `kubectl kustomize ${shown(folder)}`).flatMap(({ value, origin }) =>
    isObject(value) ? [located(value, { folder, origin, sources })] : [],
  );
  const at = `${foreign.origin.file}:${foreign.origin.line}`;
  return { rendered, note: `${shown(folder)}: rendered by kubectl kustomize (${at}: ${foreign.what})` };
}

/** What kustomize makes of the folder, with the origin of each object in an annotation. */
function renderedByKustomize(folder: string, { what, origin }: NonNullable<Walk['foreign']>, kubectl: string): string {
  const outer = realpathSync(mkdtempSync(join(tmpdir(), 'dormouse-kustomize-')));
  try {
    const resources = [relative(outer, realpathSync(folder))];
    writeFileSync(
      join(outer, 'kustomization.yaml'),
      JSON.stringify({ resources, buildMetadata: ['originAnnotations'] }),
    );
    const { error, status, stdout, stderr } = spawnSync(kubectl, ['kustomize', outer], {
      encoding: 'utf8',
      maxBuffer: 64 * 2 ** 20,
    });
    if (error)
      throw new ManifestError(
        origin,
        `${what} is rendered by kubectl, which is not on the PATH; elsewhere, write it to one file (kubectl kustomize ${shown(folder)} > all.yaml) and start that file's folder`,
      );
    if (status !== 0) throw new ManifestError(origin, `kubectl kustomize: ${words(stderr, folder)}`);
    return relocated(stdout, outer);
  } finally {
    rmSync(outer, { recursive: true, force: true });
  }
}

/** Paths of origins count from the folder that was rendered: makes them absolute. */
const relocated = (text: string, outer: string): string =>
  text.replace(/^( {6}(?:path|configuredIn): )(.+)$/gm, (_, key: string, path: string) => key + resolve(outer, path));

/** kustomize tells of each kustomization on the way; what is wrong comes last. */
const words = (stderr: string, folder: string): string =>
  stderr
    .trim()
    .replace(/^error: /i, '')
    .replace(/^accumulating resources: accumulation err='accumulating resources from '[^']*': /, '')
    .replaceAll('\n', ' ')
    .slice(0, 600) || `${shown(folder)} cannot be rendered`;

interface Locating {
  folder: string;
  origin: Origin;
  /** Absolute path → its objects. */
  sources: Map<string, JsonObject[]>;
}

/** The object without its annotation, with the file and lines that it comes from. */
function located(value: JsonObject, { folder, origin, sources }: Locating): Rendered {
  const manifest = value as unknown as Manifest;
  const { path, configuredIn } = originOf(manifest);
  const source = path === undefined ? undefined : sourceOf(path, manifest, sources);
  if (source) return { manifest, origin: positionAt(source, []), at: (field) => positionAt(source, field) };
  const file = path ?? configuredIn;
  const whole = file ? { file: shown(file), line: 1 } : { file: shown(resolve(folder)), line: origin.line };
  return { manifest, origin: whole, at: () => whole };
}

function originOf(manifest: Manifest): { path?: string; configuredIn?: string } {
  const { annotations } = manifest.metadata ?? {};
  const text = annotations?.[originAnnotation];
  if (!annotations || text === undefined) return {};
  delete annotations[originAnnotation];
  if (Object.keys(annotations).length === 0) delete manifest.metadata.annotations;
  const [document] = readYaml(text, originAnnotation);
  return (document?.value ?? {}) as { path?: string; configuredIn?: string };
}

/** The object in the file that became this one: of its kind, and called the same or as a part of its name. */
function sourceOf(file: string, { apiVersion, kind, metadata }: Manifest, sources: Map<string, JsonObject[]>) {
  const objects = sources.get(file) ?? objectsIn(file);
  sources.set(file, objects);
  const named = objects
    .filter((each) => each.apiVersion === apiVersion && each.kind === kind)
    .map((each) => ({ each, name: String((each.metadata as JsonObject | undefined)?.name) }))
    .filter(({ name }) => metadata.name.includes(name))
    .sort((one, other) => other.name.length - one.name.length);
  return named[0]?.each;
}

function objectsIn(file: string): JsonObject[] {
  const documents = readYaml(readFileSync(file, 'utf8'), shown(file)).map(({ value }) => value);
  const items = (value: Json): Json[] =>
    isObject(value) && value.kind === 'List' ? ((value.items ?? []) as Json[]) : [value];
  return documents.flatMap(items).filter(isObject);
}
