import { chmodSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Backing, startBacking } from './backing.ts';
import type { Brokers } from './broker.ts';
import { nodeFlags, startChild } from './child.ts';
import type { ServiceStatus } from './console.ts';
import { createUpstream } from './deliver.ts';
import { Ends } from './ends.ts';
import { baseEnvironment, canonical, resolveEnvironment } from './environment.ts';
import { lockHome } from './home-lock.ts';
import { createIngress, type Ingress } from './ingress.ts';
import { type Inside, openInside } from './inside.ts';
import { mustBeFree } from './internal-http.ts';
import { runJobs } from './jobs.ts';
import { type Listener, listen } from './listener.ts';
import type { Container, Platform } from './model.ts';
import { createOperations } from './operations.ts';
import type { Received } from './otlp.ts';
import { createOutputs, type Outputs } from './output.ts';
import type { PingSources } from './ping.ts';
import { buildAll } from './programs.ts';
import type { Provided } from './provided.ts';
import { prepareSecrets } from './secrets.ts';
import { createServices, type Services } from './services.ts';
import { shownRoutes } from './shown-routes.ts';
import { createSpare, type Spare } from './spare.ts';
import type { Store } from './store.ts';
import { Telemetry } from './telemetry.ts';
import { type TelemetryFiles, telemetryFiles } from './telemetry-files.ts';
import type { Upstream } from './upstream.ts';
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
  /** Address of an OTLP/HTTP receiver that all telemetry goes on to. */
  observe?: string | undefined;
  /** Lines for people: steps of the start, and the functions' output. */
  progress?: (line: string) => void;
  print?: (line: string) => void;
  /** Gives the start up. */
  signal?: AbortSignal;
  /** Pause between two decisions of the autoscaler. */
  tickMs?: number;
  /** Opens the store of a folder of the brokers: the real disk unless told. */
  stores?: (folder: string) => Store;
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
  const ends = new Ends();
  try {
    return await start(options, ends);
  } catch (error) {
    await ends.run();
    throw error;
  }
}

/** What every step of the start works with. */
interface Ground extends Omit<PlatformOptions, 'root' | 'host' | 'progress'> {
  root: string;
  host: string;
  progress: (line: string) => void;
  ends: Ends;
  telemetry: Telemetry;
  kept: TelemetryFiles;
  /** Sends telemetry on, when it is to go somewhere. */
  received: Received | undefined;
  outputs: Outputs;
  /** What is run now; a reload replaces it. */
  source: Source;
  /** Everything is up. */
  ready: boolean;
  services: Services | undefined;
  brokers: Brokers | undefined;
}

async function start(options: PlatformOptions, ends: Ends): Promise<RunningPlatform> {
  const ground = await prepare(options, ends);
  const { ingress, door } = await openDoor(ground);
  const backing = await startBacking(ground);
  const spare = createSpare({ start: () => startChild(backing.launcher, baseEnvironment()), enabled: options.spare ?? true });
  ends.add(() => spare.close());
  const inside = await openInside({ ...ground, platform: () => ground.source.platform, target: targetOf(ground), handle: () => ground.brokers?.handle });
  const functions = await startFunctions(ground, { backing, inside, spare });
  options.signal?.throwIfAborted();
  const eventing = await startEventing(ground, inside);
  const brokerUrls = ground.source.platform.brokers.map(({ namespace, name }) => `${inside.brokers}/${namespace}/${name}`);
  const console_ = await openConsole(ground, {
    brokers: eventing.brokers,
    services: functions.services,
    ingress,
    addresses: { ingress: `http://${reachable(ground.host)}:${door.port}`, brokers: brokerUrls, kubernetes: inside.kubernetes },
  });
  ends.add(() => door.close(ingressGraceMs));
  await backing.builder.rest();
  ground.ready = true;
  void ground.kept.load();
  return {
    url: `http://${inUrl(ground.host)}:${door.port}`,
    consoleUrl: console_.url,
    brokerUrls,
    kubernetesUrl: inside.kubernetes,
    services: () => functions.services.status(),
    sparePid: () => spare.pid,
    reload: reloading(ground, { backing, ingress, functions, eventing }),
    stop: () => ends.run(),
    kill() {
      functions.services.kill();
      for (const pid of [spare.pid, backing.redis?.pid]) if (pid) process.kill(pid, 'SIGKILL');
      const pid = backing.database?.pid();
      if (pid) process.kill(pid, 'SIGQUIT');
    },
  };
}

