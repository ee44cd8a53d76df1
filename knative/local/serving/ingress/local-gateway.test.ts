import { request } from 'node:http';
import { service, type TestPlatform, testPlatform } from '@dormouse/local/platform.fixture';
import { afterAll, beforeAll, expect, test } from 'vitest';

const program = `
import { createServer } from 'node:http';
const server = createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  response.end(JSON.stringify({
    service: process.env.K_SERVICE, host: request.headers.host, url: request.url, body: String(Buffer.concat(parts)),
    traceparent: request.headers.traceparent, gateway: process.env.LOCAL_GATEWAY_URL, kubernetes: process.env.KUBERNETES_URL,
  }));
}).listen(Number(process.env.PORT));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
`;

let platform: TestPlatform;
let gateway = '';
let kubernetes = '';
beforeAll(async () => {
  const env = [
    { kind: 'value', name: 'LOCAL_GATEWAY_URL', value: 'http://knative-local-gateway.istio-system.svc.cluster.local' },
    { kind: 'value', name: 'KUBERNETES_URL', value: 'https://kubernetes.default.svc' },
  ] as const;
  const container = { command: [], args: [], volumes: [] };
  platform = await testPlatform({
    programs: { teller: program, other: program },
    services: [service('teller', { container: { ...container, image: 'test/teller', env } }), service('other')],
  });
  ({ gateway, kubernetes } = (await (await platform.get('/teller')).json()) as { gateway: string; kubernetes: string });
});
afterAll(() => platform?.end());

/** fetch does not let a program choose the Host. */
const ask = (host: string, path = '/events?a=1', body = 'x', origin = gateway, more: Record<string, string> = {}) =>
  new Promise<{ status: number; body: Record<string, string> }>((done, failed) => {
    const asked = request(
      origin + path,
      { method: 'POST', headers: { ...more, host, traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` } },
      async (incoming) => {
        let text = '';
        for await (const part of incoming.setEncoding('utf8')) text += part;
        done({ status: incoming.statusCode ?? 0, body: JSON.parse(text) });
      },
    );
    asked.on('error', failed).end(body);
  });

test('functions get the gateway’s and the Kubernetes API’s addresses on this machine', async () => {
  expect(gateway).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]+$/);
  expect(kubernetes).toBe(platform.kubernetesUrl);
  expect((await fetch(`${kubernetes}/apis/serving.knative.dev/v1/namespaces/test/services`)).status).toBe(200);
});

test('a request reaches the Service that its Host names, which wakes for it', async () => {
  expect(platform.pids('other')).toEqual([]);
  expect(await ask('other.test.svc.cluster.local')).toEqual({
    status: 200,
    body: {
      service: 'other',
      host: 'other.test.svc.cluster.local',
      url: '/events?a=1',
      body: 'x',
      traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
    },
  });
  expect(platform.pids('other')).toHaveLength(1);
});

test.each(['other.test', 'other.test.svc', 'OTHER.test.svc.cluster.local:80'])(
  '%s is the same Service',
  async (host) => {
    expect((await ask(host)).body.service).toBe('other');
  },
);

test.each(['nobody.test.svc.cluster.local', 'other.elsewhere.svc.cluster.local', 'other', 'example.org', '127.0.0.1'])(
  '%s is an unknown host and gets 404',
  async (host) => {
    expect(await ask(host)).toMatchObject({ status: 404, body: { code: 'not_found' } });
  },
);

test('an event is not taken from whoever reaches the port, nor from a page of another site', async () => {
  const { origin } = new URL(gateway);
  const host = 'other.test.svc.cluster.local';
  expect(await ask(host, '/events', 'x', origin)).toMatchObject({ status: 401 });
  expect(await ask(host, '/wrong/events', 'x', origin)).toMatchObject({ status: 401 });
  expect(await ask(host, '/events', 'x', gateway, { 'sec-fetch-site': 'cross-site' })).toMatchObject({ status: 403 });
  expect(await ask(host, '/events', 'x', gateway, { origin: 'https://evil.example' })).toMatchObject({ status: 403 });
});
