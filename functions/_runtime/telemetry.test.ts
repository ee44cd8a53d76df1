import { metrics } from '@dormouse/signals/metrics';
import { metrics as metricsApi, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { attributesOf, type Collector, openCollector } from './collector.fixture.ts';
import { readConfig } from './config.ts';
import { measure } from './measure.ts';
import { type OpenTelemetry, openTelemetry } from './telemetry.ts';
import { inSpan, runInTrace, tracer, tracerProvider } from './trace.ts';

let collector: Collector;
let telemetry: OpenTelemetry | undefined;
beforeEach(async () => {
  collector = await openCollector();
});
afterEach(async () => {
  await telemetry?.close();
  collector.close();
});

function open(env: Record<string, string> = {}) {
  const config = readConfig({ K_SERVICE: 'posts', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...env });
  telemetry = openTelemetry(config, { pausesMs: [1, 1, 1] });
  return telemetry;
}

const within = trace.setSpanContext(ROOT_CONTEXT, { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 });
const record = (name: string): void => tracer.startSpan(name, {}, within).end();
const found = (name: string) => collector.metrics().filter((each) => each.name === name);

test('what sends them is loaded again when it could not be loaded', async () => {
  const config = readConfig({ K_SERVICE: 'posts', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  let loads = 0;
  const load = async () =>
    ++loads === 1 ? Promise.reject(new Error('no such file')) : (await import('./exporter.ts')).openExporter(config);
  telemetry = openTelemetry(config, { load, pausesMs: [1, 1, 1] });
  record('kept');
  await telemetry.close();
  expect(collector.spans().map(({ name }) => name)).toEqual(['kept']);
});

describe('spans', () => {
  test('leave in requests of at most 512, and all of them before the end', async () => {
    const { close } = open();
    for (let n = 0; n < 1200; n++) record(`n${n}`);
    await close();
    expect(collector.spans().map(({ name }) => name)).toEqual(Array.from({ length: 1200 }, (_, n) => `n${n}`));
    expect(collector.taken.filter(({ path }) => path === '/v1/traces')).toHaveLength(3);
  });

  test('a collector that is too busy gets them later, once, also at the end', async () => {
    const { close } = open();
    collector.failNext(503, 429);
    record('late');
    await close();
    expect(collector.spans().map(({ name }) => name)).toEqual(['late']);
  });

  test('what it will never take is dropped, and counted', async () => {
    const { close } = open();
    collector.failNext(400);
    record('refused');
    await close();
    expect(collector.spans()).toEqual([]);
    const dropped = found(metrics.dropped.name).at(-1)?.points.at(-1);
    expect(dropped).toMatchObject({ asDouble: 1 });
    expect(attributesOf(dropped!)).toEqual({ 'dormouse.signal': 'spans' });
  });

  test('a collector that is away costs nothing but what did not fit', async () => {
    const { close } = open({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
    for (let n = 0; n < 5000; n++) record(`n${n}`);
    await expect(close()).resolves.toBeUndefined();
  });
});

describe('metrics', () => {
  test('what was measured is pushed within moments, and only that: a process may be killed', async () => {
    open({ METRIC_CHANGES_INTERVAL: '20' });
    const login = (outcome: string) => measure(metrics.logins, 1, { 'dormouse.login.outcome': outcome });
    const pushes = () =>
      found(metrics.logins.name).map(({ points }) =>
        points.map((point) => [attributesOf(point)['dormouse.login.outcome'], point.asDouble]),
      );
    login('wrong');
    await expect.poll(pushes, { timeout: 10_000 }).toEqual([
      [
        ['wrong', 0],
        ['wrong', 1],
      ],
    ]);
    login('right');
    await expect.poll(() => pushes().length).toBe(2);
    login('wrong');
    await expect
      .poll(() => pushes().slice(1))
      .toEqual([
        [
          ['right', 0],
          ['right', 1],
        ],
        [['wrong', 2]],
      ]);
  });

  test('what a collector did not take is in the next push of what changed', async () => {
    open({ METRIC_CHANGES_INTERVAL: '20', OTEL_TRACES_EXPORTER: 'none' });
    const last = () => found(metrics.logins.name).at(-1)?.points.at(-1)?.asDouble;
    measure(metrics.logins, 1, { 'dormouse.login.outcome': 'wrong' });
    await expect.poll(last, { timeout: 10_000 }).toBe(1);
    collector.failNext(503);
    measure(metrics.logins, 1, { 'dormouse.login.outcome': 'wrong' });
    await expect.poll(() => collector.failed()).toBe(1);
    measure(metrics.logins, 1, { 'dormouse.login.outcome': 'right' });
    await expect
      .poll(() =>
        found(metrics.logins.name)
          .flatMap(({ points }) => points.map((p) => p.asDouble))
          .includes(2),
      )
      .toBe(true);
  });

  test('a collector that hangs has one request before it at a time, and gets everything once', async () => {
    open({ METRIC_CHANGES_INTERVAL: '20', OTEL_METRIC_EXPORT_INTERVAL: '60' });
    const answer = collector.hang();
    for (let n = 0; n < 30; n++) {
      measure(metrics.logins, 1, { 'dormouse.login.outcome': 'wrong' });
      record(`n${n}`);
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    expect(collector.hanging()).toBe(1);
    answer();
    await expect.poll(() => found(metrics.logins.name).at(-1)?.points.at(-1)?.asDouble, { timeout: 10_000 }).toBe(30);
    // As many as wait to be sent, not one for each interval of its silence.
    expect(collector.taken.filter(({ path }) => path === '/v1/metrics').length).toBeLessThan(8);
    await expect.poll(() => collector.spans().length).toBe(30);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(new Set(collector.spans().map(({ name }) => name)).size).toBe(30);
    expect(collector.maxAtOnce()).toBe(1);
  });

  test('counters add up, with the unit and the resource of the instance', async () => {
    const { close } = open({ OTEL_RESOURCE_ATTRIBUTES: 'team=blog', ENVIRONMENT: 'test' });
    measure(metrics.logins, 1, { 'dormouse.login.outcome': 'wrong' });
    measure(metrics.logins, 2, { 'dormouse.login.outcome': 'wrong' });
    await close();
    const [logins] = found('dormouse.logins');
    expect(logins).toMatchObject({ unit: '{login}', points: [{ asDouble: 0 }, { asDouble: 3 }] });
    expect(logins?.resource).toMatchObject({
      'service.name': 'posts',
      'service.instance.id': expect.any(String),
      team: 'blog',
      'deployment.environment.name': 'test',
    });
  });

  test('a series begins with a zero, at the start of the process or at the push before it, and says so once', async () => {
    const startedMs = Date.now() - 5000;
    const { close } = open({ OTEL_METRIC_EXPORT_INTERVAL: '50', STARTED_AT: String(startedMs) });
    const outcomes = () =>
      found('dormouse.logins').map(({ points }) =>
        points.map((point) => [attributesOf(point)['dormouse.login.outcome'], point.asDouble]),
      );
    measure(metrics.logins, 3, { 'dormouse.login.outcome': 'wrong' });
    measure(metrics.requestDuration, 0.1);
    await expect.poll(outcomes, { timeout: 10_000 }).toContainEqual([['wrong', 3]]);
    measure(metrics.logins, 1, { 'dormouse.login.outcome': 'success' });
    await close();
    const reported = outcomes();
    expect(reported[0]).toEqual([
      ['wrong', 0],
      ['wrong', 3],
    ]);
    expect(reported.slice(1)).toContainEqual([
      ['wrong', 3],
      ['success', 0],
      ['success', 1],
    ]);
    const [first, ...later] = found('dormouse.logins').flatMap(({ points }) => points);
    expect(first).toMatchObject({ startTimeUnixNano: `${startedMs}000000`, timeUnixNano: `${startedMs}000000` });
    expect(later[0]).toMatchObject({ startTimeUnixNano: `${startedMs}000000` });
    const begin = later.find((point) => point.asDouble === 0) as unknown as { timeUnixNano: string };
    expect(Number(begin.timeUnixNano) / 1e6).toBeGreaterThan(startedMs + 4000);
    expect(found('http.server.request.duration')[0]?.points).toMatchObject([
      { count: 0, sum: 0 },
      { count: 1, sum: 0.1 },
    ]);
  });

  test('a state of the system belongs to no instance, and is told once for each look', async () => {
    const { close } = open();
    measure(metrics.outboxPending, 3, { 'db.namespace': 'posts' });
    measure(metrics.outboxPending, 4, { 'db.namespace': 'posts' });
    await close();
    const reported = found('dormouse.outbox.pending');
    expect(reported).toMatchObject([{ points: [{ asDouble: 4 }] }]);
    expect(reported[0]?.resource).toMatchObject({ 'service.name': 'posts' });
    expect(reported[0]?.resource).not.toHaveProperty('service.instance.id');
  });

  test('a bucket leads to the last trace that fell into it', async () => {
    const { close } = open();
    const attributes = { 'http.route': '/x', 'http.request.method': 'GET' } as const;
    const inTrace = (digit: string, sampled: boolean, seconds: number) =>
      runInTrace({ traceId: digit.repeat(32), spanId: digit.repeat(16), traceFlags: sampled ? 1 : 0 }, () =>
        measure(metrics.requestDuration, seconds, attributes),
      );
    inTrace('1', true, 0.002);
    inTrace('2', true, 0.0021);
    inTrace('3', false, 0.0022);
    inTrace('4', true, 3);
    await close();
    const point = found('http.server.request.duration').at(-1)?.points.at(-1);
    expect(point?.count).toBe(4);
    expect(point?.exemplars).toEqual([
      {
        traceId: '2'.repeat(32),
        spanId: '2'.repeat(16),
        asDouble: 0.0021,
        timeUnixNano: expect.stringMatching(/^\d{19}$/),
      },
      { traceId: '4'.repeat(32), spanId: '4'.repeat(16), asDouble: 3, timeUnixNano: expect.stringMatching(/^\d{19}$/) },
    ]);
  });

  test('the process’s own state comes with them, and says in the end that nothing is used any more', async () => {
    const { close, lastLook } = open({ OTEL_METRIC_EXPORT_INTERVAL: '50' });
    measure(metrics.accountsCreated, 1);
    await expect
      .poll(() => found('process.memory.usage').at(-1)?.points[0]?.asDouble, { timeout: 10_000 })
      .toBeGreaterThan(1e6);
    await lastLook();
    await close();
    expect(found('process.memory.usage').at(-1)?.points).toMatchObject([{ asDouble: 0 }]);
    expect(found('process.cpu.time').at(-1)?.points).toHaveLength(2);
  });
});

test('protobuf, headers and addresses as the variables say', async () => {
  const { close } = open({
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_EXPORTER_OTLP_HEADERS: 'x-scope=blog',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/elsewhere`,
  });
  record('one');
  measure(metrics.accountsCreated, 1);
  await close();
  expect(
    collector.taken.map(({ path, headers }) => [path, headers['content-type'], headers['x-scope']]).sort(),
  ).toEqual([
    ['/elsewhere', 'application/x-protobuf', 'blog'],
    ['/v1/metrics', 'application/x-protobuf', 'blog'],
  ]);
  expect(collector.taken[0]?.body.includes('service.name')).toBe(true);
});

test('with OTEL_SDK_DISABLED nothing is kept or loaded', async () => {
  const { close } = open({ OTEL_SDK_DISABLED: 'true' });
  record('one');
  measure(metrics.accountsCreated, 1);
  await close();
  expect(collector.taken).toEqual([]);
});

describe('a library', () => {
  /** As a library does it: by the API alone. */
  const library = trace.getTracer('library', '1.2.3');
  const query = (name: string) =>
    inSpan(name, { parent: trace.getSpanContext(within) }, () =>
      library.startActiveSpan(`${name} of a library`, { kind: SpanKind.CLIENT }, async (span) => {
        span.setAttribute('rows', 2);
        await inSpan(`inside of ${name}`, {}, async () => {});
        span.recordException(new Error('write to ann@example.org'));
        span.end();
      }),
    );
  const family = (name: string) => {
    const of = (each: string) => collector.spans().find((span) => span.name === each);
    const [outer, its, inner] = [of(name), of(`${name} of a library`), of(`inside of ${name}`)];
    return { its, isChild: its?.parentSpanId === outer?.spanId, hasChild: inner?.parentSpanId === its?.spanId };
  };

  test('has its spans in the trace before OpenTelemetry’s SDK is loaded, and after', async () => {
    const { close } = open({ OTEL_METRICS_EXPORTER: 'none' });
    await query('early');
    await expect.poll(() => family('early').its, { timeout: 10_000 }).toBeDefined();
    await expect.poll(() => tracerProvider.handedOver, { timeout: 20_000 }).toBe(true);
    await query('late');
    await close();
    for (const name of ['early', 'late']) {
      const { its, isChild, hasChild } = family(name);
      expect([name, isChild, hasChild]).toEqual([name, true, true]);
      expect(its).toMatchObject({ kind: 3, traceId: 'a'.repeat(32), attributes: [{ key: 'rows' }] });
      expect(JSON.stringify(its)).not.toContain('ann@example.org');
    }
  });

  test('has what it measures sent, though the SDK is loaded later, and with a zero before', async () => {
    const { close } = open();
    const meter = metricsApi.getMeter('library');
    const rows = meter.createCounter('library.rows', { unit: '{row}' });
    meter.createObservableGauge('library.pool').addCallback((result) => result.observe(7));
    rows.add(2, { table: 'a' });
    await close();
    expect(found('library.rows')).toMatchObject([{ unit: '{row}', points: [{ asDouble: 0 }, { asDouble: 2 }] }]);
    expect(found('library.pool')).toMatchObject([{ points: [{ asDouble: 7 }] }]);
    expect(found('library.rows')[0]?.resource).toMatchObject({ 'service.name': 'posts' });
  });
});
