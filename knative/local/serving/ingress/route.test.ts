import { fieldOf } from '@dormouse/http/request-fields';
import { noFields, route } from '@dormouse/local/platform.fixture';
import type { HttpRoute, StringMatch, VirtualHost } from '@dormouse/manifests/model';
import { describe, expect, it } from 'vitest';
import { compileRoutes } from './route.ts';

const origin = { file: 'by-hand.yaml', line: 1 };
const host = (hosts: string[], ...routes: HttpRoute[]): VirtualHost => ({ name: 'x', hosts, routes, origin });
const named = (name: string, match: HttpRoute['match']): HttpRoute =>
  route('/', name, { match, requestHeaders: noFields });
const uri = (kind: StringMatch['kind'], value: string, ignoreUriCase = false) => ({
  uri: { kind, value },
  headers: {},
  ignoreUriCase,
});

function find(
  hosts: VirtualHost[],
  path: string,
  { method = 'GET', to = 'a', fields = [] as string[] } = {},
): string | undefined {
  const field = (name: string) => fieldOf(fields, name);
  return compileRoutes(hosts).find({ method, host: to, field, path: path.replace(/\?.*$/, ''), url: path })?.route.name;
}

describe('routes', () => {
  it('may want a query, and want a header not', () => {
    const any = { headers: {}, ignoreUriCase: false };
    const hosts = [
      host(
        ['*'],
        named('query', [{ ...any, queryParams: { v: { kind: 'exact', value: '2' } } }]),
        named('present', [{ ...any, queryParams: { debug: { kind: 'prefix', value: '' } } }]),
        named('others', [{ ...any, withoutHeaders: { 'x-bot': { kind: 'prefix', value: '' } } }]),
        named('bots', []),
      ),
    ];
    expect(['/a?v=2', '/a?v=3', '/a?x=1&debug', '/?v=%32'].map((path) => find(hosts, path))).toEqual([
      'query',
      'others',
      'present',
      'query',
    ]);
    expect(find(hosts, '/', { fields: ['x-bot', 'yes'] })).toBe('bots');
  });

  it('are tried in order, and the first that matches decides', () => {
    const hosts = [
      host(
        ['*'],
        named('exact', [uri('exact', '/health')]),
        named('prefix', [uri('prefix', '/blog/')]),
        named('regex', [uri('regex', '/(a|b)+')]),
        named('rest', []),
      ),
    ];
    expect(['/health', '/healthy', '/blog/x', '/blog', '/abba', '/abbac'].map((path) => find(hosts, path))).toEqual([
      'exact',
      'rest',
      'prefix',
      'rest',
      'regex',
      'rest',
    ]);
  });

  it('read expressions as RE2 does, in time linear in the path', () => {
    const hosts = [
      host(
        ['*'],
        named('flag', [uri('regex', '(?i)/blog')]),
        named('word', [uri('regex', '/(\\w+\\w+)+!')]),
        named('rest', []),
      ),
    ];
    expect(['/BLOG', '/ab!', `/${'a'.repeat(8_000)}`].map((path) => find(hosts, path))).toEqual([
      'flag',
      'word',
      'rest',
    ]);
  });

  it('match when any entry holds, and an entry when all its conditions hold', () => {
    const both = {
      ...uri('prefix', '/a'),
      method: { kind: 'exact' as const, value: 'POST' },
      headers: { 'x-kind': { kind: 'prefix' as const, value: 'in' } },
    };
    const hosts = [host(['*'], named('either', [uri('exact', '/b'), both]))];
    expect(find(hosts, '/b')).toBe('either');
    expect(find(hosts, '/a', { method: 'POST', fields: ['x-kind', 'inner'] })).toBe('either');
    expect(find(hosts, '/a', { method: 'POST' })).toBeUndefined();
    expect(find(hosts, '/a', { fields: ['x-kind', 'inner'] })).toBeUndefined();
  });

  it('may ignore the case of the path', () => {
    const hosts = [
      host(
        ['*'],
        named('any case', [uri('exact', '/Health', true), uri('prefix', '/Api/', true), uri('regex', '/r[a-c]', true)]),
      ),
    ];
    expect(['/HEALTH', '/aPI/x', '/RB'].map((path) => find(hosts, path))).toEqual(['any case', 'any case', 'any case']);
  });

  it('belong to the most specific host, whatever order they were given in', () => {
    const hosts = [
      host(['*'], named('any', [])),
      host(['*.example.org'], named('below', [])),
      host(['blog.example.org'], named('exact', [])),
      host(['*.b.example.org'], named('deeper', [])),
    ];
    expect(
      ['a', 'x.example.org:80', 'BLOG.example.org', 'x.b.example.org', 'example.org'].map((to) =>
        find(hosts, '/', { to }),
      ),
    ).toEqual(['any', 'below', 'exact', 'deeper', 'any']);
  });

  it('do not fall through to a less specific host', () => {
    expect(
      find([host(['*'], named('any', [])), host(['a'], named('only', [uri('exact', '/x')]))], '/y'),
    ).toBeUndefined();
  });

  it('rewrite the prefix that matched, or the whole path', () => {
    const rewritten = (path: string, match: HttpRoute['match']) =>
      compileRoutes([host(['*'], route('/', 'x', { match, rewriteUri: '/new' }))]).rules[0]!.rewrite!(path);
    expect(rewritten('/old/a', [uri('prefix', '/old')])).toBe('/new/a');
    expect(rewritten('/old', [uri('exact', '/old')])).toBe('/new');
    expect(rewritten('/older/a', [uri('prefix', '/old'), uri('prefix', '/older')])).toBe('/new/a');
  });

  it('with an expression that is none are rejected at their line', () => {
    expect(() => compileRoutes([host(['*'], named('bad', [uri('regex', '(')]))])).toThrow(
      'by-hand.yaml:1: not a regular expression: (',
    );
  });
});
