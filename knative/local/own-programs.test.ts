import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { mounting } from '@dormouse/serving/process/mounted-folders';
import { needs } from '@dormouse/tests/needs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadOverlay } from './load.ts';
import { alive, eventually } from './platform.fixture.ts';
import { type RunningPlatform, startPlatform } from './platform.ts';

const ksvc = (name: string, container = '') => `
apiVersion: serving.knative.dev/v1
kind: Service
metadata: { name: ${name} }
spec:
  template:
    spec:
      containers:
        - image: registry.example/shop/${name}:1.0
${container.replace(/^/gm, '          ')}
`;

/** A repository as somebody wrote it for a cluster: manifests in one folder, programs in others. */
const repository: Record<string, string> = {
  'k8s/shop.yaml': ksvc(
    'shop',
    'args: ["--greeting=$(GREETING) from $(PORT)"]\nenv: [{ name: GREETING, value: hello }]',
  ),
  'k8s/beside.yaml': ksvc(
    'beside',
    'command: [node, plain.js]\nreadinessProbe: { httpGet: { path: /ready } }\nstartupProbe: { exec: { command: [test, -f, plain.js] } }',
  ),
  'k8s/snake.yaml': ksvc('snake'),
  // Sloppy CommonJS with a package by name, views beside it, a port written down, and a helper that would live on.
  'shop/package.json': '{"name":"shop","scripts":{"start":"node src/index.js"}}',
  'shop/node_modules/mini-express/index.js':
    'module.exports = (handle) => ({ listen: (port, done) => require("http").createServer(handle).listen(port, done) });',
  'shop/views/index.html': '<h1>{{greeting}}</h1>',
  'shop/src/index.js': `
    express = require('mini-express'); // sloppy: a global
    const { readFileSync } = require('fs');
    const helper = require('child_process').spawn('sleep', ['600'], { stdio: 'inherit' });
    const greeting = process.argv[2].split('=')[1];
    const app = express((request, response) => {
      if (request.url === '/about') return response.end([process.cwd() === require('path').join(__dirname, '..'), helper.pid].join());
      response.end(readFileSync(__dirname + '/../views/index.html', 'utf8').replace('{{greeting}}', greeting));
    });
    app.listen(8080, () => console.log('listens'));
    process.on('SIGTERM', () => process.exit(0));`,
  'beside/plain.js':
    "const ready = Date.now() + 200; require('http').createServer((q, r) => { r.statusCode = Date.now() < ready ? 503 : 200; r.end(q.url); }).listen(process.env.PORT);",
  // A Pod of three: one prepares, one counts beside the one that is served.
  'k8s/front.yaml': `
apiVersion: v1
kind: ConfigMap
metadata: { name: config-features, namespace: knative-serving }
data: { kubernetes.podspec-init-containers: enabled, multi-container-probing: enabled }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: words }
data: { greeting: hello }
---
apiVersion: serving.knative.dev/v1
kind: Service
metadata: { name: front }
spec:
  template:
    spec:
      initContainers:
        - image: registry.example/shop/prepare
          env: [{ name: OUT, value: /var/lib/front/prepared }]
          volumeMounts: [{ name: data, mountPath: /var/lib/front }]
      containers:
        - image: registry.example/shop/counter
          name: counter
        - image: registry.example/shop/front
          ports: [{ containerPort: 8080 }]
          env: [{ name: DATA, value: /var/lib/front }]
          volumeMounts:
            - { name: data, mountPath: /var/lib/front }
            - { name: words, mountPath: /etc/front, readOnly: true }
      volumes:
        - { name: data, emptyDir: {} }
        - { name: words, configMap: { name: words } }
`,
  // A container beside the one that is served, which starts slowly, is not ready at first, and stops to live when it is asked to.
  'k8s/guarded.yaml': `
apiVersion: serving.knative.dev/v1
kind: Service
metadata: { name: guarded }
spec:
  template:
    spec:
      containers:
        - image: registry.example/shop/guarded
          ports: [{ containerPort: 8080 }]
        - image: registry.example/shop/guard
          name: guard
          readinessProbe: { httpGet: { path: /ready, port: 9001 } }
          livenessProbe: { httpGet: { path: /alive, port: 9001 }, periodSeconds: 1, failureThreshold: 3 }
          startupProbe: { httpGet: { path: /started, port: 9001 }, periodSeconds: 1, failureThreshold: 30 }
`,
  'guarded/main.js': `
    require('http').createServer(async (request, response) => {
      const said = await fetch('http://localhost:9001' + request.url).then((answer) => answer.text(), () => 'gone');
      response.end(process.pid + ' ' + said);
    }).listen(8080);`,
  'guard/main.js': `
    let [alive, asked, starts, early] = [true, 0, 0, false];
    require('http').createServer(({ url }, response) => {
      if (url === '/stop') alive = false;
      if (url === '/started') starts++;
      else if (starts < 4 && url !== '/who') early = true;
      if (url === '/started' ? starts < 4 : url === '/ready' ? ++asked < 3 : !alive) response.statusCode = 500;
      response.end(process.pid + ' ' + (asked >= 3 && !early));
    }).listen(9001, 'localhost');`,
  'prepare/main.js': 'require("fs").writeFileSync(process.env.OUT, "prepared for " + process.env.K_SERVICE);',
  'counter/main.js':
    'let count = 0; require("http").createServer((q, r) => r.end(++count + " " + process.env.PORT)).listen(9000, "localhost");',
  'front/main.js': `
    const { existsSync, readFileSync } = require('fs');
    require('http').createServer(async (request, response) => {
      const counted = await fetch('http://localhost:9000/').then((answer) => answer.text(), String);
      const words = existsSync('/etc/front/greeting') ? readFileSync('/etc/front/greeting', 'utf8') : 'none';
      response.end(JSON.stringify({ counted, words, prepared: readFileSync(process.env.DATA + '/prepared', 'utf8') }));
    }).listen(8080);`,
  'snake/app.py': `
import http.server, os
class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        body = ("python %s %s" % (os.environ["PORT"], os.environ["K_SERVICE"])).encode()
        self.send_response(200); self.send_header("content-length", str(len(body))); self.end_headers(); self.wfile.write(body)
http.server.ThreadingHTTPServer(("", 8080), Handler).serve_forever()`,
};

