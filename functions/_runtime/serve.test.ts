import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { signingKeysOf } from '@dormouse/tests/event-keys';
import { afterEach, describe, expect, test } from 'vitest';
import { openCollector } from './collector.fixture.ts';
import { runtimeDatabase } from './database.fixture.ts';

const closing: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Started {
  child: ChildProcess;
  url: string;
  metricsUrl: string;
  output: () => string;
  exit: Promise<number | null>;
}

async function start(env: Record<string, string> = {}): Promise<Started> {
  const file = join(import.meta.dirname, 'serve.fixture.ts');
  const child = spawn(process.execPath, [file], {
    env: { PATH: process.env.PATH, PORT: '0', LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  closing.push(() => child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
  // The last lines may still be on their way when the process has ended.
  const ends = [child.stdout, child.stderr].map((stream) => stream && once(stream, 'close'));
  const exit = once(child, 'exit').then(([code]) => Promise.all(ends).then(() => code as number | null));
  const message = (await Promise.race([once(child, 'message').then(([message]) => message), exit])) as {
    type: string;
    port: number;
    metricsPort?: number;
  };
  if (message?.type !== 'ready') throw new Error(`the function did not start: ${output}`);
  const [url, metricsUrl] = [message.port, message.metricsPort].map((port) => `http://127.0.0.1:${port}`) as [
    string,
    string,
  ];
  return { child, url, metricsUrl, output: () => output, exit };
}

/** Takes whatever is posted, as a collector or a broker would. */
async function receiver(status = 200) {
  const taken: { path: string; headers: IncomingHttpHeaders; body: string }[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request
      .on('data', (chunk) => (body += chunk))
      .on('end', () => {
        taken.push({ path: request.url as string, headers: request.headers, body });
        response.writeHead(status).end();
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close().closeAllConnections());
  return { taken, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const sampled = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` };

describe('the end', () => {
  test('SIGTERM: no new connection, the running request is answered, exit 0', async () => {
    const { child, url, exit } = await start();
    await fetch(`${url}/fast`);
    const arrived = once(child, 'message');
    const slow = fetch(`${url}/slow`);
    expect(await arrived).toEqual(['arrived', undefined]);
    child.kill('SIGTERM');
    expect(await (await slow).json()).toEqual({ ok: true });
    expect(await exit).toBe(0);
    await expect(fetch(`${url}/fast`)).rejects.toThrow();
  });

  test('a parent that is gone ends the process too', async () => {
    const { child, exit } = await start();
    child.disconnect();
    expect(await exit).toBe(0);
  });

  test('an error that nobody handles is logged and ends the process with 1', async () => {
    const { url, exit, output } = await start();
    await fetch(`${url}/reject`).catch(() => {});
    expect(await exit).toBe(1);
    const line = output()
      .split('\n')
      .find((text) => text.includes('unhandled error')) as string;
    expect(JSON.parse(line)).toMatchObject({
      severity: 'ERROR',
      service: 'fixture',
      message: 'unhandled error',
      error: { message: 'nobody handles this' },
    });
  });
});

describe('telemetry', () => {
  test('spans of sampled requests arrive at the collector, those of the last moment at SIGTERM, and metrics with them', async () => {
    const collector = await receiver();
    const { child, url, exit } = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    await fetch(`${url}/fast`, { headers: sampled });
    await fetch(`${url}/fast`);
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
    const bodies = (path: string) =>
      collector.taken.filter((each) => each.path === path).map((each) => JSON.parse(each.body));
    const [{ resourceSpans }] = bodies('/v1/traces');
    expect(resourceSpans[0].resource.attributes).toContainEqual({
      key: 'service.name',
      value: { stringValue: 'fixture' },
    });
    const spans = bodies('/v1/traces').flatMap((body) => body.resourceSpans[0].scopeSpans[0].spans);
    expect(spans).toHaveLength(1);
    expect(spans[0]).toMatchObject({
      traceId: 'a'.repeat(32),
      parentSpanId: 'b'.repeat(16),
      name: 'GET /fast',
      kind: 2,
      startTimeUnixNano: expect.stringMatching(/^\d{19}$/),
    });
    expect(JSON.stringify(bodies('/v1/metrics').at(-1))).toContain('http.server.request.duration');
  });

  test('nothing is lost when a function is ended right after its first answer, again and again', async () => {
    const collector = await openCollector();
    closing.push(collector.close);
    const cycles = 6;
    for (let n = 0; n < cycles; n++) {
      const { child, url, exit } = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
      await fetch(`${url}/fast`, { headers: sampled });
      child.kill('SIGTERM');
      expect(await exit).toBe(0);
    }
    expect(collector.spans().map(({ name }) => name)).toEqual(Array(cycles).fill('GET /fast'));
    for (const name of [
      'http.server.request.duration',
      'faas.coldstarts',
      'faas.init_duration',
      'dormouse.coldstart.first_response.duration',
    ])
      expect(collector.metrics().filter((each) => each.name === name)).toHaveLength(cycles);
  });

  test('a library’s span is a child of the request’s, before OpenTelemetry’s SDK is loaded and after', async () => {
    const collector = await openCollector();
    closing.push(collector.close);
    const family = () => {
      const requests = collector.spans().filter(({ name }) => name === 'GET /library');
      const its = collector.spans().filter(({ name }) => name === 'of a library');
      return its.map(({ parentSpanId }) => requests.some(({ spanId }) => spanId === parentSpanId));
    };
    const counted = () => collector.metrics().filter(({ name }) => name === 'library.calls');
    const ask = async (of: Started) => fetch(`${of.url}/library`, { headers: sampled });
    const brief = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    await ask(brief);
    brief.child.kill('SIGTERM');
    expect(await brief.exit).toBe(0);
    expect(family()).toEqual([true]);
    expect(counted().map(({ points }) => points.map(({ asDouble }) => asDouble))).toEqual([[0, 1]]);
    const long = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_METRIC_EXPORT_INTERVAL: '100' });
    await ask(long);
    // What a library measured comes by the SDK only.
    await expect.poll(() => counted().length, { timeout: 20_000 }).toBeGreaterThan(1);
    await ask(long);
    long.child.kill('SIGTERM');
    expect(await long.exit).toBe(0);
    expect(family()).toEqual([true, true, true]);
    expect(counted().at(-1)?.points).toMatchObject([{ asDouble: 2 }]);
  }, 120_000);

  test('an error that nobody handles still leaves its trace', async () => {
    const collector = await openCollector();
    closing.push(collector.close);
    const { url, exit } = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    await fetch(`${url}/reject`, { headers: sampled }).catch(() => {});
    expect(await exit).toBe(1);
    expect(collector.spans().map(({ name }) => name)).toEqual(['GET /reject']);
  });

  test('with OTEL_METRICS_EXPORTER=prometheus /metrics answers, on a port of its own', async () => {
    const { url, metricsUrl } = await start({
      OTEL_METRICS_EXPORTER: 'prometheus',
      OTEL_EXPORTER_PROMETHEUS_PORT: '0',
    });
    await fetch(`${url}/fast`);
    await fetch(`${url}/library`);
    expect((await fetch(`${url}/metrics`)).status).toBe(404);
    const metrics = async () => (await fetch(`${metricsUrl}/metrics`)).text();
    await expect
      .poll(metrics, { timeout: 20_000 })
      .toMatch(/http_server_request_duration_seconds_count\{.*http_route="\/fast".*\} 1/);
    expect(await metrics()).toMatch(/faas_coldstarts_total\{.*\} 1/);
    expect(await metrics()).toMatch(/process_memory_usage_bytes\{.*\} \d+/);
    expect(await metrics()).toMatch(/nodejs_eventloop_utilization_ratio\{.*\} [01]/);
    expect(await metrics()).toMatch(/library_calls_total\{.*\} 1/);
    expect((await fetch(`${metricsUrl}/metrics`)).headers.get('content-type')).toContain('version=0.0.4');
    expect((await fetch(`${metricsUrl}/`)).status).toBe(404);
  });
});

describe('with a database', () => {
  test('one trace spans request, SQL, the event that is sent, and what the event says of its origin', async () => {
    const db = await runtimeDatabase('fixture');
    closing.push(() => db.drop());
    const [collector, broker] = [await receiver(), await receiver(202)];
    const { child, url, exit } = await start({
      FIXTURE_DATABASE: 'yes',
      EVENT_SIGNING_KEYS: signingKeysOf('/fixture'),
      DATABASE_URL: db.urlOf('fixture'),
      K_SINK: broker.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    });
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect(await (await fetch(`${url}/rows`, { headers: sampled })).json()).toEqual([{ one: 1 }]);
    const created = await fetch(`${url}/notes`, {
      method: 'POST',
      headers: { ...sampled, 'content-type': 'application/json' },
      body: '{"n":5}',
    });
    expect(created.status).toBe(201);
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
    expect(await db.admin`SELECT * FROM fixture.outbox WHERE sent_at IS NULL`).toHaveLength(0);

    const spans = collector.taken
      .filter((each) => each.path === '/v1/traces')
      .flatMap((each) => JSON.parse(each.body).resourceSpans[0].scopeSpans[0].spans);
    const named = (name: string) => spans.find((span: { name: string }) => span.name === name);
    expect(new Set(spans.map((span: { traceId: string }) => span.traceId))).toEqual(new Set(['a'.repeat(32)]));
    expect(named('SELECT').parentSpanId).toBe(named('work').spanId);
    expect(named('INSERT outbox').parentSpanId).toBe(named('POST /notes').spanId);
    const send = named('send dev.dormouse.note.noted.v1');
    expect(send).toMatchObject({ kind: 4, parentSpanId: named('POST /notes').spanId });
    expect(broker.taken).toHaveLength(1);
    expect(broker.taken[0]).toMatchObject({
      body: '{"n":5}',
      headers: {
        'ce-specversion': '1.0',
        'ce-subject': 'note/1',
        'ce-partitionkey': 'note/1',
        'content-type': 'application/json',
        traceparent: `00-${'a'.repeat(32)}-${send.spanId}-01`,
        'ce-traceparent': `00-${'a'.repeat(32)}-${named('POST /notes').spanId}-01`,
      },
    });
  });

  test('that is away: it starts, says 503 without a word of the database, and says so in readyz', async () => {
    const { url, child, exit } = await start({
      FIXTURE_DATABASE: 'yes',
      EVENT_SIGNING_KEYS: signingKeysOf('/fixture'),
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
      LOG_LEVEL: 'silent',
    });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    for (const path of ['/readyz', '/rows']) {
      const response = await fetch(url + path);
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
      expect(await response.text()).not.toMatch(/postgres|ECONN|127\.0\.0\.1/i);
    }
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
  });
});
