import type { CorsPolicy, HttpRoute } from '@dormouse/manifests/model';
import type { ClientRequest } from '../proxy/client-request.ts';
import { compileString } from './route.ts';

/** What a route's CORS policy says of a request; fields are name, value, name, value … */
export interface CorsAnswer {
  /** The whole answer to a preflight; undefined where the Service answers. */
  preflight: string[] | undefined;
  /** Fields of the answer that the Service, or the ingress in its place, gives; they replace those of the same names. */
  fields: string[];
}

const none: CorsAnswer = { preflight: undefined, fields: [] };

/**
 * Compiles a CORS policy as Envoy's filter applies it (envoy.filters.http.cors): preflights are answered, and allowed origins
 * are named in answers. `*` among the origins stands for every one of them.
 */
export function compileCors(policy: CorsPolicy, route: HttpRoute): (request: ClientRequest) => CorsAnswer {
  const tests = policy.allowOrigins.map((match) => compileString(match, route));
  const anyOrigin = tests.some((test) => test('*'));
  const { allowMethods, allowHeaders, exposeHeaders, maxAge, allowCredentials, forwardUnmatched } = policy;
  const given = (name: string, value: string) => (value === '' ? [] : [name, value]);
  return (request) => {
    const origin = request.field('origin');
    if (!origin) return none;
    const allowed = anyOrigin || tests.some((test) => test(origin));
    const credentials = given('access-control-allow-credentials', allowCredentials ? 'true' : '');
    const fields = allowed
      ? [
          'access-control-allow-origin',
          origin,
          ...credentials,
          ...given('access-control-expose-headers', exposeHeaders),
        ]
      : [];
    const wanted = request.field('access-control-request-method');
    if (request.method !== 'OPTIONS' || !wanted || (!allowed && forwardUnmatched))
      return { preflight: undefined, fields };
    const headers = allowHeaders === '*' ? (request.field('access-control-request-headers') ?? '') : allowHeaders;
    const preflight = [
      ...(allowed ? fields : credentials),
      ...given('access-control-allow-methods', allowMethods === '*' ? wanted : allowMethods),
      ...(allowHeaders === '' ? [] : ['access-control-allow-headers', headers]),
      ...given('access-control-max-age', maxAge),
    ];
    return { preflight, fields };
  };
}
