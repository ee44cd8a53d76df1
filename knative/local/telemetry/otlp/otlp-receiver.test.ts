import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Telemetry } from '../telemetry.ts';
import { exported } from './otlp-export.fixture.ts';
import { otlpReceiver, type Received } from './otlp-receiver.ts';

const traceId = 'a'.repeat(32);
const attribute = (key: string, value: object) => ({ key, value });
const traces = (spans: object[]) => ({
  resourceSpans: [
    {
      resource: {
        attributes: [
          attribute('service.name', { stringValue: 'posts' }),
          attribute('service.instance.id', { stringValue: 'posts-1' }),
        ],
      },
      scopeSpans: [{ spans }],
    },
  ],
});
const span = {
  traceId,
  spanId: 'b'.repeat(16),
  parentSpanId: 'c'.repeat(16),
  name: 'GET /blog/api/posts',
  kind: 2,
  startTimeUnixNano: '1700000000123456789',
  endTimeUnixNano: '1700000000125000000',
  attributes: [
    attribute('http.response.status_code', { intValue: '200' }),
    attribute('cached', { boolValue: true }),
    attribute('list', { arrayValue: { values: [{ intValue: 1 }] } }),
  ],
  events: [{ name: 'exception', timeUnixNano: '1700000000124000000', attributes: [] }],
  links: [{ traceId: 'd'.repeat(32), spanId: 'e'.repeat(16) }],
  status: { code: 2 },
};

