import { expect, it } from 'vitest';
import { manifestOf } from './replace-broker.ts';

it('what is applied again has nothing of the object that was deleted but what people wrote', () => {
  const metadata = {
    name: 'default',
    namespace: 'dormouse',
    uid: '0b1c',
    resourceVersion: '12',
    finalizers: ['brokers.eventing.knative.dev'],
    labels: { app: 'dormouse' },
    annotations: {
      'eventing.knative.dev/broker.class': 'MTChannelBasedBroker',
      'eventing.knative.dev/creator': 'kubernetes-admin',
    },
  };
  const spec = { delivery: { retry: 12 } };
  const stored = { apiVersion: 'eventing.knative.dev/v1', kind: 'Broker', metadata, spec, status: { conditions: [] } };
  expect(manifestOf(stored)).toEqual({
    apiVersion: 'eventing.knative.dev/v1',
    kind: 'Broker',
    metadata: {
      name: 'default',
      namespace: 'dormouse',
      labels: { app: 'dormouse' },
      annotations: { 'eventing.knative.dev/broker.class': 'MTChannelBasedBroker' },
    },
    spec,
  });
});
