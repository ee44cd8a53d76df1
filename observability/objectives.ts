import { type Metric, metrics } from '@dormouse/signals/metrics';
import { platformMetrics } from '@dormouse/signals/platform-metrics';
import { byPeople, edgeDuration, failedAtEdge } from './edge.ts';
import { series, upTo } from './series.ts';

/** What is promised to those who read and write the blog, over thirty days. */
export interface Objective {
  name: string;
  /** The alert that its budget burns. */
  alert: string;
  /** Part that has to be good. */
  target: number;
  /** In words, for docs, dashboards and summaries. */
  promise: string;
  /** Alerts of what makes it bad, seen only when it is over: late events come when they come at last. Who was told of the cause is not told of that. */
  causes?: readonly string[];
  /** Per second, over five minutes; no labels. */
  total: string;
  bad: string;
}

const { eventAge, mailDelay, webhookDelay } = metrics;
const ages = (part: 'count' | 'bucket', ...matchers: string[]) =>
  `sum(rate(${series.eventAge}_${part}{${matchers.join(',')}}[5m]))`;

/** What is promised of requests of people; `seconds` is of those that are fast enough. */
export interface RequestPromise {
  what: 'reads' | 'writes' | 'logins';
  target: number;
  seconds?: number;
}

/** Where requests are counted, and by which matchers. */
export interface CountedRequests {
  /** Name of the histogram, without `_count`. */
  histogram: string;
  metric: Metric;
  /** Requests of people. */
  people: string;
  logins: string;
  noLogins: string;
  failed: string;
  /** Not failed, and not waiting for a process to start: ColdStartsSlow tells of that. */
  served: readonly string[];
}

/** At the edge: what clients got. The VirtualService names the routes of log-ins so (knative/base/gateway.yaml). */
export const atEdge: CountedRequests = {
  histogram: edgeDuration,
  metric: platformMetrics.edgeDuration,
  people: byPeople,
  logins: 'dormouse_ingress_route=~".+-login"',
  noLogins: 'dormouse_ingress_route!~".+-login"',
  failed: failedAtEdge,
  served: [failedAtEdge.replace('=', '!='), 'faas_coldstart=""'],
};

const methodsOf = {
  reads: 'http_request_method=~"GET|HEAD"',
  writes: 'http_request_method=~"POST|PUT|PATCH|DELETE"',
};

/**
 * PromQL of all requests that a promise is about, and of those that break it. There is no other definition of either.
 * @param counted where they are counted
 * @param read makes a number of a selector of series
 * @param narrower further matchers
 */
export function requestsOf(
  { what, seconds }: RequestPromise,
  counted: CountedRequests,
  read: (selector: string) => string,
  ...narrower: string[]
): { total: string; bad: string } {
  const kind =
    what === 'logins' ? [counted.logins] : [methodsOf[what], ...(what === 'writes' ? [counted.noLogins] : [])];
  const count = (part: 'count' | 'bucket', ...matchers: string[]) =>
    read(`${counted.histogram}_${part}{${[counted.people, ...kind, ...matchers, ...narrower].join(',')}}`);
  if (seconds === undefined) return { total: count('count'), bad: count('count', counted.failed) };
  const total = count('count', ...counted.served);
  return { total, bad: `${total} - ${count('bucket', ...counted.served, upTo(counted.metric, seconds))}` };
}

export const requestPromises: readonly RequestPromise[] = [
  { what: 'reads', target: 0.999 },
  { what: 'reads', target: 0.99, seconds: 0.25 },
  { what: 'writes', target: 0.999 },
  { what: 'writes', target: 0.99, seconds: 0.5 },
  { what: 'logins', target: 0.999 },
  { what: 'logins', target: 0.99, seconds: 1 },
];

/** A promise in words. */
export const promised = ({ what, target, seconds }: RequestPromise): string =>
  seconds === undefined
    ? `${percent(target)} of ${what} are answered, with no status 5xx`
    : `${percent(target)} of ${what} take at most ${seconds} s`;

