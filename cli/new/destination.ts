import type { HttpRoute, Platform } from '@dormouse/manifests/model';

/** Where the ingress leads a path, as Istio matches: a Service, the status of a direct response, or undefined for nowhere. */
export function destinationOf(platform: Platform, path: string): string | number | undefined {
  const action = routeOf(platform, path)?.action;
  if (action?.kind === 'route') return action.destinations[0]!.service;
  return action?.kind === 'direct' ? action.status : undefined;
}

/** The first route that matches decides. */
function routeOf({ virtualHosts }: Platform, path: string): HttpRoute | undefined {
  const matches = ({ kind, value }: { kind: string; value: string }) =>
    kind === 'exact'
      ? path === value
      : kind === 'prefix'
        ? path.startsWith(value)
        : new RegExp(`^(?:${value})$`).test(path);
  return virtualHosts[0]?.routes.find(
    ({ match }) => match.length === 0 || match.some(({ uri }) => uri && matches(uri)),
  );
}
