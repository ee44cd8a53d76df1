import { platformMetrics } from '@dormouse/signals/platform-metrics';
import type { Group, Recording } from './rule.ts';
import { platformSeries } from './series.ts';

/** Histogram of what clients got at the edge, cold starts and refusals included, whoever answered. */
export const edgeDuration = platformSeries.edgeDuration;

/** Requests of people: no health checks, and no calls of functions to each other. */
export const byPeople = 'dormouse_entry="ingress",dormouse_ingress_route!="health"';
export const failedAtEdge = 'http_response_status_class="5xx"';
/** No function answered. On a cluster the gateway knows only whether something behind it did: `upstream`. */
export const refused = 'dormouse_answered_by!="function"';

const gateway = '{reporter="source",source_workload="istio-ingressgateway"}';
/** Routes of the VirtualService that lead to no function. */
const toNobody = 'health|internal|ambiguous|token|default|unknown';

/** Labels that the series of Istio get, each as `label_replace` has it: new label, its value, from, pattern. */
const labels: readonly (readonly [string, string, string, string])[] = [
  ['http_request_method', '$1', 'request_method', '(.+)'],
  ['dormouse_ingress_route', '$1', 'route_name', '(.+)'],
  ['kn_service_name', '$1', 'route_name', '(.+?)(-login)?'],
  ['kn_service_name', '', 'route_name', toNobody],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Prometheus' own, which reads $1xx as a group of that name
  ['http_response_status_class', '${1}xx', 'response_code', '(.)..'],
  ['http_response_status_class', '4xx', 'response_code', '0'],
  ['dormouse_answered_by', 'ingress', 'response_flags', '.+'],
  ['dormouse_answered_by', 'upstream', 'response_flags', '-'],
];

const mapped = (selector: string): string =>
  labels.reduce(
    (expr, replaced) => `label_replace(${[expr, ...replaced.map((each) => `"${each}"`)].join(', ')})`,
    selector,
  );

const record = (part: 'bucket' | 'count' | 'sum', matcher = '', le?: string): Recording => ({
  record: `${edgeDuration}_${part}`,
  expr: mapped(`istio_request_duration_milliseconds_${part}${matcher || gateway}`) + (part === 'sum' ? ' / 1000' : ''),
  labels: { dormouse_entry: 'ingress', ...(le && { le }) },
});

/** Bounds that Istio's histogram has too, in seconds. */
const shared = platformMetrics.edgeDuration.bounds?.filter((bound) => bound >= 0.005) ?? [];
const within = (le: string) => gateway.replace('}', `,le="${le}"}`);

/** What Istio's gateway counts as the series that the local platform gives: each counter by itself, so that rates see it begin again. */
export const edgeGroup: Group = {
  name: 'edge',
  needs: 'cluster',
  // As often as the gateway is scraped, so that each minute has what rules compare.
  interval: 15,
  rules: [
    record('count'),
    record('sum'),
    ...shared.map((bound) => record('bucket', within(String(bound * 1000)), String(bound))),
    record('bucket', within('+Inf'), '+Inf'),
  ],
};
