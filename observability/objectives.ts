import { metrics } from '@dormouse/signals/metrics';
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

const { eventAge } = metrics;
const requests = (part: 'count' | 'bucket', ...matchers: string[]) =>
  `sum(rate(${edgeDuration}_${part}{${[byPeople, ...matchers].join(',')}}[5m]))`;
const ages = (part: 'count' | 'bucket', ...matchers: string[]) =>
  `sum(rate(${series.eventAge}_${part}{${matchers.join(',')}}[5m]))`;

/** The VirtualService names the routes of log-ins so (knative/base/gateway.yaml). */
const login = 'dormouse_ingress_route=~".+-login"';
const matchersOf = {
  reads: ['http_request_method=~"GET|HEAD"'],
  writes: ['http_request_method=~"POST|PUT|PATCH|DELETE"', login.replace('=~', '!~')],
  logins: [login],
};
const served = failedAtEdge.replace('=', '!=');
/** Who woke a function waited for its process: ColdStartsSlow tells of that. */
const awake = 'faas_coldstart=""';

type RequestKind = keyof typeof matchersOf;

function available(what: RequestKind, target: number): Objective {
  return {
    name: `${what}-available`,
    alert: `${capital(what)}Unavailable`,
    target,
    promise: `${percent(target)} of ${what} are answered, with no status 5xx`,
    total: requests('count', ...matchersOf[what]),
    bad: requests('count', ...matchersOf[what], failedAtEdge),
  };
}

function fast(what: RequestKind, target: number, seconds: number): Objective {
  const total = requests('count', ...matchersOf[what], served, awake);
  return {
    name: `${what}-fast`,
    alert: `${capital(what)}Slow`,
    target,
    promise: `${percent(target)} of ${what} take at most ${seconds} s`,
    total,
    bad: `${total} - ${requests('bucket', ...matchersOf[what], served, awake, upTo(platformMetrics.edgeDuration, seconds))}`,
  };
}

const deadLetterRate = `sum(rate(${series.deadLetters}[5m]))`;
/** What the Broker has taken of functions and relay: of a lost event nothing else is known. */
const published = `sum(rate(${series.eventsSent}{error_type=""}[5m]))`;
/** What it took and lost; if it arrives in the end, it is late besides. */
const resent = `sum(rate(${series.eventsResent}[5m]))`;
/** What a consumer lacked and was given by the journal, whose deliveries have no age; one that refuses makes a dead letter. */
const redelivered = `sum(rate(${series.eventsRedelivered}{dormouse_redelivery_outcome="taken"}[5m]))`;
const handled = ages('count');
const counted = ['service_name="categories"', 'messaging_destination_name=~"dev\\\\.dormouse\\\\.post\\\\..+"'];

const causes = ['DatabaseUnreachable', 'HandlerFails', 'OutboxStuck'];

export const objectives: readonly Objective[] = [
  available('reads', 0.999),
  fast('reads', 0.99, 0.25),
  available('writes', 0.999),
  fast('writes', 0.99, 0.5),
  available('logins', 0.999),
  fast('logins', 0.99, 1),
  {
    name: 'events-delivered',
    alert: 'EventsLate',
    target: 0.999,
    promise: '99.9 % of published events have their effect within 30 s',
    causes,
    total: `(${published} or vector(0))`,
    bad:
      `(${handled} - ${ages('bucket', upTo(eventAge, 30))} or vector(0)) ` +
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
];

/** 0.999 as `99.9 %`. */
export function percent(part: number): string {
  return `${Number((part * 100).toFixed(3))} %`;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
