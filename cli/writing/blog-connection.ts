import type { Failure, Send } from '@dormouse/runtime/api-client';
import { isPersonal } from '@dormouse/runtime/personal-token';
import { originOf } from '../address.ts';
import { type ApiResponse, type Client, client, problemOf, Unreachable } from '../api-client.ts';
import { CommandError } from '../command-error.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../usage-error.ts';
import { type Login, loginsOf } from './logins.ts';

/** Which blog, and as whom. */
export interface BlogFlags {
  url?: string;
  token?: string;
  json?: boolean;
}

/** The API of a blog. */
export interface BlogConnection {
  /** Origin of the blog. */
  readonly url: string;
  /** Whether requests are somebody's. */
  readonly hasToken: boolean;
  /** Sends a request; every failure is thrown. @throws Refusal */
  readonly send: Send;
  /** The same for a body that is no JSON. */
  upload(path: string, bytes: Uint8Array<ArrayBuffer>, type: string): Promise<ApiResponse>;
}

/** The blog has answered that it does not do it; the message says what to do instead. */
export class Refusal extends CommandError {
  readonly response: ApiResponse;

  constructor(message: string, response: ApiResponse) {
    super(message);
    this.response = response;
  }
}

/** Requests that need somebody. */
interface ConnectionOptions {
  /** Without a token nothing is sent. */
  readonly needsLogin?: boolean;
}

/**
 * The blog that was named, by an option or by DORMOUSE_URL, or the only one that the user is logged in to.
 * @throws UsageError where it is not clear which one; CommandError for who has to log in first
 */
export function connect(flags: BlogFlags, context: Pick<Context, 'env'>, options: ConnectionOptions = {}) {
  const { url, login } = chosen(flags, context);
  const token = flags.token ?? (context.env.DORMOUSE_TOKEN || login?.token);
  if (options.needsLogin && token === undefined)
    throw new CommandError(`you are not logged in to ${url}: "dormouse login ${url}"`);
  return connectionTo(url, token);
}

function chosen({ url: given, token }: BlogFlags, context: Pick<Context, 'env'>): { url: string; login?: Login } {
  const logins = loginsOf(context);
  const url = given ?? (context.env.DORMOUSE_URL ? originOf(context.env.DORMOUSE_URL) : undefined);
  if (url !== undefined) {
    // A token that was given needs no file.
    const login = token === undefined && !context.env.DORMOUSE_TOKEN ? logins.of(url) : undefined;
    return { url, ...(login && { login }) };
  }
  const all = logins.all();
  if (all.length === 1) return { url: all[0]!.url, login: all[0]! };
  throw new UsageError(
    all.length === 0
      ? 'which blog? "dormouse login URL" logs you in, --url or DORMOUSE_URL names one'
      : `which blog? --url or DORMOUSE_URL names one of ${all.map(({ url: each }) => each).join(', ')}`,
  );
}

/** The API of the blog at `url`, as whom the token is of; without one as nobody. */
export function connectionTo(url: string, token: string | undefined): BlogConnection {
  let used = token ?? '';
  const by = (reads: boolean): Client =>
    client({ url, token: used, ...(reads ? { attempts: 5, connections: 2 } : { attempts: 1, connections: 1 }) });
  const answered = async (request: Parameters<Client['send']>): Promise<ApiResponse> => {
    try {
      return await by(request[0] === 'GET').send(...request);
    } catch (error) {
      if (error instanceof Unreachable) throw new CommandError(`${url} does not answer (${error.message})`);
      throw error;
    }
  };
  const send = async (...request: Parameters<Client['send']>): Promise<ApiResponse> => {
    let response = await answered(request);
    // Where a mesh stands before the functions, it takes signed tokens only (`mesh-strict`).
    if (response.status === 401 && isPersonal(used)) {
      const signed = await exchanged(url, used);
      if (signed !== undefined) {
        used = signed;
        response = await answered(request);
      }
    }
    if (response.status < 400) return response;
    throw new Refusal(refusal(response, { url, hasToken: token !== undefined }), response);
  };
  return {
    url,
    hasToken: token !== undefined,
    send,
    upload: (path, bytes, type) => send('POST', path, { bytes, headers: { 'content-type': type } }),
  };
}

async function exchanged(url: string, token: string): Promise<string | undefined> {
  const nobody = client({ url, token: '', attempts: 2, connections: 1 });
  const { status, body } = await nobody.send('POST', '/api/token/personal', { json: { token } });
  const signed = status === 200 ? (body as { token?: unknown }).token : undefined;
  return typeof signed === 'string' ? signed : undefined;
}

function refusal(response: ApiResponse, { url, hasToken }: { url: string; hasToken: boolean }): string {
  if (response.status === 401)
    return hasToken
      ? `${url} does not accept the token: it has expired or was revoked; "dormouse login ${url}" gets a new one`
      : `you are not logged in to ${url}: "dormouse login ${url}"`;
  const scope = /scope="([\w:]+)"/.exec(response.headers.get('www-authenticate') ?? '')?.[1];
  if (response.status === 403 && scope)
    return `the token lacks the scope ${scope}: "dormouse login ${url} --scopes …,${scope}" gets one that has it`;
  return problemOf(response);
}

/** A response by way of a connection, which throws failures. */
export const succeeded = <R extends { readonly status: number }>(response: R | Failure): R => response as R;

/** Some items of a list, and whether there are more. */
export interface Listed<T> {
  readonly items: readonly T[];
  readonly more: boolean;
  readonly headers: Headers;
}

const pageSize = 100;

/** The first `limit` items of a list, page by page as `Link` leads on (RFC 8288). */
export async function listed<T>(
  { url, send }: Pick<BlogConnection, 'url' | 'send'>,
  path: string,
  { limit, query = {} }: { limit: number; query?: Record<string, string | number | undefined> },
): Promise<Listed<T>> {
  const given = Object.entries({ ...query, limit: Math.min(limit, pageSize) }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  let next: string | undefined = `${path}?${new URLSearchParams(given)}`;
  const items: T[] = [];
  let headers: Headers | undefined;
  while (next !== undefined && items.length < limit) {
    const page: ApiResponse = await send('GET', next, {});
    headers ??= page.headers;
    items.push(...(page.body as T[]));
    next = nextOf(page.headers.get('link'), url);
  }
  return { items: items.slice(0, limit), more: next !== undefined || items.length > limit, headers: headers! };
}

/** Path of the next page. @throws CommandError for one elsewhere, which must not get the token */
function nextOf(link: string | null, url: string): string | undefined {
  const target = /<([^>]*)>\s*;\s*rel="?next/.exec(link ?? '')?.[1];
  if (target === undefined) return undefined;
  const { origin, pathname, search } = new URL(target, url);
  if (origin !== url) throw new CommandError(`${url} says that the list goes on at ${origin}`);
  return `${pathname}${search}`;
}
