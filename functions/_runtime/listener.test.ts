import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type RequestOptions,
  type Server,
} from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { type Metric, metrics } from '@dormouse/signals/metrics';
import * as v from 'valibot';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { json, newApp } from './app.ts';
import { authenticate } from './auth.ts';
import { fail } from './errors.ts';
import { type ListenerOptions, listener } from './listener.ts';
import { type Logger, silentLog } from './log.ts';
import { onMeasure } from './measure.ts';
import type { Measure } from './measurement.ts';
import { bodyBytes } from './request.ts';
import { ingressDecides } from './sampler.ts';
import { onSpan, type Span } from './spans.fixture.ts';
import { currentTrace, nowMs, tracerProvider } from './trace.ts';

const app = newApp()
  .get('/posts/:id', (c) => c.json({ id: c.req.param('id'), trace: currentTrace()?.traceId }))
  .get('/page', (c) => c.html('<p>', 200, { 'content-security-policy': "default-src 'self'" }))
  .post('/posts', json(v.strictObject({ n: v.number() })), (c) => c.json(c.req.valid('json'), 201))
  .post('/form', async (c) => c.json(await c.req.parseBody()))
  .get('/broken', () => {
    throw new Error('secret words');
  })
  .get('/down', () => fail('unavailable', 'Later.'));

let servers: Server[] = [];
afterEach(() => {
  for (const server of servers) server.close().closeAllConnections();
  servers = [];
  onSpan(undefined);
  tracerProvider.sampler = ingressDecides;
  onMeasure(undefined);
});

