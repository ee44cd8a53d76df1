import { AppError } from './errors.ts';
import { type HttpRequestOptions, request } from './http.ts';
import { inSpan, traceHeaders } from './trace.ts';

/**
 * Calls another function inside a client span, with the trace's headers and a timeout (10 s unless said: two functions may have to wake on the way).
 * @returns its answer, whatever status below 500 it has.
 * @throws AppError unavailable when it does not answer, or answers 5xx.
 */
export async function callService(url: string, init: HttpRequestOptions = {}): Promise<Response> {
  const method = init.method ?? 'GET';
  return inSpan(
    method,
    { kind: 'client', attributes: { 'http.request.method': method, 'url.full': url } },
    async (attributes) => {
      const headers = { ...traceHeaders(), ...init.headers };
      const response = await request(url, { timeoutMs: 10_000, ...init, headers }).catch((cause) => unavailable(cause));
      attributes['http.response.status_code'] = response.status;
      return response.status < 500 ? response : unavailable(new Error(`${url} answered ${response.status}`));
    },
  );
}

function unavailable(cause: unknown): never {
  throw new AppError('unavailable', 'Something this request needs does not answer now. Try again shortly.', {
    cause,
    headers: { 'retry-after': '1' },
  });
}
