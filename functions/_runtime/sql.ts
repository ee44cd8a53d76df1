import postgres from 'postgres';
import { addArrayTypes } from './array-types.ts';
import type { Config } from './config.ts';
import { traced } from './traced-sql.ts';
import { transactions } from './transactions.ts';

export type Sql = postgres.Sql;
export type Tx = postgres.TransactionSql;

/** One connection for statements, which are pipelined on it; transactions have at most two of their own. */
const forTransactions = 2;

/**
 * The function's connections to PostgreSQL, opened by the first statement: named prepared statements, a span for each statement of a
 * sampled trace, `begin` as transactions.ts has it. A statement that takes longer than 10 s is cancelled.
 *
 * A client whose connection closed is replaced by a new one at the next statement: postgres.js does not always recover from
 * a connection that was lost while it was writing.
 */
export function openSql(config: Pick<Config, 'databaseUrl' | 'service'>): Sql {
  const url = config.databaseUrl;
  if (!url) throw new Error('the environment variable DATABASE_URL is missing');
  const open = (onclose: () => void): Sql => {
    const sql = postgres(url, {
      max: 1,
      connect_timeout: 5,
      max_lifetime: null,
      fetch_types: false,
      onnotice: () => {},
      onclose,
      connection: { application_name: config.service, statement_timeout: 10_000, idle_in_transaction_session_timeout: 15_000 },
    });
    addArrayTypes(sql);
    return sql;
  };
  let client: Sql | undefined;
  const current = (): Sql => {
    if (client) return client;
    const opened: Sql = open(() => {
      if (client !== opened) return;
      client = undefined;
      void opened.end({ timeout: 5 });
    });
    return (client = opened);
  };
  const inTransaction = transactions(open, forTransactions);
  const own = {
    begin: (...args: unknown[]) => inTransaction.run(args.at(-1) as (tx: Tx) => Promise<unknown>),
    async end(options?: { timeout?: number }) {
      await Promise.all([inTransaction.end(), client?.end(options)]);
    },
  };
  let seen: { client: Sql; traced: Sql } | undefined;
  const tracing = (): Sql => {
    const client = current();
    if (seen?.client !== client) seen = { client, traced: traced(client, own) };
    return seen.traced;
  };
  return new Proxy((() => {}) as unknown as Sql, {
    apply: (_, self, args) => Reflect.apply(tracing(), self, args),
    get: (_, name) => Reflect.get(Object.hasOwn(own, name) ? own : tracing(), name),
  });
}
