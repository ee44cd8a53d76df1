import { ManifestError, type Origin } from '../yaml/origin.ts';
import {
  isObject,
  type Json,
  type JsonObject,
  newObject,
  positionAt,
  setField,
  setItem,
} from '../yaml/source-positions.ts';
import type { Id } from './resource.ts';

/** kustomize's way to name a field of some kinds: `spec/template/spec/containers/envFrom`; lists on the way are walked through. */
export interface FieldSpec {
  group?: string;
  version?: string;
  kind?: string;
  /** Parts separated by `/` (a slash within a part is `\/`); `[]` after a part: a list, never created. */
  path: string;
  /** Make the fields on the way when they are missing. */
  create: boolean;
}

/** Whether a specification applies to an object's kind; omitted fields match everything. */
export function selects(
  spec: { group?: string; version?: string; kind?: string },
  id: Pick<Id, 'group' | 'version' | 'kind'>,
): boolean {
  return (
    (!spec.group || spec.group === id.group) &&
    (!spec.version || spec.version === id.version) &&
    (!spec.kind || spec.kind === id.kind)
  );
}

/** Adds specifications that are not there yet. Throws Error when two differ only in `create`, as kustomize does. */
export function mergeSpecs(specs: readonly FieldSpec[], more: readonly FieldSpec[]): FieldSpec[] {
  const merged = [...specs];
  for (const spec of more) {
    const known = merged.find(
      (each) => each.path === spec.path && selects(spec, { group: '', version: '', kind: '', ...each }),
    );
    if (known && known.create !== spec.create)
      throw new Error(`${spec.path} is given twice, with and without "create"`);
    if (!known) merged.push(spec);
  }
  return merged;
}

interface Visit {
  /** Value to create at a missing path: an empty object, or null to be set. */
  missing?: 'object' | 'scalar';
  /** Source position of created fields. */
  origin: Origin;
  visit(value: Json, set: (value: Json, origin: Origin) => void, origin: Origin): void;
}

/** Calls `visit` with every value that `spec` leads to in an object of the right kind. */
export function visitFields(manifest: JsonObject, id: Id, spec: FieldSpec, visit: Visit): void {
  if (!selects(spec, id)) return;
  const parts = spec.path.replace(/^\//, '').split(/(?<!\\)\//);
  walk(
    manifest,
    () => {},
    parts.map((part) => part.replaceAll('\\/', '/')),
    spec,
    visit,
    positionAt(manifest, []),
  );
}

function walk(
  value: Json,
  set: (value: Json, origin: Origin) => void,
  path: readonly string[],
  spec: FieldSpec,
  visit: Visit,
  origin: Origin,
): void {
  const [part, ...rest] = path;
  if (part === undefined) visit.visit(value, set, origin);
  if (part === undefined || value === null) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      walk(
        item,
        (next, from) => setItem(value, index, next, from, true),
        path,
        spec,
        visit,
        positionAt(value, [index]),
      );
    }
    return;
  }
  if (!isObject(value)) throw new ManifestError(origin, `${spec.path} leads through a value that has no fields`);
  const key = part.replace(/\[\]$/, '');
  if ((value[key] ?? null) === null) {
    if (!spec.create || !visit.missing || key !== part) return;
    setField(value, key, rest.length > 0 || visit.missing === 'object' ? newObject(visit.origin) : null, visit.origin);
  }
  walk(
    value[key] ?? null,
    (next, from) => setField(value, key, next, from),
    rest,
    spec,
    visit,
    positionAt(value, [key]),
  );
}
