import { type RequestListener, request, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { closeHttp, serveHttp } from './internal-http.ts';
import { guardLoopback, isLoopbackHost, type LoopbackGuardOptions } from './loopback-guard.ts';

const secret = 's'.repeat(43);
const servers: Server[] = [];
afterEach(() => Promise.all(servers.splice(0).map(closeHttp)));

/** A port whose handler tells the path that it sees. */
async function open(options?: LoopbackGuardOptions) {
  const tell: RequestListener = ({ url }, response) => void response.end(url);
  const server = await serveHttp(guardLoopback(tell, options));
  servers.push(server);
  const { port } = server.address() as { port: number };
  const ask = (headers: Record<string, string> = {}, path = '/', method = 'GET') =>
    new Promise<{ status: number; text: string }>((done, failed) => {
      request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part) => {
          text += part;
        });
        response.on('end', () => done({ status: response.statusCode!, text }));
      })
        .on('error', failed)
        .end();
    });
  return { port, ask };
}

describe('the name of this machine', () => {
  it.each(['localhost', 'LOCALHOST:8081', '127.0.0.1', '127.0.0.1:1', '127.1.2.3:65535', '[::1]', '[::1]:80'])(
    '%s is one',
    (host) => expect(isLoopbackHost(host)).toBe(true),
  );

  it.each([
    '',
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '127.0.0.1@evil.example',
    'evil.example#127.0.0.1',
    '128.0.0.1',
    '0.0.0.0:80',
    '[::]:80',
    'localhost:',
    'localhost:8081x',
    'localhost\n',
  ])('%j is none', (host) => expect(isLoopbackHost(host)).toBe(false));
});

describe('a guarded port', () => {
  it('answers programs of this machine, which say nothing of where they come from', async () => {
    const { ask, port } = await open();
    expect(await ask()).toEqual({ status: 200, text: '/' });
    expect(await ask({ origin: `http://127.0.0.1:${port}`, 'sec-fetch-site': 'same-origin' }, '/', 'POST')).toEqual({
      status: 200,
      text: '/',
    });
  });

  it('does not answer by another name, for a name can be given any address', async () => {
    const { ask } = await open();
    const { status, text } = await ask({ host: 'rebound.example' });
    expect({ status, ...JSON.parse(text) }).toEqual({
      type: 'about:blank',
      title: 'Misdirected Request',
      status: 421,
      detail: 'This port answers to localhost only.',
    });
  });

  it.each([
    ['a script of another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
    ['a script of another port', { 'sec-fetch-site': 'same-site' }],
    ['an old browser, which tells the origin alone', { origin: 'http://evil.example' }],
    ['an origin that is hidden', { origin: 'null' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['a frame', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
  ])('refuses %s', async (_, headers) => {
    const { ask } = await open({ isPage: () => true });
    for (const method of ['GET', 'POST', 'OPTIONS', 'PUT']) expect((await ask(headers, '/', method)).status).toBe(403);
  });

  it('lets a link of another site open a page in a tab, and nothing else', async () => {
    const { ask } = await open({ isPage: (path) => path === '/page' });
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    expect((await ask(link, '/page?a=1')).status).toBe(200);
    expect((await ask(link, '/api')).status).toBe(403);
    expect((await ask(link, '/page', 'POST')).status).toBe(403);
    expect((await ask({ ...link, origin: 'http://evil.example' }, '/page')).status).toBe(403);
  });

  it('asks whoever changes something for the secret, in a header or in the path', async () => {
    const { ask } = await open({ secret });
    expect(await ask({}, '/a/b')).toEqual({ status: 200, text: '/a/b' });
    expect(await ask({}, '/a/b', 'OPTIONS')).toEqual({ status: 200, text: '/a/b' });
    expect(await ask({ authorization: `Bearer ${secret}` }, '/a/b', 'POST')).toEqual({ status: 200, text: '/a/b' });
    expect(await ask({}, `/${secret}/a/b?c=1`, 'POST')).toEqual({ status: 200, text: '/a/b?c=1' });
    const wrong = 'S'.repeat(43);
    for (const [headers, path] of [
      [{}, '/a/b'],
      [{ authorization: `Bearer ${wrong}` }, '/a/b'],
      [{ authorization: `Basic ${secret}` }, '/a/b'],
      [{ authorization: 'Bearer ' }, '/a/b'],
      [{}, `/${wrong}/a/b`],
      [{}, `/a/${secret}/b`],
      [{}, `//${secret}/a`],
    ] as const)
      expect({ path, ...(await ask(headers, path, 'POST')) }).toMatchObject({ path, status: 401 });
  });

  it('refuses another site that knows the secret', async () => {
    const { ask } = await open({ secret });
    expect((await ask({ origin: 'http://evil.example' }, `/${secret}/a`, 'POST')).status).toBe(403);
    expect((await ask({ host: 'rebound.example' }, `/${secret}/a`, 'POST')).status).toBe(421);
  });
});
