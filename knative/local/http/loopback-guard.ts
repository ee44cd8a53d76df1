import { timingSafeEqual } from 'node:crypto';
import { type IncomingHttpHeaders, type IncomingMessage, type RequestListener, STATUS_CODES } from 'node:http';
import { ProblemError } from './problem-error.ts';

export interface LoopbackGuardOptions {
  /** Paths of pages, which a link of another site may open in a tab of the browser. Default: none. */
  isPage?: (path: string) => boolean;
  /**
   * What whoever changes something has to know: sent as `authorization: Bearer SECRET`, or written as the first segment
   * of the path, which the handler does not see. Default: nothing.
   */
  secret?: string;
}

/** The fields that `rejectForeign` reads. */
export type ForeignFields = Pick<
  IncomingHttpHeaders,
  'host' | 'origin' | 'sec-fetch-site' | 'sec-fetch-mode' | 'sec-fetch-dest'
>;

const loopbackHost = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether a Host names this machine: `localhost`, `127.0.0.0/8` or `[::1]`, with a port or not. */
export const isLoopbackHost = (host: string): boolean => loopbackHost.test(host);

/**
 * Rejects a request that a web page of another site makes a browser send to a port of this machine: by a name of its own that
 * resolves to loopback (DNS rebinding), or across origins (CSRF). Ports of one machine are one site, so `same-site` is foreign too.
 *
 * @param isOpened the request opens a page, and changes nothing: a link may do that from anywhere
 * @param isOwnHost the names under which the port answers
 * @throws ProblemError 421 or 403
 */
export function rejectForeign(fields: ForeignFields, isOpened = false, isOwnHost = isLoopbackHost): void {
  const { host = '', origin, 'sec-fetch-site': site = 'none' } = fields;
  if (!isOwnHost(host)) throw new ProblemError(421, 'misdirected', 'This port answers to localhost only.');
  const foreign = origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`;
  if (!foreign && (site === 'same-origin' || site === 'none')) return;
  if (isOpened && !foreign && fields['sec-fetch-mode'] === 'navigate' && fields['sec-fetch-dest'] === 'document')
    return;
  throw new ProblemError(403, 'forbidden', 'This request came from another site.');
}

/** Handles only requests that programs of this machine may make. @see rejectForeign */
export function guardLoopback(
  handle: RequestListener,
  { isPage = () => false, secret }: LoopbackGuardOptions = {},
): RequestListener {
  return (request, response) => {
    try {
      const { method = '', url = '/' } = request;
      const isRead = method === 'GET' || method === 'HEAD';
      rejectForeign(request.headers, isRead && isPage(url.split('?', 1)[0] as string));
      if (secret !== undefined) rejectStranger(request, secret);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      const { status, detail } = error;
      const body = JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, detail });
      response
        .writeHead(status, {
          'content-type': 'application/problem+json',
          'content-length': Buffer.byteLength(body),
          ...(status === 401 && { 'www-authenticate': 'Bearer' }),
        })
        .end(body);
      request.resume();
      return;
    }
    handle(request, response);
  };
}

/** Takes the secret out of the path. @throws ProblemError 401 when something is to change without it */
function rejectStranger(request: IncomingMessage, secret: string): void {
  const { method = '', url = '/', headers } = request;
  const path = withoutSecret(url, secret);
  if (path !== undefined) request.url = path;
  else if (!safeMethods.has(method) && !isSecret(bearerOf(headers), secret))
    throw new ProblemError(
      401,
      'unauthorized',
      'Send the secret of the folder of data: -H "authorization: Bearer $(cat .dormouse/access-token)"',
    );
}

/** The path behind its first segment, when that is the secret. */
export function withoutSecret(url: string, secret: string): string | undefined {
  const end = url.indexOf('/', 1);
  return end > 0 && isSecret(url.slice(1, end), secret) ? url.slice(end) : undefined;
}

const bearerOf = ({ authorization = '' }: IncomingHttpHeaders) =>
  /^bearer /i.test(authorization) ? authorization.slice('bearer '.length).trim() : '';

/** Compares in a time that tells nothing about the secret. */
export function isSecret(given: string, secret: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(secret)];
  return a.length === b.length && timingSafeEqual(a, b);
}