/** Locks the folder and reads what is to be run. */
async function prepare(options: PlatformOptions, ends: Ends): Promise<Ground> {
  const { root = projectRoot, host = '127.0.0.1', progress = () => {}, print = () => {}, verbose = false } = options;
  const home = resolve(options.home);
  mkdirSync(home, { recursive: true });
  ends.add(lockHome(home));
  for (const name of ['build', 'events', 'volumes']) mkdirSync(join(home, name), { recursive: true, mode: 0o700 });
  chmodSync(join(home, 'events'), 0o700);
  const telemetry = new Telemetry();
  const outputs = createOutputs({ telemetry, print, level: verbose ? 'debug' : 'info' });
  const kept = telemetryFiles({ folder: join(home, 'telemetry'), telemetry, say: (line) => outputs.say(line, 'error') });
  ends.add(() => kept.close());
  const received = await observed(options.observe, telemetry, outputs, ends);
  const source = await options.load();
  return { ...options, root, host, progress, home, ends, telemetry, kept, received, outputs, source, ready: false, services: undefined, brokers: undefined };
}

async function observed(url: string | undefined, telemetry: Telemetry, outputs: Outputs, ends: Ends): Promise<Received | undefined> {
  if (!url) return undefined;
  const { forward } = await import('./forward.ts');
  const sender = forward({ url, telemetry, say: (line) => outputs.say(line) });
  ends.add(() => sender.close());
  return sender.received;
}

const targetOf = (ground: Ground) => (name: string, namespace: string) => ground.services?.find(name, namespace);

/** Takes the ports before minutes of work, not after. */
async function openDoor(ground: Ground): Promise<{ ingress: Ingress; door: Listener }> {
  const { source, telemetry, host, port = 8080, consolePort = 8081, ends } = ground;
  const ingress = createIngress({ virtualHosts: source.platform.virtualHosts, target: targetOf(ground), telemetry, ready: () => ground.ready });
  const door = await listen(ingress, { port, host });
  ends.add(() => door.close(0));
  await mustBeFree(consolePort);
  return { ingress, door };
}

/** The Services, and how Secrets and Jobs are brought up to date with the source. */
interface Functions {
  services: Services;
  secrets(): Promise<void>;
  jobs(): Promise<void>;
}

async function startFunctions(ground: Ground, { backing, inside, spare }: { backing: Backing; inside: Inside; spare: Spare }): Promise<Functions> {
  const { home, root, outputs, progress, ends } = ground;
  const { launcher, database, redis } = backing;
  const environmentOf = environments(ground, (address) => inside.addressOf(address) ?? services.addressOf(address));
  const services = createServices({
    home,
    cwd: root,
    outputs,
    environmentOf,
    tickMs: ground.tickMs ?? 2_000,
    process: (env) => (env.NODE_OPTIONS ? startChild(launcher, env, nodeFlags) : spare.take()),
  });
  ground.services = services;
  ends.add(() => services.close());
  const functions: Functions = {
    services,
    secrets: () =>
      prepareSecrets({
        folder: join(home, 'secrets'),
        recipes: ground.source.provided.secrets,
        databaseUrl: database?.url ?? '',
        redisUrl: redis?.url,
        root,
      }),
    jobs: () =>
      runJobs(ground.source.platform.jobs, {
        home,
        launcher,
        cwd: root,
        outputs,
        database: database ? database.identity : '',
        bundleOf: async (job) => backing.bundles.get(`job ${job.namespace}/${job.name}`)!,
        environmentOf,
        progress,
      }),
  };
  await functions.secrets();
  await services.apply(ground.source.platform.services, backing.bundles);
  await functions.jobs();
  return functions;
}

function environments(ground: Ground, addressOf: (address: string) => string | undefined) {
  const unresolved = new Set<string>();
  return (each: { name: string; namespace: string; container: Container }) =>
    resolveEnvironment(each.name, each.namespace, each.container, {
      platform: ground.source.platform,
      home: ground.home,
      addressOf,
      unresolved(address) {
        if (ground.verbose && !unresolved.has(address)) ground.outputs.say(`${address} leads nowhere on this machine`);
        unresolved.add(address);
      },
    });
}

