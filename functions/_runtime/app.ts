import { Hono, type MiddlewareHandler } from 'hono';
import * as v from 'valibot';
import type { Caller } from './caller.ts';
import { AppError, codeOfStatus, type FieldError, fail, problem } from './errors.ts';
import { parseJson } from './json.ts';
import { bodyLimit, bodyText, header } from './request.ts';
import { childOf, currentTrace, noteFailure } from './trace.ts';

/** What handlers find in `c.var`. */
export type Env = { Variables: { caller: Caller | undefined } };
type JsonValidator<S extends v.GenericSchema> = MiddlewareHandler<
  Env,
  string,
  { in: { json: v.InferInput<S> }; out: { json: v.InferOutput<S> } }
>;

/** A Hono app whose failures are problem+json: unknown paths 404, known paths with another method 405 and `Allow`. */
export function newApp(): Hono<Env> {
  const app = new Hono<Env>();
  app.onError((error) => {
    noteFailure(error);
    return problem(asAppError(error), traceIdNow());
  });
  app.notFound((c) => {
    const allowed = allowedMethods(app, c.req.path);
    if (allowed.length === 0)
      return problem(new AppError('not_found', 'There is nothing at this address.'), traceIdNow());
    const headers = { allow: allowed.join(', ') };
    return problem(
      new AppError('method_not_allowed', `This address answers ${headers.allow}.`, { headers }),
      traceIdNow(),
    );
  });
  return app;
}

/** Reads a JSON body of at most `limit` bytes: 415 unless application/json, 413 when too large, 400 when malformed, 422 naming every wrong field.
 * @param limit of the body in bytes; one above `serve`'s own needs `bodyLimit` there as well.
 */
export function json<S extends v.GenericSchema>(schema: S, limit: number = bodyLimit): JsonValidator<S> {
  return async (c, next) => {
    if (!/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(header(c, 'content-type') ?? ''))
      fail('unsupported_media_type', 'The body must be application/json.');
    const body = parseJson(await bodyText(c, limit));
    // Valibot takes an array for an object that needs no field.
    if (Array.isArray(body)) fail('invalid', 'The body must be a JSON object.');
    c.req.addValidatedData('json', check(schema, body) as object);
    return next();
  };
}

/** An id in a path: 404 when it cannot be one. @param max largest id of its column; int8 as far as JavaScript counts, unless said. */
export function id(value: string, max: number = Number.MAX_SAFE_INTEGER): number {
  const number = /^[1-9][0-9]{0,15}$/.test(value) ? Number(value) : 0;
  return number >= 1 && number <= max ? number : fail('not_found', 'There is no such resource.');
}

/** `value` (a query string's values, say) as the schema's output, or 422 with one entry per wrong field (`tags.0`), unknown fields included. */
export function check<S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, value, { abortPipeEarly: true });
  if (result.success) return result.output;
  const errors = result.issues.flatMap((issue): FieldError[] => {
    const path = v.getDotPath(issue) ?? '';
    if (!isUnknownField(issue)) return [{ field: path, message: wording(issue) }];
    const parent = path.slice(0, path.length - String(issue.path.at(-1)?.key).length);
    return unknownFields(schema as unknown as Nested, issue.path).map((name) => ({
      field: parent + name,
      message: 'is not a known field',
    }));
  });
  return fail('invalid', 'Some fields are not acceptable.', { errors });
}

type Path = NonNullable<v.BaseIssue<unknown>['path']>;
type Nested = { entries?: Record<string, Nested>; item?: Nested; wrapped?: Nested } | undefined;

const isUnknownField = (issue: v.BaseIssue<unknown>): issue is v.BaseIssue<unknown> & { path: Path } =>
  issue.type === 'strict_object' && issue.expected === 'never' && issue.path !== undefined;

/** Every unknown field of the object that `path` leads into; valibot's strictObject names the first one only. */
function unknownFields(schema: Nested, path: Path): string[] {
  const last = path[path.length - 1] as Path[number];
  let at = schema;
  for (const step of path) {
    while (at?.wrapped) at = at.wrapped;
    if (step === last) break;
    at = at?.entries?.[String(step.key)] ?? at?.item;
  }
  const entries = at?.entries;
  return entries
    ? Object.keys(last.input as object).filter((name) => !Object.hasOwn(entries, name))
    : [String(last.key)];
}

function wording(issue: v.BaseIssue<unknown>): string {
  if (issue.type === 'strict_object') return 'is required';
  return issue.message.replace(/: (Expected .*?) but received .*$/, ': $1').slice(0, 200);
}

/** 405 for other methods at an address that a pattern (`/:id`) would take as well. @param allowed all that it answers */
export const otherwise =
  (...allowed: string[]) =>
  (): never =>
    fail('method_not_allowed', `This address answers ${allowed.join(', ')}.`, {
      headers: { allow: allowed.join(', ') },
    });

/** Methods that `path` answers, HEAD with GET. */
export function allowedMethods(app: Pick<Hono<Env>, 'router'>, path: string): string[] {
  const isRouted = (method: string) => app.router.match(method, path)[0].some(([[, route]]) => route.method === method);
  const allowed = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter(isRouted);
  return allowed.includes('GET') ? ['GET', 'HEAD', ...allowed.slice(1)] : allowed;
}

/** Hono's own HTTPException has a status only; a body of its making is not shown. */
function asAppError(error: Error): unknown {
  const status = (error as { status?: unknown }).status;
  const code = error instanceof AppError || typeof status !== 'number' ? undefined : codeOfStatus[status];
  return code ? new AppError(code, 'The request cannot be served.', { cause: error }) : error;
}

const traceIdNow = (): string => (currentTrace() ?? childOf(undefined)).traceId;
