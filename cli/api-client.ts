import type { Pace } from './pace.ts';

/** An answer of the platform; `body` is the parsed JSON where it is some. */
export interface ApiResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export interface Client {
  /**
   * Sends a request until it is answered for good: what is refused for now (408, 425, 429, 502 to 504, 409 with Retry-After) and broken
   * connections are tried again after growing pauses, never earlier than Retry-After says. A request must be one that may be repeated.
   * @returns the answer; the last one if patience ended, or 504 if there never was any
   * @throws Unreachable when nothing listens, or patience ended a second time and nothing else was answered meanwhile
   */
  send(
    method: string,
    path: string,
    content?: { json?: unknown; bytes?: Uint8Array<ArrayBuffer>; headers?: Record<string, string> },
  ): Promise<ApiResponse>;
  /** Reads a file in the same way. @throws Unreachable */
  download(path: string): Promise<Pick<ApiResponse, 'status' | 'headers'> & { readonly bytes: Buffer<ArrayBuffer> }>;
}

/** Nothing answers at the address, or nothing but that it cannot now. */
export class Unreachable extends Error {
  override name = 'Unreachable';
  /** Whether it has answered before. */
  readonly hasAnswered: boolean;
  constructor(message: string, { hasAnswered = false, ...options }: { hasAnswered?: boolean; cause?: unknown } = {}) {
    super(message, options);
    this.hasAnswered = hasAnswered;
  }
}

/** Why a request is not sent again at once. */
export interface Wait {
  /** What was answered instead: `HTTP 503: The platform is starting`. */
  readonly reason: string;
  /** Until it is sent again, in ms. */
  readonly ms: number;
  /** How long this request has taken already, in ms. */
  readonly waitedMs: number;
}

export interface ClientOptions {
  readonly url: string;
  /** Empty for requests of nobody. */
  readonly token: string;
  readonly fetch?: typeof fetch;
  readonly sleep?: (ms: number) => Promise<void>;
  /** From 0 to 1: pauses are longer by up to a quarter, so that those who wait do not all come back at once. */
  readonly random?: () => number;
  /** How often a request is sent at most. */
  readonly attempts?: number;
  /** How often at most while there was no answer at all. */
  readonly connections?: number;
  /** How long a request is sent again, in ms; its attempts count, the time that others of this program took before it does not. */
  readonly patienceMs?: number;
  /** How many requests are under way at once; all that come, when left out. */
  readonly pace?: Pace;
  /** Called before each pause. */
  readonly onWait?: (wait: Wait) => void;
}

const defaultPatienceMs = 5 * 60_000;
const longestPauseMs = 60_000;
/** Until headers and text of an answer are there. A body may be sent as slowly as 400 kbit/s. */
const answerMs = (bytes = 0): number => 60_000 + Math.ceil(bytes / 50);
/** The platform's own, those of proxies before it, and of CDNs (520 to 524). */
const busy = new Set([408, 425, 429, 502, 503, 504, 520, 521, 522, 523, 524]);
const isBusy = ({ status, headers }: Answer): boolean =>
  busy.has(status) || (status === 409 && retryAfter(headers) !== undefined);
/** A fault of the platform may be one of the moment, and is not waited for as long as load is. */
const attemptsOfFaults = 3;

type Answer = Pick<ApiResponse, 'status' | 'headers'>;
type Request = Parameters<Client['send']>;

