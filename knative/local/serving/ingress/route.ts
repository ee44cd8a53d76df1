import type { HttpRoute, StringMatch, VirtualHost } from '@dormouse/manifests/model';
import { ManifestError } from '@dormouse/manifests/yaml/origin';
import { RE2JS } from 're2js';

/** The parts of a request that routes match. */
export interface Routed {
  method: string;
  host: string;
  /** The values of a header field, joined by `, `; its name in lower case. */
  field(name: string): string | undefined;
  /** Normalised, without the query. */
  path: string;
  /** As it was asked for, with the query. */
  url: string;
}

/** A rule with its tests compiled. */
export interface Rule {
  route: HttpRoute;
  host: string;
  /** The path that the function sees, where the rule rewrites it. */
  rewrite: ((path: string) => string) | undefined;
}

export interface Routes {
  /** The first rule of the most specific host that matches. */
  find(request: Routed): Rule | undefined;
  /** All rules in order, those of a host together. */
  readonly rules: readonly Rule[];
}

type Test = (request: Routed) => boolean;
interface Host {
  pattern: string;
  rules: { rule: Rule; tests: Test[] }[];
}

/**
 * Compiles VirtualServices as Istio reads them: the most specific host decides (a name before `*.suffix` before `*`),
 * then the first route with a match whose conditions all hold. Regular expressions are RE2's
 * and match the whole string.
 * @throws ManifestError
 */
export function compileRoutes(virtualHosts: readonly VirtualHost[]): Routes {
  const hosts = new Map<string, Host>();
  for (const virtualHost of virtualHosts)
    for (const pattern of virtualHost.hosts) {
      const host = hosts.get(pattern) ?? { pattern, rules: [] };
      hosts.set(pattern, host);
      for (const route of virtualHost.routes) host.rules.push(compileRule(route, pattern));
    }
  const ordered = [...hosts.values()].sort((one, other) => specificity(other.pattern) - specificity(one.pattern));
  const only = ordered.length === 1 && ordered[0]!.pattern === '*' ? ordered[0] : undefined;
  return {
    find: (request) =>
      firstMatch(only ?? ordered.find(({ pattern }) => hostMatches(pattern, hostName(request.host))), request),
    rules: ordered.flatMap(({ rules }) => rules.map(({ rule }) => rule)),
  };
}

function firstMatch(host: Host | undefined, request: Routed): Rule | undefined {
  if (!host) return undefined;
  for (const { rule, tests } of host.rules) {
    if (tests.length === 0) return rule;
    for (const test of tests) if (test(request)) return rule;
  }
  return undefined;
}

/** Host without its port, in lower case. */
const hostName = (authority: string): string => authority.replace(/:\d*$/, '').toLowerCase();

const specificity = (pattern: string) =>
  pattern === '*' ? 0 : pattern.startsWith('*') ? pattern.length : 1_000 + pattern.length;

function hostMatches(pattern: string, host: string): boolean {
  return (
    pattern === '*' ||
    pattern === host ||
    (pattern.startsWith('*') && host.endsWith(pattern.slice(1)) && host.length >= pattern.length)
  );
}

function compileRule(route: HttpRoute, host: string): { rule: Rule; tests: Test[] } {
  return {
    rule: { route, host, rewrite: compileRewrite(route) },
    tests: route.match.map((match) => compileMatch(match, route)),
  };
}

function compileMatch(match: HttpRoute['match'][number], route: HttpRoute): Test {
  const tests: Test[] = [];
  const { uri, method, authority } = match;
  if (uri) {
    const test = compileString(uri, route, match.ignoreUriCase);
    tests.push(({ path }) => test(path));
  }
  if (method) {
    const test = compileString(method, route);
    tests.push(({ method: given }) => test(given));
  }
  if (authority) {
    const test = compileString(authority, route);
    tests.push(({ host }) => test(host));
  }
  for (const [name, value] of Object.entries(match.headers)) {
    const test = compileString(value, route);
    tests.push((request) => {
      const given = request.field(name.toLowerCase());
      return given !== undefined && test(given);
    });
  }
  for (const [name, value] of Object.entries(match.withoutHeaders ?? {})) {
    const test = compileString(value, route);
    tests.push((request) => {
      const given = request.field(name);
      return given === undefined || !test(given);
    });
  }
  for (const [name, value] of Object.entries(match.queryParams ?? {})) {
    const test = compileString(value, route);
    tests.push(({ url }) => {
      const given = queryOf(url).get(name);
      return given !== null && test(given);
    });
  }
  return tests.length === 1 ? tests[0]! : (request) => tests.every((test) => test(request));
}

function queryOf(url: string): URLSearchParams {
  const query = url.indexOf('?');
  return new URLSearchParams(query < 0 ? '' : url.slice(query));
}

/** A test for one value. @throws ManifestError */
export function compileString(
  { kind, value }: StringMatch,
  { origin }: HttpRoute,
  ignoreCase = false,
): (given: string) => boolean {
  if (kind === 'regex') {
    try {
      const pattern = RE2JS.compile(value, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
      return (given) => pattern.matches(given);
    } catch {
      throw new ManifestError(origin, `not a regular expression: ${value}`);
    }
  }
  const wanted = ignoreCase ? value.toLowerCase() : value;
  if (kind === 'exact') return ignoreCase ? (given) => given.toLowerCase() === wanted : (given) => given === wanted;
  return ignoreCase ? (given) => given.toLowerCase().startsWith(wanted) : (given) => given.startsWith(wanted);
}

/** `rewrite.uri`: replaces the matched prefix, or the whole path when it was matched as a whole. */
function compileRewrite({ rewriteUri, match }: HttpRoute): ((path: string) => string) | undefined {
  if (rewriteUri === undefined) return undefined;
  const prefixes = match
    .flatMap(({ uri }) => (uri?.kind === 'prefix' ? [uri.value] : []))
    .sort((one, other) => other.length - one.length);
  return (path) => {
    const prefix = prefixes.find((each) => path.startsWith(each));
    return prefix === undefined ? rewriteUri : rewriteUri + path.slice(prefix.length);
  };
}