interface Eventing {
  brokers: Brokers;
  pings: PingSources;
}

async function startEventing(ground: Ground, inside: Inside): Promise<Eventing> {
  const { home, telemetry, stores, ends } = ground;
  const { brokers: declared, triggers, pingSources } = ground.source.platform;
  const here = (origin: string) => inside.addressOf(canonical(origin)) ?? ground.services?.addressOf(canonical(origin)) ?? origin;
  const upstream: Upstream = createUpstream({
    target: targetOf(ground),
    addressOf: (url) => url.replace(/^https?:\/\/[^/]+/, (origin) => (origin.includes('.svc') ? here(origin) : origin)),
    brokerOrigin: () => inside.brokers,
  });
  const [{ openBrokers }, { startPingSources }] = await Promise.all([import('./broker.ts'), import('./ping.ts')]);
  const brokers = await openBrokers({ folder: join(home, 'events'), brokers: declared, triggers, upstream, telemetry, ...(stores && { stores }) });
  ground.brokers = brokers;
  ends.add(() => brokers.close());
  const pings = startPingSources({ sources: pingSources, upstream, telemetry });
  ends.add(() => pings.stop());
  return { brokers, pings };
}

interface Shown {
  brokers: Brokers;
  services: Services;
  ingress: Ingress;
  addresses: { ingress: string; brokers: readonly string[]; kubernetes: string };
}

async function openConsole(ground: Ground, { brokers, services, ingress, addresses }: Shown): Promise<{ url: string }> {
  const { home, root, telemetry, consolePort = 8081, ends } = ground;
  const [{ startConsole }, { measurePlatform }] = await Promise.all([import('./console.ts'), import('./platform-metrics.ts')]);
  ends.add(measurePlatform({ telemetry, services: () => services.status(), brokers }));
  const operations = createOperations({
    recipe: () => ground.source.provided.operations,
    url: addresses.ingress,
    secrets: join(home, 'secrets'),
    root,
    triggers: () => ground.source.platform.triggers,
  });
  const console_ = await startConsole({
    host: '127.0.0.1',
    port: consolePort,
    services: () => services.status(),
    routes: () => shownRoutes(ingress.routes),
    brokers,
    eventing: () => ground.source.platform,
    telemetry,
    addresses,
    operations,
  });
  ends.add(() => console_.close());
  return console_;
}

interface Changing {
  backing: Backing;
  ingress: Ingress;
  functions: Functions;
  eventing: Eventing;
}

/** How manifests and sources are read again, one time after the other; with `watch` also when a file changes. */
function reloading(ground: Ground, { backing, ingress, functions, eventing }: Changing): () => Promise<void> {
  const { root, outputs, ends } = ground;
  const apply = async () => {
    try {
      const next = await ground.load();
      const built = await buildAll(next, backing.builder, root, (line) => outputs.say(line));
      ingress.update(next.platform.virtualHosts);
      ground.source = next;
      backing.bundles = built;
      await functions.secrets();
      await functions.jobs();
      await functions.services.apply(next.platform.services, built);
      eventing.brokers.update(next.platform.brokers, next.platform.triggers);
      eventing.pings.update(next.platform.pingSources);
      await functions.services.rolled();
    } finally {
      watchAll();
      await backing.builder.rest();
    }
  };
  let last: Promise<void> = Promise.resolve();
  const reload = () => {
    last = last.then(apply).catch((error: Error) => outputs.say(`nothing was changed: ${error.message}`, 'error'));
    return last;
  };
  const watcher = ground.watch ? watchFiles(() => void reload()) : undefined;
  const watchAll = () => watcher?.files([...ground.source.files, ...[...backing.bundles.values()].flatMap(({ inputs }) => inputs)]);
  if (watcher) ends.add(() => watcher.close());
  watchAll();
  return reload;
}

/** A host as a URL names it. */
const inUrl = (host: string) => (host.includes(':') ? `[${host}]` : host);

/** One that means every address is reached by loopback. */
const reachable = (host: string) => (host === '0.0.0.0' || host === '::' ? '127.0.0.1' : inUrl(host));
