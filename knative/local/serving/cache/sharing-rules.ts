import type { ClientRequest } from '../proxy/client-request.ts';

/**
 * Fields that make a request somebody's own, or one that a stored answer may not satisfy: who asks, a part of the answer, a
 * condition that only the function can check, and fields that make some frameworks see another request than the address says.
 */
const ownFields: ReadonlySet<string> = new Set([
  ...['authorization', 'cookie'],
  ...['range', 'if-range', 'if-match', 'if-unmodified-since'],
  ...['x-http-method', 'x-http-method-override', 'x-method-override', 'x-original-url', 'x-rewrite-url'],
]);

/** Whether the request is one that anybody may make, so that it may get what somebody else was answered. */
export function mayBeShared({ method, fields: { all, length, upgrade } }: ClientRequest): boolean {
  if ((method !== 'GET' && method !== 'HEAD') || length !== 0 || upgrade !== '') return false;
  for (let at = 0; at < all.length; at += 2) if (ownFields.has(all[at]!)) return false;
  return true;
}

const safe: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** Whether a success changes what the address answers (RFC 9111 section 4.4). */
export const isUnsafe = (method: string): boolean => !safe.has(method);

/** Whether the client says how old or how new the answer must be: it gets none that others asked for. */
export const asksForFreshness = (request: ClientRequest): boolean =>
  request.field('cache-control') !== undefined || request.field('pragma') !== undefined;

export const asksForStoredOnly = (request: ClientRequest): boolean =>
  /(?:^|[,\s])only-if-cached(?:$|[,\s])/i.test(request.field('cache-control') ?? '');

/** What the function tells this cache, and no cache behind it: that one would not be told of changes. */
export const surrogateFields: readonly string[] = [
  'cdn-cache-control',
  'surrogate-control',
  'surrogate-key',
  'cache-tag',
];
