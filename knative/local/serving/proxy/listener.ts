import type { Server as Http1Server } from 'node:http';
import type { Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { RequestHandler, RequestTimeouts } from './client-request.ts';
import { Connection } from './connection.ts';
import { createConnectionLimits } from './connection-limits.ts';
import { createHttp1Server } from './http1-server.ts';
import { createUnsentBytes } from './unsent-bytes.ts';

export interface Listener {
  host: string;
  port: number;
  /** Accepts no more connections, waits up to `graceMs` for requests in progress, then destroys them. */
  close(graceMs: number): Promise<void>;
}

export const usualTimeouts: RequestTimeouts = { headMs: 10_000, bodyMs: 30_000, readMs: 20_000, idleMs: 120_000 };

/** Connections that the kernel may hold until they are accepted: beyond it a client tries again after a second. */
const backlog = 4_096;

/** First byte of HTTP/2's connection preface `PRI * HTTP/2.0`; and the second, which tells it from PUT, POST and PATCH. */
const [letterP, letterR] = [0x50, 0x52];

/**
 * Listens for HTTP/1.x, and for HTTP/2 in clear text from clients that begin with it, and passes every request to
 * `handler`. Rejects with the listener's error (EADDRINUSE …).
 */
export async function listen(
  handler: RequestHandler,
  { port, host = '127.0.0.1', timeouts = usualTimeouts }: { port: number; host?: string; timeouts?: RequestTimeouts },
): Promise<Listener> {
  const limits = createConnectionLimits();
  const unsentBytes = createUnsentBytes();
  const connections = new Map<Duplex, Connection>();
  const connectionOf = (socket: Duplex) => connections.get(socket)!;
  const http1 = createHttp1Server(handler, timeouts, connectionOf);
  // The parser is given a connection once its first bytes have told the protocol.
  const [serveHttp1] = http1.listeners('connection') as ((this: Http1Server, socket: Socket) => void)[];
  let http2: Promise<(connection: Connection) => void> | undefined;
  const serveHttp2 = async (connection: Connection) => {
    http2 ??= import('./http2-server.ts').then((module) => module.createHttp2Server(handler, timeouts));
    (await http2)(connection);
  };
  let sweep: NodeJS.Timeout | undefined;
  const check = () => {
    const now = performance.now();
    for (const connection of connections.values()) connection.check(now);
    if (connections.size > 0) return;
    clearInterval(sweep);
    sweep = undefined;
  };
  http1.removeAllListeners('connection').on('connection', (socket) => {
    const connection = new Connection(socket, timeouts, unsentBytes);
    if (!limits.add(connection)) return;
    connections.set(socket, connection);
    sweep ??= setInterval(check, Math.min(1_000, timeouts.headMs / 2)).unref();
    socket.once('close', () => {
      connections.delete(socket);
      limits.remove(connection);
      connection.closed();
    });
    whenReadable(socket, timeouts.headMs, (first) => {
      if (first[0] === letterP && (first.length === 1 || first[1] === letterR)) void serveHttp2(connection);
      else serveHttp1!.call(http1, socket);
    });
  });
  await new Promise<void>((done, failed) => http1.once('error', failed).listen({ port, host, backlog }, done));
  return {
    host,
    port: (http1.address() as { port: number }).port,
    close: (graceMs) => close(http1, connections, graceMs),
  };
}

/** Calls back with the first bytes of a connection, which stay to be read. One that is silent for `idleMs` ends. */
function whenReadable(socket: Socket, idleMs: number, callback: (first: Buffer) => void): void {
  const onError = () => {};
  const silent = setTimeout(() => socket.destroy(), idleMs).unref();
  socket
    .on('error', onError)
    .once('close', () => clearTimeout(silent))
    .once('readable', () => {
      clearTimeout(silent);
      const first = socket.read() as Buffer | null;
      if (!first) {
        socket.destroy();
        return;
      }
      socket.off('error', onError);
      socket.unshift(first);
      callback(first);
    });
}

async function close(server: Server, connections: Map<Duplex, Connection>, graceMs: number): Promise<void> {
  const closed = new Promise<void>((done) => server.close(() => done()));
  for (const connection of connections.values()) connection.stop();
  const end = setTimeout(() => {
    for (const { socket } of connections.values()) socket.destroy();
  }, graceMs);
  await closed;
  clearTimeout(end);
}
