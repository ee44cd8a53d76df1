import { describe, expect, test } from 'vitest';
import { folderOf, service } from '../kustomize/kustomization.fixture.ts';
import { render } from '../kustomize/kustomize.ts';
import type { Platform } from '../model.ts';
import { readPlatform } from './read-platform.ts';

/** What is read of some manifests in YAML, each with the Services `a`, `b` and `c`. */
const read = (...manifests: (string | object)[]): Platform => {
  const all = [...manifests, ...['a', 'b', 'c'].map((name) => service(name))];
  const files = Object.fromEntries(all.map((manifest, index) => [`m${index}.yaml`, manifest]));
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

const flow = (kind: string, spec: string) =>
  `apiVersion: flows.knative.dev/v1\nkind: ${kind}\nmetadata:\n  name: f\nspec:\n  ${spec.trim().replaceAll('\n', '\n  ')}\n`;
const to = (name: string, type = 'serving.knative.dev/v1, kind: Service') =>
  `ref: {apiVersion: ${type}, name: ${name}}`;
const s = (name: string) => ({ kind: 'service', name, namespace: 'default', path: '/' });
const inner = (name: string) => ({ kind: 'channel', name, namespace: 'default' });

describe('a Sequence', () => {
  test('is a channel and a Subscription for each step, called as Knative calls them', () => {
    const { flows, channels, subscriptions } = read(
      flow(
        'Sequence',
        `
channelTemplate:
  apiVersion: messaging.knative.dev/v1
  kind: InMemoryChannel
  spec: {delivery: {retry: 5}}
steps:
  - ${to('a')}
  - ${to('b')}
    uri: /step
    delivery: {retry: 1}
reply:
  ${to('c')}`,
      ),
    );
    expect(flows).toMatchObject([{ kind: 'Sequence', name: 'f' }]);
    expect(channels.map(({ name, kind, delivery }) => [name, kind, delivery])).toEqual([
      ['f-kn-sequence-0', 'InMemoryChannel', { retry: 5 }],
      ['f-kn-sequence-1', 'InMemoryChannel', { retry: 5 }],
    ]);
    expect(
      subscriptions.map(({ name, channel, subscriber, reply, delivery, origin }) => [
        name,
        channel.name,
        subscriber,
        reply,
        delivery,
        origin.line,
      ]),
    ).toEqual([
      ['f-kn-sequence-0', 'f-kn-sequence-0', s('a'), inner('f-kn-sequence-1'), {}, 11],
      ['f-kn-sequence-1', 'f-kn-sequence-1', { ...s('b'), path: '/step' }, s('c'), { retry: 1 }, 12],
    ]);
  });

  test.each([
    ['without steps', 'steps: []', 'm0.yaml:6: spec.steps needs a step'],
    ['with a step that leads nowhere', 'steps: [{}]', 'm0.yaml:6: spec.steps[0] needs "ref" or "uri"'],
    ['with a step to nobody', `steps:\n  - ${to('a')}\n  - ${to('d')}`, 'm0.yaml:8: there is no Service "d"'],
    ['with a reply to nobody', `steps: [{${to('a')}}]\nreply: {${to('d')}}`, 'there is no Service "d"'],
    [
      'of what is no channel',
      `steps: [{${to('a')}}]\nchannelTemplate: {apiVersion: v1, kind: Pod}`,
      'm0.yaml:7: spec.channelTemplate.kind v1 Pod is no channel',
    ],
    [
      'with a field of a Parallel',
      `steps: [{${to('a')}, filter: {}}]`,
      'm0.yaml:6: spec.steps[0].filter is not understood',
    ],
  ])('%s is refused', (_, spec, message) => {
    expect(refusal(flow('Sequence', spec))).toContain(message);
  });
});

describe('a Parallel', () => {
  test('is a channel for all branches, and one for each', () => {
    const { channels, subscriptions } = read(
      flow(
        'Parallel',
        `
branches:
  - filter: {${to('a')}}
    subscriber: {${to('b')}}
    delivery: {retry: 1}
  - subscriber: {${to('c')}}
    reply: {${to('a')}}
reply: {${to('b')}}`,
      ),
    );
    expect(channels.map(({ name, inner: within }) => [name, within])).toEqual([
      ['f-kn-parallel', undefined],
      ['f-kn-parallel-0', true],
      ['f-kn-parallel-1', true],
    ]);
    expect(
      subscriptions.map(({ name, channel, subscriber, reply, delivery }) => [
        name,
        channel.name,
        subscriber,
        reply,
        delivery,
      ]),
    ).toEqual([
      ['f-kn-parallel-filter-0', 'f-kn-parallel', s('a'), inner('f-kn-parallel-0'), {}],
      ['f-kn-parallel-0', 'f-kn-parallel-0', s('b'), s('b'), { retry: 1 }],
      ['f-kn-parallel-filter-1', 'f-kn-parallel', undefined, inner('f-kn-parallel-1'), {}],
      ['f-kn-parallel-1', 'f-kn-parallel-1', s('c'), s('a'), {}],
    ]);
  });

  test.each([
    ['without branches', 'branches: []', 'm0.yaml:6: spec.branches needs a branch'],
    ['with a branch without a subscriber', `branches: [{filter: {${to('a')}}}]`, 'spec.branches[0] needs "subscriber"'],
    [
      'with a filter that is nobody',
      `branches: [{filter: {${to('d')}}, subscriber: {${to('a')}}}]`,
      'there is no Service "d"',
    ],
    [
      'with a filter that is an expression',
      `branches: [{filter: {cesql: x}, subscriber: {${to('a')}}}]`,
      'filter.cesql is not understood',
    ],
  ])('%s is refused', (_, spec, message) => {
    expect(refusal(flow('Parallel', spec))).toContain(message);
  });
});

test('flows are destinations of Triggers, Subscriptions, sources and each other', () => {
  const broker = { apiVersion: 'eventing.knative.dev/v1', kind: 'Broker', metadata: { name: 'default' } };
  const trigger = (kind: string, name: string) => ({
    apiVersion: 'eventing.knative.dev/v1',
    kind: 'Trigger',
    metadata: { name: 't' },
    spec: { broker: 'default', subscriber: { ref: { apiVersion: 'flows.knative.dev/v1', kind, name } } },
  });
  const sequence = flow('Sequence', `steps: [{${to('a')}}]`);
  expect(read(broker, sequence, trigger('Sequence', 'f')).triggers[0]?.subscriber).toEqual({
    ...inner('f-kn-sequence-0'),
    as: 'Sequence',
  });
  expect(refusal(broker, sequence, trigger('Sequence', 'g'))).toContain(
    'there is no Sequence "g" in namespace default',
  );
  expect(refusal(broker, sequence, trigger('Parallel', 'f'))).toContain(
    'there is no Parallel "f" in namespace default',
  );
});
