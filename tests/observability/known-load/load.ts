import type { metrics } from '@dormouse/signals/metrics';

type Attributes = Readonly<Record<string, string | number | boolean>>;
/** A measure of a process, and how often it is made in a second. */
export type Known = readonly [metric: keyof typeof metrics, value: number, attributes: Attributes, times?: number];

/** A process, awake from one second of the load until another. */
interface Process {
  service: string;
  from: number;
  /** Until the end of the load unless said. */
  to?: number;
  /** What it measures in a second. */
  does: (second: number, from: number) => readonly Known[];
}

const none = {};
const created = 'dev.dormouse.post.created.v1';
const signedUp = 'dev.dormouse.user.registered.v1';

const request = (method: string, route: string, status: number): Attributes => ({
  'http.request.method': method,
  'http.route': route,
  'http.response.status_code': status,
  'url.scheme': 'http',
  ...(status >= 500 && { 'error.type': String(status) }),
});
const statement = (summary: string, error?: string): Attributes => ({
  'db.system.name': 'postgresql',
  'db.query.summary': summary,
  ...(error && { 'error.type': error }),
});
const message = (operation: 'send' | 'process', type: string, more: Attributes = {}): Attributes => ({
  'messaging.system': 'knative',
  'messaging.operation.name': operation,
  'messaging.destination.name': type,
  ...more,
});
const cache = (result: string): Attributes => ({
  'dormouse.cache.name': 'posts:lists',
  'dormouse.cache.result': result,
});
const pool = { 'db.client.connection.pool.name': 'transactions' };
const ofType = { 'messaging.destination.name': created };
const ofComment = { 'messaging.destination.name': 'dev.dormouse.comment.created.v1' };

/** Once in ten seconds: intervals of pushes and ranges of queries are multiples of it. */
const seldom = (second: number, of: number, ...measures: Known[]): readonly Known[] =>
  second % 10 === of ? measures : [];
/** In its first second alone. */
const first = (second: number, from: number, ...measures: Known[]): readonly Known[] =>
  second === from ? measures : [];

/** What every process tells of itself. */
const itself = (memory: number, busy: number, blocked: number): readonly Known[] => [
  ['memory', memory, none],
  ['cpuTime', busy * 0.75, { 'cpu.mode': 'user' }],
  ['cpuTime', busy * 0.25, { 'cpu.mode': 'system' }],
  ['eventLoopUtilization', busy, none],
  ['eventLoopDelayP50', blocked / 10, none],
  ['eventLoopDelayP99', blocked / 2, none],
  ['eventLoopDelayMax', blocked, none],
  ['longestWork', blocked, none],
];
const woken = (second: number, from: number, trigger: 'http' | 'pubsub', initial: number, answer: number) =>
  first(
    second,
    from,
    ['coldStarts', 1, { 'faas.trigger': trigger }],
    ['initDuration', initial, none],
    ['firstResponseDuration', answer, { 'faas.trigger': trigger }],
  );

const posts =
  (memory: number) =>
  (second: number, from: number): readonly Known[] => [
    ...itself(memory, 0.2, 0.02),
    ...woken(second, from, 'http', 0.12, 0.18),
    ['requestDuration', 0.003, request('GET', '/blog/api/posts', 200), 4],
    ['requestDuration', 0.3, request('GET', '/blog/api/posts/:id', 200)],
    ['requestDuration', 0.03, request('POST', '/blog/api/posts', 201)],
    ...seldom(second, 3, ['requestDuration', 0.02, request('POST', '/blog/api/posts', 500)]),
    ['sqlDuration', 0.0008, statement('SELECT posts'), 5],
    ['sqlDuration', 0.004, statement('INSERT posts')],
    ...seldom(second, 3, ['sqlDuration', 0.03, statement('INSERT posts', '40001')]),
    ['sqlWait', 0.002, pool],
    ...seldom(second, 3, ['sqlWait', 0.7, pool]),
    ['sqlConnections', 2, { ...pool, 'db.client.connection.state': 'used' }],
    ['sqlConnections', 1, { ...pool, 'db.client.connection.state': 'idle' }],
    ['cacheRequests', 1, cache('hit'), 4],
    ['cacheRequests', 1, cache('miss')],
    ['redisUnanswered', 0.4, none],
    ['postsCreated', 1, { 'dormouse.post.status': 'published' }],
    ...seldom(second, 5, ['postsCreated', 1, { 'dormouse.post.status': 'draft' }]),
    ['postsPublished', 1, none],
    ['activeAuthors', 12, none],
    ['eventsSent', 1, message('send', created)],
    ['sendDuration', 0.006, message('send', created)],
  ];

