import { type Group, lately, unlessOver } from '../rule.ts';
import { series } from '../series.ts';

const { sqlDuration, redisUnanswered } = series;
/** SQLSTATEs of connections (08), of log-ins and databases that are refused (28, 3D), of a server that starts or ends (57P), of too many connections; codes of Node and of the driver; `unavailable` when it hangs. */
const unreachable = 'error_type=~"08...|28...|3D...|57P..|53300|E[A-Z_]+|CONN.*|unavailable"';

const statements =
  (matcher = '') =>
  (window: string) =>
    `sum by (service_name) (increase(${sqlDuration}_count${matcher}[${window}]))`;
const [all, unreached, withoutRoom] = [
  statements(),
  statements(`{${unreachable}}`),
  statements('{error_type="53100"}'),
];
const unreachedPart = (window: string) => `${unreached(window)} / ${all(window)}`;
const unanswered = (window: string) => `max(increase(${redisUnanswered}[${window}]))`;
const slowStatements = (window: string) =>
  `histogram_quantile(0.95, sum by (service_name, db_query_summary, le) (rate(${sqlDuration}_bucket[${window}])))`;

/** PostgreSQL, Redis, certificates. */
export const dataAlerts: Group = {
  name: 'data',
  rules: [
    {
      name: 'DatabaseUnreachable',
      severity: 'page',
      expr: unlessOver(
        (window) => `${unreachedPart(window)} > 0.5 and ${unreached(window)} >= 3`,
        (window) => `${unreachedPart(window)} <= 0.5`,
        'service_name',
      ),
      for: '15s',
      // Whoever waits for a server that hangs asks seldom.
      keepFiringFor: '15s',
      summary: '{{ $labels.service_name }} does not reach PostgreSQL.',
    },
    {
      name: 'DatabaseDiskFull',
      severity: 'page',
      expr: unlessOver(
        (window) => `${withoutRoom(window)} >= 3`,
        (window) => `${withoutRoom(window)} == 0`,
        'service_name',
      ),
      for: '15s',
      summary: 'PostgreSQL has no room on its disk for what {{ $labels.service_name }} writes.',
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
      expr: `redis_up == 0 or up{job="redis-exporter"} == 0 or (${unlessOver(
        (window) => `${unanswered(window)} > 20`,
        (window) => `${unanswered(window)} < 5`,
      )})`,
      for: '30s',
      summary: 'Redis does not answer: caches load from PostgreSQL, which counts limits too. More load, no errors.',
    },
    {
      name: 'StatementSlow',
      severity: 'ticket',
      expr: unlessOver(
        (window) =>
          `${slowStatements(window)} > 0.5 and sum by (service_name, db_query_summary) (increase(${sqlDuration}_count[${window}])) >= 20`,
        (window) => `${slowStatements(window)} <= 0.5`,
        'service_name, db_query_summary',
        ['5m', lately],
      ),
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
