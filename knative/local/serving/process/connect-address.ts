import { Socket } from 'node:net';

const self = new Set<unknown>([undefined, null, '', 'localhost', '127.0.0.1', '::1']);

/**
 * Makes connections of this process to its own machine go to the address of its instance: there the containers beside it
 * listen, as on the loopback of a Pod.
 * @param leave ports of the platform, which are reached as they are
 */
export function connectWithin(host: string, leave: ReadonlySet<number>): void {
  const { connect } = Socket.prototype;
  Socket.prototype.connect = function (this: Socket, ...given: unknown[]): Socket {
    return (connect as (...args: unknown[]) => Socket).apply(this, within(given, host, leave));
  } as typeof connect;
}

function within(given: unknown[], host: string, leave: ReadonlySet<number>): unknown[] {
  const [first, ...rest] = given;
  // net.connect passes its arguments on as one list that it has put in order.
  if (Array.isArray(first)) {
    first[0] = changed(first[0], host, leave);
    return given;
  }
  if (typeof first === 'object' && first !== null) return [changed(first, host, leave), ...rest];
  const port = Number(first);
  if (!Number.isInteger(port) || leave.has(port)) return given;
  const [named, ...more] = rest;
  if (typeof named === 'string') return self.has(named) ? [first, host, ...more] : given;
  return [first, host, ...rest];
}

function changed(options: unknown, host: string, leave: ReadonlySet<number>): unknown {
  const { port, host: to } = options as { port?: unknown; host?: unknown };
  const replaced = port !== undefined && self.has(to) && !leave.has(Number(port));
  return replaced ? { ...(options as object), host } : options;
}
