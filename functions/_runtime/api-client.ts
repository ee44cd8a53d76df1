import type { Api, BodyOf, QueryOf, ResponseOf, Route, ScopedBodyOf } from './api.ts';
import type { AppError, ErrorCode, FieldError } from './errors.ts';

/** Sends one request to the API's host. Redirects are not followed. */
export type Send = (
  method: string,
  target: string,
  content: { json?: unknown; headers?: Record<string, string> },
) => Promise<{ readonly status: number; readonly headers: Headers; readonly body: unknown }>;

/** A failure as every API of ours answers it (RFC 9457). */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
  /** Missing where the gateway itself refuses. */
  trace_id?: string;
  errors?: FieldError[];
}

/** A response of status 400 and above. */
export interface Failure {
  readonly status: AppError['status'];
  readonly headers: Headers;
  readonly body: Problem;
}

type Calls<A extends Api> = { [K in keyof A as `${A[K]['method']} ${A[K]['path']}`]: A[K] };

type Called<A extends Api, C extends keyof Calls<A>> = Calls<A>[C] extends infer R extends Route ? R : never;

type Parameters<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | Parameters<`/${Rest}`>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never;

/** What a call takes: `params` and `body` where its route has them. */
export type RequestTo<R extends Route> = {
  /** Access token. */
  token?: string | undefined;
  headers?: Record<string, string>;
} & ([Parameters<R['path']>] extends [never] ? object : { params: Record<Parameters<R['path']>, string | number> }) &
  ([QueryOf<R>] extends [never]
    ? object
    : { query?: { [K in keyof QueryOf<R>]?: string | number | undefined } | undefined }) &
  ([BodyOf<R>] extends [never]
    ? object
    : R['optionalBody'] extends true
      ? { body?: BodyOf<R> }
      : { body: BodyOf<R> | ScopedBodyOf<R> });

/** What a call succeeds with; `status` tells the body's type. */
export type SuccessOf<R extends Route> = {
  [S in keyof ReturnType<R['responses']> & number]: {
    readonly status: S;
    readonly headers: Headers;
    readonly body: ResponseOf<R, S>;
  };
}[keyof ReturnType<R['responses']> & number];

/** Calls by method and path, as the API's routes name them. */
export type ApiClient<A extends Api> = <C extends keyof Calls<A> & string>(
  call: C,
  ...request: object extends RequestTo<Called<A, C>> ? [RequestTo<Called<A, C>>?] : [RequestTo<Called<A, C>>]
) => Promise<SuccessOf<Called<A, C>> | Failure>;

interface AnyRequest {
  token?: string;
  headers?: Record<string, string>;
  params?: Record<string, string | number>;
  query?: Record<string, string | number | undefined>;
  body?: unknown;
}

/**
 * A client whose requests and responses have the types of an API's description. Nothing of the description is needed at run time,
 * so that only its type is imported.
 *
 * @example
 * import type { api } from '@dormouse/posts/api';
 * const posts = apiClient<typeof api>(send);
 * const { status, body } = await posts('GET /blog/api/posts/:id', { params: { id: 7 } });
 */
export function apiClient<A extends Api>(send: Send): ApiClient<A> {
  const client = (call: string, { token, headers = {}, params = {}, query = {}, body }: AnyRequest = {}) => {
    const [method, path] = call.split(' ') as [string, string];
    const filled = path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
    const given = Object.entries(query).filter(([, value]) => value !== undefined);
    const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
    return send(method, search ? `${filled}?${search}` : filled, {
      ...(body !== undefined && { json: body }),
      headers: { ...(token && { authorization: `Bearer ${token}` }), ...headers },
    });
  };
  return client as ApiClient<A>;
}
