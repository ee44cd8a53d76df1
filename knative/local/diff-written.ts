import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { essenceOf } from '@dormouse/kubernetes-api/write-objects';
import { writtenObjects } from '@dormouse/kubernetes-api/written-objects';
import { keyOf } from '@dormouse/manifests/source-objects';
import type { Manifest, Rendered } from '@dormouse/manifests/yaml/origin';

/** Folder of DORMOUSE_HOME with what was written through the Kubernetes API. */
export const writtenFolder = (home: string): string => join(home, 'objects');

/** An object that was written, and what the files say of it. */
export interface WrittenDifference {
  object: string;
  change: 'added' | 'changed' | 'deleted';
  /** `file:line` of the object in the files. */
  at?: string;
  /** `path: before → after`. */
  fields: string[];
}

/** How what was written differs from the files. @throws ManifestError */
export function diffWritten(home: string, rendered: readonly Rendered[]): WrittenDifference[] {
  const folder = writtenFolder(home);
  if (!existsSync(folder)) return [];
  const files = new Map(rendered.map((each) => [keyOf(each.manifest, each.origin), each]));
  return writtenObjects(folder)
    .all()
    .flatMap(({ key, manifest }): WrittenDifference[] => {
      const file = files.get(key);
      const [, kind, namespace, name] = key.split('/');
      const object = `${kind} ${namespace ? `${namespace}/` : ''}${name}`;
      const at = file && { at: `${file.origin.file}:${file.origin.line}` };
      if (!manifest) return file ? [{ object, change: 'deleted', ...at, fields: [] }] : [];
      if (!file) return [{ object, change: 'added', fields: [] }];
      const fields = differences(saidOf(file.manifest), saidOf(manifest), '');
      return fields.length > 0 ? [{ object, change: 'changed', ...at, fields }] : [];
    });
}

function differences(before: unknown, after: unknown, path: string): string[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isTree(before) || !isTree(after)) return [`${path}: ${text(before)} → ${text(after)}`];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => differences(own(before, name), own(after, name), path ? `${path}.${name}` : name));
}

/** Without the notes that kn makes for itself. */
const saidOf = (manifest: Manifest): unknown =>
  JSON.parse(JSON.stringify(essenceOf(manifest)), (key, value) =>
    key === 'annotations' && isTree(value)
      ? Object.fromEntries(Object.entries(value).filter(([name]) => !name.startsWith('client.knative.dev/')))
      : value,
  );

const isTree = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
const own = (value: Readonly<Record<string, unknown>>, name: string) =>
  Object.hasOwn(value, name) ? value[name] : undefined;
const text = (value: unknown) => (value === undefined ? '(none)' : JSON.stringify(value));
