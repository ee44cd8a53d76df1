import { createServer, type RequestListener, type Server } from 'node:http';

/** Checks that a loopback port is free. @throws the listener's error (EADDRINUSE …) */
export async function mustBeFree(port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((done, failed) => server.once('error', failed).listen(port, '127.0.0.1', done));
  await closeHttp(server);
}

/** An HTTP listener on a free port of loopback. */
export async function serveHttp(handle: RequestListener): Promise<Server> {
  // Events may be 64 KiB of attributes: maxHeadBytes in broker-ingress.ts, which is not loaded yet.
  const server = createServer({ keepAliveTimeout: 65_000, maxHeaderSize: 96 * 1024 }, handle);
  await new Promise<void>((done, failed) => server.once('error', failed).listen(0, '127.0.0.1', done));
  return server;
}

export const originOf = (server: Server) => `http://127.0.0.1:${(server.address() as { port: number }).port}`;

export function closeHttp(server: Server): Promise<void> {
  return new Promise((done) => {
    server.close(() => done());
    server.closeAllConnections();
  });
}