let telemetry = new Telemetry();
let received: Received = () => {};
/** A time at which what is sent here is new. */
const nowMs = 1_700_000_002_000;
let server: Server;
let url = '';
beforeAll(async () => {
  server = createServer((request, response) =>
    otlpReceiver(telemetry, received, undefined, () => nowMs)(request, response),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

const send = async (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) => {
  telemetry = new Telemetry();
  const response = await fetch(url + path, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });
  return { status: response.status, body: (await response.json()) as { message?: string } };
};

describe('the OTLP receiver', () => {
  test('keeps nothing of a request that cannot be sent on', async () => {
    received = () => {
      throw new RangeError('too deep');
    };
    expect((await send('/v1/traces', JSON.stringify(traces([span])))).status).toBe(400);
    received = () => {};
    expect(telemetry.trace(traceId)).toEqual([]);
  });

  test('keeps spans with their service, times, kinds, events and links', async () => {
    expect(await send('/v1/traces', JSON.stringify(traces([span])))).toEqual({ status: 200, body: {} });
    expect(telemetry.trace(traceId)).toEqual([
      {
        traceId,
        spanId: 'b'.repeat(16),
        parentId: 'c'.repeat(16),
        name: 'GET /blog/api/posts',
        kind: 'server',
        service: 'posts',
        startMs: expect.closeTo(1700000000123.4568, 3),
        durationMs: expect.closeTo(1.5432, 3),
        attributes: { 'http.response.status_code': 200, cached: true, list: '[1]', 'service.instance.id': 'posts-1' },
        error: true,
        events: [{ name: 'exception', timeMs: 1700000000124, attributes: {} }],
        links: [{ traceId: 'd'.repeat(32), spanId: 'e'.repeat(16) }],
      },
    ]);
  });

  test('keeps log records by trace', async () => {
    const record = {
      timeUnixNano: '1700000000000000000',
      severityNumber: 17,
      body: { stringValue: 'it broke' },
      traceId,
      attributes: [attribute('code', { intValue: 7 })],
    };
    await send(
      '/v1/logs',
      JSON.stringify({
        resourceLogs: [
          {
            resource: { attributes: [attribute('service.name', { stringValue: 'web' })] },
            scopeLogs: [{ logRecords: [record] }],
          },
        ],
      }),
    );
    expect(telemetry.logLines({ trace: traceId })).toEqual([
      {
        timeMs: 1700000000000,
        service: 'web',
        instance: '',
        level: 'error',
        message: 'it broke',
        traceId,
        fields: { code: 7 },
      },
    ]);
  });

  test('unpacks gzip, but no bombs', async () => {
    expect(
      (
        await send('/v1/traces', new Uint8Array(gzipSync(JSON.stringify(traces([span])))), {
          'content-encoding': 'gzip',
        })
      ).status,
    ).toBe(200);
    expect(telemetry.trace(traceId)).toHaveLength(1);
    expect(
      (
        await send('/v1/traces', new Uint8Array(gzipSync(Buffer.alloc(64 * 1024 * 1024))), {
          'content-encoding': 'gzip',
        })
      ).status,
    ).toBe(413);
  });

  test.each([
    ['/v1/traces', 'x', { 'content-type': 'application/grpc' }, 415, /OTEL_EXPORTER_OTLP_PROTOCOL=http\/protobuf/],
    ['/v1/traces', '{', {}, 400, /not OTLP/],
    ['/v1/traces', 'null', {}, 400, /not OTLP/],
    ['/v1/traces', 'x', { 'content-encoding': 'br' }, 415, /gzip/],
    ['/v1/other', '{}', {}, 404, /v1\/traces/],
    ['/v1/traces', ' '.repeat(4 * 1024 * 1024 + 1), {}, 413, /bytes/],
  ])('says what it does not take: %s', async (path, body, headers, status, message) => {
    const reply = await send(path, body, headers as Record<string, string>);
    expect(reply.status).toBe(status);
    expect(reply.body.message).toMatch(message);
  });

  const point = {
    timeUnixNano: '1700000000000000000',
    attributes: [attribute('http.route', { stringValue: '/blog' }), attribute('empty', { stringValue: '' })],
  };
  const metricsOf = (metrics: object[]) => ({
    resourceMetrics: [
      {
        resource: {
          attributes: [
            attribute('service.name', { stringValue: 'posts' }),
            attribute('service.namespace', { stringValue: 'dormouse' }),
            attribute('service.instance.id', { stringValue: 'posts-1' }),
          ],
        },
        scopeMetrics: [{ metrics }],
      },
    ],
  });
  const labels = { job: 'dormouse/posts', instance: 'posts-1', service_name: 'posts', http_route: '/blog' };

  test('keeps numbers with the labels that a collector makes', async () => {
    const exemplar = { timeUnixNano: '1700000000000000000', asDouble: 0.2, traceId, spanId: 'b'.repeat(16) };
    const histogram = {
      ...point,
      count: 3,
      sum: 0.9,
      explicitBounds: [0.1, 0.5],
      bucketCounts: ['1', 2, 0],
      exemplars: [exemplar, { asDouble: 1 }],
    };
    const metrics = [
      {
        name: 'a',
        unit: 's',
        sum: { isMonotonic: true, aggregationTemporality: 2, dataPoints: [{ ...point, asInt: '7' }] },
      },
      { name: 'b', sum: { aggregationTemporality: 2, dataPoints: [{ ...point, asDouble: -1.5 }] } },
      { name: 'c', gauge: { dataPoints: [{ ...point, asDouble: 2 }] } },
      { name: 'd', histogram: { aggregationTemporality: 2, dataPoints: [histogram] } },
    ];
    expect((await send('/v1/metrics', JSON.stringify(metricsOf(metrics)))).status).toBe(200);
    const kept = [...telemetry.metrics.all()];
    expect(
      kept.map(({ family: { name, kind }, labels: found, samples }) => [name, kind, found, samples[0]?.value]),
    ).toEqual([
      ['a', 'counter', labels, 7],
      ['b', 'updowncounter', labels, -1.5],
      ['c', 'gauge', labels, 2],
      ['d', 'histogram', labels, 0.9],
    ]);
    expect(kept[3]).toMatchObject({ bounds: [0.1, 0.5], samples: [{ buckets: [1, 2, 0] }] });
    expect([...(kept[3]?.exemplars.values() ?? [])]).toEqual([
      { traceId, spanId: 'b'.repeat(16), value: 0.2, timeMs: 1700000000000 },
    ]);
  });

  test('rejects what it cannot show, and says so; points that say there is no value are none', async () => {
    const metrics = [
      { name: 'wide', exponentialHistogram: { aggregationTemporality: 2, dataPoints: [point, point] } },
      { name: 'old', summary: { dataPoints: [point] } },
      { name: 'delta', sum: { isMonotonic: true, aggregationTemporality: 1, dataPoints: [{ ...point, asInt: 7 }] } },
      { name: 'stale', gauge: { dataPoints: [{ ...point, flags: 1 }] } },
    ];
    const { body } = await send('/v1/metrics', JSON.stringify(metricsOf(metrics)));
    expect([...telemetry.metrics.all()]).toEqual([]);
    expect(body).toEqual({
      partialSuccess: {
        rejectedDataPoints: '4',
        errorMessage: expect.stringMatching(/exponential histograms.*summaries.*deltas/),
      },
    });
  });

  test('rejects spans whose ids are none', async () => {
    const { body } = await send(
      '/v1/traces',
      JSON.stringify(
        traces([
          { ...span, spanId: '0'.repeat(16) },
          { ...span, traceId: 'x' },
        ]),
      ),
    );
    expect(await telemetry.search()).toEqual([]);
    expect(body).toEqual({
      partialSuccess: { rejectedSpans: '2', errorMessage: 'not kept here: spans without valid ids' },
    });
  });
});

describe('the OTLP receiver, asked in protobuf', () => {
  const type = { 'content-type': 'application/x-protobuf' };
  const sendBytes = async (path: string, body: Uint8Array, headers: Record<string, string> = {}) => {
    telemetry = new Telemetry();
    const response = await fetch(url + path, {
      method: 'POST',
      body: new Uint8Array(body),
      headers: { ...type, ...headers },
    });
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      body: Buffer.from(await response.arrayBuffer()),
    };
  };
  /** A request of `count` spans, whose ids are of `digits` digits. */
  const spansOf = (count: number, digits = 32) =>
    ProtobufTraceSerializer.serializeRequest(
      Array.from({ length: count }, (_, n) => ({
        name: 'GET /',
        kind: 1,
        spanContext: () => ({
          traceId: 'a'.repeat(digits),
          spanId: (n + 1).toString(16).padStart(16, '0'),
          traceFlags: 1,
        }),
        startTime: [1_700_000_000, 0],
        endTime: [1_700_000_001, 0],
        status: { code: 0 },
        attributes: {},
        links: [],
        events: [],
        resource: { attributes: { 'service.name': 'mine' } },
        instrumentationScope: { name: 'x' },
      })) as unknown as Parameters<typeof ProtobufTraceSerializer.serializeRequest>[0],
    ) as Uint8Array;

  test('keeps spans, packed or not, and answers nothing but that', async () => {
    expect(await sendBytes('/v1/traces', spansOf(2))).toEqual({
      status: 200,
      type: 'application/x-protobuf',
      body: Buffer.alloc(0),
    });
    expect(telemetry.trace(traceId)).toHaveLength(2);
    expect((await sendBytes('/v1/traces', gzipSync(spansOf(3)), { 'content-encoding': 'gzip' })).status).toBe(200);
    expect(telemetry.trace(traceId)).toMatchObject([{ service: 'mine' }, { kind: 'server' }, { durationMs: 1_000 }]);
  });

  test('reports how many spans it dropped', async () => {
    const { status, body } = await sendBytes('/v1/traces', spansOf(2, 8));
    expect(status).toBe(200);
    expect(ProtobufTraceSerializer.deserializeResponse(body)).toEqual({
      partialSuccess: { rejectedSpans: 2, errorMessage: 'not kept here: spans without valid ids' },
    });
  });

  test.each([
    [400, 'not OTLP', Buffer.from('garbage'), {}],
    [400, 'not OTLP', Buffer.from('garbage'), { 'content-encoding': 'gzip' }],
    [413, 'bytes', Buffer.alloc(4 * 1024 * 1024 + 1), {}],
    [413, 'bytes', gzipSync(Buffer.alloc(64 * 1024 * 1024)), { 'content-encoding': 'gzip' }],
    [415, 'gzip is', Buffer.from(''), { 'content-encoding': 'br' }],
  ])('answers %i with a Status in protobuf that says %s', async (status, message, body, headers) => {
    const reply = await sendBytes('/v1/traces', body, headers as Record<string, string>);
    expect(reply).toMatchObject({ status, type: 'application/x-protobuf' });
    expect(reply.body[0]).toBe(0x12); // field 2, message
    expect(reply.body.subarray(2).toString()).toContain(message);
  });

  test('any request gets a response', async () => {
    const damaged = fc.tuple(exported.traces, fc.nat(), fc.integer({ min: 0, max: 255 }), fc.boolean());
    await fc.assert(
      fc.asyncProperty(damaged, async ([{ protobuf }, at, by, packed]) => {
        const body = packed ? gzipSync(protobuf) : Buffer.from(protobuf);
        body[at % body.length]! ^= by;
        const { status } = await sendBytes('/v1/traces', body, packed ? { 'content-encoding': 'gzip' } : {});
        expect([200, 400, 413]).toContain(status);
      }),
      { numRuns: 100 },
    );
  });
});

test('more than 16 MiB of bodies at a time are answered 503 with Retry-After', async () => {
  const receive = otlpReceiver(new Telemetry());
  const crowded = createServer(receive);
  crowded.listen(0, '127.0.0.1');
  await once(crowded, 'listening');
  const body = Buffer.alloc(4 * 1024 * 1024, ' ');
  const begun = Array.from({ length: 5 }, () => {
    const { port } = crowded.address() as AddressInfo;
    const sent = request({
      port,
      path: '/v1/traces',
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': body.length },
    });
    return {
      sent,
      reply: once(sent, 'response'),
      written: new Promise((resolve) => sent.write(body.subarray(1), resolve)),
    };
  });
  await Promise.all(begun.map(({ written }) => written));
  for (const { sent } of begun) sent.end(body.subarray(0, 1));
  const responses = (await Promise.all(begun.map(({ reply }) => reply))).map(([response]) => response);
  for (const response of responses) response.resume();
  const rejected = responses.filter(({ statusCode }) => statusCode === 503);
  expect(rejected.length).toBeGreaterThan(0);
  expect(rejected[0]?.headers['retry-after']).toBe('1');
  crowded.close();
  crowded.closeAllConnections();
});

describe('what is kept of telemetry', () => {
  const made = (n: number) => ({
    traceId: n.toString(16).padStart(32, '0'),
    spanId: 'b'.repeat(16),
    name: 'x'.repeat(100),
    kind: 'internal' as const,
    service: 'posts',
    startMs: n,
    durationMs: 1,
    attributes: { n },
  });

  test('stays within its bytes, however much comes: the oldest traces go', () => {
    const few = new Telemetry({ traceBytes: 100_000 });
    for (let n = 1; n <= 10_000; n++) few.addSpan(made(n));
    expect(few.traces.bytes).toBeLessThanOrEqual(100_000);
    expect(few.trace(made(10_000).traceId)).toHaveLength(1);
    expect(few.trace(made(1).traceId)).toEqual([]);
  });

  test('one endless trace does not push out the others', () => {
    const kept = new Telemetry();
    kept.addSpan(made(1));
    for (let n = 0; n < 50_000; n++) kept.addSpan({ ...made(2), spanId: n.toString(16).padStart(16, '0') });
    expect(kept.trace(made(1).traceId)).toHaveLength(1);
    expect(kept.traces.droppedOf(made(2).traceId)).toBe(48_000);
  });

  test('keeps the newest log lines within its bytes', () => {
    const few = new Telemetry({ logBytes: 50_000 });
    for (let n = 1; n <= 20_000; n++)
      few.addLog({ timeMs: n, service: 'posts', instance: '', level: 'info', message: `line ${n}` });
    expect(few.logs.bytes).toBeLessThanOrEqual(50_000);
    expect(few.logLines({ limit: 2 }).map(({ message }) => message)).toEqual(['line 19999', 'line 20000']);
    few.addLog({ timeMs: 1, service: 'web', instance: '', level: 'info', message: 'x'.repeat(1_000_000) });
    expect(few.logLines({ service: 'web' })[0]?.message.length).toBeLessThan(20_000);
  });
});
