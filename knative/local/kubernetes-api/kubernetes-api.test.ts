import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { service } from '@dormouse/local/platform.fixture';
import type { Platform, Trigger } from '@dormouse/manifests/model';
import { needs } from '@dormouse/tests/needs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { births } from './births.ts';
import { kubernetesApi } from './kubernetes-api.ts';
import type { ServiceState } from './service-object.ts';

const origin = { file: 'by-hand.yaml', line: 1 };
const trigger = (name: string, changes: Partial<Trigger> = {}): Trigger => ({
  name,
  namespace: 'test',
  broker: 'default',
  filters: [],
  subscriber: { kind: 'service', name: 'counts', namespace: 'test', path: '/events' },
  delivery: {},
  origin,
  ...changes,
});

const platform: Platform = {
  services: [service('counts'), service('shop'), service('lame'), service('coming')],
  brokers: [
    {
      name: 'default',
      namespace: 'test',
      class: 'MTChannelBasedBroker',
      delivery: {
        retry: 3,
        backoffPolicy: 'exponential',
        backoffDelayMs: 200,
        deadLetterSink: { kind: 'service', name: 'counts', namespace: 'test', path: '/dead' },
      },
      origin,
    },
  ],
  triggers: [
    trigger('counted', {
      filters: [{ any: [{ exact: { type: 'a' } }, { prefix: { type: 'b.' } }] }],
      delivery: { retry: 1, timeoutMs: 1_500 },
      inbox: 'none',
    }),
    trigger('lost', {
      broker: 'gone',
      subscriber: { kind: 'service', name: 'nobody', namespace: 'test', path: '/' },
      filters: [{ exact: { type: '' } }],
    }),
    trigger('away', { namespace: 'other', broker: 'gone', subscriber: { kind: 'url', url: 'https://example.org/x' } }),
  ],
  channels: [{ name: 'orders', namespace: 'test', kind: 'Channel', delivery: { retry: 2 }, origin }],
  subscriptions: [
    {
      name: 'bill',
      namespace: 'test',
      channel: { name: 'orders', kind: 'Channel' },
      subscriber: { kind: 'service', name: 'counts', namespace: 'test', path: '/' },
      reply: { kind: 'channel', name: 'gone', namespace: 'test', as: 'InMemoryChannel' },
      delivery: {},
      origin,
    },
  ],
  workers: [
    {
      kind: 'ContainerSource',
      name: 'beats',
      namespace: 'test',
      container: { image: 'test/beats', command: [], args: [], env: [], volumes: [] },
      replicas: 1,
      sink: { kind: 'broker', name: 'default', namespace: 'test' },
      origin,
    },
  ],
  sinkBindings: [
    {
      name: 'bind',
      namespace: 'test',
      subject: { type: 'apps/v1 Deployment', name: undefined, labels: { app: 'a' } },
      sink: { kind: 'service', name: 'nobody', namespace: 'test', path: '/' },
      extensions: { a: 'b' },
      origin,
    },
  ],
  flows: [
    {
      kind: 'Sequence',
      name: 'steps',
      namespace: 'test',
      template: { kind: 'InMemoryChannel', delivery: { retry: 2 } },
      steps: [
        {
          subscriber: { kind: 'service', name: 'counts', namespace: 'test', path: '/' },
          delivery: { retry: 1 },
          origin,
        },
      ],
      reply: { kind: 'channel', name: 'ways-kn-parallel', namespace: 'test', as: 'Parallel' },
      origin,
    },
    {
      kind: 'Parallel',
      name: 'ways',
      namespace: 'test',
      template: { kind: 'KafkaChannel', delivery: {} },
      branches: [
        {
          filter: { kind: 'url', url: 'https://example.org/filter' },
          subscriber: { kind: 'service', name: 'counts', namespace: 'test', path: '/' },
          reply: undefined,
          delivery: {},
          origin,
        },
      ],
      reply: undefined,
      origin,
    },
  ],
  pingSources: [],
  virtualHosts: [],
  jobs: [],
  jobSinks: [
    {
      ...{ name: 'work', namespace: 'test', origin },
      job: {
        ...{ name: 'work', namespace: 'test', backoffLimit: 6, activeDeadlineMs: undefined, origin },
        container: { image: 'test/work', command: [], args: [], env: [], volumes: [] },
      },
    },
  ],
  eventTypes: [],
  configMaps: new Map(),
  secrets: new Map(),
  ignored: [],
};

