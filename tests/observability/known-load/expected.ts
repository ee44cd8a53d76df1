import type { Metric } from '@dormouse/signals/metric';
import { metrics } from '@dormouse/signals/metrics';
import { changed, count, labelsText, max, minutes5, one, only, type oracle, part, sum, type Values } from './oracle.ts';

/** How near a number has to be: not at all different, a hundredth, or a bucket of the histogram with these bounds. */
export type Near = 'exact' | 'percent' | readonly number[];
export type Expected = readonly [near: Near, values: Iterable<readonly [labels: string, value: number]>];
/** Of whom `$function` panels are asked. */
export const chosen = 'posts';

type Name = keyof typeof metrics;
const its = { service_name: chosen };
const failed = { error_type: (value: string | undefined) => value !== undefined };
const succeeded = { error_type: undefined };
const failedRequests = { http_response_status_code: (value: string | undefined) => value?.startsWith('5') === true };
const pages = {
  service_name: 'web',
  http_request_method: 'GET',
  http_response_status_code: (value: string | undefined) => /^2|^304$/.test(value ?? ''),
};
const route = ['http_request_method', 'http_route'];
const type = 'messaging_destination_name';
const outcome = 'dormouse_redelivery_outcome';
const cacheLabels = ['dormouse_cache_name', 'dormouse_cache_result'];
const statement = ['service_name', 'db_query_summary'];
const notDelivered = {
  service_name: (value: string | undefined) => value !== 'relay',
  http_route: (value: string | undefined) => value !== '/events' && value !== '/events/archived',
};
const bucketsOf = (name: Name): Near => (metrics[name] as Metric).bounds ?? [];
const named = (labels: Readonly<Record<string, string>>) => labelsText(labels);

