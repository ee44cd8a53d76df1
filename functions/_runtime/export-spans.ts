import type { Config } from './config.ts';
import { exchange } from './http.ts';
import type { Span } from './trace.ts';

/** Sends spans to `<otlpEndpoint>/v1/traces` as OTLP/HTTP JSON. */
export async function exportSpans(config: Config, spans: readonly Span[]): Promise<void> {
  const { otlpTraces } = await import('./otlp.ts');
  await exchange(`${config.otlpEndpoint}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: otlpTraces(config, spans),
    timeoutMs: 5000,
  });
}
