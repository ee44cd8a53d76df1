import type { BlockList } from 'node:net';
import { hopFields, keptFields } from '@dormouse/http/kept-fields';
import { problemBody } from '@dormouse/http/problem';
import { ProblemError } from '@dormouse/http/problem-error';
import { isAuthority } from '@dormouse/http/request-fields';
import { normalizePath } from '@dormouse/http/request-path';
import type { HttpRoute, VirtualHost } from '@dormouse/manifests/model';
import type { AccessLog } from '@dormouse/signals/access-log';
import type { LogLine, Telemetry } from '@dormouse/telemetry/telemetry';
import { newSpanId, newTraceId, rateSampler, readTraceparent } from '@dormouse/telemetry/traceparent';
import type { SharedCache } from '../cache/shared-cache.ts';
import { surrogateFields } from '../cache/sharing-rules.ts';
import type { ClientRequest, RequestHandler } from '../proxy/client-request.ts';
import type { Target } from '../proxy/exchange.ts';
import { sendMirrored } from '../proxy/mirror.ts';
import { accessLog, type EndedRequest } from './access-log.ts';
import { clientOrigin } from './client-address.ts';
import { type CorsAnswer, compileCors } from './cors.ts';
import { countRequest } from './count-request.ts';
import { type AppendFields, type Client, compileFields } from './header-rules.ts';
import { retryPage, retryPolicy, retrySeconds, wantsRetryPage } from './retry-page.ts';
import { compileRoutes, type Routes, type Rule } from './route.ts';

export interface IngressOptions {
  virtualHosts: readonly VirtualHost[];
  /** The Service that a route names; `undefined` when there is none. */
  target: (name: string, namespace: string) => Target | undefined;
  telemetry: Telemetry;
  /** Requests get 503 until it returns true. */
  ready?: () => boolean;
  /** Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed; default: none. */
  trustedProxies?: BlockList | undefined;
  /** Says which new traces are sampled; default: ten a second, 50 at once. */
  sample?: () => boolean;
  /** The same of traces that clients want sampled by their own `traceparent`; default: five a second, 25 at once, of all clients. */
  sampleWanted?: () => boolean;
  /** Default: none. */
  access?: IngressAccessLog | undefined;
  /** Answers what everybody may get; default: none. */
  cache?: SharedCache | undefined;
}

/** Which requests become lines, and who writes them. */
export interface IngressAccessLog {
  settings: AccessLog;
  write: (line: LogLine) => void;
}

export interface Ingress extends RequestHandler {
  /** Applies changed VirtualServices. @throws ManifestError, with the old ones kept */
  update(virtualHosts: readonly VirtualHost[]): void;
  readonly routes: Routes;
}

/** What only an ingress may say about a client. */
const ownWords = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-real-ip',
  'x-client-address',
  'x-client-origin',
  'x-client-proof',
  'traceparent',
];
const neverIn = [
  ...hopFields,
  ...ownWords,
  'host',
  'expect',
  'content-length',
  'proxy',
  'proxy-authorization',
  'x-trace-id',
];
const neverOut = [...hopFields, 'x-trace-id'];
/** Not for a function whose whole answer is wanted. */
const conditions: ReadonlySet<string> = new Set(['if-none-match', 'if-modified-since']);

interface Compiled extends Rule {
  cors: ((request: ClientRequest) => CorsAnswer) | undefined;
  inDropped: ReadonlySet<string>;
  inDroppedWithState: ReadonlySet<string>;
  inFields: AppendFields;
  outDropped: ReadonlySet<string>;
  outFields: string[];
  /** No two rules have the same. */
  id: number;
}

