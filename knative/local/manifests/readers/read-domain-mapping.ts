import type { VirtualHost } from '../model.ts';
import type { ObjectFields } from './read-object.ts';

/** Reads a DomainMapping (serving.knative.dev/v1beta1), whose name is the host that leads to its Service. */
export function readDomainMapping({ name, namespace, root, origin, ignore }: ObjectFields): VirtualHost {
  const spec = root.need('spec').only('ref', 'tls');
  if (spec.has('tls')) ignore('tls: the ingress of one machine speaks no TLS', spec.origin('tls'));
  const ref = spec.need('ref').only('apiVersion', 'kind', 'name', 'namespace');
  const type = `${ref.string('apiVersion')} ${ref.string('kind')}`;
  if (type !== 'serving.knative.dev/v1 Service') ref.fail('kind', `${type} must be a serving.knative.dev/v1 Service`);
  if ((ref.text('namespace') || namespace) !== namespace) ref.fail('namespace', 'must be that of the DomainMapping');
  return hostOfService({ name, hosts: [name], service: ref.string('name'), namespace, origin });
}

/** Hosts that lead to a Service whatever is asked. */
export const hostOfService = ({
  name,
  hosts,
  service,
  namespace,
  origin,
}: Pick<VirtualHost, 'name' | 'hosts' | 'origin'> & { service: string; namespace: string }): VirtualHost => ({
  name,
  hosts,
  routes: [
    {
      name,
      match: [],
      action: { kind: 'route', destinations: [{ service, namespace, weight: 100 }] },
      rewriteUri: undefined,
      timeoutMs: undefined,
      retries: undefined,
      requestHeaders: { set: {}, add: {}, remove: [] },
      responseHeaders: { set: {}, add: {}, remove: [] },
      origin,
    },
  ],
  origin,
});
