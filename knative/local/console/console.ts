import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type HttpResponse, problem } from '@dormouse/http/http-response';
import type { ConsoleSources } from './sources.ts';

export interface ConsoleOptions extends ConsoleSources {
  /** Loopback only. */
  host: string;
  /** 0 takes a free one. */
  port: number;
}

const securityHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  // With "no-referrer", browsers would send the forms with "Origin: null".
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

/**
 * Serves the console's pages and JSON: only forms of its own pages change something, and it answers only to names of this machine, so that no page of another site
 * reaches it by giving its own name this machine's address (DNS rebinding). Rejects with the listener's error.
 */
export async function startConsole({
  host,
  port,
  ...sources
}: ConsoleOptions): Promise<{ url: string; close(): Promise<void> }> {
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    void respond(request, sources).then((made) => send(request, response, made));
  };
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000 }, handle);
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  const { address, port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${address.includes(':') ? `[${address}]` : address}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(request: IncomingMessage, sources: ConsoleSources): Promise<HttpResponse> {
  if (!isLocalName(request.headers.host)) return problem(421, 'the console answers to localhost only');
  if (!URL.canParse(request.url ?? '', 'http://localhost')) return problem(400, 'the path is malformed');
  const url = new URL(request.url ?? '', 'http://localhost');
  try {
    const { consoleForm, formPaths } = await import('./forms.ts');
    if (request.method === 'POST' && formPaths.test(url.pathname)) return await consoleForm(request, url, sources);
    const asked = await askedOfPrometheus(request, url);
    if (asked) return await asked(sources);
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return { ...problem(405, 'the console is read-only here'), headers: { allow: 'GET, HEAD' } };
    const { consoleApi } = await import('./api.ts');
    const { consolePages } = await import('./pages.ts');
    return (await consoleApi(url, sources, request.headers.accept)) ?? (await consolePages(url, sources));
  } catch (error) {
    sources.telemetry.addLog({
      timeMs: Date.now(),
      service: 'console',
      instance: 'platform',
      level: 'error',
      message: (error as Error).stack ?? String(error),
    });
    return problem(500, 'the console failed; its log says why');
  }
}

/** Prometheus' API is asked by GET, or by POST with a form, and changes nothing either way. */
async function askedOfPrometheus(
  request: IncomingMessage,
  url: URL,
): Promise<((sources: ConsoleSources) => Promise<HttpResponse>) | undefined> {
  const path = /^\/api\/v1\/(.+)$/.exec(url.pathname)?.[1];
  if (path === undefined || !['GET', 'HEAD', 'POST'].includes(request.method ?? '')) return undefined;
  const { prometheusApi } = await import('@dormouse/telemetry/query/prometheus-api');
  const parameters = new URLSearchParams(url.searchParams);
  if (request.method === 'POST') {
    const form = await readForm(request);
    if (!form) return async () => problem(413, `a query may have ${maxFormBytes} bytes`);
    for (const [name, value] of form) parameters.append(name, value);
  }
  return ({ telemetry }) => prometheusApi(path, parameters, telemetry.metrics);
}

const maxFormBytes = 256 * 1024;

/** A form's fields; `undefined` when it is too long. */
async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxFormBytes) return undefined;
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}

const isLocalName = (host: string | undefined) => /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i.test(host ?? '');

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, type, body = '', headers, stream }: HttpResponse,
): void {
  response.writeHead(status, { ...securityHeaders, ...(type ? { 'content-type': type } : {}), ...headers });
  if (stream && request.method === 'GET') stream(response);
  else response.end(request.method === 'HEAD' ? undefined : body);
}
