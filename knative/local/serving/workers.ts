import { createHash } from 'node:crypto';
import type { Worker } from '@dormouse/manifests/model';
import { type Clock, systemClock } from '@dormouse/time/clock';
import type { Bundle } from './process/bundle.ts';
import type { Child } from './process/child-process.ts';
import type { Outputs } from './process/instance-output.ts';
import { type ContainerOptions, startContainer } from './process/start-container.ts';
import type { NotReady, ServiceStatus } from './service-status.ts';

export interface WorkersOptions extends ContainerOptions {
  outputs: Outputs;
  clock?: Clock;
}

/** Programs that run all the time and are sent nothing: those of ContainerSources and Deployments. */
export interface Workers {
  /** Starts what is new, starts anew what has changed, ends what is gone. */
  apply(workers: readonly Worker[], bundles: ReadonlyMap<string, Bundle>): void;
  status(): (ServiceStatus & { pids: number[] })[];
  /** Sends SIGTERM, after 10 s SIGKILL; resolves when all have ended. */
  close(): Promise<void>;
  kill(): void;
}

/** Key of a worker's program among those that were built. */
export const workerKey = ({ namespace, name }: Pick<Worker, 'namespace' | 'name'>): string =>
  `worker ${namespace}/${name}`;

/** @see Workers */
export function createWorkers(options: WorkersOptions): Workers {
  const running = new Map<string, { hash: string; replicas: Replica[] }>();
  const leaving = new Set<Promise<void>>();
  const leave = (replicas: readonly Replica[]) => {
    const left: Promise<void> = Promise.all(replicas.map((each) => each.stop())).then(() => void leaving.delete(left));
    leaving.add(left);
  };
  return {
    apply(workers, bundles) {
      const keys = new Set(workers.map(workerKey));
      for (const [key, { replicas }] of running) {
        if (keys.has(key)) continue;
        running.delete(key);
        leave(replicas);
      }
      for (const worker of workers) {
        const key = workerKey(worker);
        const bundle = bundles.get(key)!;
        const hash = hashOf(worker, bundle);
        const before = running.get(key);
        if (before?.hash === hash) continue;
        if (before) leave(before.replicas);
        const replicas = Array.from(
          { length: worker.replicas },
          (_, index) => new Replica(worker, bundle, index, options),
        );
        running.set(key, { hash, replicas });
      }
    },
    status: () => [...running.values()].flatMap(({ replicas }) => (replicas.length > 0 ? statusOf(replicas) : [])),
    async close() {
      for (const { replicas } of running.values()) leave(replicas);
      running.clear();
      await Promise.all(leaving);
    },
    kill() {
      for (const { replicas } of running.values()) for (const each of replicas) each.kill();
    },
  };
}

function hashOf({ origin: _, ...worker }: Worker, { hash }: Bundle): string {
  return createHash('sha256')
    .update(JSON.stringify([worker, hash]))
    .digest('hex');
}

const graceMs = 10_000;
/** As kubelet's CrashLoopBackOff, but in a developer's seconds. */
const [firstPauseMs, lastPauseMs] = [1_000, 60_000];
/** What ran so long may start again at once. */
const soundMs = 10_000;

/** One process, started again whenever it ends. */
class Replica {
  readonly worker: Worker;
  child: Child | undefined;
  /** Why it does not run. */
  failure = '';
  readonly #bundle: Bundle;
  readonly #name: string;
  readonly #options: WorkersOptions;
  readonly #clock: Clock;
  #ends = 0;
  #timer: unknown;
  #stopped = false;
  #running: Promise<void>;

  constructor(worker: Worker, bundle: Bundle, index: number, options: WorkersOptions) {
    this.worker = worker;
    this.#bundle = bundle;
    this.#name = `${worker.name}-${index}`;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#running = this.#start();
  }

  get alive(): boolean {
    return this.child?.alive() ?? false;
  }

  async #start(): Promise<void> {
    const { worker } = this;
    const { output, lastWords } = this.#options.outputs.of(worker.name, this.#name);
    const began = this.#clock.now();
    try {
      const start = { bundle: this.#bundle, set: { HOSTNAME: this.#name }, output };
      const { child } = await startContainer(worker, start, this.#options);
      this.child = child;
      if (this.#stopped) child.kill('SIGTERM');
      const { code, signal } = await child.exited;
      const how = signal ? `ended by ${signal}` : `ended with code ${code}`;
      const words = code === 0 ? undefined : lastWords();
      this.#again(words ? `${how}: ${words}` : how, this.#clock.now() - began);
    } catch (error) {
      this.#again((error as Error).message, 0);
    }
  }

  #again(how: string, livedMs: number): void {
    if (this.#stopped) return;
    this.failure = how;
    this.#ends = livedMs > soundMs ? 0 : this.#ends + 1;
    const pauseMs = this.#ends === 0 ? 0 : Math.min(lastPauseMs, firstPauseMs * 2 ** (this.#ends - 1));
    this.#options.outputs.say(`${this.#name} ${how}; it is started again in ${pauseMs / 1_000} s`, 'error');
    this.#timer = this.#clock.setTimeout(() => (this.#running = this.#start()), pauseMs);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#clock.clearTimeout(this.#timer);
    this.child?.kill('SIGTERM');
    const late = this.#clock.setTimeout(() => this.child?.kill('SIGKILL'), graceMs);
    await this.#running;
    this.#clock.clearTimeout(late);
  }

  kill(): void {
    this.#stopped = true;
    this.child?.kill('SIGKILL');
  }
}

function statusOf(replicas: readonly Replica[]): ServiceStatus & { pids: number[] } {
  const { name, namespace, kind } = replicas[0]!.worker;
  const alive = replicas.filter((each) => each.alive);
  const words = replicas.find((each) => !each.alive)?.failure;
  const cause: NotReady | null = words ? { kind: 'crash', words } : null;
  return {
    name,
    namespace,
    revision: kind,
    instances: alive.length,
    ready: alive.length,
    wanted: replicas.length,
    cause: alive.length > 0 ? null : cause,
    state: alive.length > 0 ? 'ready' : 'failed',
    requests: 0,
    waited_ms: 0,
    last_cold_start_ms: null,
    pids: alive.flatMap(({ child }) => child?.pid ?? []),
  };
}
