import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '@dormouse/local/platform.fixture';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Telemetry } from '../telemetry.ts';
import { type Forward, forward } from './otlp-forwarder.ts';
import { readLogs, readSpans } from './otlp-json.ts';

interface Taken {
  path: string;
  body: Record<string, unknown[]>;
}

let taken: Taken[];
let status: number;
let server: Server;
let telemetry: Telemetry;
let said: string[];
let sender: Forward;

beforeEach(async () => {
  [taken, status, said, telemetry] = [[], 200, [], new Telemetry()];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (status === 200)
        taken.push({ path: request.url ?? '', body: JSON.parse(Buffer.concat(chunks).toString()) as Taken['body'] });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  sender = forward({ url, telemetry, say: (line) => said.push(line), everyMs: 20, maxBytes: 10_000 });
});
afterEach(async () => {
  await sender.close();
  server.close();
  server.closeAllConnections();
});

const traceId = 'a'.repeat(32);
const span = {
  traceId,
  spanId: 'b'.repeat(16),
  name: 'GET /',
  kind: 'server' as const,
  service: 'ingress',
  startMs: 1_700_000_000_123.5,
  durationMs: 2.25,
  attributes: { n: 1 },
  error: true,
};
const line = {
  timeMs: 1_700_000_000_000,
  service: 'posts',
  instance: 'posts-a',
  level: 'warn',
  message: 'odd',
  traceId,
  fields: { code: 7 },
};
const bodies = (path: string) => taken.filter((each) => each.path === path).map(({ body }) => body);

describe('telemetry that is sent on', () => {
  test('the platform’s spans and the functions’ lines arrive as OTLP, what was received as it was', async () => {
    telemetry.addSpan(span);
    telemetry.addSpan({ ...span, name: 'not this' }, 'received');
    telemetry.addLog(line);
    sender.received('metrics', { resourceMetrics: [{ scopeMetrics: [] }] });
    sender.received('metrics', { resourceMetrics: [{ schemaUrl: 'x' }] });
    await eventually(
      () => bodies('/v1/traces').length > 0 && bodies('/v1/logs').length > 0 && bodies('/v1/metrics').length > 0,
      'all three signals came',
    );
    expect([...readSpans(bodies('/v1/traces')[0])]).toEqual([
      { ...span, startMs: expect.closeTo(span.startMs, 3), durationMs: expect.closeTo(span.durationMs, 3) },
    ]);
    expect(JSON.stringify(bodies('/v1/traces')[0])).toContain('"kind":2');
    expect([...readLogs(bodies('/v1/logs')[0])]).toEqual([line]);
    expect(bodies('/v1/metrics').flatMap(({ resourceMetrics }) => resourceMetrics)).toEqual([
      { scopeMetrics: [] },
      { schemaUrl: 'x' },
    ]);
    expect(said).toEqual([]);
  });

  test('a collector that is away is said once, gets everything when it is back, and that is said once', async () => {
    status = 503;
    telemetry.addLog(line);
    await eventually(() => said.length > 0, 'that it is away is said');
    telemetry.addLog({ ...line, message: 'later' });
    status = 200;
    await eventually(() => said.length > 1, 'that it is back is said');
    await eventually(() => bodies('/v1/logs').flatMap((body) => [...readLogs(body)]).length === 2, 'both lines came');
    expect(said).toEqual([
      expect.stringContaining('does not take telemetry'),
      expect.stringMatching(/takes telemetry again$/),
    ]);
  });

  test('what waits is bounded: the oldest is lost, and counted', async () => {
    const overhead = '{"n":,"of":""}'.length;
    status = 503;
    for (let n = 0; n < 100; n++)
      sender.received('traces', { resourceSpans: [{ n, of: 'x'.repeat(1_000 - overhead - String(n).length) }] });
    await eventually(() => said.length > 0, 'that it is away is said');
    status = 200;
    await eventually(() => said.length > 1, 'that it is back is said');
    expect(said[1]).toContain('90 requests were lost');
    expect(
      bodies('/v1/traces')
        .flatMap(({ resourceSpans }) => resourceSpans)
        .at(-1),
    ).toMatchObject({ n: 99 });
  });

  test('what it will never take is not sent again', async () => {
    status = 400;
    telemetry.addLog(line);
    await new Promise((resolve) => setTimeout(resolve, 100));
    status = 200;
    telemetry.addLog({ ...line, message: 'next' });
    await eventually(() => bodies('/v1/logs').length > 0, 'the next line came');
    expect(
      bodies('/v1/logs')
        .flatMap((body) => [...readLogs(body)])
        .map(({ message }) => message),
    ).toEqual(['next']);
  });

  test('at the end nothing is left behind', async () => {
    telemetry.addSpan(span);
    await sender.close();
    expect(bodies('/v1/traces')).toHaveLength(1);
  });
});
