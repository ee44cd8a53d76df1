import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readObjects, type WrittenObject } from '@dormouse/manifests/source-objects';
import { needs } from '@dormouse/tests/needs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { births } from './births.ts';
import { kubernetesApi, type Shown } from './kubernetes-api.ts';

const secret = 's'.repeat(64);
const manifests = `
apiVersion: v1
kind: ConfigMap
metadata: { name: words, namespace: test, labels: { app: shop, tier: data } }
data: { greeting: hello }
---
apiVersion: v1
kind: Secret
metadata: { name: keys, namespace: test }
stringData: { key: hush }
---
apiVersion: serving.knative.dev/v1
kind: Service
metadata: { name: shop, namespace: test, labels: { app: shop } }
spec: { template: { spec: { containers: [{ image: test/shop, env: [{ name: PIN, value: hush }] }] } } }
---
apiVersion: eventing.knative.dev/v1
kind: Broker
metadata: { name: default, namespace: test }
---
apiVersion: eventing.knative.dev/v1
kind: Trigger
metadata: { name: sold, namespace: test, labels: { app: shop } }
spec:
  broker: default
  filter: { attributes: { type: sold } }
  subscriber: { ref: { apiVersion: serving.knative.dev/v1, kind: Service, name: shop } }
`;

const written = (text: string): WrittenObject[] =>
  parseAllDocuments(text).map((document) => {
    const manifest = document.toJS();
    const group = manifest.apiVersion.includes('/') ? manifest.apiVersion.split('/')[0] : '';
    return { key: `${group}/${manifest.kind}/${manifest.metadata.namespace}/${manifest.metadata.name}`, manifest };
  });
const shownOf = (objects: readonly WrittenObject[]): Shown => {
  const read = readObjects([], objects, 'by-hand');
  return { platform: read.platform, running: read.objects, desired: read.objects };
};

const base = written(manifests);
let shown = shownOf(base);
let server: Server;
let url = '';
const running = { latestCreated: 'shop-00001', latestReady: 'shop-00001', failed: undefined, coming: false };
let coming = false;
beforeAll(async () => {
  server = createServer(
    kubernetesApi({
      shown: () => shown,
      createdAt: births(undefined),
      secret,
      stateOf: () => ({
        ...running,
        coming,
        url: () => 'http://shop.test.localhost:8080',
        traffic: [{ revision: 'shop-00001', latest: true, missing: false, percent: 100, tag: undefined }],
        revisions: [{ name: 'shop-00001', generation: 1, template: '{"spec":{"containers":[{"image":"test/shop"}]}}' }],
      }),
    }),
  );
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});
beforeEach(() => {
  shown = shownOf(base);
  coming = false;
});

const broker = (name: string, labels = '{}') =>
  written(
    `{ apiVersion: eventing.knative.dev/v1, kind: Broker, metadata: { name: ${name}, namespace: test, labels: ${labels} } }`,
  );
const brokers = '/apis/eventing.knative.dev/v1/namespaces/test/brokers';
// biome-ignore lint/suspicious/noExplicitAny: documents of another program's API
type Document = any;
const get = async (path: string, headers: Record<string, string> = {}): Promise<Document> =>
  (await fetch(url + path, { headers })).json();

/** Events of a watch, as they come; `next` waits for one. */
async function watching(path: string, headers: Record<string, string> = {}) {
  const ending = new AbortController();
  const response = await fetch(url + path, { headers, signal: ending.signal });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    status: response.status,
    async next(): Promise<Document> {
      while (!text.includes('\n')) {
        const { value, done } = await reader.read();
        if (done) return undefined;
        text += value;
      }
      const end = text.indexOf('\n');
      const line = text.slice(0, end);
      text = text.slice(end + 1);
      return JSON.parse(line);
    },
    end: () => ending.abort(),
  };
}

describe('watches of the Kubernetes API', () => {
  test('begin with what there is, and tell what comes, changes and goes', async () => {
    const watch = await watching(`${brokers}?watch=true`);
    expect(await watch.next()).toMatchObject({
      type: 'ADDED',
      object: { kind: 'Broker', metadata: { name: 'default' } },
    });
    shown = shownOf([...base, ...broker('second')]);
    expect(await watch.next()).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'second' } } });
    shown = shownOf([...base, ...broker('second', '{ a: b }')]);
    expect(await watch.next()).toMatchObject({ type: 'MODIFIED', object: { metadata: { labels: { a: 'b' } } } });
    shown = shownOf(base);
    expect(await watch.next()).toMatchObject({ type: 'DELETED', object: { metadata: { name: 'second' } } });
    watch.end();
  });

  test('go on where a list or another watch has ended, and only with what has changed since', async () => {
    const { resourceVersion } = (await get(brokers)).metadata;
    shown = shownOf([...base, ...broker('later')]);
    const watch = await watching(`${brokers}?watch=1&resourceVersion=${resourceVersion}`);
    const event = await watch.next();
    expect(event).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'later' } } });
    expect(Number(event.object.metadata.resourceVersion)).toBeGreaterThan(Number(resourceVersion));
    watch.end();
  });

  test('say that a version is too old, as after a start of the platform', async () => {
    const watch = await watching(`${brokers}?watch=1&resourceVersion=12`);
    expect(await watch.next()).toMatchObject({
      type: 'ERROR',
      object: { kind: 'Status', code: 410, reason: 'Expired' },
    });
    expect(await watch.next()).toBeUndefined();
  });

  test('tell of an object that comes to be selected, and of one that no longer is', async () => {
    const watch = await watching(`${brokers}?watch=1&labelSelector=a%3Db`);
    shown = shownOf([...base, ...broker('second', '{ a: b }')]);
    expect(await watch.next()).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'second' } } });
    shown = shownOf([...base, ...broker('second', '{ a: c }')]);
    expect(await watch.next()).toMatchObject({ type: 'DELETED', object: { metadata: { labels: { a: 'c' } } } });
    watch.end();
  });

  test('mark the end of what there is, and end in their time', async () => {
    const watch = await watching(
      `${brokers}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1`,
    );
    expect(await watch.next()).toMatchObject({ type: 'ADDED' });
    expect(await watch.next()).toMatchObject({
      type: 'BOOKMARK',
      object: { kind: 'Broker', metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    });
    expect(await watch.next()).toBeUndefined();
  });
});

