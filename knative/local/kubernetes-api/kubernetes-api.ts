import type { IncomingMessage, ServerResponse } from 'node:http';
import { isSecret, withoutSecret } from '@dormouse/http/loopback-guard';
import { ApiError, badRequest, notFound, unknownPath } from './api-error.ts';
import { type Births, births } from './births.ts';
import { currentObjects, type Shown, type StateOf, type Urls } from './current-objects.ts';
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
import { type Writing, writeObject } from './write-objects.ts';

export type { Shown, StateOf, Urls } from './current-objects.ts';

export interface KubernetesApiOptions {
  shown: () => Shown;
  /** When each Trigger was first seen. */
  createdAt: Births;
  /** When other objects were first seen; default: known to this process only. */
  births?: Births;
  /** Which revisions each Service has, and where its traffic goes. */
  stateOf?: StateOf;
  /** Where Services and hosts are found; default: in the cluster only. */
  urls?: Urls;
  /** Who knows it sees environments and data, and may write; undefined: nobody. */
  secret?: string;
  /** Where objects are written to; undefined: it is read-only. */
  writing?: Writing | undefined;
}

/** As of an API server's (k8s.io/apiserver, DefaultMaxRequestSizeBytes is 3 MiB). */
const maxBodyBytes = 3 * 2 ** 20;

/** A request with what is known of who sends it. */
interface Call {
  method: string;
  url: URL;
  accept: string;
  contentType: string;
  userAgent: string;
  /** It knows the secret. */
  trusted: boolean;
}

/**
 * The Kubernetes API of the platform: discovery, and objects by get, list and watch, with selectors and as tables, by create,
 * update, patch and delete. It listens on loopback; who knows the secret of the platform writes, and sees what may hold secrets.
 */
export function kubernetesApi(options: KubernetesApiOptions) {
  const { shown, createdAt, births: born, secret, writing, stateOf = () => undefined, urls = inCluster } = options;
  const started = Date.now();
  // Those that are there now may get events before anybody asks for them.
  createdAt(shown().platform.triggers);
  const view = { createdAt, births: born ?? births(undefined), stateOf, urls };
  let cache: ObjectCache | undefined;
  const opened = () => (cache ??= new ObjectCache(() => currentObjects(shown(), view), Date.now, started));
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const call = callOf(request, secret);
    if (call.method === 'GET') return answer(call, response, opened);
    return written(call, await bodyOf(request), { cache: opened(), writing });
  };
  return (request: IncomingMessage, response: ServerResponse): void => {
    respond(request, response)
      .catch((error: unknown): Reply => {
        request.resume();
        return failureOf(error);
      })
      .then((reply) => reply && send(response, reply));
  };
}

const inCluster: Urls = { service: () => undefined, host: (name) => `http://${name}` };

/** Rejects whoever does not know the secret before anything of the body is read. */
async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > maxBodyBytes)
      throw new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${maxBodyBytes}`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

function written(
  call: Call,
  body: string,
  { cache, writing }: { cache: ObjectCache; writing: Writing | undefined },
): Reply {
  const { method, url, contentType, userAgent } = call;
  const path = resourcePath(url.pathname);
  if (!path || path.part !== undefined) throw unknownPath(url.pathname);
  if (!writing) throw new ApiError(405, 'MethodNotAllowed', 'read-only');
  const request = { method, path, search: url.searchParams, contentType, userAgent, body };
  const { code, key, object, status } = writeObject(request, (each) => cache.find(each), writing);
  const shown = (object as KubernetesObject | undefined) ?? cache.find(key);
  return { code, body: status ?? (shown ? answered(call, path, shown) : {}) };
}

function answered(call: Call, { kind, version }: ResourcePath, object: KubernetesObject): object {
  const shown = seenBy(call, object, version);
  return isTable(call) ? tableOf(kind, [shown], tableOptions(call, object.metadata.resourceVersion)) : shown;
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
  const trusted = known || path !== undefined;
  if (method !== 'GET' && !trusted)
    throw new ApiError(
      401,
      'Unauthorized',
      'Unauthorized: use the kubeconfig of the folder of data (DORMOUSE_HOME/kubeconfig)',
    );
  const { accept = '', 'content-type': contentType = '', 'user-agent': userAgent = '' } = headers;
  return { method, url, accept, contentType, userAgent, trusted };
}

/** @returns undefined for a watch, which has its response already */
function answer(call: Call, response: ServerResponse, opened: () => ObjectCache): Reply | undefined {
  const { url, accept } = call;
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
  return answered(call, path, object);
}

/** In the order in which an API server has them from etcd. */
function byKey(left: KubernetesObject, right: KubernetesObject): number {
  const keyOf = ({ metadata: { namespace = '', name } }: KubernetesObject) => `${namespace}/${name}`;
  return keyOf(left) < keyOf(right) ? -1 : 1;
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
    .sort(byKey)
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