const auth = (second: number, from: number): readonly Known[] => [
  ...itself(90e6, 0.4, 0.04),
  ...woken(second, from, 'http', 0.22, 0.45),
  ['requestDuration', 0.4, request('POST', '/api/login', 200)],
  ['requestDuration', 0.35, request('POST', '/api/login', 401)],
  ['requestDuration', 0.001, request('POST', '/api/login', 429), 2],
  ['logins', 1, { 'dormouse.login.outcome': 'success' }],
  ['logins', 1, { 'dormouse.login.outcome': 'wrong' }],
  ['rateLimitRefusals', 1, { 'dormouse.limit.name': 'login' }, 2],
  ...seldom(second, 7, ['accountsCreated', 1, none], ['eventsSent', 1, message('send', signedUp)]),
];

const web = (second: number, from: number): readonly Known[] => [
  ...itself(140e6, 0.3, 0.03),
  ...woken(second, from, 'http', 0.28, 0.62),
  ['requestDuration', 0.02, request('GET', '/', 200), 5],
  ['requestDuration', 0.002, request('GET', '/blog/posts/:slug', 304)],
  ['requestDuration', 0.04, request('GET', '/blog/posts/:slug', 404)],
  ['searches', 2, { 'dormouse.search.outcome': 'found' }],
  ...seldom(second, 5, ['searches', 1, { 'dormouse.search.outcome': 'nothing' }]),
  ['commentsWritten', 1, { 'dormouse.comment.status': 'published' }],
  ...seldom(second, 5, ['commentsDecided', 1, { 'dormouse.comment.status': 'spam' }]),
  ['mailAttempts', 2, { 'dormouse.mail.outcome': 'sent' }],
  ['mailAttempts', 1, { 'dormouse.mail.outcome': 'failed' }],
  ['mailDelay', 0.6, none, 2],
  ...seldom(second, 5, ['mailDelay', 45, none]),
  ['webhookAttempts', 3, { 'dormouse.webhook.outcome': 'delivered' }],
  ['webhookAttempts', 4, { 'dormouse.webhook.outcome': 'failed' }],
  ['eventAge', 0.3, ofComment, 2],
  ...seldom(second, 3, ['eventAge', 9, ofComment]),
  ['purgeAge', 2_400, none],
  ['webhookDelay', 0.4, none, 3],
  ...seldom(second, 5, ['webhookDelay', 45, none]),
  ...seldom(second, 2, ['dropped', 3, { 'dormouse.signal': 'spans' }]),
];

/** Slow, its one thread is held for long, and its database has no room. */
const media = (second: number, from: number): readonly Known[] => [
  ...itself(180e6, 0.9, 0.45),
  ...woken(second, from, 'http', 0.3, 0.7),
  ['requestDuration', 1.8, request('POST', '/blog/api/media', 201)],
  ['picturesUploaded', 1, { 'dormouse.picture.type': 'image/jpeg' }],
  ['picturesMade', 1, { 'dormouse.picture.state': 'ready' }],
  ['picturesCollected', 1, { 'dormouse.picture.remains': 'picture' }],
  ...seldom(second, 5, ['picturesMade', 1, { 'dormouse.picture.state': 'refused' }]),
  ['sqlDuration', 0.8, statement('INSERT objects')],
  ['sqlDuration', 0.6, statement('INSERT objects', '53100')],
];

/** Has no database, and no Broker. */
const comments = (second: number, from: number): readonly Known[] => [
  ...itself(70e6, 0.1, 0.01),
  ...woken(second, from, 'http', 0.1, 0.15),
  ['requestDuration', 0.005, request('GET', '/blog/api/posts/:id/comments', 503), 2],
  ['requestDuration', 0.004, request('GET', '/blog/api/posts/:id/comments', 200)],
  ['sqlDuration', 0.001, statement('SELECT comments', '08006'), 2],
  ['sqlDuration', 0.001, statement('SELECT comments')],
  ['eventsSent', 1, message('send', created, { 'error.type': '503' }), 2],
  ['eventsSent', 1, message('send', created)],
];

