import type { RequestListener, ServerResponse } from 'node:http';
import { type AccessLog, isAccessLogged, loggedAddress } from '@dormouse/signals/access-log';
import { getRequestListener } from '@hono/node-server';
import { type Context, context, propagation, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import type { Hono } from 'hono';
import { isSecure, saidAddress } from './address.ts';
import type { Env } from './app.ts';
import { bodySize } from './body-size.ts';
import type { ServedEvents } from './demand-signature.ts';
import { AppError, problem } from './errors.ts';
import type { EventVerifier } from './event-verifier.ts';
import type { LightSpan } from './light-span.ts';
import type { Logger } from './log.ts';
import { hasBody, type Incoming, readBodies } from './read-body.ts';
import { bodyLimit as defaultLimit } from './request.ts';
import { measureFirst, measureRequest } from './request-measures.ts';
import { type AccessFields, recordRequest } from './request-record.ts';
import { childOf, nowMs, tracer } from './trace.ts';

/** What is asked of a function's app; any chain of routes made by newApp() has it. */
export type App = Pick<Hono<Env>, 'fetch' | 'router'>;

export interface ListenerOptions {
  name: string;
  log: Logger;
  /** Resolves to the function's app once it is built. */
  app: Promise<App>;
  bodyLimit?: number | ((method: string, path: string) => number) | undefined;
  /** Bytes of all bodies at a time; 32 MiB unless said. */
  bodiesLimit?: number | undefined;
  /** Rejects while the function cannot do its work. */
  ready: () => Promise<void>;
  /** Asked for when the first event comes. @throws Error when there are no keys */
  eventVerifier?: () => EventVerifier;
  /** Default: no access log but what `log` says anyway. */
  accessLog?: AccessLog | undefined;
  /** When the process began, in milliseconds since 1970. */
  startedMs?: number;
  /** From being ready until the request that the instance was started for is there, in milliseconds: probes come in between. */
  waitedForMs?: number;
}

interface StartedRequest {
  path: string;
  span: LightSpan;
  within: Context;
  first: boolean;
  /** Of the answer's body; there when somebody may ask. */
  sizeOf: (() => number) | undefined;
}

const serverSpan = { kind: SpanKind.SERVER };

const safeHeaders = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'content-security-policy': "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
};

/**
 * What surrounds every request, outside of Hono because each of its middlewares costs 15–30 µs: probes, trace context, security
 * headers, body limit, then, once the answer is out, span, metric and access log.
 */
