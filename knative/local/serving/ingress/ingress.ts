import { type Dropped, dropped, keptFields } from '@dormouse/http/kept-fields';
import { problemBody } from '@dormouse/http/problem';
import { ProblemError } from '@dormouse/http/problem-error';
import { normalizePath } from '@dormouse/http/request-path';
import type { ResponseHead } from '@dormouse/http/response-head';
import type { HttpRoute, VirtualHost } from '@dormouse/manifests/model';
import type { Telemetry } from '@dormouse/telemetry/telemetry';
import { newSpanId, newTraceId, rateSampler, readTraceparent } from '@dormouse/telemetry/traceparent';
import type { ClientConnection, RequestHandler } from '../proxy/client-connection.ts';
import type { Target } from '../proxy/exchange.ts';
import { type AppendFields, compileFields } from './header-rules.ts';
import { compileRoutes, type Routes, type Rule } from './route.ts';

export interface IngressOptions {
  virtualHosts: readonly VirtualHost[];
  /** The Service that a route names; `undefined` when there is none. */
  target: (name: string, namespace: string) => Target | undefined;
  telemetry: Telemetry;
  /** Requests get 503 until it returns true. */
  ready?: () => boolean;
  /** Says which new traces are sampled; default: at most 50 a second. */
  sample?: () => boolean;
}

export interface Ingress extends RequestHandler {
  /** Applies changed VirtualServices. @throws ManifestError, with the old ones kept */
  update(virtualHosts: readonly VirtualHost[]): void;
  readonly routes: Routes;
}

/** Fields of one hop (RFC 9110 section 7.6.1), and what only an ingress may say about a client. */
const oneHop = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'];
const ownWords = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-real-ip',
  'x-client-address',
  'x-client-origin',
  'traceparent',
];
const neverIn = [...oneHop, ...ownWords, 'host', 'expect', 'proxy', 'proxy-authorization', 'x-trace-id'];
const neverOut = [...oneHop, 'x-trace-id'];
const noHop: readonly string[] = [];

interface Compiled extends Rule {
  inDropped: Dropped;
  inDroppedWithState: Dropped;
  inFields: AppendFields;
  outDropped: Dropped;
  outFields: string;
}

/** The ingress: routes by the VirtualServices, adds forwarding headers, starts traces. */
export function createIngress({
  virtualHosts,
  target,
  telemetry,
  ready = () => true,
  sample = rateSampler(10, 50),
}: IngressOptions): Ingress {
  let routes = compileRoutes(virtualHosts);
  let compiled = compileAll(routes);
  const forwardedOf = new WeakMap<ClientConnection, { host: string; text: string }>();

  const forwarded = (connection: ClientConnection): string => {
    const { host } = connection.request;
    const known = forwardedOf.get(connection);
    if (known?.host === host) return known.text;
    const text = forwardedFields(connection.address, host);
    forwardedOf.set(connection, { host, text });
    return text;
  };

  return {
    get routes() {
      return routes;
    },
    update(changed) {
      const next = compileRoutes(changed);
      compiled = compileAll(next);
      routes = next;
    },
    accept(connection) {
      const { request } = connection;
      startTrace(connection, sample);
      if (!ready()) throw new ProblemError(503, 'unavailable', 'The platform is starting.', 1);
      const asked = absoluteToOrigin(connection);
      const query = asked.indexOf('?');
      connection.path = normalizePath(query < 0 ? asked : asked.slice(0, query));
      if (request.upgrade && request.hop.includes('upgrade'))
        throw new ProblemError(501, 'not_implemented', 'Protocol upgrades are not supported.');
      const rule = routes.find({ head: request, path: connection.path });
      const found = rule && compiled.get(rule);
      if (!found) throw new ProblemError(404, 'not_found', 'No route leads there.');
      connection.route = found;
      const { action } = found.route;
      if (action.kind === 'direct')
        return connection.reply(action.status, '', directFields(connection, found, action.body), action.body);
      if (action.kind === 'redirect') return redirect(connection, found, action);
      const destination = pick(action.destinations);
      const service = target(destination.service, destination.namespace);
      if (!service) throw new ProblemError(503, 'unavailable', `There is no Service ${destination.service}.`);
      const path = found.rewrite ? found.rewrite(connection.path) : connection.path;
      const kept = keptFields(
        request.text,
        request.fields,
        connection.parentId ? found.inDropped : found.inDroppedWithState,
        request.hop.length > 0 ? request.hop : noHop,
      );
      const trace = `traceparent: 00-${connection.traceId}-${connection.spanId}-0${connection.sampled ? 1 : 0}\r\n`;
      const fields = `host: ${service.authority}\r\n${kept}${forwarded(connection)}${trace}${found.inFields(connection.address, request.host)}`;
      connection.forward(service, query < 0 ? path : path + asked.slice(query), fields, found.route.timeoutMs);
    },
    responseFields(connection, head: ResponseHead) {
      const found = connection.route as Compiled;
      return `${keptFields(head.text, head.fields, found.outDropped)}x-trace-id: ${connection.traceId}\r\n${found.outFields}`;
    },
    problem(connection, problem) {
      if (connection.traceId === '') startTrace(connection, sample);
      return { fields: problemFields(connection, problem), body: problemBody(problem, connection.traceId) };
    },
    finished(connection, status, bytes) {
      record(telemetry, connection, status, bytes);
      connection.route = undefined;
    },
    closed() {},
  };
}

