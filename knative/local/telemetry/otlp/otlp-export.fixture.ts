import {
  JsonLogsSerializer,
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';

import { resourceFromAttributes } from '@opentelemetry/resources';
import fc from 'fast-check';
import type { Signal } from './otlp-format.ts';

/** The same export in both forms, as OpenTelemetry's own serializers write it. */
export interface Export {
  json: Buffer;
  protobuf: Buffer;
}

type Spans = Parameters<typeof JsonTraceSerializer.serializeRequest>[0];
type Metrics = Parameters<typeof JsonMetricsSerializer.serializeRequest>[0];
type Logs = Parameters<typeof JsonLogsSerializer.serializeRequest>[0];

const hex = (digits: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: digits, maxLength: digits });
const id = (digits: number) =>
  fc.oneof({ weight: 9, arbitrary: hex(digits) }, { weight: 1, arbitrary: fc.constant('0'.repeat(digits)) });
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('', 'service.name', '__proto__', 'x'.repeat(5_000)),
);
const integer = fc.oneof(fc.integer(), fc.maxSafeInteger());
const double = fc.double({ noDefaultInfinity: true, noNaN: true });
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.boolean(),
    integer,
    double,
    fc.uint8Array({ maxLength: 20 }),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(text, tie('any'), { maxKeys: 3 }),
  ),
})).any;
const attributes = fc.dictionary(text, value, { maxKeys: 4 });
const time = fc.tuple(fc.integer({ min: 0, max: 2 ** 32 }), fc.integer({ min: 0, max: 999_999_999 }));
const count = fc.integer({ min: 0, max: 2 ** 40 });
const resource = attributes.map((own) => resourceFromAttributes(own as Parameters<typeof resourceFromAttributes>[0]));
const instrumentationScope = fc.record({ name: text, version: text });
const spanContext = fc.record({ traceId: id(32), spanId: id(16), traceFlags: fc.constantFrom(0, 1) });
const dropped = { droppedAttributesCount: fc.nat(), droppedEventsCount: fc.nat(), droppedLinksCount: fc.nat() };

const span = fc.record({
  name: text,
  kind: fc.integer({ min: 0, max: 4 }),
  spanContext: spanContext.map((context) => () => context),
  parentSpanContext: fc.option(spanContext, { nil: undefined }),
  startTime: time,
  endTime: time,
  status: fc.record({ code: fc.constantFrom(0, 1, 2), message: text }),
  attributes,
  links: fc.array(fc.record({ context: spanContext, attributes, ...dropped }), { maxLength: 2 }),
  events: fc.array(fc.record({ name: text, time, attributes, droppedAttributesCount: fc.nat() }), { maxLength: 2 }),
  resource,
  instrumentationScope,
  ...dropped,
});

const log = fc.record({
  hrTime: fc.oneof(time, fc.constant([0, 0])),
  hrTimeObserved: time,
  spanContext: fc.option(spanContext, { nil: undefined }),
  severityText: fc.option(fc.constantFrom('INFO', 'Warn', ''), { nil: undefined }),
  severityNumber: fc.option(fc.integer({ min: 0, max: 24 }), { nil: undefined }),
  body: fc.option(value, { nil: undefined }),
  eventName: fc.option(text, { nil: undefined }),
  resource,
  instrumentationScope,
  attributes,
  droppedAttributesCount: fc.nat(),
});

const histogram = fc
  .uniqueArray(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 4 })
  .chain((boundaries) =>
    fc.record({
      buckets: fc.record({
        boundaries: fc.constant(boundaries),
        counts: fc.array(count, { minLength: boundaries.length + 1, maxLength: boundaries.length + 1 }),
      }),
      sum: fc.option(double, { nil: undefined }),
      count,
      min: fc.option(double, { nil: undefined }),
      max: fc.option(double, { nil: undefined }),
    }),
  );
const side = fc.record({
  offset: fc.integer({ min: -100, max: 100 }),
  bucketCounts: fc.array(count, { maxLength: 4 }),
});
const exponential = fc.record({
  count,
  sum: double,
  scale: fc.integer({ min: -10, max: 20 }),
  zeroCount: count,
  positive: side,
  negative: side,
});
/** OpenTelemetry's DataPointType and ValueType of each kind, and its values. */
const kinds = [
  { dataPointType: 0, valueType: 1, value: histogram },
  { dataPointType: 1, valueType: 1, value: exponential },
  { dataPointType: 2, valueType: 0, value: integer },
  { dataPointType: 3, valueType: 1, value: double },
];
const metric = fc.constantFrom(...kinds).chain(({ dataPointType, valueType, value: measured }) =>
  fc.record({
    descriptor: fc.record({ name: text, description: text, unit: text, valueType: fc.constant(valueType) }),
    aggregationTemporality: fc.constantFrom(0, 1),
    dataPointType: fc.constant(dataPointType),
    isMonotonic: fc.boolean(),
    dataPoints: fc.array(
      fc.record({ startTime: time, endTime: time, attributes, value: measured as fc.Arbitrary<unknown> }),
      { maxLength: 3 },
    ),
  }),
);
const metrics = fc.record({
  resource,
  scopeMetrics: fc.array(fc.record({ scope: instrumentationScope, metrics: fc.array(metric, { maxLength: 3 }) }), {
    maxLength: 2,
  }),
});

const both = (json: Uint8Array | undefined, protobuf: Uint8Array | undefined): Export => ({
  json: Buffer.from(json ?? []),
  protobuf: Buffer.from(protobuf ?? []),
});

/** What a program may export, by signal. */
export const exported: Readonly<Record<Signal, fc.Arbitrary<Export>>> = {
  traces: fc
    .array(span, { minLength: 1, maxLength: 4 })
    .map((each) => each as unknown as Spans)
    .map((each) => both(JsonTraceSerializer.serializeRequest(each), ProtobufTraceSerializer.serializeRequest(each))),
  logs: fc
    .array(log, { minLength: 1, maxLength: 4 })
    .map((each) => each as unknown as Logs)
    .map((each) => both(JsonLogsSerializer.serializeRequest(each), ProtobufLogsSerializer.serializeRequest(each))),
  metrics: metrics
    .map((each) => each as unknown as Metrics)
    .map((each) =>
      both(JsonMetricsSerializer.serializeRequest(each), ProtobufMetricsSerializer.serializeRequest(each)),
    ),
};
