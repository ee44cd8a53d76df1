import { withChannels } from '@dormouse/eventing/channels';
import { mustBeFree } from '@dormouse/http/internal-http';
import type { Platform } from '@dormouse/manifests/model';
import { createIngress, type Ingress } from '@dormouse/serving/ingress/ingress';
import { nodeFlags, startChild } from '@dormouse/serving/process/child-process';
import { baseEnvironment } from '@dormouse/serving/process/environment';
import { createPrewarmedProcess } from '@dormouse/serving/process/prewarmed-process';
import { type Listener, listen } from '@dormouse/serving/proxy/listener';
import type { ServiceStatus } from '@dormouse/serving/service-status';
import { openClusterServices } from './cluster-services.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { objectsOf } from './kubernetes-objects.ts';
import { openConsole } from './open-console.ts';
import { type PlatformContext, type PlatformOptions, prepare, targetOf } from './platform-context.ts';
import { reloading } from './reload.ts';
import { publicAddresses, serviceHosts, stateOf, urlsOf } from './service-hosts.ts';
import { startBackingServices } from './start-backing-services.ts';
import { startEventing } from './start-eventing.ts';
import { startFunctions } from './start-functions.ts';
import { stopOnce } from './stop-once.ts';

export interface RunningPlatform {
  url: string;
  consoleUrl: string;
  /** `http://127.0.0.1:PORT/NAMESPACE/NAME` of each Broker, `…/NAMESPACE/channel:NAME` of each channel; an event needs the access token. */
  brokerUrls: readonly string[];
  /** OTLP over HTTP receiver; telemetry needs the access token. */
  otlpUrl: string;
  /** Where each public Service, tag of its traffic and DomainMapping is found, by its name. */
  addresses: readonly { name: string; url: string }[];
  /** Subset of the Kubernetes API, for reading: `kubectl -s URL`; `home` holds a kubeconfig that writes. */
  kubernetesUrl: string;
  services(): (ServiceStatus & { pids: number[] })[];
  /** Process id of the prewarmed process, if there is one. */
  prewarmedPid(): number | undefined;
  /** Reads manifests and sources again, as after a file change; resolves when every rollout has finished. */
  reload(): Promise<void>;
  /** Finishes requests and deliveries in progress and stops every process. */
  stop(): Promise<void>;
  /** Kills every process. */
  kill(): void;
}

const ingressGraceMs = 30_000;

/**
 * Starts a platform: database, cache, programs, Jobs, then the ingress.
 * @throws ManifestError, BuildError, HomeInUse, or the listener's error with the port it was about
 */
export async function startPlatform(options: PlatformOptions): Promise<RunningPlatform> {
  const cleanup = new AsyncDisposableStack();
  try {
    return await start(options, cleanup);
  } catch (error) {
    await cleanup.disposeAsync().catch(() => {}); // report the first error only
    throw error;
  }
}

async function start(options: PlatformOptions, cleanup: AsyncDisposableStack): Promise<RunningPlatform> {
  const context = await prepare(options, cleanup);
  const { ingress, listener } = await openListener(context);
  const backingServices = await startBackingServices(context);
  Object.assign(context, { source: backingServices.source, running: backingServices.source });
  const prewarmed = createPrewarmedProcess({
    start: () => startChild(backingServices.launcher, baseEnvironment(), nodeFlags, backingServices.preloaded),
    enabled: options.prewarmed ?? true,
  });
  cleanup.defer(() => prewarmed.close());
  const clusterServices = await openClusterServices({
    ...context,
    platform: () => context.source.platform,
    target: targetOf(context),
    objects: {
      ...objectsOf(context),
      createdAt: context.createdAt,
      births: context.births,
      stateOf: stateOf(context, listener.port),
      urls: urlsOf(listener.port),
    },
    handle: () => context.brokers?.handle,
    jobSinks: () => context.jobSinks?.handle,
  });
  writeKubeconfig(context.home, clusterServices.secretKubernetes, context.source.platform);
  const functions = await startFunctions(context, { backingServices, clusterServices, prewarmed });
  options.signal?.throwIfAborted();
  const eventing = await startEventing(context, clusterServices, {
    jobRuns: functions.jobRuns,
    bundles: backingServices.bundles,
  });
  functions.workers.apply(context.source.platform.workers, backingServices.bundles);
  cleanup.defer(() => functions.workers.close());
  const brokerUrls = withChannels(sentTo(context.source.platform)).brokers.map(
    ({ namespace, name }) => `${clusterServices.brokers}/${namespace}/${name}`,
  );
  const console_ = await openConsole(context, {
    brokers: eventing.brokers,
    services: functions.services,
    workers: functions.workers,
    jobSinks: eventing.jobSinks,
    ingress,
    addresses: {
      ingress: `http://${reachable(context.host)}:${listener.port}`,
      brokers: brokerUrls,
      otlp: clusterServices.otlp,
      kubernetes: clusterServices.kubernetes,
    },
  });
  cleanup.defer(() => listener.close(ingressGraceMs));
  await backingServices.builder.rest();
  context.ready = true;
  void context.kept.load();
  return {
    url: `http://${inUrl(context.host)}:${listener.port}`,
    consoleUrl: console_.url,
    brokerUrls,
    addresses: publicAddresses(context.source.platform, listener.port),
    otlpUrl: clusterServices.otlp,
    kubernetesUrl: clusterServices.kubernetes,
    services: () => [...functions.services.status(), ...functions.workers.status(), ...eventing.jobSinks.status()],
    prewarmedPid: () => prewarmed.pid,
    reload: reloading(context, { backingServices, ingress, functions, eventing }),
    stop: stopOnce(cleanup, (sentence) => context.outputs.say(sentence, 'error')),
    kill() {
      functions.services.kill();
      functions.workers.kill();
      for (const pid of [prewarmed.pid, backingServices.redis?.pid]) if (pid) process.kill(pid, 'SIGKILL');
      const pid = backingServices.database?.pid();
      if (pid) process.kill(pid, 'SIGQUIT');
    },
  };
}

/** The platform without the channels that only a Sequence or a Parallel sends to. */
const sentTo = (platform: Platform): Platform => ({
  ...platform,
  channels: platform.channels.filter(({ inner }) => !inner),
});

/** Opens the ports first: a conflict must show before minutes of work. */
async function openListener(context: PlatformContext): Promise<{ ingress: Ingress; listener: Listener }> {
  const { source, telemetry, host, port = 8080, consolePort = 8081, cleanup } = context;
  const ingress = createIngress({
    virtualHosts: [...source.platform.virtualHosts, ...serviceHosts(source.platform)],
    target: targetOf(context),
    telemetry,
    ready: () => context.ready,
    trustedProxies: context.trustedProxies,
    access: context.accessLog && { settings: context.accessLog, write: context.outputs.line },
    cache: context.cache,
  });
  const listener = await listen(ingress, { port, host });
  cleanup.defer(() => listener.close(0));
  await mustBeFree(consolePort);
  return { ingress, listener };
}

/** A host as in a URL: IPv6 in brackets. */
const inUrl = (host: string) => (host.includes(':') ? `[${host}]` : host);

/** A wildcard address is reachable by loopback. */
const reachable = (host: string) => (host === '0.0.0.0' || host === '::' ? '127.0.0.1' : inUrl(host));
