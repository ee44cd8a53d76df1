import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Telemetry } from '../telemetry.ts';
import type { Signal } from './otlp-format.ts';
import { json } from './otlp-format.ts';
import { otlpReceiver } from './otlp-receiver.ts';

const nowMs = 1_700_000_000_000;
const hourMs = 3_600_000;
let telemetry: Telemetry;
let server: Server;
let url = '';
beforeEach(() => (telemetry = new Telemetry({ now: () => nowMs })));
beforeAll(async () => {
  server = createServer((...both) => otlpReceiver(telemetry, undefined, undefined, () => nowMs)(...both));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/`;
});
afterAll(() => void server.close());

const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const resourceOf = (service: string) => ({ attributes: [attribute('service.name', service)] });
const nanoseconds = (ms: number) => `${ms}000000`;
const point = (n: number, timeMs = nowMs) => ({
  ...{ timeUnixNano: nanoseconds(timeMs), asInt: '1' },
  attributes: [attribute('n', String(n))],
});
const gauge = (service: string, dataPoints: object[]) => ({
  resourceMetrics: [
    { resource: resourceOf(service), scopeMetrics: [{ metrics: [{ name: 'g', gauge: { dataPoints } }] }] },
  ],
});
const span = (n: number, endMs = nowMs) => ({
  traceId: 'a'.repeat(32),
  spanId: (n + 1).toString(16).padStart(16, '0'),
  name: 'work',
  startTimeUnixNano: nanoseconds(endMs - 1),
  endTimeUnixNano: nanoseconds(endMs),
});
const spans = (service: string, all: object[]) => ({
  resourceSpans: [{ resource: resourceOf(service), scopeSpans: [{ spans: all }] }],
});
const lines = (service: string, logRecords: object[]) => ({
  resourceLogs: [{ resource: resourceOf(service), scopeLogs: [{ logRecords }] }],
});

async function send(signal: Signal, message: unknown): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url + signal, {
    method: 'POST',
    body: JSON.stringify(message),
    headers: { 'content-type': 'application/json' },
  });
  return { status: response.status, body: await response.json() };
}

/** What is counted as refused: sender, signal, cause and number. */
const refused = () =>
  telemetry.refused
    .measured(nowMs)
    .filter(({ value }) => value > 0)
    .map(({ labels, value }) => [labels.dormouse_sender, labels.dormouse_signal, labels.dormouse_cause, value]);

describe('a sender has a share of the store', () => {
  test('20,000 series of one leave the others theirs; what is refused is answered, counted and said', async () => {
    await send('metrics', gauge('posts', [point(0)]));
    let rejected = 0;
    for (let from = 0; from < 20_000; from += 4_000) {
      const points = Array.from({ length: 4_000 }, (_, i) => point(from + i));
      const { body } = await send('metrics', gauge('flood', points));
      const { partialSuccess } = body as { partialSuccess?: { rejectedDataPoints: string; errorMessage: string } };
      rejected += Number(partialSuccess?.rejectedDataPoints ?? 0);
      if (partialSuccess) expect(partialSuccess.errorMessage).toMatch(/as many series as it may have/);
    }
    const bySender = Map.groupBy(telemetry.metrics.all(), ({ labels }) => labels.service_name);
    expect([bySender.get('posts')?.length, bySender.get('flood')?.length, rejected]).toEqual([1, 5_000, 15_000]);
    expect(refused()).toEqual([['flood', 'metrics', 'series', 15_000]]);
    expect(telemetry.logLines().map(({ level, message }) => [level, message])).toEqual([
      ['warn', 'metrics of flood are not kept: the sender has as many series as it may have'],
    ]);
  });

  test('the answer in protobuf has the same count', async () => {
    for (let from = 0; from < 8_000; from += 4_000)
      await send(
        'metrics',
        gauge(
          'flood',
          Array.from({ length: 4_000 }, (_, i) => point(from + i)),
        ),
      );
    const body = ProtobufMetricsSerializer.serializeRequest({
      resource: { attributes: { 'service.name': 'flood' } },
      scopeMetrics: [
        {
          scope: { name: 'x' },
          metrics: [
            {
              descriptor: { name: 'h', unit: '', description: '', valueType: 1, type: 'GAUGE' },
              dataPointType: 2,
              aggregationTemporality: 1,
              dataPoints: [{ startTime: [17e8, 0], endTime: [17e8, 0], attributes: { n: 'new' }, value: 1 }],
            },
          ],
        },
      ],
    } as unknown as Parameters<typeof ProtobufMetricsSerializer.serializeRequest>[0]) as Uint8Array;
    const response = await fetch(`${url}metrics`, {
      method: 'POST',
      body: new Uint8Array(body),
      headers: { 'content-type': 'application/x-protobuf' },
    });
    expect(ProtobufMetricsSerializer.deserializeResponse(Buffer.from(await response.arrayBuffer()))).toEqual({
      partialSuccess: {
        rejectedDataPoints: 1,
        errorMessage: 'not kept here: the sender has as many series as it may have',
      },
    });
  });

  test('who fills the room gives way to nobody but itself, whatever the signal', async () => {
    const small = new Telemetry({ traceBytes: 200_000, logBytes: 200_000, metricBytes: 200_000, now: () => nowMs });
    const all = (service: string, n: number) => {
      small.addSpan({
        ...{ traceId: `${service}-${n}`, spanId: '1', name: 'x', kind: 'server', service },
        ...{ startMs: n, durationMs: 1, attributes: {} },
      });
      small.addLog({ timeMs: n, service, instance: '', level: 'info', message: `${service} ${n}` });
      const family = { name: 'g', kind: 'gauge', unit: '', description: '' } as const;
      small.addMeasured({ family, labels: { service_name: service, n: String(n) }, timeMs: nowMs, value: n });
    };
    for (let n = 0; n < 50; n++) all('posts', n);
    for (let n = 0; n < 4_000; n++) all('flood', n);
    const count = (service: string) => [
      [...small.metrics.all()].filter(({ labels }) => labels.service_name === service).length,
      small.logLines({ service, limit: 100_000 }).length,
      Array.from({ length: 4_000 }, (_, n) => small.trace(`${service}-${n}`)).flat().length,
    ];
    expect(count('posts')).toEqual([50, 50, 50]);
    for (const kept of count('flood')) expect(kept).toBeGreaterThan(100);
    for (const bytes of [small.metrics.bytes, small.logs.bytes, small.traces.bytes])
      expect(bytes).toBeLessThanOrEqual(200_000);
    expect(small.trace('flood-3999')).toHaveLength(1);
    const causes = small.refused.measured(nowMs).filter(({ value }) => value > 0);
    expect(causes.map(({ labels }) => `${labels.dormouse_sender} ${labels.dormouse_cause}`)).toEqual(
      Array.from({ length: 3 }, () => 'flood space'),
    );
  });

  test('names that somebody makes up are one sender', () => {
    for (let n = 0; n < 1_000; n++) telemetry.refuse({ signal: 'metrics', cause: 'series', sender: `made-up-${n}` }, 1);
    expect(refused()).toHaveLength(101);
    expect(refused().at(-1)).toEqual(['others', 'metrics', 'series', 900]);
  });
});

describe('times', () => {
  test('a data point an hour ahead is refused, and its series goes on', async () => {
    expect(await send('metrics', gauge('posts', [point(0, nowMs + hourMs)]))).toEqual({
      status: 200,
      body: {
        partialSuccess: {
          rejectedDataPoints: '1',
          errorMessage: 'not kept here: times more than a minute ahead',
        },
      },
    });
    expect((await send('metrics', gauge('posts', [point(0)]))).body).toEqual({});
    expect([...telemetry.metrics.all()].map(({ samples }) => samples)).toEqual([[{ timeMs: nowMs, value: 1 }]]);
    expect(refused()).toEqual([['posts', 'metrics', 'future', 1]]);
  });

  test('what is older than its series is refused', async () => {
    await send('metrics', gauge('posts', [point(0)]));
    const { body } = await send('metrics', gauge('posts', [point(0, nowMs - 1_000)]));
    expect(body).toMatchObject({ partialSuccess: { rejectedDataPoints: '1' } });
    expect(refused()).toEqual([['posts', 'metrics', 'order', 1]]);
  });

  test.each([
    [-2 * hourMs, 'past'],
    [-hourMs + 1, undefined],
    [59_000, undefined],
    [61_000, 'future'],
  ])('of data points %i ms from now: %s', async (byMs, cause) => {
    await send('metrics', gauge('posts', [point(0, nowMs + byMs)]));
    expect(refused()).toEqual(cause ? [['posts', 'metrics', cause, 1]] : []);
  });

  test.each([
    [-8 * 24 * hourMs, 'past'],
    [-24 * hourMs, undefined],
    [59_000, undefined],
    [hourMs, 'future'],
  ])('of spans and log records %i ms from now: %s', async (byMs, cause) => {
    const log = await send('logs', lines('posts', [{ timeUnixNano: nanoseconds(nowMs + byMs) }]));
    const trace = await send('traces', spans('posts', [span(0, nowMs + byMs)]));
    expect(refused()).toEqual(
      cause
        ? [
            ['posts', 'logs', cause, 1],
            ['posts', 'traces', cause, 1],
          ]
        : [],
    );
    expect(log.body).toMatchObject(cause ? { partialSuccess: { rejectedLogRecords: '1' } } : {});
    expect(trace.body).toMatchObject(cause ? { partialSuccess: { rejectedSpans: '1' } } : {});
  });

  test('a log record without a time has that of its arrival', async () => {
    await send('logs', lines('posts', [{ body: { stringValue: 'now' } }]));
    expect(telemetry.logLines()).toMatchObject([{ timeMs: nowMs, message: 'now' }]);
  });
});

test('of 10,000 spans of one trace those that are dropped are answered and counted', async () => {
  let rejected = 0;
  for (let from = 0; from < 10_000; from += 2_500) {
    const { body } = await send(
      'traces',
      spans(
        'posts',
        Array.from({ length: 2_500 }, (_, i) => span(from + i)),
      ),
    );
    const { partialSuccess } = body as { partialSuccess: { rejectedSpans: string; errorMessage: string } };
    expect(partialSuccess.errorMessage).toMatch(/beyond those that a trace may have/);
    rejected += Number(partialSuccess.rejectedSpans);
  }
  expect([rejected, telemetry.droppedOf('a'.repeat(32)), telemetry.trace('a'.repeat(32)).length]).toEqual([
    8_000, 8_000, 2_000,
  ]);
  expect(refused()).toEqual([['posts', 'traces', 'trace', 8_000]]);
  expect(await telemetry.search()).toMatchObject([{ spans: 2_000, dropped: 8_000 }]);
});

test('spans that are sent again, for want of an answer, are kept once', async () => {
  for (let n = 0; n < 2; n++) await send('traces', spans('posts', [span(1), span(2)]));
  expect(telemetry.trace('a'.repeat(32))).toHaveLength(2);
});

describe('a request that has not the shape of OTLP', () => {
  const signals = ['traces', 'logs', 'metrics'] as const;
  const [groups, scopes, records] = [
    { traces: 'resourceSpans', logs: 'resourceLogs', metrics: 'resourceMetrics' },
    { traces: 'scopeSpans', logs: 'scopeLogs', metrics: 'scopeMetrics' },
    { traces: 'spans', logs: 'logRecords', metrics: 'metrics' },
  ];
  const shapes = (signal: Signal): unknown[] => [
    ...[[], [{}], 7, 'x', null, true],
    ...[{}, 'x', 7, [7], [[]], [null]].map((wrong) => ({ [groups[signal]]: wrong })),
    ...[{}, 'x', [7], [[]]].map((wrong) => ({ [groups[signal]]: [{ [scopes[signal]]: wrong }] })),
    ...[{}, 'x', [7], [[]]].map((wrong) => ({
      [groups[signal]]: [{ [scopes[signal]]: [{ [records[signal]]: wrong }] }],
    })),
    { [groups[signal]]: [{ resource: [] }] },
    { [groups[signal]]: [{ resource: { attributes: {} } }] },
  ];

  test.each(signals.flatMap((signal) => shapes(signal).map((shape) => [signal, shape] as const)))(
    'is 400, with what is wrong: %s %j',
    async (signal, shape) => {
      const { status, body } = await send(signal, shape);
      expect([status, body]).toEqual([400, { message: expect.stringMatching(/^the body is not OTLP: .+ not |has /) }]);
    },
  );

  test.each(signals)('an empty one of %s is taken', async (signal) => {
    for (const empty of [{}, { [groups[signal]]: [] }, { [groups[signal]]: null }, { unknown: 1 }])
      expect(await send(signal, empty)).toEqual({ status: 200, body: {} });
  });

  test('law: any JSON is 200 or 400, and never half kept', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...signals), fc.json(), async (signal, text) => {
        const message = json.read(signal, Buffer.from(text));
        expect([200, 400]).toContain((await send(signal, message)).status);
      }),
      { numRuns: 60 },
    );
  });
});
