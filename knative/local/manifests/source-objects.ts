import { idOf, newResource } from './kustomize/resource.ts';
import type { Platform } from './model.ts';
import { readPlatform } from './readers/read-platform.ts';
import { type Manifest, ManifestError, type Origin, type Rendered } from './yaml/origin.ts';

/** What was written through the Kubernetes API: an object, or that there is to be none. */
export interface WrittenObject {
  key: string;
  /** Undefined: it was deleted, whatever the files say. */
  manifest: Manifest | undefined;
  /** When it was written, by this process: ms since the epoch. */
  writtenAt?: number;
}

/** An object that the platform was read from. */
export interface SourceObject {
  key: string;
  manifest: Manifest;
  origin: Origin;
  /** Written through the Kubernetes API. */
  written: boolean;
  /** When it was written, by this process: ms since the epoch. */
  writtenAt?: number;
  /** Why it is not a part of the platform: a reference that leads nowhere, or an image without a program. */
  problem?: string;
  /** What was written can no longer be understood together with the files. */
  invalid?: true;
}

export interface ReadObjects {
  platform: Platform;
  objects: SourceObject[];
}

const writtenMark = '(kubectl) ';

/** Whether an object was written through the Kubernetes API. */
export const isWritten = ({ file }: Origin): boolean => file.includes(`/${writtenMark}`);

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
): (Rendered & Pick<SourceObject, 'key' | 'written' | 'writtenAt'>)[] {
  const byKey = new Map(written.map((each) => [each.key, each]));
  const kept = rendered
    .map((each) => ({ ...each, key: keyOf(each.manifest, each.origin), written: false }))
    .filter(({ key }) => !byKey.has(key));
  const added = written.flatMap(({ key, manifest, writtenAt }) => {
    if (!manifest) return [];
    const origin = { file: `${folder}/${writtenMark} ${key.replaceAll('/', ' ').trim()}`, line: 1 };
    return {
      manifest: withoutStatus(manifest),
      origin,
      at: () => origin,
      key,
      written: true,
      ...(writtenAt && { writtenAt }),
    };
  });
  return [...kept, ...added];
}

/**
 * Reads files together with what was written. An object whose reference leads nowhere is set aside, as a cluster takes it and
 * says that it is not ready; in the files alone it is an error.
 * @throws ManifestError about the files
 */
export function readObjects(
  rendered: readonly Rendered[],
  written: readonly WrittenObject[],
  folder: string,
): ReadObjects {
  if (written.length === 0)
    return { platform: readPlatform(rendered), objects: all(withWritten(rendered, [], folder), new Map()) };
  const mistakes = new Set<string>();
  readPlatform(rendered, (_, { message }) => mistakes.add(message));
  const merged = withWritten(rendered, written, folder);
  const problems: Problems = new Map();
  for (;;) {
    const found: Problems = new Map();
    const rest = merged.filter(({ key }) => !problems.has(key));
    const platform = tolerant(rest, found, mistakes);
    if (platform && found.size === 0) return { platform, objects: all(merged, problems) };
    for (const [key, problem] of found) problems.set(key, problem);
  }
}

type Problems = Map<string, Pick<SourceObject, 'problem' | 'invalid'>>;

/** @returns undefined when an object that was written cannot be understood: it is among the problems then */
function tolerant(
  rest: ReturnType<typeof withWritten>,
  found: Problems,
  mistakes: ReadonlySet<string>,
): Platform | undefined {
  try {
    return readPlatform(rest, (of, error) => {
      const object = objectAt(rest, of);
      if (!object || mistakes.has(error.message)) throw error;
      found.set(object.key, { problem: error.problem });
    });
  } catch (error) {
    const object = error instanceof ManifestError ? objectAt(rest, error.origin) : undefined;
    if (!object?.written) throw error;
    found.set(object.key, { problem: (error as ManifestError).problem, invalid: true });
    return undefined;
  }
}

const all = (merged: ReturnType<typeof withWritten>, problems: Problems) =>
  merged.map(
    ({ key, manifest, origin, written }): SourceObject => ({ key, manifest, origin, written, ...problems.get(key) }),
  );

/**
 * Whether the platform could run with what is written.
 * @throws ManifestError when the object of `key` cannot be understood, or makes others wrong
 */
export function checkWritten(
  { rendered, folder }: { rendered: readonly Rendered[]; folder: string },
  written: readonly WrittenObject[],
  key: string,
): void {
  const object = readObjects(rendered, written, folder).objects.find((each) => each.key === key);
  if (object?.invalid) throw new ManifestError(object.origin, object.problem ?? '');
}

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
