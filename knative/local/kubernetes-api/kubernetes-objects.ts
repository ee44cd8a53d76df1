import type { Broker, Delivery, Destination, Filter, Platform, Trigger } from '@dormouse/manifests/model';

/** An object in the Kubernetes API's form. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace: string;
    creationTimestamp?: string;
    annotations?: Readonly<Record<string, string>>;
  };
  spec: object;
  status: { conditions: Condition[] } & Record<string, unknown>;
}

export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
}

type Shown = Pick<Platform, 'services' | 'brokers' | 'triggers'>;

const eventing = 'eventing.knative.dev/v1';
const serving = 'serving.knative.dev/v1';

/** A Trigger with the address its events go to. */
export function triggerObject(trigger: Trigger, platform: Shown, createdAt: Date): KubernetesObject {
  const { name, namespace, broker, filters, subscriber, delivery } = trigger;
  const sink =
    delivery.deadLetterSink ??
    platform.brokers.find((each) => each.name === broker && each.namespace === namespace)?.delivery.deadLetterSink;
  return {
    apiVersion: eventing,
    kind: 'Trigger',
    metadata: {
      name,
      namespace,
      creationTimestamp: createdAt.toISOString(),
      ...(trigger.inbox && { annotations: { 'dormouse.dev/inbox': trigger.inbox } }),
    },
    spec: { broker, ...filterFields(filters), subscriber: reference(subscriber), ...deliveryField(delivery) },
    status: {
      subscriberUri: addressOf(subscriber),
      ...(sink && { deadLetterSinkUri: addressOf(sink) }),
      conditions: conditionsOf({
        BrokerReady: hasBroker(platform, { name: broker, namespace }) || `broker ${broker} does not exist`,
        SubscriberResolved: exists(subscriber, platform) || `${addressOf(subscriber)} does not exist`,
      }),
    },
  };
}

/** A Broker with its address. */
export const brokerObject = ({ name, namespace, delivery }: Broker): KubernetesObject => ({
  apiVersion: eventing,
  kind: 'Broker',
  metadata: { name, namespace },
  spec: deliveryField(delivery),
  status: {
    address: { name: 'http', url: addressOf({ kind: 'broker', name, namespace }) },
    ...(delivery.deadLetterSink && { deadLetterSinkUri: addressOf(delivery.deadLetterSink) }),
    conditions: conditionsOf({}),
  },
});

/** In-cluster address of a destination. */
function addressOf(to: Destination): string {
  if (to.kind === 'url') return to.url;
  if (to.kind === 'broker')
    return `http://broker-ingress.knative-eventing.svc.cluster.local/${to.namespace}/${to.name}`;
  return `http://${to.name}.${to.namespace}.svc.cluster.local${to.path === '/' ? '' : to.path}`;
}

function reference(to: Destination): object {
  if (to.kind === 'url') return { uri: to.url };
  const { name, namespace } = to;
  if (to.kind === 'broker') return { ref: { apiVersion: eventing, kind: 'Broker', name, namespace } };
  return { ref: { apiVersion: serving, kind: 'Service', name, namespace }, ...(to.path !== '/' && { uri: to.path }) };
}

/** "" as a value is what only the older field `filter.attributes` knows. */
function filterFields(filters: readonly Filter[]): object {
  const [only] = filters;
  if (only && 'exact' in only && Object.values(only.exact).includes('')) return { filter: { attributes: only.exact } };
  return filters.length > 0 ? { filters } : {};
}

function deliveryField({
  retry,
  backoffPolicy,
  backoffDelayMs,
  timeoutMs,
  retryAfterMaxMs,
  deadLetterSink,
  format,
}: Partial<Delivery>): object {
  const seconds = (ms: number | undefined) => (ms === undefined ? undefined : `PT${ms / 1000}S`);
  const fields = Object.entries({
    deadLetterSink: deadLetterSink && reference(deadLetterSink),
    retry,
    backoffPolicy,
    backoffDelay: seconds(backoffDelayMs),
    timeout: seconds(timeoutMs),
    retryAfterMax: seconds(retryAfterMaxMs),
    format,
  }).filter(([, value]) => value !== undefined);
  return fields.length > 0 ? { delivery: Object.fromEntries(fields) } : {};
}

const hasBroker = ({ brokers }: Shown, { name, namespace }: { name: string; namespace: string }) =>
  brokers.some((each) => each.name === name && each.namespace === namespace);

function exists(to: Destination, platform: Shown): boolean {
  if (to.kind === 'url') return true;
  if (to.kind === 'broker') return hasBroker(platform, to);
  return platform.services.some(({ name, namespace }) => name === to.name && namespace === to.namespace);
}

/** Each part's condition, and Ready, which holds when all of them do. */
function conditionsOf(parts: Readonly<Record<string, true | string>>): Condition[] {
  const conditions = Object.entries(parts).map(
    ([type, holds]): Condition =>
      holds === true ? { type, status: 'True' } : { type, status: 'False', reason: 'NotFound', message: holds },
  );
  const { type: _, ...problem } = conditions.find(({ status }) => status === 'False') ?? {
    type: '',
    status: 'True' as const,
  };
  return [...conditions, { type: 'Ready', ...problem }];
}
