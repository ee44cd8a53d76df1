/** Stable codes of every failure a client can see, with their HTTP status. */
const statusOf = {
  malformed: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  idempotency_in_flight: 409,
  precondition_failed: 412,
  too_large: 413,
  unsupported_media_type: 415,
  invalid: 422,
  idempotency_mismatch: 422,
  too_many_requests: 429,
  internal: 500,
  unavailable: 503,
} as const;

/** What HTTP calls each status. */
export const titleOf: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

export type ErrorCode = keyof typeof statusOf;

/** The code that says no more than the status; no other status of a failure has one. */
export const codeOfStatus: Record<number, ErrorCode> = {
  400: 'malformed',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  412: 'precondition_failed',
  413: 'too_large',
  415: 'unsupported_media_type',
  422: 'invalid',
  429: 'too_many_requests',
  503: 'unavailable',
};

type ErrorStatus = (typeof statusOf)[ErrorCode];

/** One invalid field of a request. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

export interface ErrorOptions {
  errors?: readonly FieldError[];
  headers?: Record<string, string>;
  cause?: unknown;
}

/** The only error shown to clients: code, status and detail are sent, the cause never is. */
export class AppError extends Error {
  override name = 'AppError';
  readonly code: ErrorCode;
  readonly status: ErrorStatus;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  readonly headers?: Record<string, string>;

  constructor(code: ErrorCode, detail: string, options: ErrorOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = statusOf[code];
    this.detail = detail;
    if (options.errors) this.errors = options.errors;
    if (options.headers) this.headers = options.headers;
  }
}

/** Throws an AppError. @example const post = found ?? fail('not_found', 'There is no such post.') */
export function fail(code: ErrorCode, detail: string, options?: ErrorOptions): never {
  throw new AppError(code, detail, options);
}

/** Refuses one field of a request. @throws AppError invalid */
export function failField(field: string, message: string): never {
  return fail('invalid', 'Some fields are not acceptable.', { errors: [{ field, message }] });
}

/**
 * An error as `application/problem+json` (RFC 9457) with `code`, `trace_id` and, where given, `errors`.
 * What is not an AppError becomes 503 when something it needed did not answer, else 500; its own words are never shown.
 */
export function problem(error: unknown, traceId: string): Response {
  const appError = toAppError(error);
  const body = {
    type: `https://dormouse.dev/problems/${appError.code}`,
    title: titleOf[appError.status],
    status: appError.status,
    detail: appError.detail,
    code: appError.code,
    trace_id: traceId,
    ...(appError.errors && { errors: appError.errors }),
  };
  const headers = { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...appError.headers };
  return new Response(JSON.stringify(body), { status: appError.status, headers });
}

/** Any thrown value as the error that a client gets. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (isUnavailable(error))
    return new AppError('unavailable', 'Something this request needs does not answer now. Try again shortly.', {
      cause: error,
      headers: { 'retry-after': '1' },
    });
  if (isUnstorable(error)) return new AppError('invalid', 'A value in the request cannot be stored.', { cause: error });
  return new AppError('internal', 'Something went wrong on our side.', { cause: error });
}

/** A number beyond its column, or a character that PostgreSQL has no place for (NUL): the request's fault, caught late. */
const isUnstorable = (error: unknown): boolean =>
  error instanceof Error && /^(22003|22021|22P05)$/.test(String((error as { code?: unknown }).code));

const network = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
]);
const client = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'CONNECTION_CONNECT_TIMEOUT',
]);
/** SQLSTATEs by which PostgreSQL says "not now": shutdown, recovery, too many connections, cancelled, deadlock, read-only. */
const sqlstate = /^(08...|53...|57P0.|57014|40001|40P01|55P03|25006|58...)$/;

/** Whether an error means that the database or another service is out of reach for now. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string') {
    if (client.has(code) || sqlstate.test(code)) return true;
    // ENOENT is a missing socket of PostgreSQL only when it comes from a connect.
    if (network.has(code)) return code !== 'ENOENT' || (error as { syscall?: unknown }).syscall === 'connect';
  }
  if (error instanceof AggregateError) return error.errors.some(isUnavailable);
  return error.cause !== undefined && error.cause !== error && isUnavailable(error.cause);
}
