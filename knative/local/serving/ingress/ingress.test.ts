import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ProblemError } from '@dormouse/http/problem-error';
import { type RawConnection, rawConnection } from '@dormouse/http/raw-http.fixture';
import { eventually, noFields, route } from '@dormouse/local/platform.fixture';
import type { HttpRoute } from '@dormouse/manifests/model';
import { Telemetry } from '@dormouse/telemetry/telemetry';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Activator } from '../proxy/activator.ts';
import type { ClientRequest } from '../proxy/client-request.ts';
import type { ServingEndpoint, Target } from '../proxy/exchange.ts';
import { createInstanceConnections } from '../proxy/instance-connections.ts';
import { type Listener, listen, usualTimeouts } from '../proxy/listener.ts';
import { createIngress, type Ingress } from './ingress.ts';

/** What the function saw, newest last. */
const seen: { method: string; url: string; headers: IncomingMessage['headers']; raw: string[]; body: string }[] = [];
let respond: (request: IncomingMessage, response: ServerResponse) => void;
const plainly = (_request: IncomingMessage, response: ServerResponse) => void response.end('ok');
const last = () => seen.at(-1)!;

let app: Server;
let handler: Ingress;
let ingress: Listener;
let rawApp: TcpServer | undefined;
let rawReply: string[] = [];
const telemetry = new Telemetry();
const connections: RawConnection[] = [];

/** A Service with one instance that is always there. */
function targetOf(name: string, port: number, concurrency = 0): Target {
  const activator = new Activator<ServingEndpoint>({ concurrency, wake: () => undefined });
  activator.add({
    inFlight: 0,
    name: `${name}-00001-1`,
    connections: createInstanceConnections(port),
    activator,
    markSuspect: () => {},
  });
  return {
    name,
    authority: `${name}.test.svc.cluster.local`,
    timeoutMs: 10_000,
    responseStartTimeoutMs: 10_000,
    activator,
  };
}

async function reply(socket: Socket): Promise<void> {
  for (const part of rawReply) {
    if (part === 'FIN') socket.end();
    else if (part === 'RST') socket.resetAndDestroy();
    else socket.write(part, 'latin1');
    await sleep(5);
  }
}

const set = (fields: Record<string, string>) => ({ ...noFields, set: fields });
const direct = (path: string, status: number, body: string, changes: Partial<HttpRoute> = {}) =>
  route(path, 'direct', {
    match: [{ uri: { kind: 'exact', value: path }, headers: {}, ignoreUriCase: false }],
    action: { kind: 'direct', status, body },
    ...changes,
  });
const routes: HttpRoute[] = [
  direct('/health', 200, '{"status":"ok"}', { responseHeaders: set({ 'content-type': 'application/json' }) }),
  direct('/events', 404, ''),
  route('/moved', 'moved', { action: { kind: 'redirect', status: 301, uri: '/new', authority: 'new.example.org' } }),
  route('/raw', 'raw'),
  route('/slow', 'app', { timeoutMs: 300 }),
  route('/narrow', 'narrow'),
  route('/nobody', 'nobody'),
  route('/changed', 'app', {
    rewriteUri: '/was',
    requestHeaders: {
      set: {
        'x-client-address': '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%',
        'x-client-origin': '%REQ(X-FORWARDED-PROTO)%://%REQ(:AUTHORITY)%',
        'x-set': '100%%',
      },
      add: { 'x-add': 'b' },
      remove: ['x-gone'],
    },
    responseHeaders: { set: { 'x-server': 'ours' }, add: { 'x-more': '1' }, remove: ['x-secret'] },
  }),
  route('/retried', 'app', { retries: { attempts: 2, statuses: new Set([502]), backoffMs: 1 } }),
  route('/app', 'app'),
];

