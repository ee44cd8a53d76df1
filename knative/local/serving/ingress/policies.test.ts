import { createServer, type Server } from 'node:http';
import { connect } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { type RawConnection, rawConnection } from '@dormouse/http/raw-http.fixture';
import { eventually, noFields, route } from '@dormouse/local/platform.fixture';
import type { CorsPolicy, HttpRoute } from '@dormouse/manifests/model';
import { Telemetry } from '@dormouse/telemetry/telemetry';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Activator } from '../proxy/activator.ts';
import type { ServingEndpoint, Target } from '../proxy/exchange.ts';
import { createInstanceConnections } from '../proxy/instance-connections.ts';
import { type Listener, listen } from '../proxy/listener.ts';
import { createIngress } from './ingress.ts';

/** What Services saw. */
const seen: { name: string; method: string; url: string; host: string; body: number }[] = [];
const servers: Server[] = [];
const connections: RawConnection[] = [];
let ingress: Listener;

/** A Service that says of itself what a policy may say, too. */
async function targetOf(name: string, late = 0): Promise<Target> {
  const server = createServer((request, response) => {
    let body = 0;
    request
      .on('data', (part: Buffer) => (body += part.length))
      .on('end', () => {
        seen.push({ name, method: request.method!, url: request.url!, host: request.headers.host!, body });
        const own = {
          'access-control-allow-origin': 'https://own.example',
          'access-control-expose-headers': 'x-own',
          'access-control-allow-methods': 'DELETE',
        };
        setTimeout(() => response.writeHead(200, own).end(name), late);
      });
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const activator = new Activator<ServingEndpoint>({ concurrency: 0, wake: () => undefined });
  activator.add({
    inFlight: 0,
    name: `${name}-00001-1`,
    connections: createInstanceConnections((server.address() as AddressInfo).port),
    activator,
    markSuspect: () => {},
  });
  return {
    name,
    authority: `${name}.test.svc.cluster.local`,
    timeoutMs: 9_000,
    responseStartTimeoutMs: 9_000,
    activator,
  };
}

const cors = (changes: Partial<CorsPolicy> = {}): CorsPolicy => ({
  allowOrigins: [
    { kind: 'exact', value: 'https://a.example' },
    { kind: 'prefix', value: 'https://pre' },
    { kind: 'regex', value: 'https://[a-z]+\\.re\\.example' },
  ],
  allowMethods: 'GET,PUT',
  allowHeaders: 'x-one,x-two',
  exposeHeaders: 'x-seen',
  maxAge: '86400',
  allowCredentials: true,
  forwardUnmatched: true,
  ...changes,
});
const added = { responseHeaders: { ...noFields, set: { 'x-route': 'added' } } };
const star = { allowOrigins: [{ kind: 'exact' as const, value: '*' }], allowMethods: '*', allowHeaders: '*' };
const silent = { exposeHeaders: '', maxAge: '', allowCredentials: false };
const everywhere = { service: 'shadow', namespace: 'test' };
const routes: HttpRoute[] = [
  route('/cors', 'app', { ...added, cors: cors() }),
  route('/ignore', 'app', { cors: cors({ ...silent, allowHeaders: '', forwardUnmatched: false }) }),
  route('/star', 'app', { cors: cors({ ...silent, ...star }) }),
  route('/down', 'nobody', { ...added, cors: cors() }),
  route('/abort', 'app', {
    ...added,
    cors: cors(),
    fault: { abort: { status: 418, percent: 100 }, delay: { ms: 150, percent: 100 } },
  }),
  route('/late', 'app', { fault: { delay: { ms: 150, percent: 100 } } }),
  route('/never', 'app', { fault: { abort: { status: 500, percent: 0 }, delay: { ms: 60_000, percent: 0 } } }),
  route('/sometimes', 'app', { fault: { abort: { status: 500, percent: 50 } } }),
  route('/mirror', 'app', {
    rewriteUri: '/was',
    mirrors: [
      { ...everywhere, percent: 100 },
      { service: 'nobody', namespace: 'test', percent: 100 },
      { service: 'broken', namespace: 'test', percent: 100 },
    ],
  }),
  route('/half', 'app', { mirrors: [{ ...everywhere, percent: 50 }] }),
];

beforeAll(async () => {
  const targets = new Map<string, Target>();
  for (const [name, late] of [
    ['app', 0],
    ['shadow', 2_000],
    ['broken', 0],
  ] as const)
    targets.set(name, await targetOf(name, late));
  servers.pop()!.close(); // of `broken`
  const handler = createIngress({
    virtualHosts: [{ name: 'all', hosts: ['*'], routes, origin: { file: 'x', line: 1 } }],
    target: (name) => targets.get(name),
    telemetry: new Telemetry(),
  });
  ingress = await listen(handler, { port: 0 });
});
afterAll(async () => {
  await ingress.close(0);
  for (const server of servers) server.closeAllConnections();
  for (const server of servers) server.close();
});
afterEach(() => {
  for (const connection of connections.splice(0)) connection.end();
  seen.length = 0;
});

/** Status and fields of an answer, without those of every one. */
async function ask(line: string, fields: Record<string, string> = {}, body = '') {
  const connection = await rawConnection(ingress.port);
  connections.push(connection);
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  const length = body ? [`content-length: ${Buffer.byteLength(body)}`] : [];
  connection.send([`${line} HTTP/1.1`, 'host: shop.example:8080', ...lines, ...length, '', body].join('\r\n'));
  const [status = '', ...rest] = (await connection.until(/\r\n\r\n/)).split('\r\n\r\n')[0]!.split('\r\n');
  const every =
    /^(?:x-trace-id|date|connection|keep-alive|transfer-encoding|content-length|x-content-type|cache-control)/i;
  return { status: Number(status.split(' ')[1]), fields: rest.filter((each) => !every.test(each)).sort() };
}
const from = (origin: string, more = {}) => ({ origin, ...more });
const preflight = (origin: string, more = {}) => from(origin, { 'access-control-request-method': 'PUT', ...more });
const owns = [
  'access-control-allow-methods: DELETE',
  'access-control-allow-origin: https://own.example',
  'access-control-expose-headers: x-own',
];

// What Envoy 1.40.0 answers with the same policies, in the order of Istio's filters: fault, cors, router.
describe('corsPolicy', () => {
  it.each(['https://a.example', 'https://prefix.example', 'https://abc.re.example'])(
    'answers the preflight of %s itself',
    async (origin) => {
      expect(await ask('OPTIONS /cors', preflight(origin))).toEqual({
        status: 200,
        fields: [
          'access-control-allow-credentials: true',
          'access-control-allow-headers: x-one,x-two',
          'access-control-allow-methods: GET,PUT',
          `access-control-allow-origin: ${origin}`,
          'access-control-expose-headers: x-seen',
          'access-control-max-age: 86400',
        ],
      });
      expect(seen).toEqual([]);
    },
  );

  it('hands on what is no preflight of an allowed origin', async () => {
    const other = { status: 200, fields: [...owns, 'x-route: added'] };
    expect(await ask('OPTIONS /cors', preflight('https://abc.re.example.evil'))).toEqual(other);
    expect(await ask('GET /cors', from('https://b.example'))).toEqual(other);
    expect(await ask('GET /cors')).toEqual(other);
    expect(await ask('OPTIONS /ignore', preflight('https://b.example'))).toEqual({
      status: 200,
      fields: ['access-control-allow-methods: GET,PUT'],
    });
    expect(seen.map(({ method }) => method)).toEqual(['OPTIONS', 'GET', 'GET']);
  });

  it.each(['GET', 'OPTIONS'])(
    'names an allowed origin in the answer to %s, in the place of what the Service says',
    async (method) => {
      expect(await ask(`${method} /cors`, from('https://a.example'))).toEqual({
        status: 200,
        fields: [
          'access-control-allow-credentials: true',
          'access-control-allow-methods: DELETE',
          'access-control-allow-origin: https://a.example',
          'access-control-expose-headers: x-seen',
          'x-route: added',
        ],
      });
    },
  );

  it('lets every origin, method and field through for *', async () => {
    const wanted = { 'access-control-request-headers': 'x-a, x-b' };
    expect((await ask('OPTIONS /star', preflight('https://b.example', wanted))).fields).toEqual([
      'access-control-allow-headers: x-a, x-b',
      'access-control-allow-methods: PUT',
      'access-control-allow-origin: https://b.example',
    ]);
    expect((await ask('OPTIONS /star', preflight('https://b.example'))).fields[0]).toBe(
      'access-control-allow-headers: ',
    );
    expect((await ask('GET /star', from('https://b.example'))).fields).toContain(
      'access-control-allow-origin: https://b.example',
    );
  });

  it('lets a page read that a Service is not there', async () => {
    expect(await ask('GET /down', from('https://a.example'))).toMatchObject({
      status: 503,
      fields: expect.arrayContaining(['access-control-allow-origin: https://a.example']),
    });
  });
});

describe('fault', () => {
  it.each([['GET /abort'], ['HEAD /abort'], ['OPTIONS /abort']])(
    'answers %s after the delay, before CORS',
    async (line) => {
      const began = performance.now();
      expect(await ask(line, preflight('https://a.example'))).toEqual({
        status: 418,
        fields: ['content-type: text/plain; charset=utf-8', 'x-route: added'],
      });
      expect(performance.now() - began).toBeGreaterThanOrEqual(149);
      expect(seen).toEqual([]);
    },
  );

  it('delays a request with its body', async () => {
    const began = performance.now();
    expect((await ask('POST /late', {}, 'x'.repeat(100_000))).status).toBe(200);
    expect(performance.now() - began).toBeGreaterThanOrEqual(149);
    expect(seen).toMatchObject([{ name: 'app', body: 100_000 }]);
  });

  it('asks no Service for a client that went away in the meantime', async () => {
    const connection = await rawConnection(ingress.port);
    connection.send('GET /late HTTP/1.1\r\nhost: a\r\n\r\n');
    await new Promise((done) => setTimeout(done, 50));
    connection.end();
    expect((await ask('GET /late')).status).toBe(200);
    expect(seen).toHaveLength(1);
  });

  it('happens to as many requests as it says', async () => {
    expect((await ask('GET /never')).status).toBe(200);
    const statuses = new Set<number>();
    await eventually(async () => statuses.add((await ask('GET /sometimes')).status).size === 2, 'both');
    expect([...statuses].sort()).toEqual([200, 500]);
  });
});

describe('mirrors', () => {
  it('get each request with another Host, and nobody waits for them', async () => {
    expect(await ask('POST /mirror/x?q=1', {}, 'hello')).toMatchObject({ status: 200 });
    await eventually(() => seen.length === 2, 'both');
    expect(seen).toEqual(
      expect.arrayContaining([
        { name: 'app', method: 'POST', url: '/was/x?q=1', host: 'app.test.svc.cluster.local', body: 5 },
        { name: 'shadow', method: 'POST', url: '/was/x?q=1', host: 'app.test.svc.cluster.local-shadow', body: 5 },
      ]),
    );
  });

  it('get bodies that are longer than what is held, up to 1 MiB', async () => {
    expect((await ask('POST /mirror', {}, 'x'.repeat(1_000_000))).status).toBe(200);
    await eventually(() => seen.length === 2, 'both');
    expect(seen.map(({ body }) => body)).toEqual([1_000_000, 1_000_000]);
    expect((await ask('POST /mirror', {}, 'x'.repeat(1_048_577))).status).toBe(200);
    expect((await ask('GET /mirror')).status).toBe(200);
    await eventually(() => seen.length === 5, 'two more at the Service, one at its mirror');
    expect(seen.slice(2).filter(({ name }) => name === 'shadow')).toMatchObject([{ method: 'GET', body: 0 }]);
  });

  it('get as many as their percentage says', async () => {
    let asked = 0;
    const mirrored = () => seen.filter(({ name }) => name === 'shadow').length;
    await eventually(async () => {
      await ask('GET /half');
      asked++;
      return mirrored() > 0 && mirrored() < asked - 1;
    }, 'some and not all');
    expect(mirrored()).toBeGreaterThan(0);
  });

  it('get what comes over HTTP/2', async () => {
    const session = connect(`http://127.0.0.1:${ingress.port}`);
    const stream = session.request({ ':path': '/mirror', ':method': 'POST' });
    stream.end('hello');
    const status = await new Promise((done) => stream.on('response', (fields) => done(fields[':status'])));
    session.destroy();
    expect(status).toBe(200);
    await eventually(() => seen.length === 2, 'both');
    expect(seen.map(({ body }) => body)).toEqual([5, 5]);
  });
});
