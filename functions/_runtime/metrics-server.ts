import { createServer, type Server } from 'node:http';

/**
 * Serves Prometheus' text at `/metrics` on a port of its own: a scrape of the function's port would be counted as traffic by Knative, keep the
 * instance alive, and be open to whoever may call the function.
 * @returns the server once it listens. It keeps no process alive.
 */
export function serveMetrics(
  scrape: () => Promise<string>,
  { host, port }: { host: string | undefined; port: number },
): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    if (incoming.url !== '/metrics') return void outgoing.writeHead(404).end();
    scrape().then(
      (text) => outgoing.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(text),
      () => outgoing.writeHead(503).end(),
    );
  }).unref();
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, host, () => resolve(server));
  });
}
