import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Broker, Trigger } from '@dormouse/manifests/model';
import type { Upstream } from '@dormouse/serving/proxy/upstream';
import type { Telemetry } from '@dormouse/telemetry/telemetry';
import { type Clock, systemClock } from '@dormouse/time/clock';
import { brokerIngress } from './broker-ingress.ts';
import { BrokerSet, type OpenBroker } from './broker-set.ts';
import { type Backlog, openDurableBroker } from './durable-broker.ts';
import type { EventDetail, EventSummary } from './event-summary.ts';
import { diskStore, type Store } from './log/store.ts';
import type { RetentionLimits } from './store/retention.ts';
import type { BrokerEvent } from './store/stored-event.ts';
import type { Undeliverable } from './store/undeliverable.ts';

/** The brokers of a platform: each has one durable log and one dispatcher per Trigger. */
export interface Brokers {
  /** Handles `POST /<namespace>/<broker>`, and `/<namespace>/channel:<name>`; responds 202 once the event is stored. */
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
  backlogs(): Backlog[];
  /** Whether deliveries are in progress or due. */
  busy(): boolean;
  /** Starts no more deliveries, waits up to 5 s for those in progress, and stores the positions. */
  close(): Promise<void>;
}

/** Stores events; once it resolves, their sender gets its 202. */
export type Publish = (events: readonly BrokerEvent[]) => Promise<void>;

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
  /** Stands between the brokers' ingress and their logs, for programs that want a Broker with faults; default: nothing. */
  accepting?: (publish: Publish) => Publish;
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
  const { telemetry, clock = systemClock, accepting = (publish) => publish } = options;
  const watchers = new Set<(event: EventSummary) => void>();
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
  const brokers = new BrokerSet(openerOf(options, report, changed), report);
  await brokers.open(options.brokers, options.triggers);

  return {
    handle: brokerIngress({
      publisher(key) {
        const broker = brokers.get(key);
        return broker && accepting((events) => broker.publish(events));
      },
      telemetry,
      clock,
      report,
    }),
    update: (wanted, triggers) => brokers.update(wanted, triggers),
    recent: (limit) => newest(brokers.all.flatMap((broker) => broker.recent(limit))).slice(0, limit),
    async find(id, source) {
      const found = (await Promise.all(brokers.all.map((broker) => broker.find(id, source)))).flat();
      return found.filter((event, i) => found.findIndex((each) => each.source === event.source) === i);
    },
    undeliverable: () =>
      brokers.all.flatMap((broker) => broker.undeliverable()).sort((a, b) => (a.failed_at < b.failed_at ? 1 : -1)),
    watch(watcher) {
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    backlogs: () => brokers.all.flatMap((broker) => broker.backlogs()),
    busy: () => brokers.all.some((broker) => broker.busy()),
    close: () => brokers.close(),
  };
}

/** Opens a broker in its own folder, with what all brokers have in common. */
function openerOf(
  options: BrokersOptions,
  report: (sentence: string) => void,
  changed: (event: EventSummary) => void,
): OpenBroker {
  const { folder, upstream, telemetry, segmentBytes, commitRecords, concurrency } = options;
  const { clock = systemClock, stores = diskStore } = options;
  const { retention = { maxBytes: 64 * 1024 * 1024, maxAgeMs: dayMs } } = options;
  return (broker, triggers) => {
    const directory = join(folder, broker.namespace, broker.name.replace(':', '_'));
    return openDurableBroker({
      broker,
      triggers,
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
  };
}

/** Sorts by time across brokers: sequences are comparable within one broker only. */
function newest(events: EventSummary[]): EventSummary[] {
  if (new Set(events.map(({ broker }) => broker)).size < 2) return events;
  return events.sort((a, b) => Date.parse(b.time) - Date.parse(a.time));
}
