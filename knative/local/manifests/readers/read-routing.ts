import { goDuration } from '@dormouse/time/durations';
import { RE2JS } from 're2js';
import type { CorsPolicy, Fault, HttpRoute, StringMatch, VirtualHost } from '../model.ts';
import type { Fields } from '../yaml/fields.ts';
import { duration, type ObjectFields } from './read-object.ts';

/** A Gateway: the host names that its HTTP servers accept. */
export interface Gateway {
  name: string;
  namespace: string;
  hosts: readonly string[];
}

/** A VirtualService before its gateways are looked up. */
export interface BoundHost {
  host: VirtualHost;
  namespace: string;
  gateways: readonly { namespace: string; name: string }[];
  /** Stops with a message about the gateways. */
  fail(problem: string): never;
}

/** Reads a Gateway (networking.istio.io/v1). */
export function readGateway({ name, namespace, root, ignore }: ObjectFields): Gateway {
  const spec = root.need('spec').only('selector', 'servers');
  const hosts: string[] = [];
  for (const server of spec.list('servers')) {
    server.only('port', 'hosts', 'tls', 'name', 'bind', 'defaultEndpoint');
    const protocol = server
      .need('port')
      .only('number', 'name', 'protocol', 'targetPort')
      .string('protocol')
      .toUpperCase();
    if (server.fields('tls')?.boolean('httpsRedirect'))
      ignore('httpsRedirect: there is no HTTPS on this machine', server.origin('tls'));
    if (protocol.startsWith('HTTP') && protocol !== 'HTTPS')
      hosts.push(...server.texts('hosts').map(({ text }) => text.replace(/^.*\//, '').toLowerCase()));
    else ignore(`port ${protocol}: only plain HTTP is listened for here`, server.origin('port'));
  }
  return { name, namespace, hosts };
}

/** Reads a VirtualService (networking.istio.io/v1): HTTP routes to Knative Services by way of knative-local-gateway. */
export function readVirtualService({ name, namespace, root, origin, ignore }: ObjectFields): BoundHost {
  const spec = root.need('spec');
  for (const key of ['tcp', 'tls']) if (spec.has(key)) spec.fail(key, 'is not routed here: only http is');
  spec.only('hosts', 'gateways', 'http', 'exportTo');
  if (spec.has('exportTo')) ignore('exportTo: there is one ingress here', spec.origin('exportTo'));
  const hosts = spec.texts('hosts').map(({ text }) => text.toLowerCase());
  if (hosts.length === 0) spec.fail(spec.has('hosts') ? 'hosts' : undefined, 'needs a host');
  const gateways = spec.texts('gateways').map(({ text }) => {
    const [, named = '', inside = ''] = /^([^./]+)\.([^./]+)\.svc\.cluster\.local$/.exec(text) ?? [];
    const [gateway = '', where = namespace] = named ? [named, inside] : text.split('/').reverse();
    return { namespace: where, name: gateway };
  });
  const routes = spec.list('http').map((entry) => readRoute(entry, ignore));
  return {
    host: { name, hosts, routes, origin },
    namespace,
    gateways,
    fail: (problem) => spec.fail(spec.has('gateways') ? 'gateways' : undefined, problem),
  };
}

const routeFields = [
  'name',
  'match',
  'route',
  'redirect',
  'directResponse',
  'rewrite',
  'timeout',
  'headers',
  'retries',
  'corsPolicy',
  'fault',
  'mirror',
  'mirrors',
  'mirrorPercentage',
  'mirrorPercent',
];

function readRoute(entry: Fields, ignore: ObjectFields['ignore']): HttpRoute {
  entry.only(...routeFields);
  const rewrite = entry.fields('rewrite')?.only('uri', 'authority');
  const headers = entry.fields('headers')?.only('request', 'response');
  return {
    name: entry.text('name'),
    match: entry.list('match').map(readMatch),
    action: readAction(entry, rewrite),
    rewriteUri: rewrite?.text('uri'),
    timeoutMs: duration(entry, 'timeout', goDuration, '30s') || undefined,
    retries: readRetries(entry.fields('retries'), ignore),
    ...readPolicies(entry, ignore),
    requestHeaders: readHeaders(headers?.fields('request')),
    responseHeaders: readHeaders(headers?.fields('response')),
    origin: entry.origin(),
  };
}

function readRetries(fields: Fields | undefined, ignore: ObjectFields['ignore']): HttpRoute['retries'] {
  if (!fields) return undefined;
  fields.only('attempts', 'retryOn', 'backoff', 'retryIgnorePreviousHosts', 'retryRemoteLocalities');
  if (fields.has('retryRemoteLocalities'))
    ignore('retryRemoteLocalities: there is one machine here', fields.origin('retryRemoteLocalities'));
  const attempts = fields.integer('attempts', 0) ?? fields.fail(undefined, 'needs "attempts"');
  const statuses = new Set(retryOn(fields.text('retryOn') ?? '', (problem) => fields.fail('retryOn', problem)));
  const backoffMs = duration(fields, 'backoff', goDuration, '300ms') || envoysBackoffMs;
  return attempts > 0 && statuses.size > 0 ? { attempts, statuses, backoffMs } : undefined;
}

/** What Envoy does besides answering; a redirect and a direct response are without it. */
function readPolicies(entry: Fields, ignore: ObjectFields['ignore']): Pick<HttpRoute, 'cors' | 'fault' | 'mirrors'> {
  const cors = entry.fields('corsPolicy');
  const fault = entry.fields('fault');
  const mirrors = readMirrors(entry);
  if (entry.has('route'))
    return {
      ...(cors && { cors: readCors(cors) }),
      ...(fault && { fault: readFault(fault, ignore) }),
      ...(mirrors.length > 0 && { mirrors }),
    };
  if (fault) entry.fail('fault', 'cannot stand beside redirect and directResponse');
  for (const key of ['corsPolicy', 'mirror', 'mirrors'])
    if (entry.has(key)) ignore(`${key}: Envoy does without it for redirect and directResponse`, entry.origin(key));
  return {};
}

/** As Istio's validateCORSPolicy and Envoy's filter read it. */
function readCors(fields: Fields): CorsPolicy {
  fields.only(
    'allowOrigin',
    'allowOrigins',
    'allowMethods',
    'allowHeaders',
    'exposeHeaders',
    'maxAge',
    'allowCredentials',
    'unmatchedPreflights',
  );
  const joined = (key: string) =>
    fields
      .texts(key)
      .map(({ text }) => (/^[\w!#$%&'*+.^`|~-]+$/.test(text) ? text : fields.fail(key, `"${text}" is no name`)))
      .join(',');
  const maxAgeMs = duration(fields, 'maxAge', goDuration, '24h');
  if (maxAgeMs !== undefined && (maxAgeMs === 0 || maxAgeMs % 1000 !== 0))
    fields.fail('maxAge', 'must be whole seconds, at least one');
  const former = fields.texts('allowOrigin').map(({ text }): StringMatch => ({ kind: 'exact', value: text }));
  return {
    allowOrigins: [...fields.list('allowOrigins').map(readString), ...former],
    allowMethods: joined('allowMethods'),
    allowHeaders: joined('allowHeaders'),
    exposeHeaders: joined('exposeHeaders'),
    maxAge: maxAgeMs === undefined ? '' : String(maxAgeMs / 1000),
    allowCredentials: fields.boolean('allowCredentials') ?? false,
    forwardUnmatched: fields.oneOf('unmatchedPreflights', 'UNSPECIFIED', 'FORWARD', 'IGNORE') !== 'IGNORE',
  };
}

function readFault(fields: Fields, ignore: ObjectFields['ignore']): Fault {
  const delay = fields.only('delay', 'abort').fields('delay')?.only('fixedDelay', 'percentage', 'percent');
  const abort = fields.fields('abort')?.only('httpStatus', 'grpcStatus', 'http2Error', 'percentage');
  if (!delay && !abort) fields.fail(undefined, 'needs "delay" or "abort"');
  for (const [key, injected] of Object.entries({ delay, abort }))
    if (injected && !injected.has('percentage') && !injected.has('percent'))
      ignore(`${key}: without a percentage it happens to no request`, injected.origin());
  for (const key of ['grpcStatus', 'http2Error'])
    if (abort?.has(key)) abort.fail(key, 'is not understood: only httpStatus is answered here');
  const ms = delay && (duration(delay, 'fixedDelay', goDuration, '5s') ?? delay.fail(undefined, 'needs "fixedDelay"'));
  if (ms === 0) delay?.fail('fixedDelay', 'must be at least 1ms');
  return {
    ...(delay && { delay: { ms: ms ?? 0, percent: readPercentage(delay, 'percentage', 'percent') ?? 0 } }),
    ...(abort && {
      abort: { status: readStatus(abort, 'httpStatus'), percent: readPercentage(abort, 'percentage', 'percent') ?? 0 },
    }),
  };
}

/** Percent as Istio writes it: `{ value: 0.1 }`, formerly a whole number. */
function readPercentage(fields: Fields, key: string, former: string): number | undefined {
  const percentage = fields.fields(key)?.only('value');
  if (!percentage) return fields.integer(former, 0, 100);
  const value = percentage.raw('value') ?? 0;
  return typeof value === 'number' && value >= 0 && value <= 100
    ? value
    : percentage.fail('value', 'must be a number between 0 and 100');
}

/** `mirror` with its percentage, or `mirrors`, each with its own; what nobody is sent is left out. */
function readMirrors(entry: Fields): NonNullable<HttpRoute['mirrors']>[number][] {
  const mirror = entry.fields('mirror');
  const mirrors = entry.list('mirrors');
  if (mirror && mirrors.length > 0) entry.fail('mirrors', 'cannot stand beside mirror');
  const listed = mirror
    ? [{ ...readMirrored(mirror), percent: readPercentage(entry, 'mirrorPercentage', 'mirrorPercent') ?? 100 }]
    : mirrors.map((each) => ({
        ...readMirrored(each.only('destination', 'percentage').need('destination')),
        percent: readPercentage(each, 'percentage', '') ?? 100,
      }));
  return listed.filter(({ percent }) => percent > 0);
}

function readMirrored(destination: Fields): { service: string; namespace: string } {
  destination.only('host', 'port').fields('port')?.only('number');
  const host = destination.string('host');
  const [, service = '', namespace = ''] = /^([^.]+)\.([^.]+)\.svc(?:\.cluster\.local)?$/.exec(host) ?? [];
  if (!service) destination.fail('host', `"${host}" must be SERVICE.NAMESPACE.svc.cluster.local`);
  return { service, namespace };
}

const envoysBackoffMs = 25;
const statusesOf: Record<string, readonly number[]> = {
  'gateway-error': [502, 503, 504],
  '5xx': Array.from({ length: 100 }, (_, index) => 500 + index),
  'retriable-status-codes': [],
  // About connections: such a request is sent to another instance anyway.
  'connect-failure': [],
  'refused-stream': [],
  reset: [],
};

/** The statuses among Envoy's retry policies; like Istio, reads a number as a status. */
function retryOn(policies: string, fail: (problem: string) => never): number[] {
  return policies
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
    .flatMap((policy) => {
      if (/^[1-5]\d\d$/.test(policy)) return Number(policy);
      return (
        statusesOf[policy] ??
        fail(`"${policy}" is not understood; known here: a status, ${Object.keys(statusesOf).join(', ')}`)
      );
    });
}

function readMatch(match: Fields): HttpRoute['match'][number] {
  match.only('name', 'uri', 'method', 'authority', 'headers', 'withoutHeaders', 'queryParams', 'ignoreUriCase');
  const strings = Object.fromEntries(
    ['uri', 'method', 'authority'].flatMap((key) => (match.has(key) ? [[key, readString(match.need(key))]] : [])),
  );
  return {
    ...strings,
    headers: readStrings(match.fields('headers'), (name) => name.toLowerCase()),
    ...(match.has('withoutHeaders') && {
      withoutHeaders: readStrings(match.fields('withoutHeaders'), (name) => name.toLowerCase()),
    }),
    ...(match.has('queryParams') && { queryParams: readStrings(match.fields('queryParams'), (name) => name) }),
    ignoreUriCase: match.boolean('ignoreUriCase') ?? false,
  };
}

/** Matches by name; an empty one is for whatever is there (istio.io/api networking/v1 HTTPMatchRequest). */
function readStrings(fields: Fields | undefined, nameOf: (key: string) => string): Record<string, StringMatch> {
  return Object.fromEntries(
    (fields?.keys ?? []).map((key) => {
      const match = fields!.need(key);
      return [nameOf(key), match.keys.length === 0 ? { kind: 'prefix', value: '' } : readString(match)];
    }),
  );
}

function readString(fields: Fields): StringMatch {
  fields.only('exact', 'prefix', 'regex');
  const [kind, another] = fields.keys;
  if (!kind || another) return fields.fail(another, 'needs one of exact, prefix and regex');
  const value = fields.string(kind);
  if (kind === 'regex') checkExpression(fields, value);
  return { kind: kind === 'exact' ? 'exact' : kind === 'prefix' ? 'prefix' : 'regex', value };
}

/** Envoy's expressions (RE2) know neither looking around nor references back. */
function checkExpression(fields: Fields, expression: string): void {
  if (/\(\?(?:[=!]|<[=!])|\\[1-9]/.test(expression)) fields.fail('regex', 'cannot look around or back: Envoy runs RE2');
  try {
    RE2JS.compile(expression);
  } catch (error) {
    fields.fail('regex', (error as Error).message);
  }
}

function readAction(entry: Fields, rewrite: Fields | undefined): HttpRoute['action'] {
  const kinds = ['route', 'redirect', 'directResponse'].filter((key) => entry.has(key));
  if (kinds.length !== 1) entry.fail(kinds[1], 'needs one of route, redirect and directResponse');
  const direct = entry.fields('directResponse')?.only('status', 'body');
  if (direct) {
    const body = direct.fields('body')?.only('string', 'bytes');
    const bytes = body?.text('bytes');
    return {
      kind: 'direct',
      status: readStatus(direct, 'status'),
      body: bytes === undefined ? (body?.text('string') ?? '') : Buffer.from(bytes, 'base64').toString(),
    };
  }
  const redirect = entry.fields('redirect')?.only('uri', 'authority', 'redirectCode');
  if (!redirect) return { kind: 'route', destinations: [readDestination(entry, rewrite)] };
  const [uri, authority] = [redirect.text('uri'), redirect.text('authority')];
  return {
    kind: 'redirect',
    status: redirect.integer('redirectCode', 300, 399) ?? 301,
    ...(uri !== undefined && { uri }),
    ...(authority !== undefined && { authority }),
  };
}

const readStatus = (fields: Fields, key: string) =>
  fields.integer(key, 200, 599) ?? fields.fail(undefined, `needs "${key}"`);

/** The Knative Service behind a route: knative-local-gateway finds it by the authority, so that decides here too. */
function readDestination(
  entry: Fields,
  rewrite: Fields | undefined,
): { service: string; namespace: string; weight: number } {
  const [target, second] = entry.list('route');
  if (!target) return entry.fail('route', 'needs a destination');
  if (second) second.fail(undefined, 'is a second destination: a rewritten authority names one Service');
  const destination = target.only('destination', 'weight').need('destination').only('host', 'port');
  destination.fields('port')?.only('number');
  const host = destination.string('host');
  if (!/^knative-local-gateway\.istio-system(\.svc(\.cluster\.local)?)?$/.test(host)) {
    destination.fail(
      'host',
      `must be knative-local-gateway.istio-system.svc.cluster.local, and the Service named by rewrite.authority`,
    );
  }
  const authority =
    rewrite?.text('authority') ?? entry.fail(undefined, 'needs rewrite.authority: SERVICE.NAMESPACE.svc.cluster.local');
  const [, service = '', namespace = ''] = /^([^.]+)\.([^.]+)\.svc\.cluster\.local$/.exec(authority) ?? [];
  if (!service) rewrite?.fail('authority', `"${authority}" must be SERVICE.NAMESPACE.svc.cluster.local`);
  return { service, namespace, weight: target.integer('weight', 0, 100) || 100 };
}

function readHeaders(fields: Fields | undefined): HttpRoute['requestHeaders'] {
  fields?.only('set', 'add', 'remove');
  const lower = (key: 'set' | 'add') =>
    Object.fromEntries(Object.entries(fields?.map(key) ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    set: lower('set'),
    add: lower('add'),
    remove: (fields?.texts('remove') ?? []).map(({ text }) => text.toLowerCase()),
  };
}

/** Whether a Gateway that accepts `pattern` (`*`, `*.suffix` or a name) lets a VirtualService have `host`. */
export const accepts = (pattern: string, host: string) =>
  pattern === '*' || pattern === host || (pattern.startsWith('*.') && host.endsWith(pattern.slice(1)));
