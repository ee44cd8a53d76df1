import { ProblemError } from '@dormouse/http/problem-error';
import type { Service } from '@dormouse/manifests/model';
import { type Clock, systemClock } from '@dormouse/time/clock';
import { decide, newScale, type ScaleState } from './autoscaler.ts';
import { type Beside, Instance } from './instance.ts';
import type { Probed } from './probe.ts';
import type { Child, Exit } from './process/child-process.ts';
import { Activator } from './proxy/activator.ts';
import type { ServingEndpoint } from './proxy/exchange.ts';
import type { NotReady } from './service-status.ts';

/** A process, where it listens, and how commands of probes are run beside it. */
export interface StartedInstance {
  child: Child;
  host?: string;
  port: number;
  exec?: Probed['exec'];
  beside?: readonly Beside[];
}

export interface RevisionOptions {
  /** `posts-00001`. */
  name: string;
  service: Service;
  /** Starts a process for an instance of this name, unless the signal says that it is no longer wanted; resolves with where it listens. */
  start: (instance: string, signal: AbortSignal) => Promise<StartedInstance>;
  /** Called when the revision leaves zero: `tick` must run from now on. */
  awake: () => void;
  /** Prints one line about a failure. */
  say: (line: string) => void;
  /** Last line that the process printed: the likely cause of its exit. */
  lastWords?: () => string | undefined;
  clock?: Clock;
}

const unreadyMs = 5_000;
const firstBackoffMs = 1_000;
const lastBackoffMs = 60_000;
/** Consecutive failed starts before waiting requests are rejected. */
const tries = 3;
/** A crash after this lifetime resets the backoff. */
const soundMs = 10_000;
/** Requests wait for a restart that is due within this time. */
const patienceMs = 5_000;

/** A revision with its activator and its instances; scales from and to zero. */
export class Revision {
  readonly name: string;
  readonly service: Service;
  readonly activator: Activator<ServingEndpoint>;
  readonly instances: Instance[] = [];
  lastColdStartMs: number | undefined;
  readonly #options: RevisionOptions;
  readonly #clock: Clock;
  #scale: ScaleState = newScale();
  #wanted = 0;
  #count = 0;
  #starting = 0;
  /** Consecutive failed starts. */
  #failures = 0;
  /** Consecutive crashes shortly after readiness. */
  #crashes = 0;
  #backoffUntil = 0;
  #restart: unknown;
  #failure = '';
  #wokenAt: number | undefined;
  #unreadySince: number | undefined;
  /** When a request last found no ready instance. */
  #askedAt = Number.NEGATIVE_INFINITY;
  #unreadyTimer: unknown;
  #retired = false;
  readonly #retiring = new AbortController();
  #readyCallbacks: { ready: () => void; failed: (error: Error) => void }[] = [];

  constructor(options: RevisionOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.name = options.name;
    this.service = options.service;
    this.activator = new Activator<ServingEndpoint>({
      concurrency: options.service.containerConcurrency,
      wake: (patient) => this.#wake(patient),
    });
  }

  get ready(): number {
    return this.activator.endpoints.length;
  }

  /** Processes alive. */
  get processes(): number {
    return this.instances.length;
  }

  get asleep(): boolean {
    return this.instances.length === 0 && this.#starting === 0 && this.activator.active === 0;
  }

