/** Exports of OTLP in JSON that have every field of opentelemetry-proto 1.11 but references to entities, each with a value of its own. */
const time = '1700000000000000001';
const ids = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8) };
const attributes = [
  { key: 'text', value: { stringValue: 'x' } },
  { key: 'integer', value: { intValue: '-9223372036854775808' } },
  { key: 'number', value: { doubleValue: 0.5 } },
  { key: 'bytes', value: { bytesValue: 'AQID' } },
  { key: 'list', value: { arrayValue: { values: [{ intValue: '1' }, { boolValue: true }] } } },
  { key: 'map', value: { kvlistValue: { values: [{ key: 'k', value: { stringValue: 'v' } }] } } },
];
const resource = { attributes, droppedAttributesCount: 3 };
const scope = { name: 'scope', version: '1', attributes, droppedAttributesCount: 2 };
const point = { startTimeUnixNano: '5', timeUnixNano: time, attributes };
const exemplars = [{ ...ids, filteredAttributes: attributes, timeUnixNano: time, asDouble: 0.25 }];

const span = {
  ...ids,
  traceState: 'a=b',
  parentSpanId: 'ef'.repeat(8),
  flags: 257,
  name: 'name',
  kind: 4,
  startTimeUnixNano: '5',
  endTimeUnixNano: time,
  attributes,
  droppedAttributesCount: 1,
  events: [{ timeUnixNano: time, name: 'event', attributes, droppedAttributesCount: 4 }],
  droppedEventsCount: 2,
  links: [{ ...ids, traceState: 'c=d', attributes, droppedAttributesCount: 5, flags: 1 }],
  droppedLinksCount: 3,
  status: { message: 'bad', code: 2 },
};

const logRecord = {
  ...ids,
  timeUnixNano: time,
  observedTimeUnixNano: '9',
  severityNumber: 17,
  severityText: 'ERROR',
  body: { stringValue: 'it broke' },
  attributes,
  droppedAttributesCount: 1,
  flags: 1,
  eventName: 'event',
};

const histogram = {
  ...point,
  count: '3',
  sum: 1.5,
  min: -1,
  max: 2,
  bucketCounts: ['1', '2'],
  explicitBounds: [0.5],
  exemplars,
  flags: 1,
};
const exponential = {
  ...point,
  count: '300',
  sum: 1.5,
  scale: -3,
  zeroCount: '4',
  positive: { offset: -2, bucketCounts: ['1', '200'] },
  negative: { offset: 7, bucketCounts: ['9'] },
  flags: 1,
  exemplars,
  min: -4,
  max: 4,
  zeroThreshold: 0.01,
};
const summary = { ...point, count: '2', sum: 4.5, quantileValues: [{ quantile: 0.5, value: 2 }], flags: 1 };
const metrics = [
  {
    name: 'gauge',
    description: 'what',
    unit: 's',
    metadata: attributes,
    gauge: { dataPoints: [{ ...point, asDouble: 1.5, exemplars, flags: 1 }] },
  },
  {
    name: 'sum',
    sum: {
      aggregationTemporality: 2,
      isMonotonic: true,
      dataPoints: [{ ...point, asInt: '-3', exemplars: [{ ...ids, timeUnixNano: time, asInt: '-7' }] }],
    },
  },
  { name: 'histogram', histogram: { aggregationTemporality: 2, dataPoints: [histogram] } },
  { name: 'exponential', exponentialHistogram: { aggregationTemporality: 1, dataPoints: [exponential] } },
  { name: 'summary', summary: { dataPoints: [summary] } },
];

/** By signal. */
export const everyField = {
  traces: {
    resourceSpans: [
      { resource, schemaUrl: 'of resource', scopeSpans: [{ scope, schemaUrl: 'of scope', spans: [span] }] },
    ],
  },
  logs: {
    resourceLogs: [
      { resource, schemaUrl: 'of resource', scopeLogs: [{ scope, schemaUrl: 'of scope', logRecords: [logRecord] }] },
    ],
  },
  metrics: {
    resourceMetrics: [
      { resource, schemaUrl: 'of resource', scopeMetrics: [{ scope, schemaUrl: 'of scope', metrics }] },
    ],
  },
};
