import { ProblemError } from '@dormouse/http/problem-error';
import type { RequestHandler } from '../proxy/client-request.ts';
import type { Target } from '../proxy/exchange.ts';
import { clusterLocal } from './cluster-local.ts';

/** The Service that a name of the cluster means: `name.namespace`, with `.svc` or `.svc.cluster.local` behind it or not. */
const clusterName = /^([a-z0-9-]+)\.([a-z0-9-]+)(?:\.svc(?:\.cluster\.local)?)?(?::\d+)?$/i;

/**
 * Replaces `knative-local-gateway.istio-system`: one in-cluster address for every Service; the request's
 * Host selects it. An unknown host gets 404.
 */
export const localGateway = (target: (name: string, namespace: string) => Target | undefined): RequestHandler =>
  clusterLocal(({ host }) => {
    const [, name = '', namespace = ''] = clusterName.exec(host.toLowerCase()) ?? [];
    const found = name === '' ? undefined : target(name, namespace);
    if (!found) throw new ProblemError(404, 'not_found', `No Service has the host ${host || '(none)'}.`);
    return found;
  });
