import { describe, expect, it } from 'vitest';
import { withDefaults } from './knative-defaults.ts';
import type { Manifest } from './yaml/origin.ts';

const object = (apiVersion: string, kind: string, spec: object, metadata: object = {}) =>
  ({ apiVersion, kind, metadata: { name: 'a', namespace: 'n', ...metadata }, spec }) as Manifest;
const serving = 'serving.knative.dev/v1';
const ref = { apiVersion: serving, kind: 'Service', name: 'b' };
const inMemory = { apiVersion: 'messaging.knative.dev/v1', kind: 'InMemoryChannel' };

/** As the webhooks of Knative 1.19 answer (pkg/apis/…/*_defaults_test.go of knative/serving and knative/eventing). */
describe("Knative's defaults", () => {
  it.each<[string, Manifest, object]>([
    [
      'traffic goes to the latest revision',
      object(serving, 'Service', { template: {} }),
      { template: {}, traffic: [{ latestRevision: true, percent: 100 }] },
    ],
    [
      'a target names a revision or is the latest, and has 0 percent',
      object(serving, 'Service', { traffic: [{ revisionName: 'a-1', tag: 'old' }, { percent: 100 }] }),
      {
        traffic: [
          { revisionName: 'a-1', tag: 'old', latestRevision: false, percent: 0 },
          { percent: 100, latestRevision: true },
        ],
      },
    ],
    [
      'a Trigger lets everything pass, to its own namespace',
      object('eventing.knative.dev/v1', 'Trigger', { broker: 'x', subscriber: { ref, uri: '/e' } }),
      { broker: 'x', filter: {}, subscriber: { ref: { ...ref, namespace: 'n' }, uri: '/e' } },
    ],
    [
      'a Subscription leads into its own namespace, unless it names one',
      object('messaging.knative.dev/v1', 'Subscription', {
        subscriber: { uri: 'http://x' },
        reply: { ref: { ...ref, namespace: 'm' } },
      }),
      { subscriber: { uri: 'http://x' }, reply: { ref: { ...ref, namespace: 'm' } } },
    ],
    ['a Channel is in memory', object('messaging.knative.dev/v1', 'Channel', {}), { channelTemplate: inMemory }],
    [
      'so is a Sequence',
      object('flows.knative.dev/v1', 'Sequence', { steps: [] }),
      { steps: [], channelTemplate: inMemory },
    ],
    [
      'a PingSource sends each minute',
      object('sources.knative.dev/v1beta2', 'PingSource', {}),
      { schedule: '* * * * *' },
    ],
    [
      'a SinkBinding means its own namespace',
      object('sources.knative.dev/v1', 'SinkBinding', { subject: { name: 's' }, sink: { ref } }),
      { subject: { name: 's', namespace: 'n' }, sink: { ref: { ...ref, namespace: 'n' } } },
    ],
    [
      'containers of a ContainerSource have names',
      object('sources.knative.dev/v1', 'ContainerSource', {
        template: { spec: { containers: [{ image: 'i', name: '' }] } },
      }),
      { template: { spec: { containers: [{ image: 'i', name: 'a-0' }] } } },
    ],
    ['a Deployment of Kubernetes has none', object('apps/v1', 'Deployment', { replicas: 1 }), { replicas: 1 }],
  ])('%s', (_, given, spec) => {
    const before = structuredClone(given);
    expect(withDefaults(given).spec).toEqual(spec);
    expect(given).toEqual(before);
    expect(withDefaults(withDefaults(given))).toEqual(withDefaults(given));
  });

  it('labels a Trigger with its Broker', () => {
    const trigger = object('eventing.knative.dev/v1', 'Trigger', { broker: 'x' }, { labels: { a: 'b' } });
    expect(withDefaults(trigger).metadata.labels).toEqual({ a: 'b', 'eventing.knative.dev/broker': 'x' });
  });
});
