import type { Context } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { Api, Route } from './api.ts';
import type { Env } from './app.ts';
import type { Caller } from './caller.ts';
import { fail } from './errors.ts';

/**
 * Who makes a request with a personal access token: the caller where its scopes allow the route; nobody where a token changes
 * nothing. Without a description of the route, or of a scope in it, the token is refused.
 * @throws AppError forbidden, after RFC 6750
 */
export function demandScope(c: Context<Env>, caller: Caller, api: Api): Caller | undefined {
  const route = routeOf(c, api);
  if (route && !route.roles && !route.optionalToken) return undefined;
  const needed = route?.personal;
  if (needed === undefined)
    return fail('forbidden', 'Personal access tokens cannot do this. Log in.', { headers: refusal() });
  if (caller.scopes.includes(needed)) return caller;
  return fail('forbidden', `This token lacks the scope ${needed}.`, { headers: refusal(needed) });
}

/** The description of what will answer: the first handler that the router found, which is no middleware for every method. */
function routeOf(c: Context<Env>, api: Api): Route | undefined {
  const handler = matchedRoutes(c).find(({ method }) => method !== 'ALL');
  return handler && Object.values(api).find(({ method, path }) => method === handler.method && path === handler.path);
}

const refusal = (scope?: string) => ({
  'www-authenticate': `Bearer error="insufficient_scope"${scope === undefined ? '' : `, scope="${scope}"`}`,
});
