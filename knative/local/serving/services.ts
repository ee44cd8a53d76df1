import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Service } from '@dormouse/manifests/model';
import { type Clock, systemClock } from '@dormouse/time/clock';
import { clusterLocal } from './ingress/cluster-local.ts';
import type { Bundle } from './process/bundle.ts';
import type { Child } from './process/child-process.ts';
import { freePort } from './process/free-port.ts';
import type { Outputs } from './process/instance-output.ts';
import { type Listener, listen } from './proxy/listener.ts';
import { Revision } from './revision.ts';
import { Serving } from './served-service.ts';
import type { ServiceStatus } from './service-status.ts';

export interface ServicesOptions {
  home: string;
  cwd: string;
  outputs: Outputs;
  /** A process for a cold start: the prewarmed one or a new one; always a new one for programs that need flags. */
  process: (env: Record<string, string>) => Child;
  environmentOf: (service: Service) => Record<string, string>;
  tickMs: number;
  clock?: Clock;
}

/** The Services of a platform; each has a listener that replaces its in-cluster address. */
export interface Services {
  /** Makes what is new, rolls what has changed, removes what is gone. Settles when every listener is there; rolls go on behind. */
  apply(services: readonly Service[], bundles: ReadonlyMap<string, Bundle>): Promise<void>;
  find(name: string, namespace: string): Serving | undefined;
  /** `http://127.0.0.1:PORT` of `http://name.namespace.svc.cluster.local`. */
  addressOf(address: string): string | undefined;
  status(): (ServiceStatus & { pids: number[] })[];
  /** Resolves when no rollout is in progress. */
  rolled(): Promise<void>;
  close(): Promise<void>;
  kill(): void;
}

interface Entry {
  serving: Serving;
  listener: Listener;
  hash: string;
}

const closeMs = 15_000;

export function createServices(options: ServicesOptions): Services {
  const { clock = systemClock, outputs, tickMs } = options;
  const entries = new Map<string, Entry>();
  const generations = openGenerations(options.home);
  const rolls = new Set<Promise<void>>();
  let ticker: unknown;

  const awake = () => {
    ticker ??= clock.setInterval(tick, tickMs);
  };
  const tick = () => {
    const all = [...entries.values()];
    for (const { serving } of all) serving.tick();
    if (all.some(({ serving }) => !serving.asleep)) return;
    clock.clearInterval(ticker);
    ticker = undefined;
  };

  const revisionOf = (service: Service, bundle: Bundle, hash: string): Revision => {
    const name = `${service.name}-${String(generations.of(keyOf(service), hash)).padStart(5, '0')}`;
    let words: () => string | undefined = () => undefined;
    return new Revision({
      name,
      service,
      clock,
      awake,
      say: (line) => outputs.say(line, 'error'),
      lastWords: () => words(),
      async start(instance) {
        const port = await freePort();
        const { output, lastWords } = outputs.of(service.name, instance);
        words = lastWords;
        const env = {
          ...options.environmentOf(service),
          PORT: String(port),
          HOSTNAME: instance,
          K_SERVICE: service.name,
          K_CONFIGURATION: service.name,
          K_REVISION: name,
        };
        const child = options.process(env);
        child.become(
          { env, cwd: options.cwd, entry: bundle.entry, args: service.container.args, cache: bundle.cache },
          output,
        );
        return { child, port };
      },
    });
  };

  const roll = (entry: Entry, revision: Revision) => {
    const done = entry.serving
      .roll(revision)
      .catch((error: Error) => outputs.say(`${revision.name} is not taken into service: ${error.message}`, 'error'));
    rolls.add(done);
    void done.finally(() => rolls.delete(done));
  };

  const add = async (service: Service, bundle: Bundle, hash: string) => {
    const serving = new Serving(revisionOf(service, bundle, hash));
    const listener = await listen(
      clusterLocal(() => serving),
      { port: 0 },
    );
    entries.set(keyOf(service), { serving, listener, hash });
    if (service.autoscaling.minScale > 0) void serving.current.bringUp(service.autoscaling.minScale).catch(() => {});
  };

  const remove = async (key: string, { serving, listener }: Entry) => {
    entries.delete(key);
    await listener.close(closeMs);
    await serving.close();
  };

  return {
    async apply(services, bundles) {
      const wanted = new Set(services.map(keyOf));
      for (const [key, entry] of entries) if (!wanted.has(key)) void remove(key, entry);
      for (const service of services) {
        const bundle = bundles.get(keyOf(service))!;
        const hash = hashOf(service, bundle);
        const entry = entries.get(keyOf(service));
        if (!entry) await add(service, bundle, hash);
        else if (entry.hash !== hash) {
          entry.hash = hash;
          roll(entry, revisionOf(service, bundle, hash));
        }
      }
    },
    find: (name, namespace) => entries.get(`${namespace}/${name}`)?.serving,
    addressOf(address) {
      const found = /^https?:\/\/([^.]+)\.([^.]+)\.svc\.cluster\.local$/.exec(address);
      const entry = found && entries.get(`${found[2]}/${found[1]}`);
      return entry ? `http://127.0.0.1:${entry.listener.port}` : undefined;
    },
    status: () =>
      [...entries.values()].map(({ serving }) => ({
        ...serving.status(),
        pids: serving.revisions.flatMap(({ instances }) => instances.map(({ pid }) => pid)),
      })),
    async rolled() {
      await Promise.all(rolls);
    },
    async close() {
      clock.clearInterval(ticker);
      await Promise.all([...entries.values()].map(({ serving }) => serving.close()));
      await Promise.all([...entries.values()].map(({ listener }) => listener.close(0)));
    },
    kill() {
      for (const { serving } of entries.values()) serving.kill();
    },
  };
}

const keyOf = ({ namespace, name }: Pick<Service, 'namespace' | 'name'>) => `${namespace}/${name}`;

/** What makes a revision: the Service's template and the program. */
function hashOf({ origin: _, ...service }: Service, { hash }: Bundle): string {
  return createHash('sha256')
    .update(JSON.stringify([service, hash]))
    .digest('hex');
}

/** Numbers of revisions, kept over restarts: a Service that did not change is the same revision. */
function openGenerations(home: string): { of(key: string, hash: string): number } {
  const file = join(home, 'revisions.json');
  let known: Record<string, { hash: string; generation: number }> = {};
  try {
    known = JSON.parse(readFileSync(file, 'utf8')) as typeof known;
  } catch {
    // none yet
  }
  return {
    of(key, hash) {
      const before = known[key];
      if (before?.hash === hash) return before.generation;
      const generation = (before?.generation ?? 0) + 1;
      known[key] = { hash, generation };
      writeFileSync(`${file}.new`, JSON.stringify(known));
      renameSync(`${file}.new`, file);
      return generation;
    },
  };
}
