/** A deployment, as anybody who knows its address sees it. */
export interface Site {
  /** `https://blog.example`, without a slash at its end. */
  url: string;
  /** Sends a request, follows no redirect; each response must name its trace. @throws Error when nothing answers in time */
  ask(path: string, options?: AskOptions): Promise<SiteResponse>;
  /** Lets what needs a moment happen. */
  pause(ms: number): Promise<unknown>;
  /** Of somebody who may write; undefined: nothing is written. */
  token: string | undefined;
  /** Somebody who can log in. */
  account: { name: string; password: string } | undefined;
  /** A Kubernetes API that asks for no credentials. */
  kubernetes: { url: string; namespace: string } | undefined;
}

/** What the one who asks knows. */
export type Knowledge = Pick<Site, 'token' | 'account' | 'kubernetes'>;

export interface AskOptions {
  method?: string;
  json?: unknown;
  headers?: Record<string, string>;
}

export interface SiteResponse {
  status: number;
  headers: Headers;
  text: string;
}

/** Longer than a gateway waits for a function that sleeps. */
const patienceMs = 30_000;

/** The deployment at `url`, over HTTP. */
export const siteAt = (url: string, knowledge: Knowledge): Site => ({
  ...knowledge,
  url,
  pause: (ms) => new Promise((done) => setTimeout(done, ms)),
  async ask(path, { method = 'GET', json, headers = {} } = {}) {
    const response = await fetch(url + path, {
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(patienceMs),
      headers: { ...(json !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    }).catch((error: Error) => {
      throw new Error(`${method} ${path}: ${reason(error)}`, { cause: error });
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  },
});

function reason(error: Error): string {
  if (error.name === 'TimeoutError') return `no answer within ${patienceMs / 1000} s`;
  const { code, message } = (error.cause ?? {}) as { code?: string; message?: string };
  return code ?? message ?? error.message;
}

/** The JSON of a response. @throws Error unless it has this status and is JSON */
export function jsonOf<T>(what: string, response: SiteResponse, status = 200): T {
  answered(what, response, status);
  try {
    return JSON.parse(response.text) as T;
  } catch {
    throw new Error(`${what} is no JSON: ${excerpt(response.text)}`);
  }
}

/** @throws Error with the begin of the body, unless the response has one of these statuses */
export function answered(what: string, { status, text }: SiteResponse, ...wanted: number[]): void {
  if (!wanted.includes(status))
    throw new Error(`${what} answers ${status}, not ${wanted.join(' or ')}${text ? `: ${excerpt(text)}` : ''}`);
}

const excerpt = (text: string) => text.slice(0, 120).replace(/\s+/g, ' ').trim();