/** The ingress: routes by the VirtualServices, adds forwarding headers, starts traces. */
export function createIngress({
  virtualHosts,
  target,
  telemetry,
  ready = () => true,
  sample = rateSampler(10, 50),
  sampleWanted = rateSampler(5, 25),
  trustedProxies,
  access,
  cache,
}: IngressOptions): Ingress {
  const logAccess = access && accessLog(access.settings, access.write);
  const samplers = { sample, sampleWanted };
  let routes = compileRoutes(virtualHosts);
  let compiled = compileAll(routes, cache !== undefined);
  /** Passes a request on that a route leads to a Service, unless the route itself answers. */
  function route(request: ClientRequest, { found, action, client, asked, query }: Routing): void {
    const { fault, mirrors = [], timeoutMs, retries } = found.route;
    if (fault?.abort && happens(fault.abort.percent)) {
      request.reply(fault.abort.status, '', directFields(request, found, faultBody), faultBody);
      return;
    }
    const cors = found.cors?.(request);
    if (cors?.preflight) {
      request.reply(200, '', [...cors.preflight, ...ownFields(request)], '');
      return;
    }
    request.answerFields = cors?.fields ?? [];
    const destination = pick(action.destinations);
    const service = target(destination.service, destination.namespace);
    if (!service) throw new ProblemError(503, 'unavailable', `There is no Service ${destination.service}.`);
    const path = (found.rewrite ? found.rewrite(request.path) : request.path) + query;
    const fieldsOf = () => [
      ...keptFields(request.fields.all, request.parentId ? found.inDropped : found.inDroppedWithState),
      ...forwardedFields(client),
      'traceparent',
      `00-${request.traceId}-${request.spanId}-0${request.sampled ? 1 : 0}`,
      ...found.inFields(client),
    ];
    if (cache && mirrors.length === 0) {
      request.target = service;
      const ofWhole = () => ['host', service.authority, ...keptFields(fieldsOf(), conditions)];
      const scope = `${found.id} ${client.proto} ${service.authority} ${path}`;
      cache.serve(request, {
        ...{ asked, scope },
        forward: (whole) =>
          request.forward(service, path, whole ? ofWhole() : ['host', service.authority, ...fieldsOf()], {
            ...{ timeoutMs, retries },
          }),
        refresh: (capture) =>
          sendMirrored(
            service,
            { method: 'GET', path, fields: ofWhole(), body: Buffer.alloc(0) },
            timeoutMs ?? service.timeoutMs,
            capture,
          ),
      });
      return;
    }
    const fields = fieldsOf();
    for (const mirror of mirrors) {
      const other = happens(mirror.percent) && !request.fields.upgrade && target(mirror.service, mirror.namespace);
      if (!other) continue;
      const { method } = request;
      const copied = ['host', `${service.authority}-shadow`, ...fields];
      request.copyBody(maxMirroredBytes, (body) => {
        if (body) sendMirrored(other, { method, path, fields: copied, body }, timeoutMs ?? other.timeoutMs);
      });
    }
    request.forward(service, path, ['host', service.authority, ...fields], { timeoutMs, retries });
  }
  return {
    get routes() {
      return routes;
    },
    update(changed) {
      const next = compileRoutes(changed);
      compiled = compileAll(next, cache !== undefined);
      cache?.clear();
      routes = next;
    },
    accept(request) {
      startTrace(request, samplers);
      if (!ready()) throw new ProblemError(503, 'unavailable', 'The platform is starting.', 1);
      const { address, proto } = clientOrigin(request.address, request.fields.all, trustedProxies);
      request.address = address;
      const asked = absoluteToOrigin(request);
      const mark = asked.indexOf('?');
      const queryAt = mark < 0 ? asked.length : mark;
      request.path = normalizePath(asked.slice(0, queryAt));
      const rule = routes.find(request);
      const found = rule && compiled.get(rule);
      if (!found) throw new ProblemError(404, 'not_found', 'No route leads there.');
      request.route = found;
      const { action } = found.route;
      if (action.kind === 'direct')
        return request.reply(action.status, '', directFields(request, found, action.body), action.body);
      if (action.kind === 'redirect') return redirect(request, found, action, proto);
      const client = { address, host: request.host, proto };
      const routing = { found, action, client, asked, query: asked.slice(queryAt) };
      const delay = found.route.fault?.delay;
      if (delay && happens(delay.percent)) request.delay(delay.ms, () => route(request, routing));
      else route(request, routing);
    },
    responseFields(request, fields) {
      const found = request.route as Compiled;
      const all = [...keptFields(fields, found.outDropped), 'x-trace-id', request.traceId, ...found.outFields];
      if (request.cacheStatus !== '') all.push('cache-status', request.cacheStatus);
      return withFields(all, request.answerFields);
    },
    problem(request, problem) {
      if (request.traceId === '') startTrace(request, samplers);
      if (!wantsRetryPage(request, problem))
        return {
          fields: problemFields(request, problem, 'application/problem+json'),
          body: problemBody(problem, request.traceId),
        };
      const page = ['refresh', String(retrySeconds(problem)), 'content-security-policy', retryPolicy];
      return {
        fields: [...problemFields(request, problem, 'text/html; charset=utf-8'), ...page],
        body: retryPage(problem, request.traceId, request.field('accept-language')),
      };
    },
    finished(request, status, bytes) {
      const durationMs = performance.now() - request.startedAt;
      const route = (request.route as Compiled | undefined)?.route.name ?? '';
      const ended = { request, route, status, bytes, durationMs };
      record(telemetry, ended);
      if (cache && request.cacheResult !== '') cache.count(request.cacheResult);
      logAccess?.(ended);
    },
  };
}

