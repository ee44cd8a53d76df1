/** An answer of the platform; `body` is the parsed JSON where it is some. */
export interface ApiResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export interface Client {
  /**
   * Sends a request until it is answered: 429, 502, 503 and 504 are asked again after Retry-After (or a growing pause), as are broken
   * connections. All requests of an import may be repeated without harm.
   * @throws Unreachable when nothing listens, or nothing answers in time, again and again
   */
  send(
    method: string,
    path: string,
    content?: { json?: unknown; bytes?: Uint8Array<ArrayBuffer>; headers?: Record<string, string> },
  ): Promise<ApiResponse>;
  /** Reads a file in the same way. @throws Unreachable */
  download(path: string): Promise<Pick<ApiResponse, 'status' | 'headers'> & { readonly bytes: Buffer<ArrayBuffer> }>;
}

/** Nothing answers at the address. */
export class Unreachable extends Error {
  override name = 'Unreachable';
}

export interface ClientOptions {
  readonly url: string;
  /** Empty for requests of nobody. */
  readonly token: string;
  readonly fetch?: typeof fetch;
  readonly sleep?: (ms: number) => Promise<void>;
  /** How often a request is sent at most. */
  readonly attempts?: number;
  /** How often at most while there was no answer at all. */
  readonly connections?: number;
}

const patienceMs = 60_000;
const busy = new Set([429, 502, 503, 504]);

/** The platform's public HTTP API, as an importer uses it. */
export function client(options: ClientOptions): Client {
  const {
    fetch: get = fetch,
    sleep = (ms) => new Promise((done) => setTimeout(done, ms)),
    attempts = 10,
    connections = 4,
  } = options;

  type Request = Parameters<Client['send']>;
  type Answer = Pick<ApiResponse, 'status' | 'headers'>;

  const once = async <T>(
    [method, path, content = {}]: Request,
    read: (response: Response) => Promise<T>,
  ): Promise<(Answer & T) | Error> => {
    const { json, bytes, headers } = content;
    try {
      const response = await get(`${options.url}${path}`, {
        method,
        redirect: 'manual',
        signal: AbortSignal.timeout(patienceMs),
        headers: {
          ...(options.token === '' ? {} : { authorization: `Bearer ${options.token}` }),
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(json !== undefined ? { body: JSON.stringify(json) } : bytes ? { body: bytes } : {}),
      });
      return { status: response.status, headers: response.headers, ...(await read(response)) };
    } catch (error) {
      return error as Error;
    }
  };

  const patient = async <T>(request: Request, read: (response: Response) => Promise<T>): Promise<Answer & T> => {
    for (let attempt = 1; ; attempt++) {
      const response = await once(request, read);
      const silent = response instanceof Error;
      if (!silent && (!busy.has(response.status) || attempt >= attempts)) return response;
      if (silent && (refused(response) || attempt >= connections))
        throw new Unreachable(reason(response), { cause: response });
      await sleep(silent ? pause(attempt) : (retryAfter(response.headers) ?? pause(attempt)));
    }
  };

  return {
    send: (...request) => patient(request, async (response) => ({ body: parsed(await response.text()) })),
    download: (path) =>
      patient(['GET', path], async (response) => ({ bytes: Buffer.from(await response.arrayBuffer()) })),
  };
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

function pause(attempt: number): number {
  return Math.min(250 * 2 ** (attempt - 1), 10_000);
}

/** Retry-After in ms (RFC 9110, 10.2.3: seconds or a date), at most a minute. */
function retryAfter(headers: Headers): number | undefined {
  const value = headers.get('retry-after')?.trim();
  if (!value) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), patienceMs);
}

function refused(error: Error): boolean {
  const { code } = (error.cause ?? {}) as { code?: unknown };
  return code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EAI_AGAIN';
}

function reason(error: Error): string {
  if (error.name === 'TimeoutError') return `no answer within ${patienceMs / 1000} s`;
  const { code, message } = (error.cause ?? {}) as { code?: string; message?: string };
  return code ?? message ?? error.message;
}