function requestObjective(promise: RequestPromise): Objective {
  const { what, target, seconds } = promise;
  return {
    name: `${what}-${seconds === undefined ? 'available' : 'fast'}`,
    alert: `${capital(what)}${seconds === undefined ? 'Unavailable' : 'Slow'}`,
    target,
    promise: promised(promise),
    ...requestsOf(promise, atEdge, (selector) => `sum(rate(${selector}[5m]))`),
  };
}

/** Deliveries to webhooks take as long as their receivers want, who are not ours: what is promised of them is another thing. */
const ours = 'messaging_destination_name!="dev.dormouse.webhook.due.v1"';
const deadLetterRate = `sum(rate(${series.deadLetters}{${ours}}[5m]))`;
/** What the Broker has taken of functions and relay: of a lost event nothing else is known. */
const published = `sum(rate(${series.eventsSent}{error_type="",${ours}}[5m]))`;
/** What it took and lost; if it arrives in the end, it is late besides. */
const resent = `sum(rate(${series.eventsResent}[5m]))`;
/** What a consumer lacked and was given by the journal, whose deliveries have no age; one that refuses makes a dead letter. */
const redelivered = `sum(rate(${series.eventsRedelivered}{dormouse_redelivery_outcome="taken"}[5m]))`;
const handled = ages('count', ours);
const delays = (delay: string, part: 'count' | 'bucket', ...matchers: string[]) =>
  `sum(rate(${delay}_${part}{${matchers.join(',')}}[5m]))`;
const commented = ['service_name="web"', 'messaging_destination_name=~"dev\\\\.dormouse\\\\.comment\\\\..+"'];
const counted = ['service_name="categories"', 'messaging_destination_name=~"dev\\\\.dormouse\\\\.post\\\\..+"'];

const causes = ['DatabaseUnreachable', 'HandlerFails', 'OutboxStuck'];

export const objectives: readonly Objective[] = [
  ...requestPromises.map(requestObjective),
  {
    name: 'events-delivered',
    alert: 'EventsLate',
    target: 0.999,
    promise: '99.9 % of published events have their effect within 30 s',
    causes,
    total: `(${published} or vector(0))`,
    bad:
      `(${handled} - ${ages('bucket', ours, upTo(eventAge, 30))} or vector(0)) ` +
      `+ (${deadLetterRate} or vector(0)) + (${resent} or vector(0)) + (${redelivered} or vector(0))`,
  },
  {
    name: 'counts-fresh',
    alert: 'CountsStale',
    target: 0.99,
    promise: '99 % of changes are in the counts of categories within 5 s',
    causes,
    total: ages('count', ...counted),
    bad: `${ages('count', ...counted)} - ${ages('bucket', ...counted, upTo(eventAge, 5))}`,
  },
  {
    name: 'comments-fresh',
    alert: 'CommentsStale',
    target: 0.99,
    promise: '99 % of what becomes of comments is on pages within 5 s',
    causes,
    total: ages('count', ...commented),
    bad: `${ages('count', ...commented)} - ${ages('bucket', ...commented, upTo(eventAge, 5))}`,
  },
  {
    name: 'webhooks-prompt',
    alert: 'WebhooksLate',
    target: 0.99,
    promise: '99 % of deliveries to webhooks are tried within 30 s',
    causes,
    total: delays(series.webhookDelay, 'count'),
    bad: `${delays(series.webhookDelay, 'count')} - ${delays(series.webhookDelay, 'bucket', upTo(webhookDelay, 30))}`,
  },
  {
    name: 'mails-prompt',
    alert: 'MailsLate',
    target: 0.99,
    promise: '99 % of mails are at the mail server within 30 s',
    causes,
    total: delays(series.mailDelay, 'count'),
    bad: `${delays(series.mailDelay, 'count')} - ${delays(series.mailDelay, 'bucket', upTo(mailDelay, 30))}`,
  },
];

/** 0.999 as `99.9 %`. */
export function percent(part: number): string {
  return `${Number((part * 100).toFixed(3))} %`;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
