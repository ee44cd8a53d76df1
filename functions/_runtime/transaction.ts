import { isUnavailable } from './errors.ts';
import { connectionClosed, type ReservedConnection } from './reserved-connection.ts';
import type { Tx } from './sql-types.ts';
import { traced } from './traced-sql.ts';

/**
 * One transaction. Statements are pipelined: BEGIN leaves with the first statement, COMMIT right behind the last, so that a
 * transaction costs one round trip per awaited statement and one to commit.
 *
 * postgres.js's own `begin` waits for BEGIN, and rolls back on a connection that is already gone, which ends the process.
 */
export async function runTransaction<T>(connection: ReservedConnection, work: (tx: Tx) => Promise<T> | T): Promise<T> {
  const { whileOpen } = connection;
  const begun = command(connection, 'BEGIN').execute();
  begun.catch((error) => (connection.dead ||= isUnavailable(error)));
  let result: T;
  try {
    result = await whileOpen(work(statementsOf(connection)));
  } catch (error) {
    if (!connection.dead) await whileOpen(command(connection, 'ROLLBACK')).catch(() => (connection.dead = true));
    throw error;
  }
  if (connection.dead) throw connectionClosed();
  const ended = await whileOpen(command(connection, 'COMMIT'));
  // PostgreSQL answers COMMIT with ROLLBACK when a statement failed and its error was ignored.
  if (ended.command !== 'COMMIT')
    throw new Error('the transaction was rolled back because one of its statements failed');
  return result;
}

const command = ({ sql, watch }: ReservedConnection, text: string) => watch.follow(sql.unsafe(text));

/** The argument of `work`: the reserved connection's statements, rejected once the connection is closed, and savepoints. */
function statementsOf(connection: ReservedConnection): Tx {
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