/** The platform's public HTTP API, as programs of the command line use it. */
export function client(options: ClientOptions): Client {
  const {
    sleep = (ms) => new Promise((done) => setTimeout(done, ms)),
    random = Math.random,
    attempts = Number.POSITIVE_INFINITY,
    connections = Number.POSITIVE_INFINITY,
    patienceMs = defaultPatienceMs,
    pace = (attempt) => attempt(),
    onWait = () => {},
  } = options;
  let hasAnswered = false;
  /** Requests in a row for which patience ended. One alone may be its own fault: a text that is too much for the function, say. */
  let endless = 0;

  const patient = async <T>(
    request: Request,
    read: (response: Response) => Promise<T>,
    without: (reason: string) => T,
  ): Promise<Answer & T> => {
    let waitedMs = 0;
    for (let attempt = 1; ; attempt++) {
      const response = await pace(async () => {
        const began = performance.now();
        const made = await once(options, request, read);
        waitedMs += performance.now() - began;
        return made;
      }, isRefusedForNow);
      const silent = response instanceof Error;
      hasAnswered ||= !silent;
      if (!isRefusedForNow(response) || (!silent && attempt >= limitOf(response, attempts))) {
        endless = 0;
        return response as Answer & T;
      }
      const asked = silent ? 0 : (retryAfter(response.headers) ?? 0);
      const grown = Math.min(250 * 2 ** (attempt - 1), 10_000);
      const ms = Math.max(asked, grown) + (random() * grown) / 4;
      const reason = silent ? reasonOf(response, request) : problemOf({ body: undefined, ...response });
      if (silent && (attempt >= connections || (!hasAnswered && isNobody(response))))
        throw new Unreachable(reason, { cause: response, hasAnswered });
      if (waitedMs + ms > patienceMs) {
        if (++endless > 1) throw new Unreachable(`${reason}, for ${Math.round(patienceMs / 1000)} s`, { hasAnswered });
        return silent ? { status: 504, headers: new Headers(), ...without(reason) } : response;
      }
      onWait({ reason, ms, waitedMs });
      waitedMs += ms;
      await sleep(ms);
    }
  };

  return {
    send: (...request) =>
      patient(
        request,
        async (response) => ({ body: parsed(await response.text()) }),
        (detail) => ({
          body: { detail },
        }),
      ),
    download: (path) =>
      patient(
        ['GET', path],
        async (response) => ({ bytes: Buffer.from(await response.arrayBuffer()) }),
        () => ({ bytes: Buffer.alloc(0) }),
      ),
  };
}

const isRefusedForNow = (response: Answer | Error): boolean =>
  response instanceof Error || isBusy(response) || response.status === 500;

const limitOf = ({ status }: Answer, attempts: number): number =>
  status === 500 ? Math.min(attempts, attemptsOfFaults) : attempts;

async function once<T>(
  { url, token, fetch: get = fetch }: ClientOptions,
  [method, path, content = {}]: Request,
  read: (response: Response) => Promise<T>,
): Promise<(Answer & T) | Error> {
  const { json, bytes, headers } = content;
  const body = json === undefined ? bytes : JSON.stringify(json);
  try {
    const response = await get(`${url}${path}`, {
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(answerMs(body?.length)),
      headers: {
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    return { status: response.status, headers: response.headers, ...(await read(response)) };
  } catch (error) {
    return error as Error;
  }
}

/** What an error answer says, in one line: the problem's detail and the fields it names (RFC 9457). */
export function problemOf({ status, body }: ApiResponse): string {
  if (typeof body !== 'object' || body === null) return `HTTP ${status}`;
  const { detail, title, errors } = body as { detail?: unknown; title?: unknown; errors?: unknown };
  const fields = Array.isArray(errors) ? errors.map((error) => `${error?.field} ${error?.message}`).join('; ') : '';
  return [`HTTP ${status}`, String(detail ?? title ?? '').replace(/\.$/, ''), fields].filter(Boolean).join(': ');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Retry-After in ms (RFC 9110, 10.2.3: seconds or a date), at most a minute. */
function retryAfter(headers: Headers): number | undefined {
  const value = headers.get('retry-after')?.trim();
  if (!value) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), longestPauseMs);
}

/** Nothing listens there, or there is no such host. */
function isNobody(error: Error): boolean {
  const { code } = (error.cause ?? {}) as { code?: unknown };
  return code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EAI_AGAIN';
}

function reasonOf(error: Error, [, , content]: Request): string {
  if (error.name === 'TimeoutError') return `no answer within ${Math.round(answerMs(content?.bytes?.length) / 1000)} s`;
  const { code, message } = (error.cause ?? {}) as { code?: string; message?: string };
  return code ?? message ?? error.message;
}
