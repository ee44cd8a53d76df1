import { type Group, lately } from '../rule.ts';
import { series } from '../series.ts';

const { sqlDuration, redisUnanswered } = series;
/** SQLSTATEs of connections (08), of a server that starts or ends (57P), of too many connections; codes of Node and of the driver; `unavailable` when it hangs. */
const unreachable = 'error_type=~"08...|57P..|53300|E[A-Z_]+|CONN.*|unavailable"';

/** PostgreSQL, Redis, certificates. */
export const dataAlerts: Group = {
  name: 'data',
  rules: [
    {
      name: 'DatabaseUnreachable',
      severity: 'page',
      expr:
        `sum by (service_name) (increase(${sqlDuration}_count{${unreachable}}[${lately}])) / sum by (service_name) (increase(${sqlDuration}_count[${lately}])) > 0.5 ` +
        `and sum by (service_name) (increase(${sqlDuration}_count{${unreachable}}[${lately}])) >= 3`,
      for: '15s',
      // Whoever waits for a server that hangs asks seldom.
      keepFiringFor: '15s',
      summary: '{{ $labels.service_name }} does not reach PostgreSQL.',
    },
    {
      name: 'PostgresDown',
      severity: 'page',
      // A server that hangs takes the exporter's answer with it.
      expr: 'pg_up == 0 or up{job="postgres-exporter"} == 0',
      for: '30s',
      summary: 'PostgreSQL does not answer its exporter at {{ $labels.instance }}, or that one is gone.',
    },
    {
      name: 'RedisDown',
      severity: 'ticket',
      // A Redis that hangs takes the exporter's answer with it; functions say so too, where there is no exporter.
      expr: `redis_up == 0 or up{job="redis-exporter"} == 0 or max(increase(${redisUnanswered}[${lately}])) > 20`,
      for: '30s',
      summary: 'Redis does not answer: caches load from PostgreSQL, which counts limits too. More load, no errors.',
    },
    {
      name: 'StatementSlow',
      severity: 'ticket',
      expr:
        `histogram_quantile(0.95, sum by (service_name, db_query_summary, le) (rate(${sqlDuration}_bucket[5m]))) > 0.5 ` +
        `and sum by (service_name, db_query_summary) (increase(${sqlDuration}_count[5m])) >= 20`,
      for: '5m',
      summary: '{{ $labels.service_name }} waits longer than half a second for {{ $labels.db_query_summary }}.',
    },
    {
      name: 'CertificateExpires',
      severity: 'ticket',
      expr: 'certmanager_certificate_expiration_timestamp_seconds - time() < 14 * 86400',
      for: '1h',
      summary:
        'The certificate {{ $labels.namespace }}/{{ $labels.name }} ends in less than two weeks, and was not renewed.',
    },
    {
      name: 'CertificateExpires',
      severity: 'page',
      expr: 'certmanager_certificate_expiration_timestamp_seconds - time() < 2 * 86400',
      for: '10m',
      summary: 'The certificate {{ $labels.namespace }}/{{ $labels.name }} ends in less than two days.',
    },
  ],
};
