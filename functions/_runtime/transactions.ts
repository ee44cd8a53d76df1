import { metrics } from '@dormouse/signals/metrics';
import type postgres from 'postgres';
import { isUnavailable } from './errors.ts';
import { measure, onPush } from './measure.ts';
import type { silence, Watch } from './silence.ts';
import type { Sql, Tx } from './sql-types.ts';
import { nowMs } from './trace.ts';
import { traced } from './traced-sql.ts';

export interface Transactions {
  run<T>(work: (tx: Tx) => Promise<T> | T): Promise<T>;
  end(): Promise<void>;
}

interface Connection {
  sql: postgres.ReservedSql;
  owner: Sql;
  watch: Watch;
  /** Set in the moment the socket closes or is given up; a statement issued after that would never be answered. */
  dead: boolean;
  closed: Promise<never>;
}

const pool = { 'db.client.connection.pool.name': 'transactions' } as const;

/**
 * Transactions on connections that are held for them alone, at most `max`. Statements are pipelined: BEGIN leaves with the first
 * statement, COMMIT right behind the last, so that a transaction costs one round trip per awaited statement and one to commit.
 *
 * postgres.js's own `begin` waits for BEGIN, and rolls back on a connection that is already gone, which ends the process.
 * @param open makes a client of one connection and calls `onclose` when that closes.
 * @param watch reports connections that no longer answer; requests that wait for such a connection fail.
 */
export function transactions(
  open: (onclose: () => void) => Sql,
  watch: ReturnType<typeof silence>,
  max: number,
): Transactions {
  const idle: Connection[] = [];
  const waiting: { resolve: (connection: Connection) => void; reject: (error: unknown) => void }[] = [];
  const all = new Set<Connection>();
  let opened = 0;
  const forget = onPush((ending) => {
    const [held, unused] = ending ? [0, 0] : [opened, idle.length];
    measure(metrics.sqlConnections, held - unused, { ...pool, 'db.client.connection.state': 'used' });
    measure(metrics.sqlConnections, unused, { ...pool, 'db.client.connection.state': 'idle' });
    measure(metrics.sqlConnectionsMax, ending ? 0 : max, pool);
  });

  const connect = async (): Promise<Connection> => {
    opened++;
    const { promise: closed, reject } = Promise.withResolvers<never>();
    closed.catch(() => {});
    let connection: Connection | undefined;
    const watched = watch((error) => {
      if (connection) connection.dead = true;
      void owner.end({ timeout: 0 });
      reject(error);
      rejectPending(error);
    });
    const owner = open(() => {
      watched.stop();
      reject(connectionClosed());
      if (!connection) return;
      connection.dead = true;
      const at = idle.indexOf(connection);
      if (at >= 0) {
        idle.splice(at, 1);
        discard(connection);
      }
    });
    try {
      // reserve() on a client that is not connected loses the connection when connecting fails.
      await Promise.race([watched.follow(owner`SELECT 1`), closed]);
      connection = { sql: await owner.reserve(), owner, watch: watched, dead: false, closed };
      all.add(connection);
      return connection;
    } catch (error) {
      opened--;
      void owner.end({ timeout: 0 });
      if (all.size === 0) rejectPending(error);
      throw error;
    }
  };
  /** For when no connection is left that could be handed on. */
  const rejectPending = (error: unknown) => {
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  const discard = (connection: Connection) => {
    if (!all.delete(connection)) return;
    opened--;
    void connection.owner.end({ timeout: 0 });
  };
  const acquire = (): Promise<Connection> | Connection => {
    const connection = idle.pop();
    if (connection) return connection;
    if (opened < max) return connect();
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  };
  const release = (connection: Connection) => {
    if (connection.dead) discard(connection);
    const next = waiting.shift();
    if (next) {
      if (connection.dead) connect().then(next.resolve, next.reject);
      else next.resolve(connection);
    } else if (!connection.dead) idle.push(connection);
  };
  return {
    async run(work) {
      const startMs = nowMs();
      let connection: Connection;
      try {
        connection = await acquire();
      } finally {
        // Whoever got none waited too.
        measure(metrics.sqlWait, (nowMs() - startMs) / 1000, pool);
      }
      try {
        return await runOn(connection, work);
      } finally {
        release(connection);
      }
    },
    async end() {
      forget();
      for (const connection of all) {
        if (!connection.dead) connection.sql.release();
        await connection.owner.end({ timeout: 1 });
      }
    },
  };
}

async function runOn<T>(connection: Connection, work: (tx: Tx) => Promise<T> | T): Promise<T> {
  const { closed } = connection;
  const begun = command(connection, 'BEGIN').execute();
  begun.catch((error) => (connection.dead ||= isUnavailable(error)));
  let result: T;
  try {
    result = await Promise.race([work(transaction(connection)), closed]);
  } catch (error) {
    if (!connection.dead)
      await Promise.race([command(connection, 'ROLLBACK'), closed]).catch(() => (connection.dead = true));
    throw error;
  }
  if (connection.dead) throw connectionClosed();
  const ended = await Promise.race([command(connection, 'COMMIT'), closed]);
  // PostgreSQL answers COMMIT with ROLLBACK when a statement failed and its error was ignored.
  if (ended.command !== 'COMMIT')
    throw new Error('the transaction was rolled back because one of its statements failed');
  return result;
}

const command = ({ sql, watch }: Connection, text: string) => watch.follow(sql.unsafe(text));

/** The argument of `work`: the reserved connection's statements, rejected once the connection is closed, and savepoints. */
function transaction(connection: Connection): Tx {
  let savepoints = 0;
  const tx = traced(connection.sql as unknown as Tx, {
    before() {
      if (connection.dead) throw connectionClosed();
    },
    follow: connection.watch.follow,
    async savepoint(work: (tx: Tx) => Promise<unknown>) {
      const name = `s${++savepoints}`;
      await command(connection, `SAVEPOINT ${name}`);
      try {
        const result = await work(tx);
        await command(connection, `RELEASE SAVEPOINT ${name}`);
        return result;
      } catch (error) {
        if (!connection.dead) await command(connection, `ROLLBACK TO SAVEPOINT ${name}`);
        throw error;
      }
    },
  });
  return tx;
}

const connectionClosed = (): Error =>
  Object.assign(new Error('the connection to PostgreSQL was closed'), { code: 'CONNECTION_CLOSED' });
