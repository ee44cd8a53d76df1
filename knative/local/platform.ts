import { chmodSync, mkdirSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { join, resolve } from 'node:path';
import type { Brokers } from './broker.ts';
import { type Builder, type Bundle, createBuilder } from './build.ts';
import { nodeFlags, startChild } from './child.ts';
import type { ServiceStatus } from './console.ts';
import { type Database, openDatabase } from './database.ts';
import { createUpstream } from './deliver.ts';
import { baseEnvironment, canonical, resolveEnvironment } from './environment.ts';
import { lockHome } from './home-lock.ts';
import { createIngress } from './ingress.ts';
import { runJobs } from './jobs.ts';
import { kubernetesApi } from './kubernetes-api.ts';
import { listen } from './listener.ts';
import { localGateway } from './local-gateway.ts';
import { type Container, ManifestError, type Origin, type Platform } from './model.ts';
import { createOperations } from './operations.ts';
import { createOutputs } from './output.ts';
import { type Provided, programOf } from './provided.ts';
import { type Redis, startRedis } from './redis.ts';
import { prepareSecrets } from './secrets.ts';
import { createServices } from './services.ts';
import { shownRoutes } from './shown-routes.ts';
import { createSpare } from './spare.ts';
import { Telemetry } from './telemetry.ts';
import { watchFiles } from './watch.ts';

/** What is to be run, and which files say so. */
export interface Source {
  platform: Platform;
  provided: Provided;
  /** Files of the manifests. */
  files: readonly string[];
}

export interface PlatformOptions {
  /** DORMOUSE_HOME: everything that is kept. */
  home: string;
  /** Reads what is to be run; called again when one of its files has changed. */
  load: () => Promise<Source>;
  /** Folder that programs are found in; default: the project's. */
  root?: string;
  /** 0 = any free port. */
  port?: number;
  consolePort?: number;
  /** Where the ingress listens; default 127.0.0.1. */
  host?: string;
  watch?: boolean;
  spare?: boolean;
  verbose?: boolean;
  /** DATABASE_URL and REDIS_URL. */
  databaseUrl?: string | undefined;
  redisUrl?: string | undefined;
  /** Lines for people: steps of the start, and the functions' output. */
  progress?: (line: string) => void;
  print?: (line: string) => void;
  /** Gives the start up. */
  signal?: AbortSignal;
  /** Pause between two decisions of the autoscaler. */
  tickMs?: number;
}

export interface RunningPlatform {
  url: string;
  consoleUrl: string;
  /** `http://127.0.0.1:PORT/NAMESPACE/NAME` of each Broker. */
  brokerUrls: readonly string[];
  /** What of the Kubernetes API there is, read-only: `kubectl -s URL`. */
  kubernetesUrl: string;
  services(): (ServiceStatus & { pids: number[] })[];
  /** The process that waits for the next cold start, if there is one. */
  sparePid(): number | undefined;
  /** Reads manifests and sources again, as when a file has changed; settles when every roll is over. */
  reload(): Promise<void>;
  /** Finishes what is under way and ends every process. */
  stop(): Promise<void>;
  /** Ends every process at once. */
  kill(): void;
}

const projectRoot = resolve(import.meta.dirname, '../..');
const ingressGraceMs = 30_000;

/**
 * Starts a platform: database, cache, programs, Jobs, then the ingress.
 * @throws ManifestError, BuildError, HomeInUse, or the listener's error with the port it was about
 */
export async function startPlatform(options: PlatformOptions): Promise<RunningPlatform> {
  const { root = projectRoot, host = '127.0.0.1', progress = () => {}, print = () => {}, verbose = false } = options;
  const home = resolve(options.home);
  const ends = new Ends();
  try {
    return await start();
  } catch (error) {
    await ends.run();
    throw error;
  }

  async function start(): Promise<RunningPlatform> {
    mkdirSync(home, { recursive: true });
    ends.add(lockHome(home));
    for (const name of ['build', 'events', 'volumes']) mkdirSync(join(home, name), { recursive: true, mode: 0o700 });
    chmodSync(join(home, 'events'), 0o700);
    const telemetry = new Telemetry();
    const outputs = createOutputs({ telemetry, print, level: verbose ? 'debug' : 'info' });
    let source = await options.load();
    let ready = false;

    const ingress = createIngress({
      virtualHosts: source.platform.virtualHosts,
      target: (name, namespace) => services.find(name, namespace),
      telemetry,
      ready: () => ready,
    });
    const door = await listen(ingress, { port: options.port ?? 8080, host });
    ends.add(() => door.close(0));
    await free(options.consolePort ?? 8081); // before minutes of work, not after

    const builder = createBuilder({ folder: join(home, 'build'), root });
    ends.add(() => builder.rest());
    const launcherBuilt = builder.build(join(import.meta.dirname, 'launcher.ts'));
    const databaseWanted = [...source.provided.secrets.values()].some(({ kind }) => kind === 'database');
    const databaseOpened = databaseWanted
      ? openDatabase({ home: join(home, 'postgres'), url: options.databaseUrl, progress, say: (line) => outputs.say(line, 'error') })
      : undefined;
    const redisWanted = [...source.provided.secrets.values()].some(({ kind }) => kind === 'redis');
    const redisStarted = redisWanted ? startRedis({ home, url: options.redisUrl }) : undefined;
    const programsBuilt = buildAll(source, builder, root, progress);
    const started = await settle([databaseOpened, redisStarted, programsBuilt, launcherBuilt] as const);
    const [database, redis] = [value(started[0]), value(started[1])];
    if (redis) ends.add(() => redis.stop());
    if (database) ends.add(() => database.stop());
    for (const each of started) if (each.status === 'rejected') throw each.reason;
    options.signal?.throwIfAborted();
    let bundles = value(started[2])!;
    const launcher = value(started[3])!.entry;

    const newChild = () => startChild(launcher, baseEnvironment());
    const spare = createSpare({ start: newChild, enabled: options.spare ?? true });
    ends.add(() => spare.close());

    let brokers: Brokers | undefined;
    const brokerServer = await serveHttp((request, response) =>
      brokers ? brokers.handle(request, response) : void response.writeHead(503, { 'retry-after': '1' }).end(),
    );
    ends.add(() => closeHttp(brokerServer));
    const { otlpReceiver } = await import('./otlp.ts');
    const otlpServer = await serveHttp(otlpReceiver(telemetry));
    ends.add(() => closeHttp(otlpServer));
    const kubernetes = await serveHttp(kubernetesApi(() => source.platform));
    ends.add(() => closeHttp(kubernetes));
    const gateway = await listen(
      localGateway((name, namespace) => services.find(name, namespace)),
      { port: 0 },
    );
    ends.add(() => gateway.close(0));
    const addressOf = (address: string) => {
      const { hostname } = new URL(address);
      if (hostname === 'kubernetes.default.svc.cluster.local') return originOf(kubernetes);
      if (hostname === 'knative-local-gateway.istio-system.svc.cluster.local') return `http://127.0.0.1:${gateway.port}`;
      if (hostname === 'broker-ingress.knative-eventing.svc.cluster.local') return originOf(brokerServer);
      if (hostname.startsWith('otel-collector.')) return originOf(otlpServer);
      return services.addressOf(address);
    };
    const unresolved = new Set<string>();
    const environmentOf = (each: { name: string; namespace: string; container: Container }) =>
      resolveEnvironment(each.name, each.namespace, each.container, {
        platform: source.platform,
        home,
        addressOf,
        unresolved(address) {
          if (verbose && !unresolved.has(address)) outputs.say(`${address} leads nowhere on this machine`);
          unresolved.add(address);
        },
      });
    const services = createServices({
      home,
      cwd: root,
      outputs,
      environmentOf,
      tickMs: options.tickMs ?? 2_000,
      process: (env) => (env.NODE_OPTIONS ? startChild(launcher, env, nodeFlags) : spare.take()),
    });
    ends.add(() => services.close());

    const secrets = () =>
      prepareSecrets({ folder: join(home, 'secrets'), recipes: source.provided.secrets, databaseUrl: database?.url ?? '', redisUrl: redis?.url, root });
    await secrets();
    await services.apply(source.platform.services, bundles);
    const jobs = () =>
      runJobs(source.platform.jobs, {
        home,
        launcher,
        cwd: root,
        outputs,
        database: database ? database.identity : '',
        bundleOf: async (job) => bundles.get(`job ${job.namespace}/${job.name}`)!,
        environmentOf,
        progress,
      });
    await jobs();
    options.signal?.throwIfAborted();

    const upstream = createUpstream({
      target: (name, namespace) => services.find(name, namespace),
      addressOf: (url) => url.replace(/^https?:\/\/[^/]+/, (origin) => (origin.includes('.svc') ? (addressOf(canonical(origin)) ?? origin) : origin)),
      brokerOrigin: () => originOf(brokerServer),
    });
    const [{ openBrokers }, { startPingSources }, { startConsole }] = await Promise.all([import('./broker.ts'), import('./ping.ts'), import('./console.ts')]);
    brokers = await openBrokers({ folder: join(home, 'events'), brokers: source.platform.brokers, triggers: source.platform.triggers, upstream, telemetry });
    const opened = brokers;
    ends.add(() => opened.close());
    const pings = startPingSources({ sources: source.platform.pingSources, upstream, telemetry });
    ends.add(() => pings.stop());
    const brokerUrls = source.platform.brokers.map(({ namespace, name }) => `${originOf(brokerServer)}/${namespace}/${name}`);
    const ingressUrl = `http://${reachable(host)}:${door.port}`;
    const operations = createOperations({
      recipe: () => source.provided.operations,
      url: ingressUrl,
      secrets: join(home, 'secrets'),
      root,
      triggers: () => source.platform.triggers,
    });
    const console_ = await startConsole({
      host: '127.0.0.1',
      port: options.consolePort ?? 8081,
      services: () => services.status(),
      routes: () => shownRoutes(ingress.routes),
      brokers: opened,
      eventing: () => source.platform,
      telemetry,
      addresses: { ingress: ingressUrl, brokers: brokerUrls, kubernetes: originOf(kubernetes) },
      operations,
    });
    ends.add(() => console_.close());
    ends.add(() => door.close(ingressGraceMs));
    await builder.rest();
    ready = true;

    let reloading: Promise<void> = Promise.resolve();
    const reload = () => {
      reloading = reloading.then(apply).catch((error: Error) => outputs.say(`nothing was changed: ${error.message}`, 'error'));
      return reloading;
    };
    const watcher = options.watch ? watchFiles(() => void reload()) : undefined;
    const watchAll = () => watcher?.files([...source.files, ...[...bundles.values()].flatMap(({ inputs }) => inputs)]);
    if (watcher) ends.add(() => watcher.close());
    watchAll();

    async function apply(): Promise<void> {
      try {
        const next = await options.load();
        const built = await buildAll(next, builder, root, (line) => outputs.say(line));
        ingress.update(next.platform.virtualHosts);
        source = next;
        bundles = built;
        await secrets();
        await jobs();
        await services.apply(next.platform.services, built);
        opened.update(next.platform.brokers, next.platform.triggers);
        pings.update(next.platform.pingSources);
        await services.rolled();
      } finally {
        watchAll();
        await builder.rest();
      }
    }

    return {
      url: `http://${host.includes(':') ? `[${host}]` : host}:${door.port}`,
      consoleUrl: console_.url,
      brokerUrls,
      kubernetesUrl: originOf(kubernetes),
      services: () => services.status(),
      sparePid: () => spare.pid,
      reload,
      stop: () => ends.run(),
      kill() {
        services.kill();
        for (const pid of [spare.pid, redis?.pid]) if (pid) process.kill(pid, 'SIGKILL');
        const pid = database?.pid();
        if (pid) process.kill(pid, 'SIGQUIT');
      },
    };
  }
}

/** What has to be done at the end, last first; each once. */
class Ends {
  #steps: (() => unknown)[] = [];
  #running: Promise<void> | undefined;

  add(step: () => unknown): void {
    this.#steps.push(step);
  }

  run(): Promise<void> {
    this.#running ??= (async () => {
      for (let step = this.#steps.pop(); step; step = this.#steps.pop()) await Promise.resolve(step()).catch(() => {});
    })();
    return this.#running;
  }
}

