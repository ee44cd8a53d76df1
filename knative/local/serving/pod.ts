import { setTimeout as sleep } from 'node:timers/promises';
import type { NamedContainer, Service } from '@dormouse/manifests/model';
import type { Beside } from './instance.ts';
import type { Bundle } from './process/bundle.ts';
import type { Child } from './process/child-process.ts';
import { argvOf, canBeAddressed } from './process/folder-program.ts';
import { freePort } from './process/free-port.ts';
import { type InstanceAddress, instanceAddress } from './process/instance-address.ts';
import type { Outputs } from './process/instance-output.ts';
import { type Contained, type ContainerOptions, startContainer } from './process/start-container.ts';
import type { StartedInstance } from './revision.ts';

/** An instance of a Service that is to be started. */
export interface PodStart {
  service: Service;
  bundle: Bundle;
  /** Name of the instance. */
  instance: string;
  /** Variables that Knative sets in every container. */
  own: Readonly<Record<string, string>>;
  /** Aborted when the instance is no longer wanted. */
  signal: AbortSignal;
  /** Gets the last words of the container that is served, or of the one that has failed before it. */
  words: (last: () => string | undefined) => void;
}

export interface PodOptions extends ContainerOptions {
  outputs: Outputs;
}

const firstRestartMs = 1_000;
const lastRestartMs = 60_000;
/** A sidecar that lived so long starts again at once. */
const soundMs = 10_000;
/** After the end of the container that is served. */
const sidecarGraceMs = 2_000;

/**
 * Starts an instance: its init containers one after the other, each to its end, then its sidecars, then the container that is
 * served. All of them have one address.
 * @throws Error naming the init container that failed
 */
export async function startPod(start: PodStart, options: PodOptions): Promise<StartedInstance> {
  const { service, bundle, own, instance } = start;
  const { container, containerPort = 8080, sidecars = [], initContainers = [] } = service;
  for (const each of initContainers) await runToEnd(each, start, options);
  const { address, addressed } = await addressOf(service, bundle);
  const beside = sidecars.map(
    (each) => new Sidecar(each, { start, address: addressed ? address : undefined }, options),
  );
  const { output, lastWords } = options.outputs.of(service.name, instance);
  start.words(lastWords);
  const set = { PORT: String(address.port), ...own };
  const shared = sidecars.length > 0;
  const { child, exec } = await startContainer(
    { ...service, container },
    { bundle, set, output, address, addressed, shared, containerPort },
    options,
  );
  return {
    child: beside.length > 0 ? together(child, beside) : child,
    ...address,
    exec,
    ...(beside.length > 0 && { beside: beside.map((each) => each.probed) }),
  };
}

/** Where the container that is served listens, and whether it has to be told so. */
async function addressOf(
  { container, containerPort = 8080 }: Service,
  { unbundled }: Bundle,
): Promise<{ address: InstanceAddress; addressed: boolean }> {
  if (unbundled && canBeAddressed(argvOf(unbundled, container)))
    return { address: await instanceAddress(containerPort), addressed: true };
  return { address: { host: '127.0.0.1', port: await freePort() }, addressed: false };
}

const containedIn = ({ name, namespace }: Service, { container }: NamedContainer): Contained => ({
  name,
  namespace,
  container,
});

async function runToEnd(
  each: NamedContainer,
  { service, bundle, own, instance, signal, words }: PodStart,
  options: PodOptions,
): Promise<void> {
  signal.throwIfAborted();
  const { output, lastWords } = options.outputs.of(service.name, `${instance} ${each.name}`);
  words(lastWords);
  const start = { bundle: bundle.beside![each.name]!, set: own, output };
  const { child } = await startContainer(containedIn(service, each), start, options);
  const kill = () => child.kill('SIGKILL');
  signal.addEventListener('abort', kill);
  const { code, signal: by } = await child.exited;
  signal.removeEventListener('abort', kill);
  if (code === 0) return;
  const how = by ? `was ended by ${by}` : `ended with code ${code}`;
  throw new Error(`init container ${each.name} ${how}${lastWords() ? `: ${lastWords()}` : ''}`);
}

/** A container beside the one that is served: started again whenever it ends. */
class Sidecar {
  readonly #options: PodOptions;
  readonly #start: PodStart;
  readonly #container: NamedContainer;
  readonly #address: InstanceAddress | undefined;
  readonly #stopping = new AbortController();
  #child: Child | undefined;
  #exec: Beside['exec'] | undefined;
  readonly #ended: Promise<void>;

  constructor(
    container: NamedContainer,
    { start, address }: { start: PodStart; address: InstanceAddress | undefined },
    options: PodOptions,
  ) {
    this.#container = container;
    this.#start = start;
    this.#address = address;
    this.#options = options;
    this.#ended = this.#run();
  }

  /** What its probes ask. */
  get probed(): Beside {
    const { container: _, ...named } = this.#container;
    return {
      ...named,
      exec: (...command) => this.#exec?.(...command) ?? Promise.resolve('it has not started'),
      restart: () => this.#child?.kill('SIGKILL'),
    };
  }

  kill(signal: NodeJS.Signals): void {
    this.#stopping.abort();
    this.#child?.kill(signal);
  }

  /** Ends it; resolves when it has. */
  async stop(): Promise<void> {
    this.kill('SIGTERM');
    const killer = setTimeout(() => this.#child?.kill('SIGKILL'), sidecarGraceMs);
    await this.#ended;
    clearTimeout(killer);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    let pauseMs = firstRestartMs;
    while (!signal.aborted) {
      const began = Date.now();
      const how = await this.#once().catch((error: Error) => error.message);
      if (signal.aborted) return;
      pauseMs = Date.now() - began > soundMs ? firstRestartMs : Math.min(lastRestartMs, pauseMs * 2);
      this.#options.say(
        `${this.#start.instance}: container ${this.#container.name} ${how}; it starts again in ${pauseMs / 1_000} s`,
      );
      await sleep(pauseMs, undefined, { signal }).catch(() => {});
    }
  }

  /** @returns how it ended */
  async #once(): Promise<string> {
    const { service, bundle, own, instance } = this.#start;
    const { name } = this.#container;
    const { output, lastWords } = this.#options.outputs.of(service.name, `${instance} ${name}`);
    const program = bundle.beside![name]!;
    // It says itself where it listens: only the host is replaced.
    const told = this.#address && { host: this.#address.host, port: 0 };
    const start = { bundle: program, set: own, output, ...(told && { address: told, addressed: true, shared: true }) };
    const { child, exec } = await startContainer(containedIn(service, this.#container), start, this.#options);
    this.#child = child;
    this.#exec = exec;
    if (this.#stopping.signal.aborted) child.kill('SIGKILL');
    const { code, signal } = await child.exited;
    const words = lastWords();
    return `${signal ? `was ended by ${signal}` : `ended with code ${code}`}${words ? ` (${words})` : ''}`;
  }
}

/** One child for the instance: its sidecars end with it. */
function together(child: Child, sidecars: readonly Sidecar[]): Child {
  return {
    ...child,
    exited: child.exited.then(async (exit) => {
      await Promise.all(sidecars.map((each) => each.stop()));
      return exit;
    }),
    kill(signal) {
      child.kill(signal);
      for (const each of sidecars) each.kill(signal);
    },
  };
}
