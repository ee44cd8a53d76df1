import postgres from 'postgres';
import type { Config } from './config.ts';

export type Sql = postgres.Sql;
export type Tx = postgres.TransactionSql;

/**
 * The function's pool: at most 2 connections, opened by the first query, named prepared statements. A statement that
 * takes longer than 10 s is cancelled, and then answers 503.
 */
export function openSql(config: Pick<Config, 'databaseUrl' | 'service'>): Sql {
  if (!config.databaseUrl) throw new Error('the environment variable DATABASE_URL is missing');
  return postgres(config.databaseUrl, {
    max: 2,
    connect_timeout: 5,
    idle_timeout: 300,
    max_lifetime: 3600,
    onnotice: () => {},
    backoff: (retries: number) => Math.min(0.05 * 2 ** retries, 2),
    connection: { application_name: config.service, statement_timeout: 10_000, idle_in_transaction_session_timeout: 15_000 },
  });
}