let folder: string;
let platform: RunningPlatform;
const printed: string[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dormouse-stranger-'));
  for (const [name, content] of Object.entries(repository)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  platform = await startPlatform({
    home: join(folder, 'home'),
    root: folder,
    port: 0,
    consolePort: 0,
    prewarmed: false,
    print: (line) => printed.push(line),
    load: () => loadOverlay(join(folder, 'k8s'), folder),
  });
});
afterAll(async () => {
  await platform?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const ksvcStatus = async (name: string) => {
  const path = `/apis/serving.knative.dev/v1/namespaces/default/services/${name}`;
  return ((await (await fetch(platform.kubernetesUrl + path)).json()) as { status: object }).status;
};

const ask = (service: string, path = '/') =>
  new Promise<string>((done, failed) => {
    const { port } = new URL(platform.url);
    get({ host: '127.0.0.1', port, path, headers: { host: `${service}.default.localhost:${port}` } }, (response) => {
      let text = '';
      response
        .setEncoding('utf8')
        .on('data', (part: string) => (text += part))
        .on('end', () => done(text));
    }).on('error', failed);
  });

describe("a stranger's programs", () => {
  it('is ready when the container beside it is, which alone is started anew when it does not live', async () => {
    const [served, guard, ready] = (await ask('guarded', '/who')).split(' ');
    expect(ready).toBe('true');
    await ask('guarded', '/stop');
    await eventually(
      async () => ![guard, 'gone'].includes((await ask('guarded', '/who')).split(' ')[1]),
      'another',
      30,
    );
    expect((await ask('guarded', '/who')).split(' ')[0]).toBe(served);
    await eventually(async () => (await ask('guarded', '/who')).endsWith(' true'), 'started before it is asked', 30);
  });

  it('run as they lie there, on the port that is written into them', async () => {
    expect(await ask('shop')).toBe('<h1>hello from 8080</h1>');
    expect((await ask('shop', '/about')).split(',')[0]).toBe('true');
    expect(platform.addresses.map(({ name }) => name)).toEqual(['beside', 'front', 'guarded', 'shop', 'snake']);
  });

  it('run side by side with the same port, and wait for their probes', async () => {
    expect(await Promise.all([ask('beside', '/a'), ask('shop')])).toEqual(['/a', '<h1>hello from 8080</h1>']);
  });

  it('may be split between revisions, each of them with its own template', async () => {
    const next = ksvc('shop', 'args: ["--greeting=next"]');
    const split = `  traffic:
    - { revisionName: shop-00001, percent: 100 }
    - { latestRevision: true, percent: 0, tag: next }
`;
    writeFileSync(join(folder, 'k8s/shop.yaml'), next + split);
    await platform.reload();
    expect(await ask('shop')).toBe('<h1>hello from 8080</h1>');
    expect(await ask('next-shop')).toBe('<h1>next</h1>');
    expect(await ksvcStatus('shop')).toMatchObject({
      url: expect.stringMatching(/^http:\/\/shop\.default\.localhost:\d+$/),
      latestReadyRevisionName: 'shop-00002',
      traffic: [
        { revisionName: 'shop-00001', percent: 100 },
        { revisionName: 'shop-00002', percent: 0, tag: 'next' },
      ],
      conditions: [{ status: 'True' }, { type: 'Ready', status: 'True' }, { status: 'True' }],
    });
    writeFileSync(join(folder, 'k8s/shop.yaml'), next);
    await platform.reload();
    expect(await ask('shop')).toBe('<h1>next</h1>');
  });

  it('may be several in one Pod, with volumes at their paths where the machine lets them', async () => {
    const { refused } = await mounting(join(folder, 'home'));
    expect(JSON.parse(await ask('front'))).toEqual({
      counted: '1 undefined',
      words: refused === undefined ? 'hello' : 'none',
      prepared: 'prepared for front',
    });
    expect(JSON.parse(await ask('front'))).toMatchObject({ counted: '2 undefined' });
    if (refused) expect(printed.join('\n')).toContain('front: /etc/front is not there on this machine');
  });

  it('may be in Python', needs('python3'), async () => {
    expect(await ask('snake')).toBe('python 8080 snake');
  });

  it('end whole: a helper does not outlive them', async () => {
    const helper = Number((await ask('shop', '/about')).split(',')[1]);
    expect(alive(helper)).toBe(true);
    const shop = platform.services().find(({ name }) => name === 'shop')!;
    process.kill(shop.pids[0]!, 'SIGTERM');
    await eventually(() => !alive(helper), 'the helper has ended');
  });
});
