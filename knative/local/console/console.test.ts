import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bench, bench, brokerOf, service, trigger } from '@dormouse/eventing/broker.fixture';
import type { ServiceStatus } from '@dormouse/serving/service-status';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startConsole } from './console.ts';

const services: ServiceStatus[] = [
  {
    ...{ name: 'posts', namespace: 'dormouse', revision: 'posts-00001', state: 'asleep' },
    ...{ instances: 0, ready: 0, wanted: 1, cause: { kind: 'start', words: 'no <DATABASE_URL>' } },
    ...{ requests: 12, waited_ms: 0, last_cold_start_ms: 96 },
  },
  {
    ...{ name: 'web', namespace: 'dormouse', revision: 'web-00002', state: 'ready' },
    ...{ instances: 2, ready: 2, wanted: 2, cause: null },
    ...{ requests: 3_400, waited_ms: 0, last_cold_start_ms: null },
  },
];
const traceId = 'a'.repeat(32);
const triggers = [
  trigger('web', [{ exact: { type: 'test' } }], { retry: 1, backoffDelayMs: 10 }),
  trigger('other', [{ cesql: "type = 'other' OR EXISTS nothing" }], { deadLetterSink: service('sink') }),
];
const origin = { file: 'events.yaml', line: 1 };
const eventTypes = ['test', 'other', '<i>'].map((type) => ({
  name: 'e',
  namespace: 'dormouse',
  type,
  description: undefined,
  origin,
}));
let notice: string | undefined;
let b: Bench;
let url = '';
let close: () => Promise<void>;

const mailbox = mkdtempSync(join(tmpdir(), 'dormouse-mailbox-'));

beforeAll(async () => {
  const mail = { at: '2026-11-30T12:00:00Z', from: 'a@b.example', to: 'c@d.example', subject: 'New <password>' };
  writeFileSync(join(mailbox, '1.json'), JSON.stringify({ ...mail, text: 'Go:\n/blog/new?token=x\n//evil.example/' }));
  writeFileSync(join(mailbox, '2.json'), '{');
  b = await bench({
    triggers,
  });
  b.consumers.set('web', ({ id }) =>
    id === 'bad' ? { status: 422, body: Buffer.from('<script>alert(1)</script>') } : 202,
  );
  const opened = await startConsole({
    host: '127.0.0.1',
    port: 0,
    services: () => services,
    routes: () => [{ host: '*', match: 'prefix /blog', action: 'web' }],
    brokers: b.brokers,
    telemetry: b.telemetry,
    notice: () => notice,
    mailbox,
    addresses: { ingress: 'http://127.0.0.1:8080', brokers: [], otlp: '', kubernetes: '' },
    eventing: () => ({
      brokers: [brokerOf({ timeoutMs: 30_000 })],
      triggers,
      channels: [],
      subscriptions: [],
      eventTypes,
    }),
  });
  ({ url, close } = opened);
  const headers = {
    'ce-specversion': '1.0',
    'ce-source': '/posts',
    'ce-type': 'test',
    'content-type': 'application/json',
    traceparent: `00-${traceId}-${'b'.repeat(16)}-01`,
  };
  await fetch(b.url, {
    method: 'POST',
    headers: { ...headers, 'ce-id': 'first', 'ce-subject': 'post/1', 'ce-time': '2026-01-01T00:00:00Z' },
    body: '{"title":"<b>x</b>"}',
  });
  await fetch(b.url, { method: 'POST', headers: { ...headers, 'ce-id': 'bad' }, body: '{}' });
  b.telemetry.addLog({ timeMs: 1, service: 'web', instance: 'web-1', level: 'info', message: 'purged <i>', traceId });
  await b.clock.advance(1_000);
});
afterAll(async () => {
  await close();
  await b.close();
  rmSync(mailbox, { recursive: true });
});

