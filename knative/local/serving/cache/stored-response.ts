import { keptFields } from '@dormouse/http/kept-fields';
import { fieldOf } from '@dormouse/http/request-fields';
import fresh from 'fresh';
import CachePolicy from 'http-cache-semantics';
import { parseDictionary } from 'structured-headers';
import type { ClientRequest } from '../proxy/client-request.ts';
import { surrogateFields } from './sharing-rules.ts';

/** An answer that everybody may get, until its policy says otherwise or one of its tags is purged. */
export interface StoredResponse {
  policy: CachePolicy;
  /** It may be used when it is no longer fresh, if its policy says for how long. */
  mayBeStale: boolean;
  /** What decides about the answer besides its address and what `Vary` names: the origin as the client sees it, and the Service. */
  scope: string;
  /** Names of the request fields in `Vary`. */
  vary: readonly string[];
  /** `Surrogate-Key` */
  tags: readonly string[];
  status: number;
  fields: readonly string[];
  /** Those of 304 (RFC 9110 section 15.4.5). */
  unmodifiedFields: readonly string[];
  validators: { etag?: string; 'last-modified'?: string };
  body: Buffer;
  /** Grows with the time at which the function was asked. */
  begun: number;
  /** In memory, about. */
  bytes: number;
}

/** An answer as far as its head says. */
export type StorableHead = Omit<StoredResponse, 'body' | 'begun' | 'bytes'>;

const ownToStore = new Set([
  ...surrogateFields,
  'age',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
]);
const ofContent = new Set(['content-type', 'content-encoding', 'content-language', 'last-modified']);
/** After which no stale answer may be given (RFC 9111 section 4.2.4). */
const strict = ['must-revalidate', 'proxy-revalidate'];
const options = { shared: true, cacheHeuristic: 0, immutableMinTimeToLive: 0 };

/**
 * What is kept of an answer, by RFC 9111 and RFC 9213; undefined when nothing may be. Stricter than they are: it must say how long
 * it is fresh, `private` and `no-store` count wherever they stand, and no answer with a cookie is kept.
 * @param fields the function's, names in lower case
 */
export function storableHead(
  request: ClientRequest,
  scope: string,
  status: number,
  fields: readonly string[],
): StorableHead | undefined {
  if (fieldOf(fields, 'set-cookie') !== undefined) return undefined;
  const headers = headersOf(fields);
  if (!isPlain(headers)) return undefined;
  const vary = listOf(headers.vary);
  if (vary.includes('*')) return undefined;
  const asked = { method: 'GET', headers: selectedFields(request, vary) };
  if (!new CachePolicy(asked, { status, headers }, options).storable()) return undefined;
  const targeted = targetedControl(headers);
  if (targeted !== undefined) {
    delete headers.expires;
    delete headers.pragma;
    headers['cache-control'] = targeted;
  }
  const directives = listOf(headers['cache-control']);
  // The package would ask the function even for a fresh one.
  headers['cache-control'] = directives.filter((each) => !strict.includes(each)).join(', ');
  const policy = new CachePolicy(asked, { status, headers }, options);
  // `no-cache` and heuristics leave no time to keep it.
  if (!policy.storable() || policy.stale()) return undefined;
  const kept = keptFields(fields, ownToStore);
  if (headers.date === undefined) kept.push('date', new Date().toUTCString());
  const { etag, 'last-modified': modified } = headers;
  return {
    policy,
    mayBeStale: !directives.some((each) => strict.includes(each) || each.startsWith('s-maxage')),
    scope,
    vary,
    tags: (headers['surrogate-key'] ?? '').split(' ').filter(Boolean),
    status,
    fields: kept,
    unmodifiedFields: keptFields(kept, ofContent),
    validators: { ...(etag !== undefined && { etag }), ...(modified !== undefined && { 'last-modified': modified }) },
  };
}