  get state(): 'asleep' | 'starting' | 'ready' | 'unready' | 'draining' | 'failed' {
    if (this.ready > 0) return 'ready';
    if (this.instances.some(({ state }) => state === 'unready')) return 'unready';
    if (this.#starting > 0 || this.instances.some(({ state }) => state === 'starting')) return 'starting';
    if (this.instances.length > 0) return 'draining';
    return this.#failures > 0 && this.#failure ? 'failed' : 'asleep';
  }

  /** How many instances the autoscaler wants; of a revision that cannot start one, as long as requests ask for it. */
  get wanted(): number {
    if (this.#retired) return 0;
    if (!this.asleep) return this.#wanted;
    const { minScale, windowMs } = this.service.autoscaling;
    return this.#clock.now() - this.#askedAt < windowMs ? Math.max(1, minScale) : minScale;
  }

  /** Why none of those that are wanted is ready. */
  get cause(): NotReady | undefined {
    if (this.ready > 0 || this.wanted === 0) return undefined;
    const unready = this.instances.find(({ state }) => state === 'unready');
    if (unready) return { kind: 'readiness', words: unready.cause ?? '' };
    if (this.#failures > 0) return { kind: 'start', words: this.#failure };
    return this.#crashes > 0 ? { kind: 'crash', words: this.#failure } : { kind: 'starting', words: '' };
  }

  /** Starts at least `count` instances; resolves when the first is ready, rejects when none can start. */
  bringUp(count: number): Promise<void> {
    return new Promise((ready, failed) => {
      this.#readyCallbacks.push({ ready, failed: (error) => failed(error) });
      this.#begin();
      this.#scaleTo(Math.max(1, count));
    });
  }

  /** One autoscaler decision; called every two seconds while instances run. */
  tick(): void {
    if (this.#retired) return;
    const sample = this.activator.sample();
    const { wanted, state } = decide(
      this.#scale,
      { at: this.#clock.now(), ...sample },
      this.ready,
      this.service.autoscaling,
    );
    this.#scale = state;
    const waiting = this.activator.active > 0 || this.#readyCallbacks.length > 0;
    this.#scaleTo(waiting ? Math.max(1, wanted) : wanted);
  }

  /** Starts no more instances and drains the others. Move waiting requests before. */
  async retire(graceMs = this.#graceMs()): Promise<void> {
    this.#retired = true;
    this.#retiring.abort();
    this.#wanted = 0;
    this.#clock.clearTimeout(this.#unreadyTimer);
    this.#clock.clearTimeout(this.#restart);
    while (this.#starting > 0) await new Promise<void>((done) => this.#clock.setTimeout(done, 10));
    await Promise.all(this.instances.map((instance) => instance.drain(graceMs)));
  }

  /** Kills every process. */
  kill(): void {
    this.#retired = true;
    this.#retiring.abort();
    for (const instance of this.instances) instance.kill();
  }

  #graceMs(): number {
    return Math.min(30_000, this.service.timeoutMs);
  }

  #begin(): void {
    if (this.#wokenAt !== undefined || this.instances.some(({ state }) => state !== 'draining')) return;
    this.#wokenAt = performance.now();
    this.activator.sample(); // starts a new measurement of the load
    this.#scale = newScale();
    this.#options.awake();
  }

  /** A request found no ready instance. */
  #wake(patient: boolean): ProblemError | undefined {
    const now = this.#clock.now();
    this.#askedAt = now;
    const pause = this.#backoffUntil - now;
    if (pause > patienceMs || (pause > 0 && this.#failures > 0)) return this.#crashed(Math.ceil(pause / 1_000));
    if (!patient && this.#unreadySince !== undefined && now - this.#unreadySince >= unreadyMs) return this.#unready();
    this.#begin();
    const { activationScale, maxScale } = this.service.autoscaling;
    this.#scaleTo(Math.max(1, this.#wanted, maxScale > 0 ? Math.min(activationScale, maxScale) : activationScale));
    return undefined;
  }

  #scaleTo(wanted: number): void {
    if (this.#retired) return;
    this.#wanted = wanted;
    const serving = this.instances.filter(({ state }) => state !== 'draining' && state !== 'ended');
    for (let count = serving.length + this.#starting; count < wanted; count++) void this.#start();
    const surplus = serving
      .sort((one, other) => rank(one) - rank(other) || one.inFlight - other.inFlight || other.startedAt - one.startedAt)
      .slice(0, Math.max(0, serving.length - wanted));
    for (const instance of surplus) void instance.drain(this.#graceMs());
  }

  async #start(): Promise<void> {
    if (this.#clock.now() < this.#backoffUntil) return;
    this.#starting++;
    const name = `${this.name}-${++this.#count}`;
    try {
      const { child, host, port, exec, beside } = await this.#options.start(name, this.#retiring.signal);
      const instance = new Instance({
        name,
        service: this.service,
        child,
        host,
        port,
        ...(exec && { exec }),
        ...(beside && { beside }),
        activator: this.activator,
        clock: this.#clock,
        changed: (changed, cause) => this.#changed(changed, cause),
        ended: (ended, exit, asked) => this.#ended(ended, exit, asked),
      });
      this.instances.push(instance);
      if (this.#retired) void instance.drain(0);
    } catch (error) {
      this.#failedStart((error as Error).message);
    } finally {
      this.#starting--;
    }
  }

  #changed(instance: Instance, cause: string | undefined): void {
    if (instance.state === 'ready') {
      this.#failures = 0;
      this.#backoffUntil = 0;
      if (this.#wokenAt !== undefined) this.lastColdStartMs = Math.round(performance.now() - this.#wokenAt);
      this.#wokenAt = undefined;
      for (const { ready } of this.#readyCallbacks.splice(0)) ready();
      this.#well();
    } else if (instance.state === 'unready' && this.ready === 0 && this.#unreadySince === undefined) {
      this.#unreadySince = this.#clock.now();
      this.#unreadyTimer = this.#clock.setTimeout(() => {
        this.#options.say(`${instance.name} listens but is not ready: ${instance.cause ?? cause}`);
        const problem = this.#unready();
        this.activator.rejectWaiting(problem, { patientToo: false });
        for (const { failed } of this.#readyCallbacks.splice(0)) failed(new Error(problem.detail));
      }, unreadyMs);
    }
  }

  #well(): void {
    this.#unreadySince = undefined;
    this.#clock.clearTimeout(this.#unreadyTimer);
  }

  #ended(instance: Instance, { code, signal }: Exit, asked: boolean): void {
    const index = this.instances.indexOf(instance);
    if (index >= 0) this.instances.splice(index, 1);
    if (!this.instances.some(({ state }) => state === 'unready')) this.#well();
    if (this.instances.length === 0) this.#wokenAt = undefined;
    if (asked || this.#retired) return;
    const words = instance.cause ?? this.#options.lastWords?.();
    const how = `${signal ? `ended by ${signal}` : `ended with code ${code}`}${words ? `: ${words}` : ''}`;
    this.#options.say(`${instance.name} ${how}`);
    if (!instance.wasReady) this.#failedStart(how);
    else this.#crash(how, this.#clock.now() - instance.startedAt);
  }

  /** Restarts an instance that had been ready, with backoff after repeated crashes. */
  #crash(how: string, livedMs: number): void {
    this.#failure = how;
    this.#crashes = livedMs > soundMs ? 0 : this.#crashes + 1;
    if (this.#crashes <= tries) this.#again();
    else this.#pause(Math.min(lastBackoffMs, firstBackoffMs * 2 ** (this.#crashes - tries - 1)));
  }

  #pause(backoffMs: number): void {
    this.#backoffUntil = this.#clock.now() + backoffMs;
    this.#wokenAt = undefined;
    this.#options.say(
      `${this.name} keeps ending (CrashLoopBackOff, next try in ${backoffMs / 1_000} s): ${this.#failure}`,
    );
    if (backoffMs > patienceMs) this.activator.rejectWaiting(this.#crashed(Math.ceil(backoffMs / 1_000)));
    this.#clock.clearTimeout(this.#restart);
    this.#restart = this.#clock.setTimeout(() => this.#again(), backoffMs + 1);
  }

  #failedStart(how: string): void {
    this.#failure = how;
    this.#failures++;
    if (this.#failures < tries) {
      this.#again();
      return;
    }
    this.#pause(Math.min(lastBackoffMs, firstBackoffMs * 2 ** (this.#failures - tries)));
    this.activator.rejectWaiting(this.#crashed(Math.ceil((this.#backoffUntil - this.#clock.now()) / 1_000)));
    for (const { failed } of this.#readyCallbacks.splice(0)) failed(new Error(`${this.name} does not start: ${how}`));
  }

  /** Scales up again if instances are still needed. */
  #again(): void {
    if (this.#retired) return;
    const needed =
      this.activator.active > 0 ||
      this.#readyCallbacks.length > 0 ||
      this.service.autoscaling.minScale > 0 ||
      this.instances.length > 0;
    if (!needed) return;
    this.#begin();
    queueMicrotask(() => this.#scaleTo(Math.max(1, this.#wanted)));
  }

  #crashed(seconds: number): ProblemError {
    return new ProblemError(
      503,
      'unavailable',
      `${this.service.name} does not ${this.#failures > 0 ? 'start' : 'stay up'}: ${this.#failure}`,
      seconds,
    );
  }

  #unready(): ProblemError {
    const cause = this.instances.find(({ state, cause: said }) => state === 'unready' && said)?.cause;
    return new ProblemError(
      503,
      'unavailable',
      `${this.service.name} is not ready: ${cause ?? 'its readiness probe fails'}`,
      5,
    );
  }
}

/** Order of removal: instances that are not ready go first. */
const rank = ({ state }: Instance) => (state === 'ready' ? 1 : 0);
