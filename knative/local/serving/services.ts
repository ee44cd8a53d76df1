import { isLoopbackHost } from '@dormouse/http/loopback-guard';
import { ProblemError } from '@dormouse/http/problem-error';
import type { Service } from '@dormouse/manifests/model';
import type { RequestCounts } from '@dormouse/telemetry/request-counts';
import { type Clock, systemClock } from '@dormouse/time/clock';
import { clusterLocal } from './ingress/cluster-local.ts';
import type { Bundle } from './process/bundle.ts';
import type { Target } from './proxy/exchange.ts';
import { type Listener, listen } from './proxy/listener.ts';
import type { Revision } from './revision.ts';
import { hashOf, keyOf, type RememberedRevision, type RevisionsOptions, revisions } from './revisions.ts';
import { ServedService } from './served-service.ts';
import type { Routing, ServiceStatus } from './service-status.ts';
import { tagAddresses } from './tag-addresses.ts';

export interface ServicesOptions extends Omit<RevisionsOptions, 'clock' | 'awake'> {
  tickMs: number;
  /** Counts what functions ask of each other. */
  requests: RequestCounts;
  clock?: Clock;
}

/** The Services of a platform; each has a listener that replaces its in-cluster address. */
export interface Services {
  /** Makes what is new, rolls what has changed, removes what is gone. Settles when every listener is there; rolls go on behind. */
  apply(services: readonly Service[], bundles: ReadonlyMap<string, Bundle>): Promise<void>;
  /**
   * Where a request to a Service goes, by its traffic; `TAG-NAME` is the name of a tag, as on a cluster.
   * @throws ProblemError 503 when it is the turn of a revision that does not exist
   */
  find(name: string, namespace: string): Target | undefined;
  routing(name: string, namespace: string): (Routing & { revisions: RememberedRevision[] }) | undefined;
  /** `http://127.0.0.1:PORT` of `http://name.namespace.svc.cluster.local`. */
  addressOf(address: string): string | undefined;
  status(): (ServiceStatus & { pids: number[] })[];
  /** Resolves when no rollout is in progress. */
  rolled(): Promise<void>;
  close(): Promise<void>;
  kill(): void;
}

interface Entry {
  served: ServedService;
  listener: Listener;
  hash: string;
  bundle: Bundle;
}

const closeMs = 15_000;

export function createServices(options: ServicesOptions): Services {
  const { clock = systemClock, outputs, tickMs, requests } = options;
  const entries = new Map<string, Entry>();
  const rolls = new Set<Promise<void>>();
  const ticker = openTicker(clock, tickMs, () => {
    const all = [...entries.values()];
    for (const { served } of all) served.tick();
    return all.some(({ served }) => !served.asleep);
  });
  const made = revisions({ ...options, clock, awake: ticker.start });
  const open = (served: ServedService, target: () => Target) =>
    listen(clusterLocal(onlyLocal(served, target), requests), { port: 0 });
  const tags = tagAddresses(open);

  const roll = (entry: Entry, revision: Revision) => {
    const done = entry.served
      .roll(revision)
      .catch((error: Error) => outputs.say(`${revision.name} is not taken into service: ${error.message}`, 'error'));
    rolls.add(done);
    void done.finally(() => rolls.delete(done));
  };

  const add = async (service: Service, bundle: Bundle, hash: string) => {
    const served: ServedService = new ServedService(made.latest(service, bundle, hash), (name) =>
      made.earlier(service, name, entries.get(keyOf(service))!.bundle),
    );
    const listener = await open(served, () => served.pick());
    const entry = { served, listener, hash, bundle };
    entries.set(keyOf(service), entry);
    if (service.autoscaling.minScale > 0) void served.current.bringUp(service.autoscaling.minScale).catch(() => {});
    return entry;
  };

  const remove = async (key: string, { served, listener }: Entry) => {
    entries.delete(key);
    await tags.update({ ...served.service, traffic: [] }, served);
    await listener.close(closeMs);
    await served.close();
  };

  const update = async (service: Service, bundle: Bundle) => {
    const hash = hashOf(service, bundle);
    const entry = entries.get(keyOf(service)) ?? (await add(service, bundle, hash));
    const { served } = entry;
    served.traffic = service.traffic;
    const next = entry.hash === hash ? undefined : made.latest(service, bundle, hash);
    if (next) {
      Object.assign(entry, { hash, bundle });
      roll(entry, next);
    }
    for (const problem of served.route(next?.name)) outputs.say(`${service.name}: ${problem}`, 'error');
    await tags.update(service, served);
  };

  return {
    async apply(services, bundles) {
      const wanted = new Set(services.map(keyOf));
      for (const [key, entry] of entries) if (!wanted.has(key)) void remove(key, entry);
      for (const service of services) await update(service, bundles.get(keyOf(service))!);
    },
    find(name, namespace) {
      const key = `${namespace}/${name}`;
      return entries.get(key)?.served.pick() ?? tags.find(key)?.target();
    },
    routing(name, namespace) {
      const routing = entries.get(`${namespace}/${name}`)?.served.routing();
      return routing && { ...routing, revisions: made.remembered({ name, namespace }) };
    },
    addressOf(address) {
      const found = /^https?:\/\/([^.]+)\.([^.]+)\.svc\.cluster\.local$/.exec(address);
      const key = found ? `${found[2]}/${found[1]}` : '';
      const listener = (entries.get(key) ?? tags.find(key))?.listener;
      return listener ? `http://127.0.0.1:${listener.port}` : undefined;
    },
    status: () =>
      [...entries.values()].map(({ served }) => ({
        ...served.status(),
        pids: served.revisions.flatMap(({ instances }) => instances.map(({ pid }) => pid)),
      })),
    async rolled() {
      await Promise.all(rolls);
    },
    async close() {
      ticker.close();
      await Promise.all([...entries.values()].map(({ served }) => served.close()));
      await Promise.all([...entries.values()].map(({ listener }) => listener.close(0)));
      await tags.close();
    },
    kill() {
      for (const { served } of entries.values()) served.kill();
    },
  };
}

/** The Service's target for requests to its cluster-local address. */
const onlyLocal =
  (served: ServedService, target: () => Target) =>
  ({ host }: { host: string }): Target => {
    if (!isLoopbackHost(host) && host !== served.authority)
      throw new ProblemError(421, 'misdirected', 'This port answers to localhost only.');
    return target();
  };

/** Calls `tick` from `start` until it returns false; after `close` never again. */
function openTicker(clock: Clock, tickMs: number, tick: () => boolean): { start(): void; close(): void } {
  let timer: unknown;
  const turn = () => {
    if (tick()) return;
    clock.clearInterval(timer);
    timer = undefined;
  };
  return {
    start: () => void (timer ??= clock.setInterval(turn, tickMs)),
    close: () => clock.clearInterval(timer),
  };
}
