import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** Answers a request for metrics, in its own time. Rejects where there is nothing to answer. */
export type Scrape = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>;

/**
 * Serves Prometheus' text format at `/metrics` on a separate port: Knative would count a scrape of the function's port as traffic, keep the
 * instance alive, and expose it to every caller of the function.
 * @returns the server once it listens. It keeps no process alive.
 */
export function serveMetrics(
  scrape: Scrape,
  { host, port }: { host: string | undefined; port: number },
): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    if (incoming.url !== '/metrics') return void outgoing.writeHead(404).end();
    scrape(incoming, outgoing).catch(() => outgoing.writeHead(503).end());
  }).unref();
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, host, () => resolve(server));
  });
}
