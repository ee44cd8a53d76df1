import type { Origin } from './origin.ts';

/** Any value of YAML and JSON. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [field: string]: Json };

/** Source positions of a parsed object or list and of its entries: `fields` by key, `items` by index. */
interface SourcePositions {
  self: Origin;
  fields: Map<string, Origin>;
  items: Origin[];
}

const positions = new WeakMap<object, SourcePositions>();

/** Creates an empty object that records the positions of its fields. */
export function newObject(self: Origin): JsonObject {
  const made: JsonObject = {};
  positions.set(made, { self, fields: new Map(), items: [] });
  return made;
}

/** Creates an empty list that records the positions of its items. */
export function newList(self: Origin): Json[] {
  const made: Json[] = [];
  positions.set(made, { self, fields: new Map(), items: [] });
  return made;
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Sets a field and its position. */
export function setField(target: JsonObject, key: string, value: Json, origin: Origin): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true }); // also right for "__proto__"
  positions.get(target)?.fields.set(key, origin);
}

/** Inserts an item before `index` (the length appends), or replaces the item at `index`. */
export function setItem(target: Json[], index: number, value: Json, origin: Origin, replace = false): void {
  target.splice(index, replace ? 1 : 0, value);
  positions.get(target)?.items.splice(index, replace ? 1 : 0, origin);
}

/** Removes a field or an item. */
export function removeEntry(target: JsonObject | Json[], key: string | number): void {
  if (!Array.isArray(target)) delete target[key];
  else {
    target.splice(Number(key), 1);
    positions.get(target)?.items.splice(Number(key), 1);
  }
}

/** Position of an object or list. */
export const positionOf = (target: object): Origin | undefined => positions.get(target)?.self;

/** Position of the field at `path`, or of its nearest known parent. */
export function positionAt(root: object, path: readonly (string | number)[]): Origin {
  let found = positionOf(root) ?? { file: '(generated)', line: 1 };
  let value: unknown = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) break;
    const known = positions.get(value);
    found = (Array.isArray(value) ? known?.items[Number(key)] : known?.fields.get(String(key))) ?? found;
    value = Array.isArray(value)
      ? value[Number(key)]
      : Object.hasOwn(value, key)
        ? (value as JsonObject)[key]
        : undefined;
  }
  return found;
}

/** A deep copy with the same positions. */
export function copy<T extends Json>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  const made: object = Array.isArray(value)
    ? value.map(copy)
    : Object.fromEntries(Object.entries(value).map(([key, each]) => [key, copy(each)]));
  const known = positions.get(value);
  if (known) positions.set(made, { self: known.self, fields: new Map(known.fields), items: [...known.items] });
  return made as T;
}