describe('reading the Kubernetes API', () => {
  test('selects by labels and by name', async () => {
    const names = async (path: string) => (await get(path)).items.map((each: Document) => each.metadata.name);
    expect(await names('/api/v1/configmaps?labelSelector=app%20in%20(shop),tier')).toEqual(['words']);
    expect(await names('/api/v1/configmaps?labelSelector=app%21%3Dshop')).toEqual([]);
    expect(await names(`${brokers}?fieldSelector=metadata.name%3Ddefault`)).toEqual(['default']);
  });

  test('shows environments and data to those only who know the secret', async () => {
    const paths = [
      '/apis/serving.knative.dev/v1/namespaces/test/services/shop',
      '/api/v1/namespaces/test/secrets/keys',
      '/api/v1/namespaces/test/configmaps/words',
    ];
    const authorization = `Bearer ${secret}`;
    for (const path of paths) {
      expect(JSON.stringify(await get(path))).not.toMatch(/hush|hello|"env"/);
      expect(JSON.stringify(await get(`/${secret}${path}`))).toMatch(/hush|hello/);
      expect(JSON.stringify(await get(path, { authorization }))).toMatch(/hush|hello/);
      expect(await get(path, { authorization: 'Bearer wrong' })).toMatchObject({ code: 401, reason: 'Unauthorized' });
    }
    const watch = await watching('/api/v1/secrets?watch=1');
    expect(JSON.stringify(await watch.next())).not.toContain('hush');
    watch.end();
  });

  test('gives the Configuration, the Route and the Revisions of a Service', async () => {
    const serving = '/apis/serving.knative.dev/v1/namespaces/test';
    expect(await get(`${serving}/revisions?labelSelector=serving.knative.dev%2Fservice%3Dshop`)).toMatchObject({
      kind: 'RevisionList',
      items: [{ metadata: { name: 'shop-00001' }, spec: { containers: [{ image: 'test/shop' }] } }],
    });
    expect((await get(`${serving}/routes/shop`)).status).toMatchObject({ url: 'http://shop.test.localhost:8080' });
    expect((await get(`${serving}/configurations/shop`)).metadata.ownerReferences).toMatchObject([
      { kind: 'Service', name: 'shop', uid: (await get(`${serving}/services/shop`)).metadata.uid },
    ]);
  });

  test('gives a version that is asked for, and all groups in one document', async () => {
    const vs = '/apis/networking.istio.io/v1beta1/virtualservices';
    expect(await get(vs)).toMatchObject({ apiVersion: 'networking.istio.io/v1beta1', kind: 'VirtualServiceList' });
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const { items } = await get('/apis', { accept });
    expect(items.map(({ metadata }: Document) => metadata.name)).toContain('eventing.knative.dev');
    expect(await get('/apis', { accept: accept.replace('v=v2', 'v=v2beta1') })).toMatchObject({ kind: 'APIGroupList' });
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
      await promisify(execFile)('kubectl', ['-s', `${url}/${secret}`, '-n', 'test', ...args], {
        env: { PATH: process.env.PATH, HOME: home },
      })
    ).stdout;

  test('waits for a Service that is coming', async () => {
    coming = true;
    setTimeout(() => (coming = false), 500);
    expect(await kubectl('wait', 'ksvc/shop', '--for=condition=Ready', '--timeout=60s')).toContain('condition met');
  });

  test('lists every kind, describes and explains', async () => {
    const all = await kubectl('get', 'all,cm,secret,ns');
    for (const part of ['service.serving.knative.dev/shop', 'revision.serving.knative.dev/shop-00001', 'secret/keys'])
      expect(all).toContain(part);
    expect(await kubectl('describe', 'trigger', '-l', 'app=shop')).toMatch(/Kind: +Trigger[\s\S]*Broker: +default/);
    expect(await kubectl('explain', 'trigger.spec.broker')).toContain('Name of the Broker');
  });
});
