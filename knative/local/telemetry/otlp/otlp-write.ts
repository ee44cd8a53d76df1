import type { LogLine } from '../logs.ts';
import type { Attributes, SpanKind, SpanRecord } from '../traces.ts';
import { keyValues, nanoseconds, tempoSpan } from './otlp-values.ts';

/** OTLP's JSON has numbers where Tempo has names. */
const kinds: Readonly<Record<SpanKind, number>> = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 };
const severities = new Map([
  ['trace', 1],
  ['debug', 5],
  ['info', 9],
  ['warn', 13],
  ['error', 17],
  ['fatal', 21],
]);
const failed = 2;

const resourceOf = (service: string, instance?: string) => ({
  attributes: keyValues({
    'service.name': service,
    'service.namespace': 'dormouse',
    ...(instance ? { 'service.instance.id': instance } : {}),
  }),
});

/** Spans as the `resourceSpans` of an ExportTraceServiceRequest. */
export const resourceSpans = (spans: readonly SpanRecord[]): object[] =>
  [...Map.groupBy(spans, ({ service }) => service)].map(([service, own]) => ({
    resource: resourceOf(service),
    scopeSpans: [
      {
        scope: { name: 'dormouse' },
        spans: own.map((span) => ({
          ...tempoSpan(span),
          kind: kinds[span.kind],
          status: span.error ? { code: failed } : {},
        })),
      },
    ],
  }));

/** Lines as the `resourceLogs` of an ExportLogsServiceRequest. */
export const resourceLogs = (lines: readonly LogLine[]): object[] =>
  [...Map.groupBy(lines, ({ service, instance }) => JSON.stringify([service, instance])).values()].map((own) => ({
    resource: resourceOf((own[0] as LogLine).service, (own[0] as LogLine).instance),
    scopeLogs: [{ scope: { name: 'dormouse' }, logRecords: own.map(logRecord) }],
  }));

const logRecord = ({ timeMs, level, message, traceId, spanId, fields = {} }: LogLine) => ({
  timeUnixNano: nanoseconds(timeMs),
  observedTimeUnixNano: nanoseconds(timeMs),
  severityNumber: severities.get(level) ?? severities.get('info'),
  severityText: level.toUpperCase(),
  body: { stringValue: message },
  attributes: keyValues(flat(fields)),
  ...(traceId && { traceId }),
  ...(spanId && { spanId }),
});

/** Converts a non-primitive value to JSON. */
const flat = (fields: Record<string, unknown>): Attributes =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? value
        : JSON.stringify(value),
    ]),
  );
