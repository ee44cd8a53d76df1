import { randomInt } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { withDefaults, withTemplateDefaults } from '@dormouse/manifests/knative-defaults';
import { applyOperations, readOperations } from '@dormouse/manifests/kustomize/json-patch';
import type { WrittenObject } from '@dormouse/manifests/source-objects';
import { type Manifest, ManifestError } from '@dormouse/manifests/yaml/origin';
import { isObject, type Json, type JsonObject } from '@dormouse/manifests/yaml/source-positions';
import { ApiError, alreadyExists, badRequest, type Cause, conflict, invalid, notFound } from './api-error.ts';
import { groupVersion, type Kind, keyOfObject, resourceName } from './kinds.ts';
import { mergePatch, strategicMergePatch } from './merge-patch.ts';
import type { KubernetesObject } from './object-parts.ts';
import type { ResourcePath } from './resource-path.ts';
import { claimChanges, type ManagedFields, serverSideApply } from './server-side-apply.ts';
import type { WrittenObjects } from './written-objects.ts';

/** Where objects are written to. */
export interface Writing {
  written: WrittenObjects;
  /** The object of the files, whatever was written in its place. */
  declared(key: string): Manifest | undefined;
  /** @throws ManifestError when the platform could not run with `objects` in place of what is written now */
  check(objects: readonly WrittenObject[], key: string): void;
  /** Whether the platform is up, so that what is written comes to run. */
  ready(): boolean;
  /** Called after each write: what was written is to run. */
  changed(): void;
}

export interface WriteRequest {
  method: string;
  path: ResourcePath;
  search: URLSearchParams;
  contentType: string;
  userAgent: string;
  body: string;
}

interface Stored {
  /** The object as it is now, with what the server knows of it. */
  current: KubernetesObject | undefined;
  writing: Writing;
  now?: () => Date;
}

/** What is to be answered. */
export interface WriteReply {
  code: number;
  key: string;
  /** The object itself where nothing was written (`dryRun`). */
  object?: JsonObject;
  /** The Status of a deletion. */
  status?: object;
}

/** Creates, replaces, patches or deletes an object. @throws ApiError */
export function writeObject(
  request: WriteRequest,
  find: (key: string) => KubernetesObject | undefined,
  writing: Writing,
): WriteReply {
  const { method, path, search } = request;
  const { kind } = path;
  if (kind.derived)
    throw new ApiError(
      405,
      'MethodNotAllowed',
      `${resourceName(kind)} are made by the platform${kind.group === 'serving.knative.dev' ? ' from their Service: change that' : ' itself'}`,
    );
  if (!writing.ready()) throw new ApiError(503, 'ServiceUnavailable', 'the platform is starting');
  for (const value of search.getAll('dryRun'))
    if (value !== 'All') throw badRequest(`dryRun: ${JSON.stringify(value)} is not "All"`);
  if (method === 'POST') return create(request, find, writing);
  const { name } = path;
  if (name === undefined) throw new ApiError(405, 'MethodNotAllowed', 'name the object that is to be changed');
  const current = find(keyOfObject(kind, { name, namespace: path.namespace }));
  if (method === 'DELETE') return remove(request, current, writing);
  if (method === 'PUT') return replace(request, current, writing);
  if (method === 'PATCH') return patch(request, current, writing);
  throw new ApiError(405, 'MethodNotAllowed', `${method} is not understood`);
}

function create(
  request: WriteRequest,
  find: (key: string) => KubernetesObject | undefined,
  writing: Writing,
): WriteReply {
  const { kind, name: named } = request.path;
  if (named !== undefined) throw new ApiError(405, 'MethodNotAllowed', 'POST goes to the path of the kind');
  const given = objectOf(request);
  const metadata = metadataOf(given);
  const prefix = metadata.generateName;
  if (!metadata.name && typeof prefix === 'string' && prefix) metadata.name = prefix.slice(0, 58) + suffix();
  delete metadata.generateName;
  const name = nameOf(given, kind);
  if (find(keyOfObject(kind, { name, namespace: request.path.namespace }))) throw alreadyExists(kind, name);
  return store(request, given, { current: undefined, writing }, 201);
}

