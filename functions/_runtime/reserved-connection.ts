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
  closed: Promise<never>;
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
  const { promise: closed, reject } = Promise.withResolvers<never>();
  closed.catch(() => {});
  let connection: ReservedConnection | undefined;
  const watch = options.watch((error) => {
    if (connection) connection.dead = true;
    void owner.end({ timeout: 0 });
    reject(error);
    options.onHung(error);
  });
  const owner = options.open(() => {
    watch.stop();
    reject(connectionClosed());
    if (!connection) return;
    connection.dead = true;
    options.onClosed(connection);
  });
  try {
    // reserve() on a client that is not connected loses the connection when connecting fails.
    await Promise.race([watch.follow(owner`SELECT 1`), closed]);
    return (connection = { sql: await owner.reserve(), owner, watch, dead: false, closed });
  } catch (error) {
    void owner.end({ timeout: 0 });
    throw error;
  }
}

export const connectionClosed = (): Error =>
  Object.assign(new Error('the connection to PostgreSQL was closed'), { code: 'CONNECTION_CLOSED' });