/** Adds the rest. */
export function storedResponse(head: StorableHead, rest: Pick<StoredResponse, 'body' | 'begun'>): StoredResponse {
  const bytes = head.fields.reduce((sum, text) => sum + text.length, rest.body.length + 1_000);
  return { ...head, ...rest, bytes };
}

/** Whether a stored answer satisfies a request: as it is, or while a new one is fetched (`stale-while-revalidate`). */
export function satisfies(
  { policy, vary, mayBeStale }: StorableHead,
  request: ClientRequest,
): 'fresh' | 'stale' | undefined {
  const { response, revalidation } = policy.evaluateRequest({ method: 'GET', headers: selectedFields(request, vary) });
  if (!response) return undefined;
  if (!policy.stale()) return 'fresh';
  // Not for `max-stale`: no answer is older than the function allows.
  return revalidation && mayBeStale ? 'stale' : undefined;
}

/** Whether a stored answer is one to this request by what `Vary` names, however old it is. */
export const matches = ({ policy, vary }: StorableHead, request: ClientRequest): boolean =>
  policy.evaluateRequest({ method: 'GET', headers: { ...selectedFields(request, vary), ...anyAge } }).response !==
  undefined;
const anyAge = { 'cache-control': 'max-stale', pragma: '' };

/** Whether a stored answer may stand for an error (`stale-if-error`, RFC 5861 section 4). */
export function maySubstitute(stored: StorableHead, request: ClientRequest): boolean {
  const { policy, mayBeStale } = stored;
  if (!mayBeStale || !matches(stored, request)) return false;
  return policy.revalidatedPolicy({ headers: {} }, { status: 503, headers: {} }).policy === policy;
}

/** Whether the client has it, by `If-None-Match` or `If-Modified-Since`. */
export function isUnmodified({ status, validators }: StorableHead, request: ClientRequest): boolean {
  if (status !== 200) return false;
  const none = request.field('if-none-match');
  const since = request.field('if-modified-since');
  if (none === undefined && since === undefined) return false;
  return fresh(none === undefined ? { 'if-modified-since': since } : { 'if-none-match': none }, validators);
}

/** Of a request what decides whether a stored answer satisfies it. */
function selectedFields(request: ClientRequest, vary: readonly string[]): Record<string, string> {
  const selected: Record<string, string> = { host: request.host };
  for (const name of ['cache-control', 'pragma', ...vary]) {
    const value = request.field(name);
    if (value !== undefined) selected[name] = name === 'cache-control' ? value.toLowerCase() : value;
  }
  return selected;
}

/** Lists joined; directives in lower case, as the package wants them. */
function headersOf(fields: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let at = 0; at < fields.length; at += 2) {
    const [name, value] = [fields[at]!, fields[at + 1]!];
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  if (headers['cache-control'] !== undefined) headers['cache-control'] = headers['cache-control'].toLowerCase();
  return headers;
}

/** An age that can be read, and no field that is only for the connection. */
const isPlain = ({ age = '0', connection = '' }: Readonly<Record<string, string>>): boolean =>
  /^\d{1,10}$/.test(age) && /^(?:|close|keep-alive)$/i.test(connection);

const listOf = (text = ''): string[] =>
  text
    .toLowerCase()
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);

/**
 * What is meant for caches in front of the site, as `Cache-Control` says it; undefined when that counts itself: there is none, or it
 * cannot be read (RFC 9213 section 2.1).
 */
function targetedControl(headers: Readonly<Record<string, string>>): string | undefined {
  const given = headers['cdn-cache-control'] ?? headers['surrogate-control'];
  if (given === undefined) return undefined;
  try {
    const directives = [...parseDictionary(given)].flatMap(([name, [value]]) => {
      if (value === true) return [name];
      if (typeof value === 'number' && Number.isInteger(value)) return [`${name}=${value}`];
      return typeof value === 'string' ? [`${name}="${value}"`] : [];
    });
    return directives.length > 0 ? directives.join(', ').toLowerCase() : undefined;
  } catch {
    return undefined;
  }
}
