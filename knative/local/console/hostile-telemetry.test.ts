import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Bench, bench } from '@dormouse/eventing/broker.fixture';
import { otlpReceiver } from '@dormouse/telemetry/otlp/otlp-receiver';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startConsole } from './console.ts';

const traceId = 'a'.repeat(32);
const now = `${Date.now()}000000`;
const tooLate = '1'.repeat(23);
const inherited = ['constructor', '__proto__', 'toString', 'hasOwnProperty'];

let b: Bench;
let otlp: Server;
let console_: { url: string; close(): Promise<void> };
beforeAll(async () => {
  b = await bench({ triggers: [] });
  otlp = createServer(otlpReceiver(b.telemetry));
  await new Promise<void>((done) => otlp.listen(0, '127.0.0.1', done));
  const sources = { services: () => [], routes: () => [], brokers: b.brokers, telemetry: b.telemetry };
  console_ = await startConsole({ host: '127.0.0.1', port: 0, ...sources });
});
afterAll(async () => {
  await console_.close();
  otlp.close();
  await b.close();
});

const send = async (signal: string, message: object) => {
  const response = await fetch(`http://127.0.0.1:${(otlp.address() as AddressInfo).port}/v1/${signal}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(message),
  });
  expect(response.status).toBe(200);
  return ((await response.json()) as { partialSuccess?: object }).partialSuccess;
};
const statusOf = async (path: string) => {
  const response = await fetch(console_.url + path);
  await response.arrayBuffer();
  return response.status;
};
const named = (name: string, value: string = name) => ({ key: name, value: { stringValue: value } });
const resource = (service: string) => ({ attributes: [named('service.name', service)] });
const spanOf = (fields: object) => ({
  traceId,
  spanId: 'b'.repeat(16),
  name: 'x',
  startTimeUnixNano: now,
  endTimeUnixNano: now,
  ...fields,
});
const spans = (service: string, ...all: object[]) => ({
  resourceSpans: [{ resource: resource(service), scopeSpans: [{ spans: all }] }],
});
const logs = (...logRecords: object[]) => ({
  resourceLogs: [{ resource: resource('evil'), scopeLogs: [{ logRecords }] }],
});
const gauges = (name: string, ...dataPoints: object[]) => ({
  resourceMetrics: [{ resource: resource('evil'), scopeMetrics: [{ metrics: [{ name, gauge: { dataPoints } }] }] }],
});

describe('the console, whatever telemetry came in', () => {
  test('shows logs, traces and metrics of which some have impossible times', async () => {
    const body = { stringValue: 'x' };
    expect(
      await send(
        'logs',
        logs({ timeUnixNano: tooLate, body }, { timeUnixNano: '-1', body }, { timeUnixNano: now, body }),
      ),
    ).toMatchObject({ rejectedLogRecords: '2' });
    expect(
      await send(
        'traces',
        spans(
          'late',
          spanOf({ startTimeUnixNano: tooLate }),
          spanOf({ endTimeUnixNano: 1e30 }),
          spanOf({ events: [{ name: 'e', timeUnixNano: tooLate }] }),
          spanOf({ startTimeUnixNano: 'yesterday' }),
        ),
      ),
    ).toMatchObject({ rejectedSpans: '4' });
    expect(
      await send('metrics', gauges('late', { timeUnixNano: tooLate, asInt: '1' }, { timeUnixNano: now, asInt: '1' })),
    ).toMatchObject({ rejectedDataPoints: '1' });
    for (const path of ['/logs', '/api/logs', '/traces', '/api/search', '/measures', '/metrics'])
      expect({ path, status: await statusOf(path) }).toEqual({ path, status: 200 });
  });

  test('takes the names of what every object inherits for names like any other', async () => {
    for (const name of inherited) {
      await send(
        'traces',
        spans(name, spanOf({ kind: name, name, attributes: [named(name)], status: { code: name } })),
      );
      await send('logs', logs({ timeUnixNano: now, severityText: name, body: { stringValue: name }, traceId }));
      await send('metrics', gauges(name, { timeUnixNano: now, asInt: '1', attributes: [named(name)] }));
    }
    const pages = ['/', '/logs', '/traces', `/traces/${traceId}`, '/measures', '/metrics'];
    const apis = ['/api/search', `/api/traces/${traceId}`, `/api/v2/traces/${traceId}`, '/api/search/tags'];
    for (const path of [...pages, ...apis])
      expect({ path, status: await statusOf(path) }).toEqual({ path, status: 200 });
  });

  test('knows no tag, label or query that nobody named', async () => {
    await send('traces', spans('web', spanOf({})));
    await send('metrics', gauges('plain', { timeUnixNano: now, asInt: '1' }));
    for (const name of ['valueOf', 'isPrototypeOf']) {
      const json = async (path: string) => (await fetch(console_.url + path)).json();
      expect(await json(`/api/search/tag/${name}/values`)).toEqual({ tagValues: [] });
      expect(await json(`/api/v1/label/${name}/values`)).toEqual({ status: 'success', data: [] });
      expect(await json(`/api/v1/query?query=${encodeURIComponent(`count(plain{${name}!=""})`)}`)).toMatchObject({
        data: { result: [] },
      });
      expect(await statusOf(`/api/v1/query?query=${name}(plain)`)).toBe(400);
    }
    for (const path of [...inherited, 'nothing', 'status/nothing', 'label//values'])
      expect({ path, status: await statusOf(`/api/v1/${path}`) }).toEqual({ path, status: 404 });
  });
});
