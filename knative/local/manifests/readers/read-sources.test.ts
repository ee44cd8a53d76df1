import { describe, expect, test } from 'vitest';
import { folderOf, service } from '../kustomize/kustomization.fixture.ts';
import { render } from '../kustomize/kustomize.ts';
import type { Container, Platform } from '../model.ts';
import { readPlatform } from './read-platform.ts';

const read = (...manifests: (string | object)[]): Platform => {
  const files = Object.fromEntries(manifests.map((manifest, index) => [`m${index}.yaml`, manifest]));
  return readPlatform(render(folderOf({ 'kustomization.yaml': { resources: Object.keys(files) }, ...files })));
};
const refusal = (...manifests: (string | object)[]): string => {
  try {
    read(...manifests);
  } catch (error) {
    return (error as Error).message.replace(/^.*?\/kustomization-\w+\//, '');
  }
  return 'nothing is refused';
};

const broker = { apiVersion: 'eventing.knative.dev/v1', kind: 'Broker', metadata: { name: 'default' } };
const toBroker = { ref: { apiVersion: 'eventing.knative.dev/v1', kind: 'Broker', name: 'default' } };
const inCluster = 'http://broker-ingress.knative-eventing.svc.cluster.local/default/default';
const binding = (subject: object, more: object = {}) => ({
  apiVersion: 'sources.knative.dev/v1',
  kind: 'SinkBinding',
  metadata: { name: 'bind' },
  spec: { subject, sink: toBroker, ...more },
});
const deployment = (name: string, spec: object = {}, container: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, labels: { team: 'a' } },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'c', image: `dev.local/${name}`, ...container }] },
    },
    ...spec,
  },
});
const kubernetesService = (name: string, app: string, ports: readonly object[] = [{ port: 80 }]) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { app }, ports },
});
const job = (name: string) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name },
  spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: `dev.local/${name}` }] } } },
});
const valuesOf = ({ env }: Pick<Container, 'env'>) =>
  Object.fromEntries(env.flatMap((each) => (each.kind === 'value' ? [[each.name, each.value]] : [])));

describe('a SinkBinding', () => {
  test('tells a program by name where to send, instead of what it says itself', () => {
    const own = {
      env: [
        { name: 'K_SINK', value: 'http://old' },
        { name: 'A', value: '1' },
      ],
    };
    const before = read(broker, service('s', own)).services[0]!;
    const { services } = read(
      broker,
      service('s', own),
      service('other'),
      binding({ apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: 's' }),
    );
    expect(valuesOf(services[0]!.container)).toEqual({ A: '1', K_SINK: inCluster, K_CE_OVERRIDES: '' });
    expect(services[0]!.template).not.toBe(before.template);
    expect(valuesOf(services[1]!.container)).toEqual({});
  });

  test('tells programs by labels, with what to add to events', () => {
    const { workers, jobs } = read(
      broker,
      deployment('one'),
      { ...deployment('two'), metadata: { name: 'two' } },
      job('j'),
      binding(
        { apiVersion: 'apps/v1', kind: 'Deployment', selector: { matchLabels: { team: 'a' } } },
        { ceOverrides: { extensions: { extra: 'yes' } } },
      ),
      { ...binding({ apiVersion: 'batch/v1', kind: 'Job', name: 'j' }), metadata: { name: 'of-job' } },
    );
    expect(workers.map(({ container }) => valuesOf(container))).toEqual([
      { K_SINK: inCluster, K_CE_OVERRIDES: '{"extensions":{"extra":"yes"}}' },
      {},
    ]);
    expect(valuesOf(jobs[0]!.container).K_SINK).toBe(inCluster);
  });

  test.each<[string, object, string]>([
    [
      'of what is not there',
      { apiVersion: 'apps/v1', kind: 'Deployment', name: 'none' },
      'there is no apps/v1 Deployment "none" in namespace default',
    ],
    [
      'of labels that nothing has',
      { apiVersion: 'apps/v1', kind: 'Deployment', selector: { matchLabels: { a: 'b' } } },
      'there is no apps/v1 Deployment with these labels',
    ],
    [
      'of a kind that does not run',
      { apiVersion: 'batch/v1', kind: 'CronJob', name: 'c' },
      'spec.subject.kind batch/v1 CronJob does not run here',
    ],
    [
      'of another namespace',
      { apiVersion: 'apps/v1', kind: 'Deployment', name: 'one', namespace: 'other' },
      'spec.subject.namespace must be default',
    ],
    ['without a subject', { apiVersion: 'apps/v1', kind: 'Deployment' }, 'spec.subject needs "name" or "selector"'],
  ])('%s is refused', (_, subject, message) => {
    expect(refusal(broker, deployment('one'), binding(subject))).toContain(message);
  });
});