function compileAll({ rules }: Routes): Map<Rule, Compiled> {
  return new Map(
    rules.map((rule) => {
      const { requestHeaders: into, responseHeaders: out, origin } = rule.route;
      const gone = [...neverIn, ...Object.keys(into.set), ...into.remove];
      return [
        rule,
        {
          ...rule,
          inDropped: dropped(gone),
          inDroppedWithState: dropped(gone, ['tracestate']),
          inFields: compileFields(into, origin),
          outDropped: dropped(neverOut, Object.keys(out.set), out.remove),
          outFields: compileFields(out, origin)('', ''),
        },
      ];
    }),
  );
}

function startTrace(connection: ClientConnection, sample: () => boolean): void {
  const given = connection.request.traceparent === '' ? undefined : readTraceparent(connection.request.traceparent);
  connection.traceId = given?.traceId ?? newTraceId();
  connection.parentId = given?.spanId ?? '';
  connection.spanId = newSpanId();
  connection.sampled = (given?.sampled ?? true) && sample();
}

/** The request target in origin form; an absolute one (RFC 9112 section 3.2.2) decides the host. */
function absoluteToOrigin({ request }: ClientConnection): string {
  if (request.target.charCodeAt(0) === 47) return request.target;
  const absolute = /^https?:\/\/([^/?#@]+)([/?].*)?$/i.exec(request.target);
  if (!absolute) throw new ProblemError(400, 'malformed', 'The request target is malformed.');
  request.host = absolute[1]!;
  const rest = absolute[2] ?? '/';
  return rest.startsWith('?') ? `/${rest}` : rest;
}

/** What Knative's runtime contract promises to functions: Forwarded (RFC 7239) and X-Forwarded-*. */
function forwardedFields(address: string, host: string): string {
  const node = address.includes(':') ? `"[${address}]"` : address;
  const safeHost = host.replace(/[^\x21\x23-\x5b\x5d-\x7e]/g, '');
  return `x-forwarded-for: ${address}\r\nx-forwarded-proto: http\r\nx-forwarded-host: ${host}\r\nforwarded: for=${node};host="${safeHost}";proto=http\r\n`;
}

type Destinations = readonly { service: string; namespace: string; weight: number }[];

function pick(destinations: Destinations): Destinations[number] {
  if (destinations.length === 1) return destinations[0]!;
  const total = destinations.reduce((sum, { weight }) => sum + weight, 0);
  let at = Math.random() * total;
  for (const each of destinations) if ((at -= each.weight) < 0) return each;
  return destinations.at(-1)!;
}

function directFields(connection: ClientConnection, { outFields }: Compiled, body: string): string {
  const type = body === '' || /^content-type:/im.test(outFields) ? '' : 'content-type: text/plain; charset=utf-8\r\n';
  return `${type}${outFields}x-trace-id: ${connection.traceId}\r\ndate: ${new Date().toUTCString()}\r\n`;
}

function redirect(
  connection: ClientConnection,
  { outFields }: Compiled,
  action: Extract<HttpRoute['action'], { kind: 'redirect' }>,
): void {
  const host = action.authority ?? connection.request.host;
  const query = connection.request.target.indexOf('?');
  const uri = action.uri ?? connection.path + (query < 0 ? '' : connection.request.target.slice(query));
  connection.reply(
    action.status,
    '',
    `location: http://${host}${uri}\r\n${outFields}x-trace-id: ${connection.traceId}\r\n`,
    '',
  );
}

function problemFields(connection: ClientConnection, { retryAfter }: ProblemError): string {
  const wait = retryAfter === undefined ? '' : `retry-after: ${retryAfter}\r\n`;
  return `content-type: application/problem+json\r\ncache-control: no-store\r\nx-content-type-options: nosniff\r\n${wait}x-trace-id: ${connection.traceId}\r\n`;
}

function record(telemetry: Telemetry, connection: ClientConnection, status: number, bytes: number): void {
  const now = performance.now();
  const startMs = performance.timeOrigin + connection.startedAt;
  const service = connection.target?.name;
  telemetry.addSpan({
    traceId: connection.traceId,
    spanId: connection.spanId,
    ...(connection.parentId !== '' && { parentId: connection.parentId }),
    name: `${connection.request.method} ${(connection.route as Compiled | undefined)?.route.name ?? ''}`,
    kind: 'server',
    service: 'ingress',
    startMs,
    durationMs: now - connection.startedAt,
    attributes: attributesOf(connection, status, bytes),
    ...(status >= 500 && { error: true }),
  });
  if (connection.waited < 1 || !service) return;
  telemetry.addSpan({
    traceId: connection.traceId,
    spanId: newSpanId(),
    parentId: connection.spanId,
    name: `wait for ${service}`,
    kind: 'internal',
    service: 'activator',
    startMs,
    durationMs: connection.waited,
    attributes: { 'faas.name': service },
  });
}

function attributesOf(
  connection: ClientConnection,
  status: number,
  bytes: number,
): Record<string, string | number | boolean> {
  return {
    'http.request.method': connection.request.method,
    'url.path': connection.path,
    'http.response.status_code': status,
    'http.response.body.size': bytes,
    'client.address': connection.address,
    ...(connection.target && { 'faas.name': connection.target.name }),
  };
}
