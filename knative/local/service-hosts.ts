import type { StateOf, Urls } from '@dormouse/kubernetes-api/kubernetes-api';
import type { Platform, Service, VirtualHost } from '@dormouse/manifests/model';
import { hostOfService } from '@dormouse/manifests/readers/read-domain-mapping';
import type { PlatformContext } from './platform-context.ts';

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
    .flatMap((service) => [service.name, ...tagNames(service)].map((label) => ({ ...service, label })))
    .map(({ label, namespace, origin }) =>
      hostOfService({
        name: label,
        hosts: domains.map((domain) => `${label}.${namespace}.${domain}`),
        service: label,
        namespace,
        origin,
      }),
    );
}

const tagNames = ({ name, traffic = [] }: Service): string[] =>
  traffic.flatMap(({ tag }) => (tag ? `${tag}-${name}` : []));

/** Where a browser of this machine finds a public Service, or a tag of its traffic; undefined for one that is cluster-local. */
export const urlOfService = (
  { name, namespace, clusterLocal }: Pick<Service, 'name' | 'namespace' | 'clusterLocal'>,
  port: number,
  tag?: string,
): string | undefined =>
  clusterLocal ? undefined : `http://${tag ? `${tag}-` : ''}${name}.${namespace}.localhost:${port}/`;

/** Where each public Service is found, each tag of its traffic, and each host of a DomainMapping. */
export function publicAddresses(
  { services, virtualHosts }: Pick<Platform, 'services' | 'virtualHosts'>,
  port: number,
): { name: string; url: string }[] {
  const own = services.flatMap((service) =>
    [undefined, ...(service.traffic ?? []).flatMap(({ tag }) => tag ?? [])].flatMap((tag) => {
      const url = urlOfService(service, port, tag);
      return url === undefined ? [] : { name: tag ? `${tag}-${service.name}` : service.name, url };
    }),
  );
  const mapped = virtualHosts
    .filter(isMapping)
    .map(({ hosts: [host = ''] }) => ({ name: host, url: `http://${host}:${port}/` }));
  return [...own, ...mapped];
}

/** A DomainMapping's host is its name. */
const isMapping = ({ name, hosts }: VirtualHost): boolean =>
  hosts.length === 1 && hosts[0] === name && name.includes('.');

/** What the Kubernetes API says of each Service. */
export const stateOf =
  (context: PlatformContext, port: number): StateOf =>
  ({ name, namespace }) => {
    const routing = context.services?.routing(name, namespace);
    const service = context.running.platform.services.find(
      (each) => each.name === name && each.namespace === namespace,
    );
    return routing && service && { ...routing, url: (tag) => urlOfService(service, port, tag)?.replace(/\/$/, '') };
  };

/** Where the Kubernetes API says that Services and hosts are found. */
export const urlsOf = (port: number): Urls => ({
  service: (service) => urlOfService(service, port)?.replace(/\/$/, ''),
  host: (name) => `http://${name}:${port}`,
});
