/** What dashboards show of others beside what alerts ask of them: Knative ≥ 1.19, postgres_exporter, redis_exporter. */
export const shown = [
  'kn_revision_request_concurrency',
  'pg_database_size_bytes',
  'pg_stat_activity_count',
  'redis_memory_used_bytes',
] as const;
