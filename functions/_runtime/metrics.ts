export type MetricKind = 'histogram' | 'counter' | 'updowncounter' | 'gauge';

/** A metric that functions give; names by OpenTelemetry's semantic conventions where they have one, else `dormouse.*`. */
export interface Metric<A extends string = string> {
  readonly name: string;
  readonly kind: MetricKind;
  /** UCUM: `s`, `By`, `1`, `{request}`. */
  readonly unit: string;
  readonly description: string;
  /** Attributes by name, with their meaning. Each has few values: never an id, a name or an address of a person. */
  readonly attributes: Readonly<Record<A, string>>;
  /** Upper bounds of a histogram's buckets, in its unit. */
  readonly bounds?: readonly number[];
  /** True of what describes the system, whoever looked: sent without an instance, once for each look. */
  readonly ofSystem?: true;
}

const metric = <A extends string>(made: Metric<A>): Metric<A> => made;

/** Finer than the convention's, since most answers take about a millisecond. */
const requestBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
const startBounds = [0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30] as const;
/** From an event that is handled at once to one that waited for a day. */
const ageBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600, 21_600, 86_400] as const;

const errorType = 'only when it failed: a status, an SQLSTATE, a code of Node, or the error’s class';
const messaging = {
  'messaging.system': '`knative`',
  'messaging.operation.name': '`send` or `process`',
  'messaging.destination.name': 'type of the event',
} as const;

/** Every metric that a function may give. Dashboards, rules and the reference read it; nothing else is emitted. */
export const metrics = {
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
    description: 'From the start of the process until the function was built and could answer; told with its first answer.',
    attributes: {},
    bounds: startBounds,
  }),
  firstResponseDuration: metric({
    name: 'dormouse.coldstart.first_response.duration',
    kind: 'histogram',
    unit: 's',
    description: 'From the start of the process until its first answer, where a request was waiting for it.',
    attributes: { 'faas.trigger': '`http` or `pubsub`' },
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
    attributes: { 'db.client.connection.pool.name': '`transactions`', 'db.client.connection.state': '`used` or `idle`' },
  }),
  sqlConnectionsMax: metric({
    name: 'db.client.connection.max',
    kind: 'updowncounter',
    unit: '{connection}',
    description: 'Most connections that an instance holds for transactions.',
    attributes: { 'db.client.connection.pool.name': '`transactions`' },
  }),
  sqlPending: metric({
    name: 'db.client.connection.pending_requests',
    kind: 'updowncounter',
    unit: '{request}',
    description: 'Transactions that wait for a connection.',
    attributes: { 'db.client.connection.pool.name': '`transactions`' },
  }),
  sqlWait: metric({
    name: 'db.client.connection.wait_time',
    kind: 'histogram',
    unit: 's',
    description: 'How long transactions waited for a connection; the first of an instance makes it.',
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
  eventAge: metric({
    name: 'dormouse.event.age',
    kind: 'histogram',
    unit: 's',
    description: 'Age of an event (from its `time`) once its effect is committed; duplicates and redriven or replayed events excepted.',
    attributes: { 'messaging.destination.name': 'type of the event' },
    bounds: ageBounds,
  }),
  outboxPending: metric({
    name: 'dormouse.outbox.pending',
    kind: 'gauge',
    unit: '{event}',
    description: 'Events in an outbox, as the relay finds it each minute.',
    attributes: { 'db.namespace': 'schema of the outbox' },
    ofSystem: true,
  }),
  outboxAge: metric({
    name: 'dormouse.outbox.age',
    kind: 'gauge',
    unit: 's',
    description: 'Age of the oldest event in an outbox, as the relay finds it each minute; 0 when it is empty.',
    attributes: { 'db.namespace': 'schema of the outbox' },
    ofSystem: true,
  }),
  deadLetters: metric({
    name: 'dormouse.dead_letters',
    kind: 'counter',
    unit: '{event}',
    description: 'Dead letters that the journal has kept.',
    attributes: { 'dormouse.trigger': 'the Trigger that did not deliver; empty while it cannot be told', 'messaging.destination.name': 'type of the event' },
  }),
  deadLettersOpen: metric({
    name: 'dormouse.dead_letters.open',
    kind: 'gauge',
    unit: '{event}',
    description:
      'Dead letters that nobody has redriven, as the journal finds it whenever it is awake. Nothing else changes their number: the last value holds while it sleeps.',
    attributes: {},
    ofSystem: true,
  }),
  cacheRequests: metric({
    name: 'dormouse.cache.requests',
    kind: 'counter',
    unit: '{request}',
    description: 'Questions to a cache.',
    attributes: {
      'dormouse.cache.name': 'name of the cache: `posts:lists`',
      'dormouse.cache.result':
        '`hit` from this process, `stale` the same while a new value is loaded, `coalesced` with a load that was under way, `shared` from Redis, `miss` loaded',
    },
  }),
  rateLimitRefusals: metric({
    name: 'dormouse.rate_limit.refusals',
    kind: 'counter',
    unit: '{request}',
    description: 'Requests that were refused because a limit was reached.',
    attributes: { 'dormouse.limit.name': 'which limit: `login`, `login-address`, `register`, `claim`, `verify`, `write`, `jobs`' },
  }),
  logins: metric({
    name: 'dormouse.logins',
    kind: 'counter',
    unit: '{login}',
    description: 'Attempts to log in with a password.',
    attributes: {
      'dormouse.login.outcome': '`success`, `wrong` (name or password), `limited`, `forbidden` (a scope that is not theirs), `failed` (our fault)',
    },
  }),
  accountsCreated: metric({
    name: 'dormouse.accounts.created',
    kind: 'counter',
    unit: '{account}',
    description: 'Accounts that people registered; imported ones are not counted.',
    attributes: {},
  }),
  postsCreated: metric({
    name: 'dormouse.posts.created',
    kind: 'counter',
    unit: '{post}',
    description: 'Posts that were created, drafts and imported ones too.',
    attributes: { 'dormouse.post.status': '`published` or `draft`' },
  }),
  postsPublished: metric({
    name: 'dormouse.posts.published',
    kind: 'counter',
    unit: '{post}',
    description: 'Posts that became visible: created as published, or published later.',
    attributes: {},
  }),
  activeAuthors: metric({
    name: 'dormouse.authors.active',
    kind: 'gauge',
    unit: '{author}',
    description: 'Authors of published posts that are not older than 30 days, as posts finds it when an instance wakes, and after changes.',
    attributes: {},
    ofSystem: true,
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
  dropped: metric({
    name: 'dormouse.telemetry.dropped',
    kind: 'counter',
    unit: '{record}',
    description: 'Spans and measures that were thrown away because the collector did not take them, or came faster than they could leave.',
    attributes: { 'dormouse.signal': '`spans` or `measures`' },
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
