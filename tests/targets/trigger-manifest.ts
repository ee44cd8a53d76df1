import type { OwnTrigger } from '../target.ts';

/** A Trigger of the Broker `default` that gives up after a second attempt. */
export const triggerManifest = ({ name, type, service, path }: OwnTrigger, namespace: string) => ({
  apiVersion: 'eventing.knative.dev/v1',
  kind: 'Trigger',
  metadata: { name, namespace },
  spec: {
    broker: 'default',
    filters: [{ exact: { type } }],
    subscriber: { ref: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: service }, uri: path },
    delivery: { retry: 1, backoffPolicy: 'linear', backoffDelay: 'PT0.1S' },
  },
});