type Settled<T> = { [K in keyof T]: PromiseSettledResult<Awaited<T[K]>> };
const settle = <T extends readonly unknown[]>(all: T) => Promise.allSettled(all) as Promise<Settled<T>>;
const value = <T>(settled: PromiseSettledResult<T>): T | undefined => (settled.status === 'fulfilled' ? settled.value : undefined);

/** Programs of every Service and Job, at once. Keys are `namespace/name`, those of Jobs `job namespace/name`. */
async function buildAll({ platform, provided }: Source, builder: Builder, root: string, progress: (line: string) => void): Promise<Map<string, Bundle>> {
  const wanted: { key: string; container: Container; origin: Origin }[] = [
    ...platform.services.map(({ namespace, name, container, origin }) => ({ key: `${namespace}/${name}`, container, origin })),
    ...platform.jobs.map(({ namespace, name, container, origin }) => ({ key: `job ${namespace}/${name}`, container, origin })),
  ];
  const built = await Promise.all(
    wanted.map(async ({ key, container: { image, command }, origin }) => {
      if (command.length > 0) throw new ManifestError(origin, 'command: the program of the image is run here; use args');
      const program = programOf(image, provided, root);
      if (!program) throw new ManifestError(origin, `${image}: no program is known for this image; name it in platform.yaml`);
      return [key, await builder.build(program.program, program.files)] as const;
    }),
  );
  const fresh = built.filter(([, bundle]) => bundle.fresh).map(([key]) => key.replace(/^.*\//, ''));
  if (fresh.length > 0) progress(`functions built: ${fresh.join(', ')}`);
  return new Map(built);
}

/** Throws the listener's error (EADDRINUSE …) when nobody could listen there. */
async function free(port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((done, failed) => server.once('error', failed).listen(port, '127.0.0.1', done));
  await closeHttp(server);
}

async function serveHttp(handle: RequestListener): Promise<Server> {
  const server = createServer({ keepAliveTimeout: 65_000 }, handle);
  await new Promise<void>((done, failed) => server.once('error', failed).listen(0, '127.0.0.1', done));
  return server;
}

/** A host as a URL names it; one that means every address is reached by loopback. */
const reachable = (host: string) => (host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host);

const originOf = (server: Server) => `http://127.0.0.1:${(server.address() as { port: number }).port}`;

function closeHttp(server: Server): Promise<void> {
  return new Promise((done) => {
    server.close(() => done());
    server.closeAllConnections();
  });
}

export type { Database, Redis };
