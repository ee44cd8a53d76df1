import { broker, container, gateway, made, type Planted, postgres, posts, routes, trigger } from './planted.fixture.ts';

export const misshapen: readonly Planted[] = [
  { object: posts, field: 'spec.template.spec.containerConcurency', value: 5, says: 'is not a field of this kind', refused: true },
  { object: posts, field: `${container}.livenessProbe.httpGet.url`, value: '/', says: 'is not a field of this kind', refused: true },
  { object: posts, field: `${container}.imagePullPolicy`, value: 'Sometimes', says: 'must be one of Always, IfNotPresent, Never' },
  { object: trigger, field: 'spec.subscribers', value: [], says: 'is not a field of this kind', refused: true },
  { object: trigger, field: 'spec.subscriber.reference', value: { name: 'posts' }, says: 'is not a field of this kind', refused: true },
  { object: broker, field: 'spec.delivery.retries', value: 3, says: 'is not a field of this kind', refused: true },
  { object: routes, field: 'spec.http[2].timeoutSeconds', value: 3, says: 'is not a field of this kind', refused: true },
  { object: routes, field: 'spec.http[2].retries', value: { attempts: 'two' }, at: 'spec.http[2].retries.attempts', says: 'must be integer', refused: true },
  {
    object: gateway,
    field: 'spec.servers[0].port.protocol',
    value: undefined,
    at: 'spec.servers[0].port',
    says: 'must have required property protocol',
    refused: true,
  },
  { object: postgres, field: 'spec.template.spec.container', value: [], says: 'is not a field of this kind', refused: true },
  { object: postgres, field: 'spec.replicas', value: 'one', says: 'must be integer', refused: true },
  { object: 'ServiceAccount dormouse/posts', field: 'automountToken', value: false, says: 'is not a field of this kind', refused: true },
  {
    object: made('networking.istio.io/v1', 'DestinationRules', {}),
    at: '',
    says: 'no schema is known for networking.istio.io/v1 DestinationRules',
    refused: true,
  },
  {
    object: made('security.istio.io/v1', 'PeerAuthentication', { mtls: { mode: 'STRCT' } }),
    at: 'spec.mtls.mode',
    says: 'must be one of UNSET, DISABLE, PERMISSIVE, STRICT',
    refused: true,
  },
  {
    object: made('security.istio.io/v1', 'AuthorizationPolicy', { rules: [{ form: [] }] }),
    at: 'spec.rules[0].form',
    says: 'is not a field of this kind',
    refused: true,
  },
  {
    object: made('external-secrets.io/v1', 'ExternalSecret', { data: [{ secretKey: 'a', remote: {} }] }),
    says: ['spec.data[0]: must have required property remoteRef', 'spec.data[0].remote: is not a field of this kind'],
  },
  {
    object: made('cert-manager.io/v1', 'Certificate', { issuerRef: { name: 'one' }, secretNames: 'tls' }),
    says: ['spec: must have required property secretName', 'spec.secretNames: is not a field of this kind'],
  },
  {
    object: made('monitoring.coreos.com/v1', 'PodMonitor', { selector: {}, podMetricsEndpoint: [] }),
    at: 'spec.podMetricsEndpoint',
    says: 'is not a field of this kind',
  },
  {
    object: made('networking.k8s.io/v1', 'NetworkPolicy', { podSelector: {}, ingres: [] }),
    at: 'spec.ingres',
    says: 'is not a field of this kind',
    refused: true,
  },
];
