import { existsSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { needs } from '@dormouse/tests/needs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alive, eventually, startedIn, writtenFolder } from './platform.fixture.ts';
import type { RunningPlatform } from './platform.ts';

const ksvc = (name: string, image: string, env = '[]') => `
apiVersion: serving.knative.dev/v1
kind: Service
metadata: { name: ${name} }
spec:
  template:
    spec:
      containers: [{ image: registry.example/samples/${image}, env: ${env} }]
`;
const toService = (name: string) => `{ ref: { apiVersion: serving.knative.dev/v1, kind: Service, name: ${name} } }`;
const memory = '{ apiVersion: messaging.knative.dev/v1, kind: InMemoryChannel }';

/** Manifests in the shapes of knative/docs' samples of these kinds, and programs that do what theirs do. */
const repository: Record<string, string> = {
  'k8s/display.yaml': ksvc('event-display', 'display'),
  // docs/eventing/flows/sequence/sequence-reply-to-event-display
  'k8s/sequence.yaml': [
    ksvc('first', 'step', '[{ name: MESSAGE, value: " - Handled by 0" }]'),
    ksvc('second', 'step', '[{ name: MESSAGE, value: " - Handled by 1" }]'),
    `
apiVersion: flows.knative.dev/v1
kind: Sequence
metadata: { name: sequence }
spec:
  channelTemplate: ${memory}
  steps:
    - ref: { apiVersion: serving.knative.dev/v1, kind: Service, name: first }
    - ref: { apiVersion: serving.knative.dev/v1, kind: Service, name: second }
  reply: { ref: { kind: Service, apiVersion: serving.knative.dev/v1, name: event-display } }
`,
    `
apiVersion: sources.knative.dev/v1
kind: PingSource
metadata: { name: ping-source }
spec:
  schedule: "*/1 * * * * *"
  contentType: application/json
  data: '{"message": "Hello world!"}'
  sink: { ref: { apiVersion: flows.knative.dev/v1, kind: Sequence, name: sequence } }
`,
  ].join('---'),
  // docs/eventing/flows/parallel
  'k8s/parallel.yaml': [
    ksvc('filter', 'filter'),
    `
apiVersion: flows.knative.dev/v1
kind: Parallel
metadata: { name: odd-even }
spec:
  channelTemplate: ${memory}
  branches:
    - filter: ${toService('filter')}
      subscriber: ${toService('first')}
    - subscriber: ${toService('second')}
  reply: ${toService('event-display')}
`,
  ].join('---'),
  // docs/eventing/custom-event-source/containersource
  'k8s/source.yaml': `
apiVersion: sources.knative.dev/v1
kind: ContainerSource
metadata: { name: test-heartbeats }
spec:
  template:
    spec:
      containers:
        - image: registry.example/samples/heartbeats
          name: heartbeats
          args: [--period=1]
          env: [{ name: POD_NAME, value: mypod }, { name: POD_NAMESPACE, valueFrom: { fieldRef: { fieldPath: metadata.namespace } } }]
  sink: { ref: { apiVersion: messaging.knative.dev/v1, kind: Channel, name: beats } }
  ceOverrides: { extensions: { origin: container } }
---
apiVersion: messaging.knative.dev/v1
kind: Channel
metadata: { name: beats }
---
apiVersion: messaging.knative.dev/v1
kind: Subscription
metadata: { name: beats-to-display }
spec:
  channel: { apiVersion: messaging.knative.dev/v1, kind: Channel, name: beats }
  subscriber: ${toService('event-display')}
`,
  // docs/eventing/custom-event-source/sinkbinding, with a Deployment as its subject
  'k8s/binding.yaml': `
apiVersion: apps/v1
kind: Deployment
metadata: { name: sender }
spec:
  selector: { matchLabels: { app: sender } }
  template:
    metadata: { labels: { app: sender } }
    spec:
      containers: [{ name: sender, image: registry.example/samples/heartbeats }]
---
apiVersion: sources.knative.dev/v1
kind: SinkBinding
metadata: { name: bind-heartbeat }
spec:
  subject: { apiVersion: apps/v1, kind: Deployment, selector: { matchLabels: { bound: "yes" } } }
  sink: { ref: { apiVersion: v1, kind: Service, name: inbox }, uri: /in }
  ceOverrides: { extensions: { origin: deployment } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: receiver }
spec:
  replicas: 1
  selector: { matchLabels: { app: receiver } }
  template:
    metadata: { labels: { app: receiver } }
    spec:
      containers: [{ name: receiver, image: registry.example/samples/display, ports: [{ containerPort: 8080 }] }]
---
apiVersion: v1
kind: Service
metadata: { name: inbox }
spec: { selector: { app: receiver }, ports: [{ port: 80, targetPort: 8080 }] }
`.replace('metadata: { name: sender }', 'metadata: { name: sender, labels: { bound: "yes" } }'),
  // code-samples/serving: a program in another language, a second container, a Secret, and a VirtualService before both
  'k8s/hello.yaml': [
    ksvc('hello', 'hello', '[{ name: TARGET, value: "Python Sample v1" }]'),
    `
apiVersion: serving.knative.dev/v1
kind: Service
metadata: { name: pair }
spec:
  template:
    spec:
      containers:
      - image: registry.example/samples/serving
        ports:
          - containerPort: 8881
        env: [{ name: CREDENTIALS, value: /var/secret/robot.json }]
        volumeMounts: [{ name: robot, mountPath: /var/secret }]
      - image: registry.example/samples/beside
      volumes:
      - name: robot
        secret: { secretName: robot }
---
apiVersion: v1
kind: Secret
metadata: { name: robot }
stringData: { robot.json: the robot }
---
apiVersion: networking.istio.io/v1alpha3
kind: VirtualService
metadata: { name: entry }
spec:
  gateways: [knative-ingress-gateway.knative-serving.svc.cluster.local]
  hosts: [shop.example]
  http:
    - match: [{ uri: { prefix: /hello } }]
      rewrite: { authority: hello.default.svc.cluster.local }
      route: [{ destination: { host: knative-local-gateway.istio-system.svc.cluster.local, port: { number: 80 } }, weight: 100 }]
`,
  ].join('---'),
  // code-samples/eventing/bookstore-sample-app: what keeps its data in a claim
  'k8s/claim.yaml': `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: reviews }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: shelf }
spec:
  replicas: 1
  selector: { matchLabels: { app: shelf } }
  template:
    metadata: { labels: { app: shelf } }
    spec:
      containers:
        - name: shelf
          image: registry.example/samples/shelf
          env: [{ name: FOLDER, value: /var/lib/shelf }]
          ports: [{ containerPort: 8000 }]
          volumeMounts: [{ name: reviews, mountPath: /var/lib/shelf }]
      volumes: [{ name: reviews, persistentVolumeClaim: { claimName: reviews } }]
---
apiVersion: v1
kind: Service
metadata: { name: shelf }
spec: { selector: { app: shelf }, ports: [{ port: 8000 }] }
`,
  'hello/app.py': `
import os
from http.server import BaseHTTPRequestHandler, HTTPServer
class Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(("Hello " + os.environ["TARGET"]).encode())
HTTPServer(("", int(os.environ["PORT"])), Hello).serve_forever()
`,
  'serving/server.js': `
require('http').createServer(async (request, response) => {
  const beside = await fetch('http://localhost:8882').then((answer) => answer.text(), () => '');
  response.end(beside ? beside + ' ' + require('fs').readFileSync(process.env.CREDENTIALS) : 'not yet');
}).listen(8881);`,
  'beside/server.js': `require('http').createServer((request, response) => response.end('beside')).listen(8882);`,
  'shelf/server.js': `
const fs = require('fs');
fs.writeFileSync(process.env.FOLDER + '/kept', 'a review');
require('http').createServer((request, response) => response.end('ok')).listen(8000);`,
  'display/server.js': `
require('http').createServer((request, response) => {
  let body = '';
  request.on('data', (part) => (body += part)).on('end', () => {
    const { 'ce-type': type, 'ce-origin': origin } = request.headers;
    console.log(['got', request.url, type, origin, body].join(' '));
    response.end();
  });
}).listen(8080);`,
  'step/server.js': `
require('http').createServer((request, response) => {
  let body = '';
  request.on('data', (part) => (body += part)).on('end', () => {
    const { message } = JSON.parse(body);
    response.writeHead(200, { 'ce-specversion': '1.0', 'ce-id': request.headers['ce-id'], 'ce-type': 'samples.http.mod3', 'ce-source': '/transformer', 'content-type': 'application/json' });
    response.end(JSON.stringify({ message: message + process.env.MESSAGE }));
  });
}).listen(process.env.PORT);`,
  'filter/server.js': `
require('http').createServer((request, response) => {
  let body = '';
  request.on('data', (part) => (body += part)).on('end', () => {
    if (!JSON.parse(body).message.includes('even')) return response.writeHead(202).end();
    response.writeHead(200, { ...Object.fromEntries(Object.entries(request.headers).filter(([name]) => name.startsWith('ce-'))), 'content-type': 'application/json' });
    response.end(body);
  });
}).listen(process.env.PORT);`,
  'heartbeats/index.js': `
const { K_SINK, K_CE_OVERRIDES, POD_NAME, POD_NAMESPACE } = process.env;
const { extensions = {} } = JSON.parse(K_CE_OVERRIDES || '{}');
let id = 0;
setInterval(() => {
  const headers = { 'ce-specversion': '1.0', 'ce-id': String(++id), 'ce-type': 'dev.knative.eventing.samples.heartbeat', 'ce-source': '/heartbeats', 'content-type': 'application/json' };
  for (const [name, value] of Object.entries(extensions)) headers['ce-' + name] = value;
  fetch(K_SINK, { method: 'POST', headers, body: JSON.stringify({ id, POD_NAME, POD_NAMESPACE, args: process.argv.slice(2) }) }).catch(() => {});
}, 200);`,
};

let folder: string;
let platform: RunningPlatform;
beforeAll(async () => {
  folder = writtenFolder('samples', repository);
  platform = await startedIn(folder);
});
afterAll(async () => {
  await platform?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What the console lists of the events of a channel: how they ended at its Subscriptions. */
async function outcomesOf(type: string): Promise<string[]> {
  const events = (await (await fetch(`${platform.consoleUrl}/api/events`)).json()) as {
    type: string;
    triggers: { name: string; outcome: string }[];
  }[];
  return events
    .filter((each) => each.type === type)
    .flatMap(({ triggers }) => triggers.map(({ name, outcome }) => `${name} ${outcome}`));
}
/** Whether a Service that displays events has got one with this text. */
async function hasShown(text: string, service = 'event-display'): Promise<boolean> {
  const lines = (await (await fetch(`${platform.consoleUrl}/api/logs?service=${service}`)).json()) as {
    message: string;
  }[];
  return lines.some(({ message }) => message.startsWith('got ') && message.includes(text));
}

/** What a host answers with at the ingress. */
async function fetched(host: string, path = '/'): Promise<string> {
  const { hostname, port } = new URL(platform.url);
  return new Promise((resolve, reject) =>
    get({ hostname, port, path, headers: { host } }, async (response) => resolve(await text(response))).on(
      'error',
      reject,
    ),
  );
}

describe("knative/docs' samples", () => {
  it('answer in another language, by their own address and by a VirtualService', needs('python3'), async () => {
    expect(await fetched('hello.default.localhost')).toBe('Hello Python Sample v1');
    expect(await fetched('shop.example', '/hello')).toBe('Hello Python Sample v1');
  });

  it('have a second container and a Secret', async () => {
    await eventually(async () => (await fetched('pair.default.localhost')) !== 'not yet', 'the second container');
    expect(await fetched('pair.default.localhost')).toBe('beside the robot');
  });

  it('keep their files in the folder of a claim', async () => {
    const kept = join(folder, 'home/volumes/default__reviews/kept');
    await eventually(() => existsSync(kept), 'a file');
    expect(readFileSync(kept, 'utf8')).toBe('a review');
  });

  it('a Sequence handles an event of a PingSource in turn, and replies', async () => {
    await eventually(() => hasShown('Hello world! - Handled by 0 - Handled by 1'), 'the reply of the Sequence', 30);
    expect(await outcomesOf('dev.knative.sources.ping')).toContain('sequence-kn-sequence-0 delivered');
  });

  it('a Parallel gives each branch what its filter lets through', async () => {
    const entry = platform.brokerUrls.find((url) => url.endsWith('/channel:odd-even-kn-parallel'));
    const token = readFileSync(join(folder, 'home/access-token'), 'utf8').trim();
    for (const message of ['odd', 'even'])
      await fetch(entry!, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'ce-specversion': '1.0',
          'ce-id': message,
          'ce-source': '/test',
          'ce-type': 'number',
        },
        body: JSON.stringify({ message }),
      });
    for (const text of ['even - Handled by 0', 'odd - Handled by 1', 'even - Handled by 1'])
      await eventually(() => hasShown(text), text);
    expect(await hasShown('odd - Handled by 0')).toBe(false);
  });

  it('a ContainerSource sends to a Channel, and its Subscription gets it', async () => {
    await eventually(() => hasShown('dev.knative.eventing.samples.heartbeat container'), 'a heartbeat');
    expect(await hasShown('"POD_NAME":"mypod","POD_NAMESPACE":"default","args":["--period=1"]')).toBe(true);
  });

  it('a SinkBinding tells a Deployment the address of another, by its Service', async () => {
    expect(platform.services().find(({ name }) => name === 'inbox')).toMatchObject({ wanted: 1 });
    await eventually(() => hasShown('/in dev.knative.eventing.samples.heartbeat deployment', 'inbox'), 'an event');
    expect(await hasShown('deployment')).toBe(false);
  });

  it('a program that ends is started again', async () => {
    const statusOf = () => platform.services().find(({ name }) => name === 'test-heartbeats');
    const before = statusOf()!.pids[0]!;
    process.kill(before, 'SIGKILL');
    await eventually(() => !alive(before), 'it has ended');
    await eventually(() => statusOf()?.instances === 1, 'another process');
    expect(statusOf()?.pids).not.toContain(before);
  });
});