/** What the panels say of functions, by dashboard and panel; a panel of several queries, or a second one of that name, is numbered. */
export function expectedOfPanels({ total, rate, quantile, last }: ReturnType<typeof oracle>): Record<string, Expected> {
  const rates = (...of: Parameters<typeof rate>): Expected => ['percent', rate(...of)];
  const quantiles = (q: number, name: Name, ...more: [Parameters<typeof quantile>[2]?]): Expected => [
    bucketsOf(name),
    quantile(q, name, ...more),
  ];
  const totals = (...of: Parameters<typeof total>): Expected => ['exact', total(...of)];
  const lasts = (...of: Parameters<typeof last>): Expected => ['exact', last(...of)];
  const parts = (some: Values, all: Values): Expected => ['percent', part(some, all)];
  const awake = lasts('memory', count);
  const byService = { by: ['service_name'] };
  const byType = { by: [type] };
  return {
    'Overview, Instances awake': awake,
    'Overview, Dead letters open': lasts('deadLettersOpen', max),
    'Overview, Saturation: event loop': lasts('eventLoopUtilization', max, byService),
    'Overview, Saturation: memory of the largest instance': lasts('memory', max, byService),
    'Overview, Saturation: CPU': rates('cpuTime', byService),

    'Function, Requests': rates('requestDuration', { where: its }),
    'Function, Failing': parts(
      rate('requestDuration', { where: { ...its, ...failedRequests } }),
      rate('requestDuration', { where: its }),
    ),
    'Function, p95': quantiles(0.95, 'requestDuration', { where: its }),
    'Function, Instances awake': lasts('memory', count, { where: its }),
    'Function, CPU': rates('cpuTime', { where: its }),
    'Function, Memory of the largest': lasts('memory', max, { where: its }),
    'Function, Rate': rates('requestDuration', { by: route, where: its }),
    'Function, By status': rates('requestDuration', { by: ['http_response_status_code'], where: its }),
    'Function, p95 (2)': quantiles(0.95, 'requestDuration', { by: route, where: its }),
    'Function, SQL, p95': quantiles(0.95, 'sqlDuration', { by: ['db_query_summary'], where: its }),
    'Function, Caches': rates('cacheRequests', { by: cacheLabels, where: its }),
    'Function, Start until the first answer, p95': [bucketsOf('firstResponseDuration'), []],
    'Function, Events handled, p95': [bucketsOf('processDuration'), []],
    'Function, Event loop utilization': ['exact', [0.2, 0.2].map((value) => [named(its), value] as const)],
    'Function, Event loop delay': lasts('eventLoopDelayP50', max, { where: its }),
    'Function, Event loop delay (2)': lasts('eventLoopDelayP99', max, { where: its }),

    'Events, Sent': rates('eventsSent'),
    'Events, Handled': rates('eventsConsumed'),
    'Events, Failing': parts(rate('eventsConsumed', { where: failed }), rate('eventsConsumed')),
    'Events, Age at their effect, p95': quantiles(0.95, 'eventAge'),
    'Events, Oldest in an outbox': lasts('outboxAge', max),
    'Events, Oldest sent and not archived': lasts('unarchivedAge', max),
    'Events, Dead letters open': lasts('deadLettersOpen', max),
    'Events, Sent, by type': rates('eventsSent', byType),
    'Events, Handled, by function': rates('eventsConsumed', { ...byService, where: succeeded }),
    'Events, Until the Broker has stored one, p95': quantiles(0.95, 'sendDuration', byService),
    'Events, Age at their effect': quantiles(0.5, 'eventAge'),
    'Events, Age at their effect (2)': quantiles(0.95, 'eventAge'),
    'Events, Age at their effect (3)': quantiles(0.999, 'eventAge'),
    'Events, Handling, p95': quantiles(0.95, 'processDuration', byService),
    'Events, Duplicates': rates('eventsConsumed', { ...byService, where: { dormouse_duplicate: 'true' } }),
    'Events, In outboxes': lasts('outboxPending', max, { by: ['db_namespace'] }),
    'Events, Sent and not archived': lasts('unarchivedPending', max, { by: ['db_namespace'] }),
    'Events, Sent again, by type': rates('eventsResent', byType),
    'Events, Missing at consumers, by Trigger': lasts('eventsMissing', max, { by: ['dormouse_trigger'] }),
    'Events, Counts that differ from their posts': lasts('countsWrong', max),
    'Events, Sent again by the journal': rates('eventsRedelivered', { by: ['dormouse_trigger', outcome] }),
    'Events, Not yet compared with the inboxes, oldest': lasts('eventsUnjudgedAge', max),
    'Events, Failures, by function and reason': rates('eventsConsumed', {
      by: ['service_name', 'error_type'],
      where: failed,
    }),
    'Events, Dead letters, by Trigger': rates('deadLetters', { by: ['dormouse_trigger'] }),
    'Events, Refused for their signature, by function and reason': rates('eventsRefused', {
      by: ['service_name', 'dormouse_reason'],
    }),
    'Events, Dead letters in this range': totals('deadLetters', { by: ['dormouse_trigger', type] }),

    'Scale to zero, Instances awake': awake,
    'Scale to zero, Cold starts in this range': totals('coldStarts'),
    'Scale to zero, Start until it can answer, p95': quantiles(0.95, 'initDuration'),
    'Scale to zero, Start until the first answer, p95': quantiles(0.95, 'firstResponseDuration'),
    'Scale to zero, Memory of all': lasts('memory', sum),
    'Scale to zero, CPU of all': rates('cpuTime'),
    'Scale to zero, Instances': lasts('memory', count, byService),
    'Scale to zero, Cold starts': rates('coldStarts', { by: ['service_name', 'faas_trigger'] }),
    'Scale to zero, Start until it can answer, p95 (2)': quantiles(0.95, 'initDuration', byService),
    'Scale to zero, Start until the first answer, p95 (2)': quantiles(0.95, 'firstResponseDuration', byService),
    'Scale to zero, Cold starts in this range (2)': totals('coldStarts', { by: ['service_name', 'faas_trigger'] }),

    'Blog, Posts created': totals('postsCreated'),
    'Blog, Posts published': totals('postsPublished'),
    'Blog, Accounts created': totals('accountsCreated'),
    'Blog, Authors active within 30 days': lasts('activeAuthors', max),
    'Blog, Logins': totals('logins', { where: { dormouse_login_outcome: 'success' } }),
    'Blog, Pages read': totals('requestDuration', { where: pages }),
    'Blog, Posts created (2)': rates('postsCreated', { by: ['dormouse_post_status'] }),
    'Blog, Posts published (2)': rates('postsPublished'),
    'Blog, Pictures uploaded': rates('picturesUploaded'),
    'Blog, Pictures collected': rates('picturesCollected', { by: ['dormouse_picture_remains'] }),
    'Blog, Pictures made, and refused': rates('picturesMade', { by: ['dormouse_picture_state'] }),
    'Blog, Searches': rates('searches', { by: ['dormouse_search_outcome'] }),
    'Blog, Comments written': rates('commentsWritten', { by: ['dormouse_comment_status'] }),
    'Blog, Comments decided': rates('commentsDecided', { by: ['dormouse_comment_status'] }),
    'Blog, Mail attempts': rates('mailAttempts', { by: ['dormouse_mail_outcome'] }),
    'Blog, Webhook attempts': rates('webhookAttempts', { by: ['dormouse_webhook_outcome'] }),
    'Blog, Accounts created (2)': rates('accountsCreated'),
    'Blog, Logins by outcome': rates('logins', { by: ['dormouse_login_outcome'] }),
    'Blog, Refused by a limit': rates('rateLimitRefusals', { by: ['dormouse_limit_name'] }),
    'Blog, Pages': rates('requestDuration', { by: ['http_route'], where: pages }),

    'Data, Statements': rates('sqlDuration'),
    'Data, p95': quantiles(0.95, 'sqlDuration'),
    'Data, Failing': parts(rate('sqlDuration', { where: failed }), rate('sqlDuration')),
    'Data, Wait for a connection, p95': quantiles(0.95, 'sqlWait'),
    'Data, Connections used': lasts('sqlConnections', sum, { where: { db_client_connection_state: 'used' } }),
    'Data, Answered by a cache': parts(
      rate('cacheRequests', { where: { dormouse_cache_result: (result) => result !== 'miss' } }),
      rate('cacheRequests'),
    ),
    'Data, p95, by statement': quantiles(0.95, 'sqlDuration', { by: statement }),
    'Data, Rate, by statement': rates('sqlDuration', { by: statement }),
    'Data, Failures, by reason': rates('sqlDuration', { by: ['service_name', 'error_type'], where: failed }),
    'Data, Connections': lasts('sqlConnections', sum, { by: ['service_name', 'db_client_connection_state'] }),
    'Data, Wait for a connection, p95 (2)': quantiles(0.95, 'sqlWait', byService),
    'Data, Caches, by result': rates('cacheRequests', { by: cacheLabels }),
    'Data, Time without an answer of Redis': rates('redisUnanswered', byService),
  };
}

