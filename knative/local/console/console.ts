import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { countedListener } from '@dormouse/telemetry/counted-listener';
import { logFailure } from './log-failure.ts';
import type { ConsoleSources } from './sources.ts';

export interface ConsoleOptions extends ConsoleSources {
  /** Loopback only. */
  host: string;
  /** 0 takes a free one. */
  port: number;
}

/**
 * Serves the console's pages and JSON: only forms of its own pages change something.
 * Rejects with the listener's error.
 */
export async function startConsole({
  host,
  port,
  ...sources
}: ConsoleOptions): Promise<{ url: string; close(): Promise<void> }> {
  // Most starts never show the console: its routes and pages are loaded by the first request.
  let listener: Promise<RequestListener> | undefined;
  const respond: RequestListener = async (request, response) => {
    listener ??= import('./app.ts').then(({ consoleListener }) => consoleListener(sources));
    await listener.then(
      (loaded) => loaded(request, response),
      (error) => {
        logFailure(sources.telemetry, error);
        response.writeHead(500).end();
      },
    );
  };
  const server = createServer(
    { headersTimeout: 10_000, requestTimeout: 30_000 },
    countedListener(respond, sources.telemetry.requests, 'console'),
  );
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  const { address, port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${address.includes(':') ? `[${address}]` : address}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