beforeAll(async () => {
  app = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    await request.forEach((part: Buffer) => void parts.push(part)).catch(() => {}); // a client that went away
    seen.push({
      method: request.method!,
      url: request.url!,
      headers: request.headers,
      raw: request.rawHeaders,
      body: Buffer.concat(parts).toString(),
    });
    respond(request, response);
  });
  await new Promise<void>((done) => app.listen(0, '127.0.0.1', done));
  rawApp = createTcpServer((socket) => {
    socket.on('data', () => void reply(socket)).on('error', () => {});
  });
  await new Promise<void>((done) => rawApp!.listen(0, '127.0.0.1', done));
  const port = (server: { address(): unknown }) => (server.address() as { port: number }).port;
  const targets = new Map([
    ['app', targetOf('app', port(app))],
    ['raw', targetOf('raw', port(rawApp))],
    ['narrow', { ...targetOf('narrow', port(app), 1), timeoutMs: 60_000 }],
  ]);
  handler = createIngress({
    virtualHosts: [{ name: 'all', hosts: ['*'], routes, origin: { file: 'x', line: 1 } }],
    target: (name) => targets.get(name),
    telemetry,
  });
  ingress = await listen(handler, { port: 0, timeouts: { ...usualTimeouts, headMs: 1_000, bodyMs: 300, readMs: 300 } });
});
afterAll(async () => {
  await ingress.close(0);
  app.closeAllConnections();
  app.close();
  rawApp?.close();
});
afterEach(() => {
  for (const connection of connections.splice(0)) connection.end();
  respond = plainly;
});
respond = plainly;

const open = async () => {
  const connection = await rawConnection(ingress.port);
  connections.push(connection);
  return connection;
};
/** Sends one request and waits for the end of its answer's head. */
async function ask(text: string): Promise<{ connection: RawConnection; head: string; status: number }> {
  const connection = await open();
  connection.send(text);
  const came = await connection.until(/\r\n\r\n/);
  return { connection, head: came, status: Number(came.split(' ')[1]) };
}
const get = (path: string, ...fields: string[]) =>
  ask([`GET ${path} HTTP/1.1`, 'Host: blog.example.org', ...fields, '', ''].join('\r\n'));

describe('what a function sees of a client', () => {
  it('is what the ingress knows, not what the client says', async () => {
    await get(
      '/changed/x?q=1',
      'X-Forwarded-For: 6.6.6.6',
      'X-FORWARDED-PROTO: https',
      'x-forwarded-host: evil',
      'Forwarded: for=6.6.6.6',
      'X-Client-Address: 6.6.6.6',
      'X-Client-Origin: https://evil',
      'X-Real-IP: 6.6.6.6',
      'Proxy: x',
      'X-Trace-Id: 1',
    );
    expect(last()).toMatchObject({
      url: '/was/x?q=1',
      headers: {
        host: 'app.test.svc.cluster.local',
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-proto': 'http',
        'x-forwarded-host': 'blog.example.org',
        forwarded: 'for=127.0.0.1;host="blog.example.org";proto=http',
        'x-client-address': '127.0.0.1',
        'x-client-origin': 'http://blog.example.org',
      },
    });
    for (const name of ['x-real-ip', 'proxy', 'x-trace-id']) expect(last().headers).not.toHaveProperty(name);
    expect(
      last()
        .raw.filter((_, index) => index % 2 === 0)
        .map((name) => name.toLowerCase())
        .filter((name, index, all) => all.indexOf(name) !== index),
    ).toEqual([]);
  });

  it('has no field of the connection in between', async () => {
    await get('/app', 'Connection: keep-alive, TE', 'Keep-Alive: timeout=5', 'TE: trailers', 'X-Stays: 1');
    expect(last().headers).toMatchObject({ 'x-stays': '1' });
    for (const name of ['keep-alive', 'te']) expect(last().headers).not.toHaveProperty(name);
  });

  it.each([
    'content-length',
    'transfer-encoding',
    'host',
    'authorization',
    'cookie',
    'x-client-address',
    'x-forwarded-for',
    'traceparent',
    'x-hop',
  ])('is not decided by a client that names %s in Connection', async (name) => {
    const before = seen.length;
    expect((await get('/app', `Connection: keep-alive, ${name}`)).status).toBe(400);
    expect(seen.length).toBe(before);
  });

  it('is changed as the route says', async () => {
    respond = (_request, response) => response.setHeader('x-secret', '1').setHeader('x-server', 'theirs').end('ok');
    const { connection } = await get('/changed', 'x-gone: 1', 'x-set: theirs');
    const came = await connection.until(/ok$/);
    expect(last().headers).toMatchObject({ 'x-set': '100%', 'x-add': 'b' });
    expect(last().headers).not.toHaveProperty('x-gone');
    expect(came).toMatch(/x-server: ours\r\n/);
    expect(came).toMatch(/x-more: 1\r\n/);
    expect(came).not.toMatch(/theirs|x-secret/);
  });

  it('is the same path that the route was found by', async () => {
    await get('/x/../app//a/%41%2e/%2f?p=/../%41');
    expect(last().url).toBe('/app//a/A./%2F?p=/../%41');
    for (const path of ['/%65vents', '/./events', '/app/../events', '/app/%2e%2e/events'])
      expect((await get(path)).status, path).toBe(404);
    for (const path of ['/app/%zz', '/app#x', 'app', '*']) expect((await get(path)).status, path).toBe(400);
  });

  it('may come as an absolute address, whose host counts', async () => {
    await get('http://other.example.org/app/x');
    expect(last()).toMatchObject({ url: '/app/x', headers: { 'x-forwarded-host': 'other.example.org' } });
  });
});

