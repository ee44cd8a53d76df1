import { gateway, made, type Planted, ping, routes } from './planted.fixture.ts';

const server = { port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*.dormouse.dev'] };
const other = {
  ...made('networking.istio.io/v1', 'Gateway', {}, 'other'),
  spec: { selector: { istio: 'ingressgateway' }, servers: [server] },
};
const policy = (from: object) =>
  made('networking.k8s.io/v1', 'NetworkPolicy', { podSelector: {}, ingress: [{ from: [from] }] });
const rule = (source: object) =>
  made('security.istio.io/v1', 'AuthorizationPolicy', { rules: [{ from: [{ source }] }] });

export const misrouted: readonly Planted[] = [
  {
    object: routes,
    field: 'spec.gateways[0]',
    value: 'front',
    at: 'spec.gateways',
    says: 'there is no Gateway dormouse/front',
  },
  {
    object: made('networking.istio.io/v1', 'VirtualService', {
      hosts: ['blog.dev'],
      gateways: ['other'],
      http: [{ directResponse: { status: 200 } }],
    }),
    at: 'spec.hosts',
    says: 'no server of its Gateways takes blog.dev',
    beside: [other],
  },
  {
    object: routes,
    field: 'spec.http[3].route',
    value: undefined,
    at: 'spec.http[3]',
    says: 'leads nowhere',
    rejected: true,
  },
  {
    object: made('networking.istio.io/v1', 'Gateway', { ...other.spec, servers: [server, server] }),
    at: 'spec.servers[1].port.name',
    says: '"http" is there twice',
    rejected: true,
  },
  {
    object: gateway,
    field: 'spec.selector.istio',
    value: 'ingress',
    at: 'spec.selector',
    says: 'finds no Pod of a gateway',
  },
  {
    object: gateway,
    field: 'spec.servers[0].port.protocol',
    value: 'HTTPS',
    at: 'spec.servers[0].tls',
    says: 'is missing, though the protocol is HTTPS',
    rejected: true,
  },
  {
    object: gateway,
    field: 'spec.servers[0]',
    value: {
      ...server,
      port: { number: 443, name: 'https', protocol: 'HTTPS' },
      tls: { mode: 'SIMPLE', credentialName: 'front' },
    },
    at: 'spec.servers[0].tls.credentialName',
    says: 'there is no Secret front in istio-system, where the gateway runs',
  },
  {
    object: routes,
    field: 'spec.http[3].rewrite',
    value: undefined,
    at: 'spec.http[3].rewrite.authority',
    says: "is missing: Knative's gateway tells Services apart by it",
  },
  {
    object: routes,
    field: 'spec.http[3].rewrite.authority',
    value: 'news.dormouse',
    says: 'there is no Knative Service of the authority news.dormouse',
  },
  {
    object: routes,
    field: 'spec.http[3].route[0].destination.host',
    value: 'nobody',
    says: 'there is no Service for nobody',
  },
  {
    object: routes,
    field: 'spec.http[3].route[0].destination.port',
    value: { number: 8080 },
    says: 'knative-local-gateway.istio-system.svc.cluster.local has port 80, 443',
  },
  {
    object: routes,
    field: 'spec.http[3].route[0].destination.subset',
    value: 'canary',
    says: 'no DestinationRule of knative-local-gateway.istio-system.svc.cluster.local has a subset "canary"',
  },
  {
    object: routes,
    field: 'spec.http[3].match',
    value: undefined,
    at: 'spec.http[3]',
    says: 'takes every request: what comes after it is never reached',
  },
  {
    object: made('networking.istio.io/v1', 'DestinationRule', { host: 'nobody' }),
    at: 'spec.host',
    says: 'there is no Service for nobody',
  },
  {
    object: ping,
    field: 'spec.sink',
    value: { uri: 'http://relays.dormouse.svc.cluster.local' },
    at: 'spec.sink.uri',
    says: 'there is no Service dormouse/relays',
  },
  {
    object: ping,
    field: 'spec.sink',
    value: { uri: 'http://postgres.dormouse.svc:80' },
    at: 'spec.sink.uri',
    says: 'postgres.dormouse.svc:80: Service dormouse/postgres has port 5432',
  },
  {
    object: rule({ principals: ['cluster.local/ns/dormouse/sa/post'] }),
    at: 'spec.rules[0].from[0].source.principals',
    says: 'there is no ServiceAccount dormouse/post',
  },
  {
    object: rule({ principals: ['posts'] }),
    at: 'spec.rules[0].from[0].source.principals',
    says: '"posts" is no identity: cluster.local/ns/NAMESPACE/sa/NAME',
  },
  {
    object: rule({ serviceAccounts: ['knative-serving/activators'] }),
    at: 'spec.rules[0].from[0].source.serviceAccounts',
    says: 'there is no ServiceAccount knative-serving/activators',
  },
  {
    object: rule({ namespaces: ['dormice'] }),
    at: 'spec.rules[0].from[0].source.namespaces',
    says: 'there is no namespace dormice',
  },
  {
    object: rule({ requestPrincipals: ['*'] }),
    at: 'spec.rules[0].from[0].source.requestPrincipals',
    says: 'no RequestAuthentication reads tokens here',
  },
  {
    object: made('security.istio.io/v1', 'AuthorizationPolicy', {
      selector: { matchLabels: { 'serving.knative.dev/service': 'post' } },
    }),
    at: 'spec.selector',
    says: 'finds no Pod in dormouse (serving.knative.dev/service=post)',
  },
  {
    object: made('security.istio.io/v1', 'PeerAuthentication', { portLevelMtls: { 8012: { mode: 'PERMISSIVE' } } }),
    at: 'spec.portLevelMtls',
    says: 'is for chosen Pods only: there is no selector',
    rejected: true,
  },
  {
    object: made('security.istio.io/v1', 'RequestAuthentication', { jwtRules: [{ issuer: 'https://dormouse.dev' }] }),
    at: 'spec.jwtRules[0]',
    says: 'says not where the keys of https://dormouse.dev are',
  },
  {
    object: policy({ podSelector: { matchLabels: { app: 'mysql' } } }),
    at: 'spec.ingress[0].from[0].podSelector',
    says: 'finds no Pod in dormouse (app=mysql)',
  },
  {
    object: policy({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'knative' } } }),
    at: 'spec.ingress[0].from[0].namespaceSelector',
    says: 'finds no namespace (kubernetes.io/metadata.name=knative)',
  },
  {
    object: policy({
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'knative-serving' } },
      podSelector: { matchLabels: { app: 'activators' } },
    }),
    at: 'spec.ingress[0].from[0].podSelector',
    says: 'finds no Pod in knative-serving (app=activators)',
  },
];
