import type { IncomingMessage, ServerResponse } from 'node:http';
import { isSecret, withoutSecret } from '@dormouse/http/loopback-guard';
import { ApiError, badRequest, notFound, unknownPath } from './api-error.ts';
import { type Births, births } from './births.ts';
import { currentObjects, type Shown, type StateOf } from './current-objects.ts';
import { discovery, discoveryType } from './discovery.ts';
import { groupVersion, type Kind, keyOfObject, kindOf } from './kinds.ts';
import { type IncludeObject, tableOf } from './kubernetes-table.ts';
import { ObjectCache } from './object-cache.ts';
import type { KubernetesObject } from './object-parts.ts';
import { openApi } from './openapi.ts';
import { redacted } from './redact.ts';
import { type ResourcePath, resourcePath } from './resource-path.ts';
import { fieldSelector, labelSelector, SelectorError } from './selectors.ts';
import { streamChanges, type WatchOptions } from './watch-stream.ts';

export type { Shown, StateOf } from './current-objects.ts';

export interface KubernetesApiOptions {
  shown: () => Shown;
  /** When each Trigger was first seen. */
  createdAt: Births;
  /** When other objects were first seen; default: known to this process only. */
  births?: Births;
  /** Which revisions each Service has, and where its traffic goes. */
  stateOf?: StateOf;
  /** Who knows it sees environments and data, and may write; undefined: nobody. */
  secret?: string;
}

/** A request with what is known of who sends it. */
interface Call {
  method: string;
  url: URL;
  accept: string;
  /** It knows the secret. */
  trusted: boolean;
}

/**
 * The Kubernetes API of the platform: discovery, and objects by get, list and watch, with selectors and as tables. It listens on
 * loopback; what may hold secrets is shown to those who know the platform's.
 */
export function kubernetesApi({ shown, createdAt, births: born, stateOf, secret }: KubernetesApiOptions) {
  // Those that are there now may get events before anybody asks for them.
  createdAt(shown().platform.triggers);
  const view = { createdAt, births: born ?? births(undefined), stateOf: stateOf ?? (() => undefined) };
  let cache: ObjectCache | undefined;
  const opened = () => (cache ??= new ObjectCache(() => currentObjects(shown(), view)));
  return (request: IncomingMessage, response: ServerResponse): void => {
    try {
      const reply = answer(callOf(request, secret), response, opened);
      if (reply) send(response, reply);
    } catch (error) {
      send(response, failureOf(error));
    }
  };
}

function failureOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof SelectorError) return badRequest(error.message);
  return new ApiError(500, 'InternalError', `Internal error occurred: ${(error as Error).message}`);
}

function callOf({ method = 'GET', url: target = '/', headers }: IncomingMessage, secret: string | undefined): Call {
  const bearer = /^bearer (.*)$/i.exec(headers.authorization ?? '')?.[1]?.trim();
  const path = secret === undefined ? undefined : withoutSecret(target, secret);
  const known = bearer !== undefined && secret !== undefined && isSecret(bearer, secret);
  if (bearer !== undefined && !known) throw new ApiError(401, 'Unauthorized', 'Unauthorized');
  const url = URL.parse(path ?? target, 'http://kubernetes');
  if (!url) throw badRequest('the path is malformed');
  return { method, url, accept: headers.accept ?? '', trusted: known || path !== undefined };
}

/** @returns undefined for a watch, which has its response already */
function answer(call: Call, response: ServerResponse, opened: () => ObjectCache): Reply | undefined {
  const { method, url, accept } = call;
  if (method !== 'GET') throw new ApiError(405, 'MethodNotAllowed', 'read-only');
  const document = discovery(url.pathname, accept) ?? openApi(url.pathname);
  if (document) return { code: 200, body: document, type: discoveryType(document) };
  const path = resourcePath(url.pathname);
  if (!path || path.part !== undefined) throw unknownPath(url.pathname);
  const includes = selecting(path, url.searchParams);
  const cache = opened();
  if (!isTrue(url.searchParams.get('watch')))
    return { code: 200, body: path.name === undefined ? list(path, call, cache, includes) : one(path, call, cache) };
  streamChanges(response, { cache, includes, ...watchOptions(path, call) });
  return undefined;
}