const lately = 70;

/** What the expressions of rules give, by alert or objective: those series alone for which they hold. */
export function expectedOfRules({ rate, quantile, last, total }: ReturnType<typeof oracle>): Record<string, Expected> {
  const service = ['service_name'];
  const above = (limit: number, values: Values): Values => only(values, (value) => value > limit);
  const failing = (
    name: Name,
    by: readonly string[],
    over: number,
    where: Parameters<typeof rate>[1] = { where: failed },
  ) => part(rate(name, { by, over, ...where }), rate(name, { by, over }));
  const renamed = (values: Values, to: string): Values =>
    new Map([...values].map(([key, value]) => [key.replace('service_name', to), value]));
  const all = (values: Values): number => values.get('[]')!;
  const lost =
    all(rate('deadLetters')) +
    all(rate('eventsResent')) +
    all(rate('eventsRedelivered', { where: { [outcome]: 'taken' } }));
  const counted = { where: { service_name: 'categories' } };
  const commented = { where: { service_name: 'web' } };
  return {
    ErrorRateHigh: ['percent', above(0.05, failing('requestDuration', service, minutes5, { where: failedRequests }))],
    LatencyHigh: [
      bucketsOf('requestDuration'),
      above(1, quantile(0.95, 'requestDuration', { by: service, where: notDelivered })),
    ],
    EventLoopBlocked: ['exact', above(0.4, last('longestWork', max, { by: service }))],
    ColdStartsSlow: [
      bucketsOf('firstResponseDuration'),
      only(
        quantile(0.95, 'firstResponseDuration', { by: service, over: 1_200 }),
        (value, key) => value > 2 && total('firstResponseDuration', { by: service }).get(key)! >= 5,
      ),
    ],
    RateLimitRefusals: [
      'percent',
      above(1, rate('rateLimitRefusals', { by: ['service_name', 'dormouse_limit_name'] })),
    ],
    // All of the comments are shown.
    CommentsFlooded: ['exact', new Map()],
    OutboxStuck: [
      'percent',
      new Map([
        ...renamed(above(0.5, failing('eventsSent', service, lately)), 'db_namespace'),
        ...above(120, last('outboxAge', max, { by: ['db_namespace'] })),
      ]),
    ],
    NotArchived: ['exact', above(600, last('unarchivedAge', max, { by: ['db_namespace'] }))],
    RelaySilent: ['exact', new Map()],
    EventsRefused: [
      'percent',
      changed(rate('eventsRefused', { by: ['service_name', 'dormouse_reason'], over: 900 }), (each) => each * 900),
    ],
    DeadLetters: [
      'percent',
      changed(rate('deadLetters', { by: ['dormouse_trigger', type], over: 900 }), (each) => each * 900),
    ],
    DeadLettersWait: ['exact', last('deadLettersOpen', max)],
    EventsMissing: ['exact', last('eventsMissing', max, { by: ['dormouse_trigger'] })],
    ReconciliationStopped: ['exact', above(900, last('eventsUnjudgedAge', max))],
    CountsWrong: ['exact', last('countsWrong', max)],
    CacheNotTold: ['exact', above(1800, last('purgeAge', max))],
    MailRefused: ['exact', new Map()],
    WebhooksFail: ['percent', one(4 / 7)],
    HandlerFails: ['percent', above(0.2, failing('eventsConsumed', [...service, type], lately))],
    DatabaseUnreachable: ['percent', above(0.5, failing('sqlDuration', service, lately))],
    DatabaseDiskFull: [
      'percent',
      changed(
        rate('sqlDuration', { by: service, over: lately, where: { error_type: '53100' } }),
        (each) => each * lately,
      ),
    ],
    RedisDown: [
      'percent',
      above(20, one(max([...rate('redisUnanswered', { by: service, over: lately }).values()]) * (lately / 2))),
    ],
    StatementSlow: [bucketsOf('sqlDuration'), above(0.5, quantile(0.95, 'sqlDuration', { by: statement }))],
    TelemetryDropped: ['percent', total('dropped', { by: ['service_name', 'dormouse_signal'] })],
    Watchdog: ['exact', one(1)],
    'events-delivered, all': ['percent', rate('eventsSent', { where: succeeded })],
    'events-delivered, bad': ['percent', one(all(rate('eventAge', { above: 30 })) + lost)],
    'counts-fresh, all': ['percent', rate('eventAge', counted)],
    'counts-fresh, bad': ['percent', rate('eventAge', { ...counted, above: 5 })],
    'comments-fresh, all': ['percent', rate('eventAge', commented)],
    'comments-fresh, bad': ['percent', rate('eventAge', { ...commented, above: 5 })],
    'webhooks-prompt, all': ['percent', rate('webhookDelay')],
    'webhooks-prompt, bad': ['percent', rate('webhookDelay', { above: 30 })],
    'mails-prompt, all': ['percent', rate('mailDelay')],
    'mails-prompt, bad': ['percent', rate('mailDelay', { above: 30 })],
  };
}
