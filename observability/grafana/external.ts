/** What dashboards show of others beside what alerts ask of them: postgres_exporter, redis_exporter. */
export const shown = ['pg_database_size_bytes', 'pg_stat_activity_count', 'redis_memory_used_bytes'] as const;