describe('an answer of the ingress itself', () => {
  it('is a problem with a trace id, for a path without a route', async () => {
    const { connection, head, status } = await get('/nowhere');
    const came = await connection.until(/\}$/);
    expect(status).toBe(404);
    expect(head).toMatch(/content-type: application\/problem\+json\r\n/);
    const traceId = /x-trace-id: ([0-9a-f]{32})\r\n/.exec(head)![1];
    expect(JSON.parse(came.slice(came.indexOf('\r\n\r\n') + 4))).toEqual({
      type: 'about:blank',
      title: 'Not found',
      status: 404,
      detail: 'No route leads there.',
      code: 'not_found',
      trace_id: traceId,
    });
    expect(telemetry.trace(traceId!)).toMatchObject([
      { service: 'ingress', attributes: { 'http.response.status_code': 404 } },
    ]);
  });

  it('is a page that tries again, for a browser that comes before there is a function', async () => {
    const own = createIngress({ virtualHosts: [], target: () => undefined, telemetry, ready: () => false });
    const early = await listen(own, { port: 0 });
    const ask = (accept: string, method = 'GET', language = 'en-GB,ko;q=0.5') =>
      fetch(`http://127.0.0.1:${early.port}/blog/`, { method, headers: { accept, 'accept-language': language } });
    const page = await ask('text/html,application/xhtml+xml,*/*;q=0.8');
    expect([
      page.status,
      page.headers.get('content-type'),
      page.headers.get('refresh'),
      page.headers.get('retry-after'),
    ]).toEqual([503, 'text/html; charset=utf-8', '2', '1']);
    const html = await page.text();
    expect(html).toContain('tries again by itself');
    const style = createHash('sha256').update(/<style>([\s\S]*)<\/style>/.exec(html)?.[1] ?? '');
    expect(page.headers.get('content-security-policy')).toContain(`style-src 'sha256-${style.digest('base64')}'`);
    const korean = await ask('text/html', 'GET', 'ko-KR,ko;q=0.9,en;q=0.8');
    expect(await korean.text()).toMatch(/<html lang="ko">[\s\S]*깨어나는 중입니다/);
    for (const [accept, method] of [['*/*'], ['application/json'], ['text/html', 'POST']] as const) {
      const answer = await ask(accept, method);
      expect([answer.headers.get('content-type'), answer.headers.get('refresh')]).toEqual([
        'application/problem+json',
        null,
      ]);
      await answer.text();
    }
    await early.close(0);
  });

  it('can be a direct response, with no body for HEAD', async () => {
    const { connection, head } = await get('/health');
    expect(await connection.until(/ok"\}$/)).toMatch(/^HTTP\/1\.1 200 /);
    expect(head).toMatch(/content-type: application\/json\r\n/);
    expect(head).toMatch(/x-trace-id: [0-9a-f]{32}\r\n/);
    const bodiless = await ask('HEAD /health HTTP/1.1\r\nhost: a\r\n\r\n');
    await sleep(30);
    expect(bodiless.connection.text()).toMatch(/content-length: 15\r\n\r\n$|content-length: 15\r\n.*\r\n\r\n$/s);
  });

  it('can be a redirect', async () => {
    const { head, status } = await get('/moved');
    expect(status).toBe(301);
    expect(head).toMatch(/location: http:\/\/new\.example\.org\/new\r\n/);
  });

  it('is 503 where the Service is missing', async () => {
    expect((await get('/nobody')).status).toBe(503);
  });

  it('is 504 when the route allows less time than the function takes', async () => {
    respond = () => {};
    expect((await get('/slow')).status).toBe(504);
  });
});

describe('a trace', () => {
  it('begins at the ingress and is known to the function, the client and the console', async () => {
    const { head } = await get('/app', 'tracestate: a=b');
    const [, traceId, spanId] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-01$/.exec(last().headers.traceparent as string)!;
    expect(last().headers).not.toHaveProperty('tracestate');
    expect(head).toMatch(new RegExp(`x-trace-id: ${traceId}\r\n`));
    expect(telemetry.trace(traceId!)).toMatchObject([{ spanId, kind: 'server', service: 'ingress', name: 'GET app' }]);
  });

  it('that a client began goes on', async () => {
    const id = 'a'.repeat(32);
    const { head } = await get('/app', `traceparent: 00-${id}-${'b'.repeat(16)}-01`, 'tracestate: a=b');
    expect(last().headers.traceparent).toMatch(new RegExp(`^00-${id}-(?!b{16})[0-9a-f]{16}-01$`));
    expect(last().headers.tracestate).toBe('a=b');
    expect(head).toMatch(new RegExp(`x-trace-id: ${id}\r\n`));
    expect(telemetry.trace(id)).toMatchObject([{ parentId: 'b'.repeat(16) }]);
  });

  it('that is not sampled is handed on, and leaves nothing but what failed', async () => {
    const [well, failed] = ['c'.repeat(32), 'd'.repeat(32)];
    await get('/app', `traceparent: 00-${well}-${'b'.repeat(16)}-00`);
    expect(last().headers.traceparent).toMatch(new RegExp(`^00-${well}-(?!b{16})[0-9a-f]{16}-00$`));
    await get('/nobody', `traceparent: 00-${failed}-${'b'.repeat(16)}-00`);
    expect(telemetry.trace(well)).toEqual([]);
    expect(telemetry.trace(failed)).toMatchObject([{ parentId: 'b'.repeat(16), error: true }]);
  });

  it('that clients want sampled is taken from a budget of their own, and leaves the others theirs', () => {
    const budget = (left: number) => () => left-- > 0;
    const own = createIngress({
      ...{ virtualHosts: [{ name: 'all', hosts: ['*'], routes, origin: { file: 'x', line: 1 } }], telemetry },
      ...{ target: () => undefined, sample: budget(2), sampleWanted: budget(3) },
    });
    const sampledOf = (traceparent: string) => {
      const parts = { traceId: '', sampled: false, fields: { traceparent }, answerFields: [] };
      const request = parts as unknown as ClientRequest;
      own.problem(request, new ProblemError(404, 'not_found', ''));
      return request.sampled;
    };
    const wanted = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    expect([1, 2, 3, 4, 5, 6].map(() => sampledOf(wanted))).toEqual([true, true, true, false, false, false]);
    expect(sampledOf(wanted.replace(/01$/, '00'))).toBe(false);
    expect([1, 2, 3].map(() => sampledOf(''))).toEqual([true, true, false]);
  });

  it.each([
    'nonsense',
    `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`,
    `00-${'A'.repeat(32)}-${'b'.repeat(16)}-01`,
    `ff-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
  ])('that is not valid (%s) begins anew', async (traceparent) => {
    await get('/app', `traceparent: ${traceparent}`);
    expect(last().headers.traceparent).toMatch(/^00-(?!a{32})[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);
  });

  it('has one id in the answer, even if the function sets another', async () => {
    respond = (_request, response) => response.setHeader('X-Trace-Id', 'mine').end('ok');
    const { head } = await get('/app');
    expect(head.match(/x-trace-id/gi)).toHaveLength(1);
    expect(head).not.toContain('mine');
  });
});

describe('bodies', () => {
  it('of known and unknown length reach the function, however they are split', async () => {
    const body = 'x'.repeat(200_000);
    const connection = await open();
    connection.send(
      `POST /app/known HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, 10)}`,
    );
    connection.send(body.slice(10));
    await connection.until(/ok$/);
    expect(last()).toMatchObject({ url: '/app/known', body });
    connection.send('POST /app/unknown HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n5;a=b\r\nhel');
    await sleep(20);
    connection.send('lo\r\n6\r\n world\r\n0\r\nx-trailer: 1\r\n\r\n');
    await connection.until(/ok.*ok$/s);
    expect(last()).toMatchObject({ url: '/app/unknown', body: 'hello world' });
  });

  it('stream back as they come, and the connection serves the next request', async () => {
    respond = (_request, response) => {
      response.write('first');
      setTimeout(() => response.end('second'), 100);
    };
    const { connection } = await get('/app');
    expect(await connection.until(/5\r\nfirst\r\n/)).not.toMatch(/second/);
    await connection.until(/6\r\nsecond\r\n0\r\n\r\n$/);
    respond = plainly;
    connection.send('GET /app HTTP/1.1\r\nhost: a\r\n\r\n');
    await connection.until(/second.*HTTP\/1\.1 200.*ok$/s);
  });

  it('are not held in memory for a client that does not read', async () => {
    let written = 0;
    respond = (_request, response) => {
      const part = Buffer.alloc(65_536, 'x');
      const more = () => {
        while (written < 64_000_000) {
          written += part.length;
          if (!response.write(part)) return void response.once('drain', more);
        }
        response.end();
      };
      more();
    };
    const { connection } = await get('/app');
    connection.socket.pause();
    await sleep(300);
    expect(written).toBeLessThan(20_000_000);
  });

  it('wait for 100 Continue when the client asks', async () => {
    const { connection, head } = await ask(
      'POST /app HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n',
    );
    expect(head).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    connection.send('hi');
    await connection.until(/ok$/);
    expect(last()).toMatchObject({ body: 'hi' });
    expect(last().headers).not.toHaveProperty('expect');
  });

  it('hold no place in a function while they come: 850 slow clients stop nobody', async () => {
    const patient = await listen(handler, { port: 0 });
    const slow = await Promise.all(Array.from({ length: 850 }, () => rawConnection(patient.port)));
    try {
      for (const each of slow)
        each.send('POST /narrow HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\nexpect: 100-continue\r\n\r\nx');
      await Promise.all(slow.map((each) => each.until(/100 Continue/)));
      const quick = await fetch(`http://127.0.0.1:${patient.port}/narrow/quick`);
      expect(await quick.text()).toBe('ok');
      expect(slow.filter((each) => each.text() !== 'HTTP/1.1 100 Continue\r\n\r\n')).toEqual([]);
    } finally {
      for (const each of slow) each.end();
      await patient.close(0);
    }
  });

  it('that a function does not read to the end do not affect the next request', async () => {
    respond = plainly;
    const { connection, status } = await ask(
      `POST /nowhere HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nGET /app/smuggled HTTP/1.1\r\nhost: a\r\n\r\n`,
    );
    expect(status).toBe(404);
    await connection.closed;
    expect(connection.text()).toMatch(/connection: close\r\n/);
    expect(connection.text().match(/^HTTP\/1\.1 /gm)).toHaveLength(1);
  });
});