async function start(options: Partial<ListenerOptions> = {}) {
  const spans: Span[] = [];
  onSpan((span) => spans.push(span));
  const server = createServer(
    listener({ name: 'posts', log: silentLog, app: Promise.resolve(app), ready: async () => {}, ...options }),
  );
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  const call = (path: string, { body, ...more }: RequestOptions & { body?: Buffer | string | undefined } = {}) =>
    new Promise<{ status: number; headers: IncomingHttpHeaders; text: string }>((resolve, reject) => {
      const sent = httpRequest({ port, path, method: body === undefined ? 'GET' : 'POST', ...more }, (incoming) => {
        let text = '';
        incoming
          .on('data', (chunk) => (text += chunk))
          .on('end', () => resolve({ status: incoming.statusCode as number, headers: incoming.headers, text }));
      });
      sent.on('error', reject).end(body);
    });
  return { call, spans, port };
}
const sampled = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` };

describe('trace', () => {
  test('a sampled request is one server span of its caller’s trace, named by its route; the first says cold start', async () => {
    const { call, spans } = await start();
    await call('/posts/1?x=1', { headers: sampled });
    await call('/posts/2', { headers: sampled });
    await expect
      .poll(() => spans)
      .toMatchObject([
        {
          name: 'GET /posts/:id',
          kind: 'server',
          traceId: 'a'.repeat(32),
          parentId: 'b'.repeat(16),
          attributes: {
            'http.route': '/posts/:id',
            'url.path': '/posts/1',
            'http.response.status_code': 200,
            'faas.coldstart': true,
          },
        },
        { attributes: { 'faas.coldstart': false } },
      ]);
  });

  test('an e-mail address or a token in a path is in no span and no line', async () => {
    const lines: unknown[] = [];
    const log: Logger = { ...silentLog, enabled: () => true, debug: (...line) => void lines.push(line) };
    const { call, spans } = await start({ log });
    for (const secret of ['ann@example.org', 'ann%40example.org', 'eyJhbGciOi.eyJzdWIiOiIx.c2ln'])
      await call(`/posts/${secret}/x`, { headers: sampled });
    await expect.poll(() => spans.length).toBe(3);
    expect(spans.map(({ attributes }) => attributes['url.path'])).toEqual([
      '/posts/[email]/x',
      '/posts/[email]/x',
      '/posts/[token]/x',
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/ann|eyJ/);
    expect(lines).toHaveLength(3);
  });

  test('every answer carries x-trace-id, the caller’s where it sent one, and handlers see it', async () => {
    const { call } = await start();
    const known = await call('/posts/1', { headers: sampled });
    expect([known.headers['x-trace-id'], JSON.parse(known.text).trace]).toEqual(['a'.repeat(32), 'a'.repeat(32)]);
    const [first, second] = [await call('/posts/1'), await call('/nothing')];
    expect(first.headers['x-trace-id']).toMatch(/^[0-9a-f]{32}$/);
    expect(second.headers['x-trace-id']).not.toBe(first.headers['x-trace-id']);
    expect(JSON.parse(second.text).trace_id).toBe(second.headers['x-trace-id']);
  });

  test('an unsampled request makes no span, unless it fails; what it failed of is in the span and the log, not in the answer', async () => {
    const lines: unknown[] = [];
    const log: Logger = {
      ...silentLog,
      enabled: (level) => level === 'error',
      error: (fields) => void lines.push(fields),
    };
    const { call, spans } = await start({ log });
    await call('/posts/1');
    const response = await call('/broken');
    expect(response.status).toBe(500);
    expect(response.text).not.toContain('secret');
    await expect
      .poll(() => spans)
      .toMatchObject([
        { name: 'GET /broken', error: { message: 'secret words' }, attributes: { 'error.type': '500' } },
      ]);
    await expect
      .poll(() => lines)
      .toMatchObject([{ status: 500, path: '/broken', error: { message: 'secret words' } }]);
  });
});

describe('the log', () => {
  test('has a line of what was refused, with the reason and whose token it was, and none of what a client just got wrong', async () => {
    const lines: object[] = [];
    const log: Logger = {
      ...silentLog,
      enabled: (level) => level !== 'debug',
      info: (fields) => void lines.push(fields),
    };
    const rob = { id: 7, name: 'rob', role: 'reader', scopes: [], jti: 'j', exp: 0, token: 'good' } as const;
    const tokens = {
      verify: async (token: string) => (token === 'good' ? rob : fail('unauthorized', 'The token is not valid.')),
    };
    const guarded = newApp()
      .use(authenticate(tokens))
      .get('/mine', () => fail('forbidden', 'This is somebody else’s.'))
      .get('/form', () => fail('invalid', 'Some fields are not acceptable.'));
    const { call } = await start({ log, app: Promise.resolve(guarded) });
    for (const token of ['good', 'forged'])
      for (const path of ['/mine', '/form', '/none'])
        await call(path, { headers: { authorization: `Bearer ${token}` } });
    await call('/form');
    const refused = (path: string, status: number, reason: string) => ({ method: 'GET', path, status, reason });
    await expect
      .poll(() => lines)
      .toEqual([
        expect.objectContaining({ ...refused('/mine', 403, 'This is somebody else’s.'), user_id: 7 }),
        expect.objectContaining(refused('/mine', 401, 'The token is not valid.')),
        expect.objectContaining(refused('/form', 401, 'The token is not valid.')),
        expect.objectContaining(refused('/none', 401, 'The token is not valid.')),
      ]);
  });
});

describe('bodies', () => {
  const type = { 'content-type': 'application/json' };
  test('reach the handler, sent whole or in chunks', async () => {
    const { call } = await start();
    expect((await call('/posts', { body: '{"n":1}', headers: type })).text).toBe('{"n":1}');
    expect(
      (await call('/posts', { body: '{"n":1}', headers: { ...type, 'transfer-encoding': 'chunked' } })).status,
    ).toBe(201);
    const form = await call('/form', {
      body: 'a=1&b=x+y',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(JSON.parse(form.text)).toEqual({ a: '1', b: 'x y' });
  });

  test.each([
    ['with its length', {}],
    ['in chunks', { 'transfer-encoding': 'chunked' }],
  ])('beyond the limit are 413, sent %s, and the connection goes on', async (_, more) => {
    const { call } = await start({ bodyLimit: 1000 });
    const response = await call('/posts', { body: Buffer.alloc(300_000, 0x20), headers: { ...type, ...more } });
    expect([response.status, JSON.parse(response.text).code, response.headers.connection]).toEqual([
      413,
      'too_large',
      'keep-alive',
    ]);
  });

  test('of many at once are 503 while there is no room for them', async () => {
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    let begun = 0;
    const slow = newApp().post('/slow', async (c) => {
      begun++;
      await answered;
      return c.text(String((await bodyBytes(c)).length));
    });
    const { call } = await start({ app: Promise.resolve(slow), bodiesLimit: 1000 });
    const send = (headers = {}) => call('/slow', { body: 'x'.repeat(600), headers });
    const first = send();
    await expect.poll(() => begun).toBe(1);
    for (const headers of [{}, { 'transfer-encoding': 'chunked' }]) {
      const refused = await send(headers);
      expect([refused.status, refused.headers['retry-after']]).toEqual([503, '1']);
    }
    answer();
    expect((await first).text).toBe('600');
    expect((await send()).text).toBe('600');
    expect(begun).toBe(2);
  });

  test('a limit may depend on the path', async () => {
    const { call } = await start({ bodyLimit: (method, path) => (method === 'POST' && path === '/posts' ? 10 : 1000) });
    expect((await call('/posts', { body: '{"n":1}     ', headers: type })).status).toBe(413);
    expect(
      (
        await call('/form', {
          body: 'a=12345678901234',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        })
      ).status,
    ).toBe(200);
  });

  test('that are compressed are 415, unread', async () => {
    const { call } = await start();
    expect(
      (await call('/posts', { body: Buffer.from('1f8b', 'hex'), headers: { ...type, 'content-encoding': 'gzip' } }))
        .status,
    ).toBe(415);
  });

  test('whose sender goes away in the middle harm nobody', async () => {
    const { call, port, spans } = await start();
    const socket = connect(port, '127.0.0.1');
    socket.write(
      'POST /posts HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"n"',
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    expect((await call('/posts/1')).status).toBe(200);
    expect(spans).toEqual([]);
  });
});

describe('headers', () => {
  test('say that nothing may be sniffed, framed or loaded, unless the app says otherwise', async () => {
    const { call } = await start();
    const api = (await call('/posts/1')).headers;
    expect(api).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'content-security-policy': "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    });
    expect(api['strict-transport-security']).toBeUndefined();
    expect((await call('/page')).headers['content-security-policy']).toBe("default-src 'self'");
    expect(
      (await call('/page', { headers: { 'x-forwarded-proto': 'https' } })).headers['strict-transport-security'],
    ).toMatch(/max-age/);
    const said = { 'x-client-origin': 'https://blog.example', 'x-forwarded-proto': 'http' };
    expect((await call('/page', { headers: said })).headers['strict-transport-security']).toMatch(/max-age/);
    const plain = { 'x-client-origin': 'http://blog.example', 'x-forwarded-proto': 'https' };
    expect((await call('/page', { headers: plain })).headers['strict-transport-security']).toBeUndefined();
    expect(
      (await call('/posts', { body: 'x', headers: { 'content-type': 'text/plain' } })).headers[
        'x-content-type-options'
      ],
    ).toBe('nosniff');
  });

  test('of a request are not given back by TRACE', async () => {
    const { call } = await start();
    const traced = await call('/posts/1', { method: 'TRACE', headers: { cookie: 'said=here' } });
    expect([traced.status, traced.headers['content-type']]).toEqual([405, 'application/problem+json']);
    expect(traced.text).not.toContain('here');
  });

  test('a host that is none is 400', async () => {
    const { call } = await start();
    expect((await call('/posts/1', { headers: { host: 'a b/c' } })).status).toBe(400);
  });
});

describe('probes', () => {
  test('healthz lives on while readyz says 503 because the database does not answer', async () => {
    const { call } = await start({ ready: () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.1')) });
    expect((await call('/healthz')).status).toBe(200);
    const ready = await call('/readyz');
    expect([ready.status, ready.headers['content-type']]).toEqual([503, 'application/problem+json']);
    expect(ready.text).not.toContain('10.0.0.1');
  });

  test('metrics are not to be had on the port that serves requests', async () => {
    expect((await (await start()).call('/metrics')).status).toBe(404);
  });

  test('requests that come while the function is being built wait for it', async () => {
    const { promise, resolve } = Promise.withResolvers<typeof app>();
    const { call } = await start({ app: promise as never });
    const waiting = call('/posts/1');
    const ready = call('/readyz');
    expect((await call('/healthz')).status).toBe(200);
    resolve(app);
    expect([(await waiting).status, (await ready).status]).toEqual([200, 200]);
  });
});

describe('measures', () => {
  afterEach(() => vi.restoreAllMocks());

  /** Time passes only when told to: between two requests of a test a busy machine may let any time pass. */
  function standingClock() {
    let now = performance.now();
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    return { pass: (ms: number) => void (now += ms) };
  }

  async function measured(options: Partial<ListenerOptions> = {}) {
    const taken: Measure[] = [];
    onMeasure((each) => taken.push(each));
    return { ...(await start(options)), of: (metric: Metric) => taken.filter((each) => each.metric === metric) };
  }

  test('every request is measured once, by method, route and status; a method that HTTP does not know is none of its own', async () => {
    const { call, of } = await measured();
    for (const path of ['/posts/1', '/posts/2', '/nothing', '/broken', '/healthz']) await call(path);
    await call('/posts/1', { method: 'PURGE' });
    await expect
      .poll(() => of(metrics.requestDuration).map(({ attributes }) => Object.values(attributes)))
      .toEqual([
        ['GET', '/posts/:id', 200, 'http'],
        ['GET', '/posts/:id', 200, 'http'],
        ['GET', '', 404, 'http'],
        ['GET', '/broken', 500, 'http', '500'],
        ['_OTHER', '', 405, 'http'],
      ]);
  });

  test('the exemplar of a request is its own span, where that is kept', async () => {
    const { call, spans, of } = await measured();
    await call('/posts/1', { headers: sampled });
    await call('/posts/1');
    await expect
      .poll(() => of(metrics.requestDuration).map(({ span }) => span?.spanId))
      .toEqual([spans[0]?.spanId, undefined]);
  });

  test('one cold start, with the time since the process began, which counts where a request waited for it', async () => {
    const clock = standingClock();
    const { call, of } = await measured({ startedMs: nowMs() - 700 });
    clock.pass(100);
    await call('/posts/1', { headers: { 'ce-type': 'x' } });
    await call('/posts/1');
    await expect.poll(() => of(metrics.requestDuration)).toHaveLength(2);
    expect(of(metrics.coldStarts)).toMatchObject([{ value: 1, attributes: { 'faas.trigger': 'pubsub' } }]);
    const [first] = of(metrics.firstResponseDuration);
    expect(first?.value).toBeCloseTo(0.8);
  });

  test('a request waited for a start, too, when what took long was becoming ready', async () => {
    const clock = standingClock();
    const { call, of } = await measured({ waitedForMs: 100, ready: async () => clock.pass(200) });
    expect((await call('/readyz')).status).toBe(200);
    clock.pass(99);
    await call('/posts/1');
    await expect.poll(() => of(metrics.firstResponseDuration)).toHaveLength(1);
  });

  test('a function that could not be built says nothing of how long that took', async () => {
    const { call, of } = await measured({ app: Promise.reject(new Error('no key')) });
    expect((await call('/posts/1')).status).toBe(500);
    await expect.poll(() => of(metrics.coldStarts)).toHaveLength(1);
    expect(of(metrics.initDuration)).toEqual([]);
  });

  test('nobody waited for an instance that stood ready', async () => {
    const clock = standingClock();
    const { call, of } = await measured({ waitedForMs: 50 });
    await call('/readyz');
    clock.pass(50);
    await call('/posts/1');
    await expect.poll(() => of(metrics.requestDuration)).toHaveLength(1);
    expect(of(metrics.firstResponseDuration)).toEqual([]);
  });
});

describe('sampling', () => {
  const orphan = {};
  const dropped = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-00` };
  test.each([
    ['the ingress decides', { obeysParent: true, ratio: 0 }, [false, true, false]],
    ['everything that nobody decided', { obeysParent: true, ratio: 1 }, [true, true, false]],
    ['everything', { obeysParent: false, ratio: 1 }, [true, true, true]],
    ['nothing', { obeysParent: false, ratio: 0 }, [false, false, false]],
  ])('%s', async (_, sampler, kept) => {
    tracerProvider.sampler = sampler;
    const { call, spans } = await start();
    const counts: boolean[] = [];
    for (const headers of [orphan, sampled, dropped]) {
      const before = spans.length;
      await call('/posts/1', { headers });
      await call('/posts/1', { headers: sampled, method: 'HEAD' });
      counts.push(spans.slice(before).some(({ name }) => name.startsWith('GET')));
    }
    expect(counts).toEqual(kept);
  });
});

