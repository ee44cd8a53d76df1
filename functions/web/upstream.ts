import { AppError, type ErrorCode, type FieldError } from '@dormouse/runtime/errors';

/** Calls another function: like `fetch` but never following redirects, with the running trace and a timeout; an AppError 503 when nothing answers. */
export type Call = (
  url: string,
  init?: { method?: string; headers?: Record<string, string>; body?: string },
) => Promise<Response>;

const codeOf: Record<number, ErrorCode> = {
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
const passedOn: Record<string, ErrorCode> = {
  idempotency_mismatch: 'idempotency_mismatch',
  idempotency_in_flight: 'idempotency_in_flight',
};

/**
 * The answer itself when it is a success or one of the `expected` statuses.
 * @throws AppError with the other function's code, detail and field errors (RFC 9457) otherwise.
 */
export async function okResponse(response: Response, expected: readonly number[] = []): Promise<Response> {
  if (response.ok || expected.includes(response.status)) return response;
  const problem = await problemOf(response);
  const code =
    passedOn[problem.code ?? ''] ?? codeOf[response.status] ?? (response.status > 500 ? 'unavailable' : 'internal');
  const wait = response.headers.get('retry-after');
  throw new AppError(code, problem.detail ?? 'The request was refused.', {
    ...(problem.errors && { errors: problem.errors }),
    ...(wait && { headers: { 'retry-after': wait } }),
  });
}

interface Problem {
  code?: string;
  detail?: string;
  errors?: FieldError[];
}

async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => ({}));
  if (typeof body !== 'object' || body === null) return {};
  const { code, detail, errors } = body as Record<string, unknown>;
  return {
    ...(typeof code === 'string' && { code }),
    ...(typeof detail === 'string' && { detail }),
    ...(Array.isArray(errors) && { errors: errors.filter(isFieldError) }),
  };
}

const isFieldError = (value: unknown): value is FieldError =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Record<string, unknown>).field === 'string' &&
  typeof (value as Record<string, unknown>).message === 'string';

/** Headers of a request in a user's name. */
export const bearer = (token: string | undefined): Record<string, string> =>
  token ? { authorization: `Bearer ${token}` } : {};