interface Reply {
  code: number;
  body: object;
  type?: string;
}

function one(path: ResourcePath, call: Call, cache: ObjectCache): object {
  const { kind, namespace, name = '' } = path;
  const object = cache.find(keyOfObject(kind, { name, namespace }));
  if (!object) throw notFound(kind, name);
  const shown = seenBy(call, object, path.version);
  return isTable(call) ? tableOf(kind, [shown], tableOptions(call, object.metadata.resourceVersion)) : shown;
}

function list(
  { kind, version }: ResourcePath,
  call: Call,
  cache: ObjectCache,
  includes: (object: KubernetesObject) => boolean,
): object {
  const items = cache
    .list()
    .filter(includes)
    .map((each) => seenBy(call, each, version));
  const resourceVersion = String(cache.version);
  if (isTable(call)) return tableOf(kind, items, tableOptions(call, resourceVersion));
  const apiVersion = groupVersion(kind.group, version);
  return { apiVersion, kind: `${kind.kind}List`, metadata: { resourceVersion }, items };
}

function watchOptions({ kind, version }: ResourcePath, call: Call): Omit<WatchOptions, 'cache' | 'includes'> {
  const { searchParams } = call.url;
  const from = searchParams.get('resourceVersion') || '0';
  if (!/^\d{1,16}$/.test(from)) throw badRequest(`invalid resource version ${JSON.stringify(from)}`);
  const initial = isTrue(searchParams.get('sendInitialEvents'));
  const table = isTable(call);
  return {
    shown(object) {
      const seen = seenBy(call, object, version);
      return table ? tableOf(kind, [seen], tableOptions(call, object.metadata.resourceVersion)) : seen;
    },
    since: initial || Number(from) === 0 ? undefined : Number(from),
    bookmarks: isTrue(searchParams.get('allowWatchBookmarks')),
    marksInitial: initial,
    timeoutMs: Math.min(Number(searchParams.get('timeoutSeconds') ?? '') || 1_800, 86_400) * 1_000,
    empty(resourceVersion, annotations) {
      const metadata = { resourceVersion, creationTimestamp: null, ...(annotations && { annotations }) };
      if (table) return { ...tableOf(kind, [], { resourceVersion }), metadata };
      return { apiVersion: groupVersion(kind.group, version), kind: kind.kind, metadata };
    },
  };
}

/** Objects of a path that its selectors mean. */
function selecting({ kind, namespace, name }: ResourcePath, search: URLSearchParams) {
  const labels = labelSelector(search.get('labelSelector') ?? '');
  const fields = fieldSelector(search.get('fieldSelector') ?? '');
  return (object: KubernetesObject): boolean =>
    kindOf(object.apiVersion, object.kind) === kind &&
    (namespace === undefined || object.metadata.namespace === namespace) &&
    (name === undefined || object.metadata.name === name) &&
    labels(object) &&
    fields(object);
}

/** An object in the version that is asked for, with what its reader may see. */
function seenBy({ trusted }: Call, object: KubernetesObject, version: string): KubernetesObject {
  const { group } = kindOf(object.apiVersion, object.kind) as Kind;
  const versioned = { ...object, apiVersion: groupVersion(group, version) };
  return trusted ? versioned : redacted(versioned);
}

const isTable = ({ accept }: Call): boolean => /as=Table;v=v1(?!\w)/.test(accept);

const tableOptions = ({ url }: Call, resourceVersion = '') => {
  const include = url.searchParams.get('includeObject');
  return {
    resourceVersion,
    include: (include === 'Object' || include === 'None' ? include : 'Metadata') as IncludeObject,
  };
};

const isTrue = (value: string | null): boolean => value === 'true' || value === '1';

function send(response: ServerResponse, { code, body, type = 'application/json' }: Reply): void {
  response.writeHead(code, { 'content-type': type, 'cache-control': 'no-store' }).end(JSON.stringify(body));
}
