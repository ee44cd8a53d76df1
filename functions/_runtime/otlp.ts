import type { Config } from './config.ts';
import type { Span } from './trace.ts';

/** Spans as an OTLP JSON request. */
export const otlpTraces = (config: Config, spans: readonly Span[]): string =>
  JSON.stringify({ resourceSpans: [{ resource: { service: config.service }, scopeSpans: [{ spans }] }] });
