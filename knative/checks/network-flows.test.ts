import { catalogue } from '@dormouse/events/catalogue';
import { readPlatform } from '@dormouse/manifests/readers/read-platform';
import { expect, test } from 'vitest';
import { all, kindOf, type Manifest, namespaceOf } from './manifest.ts';
import { type End, isOpen } from './network-flows.fixture.ts';
import { podsOf } from './pods.ts';
import { withComponents } from './with-components.fixture.ts';

const manifests = withComponents('components/postgres', 'components/redis', 'components/network-policy').map(
  ({ manifest }) => manifest as Manifest,
);
const { services, jobs } = readPlatform(withComponents());

/** What runs in the namespace of the blog, and who else may be on the cluster. */
const ours = new Map<string, End>(
  podsOf(manifests).map(({ owner, labels }) => [owner.metadata.name, { namespace: 'dormouse', labels }]),
);
const pod = (namespace: string, labels: Record<string, string> = {}): End => ({ namespace, labels });
const others = new Map<string, End>([
  ['gateway', pod('istio-system', { app: 'istio-ingressgateway', istio: 'ingressgateway' })],
  ['istiod', pod('istio-system', { app: 'istiod', istio: 'pilot' })],
  ['activator', pod('knative-serving', { app: 'activator' })],
  ['autoscaler', pod('knative-serving', { app: 'autoscaler' })],
  ['webhook', pod('knative-serving', { app: 'webhook' })],
  ['channel broker', pod('knative-eventing', { 'eventing.knative.dev/brokerRole': 'ingress' })],
  ['kafka broker', pod('knative-eventing', { app: 'kafka-broker-receiver' })],
  ['dispatcher', pod('knative-eventing', { 'eventing.knative.dev/brokerRole': 'filter' })],
  ['collector', pod('observability', { 'app.kubernetes.io/name': 'otel-collector' })],
  ['prometheus', pod('observability', { 'app.kubernetes.io/name': 'prometheus' })],
  ['grafana', pod('observability', { 'app.kubernetes.io/name': 'grafana' })],
  ['dns', pod('kube-system', { 'k8s-app': 'kube-dns' })],
  ['stranger', pod('default', { app: 'stranger' })],
  ['impostor', pod('default', { app: 'activator', istio: 'ingressgateway', 'serving.knative.dev/service': 'web' })],
  ['metadata of the cloud', { address: '169.254.169.254' }],
  ['internet', { address: '198.51.100.7' }],
]);
const everybody = new Map([...ours, ...others]);
const ports = [
  53, 80, 443, 4317, 4318, 5432, 6379, 6443, 8008, 8012, 8013, 8022, 8080, 8081, 8112, 8443, 8444, 9090, 9091, 15012,
  15020,
];

/** `from → to:port` of what has to be open, as base and catalogue say. */
function needed(): Set<string> {
  const ways = new Set<string>();
  const open = (from: string, to: string, ...through: number[]) => {
    for (const port of through) ways.add(`${from} → ${to}:${port}`);
  };
  const settings = all(manifests, 'ConfigMap').find(({ metadata }) => metadata.name.startsWith('platform'));
  const { JWKS_URL = '' } = (settings as unknown as { data: Record<string, string> }).data;
  const keyHolder = new URL(JWKS_URL).hostname.split('.')[0];
  const routed = all<{ http: { rewrite?: { authority: string } }[] }>(manifests, 'VirtualService.networking.istio.io')
    .flatMap(({ spec }) => spec.http)
    .map(({ rewrite }) => rewrite?.authority.split('.')[0]);
  const annotated = all(manifests, 'Service.serving.knative.dev').filter(
    ({ metadata }) => metadata.annotations?.['dormouse.dev/calls'],
  );
  const sources = new Set(catalogue.map(({ source }) => source.slice(1)));
  const names = services.map(({ name }) => name);
  const callers = names.filter(
    (name) => annotated.some(({ metadata }) => metadata.name === name) || (routed.includes(name) && name !== keyHolder),
  );
  const askKubernetes = all(manifests, 'RoleBinding.rbac.authorization.k8s.io').flatMap((each) =>
    (each as unknown as { subjects: { name: string }[] }).subjects.map(({ name }) => name),
  );
  for (const { name, container } of [...services, ...jobs]) {
    const secrets = container.env.flatMap((source) => (source.kind === 'secret' ? [source.from] : []));
    if (secrets.some((each) => each.endsWith('-database'))) open(name, 'postgres', 5432);
    if (secrets.some((each) => each.endsWith('-redis'))) open(name, 'redis', 6379);
  }
  for (const name of names) {
    open(name, 'collector', 4317, 4318);
    // Whoever asks comes by way of these; deliveries of Triggers and of the PingSource too.
    for (const from of ['gateway', 'activator']) open(from, name, 8012, 8013, 8112);
    open('autoscaler', name, 9090);
    open('prometheus', name, 9091, 15020);
    if (sources.has(name) || name === 'relay')
      for (const to of ['channel broker', 'kafka broker']) open(name, to, 8080, 8443);
  }
  for (const name of callers) {
    open(name, 'gateway', 8081, 8444);
    for (const to of ['activator', ...names]) open(name, to, 8012, 8013, 8112);
  }
  // The API server is no Pod: its ports are open at any address.
  for (const name of askKubernetes) for (const to of everybody.keys()) open(name, to, 443, 6443);
  for (const name of ours.keys()) {
    open(name, 'dns', 53);
    open(name, 'istiod', 15012);
  }
  return ways;
}

test('what functions, Triggers, routes and the catalogue need is open, and nothing else', () => {
  const open = new Set<string>();
  for (const [from, one] of everybody)
    for (const [to, other] of everybody)
      for (const port of ports)
        if ((ours.has(from) || ours.has(to)) && isOpen(manifests, one, other, port))
          open.add(`${from} → ${to}:${port}`);
  const wanted = needed();
  // A Pod of ours that nobody may enter is not opened by a policy of whoever asks for the API server.
  const reachable = [...wanted].filter(
    (way) => !/ → (.+):(443|6443)$/.test(way) || !ours.has(way.split(' → ')[1]!.split(':')[0]!),
  );
  expect([...open].sort()).toEqual(reachable.sort());
  expect(open.size).toBeGreaterThan(200);
});

test('every Pod of the namespace is selected, for both directions', () => {
  const nothing = manifests.filter(
    (each) => kindOf(each) === 'NetworkPolicy.networking.k8s.io' && each.metadata.name === 'nothing',
  );
  expect(nothing.map((each) => [namespaceOf(each), each.spec])).toEqual([
    ['dormouse', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] }],
  ]);
});
