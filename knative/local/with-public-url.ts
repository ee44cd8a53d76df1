import type { Service } from '@dormouse/manifests/model';
import type { Source } from '@dormouse/manifests/source';

/** The same Services, told where readers find the site (`PUBLIC_URL`), whatever their manifests say. */
export function withPublicUrl(source: Source, publicUrl: string | undefined): Source {
  if (publicUrl === undefined) return source;
  const services = source.platform.services.map((service) => told(service, publicUrl));
  return { ...source, platform: { ...source.platform, services } };
}

const told = (service: Service, value: string): Service => {
  const { container } = service;
  return {
    ...service,
    container: { ...container, env: [...container.env, { kind: 'value', name: 'PUBLIC_URL', value }] },
  };
};
