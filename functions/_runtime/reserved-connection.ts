import type postgres from 'postgres';
import type { ResponseWatchdog, responseWatchdog } from './response-watchdog.ts';
import type { Sql } from './sql-types.ts';

/** A connection that one transaction at a time has for itself. */
export interface ReservedConnection {
  sql: postgres.ReservedSql;
  owner: Sql;
  watch: ResponseWatchdog;
  /** Set in the moment the socket closes or is given up; a statement issued after that would never be answered. */
  dead: boolean;
  /**
   * Settles as `work` does, or rejects when the connection closes first. Promise.race with one promise for all of them would hold
   * every result for as long as the connection lives.
   */
  whileOpen<T>(work: PromiseLike<T> | T): Promise<T>;
}

/** Makes a client of one connection and calls `onclose` when that closes. */
export type OpenClient = (onclose: () => void) => Sql;

export interface ConnectionOptions {
  open: OpenClient;
  watch: ReturnType<typeof responseWatchdog>;
  /** The server answers nothing on it any more. */
  onHung: (error: unknown) => void;
  onClosed: (connection: ReservedConnection) => void;
}

/** @throws what kept it from being made */
export async function reserveConnection(options: ConnectionOptions): Promise<ReservedConnection> {
  const { whileOpen, close } = untilClosed();
  let connection: ReservedConnection | undefined;
  const watch = options.watch((error) => {
    if (connection) connection.dead = true;
    void owner.end({ timeout: 0 });
    close(error);
    options.onHung(error);
  });
  const owner = options.open(() => {
    watch.stop();
    close(connectionClosed());
    if (!connection) return;
    connection.dead = true;
    options.onClosed(connection);
  });
  try {
    // reserve() on a client that is not connected loses the connection when connecting fails.
    await whileOpen(watch.follow(owner`SELECT 1`));
    return (connection = { sql: await owner.reserve(), owner, watch, dead: false, whileOpen });
  } catch (error) {
    void owner.end({ timeout: 0 });
    throw error;
  }
}

/** `close` rejects everything that `whileOpen` waits for, and what it is given later; the first reason stays. */
function untilClosed(): Pick<ReservedConnection, 'whileOpen'> & { close: (reason: unknown) => void } {
  const waiting = new Set<(reason: unknown) => void>();
  let closed: { reason: unknown } | undefined;
  return {
    whileOpen<T>(work: PromiseLike<T> | T) {
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      if (closed) reject(closed.reason);
      else waiting.add(reject);
      void Promise.resolve(work)
        .then(resolve, reject)
        .then(() => waiting.delete(reject));
      return promise;
    },
    close(reason) {
      closed ??= { reason };
      for (const reject of waiting) reject(closed.reason);
      waiting.clear();
    },
  };
}

export const connectionClosed = (): Error =>
  Object.assign(new Error('the connection to PostgreSQL was closed'), { code: 'CONNECTION_CLOSED' });
