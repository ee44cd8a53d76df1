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
const finer: Record<string, ErrorCode> = {
  idempotency_mismatch: 'idempotency_mismatch',
  idempotency_in_flight: 'idempotency_in_flight',
};

/**
 * The answer itself when it is a success or one of the `expected` statuses.
 * @throws AppError with the other function's code, detail and field errors (RFC 9457) otherwise.
 */
export async function answered(answer: Response, expected: readonly number[] = []): Promise<Response> {
  if (answer.ok || expected.includes(answer.status)) return answer;
  const problem = await problemOf(answer);
  const code = finer[problem.code ?? ''] ?? codeOf[answer.status] ?? (answer.status > 500 ? 'unavailable' : 'internal');
  const wait = answer.headers.get('retry-after');
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

async function problemOf(answer: Response): Promise<Problem> {
  const body: unknown = await answer.json().catch(() => ({}));
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
