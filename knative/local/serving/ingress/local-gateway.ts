import { rejectForeign, withoutSecret } from '@dormouse/http/loopback-guard';
import { ProblemError } from '@dormouse/http/problem-error';
import type { RequestCounts } from '@dormouse/telemetry/request-counts';
import type { ClientRequest, RequestHandler } from '../proxy/client-request.ts';
import type { Target } from '../proxy/exchange.ts';
import { clusterLocal } from './cluster-local.ts';

/** The Service that a name of the cluster means: `name.namespace`, with `.svc` or `.svc.cluster.local` behind it or not. */
const clusterName = /^([a-z0-9-]+)\.([a-z0-9-]+)(?:\.svc(?:\.cluster\.local)?)?(?::\d+)?$/i;

/**
 * Replaces `knative-local-gateway.istio-system`: one in-cluster address for every Service; the request's
 * Host selects it. An unknown host gets 404.
 * @param secret first segment of the path in the address that functions are given; without it nothing can be changed
 */
export const localGateway = (
  target: (name: string, namespace: string) => Target | undefined,
  counts: RequestCounts,
  secret?: string,
): RequestHandler =>
  clusterLocal(
    ({ host }) => {
      const [, name = '', namespace = ''] = clusterName.exec(host.toLowerCase()) ?? [];
      const found = name === '' ? undefined : target(name, namespace);
      if (!found) throw new ProblemError(404, 'not_found', `No Service has the host ${host || '(none)'}.`);
      return found;
    },
    counts,
    (request) => admitted(request, secret),
  );

/** The path behind the secret. @throws ProblemError 401 or 403 */
function admitted(request: ClientRequest, secret: string | undefined): string {
  const { url, method } = request;
  rejectForeign(Object.fromEntries(fieldNames.map((name) => [name, request.field(name)])), false, () => true);
  if (secret === undefined) return url;
  const path = withoutSecret(url, secret);
  if (path !== undefined) return path;
  if (method === 'GET' || method === 'HEAD') return url;
  throw new ProblemError(401, 'unauthorized', 'Use the address that the platform gives to functions.');
}

const fieldNames = ['host', 'origin', 'sec-fetch-site', 'sec-fetch-mode', 'sec-fetch-dest'] as const;
