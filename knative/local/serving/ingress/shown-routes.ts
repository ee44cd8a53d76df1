import type { HttpRoute } from '@dormouse/manifests/model';
import type { Routes } from './route.ts';

/** The ingress's rules in words, in the order in which they are tried. */
export const shownRoutes = ({ rules }: Routes): RouteStatus[] =>
  rules.map(({ host, route }) => ({ host, match: shownMatch(route), action: shownAction(route) }));

function shownMatch({ match }: HttpRoute): string {
  if (match.length === 0) return 'everything';
  return match
    .map(({ uri, method, authority, headers, withoutHeaders = {}, queryParams = {} }) =>
      [
        method && `method ${method.kind} ${method.value}`,
        authority && `authority ${authority.kind} ${authority.value}`,
        uri && `${uri.kind} ${uri.value}`,
        ...Object.entries(headers).map(([name, value]) => `${name} ${value.kind} ${value.value}`),
        ...Object.entries(withoutHeaders).map(([name, value]) => `${name} not ${value.kind} ${value.value}`),
        ...Object.entries(queryParams).map(([name, value]) => `query ${name} ${value.kind} ${value.value}`),
      ]
        .filter(Boolean)
        .join(' and '),
    )
    .join(' or ');
}

function shownAction({ action }: HttpRoute): string {
  if (action.kind === 'direct') return `answers ${action.status}`;
  if (action.kind === 'redirect') return `redirects (${action.status}) to ${action.authority ?? ''}${action.uri ?? ''}`;
  const total = action.destinations.reduce((sum, { weight }) => sum + weight, 0);
  return action.destinations
    .map(({ service, weight }) =>
      action.destinations.length > 1 ? `${service} (${Math.round((weight * 100) / total)} %)` : service,
    )
    .join(', ');
}
/** One rule of the ingress, as text. */
export interface RouteStatus {
  host: string;
  match: string;
  action: string;
}
