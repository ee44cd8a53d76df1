import type { SpanRecord } from '@dormouse/telemetry/traces';
import { expect, test } from 'vitest';
import type { ConsoleSources } from './sources.ts';
import { tracePage } from './trace-page.ts';

const traceId = 'a'.repeat(32);

function pageOf(outcome: string): string {
  const span: SpanRecord = {
    traceId,
    spanId: 'b'.repeat(16),
    name: 'process web-pages',
    kind: 'client',
    service: 'broker',
    startMs: 1,
    durationMs: 1,
    attributes: { 'delivery.outcome': outcome },
  };
  const telemetry = { trace: () => [span], droppedOf: () => 0, logLines: () => [] };
  return String(tracePage(traceId, { telemetry, operations: {} } as unknown as ConsoleSources).content);
}

test('a trace with a dead letter leads to it', () => {
  expect(pageOf('dead-lettered')).toContain(`href="/dead-letters?state=all&amp;trace=${traceId}"`);
});

test('a trace without a dead letter does not offer any', () => {
  expect(pageOf('delivered')).toContain('process web-pages');
  expect(pageOf('delivered')).not.toContain('/dead-letters');
});