const categories = (second: number, from: number): readonly Known[] => [
  ...itself(80e6, 0.15, 0.015),
  ...woken(second, from, 'pubsub', 0.11, 0.16),
  ['requestDuration', 0.008, request('POST', '/events', 200), 2],
  ['eventsConsumed', 1, message('process', created), 2],
  ['eventAge', 0.04, ofType],
  ['eventAge', 7, ofType],
  ['processDuration', 0.007, message('process', created), 2],
  ...seldom(
    second,
    1,
    ['eventsConsumed', 1, message('process', created, { 'dormouse.duplicate': 'true' })],
    ['eventsRefused', 1, { 'dormouse.reason': 'invalid' }],
    ['eventAge', 40, ofType],
  ),
  ['countsWrong', 2, none],
];

/** Wakes again and again, late, and cannot do what it is there for. */
const mail = (second: number, from: number): readonly Known[] => [
  ...itself(60e6, 0.05, 0.01),
  ...woken(second, from, 'pubsub', 0.4, 2.4),
  ['eventsConsumed', 1, message('process', created)],
  ['eventsConsumed', 1, message('process', created, { 'error.type': 'RetryEvent' })],
  ['processDuration', 0.09, message('process', created, { 'error.type': 'RetryEvent' })],
];

const relay = (second: number, from: number): readonly Known[] => [
  ...itself(50e6, 0.02, 0.01),
  ...woken(second, from, 'http', 0.09, 0.1),
  ['requestDuration', 1.2, request('POST', '/', 200)],
  ['outboxPending', 3, { 'db.namespace': 'posts' }],
  ['outboxAge', 150, { 'db.namespace': 'posts' }],
  ['outboxAge', 0, { 'db.namespace': 'auth' }],
  ['unarchivedPending', 2, { 'db.namespace': 'posts' }],
  ['unarchivedAge', 700, { 'db.namespace': 'posts' }],
  ['eventsUnjudgedAge', 1_000, none],
  ...seldom(second, 4, ['eventsResent', 1, ofType]),
];

const journal = (second: number, from: number): readonly Known[] => [
  ...itself(75e6, 0.08, 0.01),
  ...woken(second, from, 'pubsub', 0.13, 0.2),
  ['requestDuration', 0.004, request('POST', '/events/archived', 200)],
  ...seldom(
    second,
    6,
    ['deadLetters', 1, { 'dormouse.trigger': 'mail', ...ofType }],
    ['eventsRedelivered', 1, { 'dormouse.trigger': 'mail', 'dormouse.redelivery.outcome': 'taken' }],
  ),
  ['deadLettersOpen', 4, none],
  ['eventsMissing', 5, { 'dormouse.trigger': 'mail' }],
];

/** Some sleep and wake, in the last five minutes none ends: what a rate makes of an end is an estimate. */
export const processes: readonly Process[] = [
  { service: 'posts', from: 0, does: posts(110e6) },
  { service: 'posts', from: 13, to: 437, does: posts(95e6) },
  { service: 'posts', from: 441, to: 459, does: posts(95e6) },
  { service: 'posts', from: 500, does: posts(120e6) },
  { service: 'auth', from: 0, to: 211, does: auth },
  { service: 'auth', from: 260, does: auth },
  { service: 'web', from: 0, to: 5, does: web },
  { service: 'web', from: 47, to: 48, does: web },
  { service: 'web', from: 120, does: web },
  { service: 'media', from: 100, does: media },
  { service: 'comments', from: 200, does: comments },
  { service: 'categories', from: 0, to: 150, does: categories },
  { service: 'categories', from: 180, does: categories },
  ...[960, 980, 1_000, 1_020, 1_040].map((from): Process => ({ service: 'mail', from, does: mail })),
  { service: 'relay', from: 20, does: relay },
  { service: 'journal', from: 20, does: journal },
];
