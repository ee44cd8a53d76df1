import type { NamedContainer, Probe, Service } from '@dormouse/manifests/model';
import { type Clock, systemClock } from '@dormouse/time/clock';
import { type Probed, type ProbeFailure, probe } from './probe.ts';
import type { Child, Exit } from './process/child-process.ts';
import type { Activator } from './proxy/activator.ts';
import type { ServingEndpoint } from './proxy/exchange.ts';
import { createInstanceConnections } from './proxy/instance-connections.ts';
import type { InstanceConnections } from './proxy/instance-exchange.ts';

export type InstanceState = 'starting' | 'ready' | 'unready' | 'draining' | 'ended';

/** A container beside the one that is served, as far as it is probed. */
export interface Beside extends Pick<NamedContainer, 'name' | 'readinessProbe' | 'livenessProbe' | 'startupProbe'> {
  /** Runs a command of a probe there. */
  exec: NonNullable<Probed['exec']>;
  /** Ends its process; another one is started. */
  restart(): void;
}

export interface InstanceOptions {
  name: string;
  service: Service;
  child: Child;
  /** Default: 127.0.0.1. */
  host?: string | undefined;
  /** Value of PORT. */
  port: number;
  /** Runs a command of a probe beside the process. */
  exec?: Probed['exec'];
  /** The instance is ready when these are, too. */
  beside?: readonly Beside[];
  activator: Activator<ServingEndpoint>;
  clock?: Clock;
  /** Called on every change of state; `cause` says why it is not ready. */
  changed: (instance: Instance, cause: string | undefined) => void;
  /** The process has exited; `asked` when the platform stopped it. */
  ended: (instance: Instance, exit: Exit, asked: boolean) => void;
}

/** A program must listen on PORT within this time. */
const startMs = 60_000;
const drainStep = 20;
type ReadinessProbe = Pick<Probe, 'path' | 'timeoutMs'> & Partial<Probe>;
/** Delay before probing a suspect instance: the kernel closes the sockets of a killed process before it reports the exit. */
const suspectMs = 20;
/** Checks only that the port accepts connections. */
const portProbe = { path: undefined, timeoutMs: 1_000 };

/** One process of a revision: started, probed while it runs, drained, stopped. */
export class Instance implements ServingEndpoint {
  inFlight = 0;
  state: InstanceState = 'starting';
  /** The last failure of the readiness probe. */
  cause: string | undefined;
  listening = false;
  /** It has been ready at least once. */
  wasReady = false;
  readonly name: string;
  readonly pid: number;
  readonly activator: Activator<ServingEndpoint>;
  readonly connections: InstanceConnections;
  readonly startedAt: number;
  readonly exited: Promise<Exit>;
  readonly #options: InstanceOptions;
  readonly #clock: Clock;
  #timers: unknown[] = [];
  #probeTimer: unknown;
  #asked = false;
  /** Containers beside it that have started: until then nobody asks whether they live. */
  readonly #startedBeside = new Set<string>();
  /** Since when those start that were started anew. */
  readonly #restartedBeside = new Map<string, number>();

  constructor(options: InstanceOptions) {
    const { name, child, host, port, activator, clock = systemClock } = options;
    this.#options = options;
    this.#clock = clock;
    this.name = name;
    this.pid = child.pid;
    this.activator = activator;
    this.connections = createInstanceConnections(port, options.service.protocol, host);
    this.startedAt = clock.now();
    const patienceMs = Math.max(startMs, startupMs(options.service.startupProbe));
    const late = clock.setTimeout(() => {
      this.cause = `it does not listen on PORT after ${patienceMs / 1_000} s`;
      child.kill('SIGKILL');
    }, patienceMs);
    child.onListening((heard) => {
      if (heard !== port || this.listening) return;
      clock.clearTimeout(late);
      this.#listens();
    });
    this.exited = child.exited;
    child.exited.then((exit) => {
      clock.clearTimeout(late);
      this.#ended(exit);
    });
  }