describe('a ContainerSource', () => {
  const source = (spec: object = {}) => ({
    apiVersion: 'sources.knative.dev/v1',
    kind: 'ContainerSource',
    metadata: { name: 'beats' },
    spec: {
      template: { spec: { containers: [{ name: 'c', image: 'dev.local/beats', args: ['--period=1'] }] } },
      sink: toBroker,
      ...spec,
    },
  });

  test('is a program that is told where to send', () => {
    const [worker] = read(broker, source({ ceOverrides: {} })).workers;
    expect(worker).toMatchObject({ kind: 'ContainerSource', name: 'beats', replicas: 1, sink: { kind: 'broker' } });
    expect(worker?.container).toMatchObject({ image: 'dev.local/beats', args: ['--period=1'] });
    expect(valuesOf(worker!.container)).toEqual({ K_SINK: inCluster, K_CE_OVERRIDES: '{}' });
  });

  test('needs no name of its container: the webhook gives it one', () => {
    const template = { spec: { containers: [{ image: 'dev.local/beats' }] } };
    expect(read(broker, source({ template })).workers[0]?.container.image).toBe('dev.local/beats');
  });

  test.each<[string, object, string]>([
    ['without a container', { template: { spec: { containers: [] } } }, 'needs one container'],
    ['without a sink', { sink: undefined }, 'spec needs "sink"'],
    [
      'with a sink that is not there',
      { sink: { ref: { ...toBroker.ref, name: 'gone' } } },
      'there is no Broker "gone"',
    ],
  ])('%s is refused', (_, spec, message) => {
    expect(refusal(broker, source(spec))).toContain(message);
  });
});

describe('a Deployment', () => {
  test('is served under the name of the Service of Kubernetes that leads to it, and never sleeps', () => {
    const { services, workers } = read(
      deployment(
        'web',
        { replicas: 2 },
        { ports: [{ name: 'http', containerPort: 3000 }], env: [{ name: 'PORT', value: '3000' }] },
      ),
      kubernetesService('front', 'web', [{ port: 80, targetPort: 'http' }]),
    );
    expect(workers).toEqual([]);
    expect(services).toMatchObject([
      { name: 'front', clusterLocal: true, containerPort: 3000, autoscaling: { minScale: 2, maxScale: 2 } },
    ]);
  });

  test('is a destination by that name', () => {
    const { triggers } = read(broker, deployment('web'), kubernetesService('front', 'web'), {
      apiVersion: 'eventing.knative.dev/v1',
      kind: 'Trigger',
      metadata: { name: 't' },
      spec: {
        broker: 'default',
        subscriber: { ref: { apiVersion: 'v1', kind: 'Service', name: 'front' }, uri: '/in' },
      },
    });
    expect(triggers[0]?.subscriber).toEqual({ kind: 'service', name: 'front', namespace: 'default', path: '/in' });
  });

  test('without such a Service is a worker; a Service that leads nowhere is ignored', () => {
    const { services, workers, ignored } = read(deployment('web'), kubernetesService('front', 'other'));
    expect([services.length, workers.map(({ kind, name }) => [kind, name])]).toEqual([0, [['Deployment', 'web']]]);
    expect(ignored).toMatchObject([{ kind: 'Service', name: 'front' }]);
  });

  test.each<[string, object[], string]>([
    [
      'whose Pods it does not select',
      [deployment('web', { selector: { matchLabels: { app: 'x' } } })],
      'spec.selector.matchLabels.app is not among the labels',
    ],
    [
      'with two addresses',
      [deployment('web'), kubernetesService('a', 'web'), kubernetesService('b', 'web')],
      'a program has one address here',
    ],
    [
      'with an unknown field',
      [deployment('web', { replica: 2 })],
      'spec.replica is not understood: did you mean "replicas"?',
    ],
  ])('%s is refused', (_, manifests, message) => {
    expect(refusal(...manifests)).toContain(message);
  });
});
