import { type Metric, metrics } from '@dormouse/signals/metrics';
import { platformMetrics } from '@dormouse/signals/platform-metrics';
import { prometheusName } from '@dormouse/signals/prometheus-name';

/** Names in Prometheus of all that functions give. */
export const series = Object.fromEntries(
  Object.entries(metrics).map(([key, metric]) => [key, prometheusName(metric)]),
) as Readonly<Record<keyof typeof metrics, string>>;

/** Names in Prometheus of what the local platform measures of itself; rules make `edgeDuration` of what Istio's gateway counts (`edge.ts`). */
export const platformSeries = Object.fromEntries(
  Object.entries(platformMetrics).map(([key, metric]) => [key, prometheusName(metric)]),
) as Readonly<Record<keyof typeof platformMetrics, string>>;

/** A matcher for the bucket that ends at `bound`; Prometheus 2 writes `1`, Prometheus 3 `1.0`. @throws TypeError when the histogram has no such bucket */
export function upTo(metric: Metric, bound: number): string {
  if (!metric.bounds?.includes(bound)) throw new TypeError(`${metric.name} has no bucket that ends at ${bound}`);
  return Number.isInteger(bound) ? `le=~"${bound}|${bound}\\\\.0"` : `le="${bound}"`;
}

/** Events that wait for each Trigger: Kafka's number on a cluster, the local platform's own beside it. */
export const backlog =
  'sum by (consumergroup) (kafka_consumergroup_lag{consumergroup=~"knative-trigger-.+"}) ' +
  `or max by (consumergroup) (label_replace(${platformSeries.backlog}, "consumergroup", "$1", "trigger", "(.+)"))`;

/** What the Broker and the relay's PingSource ask, not people: routes that no page of a function has, and all of the relay. */
export const notDelivered =
  'http_route!~"/events|/events/archived|/dead-letters|/batches|/batches/reconciliation",service_name!="relay"';

/** What others give: Knative ≥ 1.19, Istio, kube-state-metrics, the kubelet, cert-manager, exporters, the collector, Prometheus itself. */
export const external = [
  'up',
  'certmanager_certificate_expiration_timestamp_seconds',
  'container_cpu_usage_seconds_total',
  'container_memory_working_set_bytes',
  'istio_request_duration_milliseconds_bucket',
  'istio_request_duration_milliseconds_count',
  'istio_request_duration_milliseconds_sum',
  'kafka_consumergroup_lag',
  'kube_cronjob_created',
  'kube_cronjob_status_last_successful_time',
  'kube_pod_container_resource_limits',
  'kube_pod_container_status_restarts_total',
  'otelcol_exporter_send_failed_log_records_total',
  'otelcol_exporter_send_failed_metric_points_total',
  'otelcol_exporter_send_failed_spans_total',
  'pg_up',
  'prometheus_rule_evaluation_failures_total',
  'redis_up',
  'span_calls_total',
] as const;
