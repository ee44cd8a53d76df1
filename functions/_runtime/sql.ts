import { addArrayTypes } from './array-types.ts';
import type { Config } from './config.ts';
import { postgres } from './postgres.ts';
import { responseWatchdog } from './response-watchdog.ts';
import type { Sql, Tx } from './sql-types.ts';
import { traced } from './traced-sql.ts';
import { transactions } from './transactions.ts';

/** One connection for statements, which are pipelined on it; transactions have at most two of their own. */
const forTransactions = 2;

/**
 * The function's connections to PostgreSQL, opened by the first statement: named prepared statements, a span for each statement of a
 * sampled trace, `begin` as transactions.ts has it. A statement that takes longer than 4 s is cancelled by PostgreSQL; a connection
 * that gives no sign of life for 5 s (`maxSilenceMs`), or cannot be made in that time, is thrown away, and what waited for it fails
 * with AppError unavailable.
 *
 * A client whose connection closed is replaced by a new one at the next statement: postgres.js does not always recover from
 * a connection that was lost while it was writing.
 */
export function openSql(
  config: Pick<Config, 'databaseUrl' | 'service'>,
  { maxSilenceMs = 5000 }: { maxSilenceMs?: number } = {},
): Sql {
  const url = config.databaseUrl;
  if (!url) throw new Error('the environment variable DATABASE_URL is missing');
  const open = (onclose: () => void): Sql => {
    const sql = postgres(url, {
      max: 1,
      // Later than the watchdog, which alone rejects waiting statements correctly; this only closes the socket.
      connect_timeout: (1.2 * maxSilenceMs) / 1000,
      max_lifetime: null,
      fetch_types: false,
      onnotice: () => {},
      onclose,
      connection: {
        application_name: config.service,
        statement_timeout: 0.8 * maxSilenceMs,
        idle_in_transaction_session_timeout: 15_000,
      },
    });
    addArrayTypes(sql);
    return sql;
  };
  const watch = responseWatchdog(maxSilenceMs);
  let client: Sql | undefined;
  let tracing: Sql | undefined;
  const discard = (opened: Sql, timeout: number) => {
    if (client !== opened) return;
    client = tracing = undefined;
    void opened.end({ timeout });
  };
  const current = (): Sql => {
    if (tracing) return tracing;
    const watched = watch(() => discard(opened, 0));
    const opened: Sql = open(() => {
      watched.stop();
      discard(opened, 5);
    });
    client = opened;
    return (tracing = traced(opened, { ...own, follow: watched.follow }));
  };
  const inTransaction = transactions(open, watch, forTransactions);
  const own = {
    begin: (...args: unknown[]) => inTransaction.run(args.at(-1) as (tx: Tx) => Promise<unknown>),
    async end(options?: { timeout?: number }) {
      await Promise.all([inTransaction.end(), client?.end(options)]);
    },
  };
  return new Proxy((() => {}) as unknown as Sql, {
    apply: (_, self, args) => Reflect.apply(current(), self, args),
    get: (_, name) => Reflect.get(Object.hasOwn(own, name) ? own : current(), name),
  });
}
