import { createServer, type Server } from 'node:http';
import { setPublicUrl, trustHeader } from './address.ts';
import { type Config, readConfig } from './config.ts';
import { closeConnections } from './http.ts';
import { type App, listener } from './listener.ts';
import { type Logger, openLog } from './log.ts';
import type { Scrape } from './metrics-server.ts';
import { openRuntime, type Runtime } from './runtime.ts';
import { setPurgeForm } from './surrogate-keys.ts';
import { openTelemetry } from './telemetry.ts';

export type { Runtime } from './runtime.ts';

export interface ServeOptions {
  /** false for a function without a database: postgres is then never loaded, and /readyz asks nothing. */
  database?: boolean;
  /** It has something to answer while its database does not, so that /readyz asks nothing. */
  readyWithoutDatabase?: boolean;
  /** Largest request body in bytes; 256 KiB unless said. */
  bodyLimit?: number | ((method: string, path: string) => number);
  /** Bytes of all request bodies at a time; 32 MiB unless said. */
  bodiesLimit?: number;
}

/** Longest wait for running requests and the outbox at the end; Knative kills after it. */
const drainMs = 15_000;
/** Maximum wait for telemetry and log after an unhandled error. */
const lastWordsMs = 2000;

/**
 * Starts a function: listens at once, then builds it; requests that come in between wait. Ends the process with 0 on SIGTERM or
 * when its parent is gone, after the running requests, the outbox and the telemetry; with 1 on an unhandled error.
 * @example await serve('posts', ({ sql, outbox, tokens }) => createApp({ posts: store(sql), outbox, tokens }));
 */
export async function serve(
  name: string,
  build: (runtime: Runtime) => App | Promise<App>,
  options: ServeOptions = {},
): Promise<void> {
  const config = readConfig(undefined, name);
  const log = openLog(config);
  trustHeader(config.clientAddressHeader, config.clientProof);
  setPublicUrl(config.publicUrl);
  setPurgeForm(config.purgeForm);
  const telemetry = openTelemetry(config);
  const { runtime, eventVerifier, loadDatabase, ready, close } = openRuntime(config, log);
  const app = Promise.withResolvers<App>();
  const { prometheus } = config.telemetry;
  const server = createServer(
    { keepAliveTimeout: 65_000, headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 1000 },
    listener({
      name,
      log,
      app: app.promise,
      bodyLimit: options.bodyLimit,
      bodiesLimit: options.bodiesLimit,
      ready: options.readyWithoutDatabase ? async () => {} : ready,
      eventVerifier,
      accessLog: config.accessLog,
      startedMs: config.startedMs,
    }),
  );
  const end = once(async (code: number) => {
    const timer = setTimeout(() => process.exit(1), drainMs);
    await stopped(server);
    await telemetry.lastLook();
    await close().catch((error) => log.warn({ error }, 'connections did not close in order'));
    closeConnections();
    await telemetry.close();
    await log.flush();
    clearTimeout(timer);
    process.exit(code);
  });
  const die = (error: unknown) => {
    log.error({ error }, 'unhandled error');
    const timer = setTimeout(() => process.exit(1), lastWordsMs);
    void Promise.allSettled([telemetry.close(), log.flush()]).finally(() => {
      clearTimeout(timer);
      process.exit(1);
    });
  };
  process.on('SIGTERM', () => end(0)).on('SIGINT', () => end(0));
  process.on('disconnect', () => end(0));
  process.on('uncaughtException', die).on('unhandledRejection', die);
  await listening(server, config.port);
  if (options.database !== false) await loadDatabase();
  app.resolve(await build(runtime));
  const scraped = telemetry.scrape && (await openMetrics(telemetry.scrape, prometheus, log));
  process.send?.({ type: 'ready', port: portOf(server), ...(scraped && { metricsPort: portOf(scraped) }) });
}

const portOf = (server: Server): number => (server.address() as { port: number }).port;

/** A port that is taken costs the metrics, not the function. */
async function openMetrics(
  scrape: Scrape,
  at: Config['telemetry']['prometheus'],
  log: Logger,
): Promise<Server | undefined> {
  const { serveMetrics } = await import('./metrics-server.ts');
  return serveMetrics(scrape, at).catch((error) => void log.error({ error }, 'metrics cannot be served'));
}

const listening = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, resolve);
  });

/** Takes no new connections and lets the running requests finish. */
function stopped(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setInterval(() => server.closeIdleConnections(), 25);
  server.close(() => resolve());
  return promise.finally(() => clearInterval(timer));
}

function once<A extends unknown[]>(work: (...args: A) => Promise<void>): (...args: A) => void {
  let begun = false;
  return (...args) => {
    if (begun) return;
    begun = true;
    void work(...args);
  };
}
