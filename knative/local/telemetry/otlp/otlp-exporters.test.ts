import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '@dormouse/local/platform.fixture';
import { diag } from '@opentelemetry/api';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Telemetry } from '../telemetry.ts';
import { type Forward, forward } from './otlp-forwarder.ts';
import { otlpReceiver } from './otlp-receiver.ts';

const resource = resourceFromAttributes({ 'service.name': 'mine', 'service.instance.id': 'mine-1' });
const open: Server[] = [];
let forwarding: Forward;
let [console, collector] = [new Telemetry(), new Telemetry()];
let url = '';

async function listen(handler: ReturnType<typeof otlpReceiver>): Promise<string> {
  const server = createServer(handler);
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeEach(async () => {
  [console, collector] = [new Telemetry(), new Telemetry()];
  const observed = await listen(otlpReceiver(collector));
  forwarding = forward({ url: observed, telemetry: console, say: () => {}, everyMs: 20 });
  url = await listen(otlpReceiver(console, forwarding.received));
});
afterEach(async () => {
  await forwarding.close();
  for (const server of open.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** The packages that @opentelemetry/sdk-node exports with when nothing is set, and what is said of one flow of each signal. */
async function program(): Promise<void> {
  const to = (signal: string) => ({ url: `${url}/v1/${signal}`, compression: 'gzip' as never });
  const tracers = new TracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter(to('traces')) })],
  });
  const meters = new MeterProvider({
    resource,
    readers: [new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter(to('metrics')) })],
  });
  const loggers = new LoggerProvider({
    resource,
    processors: [new BatchLogRecordProcessor({ exporter: new OTLPLogExporter(to('logs')) })],
  });
  tracers
    .getTracer('x')
    .startSpan('work', { attributes: { n: 7 } })
    .end();
  meters.getMeter('x').createCounter('things', { unit: '1' }).add(3, { kind: 'big' });
  meters.getMeter('x').createHistogram('took', { unit: 's' }).record(0.2);
  loggers.getLogger('x').emit({ body: 'hello', severityNumber: 13, attributes: { list: [1, 'a'] } });
  for (const each of [tracers, meters, loggers]) await each.shutdown();
}

describe('a program with OpenTelemetry’s own exporters', () => {
  test('is shown with everything it sent in protobuf, and sent on to a collector', async () => {
    await program();
    await eventually(
      async () =>
        [...collector.metrics.all()].length === 2 &&
        (await collector.search()).length === 1 &&
        collector.logLines().length === 1,
      'all was sent on',
    );
    for (const telemetry of [console, collector]) {
      expect(await telemetry.search()).toMatchObject([{ rootService: 'mine', rootName: 'work', errors: 0 }]);
      expect(telemetry.logLines()).toMatchObject([
        { service: 'mine', instance: 'mine-1', level: 'warn', message: 'hello', fields: { list: '[1,"a"]' } },
      ]);
      expect(
        [...telemetry.metrics.all()].map(({ family: { name, kind }, samples }) => [name, kind, samples[0]?.value]),
      ).toEqual([
        ['things', 'counter', 3],
        ['took', 'histogram', 0.2],
      ]);
    }
    expect((await collector.search())[0]?.traceId).toBe((await console.search())[0]?.traceId);
  });

  test('is told of the data points that are not kept', async () => {
    const warned: unknown[][] = [];
    const quiet = () => {};
    const warn = (...words: unknown[]) => void warned.push(words);
    diag.setLogger({ verbose: quiet, debug: quiet, info: quiet, warn, error: warn }, { suppressOverrideMessage: true });
    const exporter = new OTLPMetricExporter({ url: `${url}/v1/metrics` });
    const meters = new MeterProvider({ resource, readers: [new PeriodicExportingMetricReader({ exporter })] });
    for (let instrument = 0; instrument < 4; instrument++) {
      const things = meters.getMeter('x').createCounter(`things.${instrument}`);
      for (let n = 0; n < 1_500; n++) things.add(1, { n });
    }
    await meters.shutdown();
    diag.disable();
    expect([...console.metrics.all()]).toHaveLength(5_000);
    expect(JSON.stringify(warned)).toMatch(/rejectedDataPoints[^0-9]*1000.*as many series as it may have/);
  });
});