function compileAll({ rules }: Routes, isCached: boolean): Map<Rule, Compiled> {
  const forCaches = isCached ? surrogateFields : [];
  return new Map(
    rules.map((rule, id) => {
      const { requestHeaders: into, responseHeaders: out, origin } = rule.route;
      const gone = lower([...neverIn, ...Object.keys(into.set), ...into.remove]);
      return [
        rule,
        {
          ...rule,
          id,
          cors: rule.route.cors && compileCors(rule.route.cors, rule.route),
          inDropped: new Set(gone),
          inDroppedWithState: new Set([...gone, 'tracestate']),
          inFields: compileFields(into, origin),
          outDropped: new Set(lower([...neverOut, ...forCaches, ...Object.keys(out.set), ...out.remove])),
          outFields: compileFields(out, origin)({ address: '', host: '', proto: 'http' }),
        },
      ];
    }),
  );
}

interface Routing {
  found: Compiled;
  action: Extract<HttpRoute['action'], { kind: 'route' }>;
  client: Client;
  /** Target in origin form, as it was asked for. */
  asked: string;
  /** With its question mark; empty where there is none. */
  query: string;
}

/** Envoy's words. */
const faultBody = 'fault filter abort';
/** Of a request's body; longer ones are not mirrored. */
const maxMirroredBytes = 1024 * 1024;

const happens = (percent: number) => Math.random() * 100 < percent;

/** Fields with those of the same names replaced by others. */
function withFields(fields: string[], others: readonly string[]): string[] {
  if (others.length === 0) return fields;
  const names = new Set(others.filter((_, at) => at % 2 === 0));
  return [...fields.filter((_, at) => !names.has(fields[at - (at % 2)]!.toLowerCase())), ...others];
}

const lower = (names: readonly string[]) => names.map((name) => name.toLowerCase());

type Samplers = Readonly<Record<'sample' | 'sampleWanted', () => boolean>>;

/** Who asks for a sampled trace takes it from a budget of its own, so that nobody else's is not sampled for it. */
function startTrace(request: ClientRequest, { sample, sampleWanted }: Samplers): void {
  const given = request.fields.traceparent === '' ? undefined : readTraceparent(request.fields.traceparent);
  request.traceId = given?.traceId ?? newTraceId();
  request.parentId = given?.spanId ?? '';
  request.spanId = newSpanId();
  request.sampled = given ? given.sampled && sampleWanted() : sample();
}