export function listener(options: ListenerOptions): RequestListener {
  const {
    log,
    accessLog,
    bodyLimit = defaultLimit,
    bodiesLimit = 32 * 1024 * 1024,
    name,
    startedMs: processStartedMs = performance.timeOrigin,
    waitedForMs = 2000,
  } = options;
  let app: App | undefined;
  let coldStart = true;
  let builtMs = Number.POSITIVE_INFINITY;
  let readyMs: number | undefined;
  const isReady = () => void (readyMs ??= nowMs());
  options.app.then(
    () => (builtMs = nowMs()),
    () => {},
  );
  const limitOf = (method: string, path: string) =>
    typeof bodyLimit === 'number' ? bodyLimit : bodyLimit(method, path);
  const readBody = readBodies(bodiesLimit);
  const { eventVerifier } = options;
  const serve = (request: Request, env: object) => {
    if (eventVerifier) (env as NonNullable<ServedEvents>).eventVerifier = eventVerifier;
    return (app as App).fetch(request, env);
  };
  const toHono = getRequestListener(serve, {
    autoCleanupIncoming: false,
    errorHandler: (error) => problem(asRequestError(error), childOf(undefined).traceId),
  });

  const handle = async (incoming: Incoming, outgoing: ServerResponse, path: string): Promise<void> => {
    app ??= await options.app;
    if (hasBody(incoming)) await readBody(incoming, outgoing, limitOf(incoming.method as string, path));
    await toHono(incoming, outgoing);
  };

  return (incoming, outgoing) => {
    const url = incoming.url as string;
    const end = url.indexOf('?');
    const path = end === -1 ? url : url.slice(0, end);
    if (path === '/healthz') return void outgoing.writeHead(200, { 'content-type': 'text/plain' }).end('ok');
    if (path === '/readyz') return void sendReadiness(outgoing, options, isReady);

    const caller = propagation.extract(ROOT_CONTEXT, incoming.headers);
    const span = tracer.startSpan(incoming.method as string, serverSpan, caller) as LightSpan;
    const within = trace.setSpan(caller, span);
    const { traceId } = span.spanContext();
    const first = coldStart;
    coldStart = false;
    outgoing.setHeader('x-trace-id', traceId);
    for (const header in safeHeaders) outgoing.setHeader(header, safeHeaders[header as keyof typeof safeHeaders]);
    if (isSecure((name) => incoming.headers[name] as string | undefined))
      outgoing.setHeader('strict-transport-security', 'max-age=31536000; includeSubDomains');
    const sizeOf = accessLog && accessLog.requests !== 'none' ? bodySize(outgoing) : undefined;
    outgoing.once('close', () => finished(incoming, outgoing, { path, span, within, first, sizeOf }));
    context.with(within, () => {
      handle(incoming, outgoing, path).catch((error) => {
        span.failure ??= error;
        if (incoming.complete || !incoming.destroyed) void sendProblem(outgoing, error, traceId);
      });
    });
  };

  function finished(
    incoming: Incoming,
    outgoing: ServerResponse,
    { path, span, within, first, sizeOf }: StartedRequest,
  ): void {
    const { startMs } = span;
    const endMs = nowMs();
    const method = incoming.method as string;
    const status = outgoing.headersSent ? outgoing.statusCode : 499;
    const route = (app && routeOf(app, method, path)) ?? '';
    const trigger = path === '/events' || incoming.headers['ce-type'] !== undefined ? 'pubsub' : 'http';
    measureRequest(within, { method, route, status, seconds: (endMs - startMs) / 1000 });
    if (first)
      measureFirst(within, {
        trigger,
        processStartedMs,
        builtMs,
        readyMs: readyMs ?? builtMs,
        startMs,
        endMs,
        waitedForMs,
      });
    const access =
      accessLog && sizeOf && isAccessLogged(accessLog, status) ? accessOf(incoming, accessLog, sizeOf) : undefined;
    recordRequest({ method, path, route, status, trigger, span, within, first, endMs, access }, name, log);
  }
}

/** What the access log says besides: of the client what the setting allows. */
function accessOf({ method, headers }: Incoming, accessLog: AccessLog, sizeOf: () => number): AccessFields {
  const address = loggedAddress(
    accessLog,
    saidAddress((name) => headers[name] as string | undefined),
  );
  return { bytes: method === 'HEAD' ? 0 : sizeOf(), ...(address !== undefined && { client_address: address }) };
}

/** The pattern that answered: `/blog/api/posts/:id`; low in number, unlike paths. */
function routeOf(app: App, method: string, path: string): string | undefined {
  const matched = app.router.match(method === 'HEAD' ? 'GET' : method, path)[0];
  for (let i = matched.length - 1; i >= 0; i--) {
    const route = matched[i]?.[0][1];
    if (route && route.method !== 'ALL') return route.path;
  }
  return undefined;
}

/** A request line or Host that is none (made of bytes that no URL has) is the client's. */
const asRequestError = (error: unknown): unknown =>
  error instanceof Error && error.name === 'RequestError'
    ? new AppError('malformed', 'The address of the request is not one.')
    : error;

async function sendReadiness(
  outgoing: ServerResponse,
  { ready, app }: ListenerOptions,
  isReady: () => void,
): Promise<void> {
  const { traceId } = childOf(undefined);
  try {
    await app;
    await ready();
    isReady();
    outgoing.writeHead(200, { 'content-type': 'text/plain' }).end('ready');
  } catch (cause) {
    await sendProblem(
      outgoing,
      new AppError('unavailable', 'Not ready: something this function needs does not answer.', {
        cause,
        headers: { 'retry-after': '1' },
      }),
      traceId,
    );
  }
}

async function sendProblem(outgoing: ServerResponse, error: unknown, traceId: string): Promise<void> {
  if (outgoing.headersSent) return void outgoing.destroy();
  const response = problem(error, traceId);
  outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(await response.text());
}