const ageNow = expect.stringMatching(/^\d+[a-z]/);

/** Where Services stand: `counts` does not run. */
const states: Record<string, ServiceState> = {
  shop: {
    url: (tag) => `http://${tag ? `${tag}-` : ''}shop.test.localhost:8080`,
    latestCreated: 'shop-00002',
    latestReady: 'shop-00002',
    failed: undefined,
    coming: false,
    traffic: [
      { revision: 'shop-00001', latest: false, missing: false, percent: 90, tag: 'stable' },
      { revision: 'shop-00002', latest: true, missing: false, percent: 10, tag: undefined },
    ],
  },
  lame: {
    url: () => undefined,
    latestCreated: 'lame-00003',
    latestReady: 'lame-00002',
    failed: { revision: 'lame-00003', words: 'it ended with code 1' },
    coming: false,
    traffic: [{ revision: 'lame-00007', latest: false, missing: true, percent: 100, tag: undefined }],
  },
  coming: {
    url: () => undefined,
    latestCreated: 'coming-00002',
    latestReady: 'coming-00001',
    failed: undefined,
    coming: true,
    traffic: [{ revision: 'coming-00001', latest: true, missing: false, percent: 100, tag: undefined }],
  },
};

let server: Server;
let url = '';
beforeAll(async () => {
  server = createServer(
    kubernetesApi({
      shown: () => ({ platform }),
      createdAt: births(undefined, () => new Date('2026-01-01T00:00:00Z')),
      stateOf: ({ name }) => states[name],
    }),
  );
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const get = async (path: string, init?: RequestInit) => {
  const response = await fetch(url + path, init);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const triggers = '/apis/eventing.knative.dev/v1/namespaces/test/triggers';

const aTime = expect.stringMatching(/^[\dT:-]{19}Z$/);

describe('the Kubernetes API of the local platform', () => {
  test('gives a Trigger with its filters, its own delivery and the address of its subscriber', async () => {
    expect(await get(`${triggers}/counted`)).toEqual({
      status: 200,
      body: {
        apiVersion: 'eventing.knative.dev/v1',
        kind: 'Trigger',
        metadata: {
          name: 'counted',
          namespace: 'test',
          creationTimestamp: '2026-01-01T00:00:00.000Z',
          generation: 1,
          resourceVersion: expect.stringMatching(/^\d+$/),
          uid: expect.stringMatching(/^[0-9a-f]{8}-/),
          annotations: { 'dormouse.dev/inbox': 'none' },
        },
        spec: {
          broker: 'default',
          filters: [{ any: [{ exact: { type: 'a' } }, { prefix: { type: 'b.' } }] }],
          subscriber: {
            ref: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: 'counts', namespace: 'test' },
            uri: '/events',
          },
          delivery: { retry: 1, timeout: 'PT1.5S' },
        },
        status: {
          observedGeneration: 1,
          subscriberUri: 'http://counts.test.svc.cluster.local/events',
          deadLetterSinkUri: 'http://counts.test.svc.cluster.local/dead',
          conditions: [
            { type: 'BrokerReady', status: 'True', lastTransitionTime: aTime },
            { type: 'SubscriberResolved', status: 'True', lastTransitionTime: aTime },
            { type: 'Ready', status: 'True', lastTransitionTime: aTime },
          ],
        },
      },
    });
  });

  test('lists the Triggers of a namespace, and those of all', async () => {
    const names = async (path: string) =>
      ((await get(path)).body.items as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name);
    expect((await get(triggers)).body).toMatchObject({ apiVersion: 'eventing.knative.dev/v1', kind: 'TriggerList' });
    expect(await names(triggers)).toEqual(['counted', 'lost']);
    expect(await names('/apis/eventing.knative.dev/v1/triggers')).toEqual(['away', 'counted', 'lost']);
    expect(await names('/apis/eventing.knative.dev/v1/namespaces/none/triggers')).toEqual([]);
  });

  test('says that a Trigger is not ready when its Broker or its subscriber is missing, and why', async () => {
    const { spec, status } = (await get(`${triggers}/lost`)).body as { spec: object; status: { conditions: object[] } };
    expect(spec).toMatchObject({ filter: { attributes: { type: '' } } });
    expect(status.conditions).toMatchObject([
      { type: 'BrokerReady', status: 'False', reason: 'NotFound', message: 'broker gone does not exist' },
      {
        type: 'SubscriberResolved',
        status: 'False',
        reason: 'NotFound',
        message: 'http://nobody.test.svc.cluster.local does not exist',
      },
      { type: 'Ready', status: 'False', reason: 'NotFound', message: 'broker gone does not exist' },
    ]);
  });

  test('gives Brokers with their address, and Services without their environment', async () => {
    expect((await get('/apis/eventing.knative.dev/v1/namespaces/test/brokers/default')).body).toMatchObject({
      kind: 'Broker',
      spec: {
        delivery: {
          retry: 3,
          backoffPolicy: 'exponential',
          backoffDelay: 'PT0.2S',
          deadLetterSink: { ref: { name: 'counts' }, uri: '/dead' },
        },
      },
      status: { address: { url: 'http://broker-ingress.knative-eventing.svc.cluster.local/test/default' } },
    });
    const found = await get('/apis/serving.knative.dev/v1/namespaces/test/services/counts');
    expect(found.body).toMatchObject({ kind: 'Service', status: { url: 'http://counts.test.svc.cluster.local' } });
    expect(JSON.stringify(found.body)).not.toContain('"env"');
  });

  test("gives a Service's address, revisions and traffic, and why it is not ready", async () => {
    const statusOf = async (name: string) =>
      (await get(`/apis/serving.knative.dev/v1/namespaces/test/services/${name}`)).body.status as object;
    expect(await statusOf('shop')).toEqual({
      observedGeneration: 1,
      url: 'http://shop.test.localhost:8080',
      address: { url: 'http://shop.test.svc.cluster.local' },
      latestCreatedRevisionName: 'shop-00002',
      latestReadyRevisionName: 'shop-00002',
      traffic: [
        {
          revisionName: 'shop-00001',
          latestRevision: false,
          percent: 90,
          tag: 'stable',
          url: 'http://stable-shop.test.localhost:8080',
        },
        { revisionName: 'shop-00002', latestRevision: true, percent: 10 },
      ],
      conditions: ['ConfigurationsReady', 'Ready', 'RoutesReady'].map((type) => ({
        ...{ type, status: 'True', lastTransitionTime: aTime },
      })),
    });
    const failed = {
      status: 'False',
      reason: 'RevisionFailed',
      message: 'Revision "lame-00003" failed with message: it ended with code 1.',
    };
    expect(await statusOf('lame')).toMatchObject({
      traffic: [],
      conditions: [
        { type: 'ConfigurationsReady', ...failed },
        { type: 'Ready', ...failed },
        {
          type: 'RoutesReady',
          status: 'False',
          reason: 'RevisionMissing',
          message: 'Revision "lame-00007" referenced in traffic not found.',
        },
      ],
    });
    expect(await statusOf('coming')).toMatchObject({ conditions: [{ status: 'Unknown' }, { status: 'Unknown' }, {}] });
  });

  test('gives channels with their address, and Subscriptions with what they reach', async () => {
    const messaging = '/apis/messaging.knative.dev/v1/namespaces/test';
    const url = 'http://orders-kn-channel.test.svc.cluster.local';
    for (const [plural, kind] of [
      ['channels', 'Channel'],
      ['inmemorychannels', 'InMemoryChannel'],
    ])
      expect((await get(`${messaging}/${plural}/orders`)).body).toMatchObject({
        kind,
        spec: { delivery: { retry: 2 } },
        status: { address: { url } },
      });
    expect((await get(`${messaging}/subscriptions/bill`)).body).toMatchObject({
      spec: {
        channel: { apiVersion: 'messaging.knative.dev/v1', kind: 'Channel', name: 'orders' },
        subscriber: { ref: { kind: 'Service', name: 'counts' } },
        reply: { ref: { apiVersion: 'messaging.knative.dev/v1', kind: 'InMemoryChannel', name: 'gone' } },
      },
      status: {
        physicalSubscription: {
          subscriberUri: 'http://counts.test.svc.cluster.local',
          replyUri: 'http://gone-kn-channel.test.svc.cluster.local',
        },
        conditions: [
          { type: 'ChannelReady', status: 'True' },
          { type: 'ReferencesResolved', status: 'False' },
          { type: 'Ready', status: 'False' },
        ],
      },
    });
  });

  test('gives ContainerSources and SinkBindings with the address of their sinks', async () => {
    const sources = '/apis/sources.knative.dev/v1/namespaces/test';
    expect((await get(`${sources}/containersources/beats`)).body).toMatchObject({
      spec: { sink: { ref: { kind: 'Broker', name: 'default' } } },
      status: { sinkUri: 'http://broker-ingress.knative-eventing.svc.cluster.local/test/default' },
    });
    expect((await get(`${sources}/sinkbindings/bind`)).body).toMatchObject({
      spec: {
        subject: { apiVersion: 'apps/v1', kind: 'Deployment', selector: { matchLabels: { app: 'a' } } },
        ceOverrides: { extensions: { a: 'b' } },
      },
      status: {
        conditions: [
          { type: 'SinkProvided', status: 'False' },
          { type: 'Ready', status: 'False' },
        ],
      },
    });
  });

  test('gives Sequences and Parallels as they are written, with the address of their first channel', async () => {
    const flows = '/apis/flows.knative.dev/v1/namespaces/test';
    const counts = { ref: { kind: 'Service', name: 'counts' } };
    expect((await get(`${flows}/sequences/steps`)).body).toMatchObject({
      kind: 'Sequence',
      spec: {
        steps: [{ ...counts, delivery: { retry: 1 } }],
        channelTemplate: { kind: 'InMemoryChannel', spec: { delivery: { retry: 2 } } },
        reply: { ref: { apiVersion: 'flows.knative.dev/v1', kind: 'Parallel', name: 'ways' } },
      },
      status: { address: { url: 'http://steps-kn-sequence-0-kn-channel.test.svc.cluster.local' } },
    });
    expect((await get(`${flows}/parallels/ways`)).body).toMatchObject({
      spec: {
        branches: [{ filter: { uri: 'https://example.org/filter' }, subscriber: counts }],
        channelTemplate: { apiVersion: 'messaging.knative.dev/v1beta1', kind: 'KafkaChannel' },
      },
      status: { address: { url: 'http://ways-kn-parallel-kn-channel.test.svc.cluster.local' } },
    });
  });

  test.each([
    ['an object that is not there', `${triggers}/none`, 404, 'NotFound'],
    ['a kind that it does not give', '/apis/eventing.knative.dev/v1/namespaces/test/secrets', 404, 'NotFound'],
    ['a group that it does not give', '/apis/policy/v1/namespaces/test/poddisruptionbudgets', 404, 'NotFound'],
    ['a version that it does not give', '/apis/eventing.knative.dev/v2/namespaces/test/triggers', 404, 'NotFound'],
    ['a part of an object', `${triggers}/counted/status`, 404, 'NotFound'],
    ['a watch from a version that is none', `${triggers}?watch=1&resourceVersion=x`, 400, 'BadRequest'],
    ['a selector that is none', `${triggers}?labelSelector=a%3Db%3Dc`, 400, 'BadRequest'],
    ['a field that nothing is selected by', `${triggers}?fieldSelector=spec.broker%3Ddefault`, 400, 'BadRequest'],
    ['a path with a percent sign', `${triggers}/%zz`, 404, 'NotFound'],
    ['a path that is none', '//', 400, 'BadRequest'],
  ])('answers %s with a Status', async (_, path, code, reason) => {
    expect(await get(path)).toMatchObject({
      status: code,
      body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, code },
    });
  });

  test('changes nothing for who knows no secret', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      expect((await get(`${triggers}/counted`, { method })).status).toBe(401);
  });
});

