import { isDeepStrictEqual } from 'node:util';
import { ManifestError, type Origin } from '../yaml/origin.ts';
import {
  copy,
  isObject,
  type Json,
  type JsonObject,
  positionAt,
  removeEntry,
  setField,
  setItem,
} from '../yaml/source-positions.ts';

/** One operation of a JSON Patch (RFC 6902), with its pointers (RFC 6901) taken apart. */
export interface Operation {
  op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
  path: readonly string[];
  from: readonly string[];
  value: Json;
  origin: Origin;
  /** Source position of `value`. */
  valueOrigin: Origin;
}

const names = ['add', 'remove', 'replace', 'move', 'copy', 'test'] as const;

/**
 * Checks that `patch` is a list of JSON Patch operations.
 * @throws ManifestError at the line of what is not.
 */
export function readOperations(patch: Json, origin: Origin): Operation[] {
  if (isObject(patch))
    throw new ManifestError(
      origin,
      'a strategic-merge patch is not understood here: write JSON-6902 operations (- op: …)',
    );
  if (!Array.isArray(patch) || patch.length === 0)
    throw new ManifestError(origin, 'a patch is a list of JSON-6902 operations');
  return patch.map((operation, index) => readOperation(operation, positionAt(patch, [index])));
}

function readOperation(operation: Json, origin: Origin): Operation {
  if (!isObject(operation)) throw new ManifestError(origin, 'an operation is a mapping with "op" and "path"');
  const fail = (problem: string): never => {
    throw new ManifestError(origin, problem);
  };
  for (const field of Object.keys(operation))
    if (!['op', 'path', 'from', 'value'].includes(field)) fail(`an operation has no field "${field}"`);
  const op = names.find((name) => name === operation.op) ?? fail(`"op" is one of ${names.join(', ')}`);
  const needsFrom = op === 'move' || op === 'copy';
  const needsValue = op === 'add' || op === 'replace' || op === 'test';
  if (needsFrom !== Object.hasOwn(operation, 'from'))
    fail(needsFrom ? `"${op}" needs "from"` : `"${op}" has no "from"`);
  if (needsValue !== Object.hasOwn(operation, 'value'))
    fail(needsValue ? `"${op}" needs "value"` : `"${op}" has no "value"`);
  const pointer = (value: Json | undefined) =>
    readPointer(value) ?? fail('"path" and "from" are JSON pointers that begin with "/"');
  return {
    op,
    path: pointer(operation.path),
    from: needsFrom ? pointer(operation.from) : [],
    value: operation.value ?? null,
    origin,
    valueOrigin: positionAt(operation, ['value']),
  };
}

function readPointer(value: Json | undefined): string[] | undefined {
  if (typeof value !== 'string' || !value.startsWith('/') || /~(?![01])/.test(value)) return undefined;
  return value
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/**
 * Applies the operations to `target`, in place. Values are copied, so one patch can serve several targets.
 * @param name what `target` is called in messages.
 * @throws ManifestError at the operation whose pointer leads nowhere or whose test fails.
 */
export function applyOperations(target: JsonObject, operations: readonly Operation[], name: string): void {
  for (const operation of operations) apply(target, operation, name);
}

function apply(target: JsonObject, operation: Operation, name: string): void {
  const { op, path, from, value, valueOrigin } = operation;
  const fail = (problem: string): never => {
    throw new ManifestError(operation.origin, `${op} /${path.map(escapePart).join('/')}: ${problem} in ${name}`);
  };
  if (op === 'add') add(target, path, copy(value), valueOrigin, fail);
  else if (op === 'remove') remove(target, path, fail);
  else if (op === 'replace') replace(target, path, copy(value), valueOrigin, fail);
  else if (op === 'test') {
    if (!isDeepStrictEqual(get(target, path, fail), value)) fail('the value is another one');
  } else {
    const movedValue = copy(get(target, from, fail));
    const origin = positionAt(target, indexed(from));
    if (op === 'move') remove(target, from, fail);
    add(target, path, movedValue, origin, fail);
  }
}

type Fail = (problem: string) => never;

const escapePart = (part: string) => part.replaceAll('~', '~0').replaceAll('/', '~1');
const indexed = (path: readonly string[]) => path.map((part) => (/^\d+$/.test(part) ? Number(part) : part));

function get(target: JsonObject, path: readonly string[], fail: Fail): Json {
  let value: Json = target;
  for (const [depth, part] of path.entries()) {
    const missing = () =>
      fail(
        `there is no /${path
          .slice(0, depth + 1)
          .map(escapePart)
          .join('/')}`,
      );
    if (Array.isArray(value)) value = value[position(part, value.length - 1, missing)] ?? null;
    else if (isObject(value) && Object.hasOwn(value, part)) value = value[part] ?? null;
    else return missing();
  }
  return value;
}

/** The object or list that holds the last part of `path`. */
function holder(target: JsonObject, path: readonly string[], fail: Fail): JsonObject | Json[] {
  const value = get(target, path.slice(0, -1), fail);
  if (isObject(value) || Array.isArray(value)) return value;
  return fail(`/${path.slice(0, -1).map(escapePart).join('/')} has no fields`);
}

function position(part: string, last: number, missing: () => never): number {
  if (!/^(0|[1-9]\d*)$/.test(part) || Number(part) > last) return missing();
  return Number(part);
}

function add(target: JsonObject, path: readonly string[], value: Json, origin: Origin, fail: Fail): void {
  const into = holder(target, path, fail);
  const last = path.at(-1) ?? '';
  if (Array.isArray(into)) {
    const index =
      last === '-'
        ? into.length
        : position(last, into.length, () => fail(`the list has ${into.length} items, "${last}" is no index of it`));
    setItem(into, index, value, origin);
  } else setField(into, last, value, origin);
}

function remove(target: JsonObject, path: readonly string[], fail: Fail): void {
  get(target, path, fail);
  removeEntry(holder(target, path, fail), path.at(-1) ?? '');
}

function replace(target: JsonObject, path: readonly string[], value: Json, origin: Origin, fail: Fail): void {
  get(target, path, fail);
  const into = holder(target, path, fail);
  const last = path.at(-1) ?? '';
  if (Array.isArray(into)) setItem(into, Number(last), value, origin, true);
  else setField(into, last, value, origin);
}