describe('the access log', () => {
  const logged = async (requests: 'none' | 'refusals' | 'all', address: 'none' | 'network' | 'full' = 'none') => {
    const lines: object[] = [];
    const log: Logger = { ...silentLog, enabled: (level) => level !== 'debug', info: (line) => void lines.push(line) };
    const refusing = newApp()
      .get('/ok', (c) => c.text('fine'))
      .get('/not-yours', () => fail('forbidden', 'This is somebody else’s.'))
      .get('/too-often', () => fail('too_many_requests', 'Later.'));
    const accessLog = { requests, address };
    const started = await start({ log, app: Promise.resolve(refusing), accessLog });
    return { ...started, lines };
  };

  test('of all has each request: method, masked path, route, status, time and bytes', async () => {
    const { call, lines } = await logged('all');
    await call('/ok?secret=1');
    await call('/ok', { method: 'HEAD' });
    await call('/users/ann@example.org');
    await expect.poll(() => lines).toHaveLength(3);
    expect(lines).toEqual([
      { method: 'GET', path: '/ok', route: '/ok', status: 200, duration_ms: expect.any(Number), bytes: 4 },
      { method: 'HEAD', path: '/ok', route: '/ok', status: 200, duration_ms: expect.any(Number), bytes: 0 },
      expect.objectContaining({ path: '/users/[email]', route: '', status: 404 }),
    ]);
  });

  test('of refusals has each 401, 403 and 429, however many there are in a second', async () => {
    const { call, lines } = await logged('refusals');
    await call('/ok');
    for (let n = 0; n < 30; n++) await call('/not-yours');
    for (let n = 0; n < 30; n++) await call('/too-often');
    await expect.poll(() => lines.length).toBe(60);
    expect(lines[0]).toMatchObject({ status: 403, reason: 'This is somebody else’s.' });
    expect(lines[59]).toMatchObject({ status: 429, reason: 'Later.' });
  });

  test('is off by default: what was answered is no line, and a refusal one as it always was', async () => {
    const { call, lines } = await logged('none', 'full');
    await call('/ok', { headers: { 'x-client-address': '192.0.2.7' } });
    await new Promise((resolve) => setTimeout(resolve, 1_000)); // a new second, in which few have been told
    await call('/not-yours', { headers: { 'x-client-address': '192.0.2.7' } });
    await expect.poll(() => lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ path: '/not-yours', status: 403 });
    expect(JSON.stringify(lines)).not.toMatch(/bytes|192/);
  });

  test.each([
    ['none', undefined],
    ['network', '192.0.2.0/24'],
    ['full', '192.0.2.7'],
  ] as const)('with %s of addresses says %s of a client', async (address, said) => {
    const { call, lines } = await logged('all', address);
    await call('/ok', { headers: { 'x-client-address': '192.0.2.7' } });
    await call('/ok', { headers: { 'x-forwarded-for': '6.6.6.6' } });
    await expect.poll(() => lines).toHaveLength(2);
    expect(lines.map((line) => (line as { client_address?: string }).client_address)).toEqual([said, undefined]);
  });
});
