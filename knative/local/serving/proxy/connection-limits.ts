import type { Connection } from './connection.ts';

/**
 * Connections of one address: enough for two hundred readers behind one address, with the six that a browser opens, and
 * more. And of all addresses.
 */
const [addressLimit, totalLimit] = [2_048, 8_192];

export interface ConnectionLimits {
  /**
   * Counts a connection. Above a limit it ends that one of the same address that has waited longest for its client, or,
   * when functions work for all of them, the new one.
   * @returns false when the new one was ended
   */
  add(connection: Connection): boolean;
  remove(connection: Connection): void;
}

export function createConnectionLimits(perAddress = addressLimit, total = totalLimit): ConnectionLimits {
  const byAddress = new Map<string, Set<Connection>>();
  let count = 0;

  /** The address with most connections has to give one up. */
  const largest = (): Set<Connection> => {
    let found = new Set<Connection>();
    for (const each of byAddress.values()) if (each.size > found.size) found = each;
    return found;
  };
  const remove = (connection: Connection) => {
    const same = byAddress.get(connection.address);
    if (!same?.delete(connection)) return;
    count--;
    if (same.size === 0) byAddress.delete(connection.address);
  };

  return {
    add(connection) {
      const same = byAddress.get(connection.address) ?? new Set();
      const full = same.size >= perAddress ? same : count >= total ? largest() : undefined;
      if (full) {
        const longest = waitsLongest(full);
        const gone = longest ?? connection;
        remove(gone);
        gone.socket.destroy();
        if (gone === connection) return false;
      }
      byAddress.set(connection.address, same.add(connection));
      count++;
      return true;
    },
    remove,
  };
}

/** The connection that has waited longest for its client: it sends nothing, or a request that is not complete. */
function waitsLongest(connections: Iterable<Connection>): Connection | undefined {
  let found: Connection | undefined;
  for (const each of connections) if (!each.inFunction && (!found || each.idleSince < found.idleSince)) found = each;
  return found;
}
