import { isDeepStrictEqual } from 'node:util';
import { isObject, type Json, type JsonObject } from '@dormouse/manifests/yaml/source-positions';

/** Who set which fields of an object (`metadata.managedFields`). */
export interface ManagedFields {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  time: string;
  fieldsType: 'FieldsV1';
  fieldsV1: JsonObject;
}

interface Owner {
  manager: string;
  apiVersion: string;
  now: string;
}

/** A field that another manager has set to another value. */
export interface FieldConflict {
  path: string;
  manager: string;
}

type Path = readonly string[];

/** Fields that everything of an object hangs on: nobody owns them. */
const unowned = [['apiVersion'], ['kind'], ['metadata', 'name'], ['metadata', 'namespace']];

/**
 * Server-side apply: sets the fields of `config`, and takes away those that its manager applied before and now leaves out. Lists
 * belong to one manager as a whole, as those of Knative's definitions do.
 * @returns the object, or the fields that belong to others, unless `force` takes them
 */
export function serverSideApply(
  live: JsonObject,
  config: JsonObject,
  { manager, apiVersion, now, force, managed }: Owner & { force: boolean; managed: readonly ManagedFields[] },
): { object: JsonObject; managed: ManagedFields[] } | { conflicts: FieldConflict[] } {
  const paths = leavesOf(config);
  const mine = managed.find((each) => each.manager === manager && each.operation === 'Apply');
  const others = managed.filter((each) => each !== mine);
  const conflicts = others.flatMap((other) =>
    ownedBy(other)
      .filter(
        (path) => paths.some((each) => overlap(each, path)) && !isDeepStrictEqual(at(live, path), at(config, path)),
      )
      .map((path) => ({ path: `.${path.join('.')}`, manager: other.manager })),
  );
  if (conflicts.length > 0 && !force) return { conflicts };
  const object = structuredClone(live);
  for (const path of mine ? ownedBy(mine) : [])
    if (
      !paths.some((each) => overlap(each, path)) &&
      !others.some((other) => ownedBy(other).some((each) => overlap(each, path)))
    )
      remove(object, path);
  for (const path of paths) put(object, path, at(config, path)!);
  const lost = new Set(conflicts.map(({ path }) => path));
  const left = others.map((other) =>
    withFields(
      other,
      ownedBy(other).filter((path) => !lost.has(`.${path.join('.')}`)),
    ),
  );
  return {
    object,
    managed: [...left, entry({ manager, apiVersion, now }, 'Apply', paths)].filter(
      ({ fieldsV1 }) => Object.keys(fieldsV1).length > 0,
    ),
  };
}

/** Gives the fields that an update has changed to who made it. */
export function claimChanges(
  before: JsonObject,
  after: JsonObject,
  { managed, ...owner }: Owner & { managed: readonly ManagedFields[] },
): ManagedFields[] {
  const changed = leavesOf(after).filter((path) => !isDeepStrictEqual(at(before, path), at(after, path)));
  if (changed.length === 0) return [...managed];
  const isMine = (each: ManagedFields) => each.manager === owner.manager && each.operation === 'Update';
  const kept = managed.flatMap((each) => {
    const fields = ownedBy(each).filter(
      (path) => at(after, path) !== undefined && !changed.some((one) => overlap(one, path)),
    );
    return isMine(each) || fields.length === 0 ? [] : withFields(each, fields);
  });
  const former = managed
    .filter(isMine)
    .flatMap(ownedBy)
    .filter((path) => at(after, path) !== undefined);
  return [...kept, entry(owner, 'Update', [...former, ...changed])];
}

const entry = ({ manager, apiVersion, now }: Owner, operation: ManagedFields['operation'], paths: readonly Path[]) =>
  withFields({ manager, operation, apiVersion, time: now, fieldsType: 'FieldsV1', fieldsV1: {} }, paths);

function withFields(of: ManagedFields, paths: readonly Path[]): ManagedFields {
  const fieldsV1: JsonObject = {};
  for (const path of paths)
    put(
      fieldsV1,
      path.map((part) => `f:${part}`),
      {},
    );
  return { ...of, fieldsV1 };
}

const ownedBy = ({ fieldsV1 }: ManagedFields): Path[] =>
  pathsOf(fieldsV1).map((path) => path.map((part) => part.slice(2)));

function pathsOf(fields: Json): string[][] {
  const entries = isObject(fields) ? Object.entries(fields) : [];
  return entries.length === 0
    ? [[]]
    : entries.flatMap(([name, below]) => pathsOf(below).map((path) => [name, ...path]));
}

/** Fields with a value, in lists not below them; what a server sets is left out. */
function leavesOf(object: JsonObject): Path[] {
  const { status: _, ...rest } = object;
  const leaves = (value: Json, path: Path): Path[] =>
    isObject(value) && Object.keys(value).length > 0
      ? Object.entries(value).flatMap(([name, each]) => leaves(each, [...path, name]))
      : [path];
  const isOwned = (path: Path) =>
    !unowned.some((each) => isDeepStrictEqual(each, path)) &&
    (path[0] !== 'metadata' || path[1] === 'labels' || path[1] === 'annotations');
  return leaves(rest, []).filter(isOwned);
}

const overlap = (one: Path, other: Path): boolean => {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  return short.every((part, index) => part === long[index]);
};

function at(object: Json | undefined, path: Path): Json | undefined {
  let value = object;
  for (const part of path) value = isObject(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  return value;
}

function put(object: JsonObject, path: Path, value: Json): void {
  let target = object;
  for (const part of path.slice(0, -1)) {
    const next = Object.hasOwn(target, part) ? target[part] : undefined;
    const below: JsonObject = isObject(next) ? next : {};
    define(target, part, below);
    target = below;
  }
  define(target, path.at(-1)!, structuredClone(value));
}

/** Also right for "__proto__". */
const define = (target: JsonObject, name: string, value: Json) =>
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });

function remove(object: JsonObject, path: Path): void {
  const parent = at(object, path.slice(0, -1));
  if (isObject(parent)) delete parent[path.at(-1)!];
}
