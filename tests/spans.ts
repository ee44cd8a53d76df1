import { readSpans } from '@dormouse/telemetry/otlp/otlp-json';
import type { SpanRecord } from '@dormouse/telemetry/traces';

/** The spans of a trace that a running platform keeps, by the console's Tempo API; none while it is not known. */
export async function spansOf(console: string, traceId: string): Promise<SpanRecord[]> {
  const response = await fetch(`${console}/api/v2/traces/${traceId}`);
  if (!response.ok) return [];
  const { trace } = (await response.json()) as { trace: unknown };
  return [...readSpans(trace)];
}
