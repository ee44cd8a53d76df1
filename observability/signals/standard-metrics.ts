import { type Metric, metric } from './metric.ts';

/** Finer than the convention's, since most answers take about a millisecond. */
export const requestBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
/** Of the start of a process. */
export const startBounds = [0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30] as const;

const errorType = 'only when it failed: a status, an SQLSTATE, a code of Node, or the error’s class';
const messaging = {
  'messaging.system': '`knative`',
  'messaging.operation.name': '`send` or `process`',
  'messaging.destination.name': 'type of the event',
} as const;

/** Metrics that OpenTelemetry's semantic conventions have a name for (1.45). */
export const standardMetrics = {
  requestDuration: metric({
    name: 'http.server.request.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Duration of requests that were answered, probes excepted.',
    attributes: {
      'http.request.method': 'method; `_OTHER` when it is none of HTTP’s',
      'http.route': 'the pattern that answered (`/blog/api/posts/:id`); empty when none did',
      'http.response.status_code': 'status; 499 when the client went away',
      'url.scheme': '`http`',
      'error.type': 'only for 5xx: the status',
    },
    bounds: requestBounds,
  }),
  coldStarts: metric({
    name: 'faas.coldstarts',
    kind: 'counter',
    unit: '{coldstart}',
    description: 'Instances that answered their first request.',
    attributes: { 'faas.trigger': '`http` or `pubsub`' },
  }),
  initDuration: metric({
    name: 'faas.init_duration',
    kind: 'histogram',
    unit: 's',
    description:
      'From the start of the process until the function was built and could answer; told with its first answer.',
    attributes: {},
    bounds: startBounds,
  }),
  sqlDuration: metric({
    name: 'db.client.operation.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Duration of SQL statements until their last row is there.',
    attributes: {
      'db.system.name': '`postgresql`',
      'db.query.summary': 'what is done to which table first: `SELECT posts`',
      'error.type': errorType,
    },
    bounds: requestBounds,
  }),
  sqlConnections: metric({
    name: 'db.client.connection.count',
    kind: 'updowncounter',
    unit: '{connection}',
    description: 'Connections to PostgreSQL that are held for transactions.',
    attributes: {
      'db.client.connection.pool.name': '`transactions`',
      'db.client.connection.state': '`used` or `idle`',
    },
  }),
  sqlConnectionsMax: metric({
    name: 'db.client.connection.max',
    kind: 'updowncounter',
    unit: '{connection}',
    description: 'Most connections that an instance holds for transactions.',
    attributes: { 'db.client.connection.pool.name': '`transactions`' },
  }),
  sqlWait: metric({
    name: 'db.client.connection.wait_time',
    kind: 'histogram',
    unit: 's',
    description: 'How long transactions waited for a connection, also in vain; the first of an instance makes it.',
    attributes: { 'db.client.connection.pool.name': '`transactions`' },
    bounds: requestBounds,
  }),
  eventsSent: metric({
    name: 'messaging.client.sent.messages',
    kind: 'counter',
    unit: '{message}',
    description: 'Events that were sent to the Broker, by functions and by the relay; each attempt counts.',
    attributes: { ...messaging, 'error.type': errorType },
  }),
  sendDuration: metric({
    name: 'messaging.client.operation.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Until the Broker has stored an event.',
    attributes: { ...messaging, 'error.type': errorType },
    bounds: requestBounds,
  }),
  eventsConsumed: metric({
    name: 'messaging.client.consumed.messages',
    kind: 'counter',
    unit: '{message}',
    description: 'Events that were delivered to a handler; each delivery counts.',
    attributes: {
      ...messaging,
      'dormouse.duplicate': 'only `true`: it was handled before, and changed nothing',
      'error.type': `${errorType}; \`RejectEvent\` for good, \`RetryEvent\` until later`,
    },
  }),
  processDuration: metric({
    name: 'messaging.process.duration',
    kind: 'histogram',
    unit: 's',
    description: 'Duration of handling an event, its transaction included.',
    attributes: { ...messaging, 'error.type': errorType },
    bounds: requestBounds,
  }),
  eventLoopDelayP50: eventLoopDelay('p50', '50th percentile'),
  eventLoopDelayP99: eventLoopDelay('p99', '99th percentile'),
  eventLoopDelayMax: eventLoopDelay('max', 'Maximum'),
  eventLoopUtilization: metric({
    name: 'nodejs.eventloop.utilization',
    kind: 'gauge',
    unit: '1',
    description: 'Part of the time since the last push in which the event loop was busy.',
    attributes: {},
  }),
  memory: metric({
    name: 'process.memory.usage',
    kind: 'updowncounter',
    unit: 'By',
    description: 'Resident memory of the process; 0 in its last push.',
    attributes: {},
  }),
  cpuTime: metric({
    name: 'process.cpu.time',
    kind: 'counter',
    unit: 's',
    description: 'CPU time that the process has used.',
    attributes: { 'cpu.mode': '`user` or `system`' },
  }),
} as const;

function eventLoopDelay(what: 'p50' | 'p99' | 'max', described: string): Metric<never> {
  return metric({
    name: `nodejs.eventloop.delay.${what}`,
    kind: 'gauge',
    unit: 's',
    description: `${described} of the event loop’s delay since the last push.`,
    attributes: {},
  });
}
