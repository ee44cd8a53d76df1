import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missingOf, programPath } from '@dormouse/monitoring/programs';
import { freePort } from '@dormouse/serving/process/free-port';
import { otlpReceiver } from '@dormouse/telemetry/otlp/otlp-receiver';
import { Telemetry } from '@dormouse/telemetry/telemetry';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { skippedFor } from '../needs.ts';
import { eventually } from '../platform.ts';
import { startChild } from './child.ts';
import { type RunningCollector, startCollector } from './collector.ts';
import { everyField } from './every-field.ts';

const otelcol = programPath('collector')!;
const folder = join(import.meta.dirname, '../../observability/collector');

interface Span {
  traceId: string;
  milliseconds: number;
  failed?: boolean;
  cold?: boolean;
}

/** An ExportTraceServiceRequest of one span. */
const request = ({ traceId, milliseconds, failed, cold }: Span) => {
  const startMs = Date.now() - milliseconds;
  const span = {
    traceId,
    spanId: randomBytes(8).toString('hex'),
    name: 'GET /blog/api/posts',
    kind: 2,
    startTimeUnixNano: `${startMs}000000`,
    endTimeUnixNano: `${startMs + milliseconds}000000`,
    attributes: cold ? [{ key: 'faas.coldstart', value: { boolValue: true } }] : [],
    status: failed ? { code: 2 } : {},
  };
  return {
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'posts' } }] },
        scopeSpans: [{ spans: [span] }],
      },
    ],
  };
};

describe('the OpenTelemetry Collector', skippedFor(missingOf('collector')), () => {
  let collector: RunningCollector;
  let work: string;
  const newTrace = () => randomBytes(16).toString('hex');
  const written = (name: string) => {
    try {
      return readFileSync(join(work, name), 'utf8');
    } catch {
      return '';
    }
  };
  const send = async (span: Span) => {
    const response = await fetch(`${collector.url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request(span)),
    });
    expect(response.status).toBe(200);
  };

  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), 'dormouse-collector-'));
    const file = (name: string) => ({ path: join(work, name), flush_interval: '200ms' });
    const exporters = { 'file/traces': file('traces.json'), 'file/metrics': file('metrics.json') };
    const pipelines = { traces: { exporters: ['file/traces'] }, metrics: { exporters: ['file/metrics'] } };
    const overlay = join(work, 'to-files.yaml');
    const connectors = { span_metrics: { metrics_flush_interval: '1s' } };
    writeFileSync(overlay, JSON.stringify({ exporters, connectors, service: { pipelines } }));
    collector = await startCollector(otelcol, {}, [overlay], { DECISION_WAIT: '1s' });
  });
  afterAll(async () => {
    await collector?.stop();
    rmSync(work, { recursive: true, force: true });
  });

  test.each(['machine', 'cluster'])('understands its configuration for a %s', (where) => {
    const args = ['validate', '--config', join(folder, 'common.yaml'), '--config', join(folder, `${where}.yaml`)];
    expect(execFileSync(otelcol, args, { encoding: 'utf8' })).not.toMatch(/error/i);
  });

  test('keeps traces that failed, were slow or woke a function, and drops nine of ten of the others', async () => {
    const [failed, slow, cold] = [newTrace(), newTrace(), newTrace()];
    const plain = Array.from({ length: 200 }, newTrace);
    for (const traceId of plain) await send({ traceId, milliseconds: 5 });
    await send({ traceId: failed, milliseconds: 5, failed: true });
    await send({ traceId: slow, milliseconds: 1500 });
    await send({ traceId: cold, milliseconds: 5, cold: true });
    const kept = await eventually(
      async () => written('traces.json'),
      (text) => [failed, slow, cold].every((traceId) => text.includes(traceId)),
    );
    const others = plain.filter((traceId) => kept.includes(traceId)).length;
    expect(others).toBeGreaterThan(0);
    expect(others).toBeLessThan(60);
  });

  test('measures every span, kept or not, by function, and names a trace for it', async () => {
    const text = await eventually(
      async () => written('metrics.json'),
      (each) => each.includes('span.duration') && each.includes('exemplars'),
    );
    const points = text
      .trim()
      .split('\n')
      .flatMap((line) => JSON.parse(line).resourceMetrics)
      .filter(({ resource }) => JSON.stringify(resource).includes('"posts"'));
    expect(JSON.stringify(points)).toMatch(/"key":"service\.name","value":\{"stringValue":"posts"\}/);
    expect(text).toMatch(/"exemplars":\[\{[^\]]*"traceId":"[0-9a-f]{32}"/);
  });

  test('sends the console in protobuf what it reads as it was sent in JSON, field by field', async () => {
    const read: Record<string, unknown> = {};
    const types = new Set<string>();
    const receive = otlpReceiver(new Telemetry(), (signal, message) => void (read[signal] = message));
    const console = createServer((request, response) => {
      types.add(`${request.headers['content-type']}, ${request.headers['content-encoding']}`);
      receive(request, response);
    });
    await new Promise<void>((resolve) => console.listen(0, '127.0.0.1', resolve));
    const [port, health] = [await freePort(), await freePort()];
    const pipeline = { receivers: ['otlp'], exporters: ['otlphttp'] };
    const configuration = {
      extensions: { health_check: { endpoint: `127.0.0.1:${health}` } },
      receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
      exporters: { otlphttp: { endpoint: `http://127.0.0.1:${(console.address() as AddressInfo).port}` } },
      service: {
        extensions: ['health_check'],
        telemetry: { metrics: { level: 'none' } },
        pipelines: { traces: pipeline, logs: pipeline, metrics: pipeline },
      },
    };
    writeFileSync(join(work, 'on.yaml'), stringify(configuration));
    const passing = await startChild(otelcol, ['--config', join(work, 'on.yaml')], `http://127.0.0.1:${health}`);
    for (const [signal, body] of Object.entries(everyField)) {
      const headers = { 'content-type': 'application/json' };
      expect(
        (await fetch(`http://127.0.0.1:${port}/v1/${signal}`, { method: 'POST', headers, body: JSON.stringify(body) }))
          .status,
      ).toBe(200);
    }
    await eventually(
      async () => Object.keys(read).length,
      (signals) => signals === 3,
    );
    await passing.stop();
    console.close();
    expect(read).toEqual(everyField);
    expect([...types]).toEqual(['application/x-protobuf, gzip']);
  });
});

interface Configuration {
  service: { pipelines: Record<string, { receivers: string[]; processors: string[]; exporters: string[] }> };
  [kind: string]: object;
}

test.each(['machine', 'cluster'])('every part that a pipeline for a %s is made of is declared', (where) => {
  const [common, own] = ['common', where].map(
    (name) => parse(readFileSync(join(folder, `${name}.yaml`), 'utf8')) as Configuration,
  );
  const declared = (kind: string) => [...Object.keys(common![kind] ?? {}), ...Object.keys(own![kind] ?? {})];
  for (const { receivers, processors, exporters } of Object.values(own!.service.pipelines)) {
    expect([...declared('receivers'), ...declared('connectors')]).toEqual(expect.arrayContaining(receivers));
    expect(declared('processors')).toEqual(expect.arrayContaining(processors));
    expect([...declared('exporters'), ...declared('connectors')]).toEqual(expect.arrayContaining(exporters));
    expect(processors[0]).toBe('memory_limiter');
  }
});