describe('one connection', () => {
  it('answers requests that were sent together, in order', async () => {
    const connection = await open();
    respond = (request, response) => setTimeout(() => response.end(request.url), request.url!.endsWith('1') ? 50 : 0);
    connection.send(
      ['/app/1', '/app/2', '/health', '/app/3'].map((path) => `GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`).join(''),
    );
    const came = await connection.until(/\/app\/3$/);
    expect(came.match(/\/app\/\d|\{"status/g)).toEqual(['/app/1', '/app/2', '{"status', '/app/3']);
  });

  it('is answered for what came before something that is no request', async () => {
    const connection = await open();
    connection.send(
      'GET /app/1 HTTP/1.1\r\nhost: a\r\n\r\nPOST /app/2 HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\n\r\nxET /app/3 HTTP/1.1\r\nhost: a\r\n\r\n',
    );
    await connection.closed;
    expect(connection.text().match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 400']);
    expect(last()).toMatchObject({ url: '/app/2', body: 'x' });
  });

  it('closes when the client wants it, and after HTTP/1.0', async () => {
    for (const text of ['GET /app HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n', 'GET /app HTTP/1.0\r\n\r\n']) {
      const { connection } = await ask(text);
      await connection.closed;
      expect(connection.text()).toMatch(/connection: close\r\n.*ok$/s);
    }
  });

  it('gives HTTP/1.0 clients no chunks', async () => {
    respond = (_request, response) => {
      response.write('a');
      setTimeout(() => response.end('b'), 20);
    };
    const { connection } = await ask('GET /app HTTP/1.0\r\n\r\n');
    await connection.closed;
    expect(connection.text()).toMatch(/\r\n\r\nab$/);
    expect(connection.text()).not.toMatch(/transfer-encoding/i);
  });

  it.each([
    [
      'POST /app HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /app/smuggled HTTP/1.1\r\nhost: a\r\n\r\n',
      400,
    ],
    [
      'POST /app HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ncontent-length: 30\r\n\r\nabcGET /app/smuggled HTTP/1.1\r\nhost: a\r\n\r\n',
      400,
    ],
    [
      'POST /app HTTP/1.1\r\nhost: a\r\ntransfer-encoding: identity\r\ncontent-length: 3\r\n\r\nabcGET /app/smuggled HTTP/1.1\r\nhost: a\r\n\r\n',
      400,
    ],
    [
      'POST /app HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3 \r\nabc\r\n0\r\n\r\nGET /app/smuggled HTTP/1.1\r\nhost: a\r\n\r\n',
      400,
    ],
    ['GET /app HTTP/1.1\nhost: a\n\nGET /app/smuggled HTTP/1.1\r\nhost: a\r\n\r\n', 400],
    ['GET /app HTTP/2.0\r\nhost: a\r\n\r\n', 505],
    ['GET /app?a\nb HTTP/1.1\r\nhost: a\r\n\r\n', 400],
    ['GET /app?\u00e9 HTTP/1.1\r\nhost: a\r\n\r\n', 400],
    [
      'POST /app HTTP/1.1\r\nhost: a\r\ntransfer-encoding:\u00a0chunked\r\n\r\n0\r\n\r\nGET /app/smuggled HTTP/1.1\r\nhost: a\r\n\r\n',
      501,
    ],
    ['POST /app HTTP/1.0\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n', 400],
    [`GET /app HTTP/1.1\r\nhost: a\r\n${'x: y\r\n'.repeat(101)}\r\n`, 431],
    ['GET /app HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n', 400],
    ['GET /app HTTP/1.1\r\n\r\n', 400],
    ['CONNECT example.org:443 HTTP/1.1\r\nhost: example.org:443\r\n\r\n', 400],
    [`GET /app HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 431],
  ])('with ambiguous framing is rejected and closed: %j', async (text, wanted) => {
    const before = seen.length;
    const { connection, status } = await ask(text);
    expect(status).toBe(wanted);
    await connection.closed;
    expect(connection.text().match(/^HTTP\/1\.1 /gm)).toHaveLength(1);
    expect(seen.slice(before).map(({ url }) => url)).not.toContain('/app/smuggled');
  });

  it('that sends its head too slowly is ended with 408', async () => {
    const connection = await open();
    const drip = setInterval(() => connection.send('x'), 50);
    connection.send('GET /app HTTP/1.1\r\nx: ');
    await connection.until(/^HTTP\/1\.1 408 /);
    clearInterval(drip);
    await expect(connection.closed).resolves.toBeUndefined();
  });

  it('that sends its body too slowly is ended with 408', async () => {
    const connection = await open();
    connection.send('POST /app HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\nx');
    await connection.until(/^HTTP\/1\.1 408 /);
    await expect(connection.closed).resolves.toBeUndefined();
  });

  it('that does not read a large answer is ended, and holds no place in the function any more', async () => {
    let gone = false;
    respond = (request, response) => {
      if (request.url !== '/narrow/endless') return void response.end('ok');
      const more = () => {
        while (response.write('x'.repeat(65_536)));
      };
      response.on('drain', more).once('close', () => (gone = true));
      more();
    };
    const connection = await open();
    connection.socket.pause();
    connection.send('GET /narrow/endless HTTP/1.1\r\nhost: a\r\n\r\n');
    await eventually(() => last()?.url === '/narrow/endless', 'the function has the request');
    await eventually(() => gone, 'the function is rid of it');
    expect((await get('/narrow/quick')).status).toBe(200);
  });

  it('that goes away ends the request at the function', async () => {
    let gone = false;
    respond = (_request, response) => void response.once('close', () => (gone = true));
    const connection = await open();
    connection.send('GET /app/left HTTP/1.1\r\nhost: a\r\n\r\n');
    await eventually(() => last()?.url === '/app/left', 'the function has the request');
    connection.end();
    await eventually(() => gone, 'the function sees the close');
    expect(gone).toBe(true);
  });
});

describe('a route that retries on 502', () => {
  /** Responds with these statuses in turn, and with 200 from then on. */
  const inTurn = (...statuses: number[]) => {
    seen.length = 0;
    respond = (_, response) => void response.writeHead(statuses.shift() ?? 200).end('x'.repeat(100_000));
  };

  it('passes on what comes after it', async () => {
    inTurn(502, 502);
    expect([(await get('/retried')).status, seen.length]).toEqual([200, 3]);
  });

  it('passes on the last one', async () => {
    inTurn(502, 502, 502);
    expect([(await get('/retried')).status, seen.length]).toEqual([502, 3]);
  });

  it('sends the body again', async () => {
    inTurn(502);
    const { status } = await ask('PUT /retried HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\nbody');
    expect([status, seen.map(({ body }) => body)]).toEqual([200, ['body', 'body']]);
  });

  it('passes on another status', async () => {
    inTurn(503);
    expect([(await get('/retried')).status, seen.length]).toEqual([503, 1]);
  });

  it('is the only one that does', async () => {
    inTurn(502);
    expect([(await get('/app')).status, seen.length]).toEqual([502, 1]);
  });
});

describe('a function that does not speak HTTP well', () => {
  it.each([
    [['nonsense\r\n\r\n']],
    [['HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab']],
    [['HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n']],
    [['HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n']],
    [['HTTP/1.1 101 Switching Protocols\r\n\r\n']],
    [['FIN']],
    [['RST']],
  ])('gives 502: %j', async (reply) => {
    rawReply = reply;
    expect((await ask('POST /raw HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n')).status).toBe(502);
  });

  it('may send interim answers, which do not pass', async () => {
    rawReply = ['HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'];
    const { connection } = await get('/raw');
    expect(await connection.until(/ok$/)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });

  it('may end its answer by closing: the ingress says where it ends', async () => {
    rawReply = ['HTTP/1.1 200 OK\r\n\r\n', 'until', ' the end', 'FIN'];
    const { connection } = await get('/raw');
    const came = await connection.until(/\r\n0\r\n\r\n$/);
    expect(came).toMatch(/transfer-encoding: chunked\r\n/i);
    expect(came.replaceAll(/\r\n[0-9a-f]+\r\n/g, '')).toMatch(/until the end/);
  });

  it.each([
    'HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx-a: 1\n\r\nok',
    'HTTP/1.1 200 OK\r\ncontent-length: +2\r\n\r\nok',
    'HTTP/1.1 200 OK\r\nx a: 1\r\n\r\nok',
  ])('has its header checked: %j', async (text) => {
    rawReply = [text];
    expect((await ask('POST /raw HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n')).status).toBe(502);
  });

  it('that breaks off is not made to look complete', async () => {
    rawReply = ['HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf', 'RST'];
    const { connection } = await get('/raw');
    await connection.closed;
    expect(connection.text()).toMatch(/content-length: 100\r\n.*half$/s);
  });
});
