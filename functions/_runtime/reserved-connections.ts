import { metrics } from '@dormouse/signals/metrics';
import { measure, onPush } from './measure.ts';
import { type OpenClient, type ReservedConnection, reserveConnection } from './reserved-connection.ts';
import type { responseWatchdog } from './response-watchdog.ts';

/** Connections that are held for transactions alone. */
export interface ReservedConnections {
  /** @throws what kept a connection from being made, or hung */
  acquire(): Promise<ReservedConnection> | ReservedConnection;
  release(connection: ReservedConnection): void;
  end(): Promise<void>;
}

/** The attributes of their metrics. */
export const pool = { 'db.client.connection.pool.name': 'transactions' } as const;

/** At most `max` connections, made when they are needed and kept; whoever finds none waits for the next that is released. */
export function reservedConnections(
  open: OpenClient,
  watch: ReturnType<typeof responseWatchdog>,
  max: number,
): ReservedConnections {
  const idle: ReservedConnection[] = [];
  const waiting: { resolve: (connection: ReservedConnection) => void; reject: (error: unknown) => void }[] = [];
  const all = new Set<ReservedConnection>();
  let opened = 0;
  const forget = measureConnections(max, () => ({ opened, unused: idle.length }));

  /** For when no connection is left that could be handed on. */
  const rejectPending = (error: unknown) => {
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  const discard = (connection: ReservedConnection) => {
    if (!all.delete(connection)) return;
    opened--;
    void connection.owner.end({ timeout: 0 });
  };
  const onClosed = (connection: ReservedConnection) => {
    const at = idle.indexOf(connection);
    if (at < 0) return;
    idle.splice(at, 1);
    discard(connection);
  };
  const connect = async (): Promise<ReservedConnection> => {
    opened++;
    try {
      const connection = await reserveConnection({ open, watch, onHung: rejectPending, onClosed });
      all.add(connection);
      return connection;
    } catch (error) {
      opened--;
      if (all.size === 0) rejectPending(error);
      throw error;
    }
  };
  return {
    acquire() {
      const connection = idle.pop();
      if (connection) return connection;
      if (opened < max) return connect();
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    release(connection) {
      if (connection.dead) discard(connection);
      const next = waiting.shift();
      if (next) {
        if (connection.dead) connect().then(next.resolve, next.reject);
        else next.resolve(connection);
      } else if (!connection.dead) idle.push(connection);
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

/** Measures at each push how many there are; at the last push none. @returns how to stop */
const measureConnections = (max: number, count: () => { opened: number; unused: number }) =>
  onPush((ending) => {
    const { opened, unused } = ending ? { opened: 0, unused: 0 } : count();
    measure(metrics.sqlConnections, opened - unused, { ...pool, 'db.client.connection.state': 'used' });
    measure(metrics.sqlConnections, unused, { ...pool, 'db.client.connection.state': 'idle' });
    measure(metrics.sqlConnectionsMax, ending ? 0 : max, pool);
  });
