import type { IServiceSpec } from 'kubernetes-models/v1/ServiceSpec';
import { installedServices } from './installed.ts';
import { type Finding, find, finding, type Manifests } from './manifest.ts';

const address = /\b([a-z0-9-]+)\.([a-z0-9-]+)\.svc(?:\.cluster\.local)?(?::(\d+))?/g;

/** Ports of a Service in the cluster; undefined when no such Service exists. */
export function portsOf(manifests: Manifests, namespace: string, name: string): readonly number[] | undefined {
  if (find(manifests, 'Service.serving.knative.dev', namespace, name)) return [80];
  const own = find(manifests, 'Service', namespace, name);
  return own ? ((own.spec as IServiceSpec).ports ?? []).map(({ port }) => port) : installedServices[namespace]?.[name];
}

/** Checks that every in-cluster address in a setting, route or policy is that of a Service, with one of its ports. */
export const checkAddresses = (manifests: Manifests): Finding[] =>
  manifests.flatMap((manifest) =>
    stringsOf(manifest).flatMap(({ path, text }) =>
      [...text.matchAll(address)].flatMap(([whole, name = '', namespace = '', port]) => {
        const ports = portsOf(manifests, namespace, name);
        if (!ports) return [finding(manifest, path, `there is no Service ${namespace}/${name}`)];
        return port && !ports.includes(Number(port))
          ? [finding(manifest, path, `${whole}: Service ${namespace}/${name} has port ${ports.join(', ')}`)]
          : [];
      }),
    ),
  );

function stringsOf(value: unknown, path = ''): { path: string; text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (Array.isArray(value)) return value.flatMap((item, index) => stringsOf(item, `${path}[${index}]`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => stringsOf(member, path ? `${path}.${name}` : name));
}
