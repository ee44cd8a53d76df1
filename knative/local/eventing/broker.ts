import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Broker, Trigger } from '@dormouse/manifests/model';
import type { Upstream } from '@dormouse/serving/proxy/upstream';
import type { Telemetry } from '@dormouse/telemetry/telemetry';
import { type Clock, systemClock } from '@dormouse/time/clock';
import { brokerIngress } from './broker-ingress.ts';
import { setupOf } from './delivery/trigger-setup.ts';
import { type DurableBroker, openDurableBroker } from './durable-broker.ts';
import type { EventDetail, EventSummary } from './event-summary.ts';
import { diskStore, type Store } from './log/store.ts';
import type { RetentionLimits } from './store/retention.ts';
import type { Undeliverable } from './store/undeliverable.ts';

/** The brokers of a platform: each has one durable log and one dispatcher per Trigger. */
export interface Brokers {
  /** Handles `POST /<namespace>/<broker>`; responds 202 once the event is stored. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /**
   * Applies changed brokers and triggers. A trigger keeps its position; a new one starts at the end of the log.
   *
   * @throws ManifestError when a filter is invalid; nothing changes then
   */
  update(brokers: readonly Broker[], triggers: readonly Trigger[]): void;
  /** The last events, newest first. */
  recent(limit: number): EventSummary[];
  /** Finds the events with this id, newest first. Without `source` there may be several: an id is unique per source only (CloudEvents, `id`). */
  find(id: string, source?: string): Promise<EventDetail[]>;
  /** Undeliverable events, newest first. */
  undeliverable(): Undeliverable[];
  /** Calls `changed` after every change of an event's delivery state. Returns a function that unsubscribes. */
  watch(changed: (event: EventSummary) => void): () => void;
  /** Number of events that each Trigger has not finished. */
  backlogs(): { trigger: string; events: number }[];
  /** Whether deliveries are in progress or due. */
  busy(): boolean;
  /** Starts no more deliveries, waits up to 5 s for those in progress, and stores the positions. */
  close(): Promise<void>;
}

export interface BrokersOptions {
  /** Folder of the logs; each broker has its own subfolder. */
  folder: string;
  brokers: readonly Broker[];
  triggers: readonly Trigger[];
  upstream: Upstream;
  telemetry: Telemetry;
  clock?: Clock;
  /** Called with a sentence for every repair, rejection and failure; the telemetry's logs have it as well. */
  report?: (sentence: string) => void;
  /** Opens the store of a folder; default: the real disk. */
  stores?: (folder: string) => Store;
  /** Limits for events that every Trigger has finished; default: 64 MiB and one day. */
  retention?: RetentionLimits;
  segmentBytes?: number;
  /** Maximum number of events per write and sync. Default: 256. */
  commitRecords?: number;
  /** Maximum number of concurrent deliveries per Trigger. */
  concurrency?: number;
}

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Opens and recovers every broker's log, and resumes the deliveries.
 *
 * @throws LogDamagedError when a log cannot be repaired safely, ManifestError when a filter is invalid
 */
