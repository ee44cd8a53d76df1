import { describe, expect, test } from 'vitest';
import { folderOf, service } from '../kustomize/kustomization.fixture.ts';
import { render } from '../kustomize/kustomize.ts';
import type { Platform } from '../model.ts';
import { readPlatform } from './read-platform.ts';

/** What is read of some manifests in YAML or as objects. */
const read = (...manifests: (object | string)[]): Platform => {
  const files = Object.fromEntries(manifests.map((manifest, index) => [`m${index}.yaml`, manifest]));
  return readPlatform(render(folderOf({ 'kustomization.yaml': { resources: Object.keys(files) }, ...files })));
};
/** Why manifests are refused: `file:line: problem`. */
const refusal = (...manifests: (object | string)[]): string => {
  try {
    read(...manifests);
  } catch (error) {
    return (error as Error).message.replace(/^.*?\/kustomization-\w+\//, '');
  }
  return 'nothing is refused';
};

const toService = (name: string) => ({ ref: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name } });
const toChannel = (name: string, kind = 'Channel') => ({ ref: { apiVersion: 'messaging.knative.dev/v1', kind, name } });
const channel = (name: string, spec?: object, kind = 'Channel', version = 'v1') => ({
  apiVersion: `messaging.knative.dev/${version}`,
  kind,
  metadata: { name },
  ...(spec && { spec }),
});
const subscription = (spec: object, name = 'sub') => ({
  apiVersion: 'messaging.knative.dev/v1',
  kind: 'Subscription',
  metadata: { name },
  spec: { channel: toChannel('in').ref, subscriber: toService('s'), ...spec },
});

describe('channels', () => {
  test('are read in each kind, with what they say of delivery', () => {
    const delivery = { retry: 3, backoffPolicy: 'linear', backoffDelay: 'PT1S' };
    const { channels, ignored } = read(
      channel('bare'),
      channel('own', {
        delivery,
        channelTemplate: { apiVersion: 'messaging.knative.dev/v1', kind: 'InMemoryChannel' },
      }),
      channel('made', {
        channelTemplate: { apiVersion: 'messaging.knative.dev/v1', kind: 'InMemoryChannel', spec: { delivery } },
      }),
      channel('memory', { delivery }, 'InMemoryChannel'),
      channel('kafka', { numPartitions: 3, replicationFactor: 1, delivery }, 'KafkaChannel', 'v1beta1'),
    );
    const read3 = { retry: 3, backoffPolicy: 'linear', backoffDelayMs: 1_000 };
    expect(channels.map(({ name, kind, delivery: said }) => [name, kind, said])).toEqual([
      ['bare', 'Channel', {}],
      ['own', 'Channel', read3],
      ['made', 'Channel', read3],
      ['memory', 'InMemoryChannel', read3],
      ['kafka', 'KafkaChannel', read3],
    ]);
    expect(ignored.map(({ reason }) => reason.split(':')[0])).toEqual(['numPartitions', 'replicationFactor']);
  });

  test('are destinations, by reference and by address', () => {
    const sinkOf = (sink: object) =>
      read(service('s'), channel('in'), {
        apiVersion: 'sources.knative.dev/v1',
        kind: 'PingSource',
        metadata: { name: 'p' },
        spec: { sink },
      }).pingSources[0]!.sink;
    expect(sinkOf(toChannel('in'))).toEqual({ kind: 'channel', name: 'in', namespace: 'default', as: 'Channel' });
    // A Channel is made of a channel with its name.
    expect(sinkOf(toChannel('in', 'InMemoryChannel'))).toMatchObject({ kind: 'channel', as: 'InMemoryChannel' });
    for (const path of ['', '/'])
      expect(sinkOf({ uri: `http://in-kn-channel.default.svc.cluster.local${path}` })).toEqual({
        kind: 'channel',
        name: 'in',
        namespace: 'default',
      });
  });
});