/** The request target in origin form; an absolute one (RFC 9112 section 3.2.2) decides the host. */
function absoluteToOrigin(request: ClientRequest): string {
  if (request.url.charCodeAt(0) === 47) return request.url;
  const absolute = /^https?:\/\/([^/?#@]+)([/?].*)?$/i.exec(request.url);
  if (!absolute || !isAuthority(absolute[1]!))
    throw new ProblemError(400, 'malformed', 'The request target is malformed.');
  request.host = absolute[1]!;
  const rest = absolute[2] ?? '/';
  return rest.startsWith('?') ? `/${rest}` : rest;
}

/** What Knative's runtime contract promises to functions: Forwarded (RFC 7239) and X-Forwarded-*. */
function forwardedFields({ address, host, proto }: Client): string[] {
  const node = address.includes(':') ? `"[${address}]"` : address;
  const safeHost = host.replace(/[^\x21\x23-\x5b\x5d-\x7e]/g, '');
  return [
    'x-forwarded-for',
    address,
    'x-forwarded-proto',
    proto,
    'x-forwarded-host',
    host,
    'forwarded',
    `for=${node};host="${safeHost}";proto=${proto}`,
  ];
}

type Destinations = readonly { service: string; namespace: string; weight: number }[];

function pick(destinations: Destinations): Destinations[number] {
  if (destinations.length === 1) return destinations[0]!;
  const total = destinations.reduce((sum, { weight }) => sum + weight, 0);
  let at = Math.random() * total;
  for (const each of destinations) if ((at -= each.weight) < 0) return each;
  return destinations.at(-1)!;
}

function directFields(request: ClientRequest, { outFields }: Compiled, body: string): string[] {
  const typed = body === '' || outFields.some((name, at) => at % 2 === 0 && name === 'content-type');
  return [...(typed ? [] : ['content-type', 'text/plain; charset=utf-8']), ...outFields, ...ownFields(request)];
}

const ownFields = ({ traceId }: ClientRequest) => ['x-trace-id', traceId, 'date', new Date().toUTCString()];

function redirect(
  request: ClientRequest,
  { outFields }: Compiled,
  action: Extract<HttpRoute['action'], { kind: 'redirect' }>,
  proto: string,
): void {
  const host = action.authority ?? request.host;
  const query = request.url.indexOf('?');
  const uri = action.uri ?? request.path + (query < 0 ? '' : request.url.slice(query));
  const fields = ['location', `${proto}://${host}${uri}`, ...outFields, 'x-trace-id', request.traceId];
  request.reply(action.status, '', fields, '');
}

function problemFields(request: ClientRequest, { retryAfter }: ProblemError, type: string): string[] {
  return [
    ...request.answerFields,
    'content-type',
    type,
    'cache-control',
    'no-store',
    'x-content-type-options',
    'nosniff',
    ...(retryAfter === undefined ? [] : ['retry-after', String(retryAfter)]),
    'x-trace-id',
    request.traceId,
  ];
}

function record(telemetry: Telemetry, { request, route, status, bytes, durationMs }: EndedRequest): void {
  const startMs = performance.timeOrigin + request.startedAt;
  const service = request.target?.name;
  countRequest(telemetry.requests, request, { entry: 'ingress', route, status, ms: durationMs });
  // As in functions: what nobody sampled would stand there alone, and push whole traces out.
  if (!request.sampled && status < 500) return;
  telemetry.addSpan({
    traceId: request.traceId,
    spanId: request.spanId,
    ...(request.parentId !== '' && { parentId: request.parentId }),
    name: `${request.method} ${route}`,
    kind: 'server',
    service: 'ingress',
    startMs,
    durationMs,
    attributes: attributesOf(request, status, bytes),
    ...(status >= 500 && { error: true }),
  });
  if (request.waited < 1 || !service) return;
  telemetry.addSpan({
    traceId: request.traceId,
    spanId: newSpanId(),
    parentId: request.spanId,
    name: `wait for ${service}`,
    kind: 'internal',
    service: 'activator',
    startMs,
    durationMs: request.waited,
    attributes: { 'faas.name': service },
  });
}

function attributesOf(
  request: ClientRequest,
  status: number,
  bytes: number,
): Record<string, string | number | boolean> {
  return {
    'http.request.method': request.method,
    'url.path': request.path,
    'http.response.status_code': status,
    'http.response.body.size': bytes,
    'client.address': request.address,
    ...(request.target && { 'faas.name': request.target.name }),
    ...(request.cacheResult !== '' && { 'dormouse.cache.result': request.cacheResult }),
  };
}