const letters = 'bcdfghjklmnpqrstvwxz2456789';
const suffix = () => Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join('');

function replace(request: WriteRequest, current: KubernetesObject | undefined, writing: Writing): WriteReply {
  const given = objectOf(request);
  if (!current) throw notFound(request.path.kind, nameOf(given, request.path.kind));
  return store(request, given, { current, writing }, 200);
}

function patch(request: WriteRequest, current: KubernetesObject | undefined, writing: Writing): WriteReply {
  const { path, contentType } = request;
  const { kind, name = '' } = path;
  const type = contentType.replace(/;.*/, '').trim().toLowerCase();
  if (type === 'application/apply-patch+yaml') return apply(request, current, writing);
  if (!current) throw notFound(kind, name);
  const value = json(request.body);
  const live = manifestOf(current);
  const changed = (() => {
    if (type === 'application/merge-patch+json') return mergePatch(live, value);
    if (type === 'application/strategic-merge-patch+json') {
      if (kind.group.includes('.knative.dev') || kind.group.includes('istio.io')) throw unsupported(type, kind);
      return strategicMergePatch(live, value);
    }
    if (type === 'application/json-patch+json') return jsonPatch(live, value, kind, name);
    throw unsupported(type, kind);
  })();
  if (!isObject(changed)) throw badRequest('the patch leaves no object');
  return store(request, inPath(changed, path), { current, writing }, 200);
}