describe('a Subscription', () => {
  test('says where events and replies go', () => {
    const { subscriptions } = read(
      service('s'),
      channel('in'),
      channel('out', undefined, 'InMemoryChannel'),
      subscription({ reply: toChannel('out', 'InMemoryChannel'), delivery: { deadLetterSink: toService('s') } }),
      subscription({ subscriber: {}, reply: toService('s') }, 'reply-only'),
      subscription({ subscriber: { uri: 'https://example.com/in' } }, 'away'),
    );
    const s = { kind: 'service', name: 's', namespace: 'default', path: '/' };
    expect(subscriptions.map(({ origin: _, namespace: __, ...each }) => each)).toEqual([
      {
        name: 'sub',
        channel: { name: 'in', kind: 'Channel' },
        subscriber: s,
        reply: { kind: 'channel', name: 'out', namespace: 'default', as: 'InMemoryChannel' },
        delivery: { deadLetterSink: s },
      },
      { name: 'reply-only', channel: { name: 'in', kind: 'Channel' }, subscriber: undefined, reply: s, delivery: {} },
      {
        name: 'away',
        channel: { name: 'in', kind: 'Channel' },
        subscriber: { kind: 'url', url: 'https://example.com/in' },
        reply: undefined,
        delivery: {},
      },
    ]);
  });

  const yaml = (spec: string) =>
    `apiVersion: messaging.knative.dev/v1\nkind: Subscription\nmetadata:\n  name: sub\nspec:\n  ${spec.replaceAll('\n', '\n  ')}\n`;
  const from = 'channel: {apiVersion: messaging.knative.dev/v1, kind: Channel, name: in}';
  const toS = 'subscriber: {ref: {apiVersion: serving.knative.dev/v1, kind: Service, name: s}}';
  test.each([
    ['without a channel', yaml(toS), 'm0.yaml:5: spec needs "channel"'],
    ['that sends nowhere', yaml(from), 'm0.yaml:5: spec needs "subscriber" or "reply"'],
    [
      'of a channel elsewhere',
      yaml(`channel:\n  namespace: other\n${toS}`),
      'm0.yaml:7: spec.channel.namespace is not allowed',
    ],
    [
      'of what is no channel',
      yaml(`${from.replace('Channel,', 'Broker,')}\n${toS}`),
      'm0.yaml:6: spec.channel.kind messaging.knative.dev/v1 Broker is no channel',
    ],
    [
      'of a channel that is not there',
      yaml(`${from.replace('name: in', 'name: inn')}\n${toS}`),
      'm0.yaml:6: there is no Channel "inn" in namespace default: did you mean "in"?',
    ],
    [
      'of a Channel where only another kind is',
      yaml(`${from.replace('name: in', 'name: memory')}\n${toS}`),
      'm0.yaml:6: there is no Channel "memory"',
    ],
    [
      'to a Service that is not there',
      yaml(`${from}\n${toS.replace('name: s', 'name: t')}`),
      'm0.yaml:7: there is no Service "t"',
    ],
    [
      'with a reply to nobody',
      yaml(`${from}\n${toS}\nreply: {ref: {apiVersion: eventing.knative.dev/v1, kind: Broker, name: b}}`),
      'm0.yaml:8: there is no Broker "b"',
    ],
    [
      'with a path beside a channel',
      yaml(`${from}\n${toS}\nreply: {ref: {apiVersion: messaging.knative.dev/v1, kind: Channel, name: in}, uri: /x}`),
      'm0.yaml:8: spec.reply.uri cannot stand beside a Channel',
    ],
    [
      'to a path of a channel',
      yaml(`${from}\nsubscriber: {uri: "http://in-kn-channel.default.svc.cluster.local/x"}`),
      'm0.yaml:7: spec.subscriber.uri leads to a channel',
    ],
    ['with a field of a Trigger', yaml(`${from}\n${toS}\nfilter: {}`), 'm0.yaml:8: spec.filter is not understood'],
  ])('%s is refused', (_, manifest, message) => {
    const memory = channel('memory', undefined, 'InMemoryChannel');
    expect(refusal(manifest, service('s'), channel('in'), memory)).toContain(message);
  });

  test.each([
    [
      'a channel of another kind with the same name',
      [channel('in'), channel('in', undefined, 'InMemoryChannel')],
      'm1.yaml:1: InMemoryChannel in: there is a Channel with this name in namespace default',
    ],
    [
      'a template of what is no channel',
      [channel('in', { channelTemplate: { apiVersion: 'v1', kind: 'Service' } })],
      'spec.channelTemplate.kind v1 Service is no channel: messaging.knative.dev/v1 Channel, messaging.knative.dev/v1 InMemoryChannel',
    ],
    [
      'subscribers by hand',
      [channel('in', { subscribers: [] }, 'InMemoryChannel')],
      'spec.subscribers is not understood',
    ],
    [
      'a dead-letter sink that is not there',
      [channel('in', { delivery: { deadLetterSink: toService('t') } })],
      'there is no Service "t"',
    ],
  ])('%s is refused', (_, manifests, message) => {
    expect(refusal(...manifests)).toContain(message);
  });
});