export async function openBrokers(options: BrokersOptions): Promise<Brokers> {
  const {
    folder,
    upstream,
    telemetry,
    clock = systemClock,
    stores = diskStore,
    retention = { maxBytes: 64 * 1024 * 1024, maxAgeMs: dayMs },
  } = options;
  const watchers = new Set<(event: EventSummary) => void>();
  const brokers = new Map<string, DurableBroker>();
  /** Brokers that an update added and that are not open yet. */
  const opening = new Map<string, Promise<void>>();
  /** Brokers that an update removed and that are not closed yet; they still own their files. */
  const closing = new Map<string, Promise<void>>();

  const report = (sentence: string, traceId?: string) => {
    telemetry.addLog({
      timeMs: clock.now(),
      service: 'broker',
      instance: 'platform',
      level: 'warn',
      message: sentence,
      ...(traceId ? { traceId } : {}),
    });
    options.report?.(sentence);
  };
  const changed = (event: EventSummary) => {
    for (const watcher of watchers) watcher(event);
  };
  const remove = (key: string, broker: DurableBroker) => {
    brokers.delete(key);
    const closed = broker
      .close()
      .catch((error: Error) => report(`broker ${key} did not close cleanly: ${error.message}`))
      .finally(() => closing.delete(key));
    closing.set(key, closed);
  };
  const open = async (broker: Broker, triggers: readonly Trigger[]) => {
    const directory = join(folder, broker.namespace, broker.name);
    const { segmentBytes, commitRecords, concurrency } = options;
    const opened = await openDurableBroker({
      broker,
      triggers: triggersOf(broker, triggers),
      stores: { events: stores(directory), undeliverable: stores(join(directory, 'undeliverable')) },
      upstream,
      telemetry,
      clock,
      retention,
      changed,
      report,
      ...(segmentBytes ? { segmentBytes } : {}),
      ...(commitRecords ? { commitRecords } : {}),
      ...(concurrency ? { concurrency } : {}),
    });
    brokers.set(keyOf(broker), opened);
  };

  for (const broker of options.brokers) await open(broker, options.triggers);
  let current: { brokers: readonly Broker[]; triggers: readonly Trigger[] } = options;

  return {
    handle: brokerIngress({
      publisher: (key) => brokers.get(key)?.publish.bind(brokers.get(key)),
      telemetry,
      clock,
      report,
    }),
    update(wanted, triggers) {
      for (const broker of wanted) for (const trigger of triggersOf(broker, triggers)) setupOf(broker, trigger);
      current = { brokers: wanted, triggers };
      const keys = new Set(wanted.map(keyOf));
      for (const [key, broker] of brokers) if (!keys.has(key)) remove(key, broker);
      for (const broker of wanted) {
        const key = keyOf(broker);
        if (brokers.has(key)) brokers.get(key)?.configure(broker, triggersOf(broker, triggers));
        else if (!opening.has(key)) opening.set(key, openLater(broker));
      }
    },
    recent: (limit) => newest([...brokers.values()].flatMap((broker) => broker.recent(limit))).slice(0, limit),
    async find(id, source) {
      const found = (await Promise.all([...brokers.values()].map((broker) => broker.find(id, source)))).flat();
      return found.filter((event, i) => found.findIndex((each) => each.source === event.source) === i);
    },
    undeliverable: () =>
      [...brokers.values()]
        .flatMap((broker) => broker.undeliverable())
        .sort((a, b) => (a.failed_at < b.failed_at ? 1 : -1)),
    watch(watcher) {
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    backlogs: () => [...brokers.values()].flatMap((broker) => broker.backlogs()),
    busy: () => [...brokers.values()].some((broker) => broker.busy()),
    async close() {
      await Promise.all(opening.values());
      await Promise.all([...closing.values(), ...[...brokers.values()].map((broker) => broker.close())]);
    },
  };

  async function openLater(broker: Broker): Promise<void> {
    const key = keyOf(broker);
    try {
      await closing.get(key);
      await open(broker, current.triggers);
      const opened = brokers.get(key) as DurableBroker;
      const now = current.brokers.find((each) => keyOf(each) === key);
      if (now) opened.configure(now, triggersOf(now, current.triggers));
      else remove(key, opened);
    } catch (error) {
      report(`broker ${key} does not open: ${(error as Error).message}`);
    } finally {
      opening.delete(key);
    }
  }
}

const keyOf = ({ namespace, name }: Broker) => `${namespace}/${name}`;

const triggersOf = (broker: Broker, triggers: readonly Trigger[]) =>
  triggers.filter((trigger) => trigger.namespace === broker.namespace && trigger.broker === broker.name);

/** Sorts by time across brokers: sequences are comparable within one broker only. */
function newest(events: EventSummary[]): EventSummary[] {
  if (new Set(events.map(({ broker }) => broker)).size < 2) return events;
  return events.sort((a, b) => Date.parse(b.time) - Date.parse(a.time));
}
