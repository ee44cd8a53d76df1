import { portsOf } from './addresses.ts';
import { installedObjects } from './installed.ts';
import { all, type Finding, find, finding, type Manifest, type Manifests, namespaceOf } from './manifest.ts';

interface VirtualServiceSpec {
  hosts?: readonly string[];
  gateways?: readonly string[];
  http?: readonly HttpRoute[];
}
interface HttpRoute {
  name?: string;
  match?: readonly object[];
  route?: readonly { destination: { host: string; port?: { number: number }; subset?: string } }[];
  redirect?: object;
  directResponse?: object;
  delegate?: object;
  rewrite?: { authority?: string };
  headers?: { request?: { set?: Readonly<Record<string, string>> } };
}
export interface GatewaySpec {
  selector?: Readonly<Record<string, string>>;
  servers?: readonly {
    hosts: readonly string[];
    port: { number: number; name: string; protocol: string };
    tls?: Tls;
  }[];
}
interface Tls {
  mode?: string;
  credentialName?: string;
  httpsRedirect?: boolean;
}
interface DestinationRuleSpec {
  host: string;
  subsets?: readonly { name: string }[];
}
type Problem = { path: string; problem: string };

/** Knative's gateway for in-cluster requests; it routes by the authority. */
const localGateway = 'knative-local-gateway.istio-system.svc.cluster.local';

/** Checks routes like `istioctl analyze`: gateways accept their hosts, and destinations exist. */
export const checkRouting = (manifests: Manifests): Finding[] => [
  ...all<VirtualServiceSpec>(manifests, 'VirtualService.networking.istio.io').flatMap((each) =>
    [
      ...checkGatewaysOf(manifests, each),
      ...(each.spec.http ?? []).flatMap((route, index) => checkRoute(manifests, each, route, index)),
    ].map(({ path, problem }) => finding(each, path, problem)),
  ),
  ...all<DestinationRuleSpec>(manifests, 'DestinationRule.networking.istio.io').flatMap((rule) =>
    rule.spec.host.includes('*') || serviceOf(manifests, namespaceOf(rule), rule.spec.host)
      ? []
      : [finding(rule, 'spec.host', `there is no Service for ${rule.spec.host}`)],
  ),
];

function checkGatewaysOf(manifests: Manifests, virtualService: Manifest & { spec: VirtualServiceSpec }): Problem[] {
  const { gateways = ['mesh'], hosts = [] } = virtualService.spec;
  const named = gateways.filter((name) => name !== 'mesh').map((name) => located(name, namespaceOf(virtualService)));
  const problems = named.flatMap(({ namespace, name }): Problem[] =>
    find(manifests, 'Gateway.networking.istio.io', namespace, name) ||
    installedObjects.includes(`Gateway.networking.istio.io ${namespace}/${name}`)
      ? []
      : [{ path: 'spec.gateways', problem: `there is no Gateway ${namespace}/${name}` }],
  );
  const own = named.flatMap(
    ({ namespace, name }) => find(manifests, 'Gateway.networking.istio.io', namespace, name) ?? [],
  );
  if (problems.length > 0 || own.length < gateways.length) return problems;
  const taken = own.flatMap(({ spec }) =>
    ((spec as GatewaySpec).servers ?? []).flatMap((server) => server.hosts.map((host) => host.replace(/^[^/]*\//, ''))),
  );
  return hosts
    .filter((host) => !taken.some((each) => meets(each, host)))
    .map((host) => ({ path: 'spec.hosts', problem: `no server of its Gateways takes ${host}` }));
}

function located(name: string, own: string): { namespace: string; name: string } {
  const [namespace, ...rest] = name.split('/');
  return rest.length > 0 ? { namespace: namespace || own, name: rest.join('/') } : { namespace: own, name };
}

/** Whether two hosts, with or without a leading `*`, overlap. */
const meets = (one: string, other: string) => {
  const [a, b] = [one, other].map((host) => host.replace(/^\*/, '')) as [string, string];
  if (one.startsWith('*') && other.startsWith('*')) return a.endsWith(b) || b.endsWith(a);
  return one.startsWith('*') ? b.endsWith(a) : other.startsWith('*') ? a.endsWith(b) : a === b;
};

function checkRoute(
  manifests: Manifests,
  virtualService: Manifest & { spec: VirtualServiceSpec },
  route: HttpRoute,
  index: number,
): Problem[] {
  const path = `spec.http[${index}]`;
  const problems = (route.route ?? []).flatMap((each, at) =>
    checkDestination(manifests, virtualService, each.destination, `${path}.route[${at}].destination`),
  );
  if (route.match?.length === undefined && index < (virtualService.spec.http?.length ?? 0) - 1)
    problems.push({ path, problem: 'takes every request: what comes after it is never reached' });
  if (!route.route && !route.redirect && !route.directResponse && !route.delegate)
    problems.push({ path, problem: 'leads nowhere' });
  if (!(route.route ?? []).some(({ destination }) => destination.host === localGateway)) return problems;
  const authority = route.rewrite?.authority ?? route.headers?.request?.set?.[':authority'];
  return [...problems, ...checkAuthority(manifests, authority, `${path}.rewrite.authority`)];
}

function checkDestination(
  manifests: Manifests,
  from: Manifest,
  { host, port, subset }: NonNullable<HttpRoute['route']>[number]['destination'],
  path: string,
): Problem[] {
  const service = serviceOf(manifests, namespaceOf(from), host);
  if (!service) return [{ path: `${path}.host`, problem: `there is no Service for ${host}` }];
  const problems: Problem[] = [];
  if (port && !service.ports.includes(port.number))
    problems.push({ path: `${path}.port`, problem: `${host} has port ${service.ports.join(', ')}` });
  if (subset && !hasSubset(manifests, host, subset))
    problems.push({ path: `${path}.subset`, problem: `no DestinationRule of ${host} has a subset "${subset}"` });
  return problems;
}

const hasSubset = (manifests: Manifests, host: string, subset: string) =>
  all<DestinationRuleSpec>(manifests, 'DestinationRule.networking.istio.io').some(
    ({ spec }) => spec.host === host && (spec.subsets ?? []).some(({ name }) => name === subset),
  );

/** Finds a Service by its name in Istio; short names belong to the namespace of the referrer. */
function serviceOf(manifests: Manifests, own: string, host: string): { ports: readonly number[] } | undefined {
  const entry = all<{ hosts: readonly string[]; ports?: readonly { number: number }[] }>(
    manifests,
    'ServiceEntry.networking.istio.io',
  ).find(({ spec }) => spec.hosts.includes(host));
  if (entry) return { ports: (entry.spec.ports ?? []).map(({ number }) => number) };
  const [name = '', namespace = own] = host.split('.');
  const ports = portsOf(manifests, namespace, name);
  return ports && { ports };
}

function checkAuthority(manifests: Manifests, authority: string | undefined, path: string): Problem[] {
  if (!authority) return [{ path, problem: "is missing: Knative's gateway tells Services apart by it" }];
  const [, name = '', namespace = ''] =
    /^([a-z0-9-]+)\.([a-z0-9-]+)(?:\.svc(?:\.cluster\.local)?)?(?::80)?$/.exec(authority) ?? [];
  if (find(manifests, 'Service.serving.knative.dev', namespace, name)) return [];
  return [{ path, problem: `there is no Knative Service of the authority ${authority}` }];
}
