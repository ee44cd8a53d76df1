import { isObject, type Json, type JsonObject } from '@dormouse/manifests/yaml/source-positions';

/** A JSON merge patch (RFC 7396, section 2). */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const merged: JsonObject = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch))
    if (value === null) delete merged[name];
    else set(merged, name, mergePatch(own(merged, name), value));
  return merged;
}

/** By which field items of a list are the same, as in the types of Kubernetes (`patchMergeKey`). */
const mergeKeys: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  volumes: ['name'],
  env: ['name'],
  imagePullSecrets: ['name'],
  volumeMounts: ['mountPath'],
  ports: ['containerPort', 'port'],
};

/**
 * A strategic merge patch (kubectl's for kinds of Kubernetes itself): as a merge patch, but items of known lists are merged by
 * their key; with the directives `$patch` (delete, replace), `$retainKeys`, `$deleteFromPrimitiveList`; `$setElementOrder` is left aside.
 */
export function strategicMergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  if (patch.$patch === 'replace') return withoutDirectives(patch);
  const merged: JsonObject = isObject(target) ? { ...target } : {};
  const retained = patch.$retainKeys;
  if (Array.isArray(retained))
    for (const name of Object.keys(merged)) if (!retained.includes(name)) delete merged[name];
  for (const [name, value] of Object.entries(patch)) {
    const primitives = /^\$deleteFromPrimitiveList\/(.+)$/.exec(name)?.[1];
    if (primitives !== undefined) removeFrom(merged, primitives, value);
    else if (name.startsWith('$')) continue;
    else if (value === null) delete merged[name];
    else set(merged, name, mergeField(name, own(merged, name), value));
  }
  return merged;
}

function mergeField(name: string, target: Json | undefined, patch: Json): Json {
  if (!Array.isArray(patch)) return strategicMergePatch(target, patch);
  const key = keyOfItems(name, patch);
  if (key === undefined) return patch.filter((each) => !isObject(each) || each.$patch === undefined);
  let items = Array.isArray(target) ? [...target] : [];
  for (const item of patch) {
    if (!isObject(item)) continue;
    if (item.$patch === 'replace') items = [];
    const same = (each: Json) => isObject(each) && each[key] === item[key];
    if (item.$patch === 'delete') items = items.filter((each) => !same(each));
    else if (item[key] !== undefined) {
      const index = items.findIndex(same);
      const merged = strategicMergePatch(items[index], item);
      if (index < 0) items.push(merged);
      else items[index] = merged;
    }
  }
  return items;
}

const keyOfItems = (name: string, items: readonly Json[]): string | undefined =>
  mergeKeys[name]?.find((key) => items.some((item) => isObject(item) && item[key] !== undefined));

function removeFrom(merged: JsonObject, name: string, values: Json): void {
  const list = merged[name];
  if (Array.isArray(list) && Array.isArray(values)) merged[name] = list.filter((each) => !values.includes(each));
}

const withoutDirectives = (patch: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(patch).filter(([name]) => !name.startsWith('$')));

const own = (target: JsonObject, name: string): Json | undefined =>
  Object.hasOwn(target, name) ? target[name] : undefined;

/** Also right for "__proto__". */
function set(target: JsonObject, name: string, value: Json): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}
