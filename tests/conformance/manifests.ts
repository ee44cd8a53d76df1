import type { TriggerSpec } from './target.ts';

interface BrokerRef {
  broker?: string;
  namespace?: string;
}

/** A Broker to be checked. */
export const brokerManifest = (
  delivery?: object,
  { broker = 'default', namespace = 'conformance' }: BrokerRef = {},
) => ({
  apiVersion: 'eventing.knative.dev/v1',
  kind: 'Broker',
  metadata: { name: broker, namespace },
  spec: delivery ? { delivery } : {},
});

/** A Trigger that delivers to an address outside of the cluster. */
export function triggerManifest({
  name,
  url,
  spec,
  broker = 'default',
  namespace = 'conformance',
}: { name: string; url: string; spec: TriggerSpec } & BrokerRef) {
  const { ordered, ...rest } = spec;
  const annotations = ordered ? { 'kafka.eventing.knative.dev/delivery.order': 'ordered' } : {};
  return {
    apiVersion: 'eventing.knative.dev/v1',
    kind: 'Trigger',
    metadata: { name, namespace, annotations },
    spec: { broker, ...rest, subscriber: { uri: url } },
  };
}
