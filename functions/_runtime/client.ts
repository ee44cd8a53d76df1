import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from './errors.ts';
import { type HttpRequestOptions, request } from './http.ts';
import { inSpan, traceHeaders } from './trace.ts';

/**
 * Calls another function inside a client span, with the trace's headers and a timeout (10 s unless said: two functions may have to wake on the way).
 * A GET or HEAD that is answered 502 is sent again, twice at most: queue-proxy answers so while it restarts a container.
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
      const { response, resent } = await requestOften(url, { ...init, headers }).catch((cause) => unavailable(cause));
      attributes['http.response.status_code'] = response.status;
      if (resent > 0) attributes['http.request.resend_count'] = resent;
      return response.status < 500 ? response : unavailable(new Error(`${url} answered ${response.status}`));
    },
  );
}

const maxResent = 2;
const pauseMs = 300;

/** All attempts within one timeout. */
async function requestOften(url: string, options: HttpRequestOptions): Promise<{ response: Response; resent: number }> {
  const { method = 'GET', timeoutMs = 10_000 } = options;
  const deadline = performance.now() + timeoutMs;
  const most = method === 'GET' || method === 'HEAD' ? maxResent : 0;
  for (let resent = 0; ; resent++) {
    const left = deadline - performance.now();
    const response = await request(url, { ...options, timeoutMs: left });
    if (response.status !== 502 || resent === most || left < 2 * pauseMs) return { response, resent };
    await sleep(pauseMs);
  }
}

function unavailable(cause: unknown): never {
  throw new AppError('unavailable', 'Something this request needs does not answer now. Try again shortly.', {
    cause,
    headers: { 'retry-after': '1' },
  });
}
