import { byPeople, edgeDuration, failedAtEdge, refused } from '../edge.ts';
import { type Group, lately, unlessOver, unlessToldOf } from '../rule.ts';
import { notDelivered, platformSeries, series } from '../series.ts';

const { requestDuration } = series;
/** Knative scales what others have, too. */
const ours = 'k8s_namespace_name="dormouse"';
const requests =
  (...more: string[]) =>
  (window: string) =>
    `sum by (kn_service_name) (increase(${edgeDuration}_count{${[byPeople, ...more].join(',')}}[${window}]))`;
const [asked, refusedOnes] = [requests(), requests(failedAtEdge, refused)];
const refusedPart = (window: string) => `${refusedOnes(window)} / ${asked(window)}`;
const answers =
  (matcher = '') =>
  (window: string) =>
    `sum by (service_name) (increase(${requestDuration}_count${matcher}[${window}]))`;
const [answered, failed] = [answers(), answers('{http_response_status_code=~"5.."}')];
const failedPart = (window: string) => `${failed(window)} / ${answered(window)}`;
const slowest = (window: string) =>
  `histogram_quantile(0.95, sum by (service_name, le) (rate(${requestDuration}_bucket{${notDelivered}}[${window}])))`;
const spans = 'service_name=~"istio-ingressgateway.*",span_kind="SPAN_KIND_SERVER"';
const failedSpans = `${spans},status_code="STATUS_CODE_ERROR"`;

const isRefused = unlessOver(
  (window) => `${refusedPart(window)} > 0.05 and ${refusedOnes(window)} >= 5`,
  (window) => `${refusedPart(window)} <= 0.05`,
  'kn_service_name',
);

/** Functions, one by one; what all of them promise together is in `objectives.ts`. */
export const functionAlerts: Group = {
  name: 'functions',
  rules: [
    {
      name: 'PlatformDown',
      severity: 'page',
      // Where it is scraped at all: a Prometheus in a container does not reach it.
      expr: 'up{job="dormouse"} == 0 and on (job) max_over_time(up{job="dormouse"}[1d]) == 1',
      for: '30s',
      summary: 'The local platform does not answer: nobody is served.',
    },
    {
      name: 'ErrorRateHigh',
      severity: 'ticket',
      expr: unlessOver(
        (window) => `${failedPart(window)} > 0.05 and ${failed(window)} >= 5`,
        (window) => `${failedPart(window)} <= 0.05`,
        'service_name',
        ['5m', lately],
      ),
      for: '5m',
      summary: 'More than 5 % of the requests to {{ $labels.service_name }} fail.',
    },
    {
      name: 'LatencyHigh',
      severity: 'ticket',
      expr: unlessOver(
        (window) =>
          `${slowest(window)} > 1 and sum by (service_name) (increase(${requestDuration}_count{${notDelivered}}[${window}])) >= 20`,
        (window) => `${slowest(window)} <= 1`,
        'service_name',
        ['5m', lately],
      ),
      for: '5m',
      summary: 'One of twenty requests to {{ $labels.service_name }} takes longer than a second.',
    },
    {
      name: 'EventLoopBlocked',
      severity: 'ticket',
      // What has happened once can be asked for again: it does not wait for a second time.
      expr: `max by (service_name) (max_over_time(${series.longestWork}[5m])) > 0.4`,
      summary: 'One piece of work held everything else of {{ $labels.service_name }} for more than 400 ms.',
    },
    {
      name: 'ColdStartsSlow',
      severity: 'ticket',
      expr:
        `histogram_quantile(0.95, sum by (service_name, le) (increase(${series.firstResponseDuration}_bucket[30m]))) > 2 ` +
        `and sum by (service_name) (increase(${series.firstResponseDuration}_count[30m])) >= 5`,
      for: '5m',
      summary: 'Whoever wakes {{ $labels.service_name }} waits longer than two seconds from the start of its process.',
    },
    {
      name: 'FunctionNotReady',
      severity: 'page',
      expr:
        `max by (kn_service_name, kn_revision_name) (${platformSeries.podsDesired}{${ours}}) > 0 ` +
        `and max by (kn_service_name, kn_revision_name) (${platformSeries.pods}{${ours}}) == 0`,
      for: '1m',
      summary:
        '{{ $labels.kn_service_name }} is asked for, and not one instance of {{ $labels.kn_revision_name }} becomes ready.',
    },
    {
      name: 'RateLimitRefusals',
      severity: 'ticket',
      expr: `sum by (service_name, dormouse_limit_name) (rate(${series.rateLimitRefusals}[5m])) > 1`,
      for: '10m',
      summary:
        '{{ $labels.service_name }} refuses more than one request a second by its limit {{ $labels.dormouse_limit_name }}.',
    },
    {
      name: 'CommentsFlooded',
      severity: 'ticket',
      expr: `sum(increase(${series.commentsWritten}{dormouse_comment_status!="published"}[1h])) > 200`,
      for: '10m',
      summary: 'More than two hundred comments were held back within an hour.',
    },
    {
      name: 'RefusedAtEdge',
      severity: 'page',
      // The gateway's spans where its Envoy has no metrics; the collector counts them before it samples.
      expr: [
        `(${isRefused} ${unlessToldOf(['DatabaseUnreachable'], { self: 'alertname="RefusedAtEdge"' })})`,
        `label_replace(sum(rate(span_calls_total{${failedSpans}}[5m])) / sum(rate(span_calls_total{${spans}}[5m])) > 0.05 ` +
          `and sum(increase(span_calls_total{${failedSpans}}[5m])) >= 10, "kn_service_name", "some function", "", "")`,
      ].join(' or '),
      for: '30s',
      summary:
        'More than 5 % of the requests for {{ $labels.kn_service_name }} are refused before a function sees them.',
    },
  ],
};