const get = async (path: string) => {
  const response = await fetch(url + path);
  return { status: response.status, headers: response.headers, text: await response.text() };
};
const json = async (path: string) => JSON.parse((await get(path)).text);
const statusOf = (options: { path: string; host: string; method?: string; headers?: Record<string, string> }) =>
  new Promise<number>((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const headers = { ...options.headers, ...(options.host && { host: options.host }) };
    request({ hostname, port, path: options.path, method: options.method ?? 'GET', headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });

test('every page says what whoever runs the platform should know, as long as there is something', async () => {
  expect((await get('/')).text).not.toContain('class="notice"');
  notice = 'Nobody has <set this up>.';
  for (const path of ['/', '/events', '/nothing-here'])
    expect((await get(path)).text).toContain(
      '<aside class="notice" aria-label="Notice"><p>Nobody has &lt;set this up&gt;.</p>',
    );
  notice = undefined;
});

describe('the console’s JSON', () => {
  test('lists the functions', async () => {
    expect(await json('/api/services')).toEqual(services);
  });

  const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);

  test('lists the events, newest first, with the outcome at each trigger they passed', async () => {
    expect(await json('/api/events')).toEqual([
      {
        id: 'bad',
        type: 'test',
        source: '/posts',
        subject: null,
        time: '2026-01-01T00:00:00.000Z',
        trace_id: traceId,
        triggers: [{ name: 'web', outcome: 'undeliverable', attempts: 1, finished_at: instant }],
      },
      {
        id: 'first',
        type: 'test',
        source: '/posts',
        subject: 'post/1',
        time: '2026-01-01T00:00:00Z',
        trace_id: traceId,
        triggers: [{ name: 'web', outcome: 'delivered', attempts: 1, finished_at: instant }],
      },
    ]);
    expect(await json('/api/events?limit=1')).toHaveLength(1);
  });

  test('shows one event with its data and the triggers that filtered it out', async () => {
    expect(await json('/api/events/first')).toMatchObject({
      id: 'first',
      attributes: { subject: 'post/1' },
      data: '{"title":"<b>x</b>"}',
      filtered: ['other'],
      triggers: [{ name: 'web', status: 202 }],
      verdicts: [
        {
          trigger: 'web',
          matches: true,
          clause: 'exact type = test',
          outcome: 'delivered',
          attempts: [{ at: instant, status: 202, latency_ms: expect.any(Number) }],
        },
        {
          trigger: 'other',
          matches: false,
          clause: "cesql type = 'other' OR EXISTS nothing: type is 'test', the event has no nothing",
          outcome: 'filtered',
          attempts: [],
        },
      ],
    });
    expect((await json('/api/events/first')).triggers[0]).not.toHaveProperty('history');
    expect((await get('/api/events/none')).status).toBe(404);
  });

  test('lists the triggers with the types of the catalogue that can match', async () => {
    expect(await json('/api/triggers')).toEqual([
      {
        name: 'web',
        namespace: 'dormouse',
        broker: 'default',
        filters: [{ exact: { type: 'test' } }],
        subscriber: 'http://web.dormouse.svc.cluster.local/events',
        delivery: { retry: 1, backoff_policy: 'exponential', backoff_delay_ms: 10, timeout_ms: 300_000 },
        types: ['test'],
      },
      expect.objectContaining({
        name: 'other',
        filters: [{ cesql: "type = 'other' OR EXISTS nothing" }],
        delivery: expect.objectContaining({
          retry: 10,
          dead_letter_sink: 'http://sink.dormouse.svc.cluster.local/events',
        }),
        types: ['test', 'other', '<i>'],
      }),
    ]);
  });

  test('lists what could not be delivered, with its cause', async () => {
    expect(await json('/api/undeliverable')).toMatchObject([
      {
        id: 'bad',
        trigger: 'web',
        status: 422,
        attempts: 1,
        cause: 'answered 422',
        body: '<script>alert(1)</script>',
        trace_id: traceId,
      },
    ]);
  });

  test('gives a trace as Tempo does', async () => {
    const { batches } = await json(`/api/traces/${traceId}`);
    expect(batches[0].resource.attributes).toEqual([{ key: 'service.name', value: { stringValue: 'broker' } }]);
    const [send, process] = batches[0].scopeSpans[0].spans;
    expect(send).toMatchObject({
      traceId,
      parentSpanId: 'b'.repeat(16),
      name: 'send dormouse/default',
      kind: 'SPAN_KIND_SERVER',
      startTimeUnixNano: expect.stringMatching(/^\d{19}$/),
    });
    expect(process).toMatchObject({ parentSpanId: send.spanId, kind: 'SPAN_KIND_CLIENT' });
    expect(process.attributes).toContainEqual({ key: 'delivery.attempts', value: { intValue: '1' } });
    expect((await json(`/api/v2/traces/${traceId}`)).trace.resourceSpans).toEqual(batches);
    expect((await get(`/api/traces/${'f'.repeat(32)}`)).status).toBe(404);
  });

  test('searches traces as Tempo does', async () => {
    const found = {
      traceID: traceId,
      rootServiceName: 'broker',
      rootTraceName: 'send dormouse/default',
      startTimeUnixNano: expect.any(String),
      durationMs: expect.any(Number),
    };
    for (const query of [
      '',
      '?tags=service.name%3Dbroker',
      '?tags=messaging.message.id%3Dbad',
      '?q=%7Bresource.service.name%3D%22broker%22%7D',
      '?q=%7B%7D',
      '?minDuration=0ms&limit=5',
      '?q=%7Bstatus%3Derror%7D',
    ]) {
      expect((await json(`/api/search${query}`)).traces, query).toMatchObject([found]);
    }
    for (const query of [
      '?tags=service.name%3Dnobody',
      '?minDuration=1h',
      '?q=%7B.messaging.message.id%3D%22x%22%7D',
      '?end=1',
    ])
      expect((await json(`/api/search${query}`)).traces, query).toEqual([]);
    for (const query of ['?minDuration=soon', '?q=rate()', '?limit=many'])
      expect((await get(`/api/search${query}`)).status, query).toBe(400);
    expect((await json('/api/search/tags')).tagNames).toContain('cloudevents.type');
    expect(await json('/api/search/tag/service.name/values')).toEqual({ tagValues: ['broker'] });
    expect((await json('/api/v2/search/tags')).scopes).toContainEqual({ name: 'resource', tags: ['service.name'] });
    expect(await json('/api/v2/search/tag/resource.service.name/values')).toEqual({
      tagValues: [{ type: 'string', value: 'broker' }],
    });
    expect(await json('/api/v2/search/tag/span:status/values')).toMatchObject({
      tagValues: expect.arrayContaining([{ type: 'keyword', value: 'error' }]),
    });
    expect([(await get('/ready')).status, (await get('/api/echo')).text]).toEqual([200, 'echo']);
    expect((await get('/-/ready')).text).toBe('Prometheus Server is Ready.\n');
    expect((await get('/-/healthy')).text).toBe('Prometheus Server is Healthy.\n');
  });

  test('gives log lines by trace, and routes', async () => {
    expect(await json(`/api/logs?trace=${traceId}&service=web`)).toEqual([
      { timeMs: 1, service: 'web', instance: 'web-1', level: 'info', message: 'purged <i>', traceId },
    ]);
    expect(await json('/api/routes')).toEqual([{ host: '*', match: 'prefix /blog', action: 'web' }]);
  });

  test('streams functions and events as they change', async () => {
    const response = await fetch(`${url}/api/stream`);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let got = '';
    const until = async (text: string) => {
      while (!got.includes(text)) got += (await reader?.read())?.value ?? '';
    };
    await until('"name":"posts"');
    expect(got).toContain('event: services');
    await b.send({ id: 'streamed', type: 'unheard' });
    await until('"id":"streamed"');
    expect(got).toContain('event: event');
    await reader?.cancel();
  });

  test('asks for the source where an id alone does not say which event', async () => {
    for (const source of ['/here', '/there']) await b.send({ id: 'twice', type: 'unheard', source });
    const { status, text } = await get('/api/events/twice');
    expect([status, JSON.parse(text).detail]).toEqual([
      409,
      'events twice of several sources are kept: name one with ?source= (/here, /there)',
    ]);
    expect(await json('/api/events/twice?source=%2Fthere')).toMatchObject({ id: 'twice', source: '/there' });
    expect((await get('/api/events/twice?source=/nowhere')).status).toBe(404);
    expect((await get('/events/twice')).text).toContain('<a href="/events/twice?source=%2Fthere">');
  });
});

describe('the console’s pages', () => {
  test.each([
    [
      '/',
      [
        'posts-00001',
        'does not start: no &lt;DATABASE_URL&gt;',
        'asleep',
        'awake',
        '3,400',
        '96 ms',
        '1 of 2 functions awake, in 2 processes',
        'prefix /blog',
      ],
    ],
    ['/events', ['post/1', 'chip delivered', 'chip undeliverable', `/traces/${traceId}`]],
    ['/events?outcome=undeliverable', ['/events/bad']],
    [
      '/events/first',
      ['&lt;b&gt;x&lt;/b&gt;', 'filtered out: ', 'cesql type = &#39;other&#39;', 'exact type = test', 'Attempts'],
    ],
    [
      '/triggers',
      [
        'type = test',
        '1 retry, exponential from 10 ms; 5 min for an answer',
        'http://sink.dormouse',
        'all 3',
        'aria-current="page"',
      ],
    ],
    ['/traces', ['send dormouse/default', 'broker']],
    ['/traces?service=broker&errors=1', [`/traces/${traceId}`]],
    ['/traces?minDuration=soon', ['duration soon is not understood']],
    [`/traces/${traceId}`, ['process web', 'purged &lt;i&gt;', '<rect']],
    ['/logs?service=web', ['purged &lt;i&gt;']],
    [
      '/mailbox',
      [
        'New &lt;password&gt;',
        'to c@d.example',
        'href="http://127.0.0.1:8080/blog/new?token=x"',
        '\n//evil.example/\n',
      ],
    ],
    [
      '/undeliverable',
      ['answered 422', '&lt;script&gt;alert(1)&lt;/script&gt;', 'http://web.dormouse.svc.cluster.local/events'],
    ],
  ])('%s shows what it should, escaped', async (path, texts) => {
    const { status, headers, text } = await get(path);
    expect(status).toBe(200);
    for (const expected of texts) expect(text).toContain(expected);
    expect(text).not.toContain('<script>alert');
    expect(text).not.toMatch(/\sstyle=|\son\w+=/);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  test('say that nobody but the ingress recorded a request', async () => {
    const id = 'd'.repeat(32);
    const ingressSpan = {
      traceId: id,
      spanId: 'e'.repeat(16),
      name: 'GET posts',
      kind: 'server',
      startMs: 1,
      durationMs: 1,
    } as const;
    b.telemetry.addSpan({ ...ingressSpan, service: 'ingress', attributes: { 'faas.name': 'posts' } });
    expect((await get(`/traces/${id}`)).text).toContain('Only the ingress recorded this request.');
    b.telemetry.addSpan({
      ...ingressSpan,
      spanId: 'f'.repeat(16),
      parentId: ingressSpan.spanId,
      service: 'posts',
      attributes: {},
    });
    expect((await get(`/traces/${id}`)).text).not.toContain('Only the ingress');
  });

  test('list traces by what was asked for', async () => {
    const ingressSpan = {
      traceId: '9'.repeat(32),
      spanId: 'e'.repeat(16),
      name: 'GET posts',
      kind: 'server',
      startMs: 1,
      durationMs: 1,
    } as const;
    b.telemetry.addSpan({ ...ingressSpan, service: 'ingress', attributes: { 'url.path': '/blog/api/posts/7' } });
    expect((await get('/traces')).text).toMatch(/>GET posts<\/a> <span class="quiet">\/blog\/api\/posts\/7</);
  });

  test('are 404 where there is none', async () => {
    for (const path of [
      '/nowhere',
      '/events/none',
      '/traces/none',
      '/console/../console.ts',
      '/console/pages.ts',
      '/events/%E0%A4%A',
    ])
      expect((await get(path)).status, path).toBe(404);
  });

  test('load their own style, script and picture', async () => {
    for (const [file, type] of [
      ['console.css', 'text/css'],
      ['live.js', 'text/javascript'],
      ['dormouse.svg', 'image/svg+xml'],
    ]) {
      expect((await get(`/console/${file}`)).headers.get('content-type')).toContain(type);
    }
  });
});

describe('the console', () => {
  test('answers to names of this machine only', async () => {
    for (const host of ['localhost:8081', '127.0.0.1', '[::1]:80'])
      expect(await statusOf({ path: '/api/services', host })).toBe(200);
    for (const host of [
      'evil.example',
      'localhost.evil.example',
      '127.0.0.1.evil.example:8081',
      'evil.example:127.0.0.1',
    ])
      expect(await statusOf({ path: '/api/services', host })).toBe(421);
  });

  test('answers no page of another site, whose links may open its pages', async () => {
    const host = 'localhost:8081';
    const script = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' };
    const link = { ...script, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    for (const path of ['/', '/api/events', '/api/v1/query?query=1', '/api/stream', '/metrics', '/console/live.js'])
      expect({ path, status: await statusOf({ path, host, headers: script }) }).toEqual({ path, status: 403 });
    const neighbour = { origin: 'http://localhost:8080', 'sec-fetch-site': 'same-site' };
    expect(await statusOf({ path: '/api/v1/query', host, method: 'POST', headers: neighbour })).toBe(403);
    for (const path of ['/', '/logs', `/traces/${traceId}`])
      expect({ path, status: await statusOf({ path, host, headers: link }) }).toEqual({ path, status: 200 });
    for (const path of ['/api/events', '/metrics'])
      expect({ path, status: await statusOf({ path, host, headers: link }) }).toEqual({ path, status: 403 });
  });

  test('is read-only', async () => {
    expect(await statusOf({ path: '/api/services', host: 'localhost', method: 'POST' })).toBe(405);
    expect(await statusOf({ path: '/', host: 'localhost', method: 'HEAD' })).toBe(200);
  });

  test('says that its port is taken', async () => {
    const { port } = new URL(url);
    await expect(
      startConsole({
        host: '127.0.0.1',
        port: Number(port),
        services: () => [],
        routes: () => [],
        brokers: b.brokers,
        telemetry: b.telemetry,
      }),
    ).rejects.toThrow('EADDRINUSE');
  });
});
