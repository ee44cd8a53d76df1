import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Fields } from '../yaml/fields.ts';
import { ManifestError, type Origin } from '../yaml/origin.ts';
import { isObject, type Json, type JsonObject, newObject, setField } from '../yaml/source-positions.ts';
import { newResource, type Resource } from './resource.ts';

/** A ConfigMap or Secret of a kustomization's generators, and what to do when it is there already. */
export interface Generated {
  resource: Resource;
  behavior: 'create' | 'merge' | 'replace';
}

/** Reads a file of a kustomization; `file` is how messages call it. */
export type ReadFile = (path: string, origin: Origin) => { content: Buffer; file: string };

/**
 * Makes the object of one `configMapGenerator` or `secretGenerator` entry.
 * @param read gives a file of the kustomization, rejecting what lies outside of it.
 * @throws ManifestError at the entry or source that is wrong.
 */
export function generate(kind: 'ConfigMap' | 'Secret', entry: Fields, read: ReadFile): Generated {
  entry.only(
    'name',
    'namespace',
    'behavior',
    'literals',
    'files',
    'envs',
    'options',
    ...(kind === 'Secret' ? ['type'] : []),
  );
  const options = entry.fields('options')?.only('disableNameSuffixHash');
  const origin = entry.origin();
  const object = newObject(origin);
  const put = (field: string, value: Json) => setField(object, field, value, entry.origin(field));
  put('apiVersion', 'v1');
  put('kind', kind);
  put('metadata', metadata(entry, origin));
  if (kind === 'Secret') put('type', entry.text('type') ?? 'Opaque');
  if (kind === 'Secret') put('data', newObject(origin));
  for (const { key, value, from } of pairs(entry, read)) {
    const text = kind === 'ConfigMap' && isUtf8(value);
    const field = kind === 'Secret' || text ? 'data' : 'binaryData';
    if (!isObject(object[field])) put(field, newObject(origin));
    setField(object[field] as JsonObject, key, text ? value.toString() : base64(value), from);
  }
  const resource = { ...newResource(object, origin), hashed: !(options?.boolean('disableNameSuffixHash') ?? false) };
  return { resource, behavior: entry.oneOf('behavior', 'create', 'merge', 'replace') ?? 'create' };
}

function metadata(entry: Fields, origin: Origin): JsonObject {
  const made = newObject(origin);
  setField(made, 'name', entry.string('name'), entry.origin('name'));
  const namespace = entry.text('namespace');
  if (namespace) setField(made, 'namespace', namespace, entry.origin('namespace'));
  return made;
}

interface Pair {
  key: string;
  value: Buffer;
  from: Origin;
}

/** What Kubernetes takes as a key and kubectl does not write as a number or boolean, which it then cannot read. */
function isKey(key: string): boolean {
  if (!/^[-._a-zA-Z0-9]{1,253}$/.test(key) || key.startsWith('..') || key === '.') return false;
  return !Number.isFinite(Number(key)) && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(key);
}

/** Keys and values of all sources; a key that occurs twice or cannot be one is rejected. */
function pairs(entry: Fields, read: ReadFile): Pair[] {
  const found: Pair[] = [];
  const add = (key: string, value: Buffer, from: Origin) => {
    if (!isKey(key)) fail(from, `"${key}" cannot be a key: use letters, digits, "-", "_" and "."`);
    if (found.some((pair) => pair.key === key))
      throw new ManifestError(from, `the key "${key}" occurs twice in ${entry.string('name')}`);
    found.push({ key, value, from });
  };
  for (const { text, origin } of entry.texts('envs')) addEnv(read(text, origin), add);
  for (const { text, origin } of entry.texts('literals')) {
    const [, key, value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? fail(origin, `"${text}" is not key=value`);
    add(key!, Buffer.from(/^(["']).*\1$/s.test(value) && value.length > 1 ? value.slice(1, -1) : value), origin);
  }
  for (const { text, origin } of entry.texts('files')) {
    const [, key, path = ''] =
      /^(?:([^=]+)=)?([^=]+)$/.exec(text) ?? fail(origin, `"${text}" is neither a path nor key=path`);
    add(key ?? basename(path), read(path, origin).content, origin);
  }
  return found;
}

function addEnv(
  { content, file }: ReturnType<ReadFile>,
  add: (key: string, value: Buffer, from: Origin) => void,
): void {
  for (const [index, raw] of content
    .toString()
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const line = raw.trimStart();
    if (line === '' || line.startsWith('#')) continue;
    const [key = '', ...value] = line.split('=');
    const origin = { file, line: index + 1 };
    if (!/^[-._a-zA-Z][-._a-zA-Z0-9]*$/.test(key)) fail(origin, `"${key}" is not the name of a variable`);
    add(key, Buffer.from(value.join('=')), origin);
  }
}

function fail(origin: Origin, problem: string): never {
  throw new ManifestError(origin, problem);
}

/** Base64 as kustomize writes it: lines of 70 when there is more than one, which its hash depends on. */
function base64(value: Buffer): string {
  const text = value.toString('base64');
  return text.length < 70 ? text : text.replaceAll(/.{1,70}/g, '$&\n');
}

/** Merges the previous object into a generated one: new data wins; with `replace` only new data is kept. */
export function mergeGenerated(before: Resource, { resource, behavior }: Generated): Resource {
  const next = resource.manifest;
  for (const field of ['data', 'binaryData'] as const) {
    if (behavior !== 'merge' || !isObject(before.manifest[field])) continue;
    const merged = newObject(resource.origin);
    for (const source of [before, resource]) {
      const data = source.manifest[field];
      if (isObject(data)) for (const [key, value] of Object.entries(data)) setField(merged, key, value, source.origin);
    }
    setField(next, field, merged, resource.origin);
  }
  const { labels, annotations, name, namespace } = before.manifest.metadata;
  Object.assign(
    next.metadata,
    { name },
    labels && { labels },
    annotations && { annotations },
    namespace && { namespace },
  );
  return { manifest: next, origin: resource.origin, history: before.history, hashed: before.hashed && resource.hashed };
}

/** kustomize's suffix: ten characters of the SHA-256 of kind, data and type in Go's JSON, in an alphabet without vowels. */
export function nameSuffix({ manifest }: Resource): string {
  const { kind = '', data = '', binaryData, stringData, type = '' } = manifest as JsonObject;
  const content: JsonObject = { data, kind, name: '' }; // kustomize's lookup of the name fails, and its names depend on that
  if (kind === 'Secret') content.type = type;
  if (kind === 'Secret' && isObject(stringData)) content.stringData = stringData;
  if (kind === 'ConfigMap' && isObject(binaryData)) content.binaryData = binaryData;
  const alphabet: Record<string, string> = { 0: 'g', 1: 'h', 3: 'k', a: 'm', e: 't' };
  const hex = createHash('sha256').update(goJson(content)).digest('hex').slice(0, 10);
  return hex.replaceAll(/[013ae]/g, (digit) => alphabet[digit] ?? digit);
}

/** JSON as Go's encoder writes it: keys sorted by bytes, `<`, `>`, `&` and line separators escaped. */
function goJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`;
  if (isObject(value)) {
    const fields = Object.keys(value).sort();
    return `{${fields.map((key) => `${goJson(key)}:${goJson(value[key] ?? null)}`).join(',')}}`;
  }
  return JSON.stringify(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
