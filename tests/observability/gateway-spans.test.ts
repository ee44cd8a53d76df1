import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missingOf, programPath } from '@dormouse/monitoring/programs';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { skippedFor } from '../needs.ts';
import { eventually } from '../platform.ts';
import { startCollector } from './collector.ts';

const otelcol = programPath('collector')!;
const cluster = parse(
  readFileSync(join(import.meta.dirname, '../../observability/collector/cluster.yaml'), 'utf8'),
) as {
  processors: Record<string, object>;
  service: { pipelines: Record<string, { processors: string[] }> };
};
const attributes = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } }));

/** As a gateway's Envoy sends it. */
const request = () => {
  const now = `${Date.now()}000000`;
  const message = { 'http.url': 'http://web/search?q=secret', 'peer.address': '192.0.2.7' };
  const span = {
    traceId: randomBytes(16).toString('hex'),
    spanId: randomBytes(8).toString('hex'),
    name: 'web',
    kind: 2,
    startTimeUnixNano: now,
    endTimeUnixNano: now,
  };
  return {
    resourceSpans: [
      {
        resource: { attributes: attributes({ 'telemetry.sdk.name': 'envoy' }) },
        scopeSpans: [{ spans: [{ ...span, attributes: attributes(message) }] }],
      },
    ],
  };
};

test('on a cluster every pipeline of traces that are kept cuts what the gateway says of a reader', () => {
  const { traces } = cluster.service.pipelines;
  expect(cluster.processors).toHaveProperty(['transform/gateway']);
  expect(traces!.processors).toContain('transform/gateway');
});

test(
  'on a cluster what a reader searched for, and from where, is cut from the spans of the gateway',
  skippedFor(missingOf('collector')),
  async () => {
    const work = mkdtempSync(join(tmpdir(), 'dormouse-collector-'));
    onTestFinished(() => rmSync(work, { recursive: true, force: true }));
    const [overlay, written] = [join(work, 'to-file.yaml'), join(work, 'traces.json')];
    const pipelines = { traces: { processors: ['transform/gateway'], exporters: ['file'] } };
    const processors = { 'transform/gateway': cluster.processors['transform/gateway'] };
    writeFileSync(
      overlay,
      JSON.stringify({
        processors,
        exporters: { file: { path: written, flush_interval: '200ms' } },
        service: { pipelines },
      }),
    );
    const collector = await startCollector(otelcol, {}, [overlay]);
    onTestFinished(async () => void (await collector.stop()));
    const body = JSON.stringify(request());
    const response = await fetch(`${collector.url}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(response.status).toBe(200);
    const text = await eventually(
      async () => (existsSync(written) ? readFileSync(written, 'utf8') : ''),
      (lines) => lines.includes('http.url'),
    );
    expect(text).toContain('"http://web/search"');
    expect(text).not.toMatch(/secret|192\.0\.2\.7/);
  },
);
