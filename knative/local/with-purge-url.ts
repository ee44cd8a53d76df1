import type { Platform, Service } from '@dormouse/manifests/model';
import type { Source } from '@dormouse/manifests/source';

/** Host of the ingress' cache, as if it were in a cluster. */
export const purgeHost = 'shared-cache.istio-system.svc.cluster.local';

/**
 * The same Services, told where the ingress' cache learns what has changed (`PURGE_URL`).
 * @throws Error with one line for the user when they are told of another cache
 */
export function withPurgeUrl(source: Source): Source {
  const { platform } = source;
  const told = platform.services.find((service) => tellsAnother(service, platform));
  if (told)
    throw new Error(
      `the manifests give ${told.name} a PURGE_URL: run either that cache in front of the site or --shared-cache`,
    );
  const services = platform.services.map(({ container, ...service }) => ({
    ...service,
    container: { ...container, env: [...container.env, ...variables] },
  }));
  return { ...source, platform: { ...platform, services } };
}

const variables = [
  { kind: 'value', name: 'PURGE_URL', value: `http://${purgeHost}/purge` },
  { kind: 'value', name: 'PURGE_FORM', value: 'surrogate-key' },
] as const;

const tellsAnother = ({ container, namespace }: Service, { configMaps }: Platform): boolean =>
  container.env.some((source) => {
    if (source.kind === 'value') return source.name === 'PURGE_URL' && source.value !== '';
    return source.kind === 'configMap' && Boolean(configMaps.get(`${namespace}/${source.from}`)?.PURGE_URL);
  });
