import type { Failure, Send } from '@dormouse/runtime/api-client';
import { AppError, codeOfStatus, type ErrorCode, type FieldError } from '@dormouse/runtime/errors';

/** Calls another function: like `fetch` but never following redirects, with the running trace and a timeout; an AppError 503 when nothing answers. */
export type Call = (
  url: string,
  init?: { method?: string; headers?: Record<string, string>; body?: string },
) => Promise<Response>;

/** The same for bodies that are no text. */
export type CallWithBytes = (
  url: string,
  init?: { method?: string; headers?: Record<string, string>; body?: string | Buffer; timeoutMs?: number },
) => Promise<Response>;

const finer: Record<string, ErrorCode> = {
  idempotency_mismatch: 'idempotency_mismatch',
  idempotency_in_flight: 'idempotency_in_flight',
};

/** Sends an API client's requests to the function at `url`. */
export const senderTo =
  (url: string, call: Call): Send =>
  async (method, target, { json, headers }) => {
    const response = await call(`${url}${target}`, {
      method,
      headers: { ...(json !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    });
    return { status: response.status, headers: response.headers, body: await bodyOf(response) };
  };

async function bodyOf(response: Response): Promise<unknown> {
  if (response.status >= 400) return response.json().catch(() => undefined);
  if (response.status >= 300) return undefined;
  // 204, and 202 where nothing is told.
  const text = await response.text();
  return text === '' ? undefined : JSON.parse(text);
}

/**
 * The response itself when it is a success.
 * @throws AppError with the other function's code, detail and field errors (RFC 9457) otherwise.
 */
export function okResponse<R extends { status: number; headers: Headers; body: unknown }>(
  response: R,
): Exclude<R, Failure> {
  if (response.status < 400) return response as Exclude<R, Failure>;
  const problem = problemOf(response.body);
  const code =
    finer[problem.code ?? ''] ?? codeOfStatus[response.status] ?? (response.status > 500 ? 'unavailable' : 'internal');
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

function problemOf(body: unknown): Problem {
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