  get #reached(): Probed {
    const { host, port, exec } = this.#options;
    return { ...(host && { host }), port, connections: this.connections, ...(exec && { exec }) };
  }

  #listens(): void {
    if (this.state !== 'starting') return;
    this.listening = true;
    const { startupProbe, readinessProbe } = this.#options.service;
    if (startupProbe) void this.#untilStarted(startupProbe, 10);
    else this.#started(readinessProbe);
  }

  /** Until it succeeds, as often as the probe allows: then the process is ended, as by kubelet. */
  async #untilStarted(each: Probe, pause: number): Promise<void> {
    const failure = await probe(this.#reached, each);
    if (this.state !== 'starting') return;
    if (failure === undefined) return this.#started(this.#options.service.readinessProbe);
    this.cause = `startup: ${failure}`;
    if (this.#clock.now() >= this.startedAt + startupMs(each)) return this.#options.child.kill('SIGKILL');
    this.#probeTimer = this.#clock.setTimeout(() => void this.#untilStarted(each, Math.min(1_000, pause * 2)), pause);
  }

  #started(readiness: Probe | undefined): void {
    this.cause = undefined;
    this.#watchLife();
    void this.#untilReady(readiness, 10);
  }

  /** Probes immediately, then with growing pauses, so that readiness is noticed before a full period. */
  async #untilReady(each: ReadinessProbe | undefined, pause: number, succeeded = 0): Promise<void> {
    const failure = (each && (await probe(this.#reached, each))) ?? (await this.#unreadyBeside());
    if (this.state === 'draining' || this.state === 'ended') return;
    if (failure === undefined && succeeded + 1 >= (each?.successThreshold ?? 1)) return this.#ready();
    if (failure !== undefined) this.#unwell(failure);
    const next = failure === undefined ? succeeded + 1 : 0;
    this.#probeTimer = this.#clock.setTimeout(
      () => void this.#untilReady(each, Math.min(1_000, pause * 2), next),
      pause,
    );
  }

  /** Why the first of the containers beside it is not ready. */
  async #unreadyBeside(): Promise<ProbeFailure> {
    for (const one of this.#options.beside ?? []) {
      const unstarted = await this.#unstartedBeside(one);
      if (unstarted !== undefined) return unstarted;
      const failure = one.readinessProbe && (await this.#askBeside(one, one.readinessProbe));
      if (failure !== undefined) return failure;
    }
    return undefined;
  }

  /** Whether its startup probe has still to succeed; one that fails for too long starts that container anew. */
  async #unstartedBeside(one: Beside): Promise<ProbeFailure> {
    const { name, startupProbe } = one;
    if (!startupProbe || this.#startedBeside.has(name)) return undefined;
    const failure = await this.#askBeside(one, startupProbe);
    const since = this.#restartedBeside.get(name) ?? this.startedAt;
    if (failure === undefined) this.#startedBeside.add(name);
    else if (this.#clock.now() >= since + startupMs(startupProbe)) this.#restartBeside(one);
    return failure;
  }

  #restartBeside(one: Beside): void {
    this.#startedBeside.delete(one.name);
    this.#restartedBeside.set(one.name, this.#clock.now());
    one.restart();
  }

  async #askBeside({ name, exec }: Beside, each: Probe): Promise<ProbeFailure> {
    const failure = await probe({ ...this.#reached, exec }, each);
    return failure === undefined ? undefined : `container ${name}: ${failure}`;
  }

  #ready(): void {
    const first = !this.wasReady;
    this.state = 'ready';
    this.wasReady = true;
    this.cause = undefined;
    this.#options.changed(this, undefined);
    if (this.state === 'ready') this.activator.add(this);
    if (first) this.#watchReadiness();
  }

  #unwell(failure: string): void {
    this.cause = failure;
    if (this.state === 'ready') this.activator.remove(this);
    this.state = 'unready';
    this.#options.changed(this, failure);
  }

  #watchReadiness(): void {
    const { readinessProbe } = this.#options.service;
    const watch = (each: Probe, ask?: () => Promise<ProbeFailure>) =>
      this.#repeat(each, (failed, failure) => failed >= each.failureThreshold && this.#lost(failure), ask);
    if (readinessProbe) watch(readinessProbe);
    for (const one of this.#options.beside ?? []) {
      const each = one.readinessProbe;
      if (each) watch(each, () => this.#askBeside(one, each));
    }
  }

  /** From its start on, ready or not: a process that fails so often is ended, and another one is started. */
  #watchLife(): void {
    const { livenessProbe } = this.#options.service;
    if (livenessProbe)
      this.#repeat(livenessProbe, (failed, failure) => {
        if (failed < livenessProbe.failureThreshold) return;
        this.cause = `liveness: ${failure}`;
        this.activator.remove(this);
        this.#options.child.kill('SIGKILL');
      });
    for (const one of this.#options.beside ?? []) {
      const each = one.livenessProbe;
      if (!each) continue;
      // Only that container is started anew.
      const judge = (failed: number) => failed > 0 && failed % each.failureThreshold === 0 && this.#restartBeside(one);
      this.#repeat(each, judge, async () =>
        (await this.#unstartedBeside(one)) ? undefined : this.#askBeside(one, each),
      );
    }
  }

  #lost(failure: ProbeFailure): void {
    if (this.state !== 'ready') return;
    this.#unwell(failure ?? 'it is not ready');
    void this.#untilReady(this.#options.service.readinessProbe, 100);
  }

  /** A connection failed, perhaps because the process has exited: probes the port before it gets another request. */
  markSuspect(): void {
    if (this.state !== 'ready') return;
    this.activator.remove(this);
    this.state = 'unready';
    this.#options.changed(this, undefined);
    this.#probeTimer = this.#clock.setTimeout(() => void this.#untilReady(portProbe, 10), suspectMs);
  }

  #repeat(
    each: Probe,
    judge: (failed: number, failure: ProbeFailure) => void,
    ask = () => probe(this.#reached, each),
  ): void {
    let failed = 0;
    this.#timers.push(
      this.#clock.setInterval(async () => {
        if (this.state === 'draining' || this.state === 'ended') return;
        if (this.#clock.now() < this.startedAt + each.initialDelayMs) return;
        const failure = await ask();
        failed = failure === undefined ? 0 : failed + 1;
        judge(failed, failure);
      }, each.periodMs),
    );
  }

  /** Accepts no more requests, finishes those in progress, then sends SIGTERM, and SIGKILL after `graceMs`. */
  async drain(graceMs: number): Promise<void> {
    if (this.state === 'draining' || this.state === 'ended') return void (await this.exited);
    this.state = 'draining';
    this.#asked = true;
    this.activator.remove(this);
    this.#options.changed(this, undefined);
    const until = this.#clock.now() + this.#options.service.timeoutMs;
    while (this.inFlight > 0 && this.#clock.now() < until)
      await new Promise<void>((done) => this.#clock.setTimeout(done, drainStep));
    this.connections.destroy();
    this.#options.child.flush();
    this.#options.child.kill('SIGTERM');
    const killer = this.#clock.setTimeout(() => this.#options.child.kill('SIGKILL'), graceMs);
    await this.exited;
    this.#clock.clearTimeout(killer);
  }

  /** Kills the process immediately. */
  kill(): void {
    this.#asked = true;
    this.#options.child.kill('SIGKILL');
  }

  #ended(exit: Exit): void {
    this.state = 'ended';
    this.activator.remove(this);
    for (const timer of this.#timers) this.#clock.clearInterval(timer);
    this.#clock.clearTimeout(this.#probeTimer);
    this.connections.destroy();
    this.#options.ended(this, exit, this.#asked);
  }
}

/** How long a startup probe may fail, from the start of the process on. */
const startupMs = (probe: Probe | undefined): number =>
  probe ? probe.initialDelayMs + probe.periodMs * probe.failureThreshold : 0;
