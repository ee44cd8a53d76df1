import { idOf, newResource } from './kustomize/resource.ts';
import type { Platform } from './model.ts';
import { readPlatform } from './readers/read-platform.ts';
import type { Manifest, Origin, Rendered } from './yaml/origin.ts';

/** What was written through the Kubernetes API: an object, or that there is to be none. */
export interface WrittenObject {
  key: string;
  /** Undefined: it was deleted, whatever the files say. */
  manifest: Manifest | undefined;
}

/** An object that the platform was read from. */
export interface SourceObject {
  key: string;
  manifest: Manifest;
  origin: Origin;
  /** Written through the Kubernetes API. */
  written: boolean;
  /** Why it is not a part of the platform: a reference that leads nowhere, or an image without a program. */
  problem?: string;
}

export interface ReadObjects {
  platform: Platform;
  objects: SourceObject[];
}

/** Of an object, whatever its version: `group/kind/namespace/name`. @throws ManifestError when it is none */
export function keyOf(manifest: Manifest, origin: Origin = { file: 'object', line: 1 }): string {
  const { group, kind, namespace, name } = idOf(newResource(manifest, origin));
  return `${group}/${kind}/${namespace}/${name}`;
}

/** Objects of the files with what was written in their place. @param folder of the manifests: where programs are looked for */
export function withWritten(
  rendered: readonly Rendered[],
  written: readonly WrittenObject[],
  folder: string,
): (Rendered & { key: string; written: boolean })[] {
  const byKey = new Map(written.map((each) => [each.key, each]));
  const kept = rendered
    .map((each) => ({ ...each, key: keyOf(each.manifest, each.origin), written: false }))
    .filter(({ key }) => !byKey.has(key));
  const added = written.flatMap(({ key, manifest }) => {
    if (!manifest) return [];
    const origin = { file: `${folder}/(kubectl) ${key.replaceAll('/', ' ').trim()}`, line: 1 };
    return { manifest: withoutStatus(manifest), origin, at: () => origin, key, written: true };
  });
  return [...kept, ...added];
}

/** A reference of the files alone leads somewhere, or the reading fails. */
export function readObjects(
  rendered: readonly Rendered[],
  written: readonly WrittenObject[],
  folder: string,
): ReadObjects {
  if (written.length === 0)
    return { platform: readPlatform(rendered), objects: all(withWritten(rendered, [], folder)) };
  const mistakes = new Set<string>();
  readPlatform(rendered, (_, { message }) => mistakes.add(message));
  const merged = withWritten(rendered, written, folder);
  const problems = new Map<string, string>();
  for (;;) {
    const found = new Map<string, string>();
    const rest = merged.filter(({ key }) => !problems.has(key));
    const platform = readPlatform(rest, (of, error) => {
      const object = objectAt(rest, of);
      if (!object || mistakes.has(error.message)) throw error;
      found.set(object.key, error.problem);
    });
    if (found.size === 0) return { platform, objects: all(merged, problems) };
    for (const [key, problem] of found) problems.set(key, problem);
  }
}

const all = (merged: ReturnType<typeof withWritten>, problems: ReadonlyMap<string, string> = new Map()) =>
  merged.map(({ key, manifest, origin, written }): SourceObject => {
    const problem = problems.get(key);
    return { key, manifest, origin, written, ...(problem !== undefined && { problem }) };
  });

/** The object that a part of one comes from. */
export function objectAt<T extends { origin: Origin }>(objects: readonly T[], { file, line }: Origin): T | undefined {
  return objects
    .filter(({ origin }) => origin.file === file && origin.line <= line)
    .sort((one, other) => other.origin.line - one.origin.line)[0];
}

/** What a server adds is not read. */
function withoutStatus({ status: _, ...manifest }: Manifest): Manifest {
  return manifest as Manifest;
}
