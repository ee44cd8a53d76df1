import { mustBeFree } from '@dormouse/http/internal-http';
import { createIngress, type Ingress } from '@dormouse/serving/ingress/ingress';
import { startChild } from '@dormouse/serving/process/child-process';
import { baseEnvironment } from '@dormouse/serving/process/environment';
import { createPrewarmedProcess } from '@dormouse/serving/process/prewarmed-process';
import { type Listener, listen } from '@dormouse/serving/proxy/listener';
import type { ServiceStatus } from '@dormouse/serving/service-status';
import { Ends } from './cleanup.ts';
import { openInside } from './cluster-services.ts';
import { openConsole } from './open-console.ts';
import { type Ground, type PlatformOptions, prepare, targetOf } from './platform-context.ts';
import { reloading } from './reload.ts';
import { startBacking } from './start-backing.ts';
import { startEventing } from './start-eventing.ts';
import { startFunctions } from './start-functions.ts';

export interface RunningPlatform {
  url: string;
  consoleUrl: string;
  /** `http://127.0.0.1:PORT/NAMESPACE/NAME` of each Broker. */
  brokerUrls: readonly string[];
  /** Where anything may send its telemetry, by OTLP over HTTP. */
  otlpUrl: string;
  /** What of the Kubernetes API there is, read-only: `kubectl -s URL`. */
  kubernetesUrl: string;
  services(): (ServiceStatus & { pids: number[] })[];
  /** The process that waits for the next cold start, if there is one. */
  prewarmedPid(): number | undefined;
  /** Reads manifests and sources again, as when a file has changed; settles when every roll is over. */
  reload(): Promise<void>;
  /** Finishes what is under way and ends every process. */
  stop(): Promise<void>;
  /** Ends every process at once. */
  kill(): void;
}

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

async function start(options: PlatformOptions, ends: Ends): Promise<RunningPlatform> {
  const ground = await prepare(options, ends);
  const { ingress, door } = await openDoor(ground);
  const backing = await startBacking(ground);
  const prewarmed = createPrewarmedProcess({
    start: () => startChild(backing.launcher, baseEnvironment()),
    enabled: options.prewarmed ?? true,
  });
  ends.add(() => prewarmed.close());
  const inside = await openInside({
    ...ground,
    platform: () => ground.source.platform,
    target: targetOf(ground),
    handle: () => ground.brokers?.handle,
  });
  const functions = await startFunctions(ground, { backing, inside, prewarmed });
  options.signal?.throwIfAborted();
  const eventing = await startEventing(ground, inside);
  const brokerUrls = ground.source.platform.brokers.map(
    ({ namespace, name }) => `${inside.brokers}/${namespace}/${name}`,
  );
  const console_ = await openConsole(ground, {
    brokers: eventing.brokers,
    services: functions.services,
    ingress,
    addresses: {
      ingress: `http://${reachable(ground.host)}:${door.port}`,
      brokers: brokerUrls,
      otlp: inside.otlp,
      kubernetes: inside.kubernetes,
    },
  });
  ends.add(() => door.close(ingressGraceMs));
  await backing.builder.rest();
  ground.ready = true;
  void ground.kept.load();
  return {
    url: `http://${inUrl(ground.host)}:${door.port}`,
    consoleUrl: console_.url,
    brokerUrls,
    otlpUrl: inside.otlp,
    kubernetesUrl: inside.kubernetes,
    services: () => functions.services.status(),
    prewarmedPid: () => prewarmed.pid,
    reload: reloading(ground, { backing, ingress, functions, eventing }),
    stop: () => ends.run(),
    kill() {
      functions.services.kill();
      for (const pid of [prewarmed.pid, backing.redis?.pid]) if (pid) process.kill(pid, 'SIGKILL');
      const pid = backing.database?.pid();
      if (pid) process.kill(pid, 'SIGQUIT');
    },
  };
}

/** Takes the ports before minutes of work, not after. */
async function openDoor(ground: Ground): Promise<{ ingress: Ingress; door: Listener }> {
  const { source, telemetry, host, port = 8080, consolePort = 8081, ends } = ground;
  const ingress = createIngress({
    virtualHosts: source.platform.virtualHosts,
    target: targetOf(ground),
    telemetry,
    ready: () => ground.ready,
  });
  const door = await listen(ingress, { port, host });
  ends.add(() => door.close(0));
  await mustBeFree(consolePort);
  return { ingress, door };
}

/** A host as a URL names it. */
const inUrl = (host: string) => (host.includes(':') ? `[${host}]` : host);

/** One that means every address is reached by loopback. */
const reachable = (host: string) => (host === '0.0.0.0' || host === '::' ? '127.0.0.1' : inUrl(host));