/** Kinds by definition have no strategic merge on a cluster either: kubectl then sends a merge patch. */
const unsupported = (type: string, kind: Kind) =>
  new ApiError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - ${type || 'none'} is not accepted for ${resourceName(kind)}`,
  );

function jsonPatch(live: JsonObject, operations: Json, kind: Kind, name: string): JsonObject {
  const target = structuredClone(live);
  try {
    applyOperations(target, readOperations(operations, { file: 'patch', line: 1 }), name);
  } catch (error) {
    if (error instanceof ManifestError) throw invalid(kind, name, error.problem);
    throw error;
  }
  return target;
}

function apply(request: WriteRequest, current: KubernetesObject | undefined, writing: Writing): WriteReply {
  const { path, search } = request;
  const { kind, name = '' } = path;
  const manager = search.get('fieldManager');
  if (!manager)
    throw badRequest(
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    );
  const config = objectOf(request);
  if (metadataOf(config).managedFields !== undefined) throw badRequest('metadata.managedFields must be nil');
  const result = serverSideApply(current ? manifestOf(current) : {}, config, {
    ...{ manager, apiVersion: groupVersion(kind.group, path.version), now: time(), managed: managedOf(current) },
    force: search.get('force') === 'true',
  });
  if ('conflicts' in result) {
    const causes = result.conflicts.map(
      ({ path: field, manager: other }): Cause => ({
        reason: 'FieldManagerConflict',
        message: `conflict with ${JSON.stringify(other)}`,
        field,
      }),
    );
    const list = causes.map(({ message, field }) => `${message}: ${field}`).join('\n');
    throw conflict(
      kind,
      name,
      `Apply failed with ${causes.length} conflict${causes.length > 1 ? 's' : ''}: ${list}`,
      causes,
    );
  }
  const object = inPath(mergePatch(result.object, identityOf(config)) as JsonObject, path);
  return store(request, object, { current, writing }, current ? 200 : 201, result.managed);
}

const identityOf = ({ apiVersion = null, kind = null }: JsonObject): JsonObject => ({ apiVersion, kind });

function remove(
  { path, search, body }: WriteRequest,
  current: KubernetesObject | undefined,
  writing: Writing,
): WriteReply {
  const { kind, namespace, name = '' } = path;
  if (!current) throw notFound(kind, name);
  const options = body.trim() === '' ? {} : json(body);
  const { preconditions, dryRun } = (isObject(options) ? options : {}) as {
    preconditions?: { uid?: string; resourceVersion?: string };
    dryRun?: string[];
  };
  const { uid, resourceVersion } = current.metadata;
  if (preconditions?.uid !== undefined && preconditions.uid !== uid)
    throw conflict(
      kind,
      name,
      `Precondition failed: UID in precondition: ${preconditions.uid}, UID in object meta: ${uid}`,
    );
  if (preconditions?.resourceVersion !== undefined && preconditions.resourceVersion !== resourceVersion)
    throw conflict(kind, name, 'Precondition failed: the resource version is another one');
  const key = keyOfObject(kind, { name, namespace });
  const declared = writing.declared(key) !== undefined;
  if (!declared && !writing.written.all().some((each) => each.key === key))
    throw new ApiError(
      405,
      'MethodNotAllowed',
      `${resourceName(kind)} "${name}" is made by the platform of another object`,
    );
  const rest = writing.written.all().filter((each) => each.key !== key);
  checked(() => writing.check(declared ? [...rest, { key, manifest: undefined }] : rest, key), kind, name);
  const status = {
    ...{ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' },
    details: { name, group: kind.group, kind: kind.plural, uid },
  };
  if (search.get('dryRun') === 'All' || dryRun?.includes('All')) return { code: 200, key, status };
  if (declared) writing.written.put({ key, manifest: undefined });
  else writing.written.forget(key);
  writing.changed();
  return { code: 200, key, status };
}

/** Keeps an object that the platform can run. */
function store(
  { path, search, userAgent }: WriteRequest,
  plain: JsonObject,
  { current, writing, now = () => new Date() }: Stored,
  code: number,
  managed?: readonly ManagedFields[],
): WriteReply {
  const { kind, version } = path;
  const given = withDefaults(plain as unknown as Manifest) as unknown as JsonObject;
  const name = nameOf(given, kind);
  const key = keyOfObject(kind, { name, namespace: path.namespace });
  const { resourceVersion, uid } = metadataOf(given) as { resourceVersion?: string; uid?: string };
  const known = current?.metadata;
  if (known && ((resourceVersion && resourceVersion !== known.resourceVersion) || (uid && uid !== known.uid)))
    throw conflict(
      kind,
      name,
      'the object has been modified; please apply your changes to the latest version and try again',
    );
  const before = current ? manifestOf(current) : {};
  const manager = search.get('fieldManager') || userAgent.replace(/[/ ].*/s, '') || 'unknown';
  const owner = { manager, apiVersion: groupVersion(kind.group, version), now: time(now()) };
  const fields = managed ?? claimChanges(before, given, { ...owner, managed: managedOf(current) });
  const same = isDeepStrictEqual(contentOf(before), contentOf(given));
  const manifest = {
    ...withoutStatus(given),
    metadata: {
      ...userMetadata(metadataOf(given)),
      ...(kind.namespaced && { namespace: path.namespace }),
      creationTimestamp: known?.creationTimestamp ?? time(now()),
      generation: same ? (known?.generation ?? 1) : (known?.generation ?? 0) + 1,
      ...(fields.length > 0 && { managedFields: fields }),
    },
  } as unknown as Manifest;
  const rest = writing.written.all().filter((each) => each.key !== key);
  checked(() => writing.check([...rest, { key, manifest }], key), kind, name);
  if (search.get('dryRun') === 'All') return { code, key, object: manifest as unknown as JsonObject };
  if (current && same && isDeepStrictEqual(labelsOf(before), labelsOf(given))) return { code, key };
  const declared = writing.declared(key);
  if (declared && isDeepStrictEqual(essenceOf(declared), essenceOf(manifest))) writing.written.forget(key);
  else writing.written.put({ key, manifest });
  writing.changed();
  return { code, key };
}

/** What makes a new generation. */
const contentOf = (manifest: JsonObject): JsonObject => {
  const { metadata: _, apiVersion: __, ...content } = withoutStatus(manifest);
  return content;
};

const labelsOf = (manifest: JsonObject) => {
  const { labels = {}, annotations = {} } = metadataOf(manifest) as { labels?: Json; annotations?: Json };
  return { labels, annotations };
};

/** What is said of an object, with Knative's defaults, without what servers and kubectl add. */
export function essenceOf(manifest: Manifest): object {
  const { metadata, status: _, ...rest } = withTemplateDefaults(withDefaults(manifest)) as unknown as JsonObject;
  const { name, namespace, labels, annotations } = metadata as Record<string, Json>;
  const said = Object.fromEntries(
    Object.entries(isObject(annotations) ? annotations : {}).filter(
      ([key]) => !key.endsWith('last-applied-configuration'),
    ),
  );
  return { ...rest, metadata: { name, namespace: namespace ?? 'default', labels: labels ?? {}, annotations: said } };
}

const serverMetadata = [
  'uid',
  'resourceVersion',
  'selfLink',
  'managedFields',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
];
const userMetadata = (metadata: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(metadata).filter(([name]) => !serverMetadata.includes(name)));

function checked(check: () => void, kind: Kind, name: string): void {
  try {
    check();
  } catch (error) {
    if (error instanceof ManifestError) throw invalid(kind, name, error.problem);
    throw error;
  }
}

const manifestOf = (object: KubernetesObject): JsonObject =>
  withoutStatus(structuredClone(object) as unknown as JsonObject);

function withoutStatus(object: JsonObject): JsonObject {
  const { status: _, ...rest } = object;
  return rest;
}

const managedOf = (object: KubernetesObject | undefined) => (object?.metadata.managedFields ?? []) as ManagedFields[];

const time = (date = new Date()) => date.toISOString().replace(/\.\d+Z$/, 'Z');

/** The body as an object of the path. */
function objectOf({ body, path, contentType, method }: WriteRequest): JsonObject {
  const type = contentType.replace(/;.*/, '').trim().toLowerCase();
  if (method !== 'PATCH' && type !== '' && type !== 'application/json') throw unsupported(type, path.kind);
  const value = json(body);
  if (!isObject(value)) throw badRequest('the body holds no object');
  return inPath(value, path);
}

/** kubectl sends JSON in place of YAML, whatever it calls it. */
function json(body: string): Json {
  try {
    return JSON.parse(body) as Json;
  } catch (error) {
    throw badRequest(`couldn't get the body as JSON: ${(error as Error).message}`);
  }
}

