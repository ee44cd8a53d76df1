import { metrics } from '@dormouse/signals/metrics';
import { measure } from './measure.ts';
import type { OpenClient, ReservedConnection } from './reserved-connection.ts';
import { pool, reservedConnections } from './reserved-connections.ts';
import type { responseWatchdog } from './response-watchdog.ts';
import type { Tx } from './sql-types.ts';
import { nowMs } from './trace.ts';
import { runTransaction } from './transaction.ts';

export interface Transactions {
  run<T>(work: (tx: Tx) => Promise<T> | T): Promise<T>;
  end(): Promise<void>;
}

/**
 * Transactions on connections that are held for them alone, at most `max`.
 *
 * @param open makes a client of one connection and calls `onclose` when that closes.
 * @param watch reports connections that no longer answer; requests that wait for such a connection fail.
 */
export function transactions(open: OpenClient, watch: ReturnType<typeof responseWatchdog>, max: number): Transactions {
  const connections = reservedConnections(open, watch, max);
  return {
    async run(work) {
      const startMs = nowMs();
      let connection: ReservedConnection;
      try {
        connection = await connections.acquire();
      } finally {
        // A request that got no connection waited as well.
        measure(metrics.sqlWait, (nowMs() - startMs) / 1000, pool);
      }
      try {
        return await runTransaction(connection, work);
      } finally {
        connections.release(connection);
      }
    },
    end: () => connections.end(),
  };
}
