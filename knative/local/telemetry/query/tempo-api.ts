import { keyValues, nanoseconds, tempoSpan } from '../otlp/otlp-values.ts';
import type { SpanRecord, TraceQuery, TraceSummary } from '../traces.ts';
import { TempoQueryError } from './tempo-query-error.ts';
import { durationMs } from './traceql-literals.ts';

/*
 * Traces in the shapes of Tempo's HTTP API (grafana.com/docs/tempo, "HTTP API"): OTLP's JSON with hexadecimal ids and
 * names of kinds, grouped by service.
 */

/** `GET /api/traces/{id}`. */
export function tempoTrace(spans: readonly SpanRecord[]) {
  const services = Map.groupBy(spans, ({ service }) => service);
  return {
    batches: [...services].map(([service, own]) => ({
      resource: { attributes: keyValues({ 'service.name': service }) },
      scopeSpans: [{ scope: { name: 'dormouse' }, spans: own.map(tempoSpan) }],
    })),
  };
}

/** `GET /api/v2/traces/{id}`; a trace that misses spans says so, as Tempo's do. */
export const tempoTraceV2 = (spans: readonly SpanRecord[], dropped = 0) => ({
  trace: { resourceSpans: tempoTrace(spans).batches },
  ...(dropped > 0 && { status: 'PARTIAL', message: `${dropped} spans more came and were not kept` }),
});
/** `GET /api/search`. */
export const tempoSearch = (traces: readonly TraceSummary[]) => ({
  traces: traces.map(({ traceId, rootService, rootName, startMs, durationMs, services, spans, dropped, errors }) => ({
    traceID: traceId,
    rootServiceName: rootService,
    rootTraceName: rootName,
    startTimeUnixNano: nanoseconds(startMs),
    durationMs: Math.round(durationMs),
    spanCount: spans,
    ...(dropped > 0 && { droppedSpanCount: dropped }),
    errorCount: errors,
    serviceNames: services,
  })),
  metrics: { inspectedTraces: traces.length },
});

/** Longest `tags`. */
const maxTagCharacters = 4_000;

/**
 * The parameters of `/api/search`: `tags` (logfmt), `q` (TraceQL of one spanset), `minDuration`,
 * `maxDuration` (Go durations), `start`, `end` (seconds), `limit`.
 *
 * Rejects with a TempoQueryError.
 */
export async function tempoQuery(parameters: URLSearchParams): Promise<TraceQuery> {
  const tags = parameters.get('tags') ?? '';
  if (tags.length > maxTagCharacters) throw new TempoQueryError(`tags may have ${maxTagCharacters} characters`);
  const query: TraceQuery = { tags: { ...logfmt(tags) } };
  const q = parameters.get('q')?.trim();
  if (q) query.test = (await import('./traceql.ts')).spanTest(q);
  for (const [name, field] of [
    ['minDuration', 'minDurationMs'],
    ['maxDuration', 'maxDurationMs'],
  ] as const) {
    const value = parameters.get(name);
    if (value) query[field] = durationMs(value);
  }
  for (const [name, field] of [
    ['start', 'fromMs'],
    ['end', 'toMs'],
  ] as const) {
    const value = parameters.get(name);
    if (value) query[field] = number(value) * 1000;
  }
  const limit = parameters.get('limit');
  if (limit) query.limit = Math.min(1_000, Math.max(1, number(limit)));
  return query;
}

function logfmt(text: string): Record<string, string> {
  const found = text.matchAll(/([^\s=]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/g);
  return Object.fromEntries(
    [...found].map(([, name, quoted, plain]) => [name as string, quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '']),
  );
}

function number(text: string): number {
  if (!/^\d+(?:\.\d+)?$/.test(text)) throw new TempoQueryError(`${text} is not a number`);
  return Number(text);
}
