import { series } from '../../series.ts';
import type { Described } from '../dashboard.ts';
import { graph, number } from '../panels.ts';
import { part, quantile, rate } from '../promql.ts';

const { sqlDuration, cacheRequests } = series;
const statements = `${sqlDuration}_count`;
const hit = 'dormouse_cache_result!="miss"';

export const data: Described = {
  uid: 'data',
  title: 'Data',
  description: 'PostgreSQL and Redis, as functions feel them, and as they speak of themselves.',
  rows: [
    {
      title: 'Now',
      panels: [
        number('Statements', 'cps', rate(statements, [])),
        number('p95', 's', quantile(0.95, sqlDuration, []), { limits: { warn: 0.1, bad: 0.5 } }),
        number('Failing', 'percentunit', part(rate(statements, [], 'error_type!=""'), rate(statements, [])), {
          limits: { warn: 0.01, bad: 0.1 },
        }),
        number('Wait for a connection, p95', 's', quantile(0.95, series.sqlWait, []), {
          limits: { warn: 0.1, bad: 1 },
        }),
        number('Connections used', 'locale', `sum(${series.sqlConnections}{db_client_connection_state="used"})`),
        number('Answered by a cache', 'percentunit', part(rate(cacheRequests, [], hit), rate(cacheRequests, [])), {
          limits: { warn: 0.5, bad: 0.2 },
        }),
      ],
    },
    {
      title: 'Statements',
      panels: [
        graph('p95, by statement', 's', [
          {
            expr: quantile(0.95, sqlDuration, ['service_name', 'db_query_summary']),
            legend: '{{service_name}}: {{db_query_summary}}',
            exemplars: true,
          },
        ]),
        graph('Rate, by statement', 'cps', [
          {
            expr: rate(statements, ['service_name', 'db_query_summary']),
            legend: '{{service_name}}: {{db_query_summary}}',
          },
        ]),
        graph('Failures, by reason', 'cps', [
          {
            expr: rate(statements, ['service_name', 'error_type'], 'error_type!=""'),
            legend: '{{service_name}} {{error_type}}',
          },
        ]),
      ],
    },
    {
      title: 'Connections and caches',
      panels: [
        graph('Connections', 'locale', [
          {
            expr: `sum by (service_name, db_client_connection_state) (${series.sqlConnections})`,
            legend: '{{service_name}} {{db_client_connection_state}}',
          },
        ]),
        graph('Wait for a connection, p95', 's', [
          { expr: quantile(0.95, series.sqlWait, ['service_name']), legend: '{{service_name}}' },
        ]),
        graph('Caches, by result', 'cps', [
          {
            expr: rate(cacheRequests, ['dormouse_cache_name', 'dormouse_cache_result']),
            legend: '{{dormouse_cache_name}} {{dormouse_cache_result}}',
          },
        ]),
        graph('Time without an answer of Redis', 'percentunit', [
          { expr: rate(series.redisUnanswered, ['service_name']), legend: '{{service_name}}' },
        ]),
      ],
    },
    {
      title: 'Servers',
      needs: 'postgres_exporter and redis_exporter',
      panels: [
        graph('PostgreSQL: connections', 'locale', [
          { expr: 'sum by (state) (pg_stat_activity_count)', legend: '{{state}}' },
        ]),
        graph('PostgreSQL: size', 'bytes', [
          { expr: 'sum by (datname) (pg_database_size_bytes)', legend: '{{datname}}' },
        ]),
        graph('Redis: memory', 'bytes', [{ expr: 'redis_memory_used_bytes', legend: '{{instance}}' }]),
      ],
    },
  ],
};
