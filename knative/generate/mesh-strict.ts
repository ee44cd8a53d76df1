import type { Component } from './component.ts';
import type { Base, DeployedFunction } from './read-functions.ts';

/** A request comes by way of the activator; with Istio as Knative's ingress, also from the gateway. */
const gateways = [
  'knative-serving/activator',
  'istio-system/istio-ingressgateway',
  'istio-system/istio-ingressgateway-service-account',
];
const brokers = ['knative-eventing/mt-broker-filter', 'knative-eventing/knative-kafka-broker-data-plane'];
const timers = ['knative-eventing/pingsource-mt-adapter'];
const reading = ['GET', 'HEAD', 'OPTIONS'];
const writing = ['POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * The usual policy of a function: people and functions that call it read what the ingress leads to it, and write with a token; the Broker
 * delivers where Triggers lead. A function with other rules has a policy of its own, written by hand.
 * @param written functions that have one
 */
export function meshStrictComponent({ functions }: Base, written: readonly string[]): Component {
  const services = functions.filter(({ kind }) => kind === 'Service');
  const usual = services.filter(({ name }) => !written.includes(name)).sort((a, b) => a.name.localeCompare(b.name));
  const owners = functions.filter(({ hasDatabase }) => hasDatabase).map(({ name }) => name);
  return {
    purpose: 'Who may call a function that has no policy of its own; who may reach PostgreSQL and Redis.',
    resources: {
      'functions.yaml': usual.map((each) => functionPolicy(each, services)),
      'stores.yaml': [
        storePolicy('postgres', [...owners, 'migrate', 'backup'], '5432'),
        storePolicy(
          'redis',
          services.map(({ name }) => name),
          '6379',
        ),
      ],
    },
  };
}

function functionPolicy(each: DeployedFunction, services: readonly DeployedFunction[]): object {
  const callers = services.filter(({ calls }) => calls.includes(each.name)).map(({ name }) => name);
  const paths = each.routes.flatMap((path) => [path, `${path.replace(/\/$/, '')}/*`]);
  const people = [...gateways, ...callers];
  const rules = [
    ...(paths.length > 0
      ? [
          rule(people, reading, paths),
          { ...rule(people, writing, paths), when: [{ key: 'request.auth.principal', values: ['*'] }] },
        ]
      : []),
    ...(each.eventPaths.length > 0 ? [rule([...gateways, ...brokers], ['POST'], each.eventPaths)] : []),
    ...(each.pingedPaths.length > 0 ? [rule([...gateways, ...timers], ['POST'], each.pingedPaths)] : []),
  ];
  return policy(each.name, { 'serving.knative.dev/service': each.name }, rules);
}

const rule = (serviceAccounts: readonly string[], methods: readonly string[], paths: readonly string[]) => ({
  from: [{ source: { serviceAccounts } }],
  to: [{ operation: { methods, paths } }],
});

const storePolicy = (name: string, serviceAccounts: readonly string[], port: string) =>
  policy(name, { app: name }, [{ from: [{ source: { serviceAccounts } }], to: [{ operation: { ports: [port] } }] }]);

/** Without rules nothing is allowed. */
const policy = (name: string, matchLabels: Record<string, string>, rules: readonly object[]) => ({
  apiVersion: 'security.istio.io/v1',
  kind: 'AuthorizationPolicy',
  metadata: { name },
  spec: { selector: { matchLabels }, ...(rules.length > 0 && { rules }) },
});
