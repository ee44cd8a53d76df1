import type { ServerResponse } from 'node:http';
import { ApiError } from './api-error.ts';
import type { ObjectCache, ObjectEvent } from './object-cache.ts';
import type { KubernetesObject } from './object-parts.ts';

export interface WatchOptions {
  cache: ObjectCache;
  /** Objects of the kind, and of the namespace. */
  includes: (object: KubernetesObject) => boolean;
  /** An object as the client asks for it. */
  shown: (object: KubernetesObject) => object;
  /** Undefined: all objects that there are come first. */
  since: number | undefined;
  /** The client understands them. */
  bookmarks: boolean;
  /** A bookmark ends the objects that there are (`sendInitialEvents`). */
  marksInitial: boolean;
  timeoutMs: number;
  /** An object of the kind that holds nothing but a version. */
  empty: (resourceVersion: string, annotations?: Record<string, string>) => object;
}

/** How often the platform is looked at while somebody watches, ms. */
const lookMs = 200;
const bookmarkMs = 60_000;
/** A client that reads nothing is left. */
const maxBufferedBytes = 8 * 2 ** 20;

/** Sends what changes as chunks of JSON, until the client leaves or its time is over. */
export function streamChanges(response: ServerResponse, options: WatchOptions): void {
  const { cache, includes, shown, bookmarks, marksInitial, timeoutMs, empty } = options;
  const send = (type: string, object: object) => {
    if (response.writableEnded) return;
    if (response.writableLength > maxBufferedBytes) response.destroy();
    else response.write(`${JSON.stringify({ type, object })}\n`);
  };
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.flushHeaders();
  let seen = options.since ?? -1;
  if (options.since === undefined) {
    for (const object of cache.list()) if (includes(object)) send('ADDED', shown(object));
    seen = cache.version;
    if (marksInitial) send('BOOKMARK', empty(String(seen), { 'k8s.io/initial-events-end': 'true' }));
  }
  const forward = () => {
    const events = cache.since(seen);
    if (!events) {
      send('ERROR', tooOld(seen).body);
      response.end();
      return;
    }
    for (const event of events) {
      const type = typeFor(event, includes);
      if (type) send(type, shown(event.object));
    }
    seen = Math.max(seen, cache.version);
  };
  const looking = setInterval(() => cache.refresh(), lookMs).unref();
  const marking = setInterval(() => bookmarks && send('BOOKMARK', empty(String(seen))), bookmarkMs).unref();
  const ending = setTimeout(() => response.end(), timeoutMs).unref();
  const forget = cache.listen(forward);
  response.on('close', () => {
    clearInterval(looking);
    clearInterval(marking);
    clearTimeout(ending);
    forget();
  });
  cache.refresh();
  forward();
}

const tooOld = (version: number) =>
  new ApiError(
    410,
    'Expired',
    `too old resource version: ${version} (the platform no longer knows what has changed since)`,
  );

/** An object that comes to be meant by a selector is added to the watcher's, one that is no longer meant deleted. */
function typeFor(
  { type, object, before }: ObjectEvent,
  includes: (object: KubernetesObject) => boolean,
): ObjectEvent['type'] | undefined {
  const was = before !== undefined && includes(before);
  const is = type !== 'DELETED' && includes(object);
  if (is) return was ? 'MODIFIED' : 'ADDED';
  return was ? 'DELETED' : undefined;
}