/** @throws ApiError when it is of another kind, of another name or in another namespace than its path says */
function inPath(object: JsonObject, { kind, version, namespace, name }: ResourcePath): JsonObject {
  const apiVersion = groupVersion(kind.group, version);
  if (object.kind !== kind.kind || object.apiVersion !== apiVersion)
    throw badRequest(
      `the object is ${String(object.apiVersion)} ${String(object.kind)}, its path is of ${apiVersion} ${kind.kind}`,
    );
  const metadata = metadataOf(object);
  if (metadata.namespace !== undefined && metadata.namespace !== '' && metadata.namespace !== namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  if (name !== undefined && metadata.name !== name)
    throw badRequest(`the name of the object (${String(metadata.name)}) does not match the name on the URL (${name})`);
  return { ...object, metadata: { ...metadata, ...(kind.namespaced && namespace && { namespace }) } };
}

function metadataOf(object: JsonObject): JsonObject {
  if (isObject(object.metadata)) return object.metadata;
  throw badRequest('metadata is missing');
}

function nameOf(object: JsonObject, kind: Kind): string {
  const { name } = metadataOf(object);
  if (typeof name !== 'string' || name === '')
    throw invalid(kind, '', 'metadata.name Required value: name or generateName is required');
  if (!/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(name))
    throw invalid(kind, name, 'metadata.name must be lower-case letters, digits, "-" and "."');
  return name;
}
