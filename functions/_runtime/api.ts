import type * as v from 'valibot';
import type { Role } from './caller.ts';
import type { ErrorCode } from './errors.ts';
import type { TokenScope } from './token-scopes.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type Entries = Record<string, v.GenericSchema>;

/** One response of a route. `body` describes JSON; a response without it has no content. */
export interface DescribedResponse<S extends v.GenericSchema | undefined = v.GenericSchema | undefined> {
  description: string;
  body: S;
  /** Media types of content that is no JSON: instead of it, or for who asks for them. */
  types?: readonly string[];
  /** Response headers and what they say. */
  headers?: Record<string, string>;
  example?: S extends v.GenericSchema ? v.InferInput<S> : never;
}

export interface RouteDescription {
  summary: string;
  description?: string;
  /** Who may call it: these roles; 'any' for everybody with a token; absent for everybody. */
  roles?: readonly Role[] | 'any';
  /** The scope with which a personal access token may call it; without one none may. */
  personal?: TokenScope;
  /** A token changes the response, but is not needed. */
  optionalToken?: boolean;
  /** Path parameters. */
  params?: Entries;
  query?: v.GenericSchema;
  /** Request headers, by name in lower case. */
  headers?: Entries;
  /** JSON body. */
  body?: v.GenericSchema;
  /** JSON body that a token with this scope may send as well. */
  scoped?: { scope: string; body: v.GenericSchema };
  /** The body may be left out. */
  optionalBody?: boolean;
  /** A body that is no JSON. */
  bytes?: { types: readonly string[]; description: string };
  /** Requests that succeed. */
  examples?: Record<string, unknown>;
  /** Failures are pages for who does not ask for JSON. */
  failsWithPages?: boolean;
  /** Failures beyond those that every route with such a body, query or token has. */
  errors?: readonly ErrorCode[];
  /** A function, so that a running function never builds what only documents and tests read. */
  responses: () => Record<number, DescribedResponse>;
}

/** A route: its description, and what it is called by. */
export interface Route extends RouteDescription {
  readonly method: Method;
  /** In the router's notation: `/blog/api/posts/:id`. */
  readonly path: string;
}

/** All routes of a function, by a name for each operation. */
export type Api = Readonly<Record<string, Route>>;

type Split<Call extends string> = Call extends `${infer M extends Method} ${infer P}` ? { method: M; path: P } : never;

/**
 * Describes a route once; validation, the types of requests and responses, documents and clients come from it.
 *
 * @example const create = route('POST /blog/api/posts', { summary: 'Write a post', body: newPost, responses: () => ({ 201: … }) });
 */
// @__NO_SIDE_EFFECTS__
export function route<const Call extends `${Method} /${string}`, const D extends RouteDescription>(
  call: Call,
  description: D,
): D & Split<Call> {
  const [method, path] = call.split(' ') as [Method, string];
  return { ...description, method, path } as unknown as D & Split<Call>;
}

/** A response with a JSON body. */
// @__NO_SIDE_EFFECTS__
export function content<S extends v.GenericSchema>(
  description: string,
  body: S,
  more: { example: v.InferInput<S>; headers?: Record<string, string>; types?: readonly string[] },
): DescribedResponse<S> & { body: S } {
  return { description, body, ...more } as DescribedResponse<S> & { body: S };
}

/** A response without content. */
// @__NO_SIDE_EFFECTS__
export function empty(description: string, headers?: Record<string, string>): DescribedResponse<undefined> {
  return { description, body: undefined, ...(headers && { headers }) };
}

/** A response whose content is no JSON. */
// @__NO_SIDE_EFFECTS__
export function bytes(
  description: string,
  types: readonly string[],
  headers?: Record<string, string>,
): DescribedResponse<undefined> {
  return { description, body: undefined, types, ...(headers && { headers }) };
}

type InputOf<S> = S extends v.GenericSchema ? v.InferInput<S> : never;
type OutputOf<S> = S extends v.GenericSchema ? v.InferOutput<S> : never;
type Responses<R extends Route> = ReturnType<R['responses']>;

/** The JSON body that a client sends. */
export type BodyOf<R extends Route> = InputOf<R['body']>;
/** The JSON body that a client with the route's scope sends. */
export type ScopedBodyOf<R extends Route> = R['scoped'] extends { body: infer S } ? InputOf<S> : never;
/** Parameters of the query, as a client gives them. */
export type QueryOf<R extends Route> = InputOf<R['query']>;
/** The JSON body of a response. */
export type ResponseOf<R extends Route, Status extends keyof Responses<R> = keyof Responses<R>> =
  Responses<R>[Status] extends DescribedResponse<infer S> ? OutputOf<S> : never;

type CamelCase<S extends string> = S extends `${infer A}_${infer B}` ? `${A}${Capitalize<CamelCase<B>>}` : S;
/** An API's fields by the names they have in code: `category_name` is `categoryName`. */
export type Camelized<T> = { [K in keyof T as CamelCase<K & string>]: T[K] };

/** All fields of `T` must be there, optional ones as undefined at least: for mappings that must not forget a field. */
export type Every<T> = { [K in keyof Required<T>]: T[K] };

/**
 * Says to the compiler that `rest` of a destructured object has no fields: a field that is added later is a type error here,
 * which names it, until somebody decides what becomes of it. Does nothing at run time.
 *
 * @example const { title, content, ...unstored } = post; nothingLeft(unstored);
 */
export function nothingLeft(_rest: Record<string, never>): void {}
