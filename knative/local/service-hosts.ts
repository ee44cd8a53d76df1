import type { Platform, Service, VirtualHost } from '@dormouse/manifests/model';
import { hostOfService } from '@dormouse/manifests/readers/read-domain-mapping';

/** Domains of this machine: every name below them is an address of loopback. */
const ownDomains = ['localhost', '127.0.0.1.sslip.io'];

/**
 * Hosts of every public Service, as Knative gives them: `NAME.NAMESPACE.DOMAIN`, and `TAG-NAME.NAMESPACE.DOMAIN` for a tag of
 * its traffic. Domains are those of this machine and of Knative's ConfigMap `config-domain`.
 */
export function serviceHosts({ services, configMaps }: Pick<Platform, 'services' | 'configMaps'>): VirtualHost[] {
  const configured = Object.keys(configMaps.get('knative-serving/config-domain') ?? {});
  const domains = [...new Set([...ownDomains, ...configured.filter((domain) => domain !== '_example')])];
  return services
    .filter(({ clusterLocal }) => !clusterLocal)
    .map(({ name, namespace, tags = [], origin }) =>
      hostOfService({
        name,
        hosts: [name, ...tags.map((tag) => `${tag}-${name}`)].flatMap((label) =>
          domains.map((domain) => `${label}.${namespace}.${domain}`),
        ),
        service: name,
        namespace,
        origin,
      }),
    );
}

/** Where a browser of this machine finds a public Service; undefined for one that is cluster-local. */
export const urlOfService = ({ name, namespace, clusterLocal }: Service, port: number): string | undefined =>
  clusterLocal ? undefined : `http://${name}.${namespace}.localhost:${port}/`;
