import { metrics } from '@dormouse/signals/metrics';
import { atEdge, type CountedRequests, promised, requestPromises, requestsOf } from './objectives.ts';
import { notDelivered, series } from './series.ts';

/** What a new revision is asked: whether it keeps a promise. Both expressions give one number that only grows. */
export interface CanaryQuestion {
  promise: string;
  /** Part that may be bad: the whole budget of the promise, and no faster. */
  allowed: number;
  total: string;
  bad: string;
  /** Who counted: the revision itself, or the edge, which sees all revisions of the function, and answers that none gave. */
  by: 'revision' | 'edge';
}

/** What the instances of a function count themselves. */
const inFunction: CountedRequests = {
  histogram: series.requestDuration,
  metric: metrics.requestDuration,
  people: notDelivered,
  logins: 'http_route=~"/api/login|/blog/login"',
  noLogins: 'http_route!~"/api/login|/blog/login"',
  failed: 'http_response_status_code=~"5.."',
  served: ['http_response_status_code!~"5.."'],
};

/** Counters of instances begin at zero, and an instance is of one revision: the sum of their last values is what that revision did. */
const number = (selector: string) => `(sum(last_over_time(${selector}[1h])) or vector(0))`;

/** Instances of a revision: `posts-00002-deployment-…`, `posts-00002-1f0a…` (functions/_runtime/config.ts). */
const instancesOf = (revision: string) => `instance=~"${revision}-.+"`;

/**
 * The questions to a revision that gets a share of a function's requests: the objectives' own, of that revision and of that function.
 * How fast answers are only the revision's own measures tell: at the edge a small share is not seen.
 */
export function canaryQuestions(service: string, revision: string): CanaryQuestion[] {
  const own = requestPromises.map(
    (promise): CanaryQuestion => ({
      promise: promised(promise),
      allowed: allowed(promise.target),
      by: 'revision',
      ...requestsOf(promise, inFunction, number, instancesOf(revision)),
    }),
  );
  const edge = requestPromises
    .filter(({ seconds }) => seconds === undefined)
    .map(
      (promise): CanaryQuestion => ({
        promise: promised(promise),
        allowed: allowed(promise.target),
        by: 'edge',
        ...requestsOf(promise, atEdge, number, `kn_service_name="${service}"`),
      }),
    );
  return [...own, ...edge, handled(revision)];
}

/** Deliveries of events; RetryEvent says "not yet", and is no failure. */
const handled = (revision: string): CanaryQuestion => ({
  promise: '99.9 % of delivered events are handled',
  allowed: allowed(0.999),
  by: 'revision',
  total: number(`${series.eventsConsumed}{${instancesOf(revision)}}`),
  bad: number(`${series.eventsConsumed}{error_type!="",error_type!="RetryEvent",${instancesOf(revision)}}`),
});

const allowed = (target: number) => Number((1 - target).toFixed(6));
