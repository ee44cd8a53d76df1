import { createServer, type Server } from 'node:net';
import { ClientConnection, type ConnectionTimeouts, type RequestHandler } from './client-connection.ts';

export interface Listener {
  host: string;
  port: number;
  /** Accepts no more connections, waits up to `graceMs` for requests in progress, then destroys them. */
  close(graceMs: number): Promise<void>;
}

export const usualTimeouts: ConnectionTimeouts = { headMs: 10_000, bodyMs: 30_000, idleMs: 120_000 };

/** Listens for HTTP/1.1 and passes every request to `handler`. Rejects with the listener's error (EADDRINUSE …). */
export async function listen(
  handler: RequestHandler,
  {
    port,
    host = '127.0.0.1',
    timeouts = usualTimeouts,
  }: { port: number; host?: string; timeouts?: ConnectionTimeouts },
): Promise<Listener> {
  const connections = new Set<ClientConnection>();
  let sweep: NodeJS.Timeout | undefined;
  const check = () => {
    const now = performance.now();
    for (const connection of connections) connection.check(now, timeouts);
    if (connections.size > 0) return;
    clearInterval(sweep);
    sweep = undefined;
  };
  const tracked: RequestHandler = {
    accept: (connection) => handler.accept(connection),
    responseFields: (connection, head) => handler.responseFields(connection, head),
    problem: (connection, problem) => handler.problem(connection, problem),
    finished: (connection, status, bytes) => handler.finished(connection, status, bytes),
    closed(connection) {
      connections.delete(connection);
      handler.closed(connection);
    },
  };
  const server = createServer({ noDelay: true }, (socket) => {
    connections.add(new ClientConnection(socket, tracked));
    sweep ??= setInterval(check, Math.min(1_000, timeouts.headMs / 2)).unref();
  });
  await new Promise<void>((done, failed) => server.once('error', failed).listen(port, host, done));
  return {
    host,
    port: (server.address() as { port: number }).port,
    close: (graceMs) => close(server, connections, graceMs),
  };
}

async function close(server: Server, connections: Set<ClientConnection>, graceMs: number): Promise<void> {
  const closed = new Promise<void>((done) => server.close(() => done()));
  for (const connection of connections) connection.stop();
  const end = setTimeout(() => {
    for (const connection of connections) connection.destroy();
  }, graceMs);
  await closed;
  clearTimeout(end);
}