describe('kubectl', needs('kubectl'), () => {
  let home = '';
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'kubectl-'));
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));
  const kubectl = async (...args: string[]) =>
    (
      await promisify(execFile)('kubectl', ['-s', url, '-n', 'test', ...args], {
        env: { PATH: process.env.PATH, HOME: home },
      })
    ).stdout;

  test('lists Triggers by each of their names', async () => {
    for (const name of ['triggers.eventing.knative.dev', 'triggers', 'trigger'])
      expect(await kubectl('get', name)).toMatch(/^NAME[^\n]*\ncounted[^\n]*\nlost/);
    expect(await kubectl('get', 'triggers', '-A')).toContain('away');
    expect(await kubectl('get', 'ksvc')).toContain('counts');
    expect(await kubectl('get', 'channel')).toContain('http://orders-kn-channel.test.svc.cluster.local');
    expect(await kubectl('get', 'sequences,parallels')).toMatch(/steps.*True[\s\S]*ways.*True/);
    expect(await kubectl('get', 'subscriptions')).toContain('gone-kn-channel.test.svc.cluster.local does not exist');
  });

  test('prints where a Trigger sends, and why one is not ready', async () => {
    expect(
      (await kubectl('get', 'triggers'))
        .trim()
        .split('\n')
        .map((line) => line.trim().split(/ {2,}/)),
    ).toEqual([
      ['NAME', 'BROKER', 'SUBSCRIBER_URI', 'AGE', 'READY', 'REASON'],
      ['counted', 'default', 'http://counts.test.svc.cluster.local/events', ageNow, 'True'],
      ['lost', 'gone', 'http://nobody.test.svc.cluster.local', ageNow, 'False', 'broker gone does not exist'],
    ]);
    expect(await kubectl('get', 'broker', 'default')).toContain(
      'broker-ingress.knative-eventing.svc.cluster.local/test/default',
    );
  });

  test('prints Services as a cluster does', async () => {
    const lines = (await kubectl('get', 'ksvc')).trimEnd().split('\n');
    const [head = '', ...rows] = lines.map((line) => line.trim().split(/ {2,}/));
    expect(head).toEqual(['NAME', 'URL', 'LATESTCREATED', 'LATESTREADY', 'READY', 'REASON']);
    expect(rows).toEqual([
      ['coming', 'http://coming.test.svc.cluster.local', 'coming-00002', 'coming-00001', 'Unknown'],
      ['counts', 'http://counts.test.svc.cluster.local', 'True'],
      ['lame', 'http://lame.test.svc.cluster.local', 'lame-00003', 'lame-00002', 'False', 'RevisionFailed'],
      ['shop', 'http://shop.test.localhost:8080', 'shop-00002', 'shop-00002', 'True'],
    ]);
  });

  test('prints one as YAML', async () => {
    expect(parse(await kubectl('get', 'trigger', 'counted', '-o', 'yaml'))).toMatchObject({
      kind: 'Trigger',
      status: { subscriberUri: 'http://counts.test.svc.cluster.local/events' },
    });
    await expect(kubectl('get', 'trigger', 'none')).rejects.toThrow('triggers.eventing.knative.dev "none" not found');
  });

  test('has definitions of the kinds of sources and of channels, by which kn finds them', async () => {
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    const kindsWith = async (label: string) => {
      const { body } = await get(`${definitions}?labelSelector=${encodeURIComponent(label)}`);
      return (body.items as { spec: { names: { kind: string } } }[]).map(({ spec }) => spec.names.kind);
    };
    expect(await kindsWith('duck.knative.dev/source=true')).toEqual(['ContainerSource', 'PingSource', 'SinkBinding']);
    expect(await kindsWith('messaging.knative.dev/subscribable=true')).toContain('InMemoryChannel');
    expect((await get(`${definitions}/pingsources.sources.knative.dev`)).body).toMatchObject({
      spec: {
        group: 'sources.knative.dev',
        scope: 'Namespaced',
        versions: [{ name: 'v1', storage: true }, { storage: false }],
      },
    });
  });

  test('gives a JobSink with its address', async () => {
    const { body } = await get('/apis/sinks.knative.dev/v1alpha1/namespaces/test/jobsinks/work');
    expect(body).toMatchObject({
      kind: 'JobSink',
      status: {
        address: { url: 'http://job-sink.knative-eventing.svc.cluster.local/test/work' },
        conditions: [
          { type: 'Addressable', status: 'True' },
          { type: 'Ready', status: 'True' },
        ],
      },
    });
  });
});
