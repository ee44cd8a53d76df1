import type { Broker, Trigger } from '@dormouse/manifests/model';
import type { Upstream } from '@dormouse/serving/proxy/upstream';
import type { Telemetry } from '@dormouse/telemetry/telemetry';
import type { Clock } from '@dormouse/time/clock';
import { Dispatcher } from './delivery/dispatcher.ts';
import { setupOf, type TriggerSetup } from './delivery/trigger-setup.ts';
import { detailOf } from './event-detail.ts';
import type { EventDetail, EventSummary } from './event-summary.ts';
import type { Position } from './log/record.ts';
import type { Log } from './log/segmented-log.ts';
import type { Store } from './log/store.ts';
import { type RecentEvents, recentEvents, summarise } from './recent-events.ts';
import { type AckFiles, ackFiles, type KnownAcks } from './store/acks.ts';
import { type EventLog, eventLog } from './store/event-log.ts';
import { recoverBroker } from './store/recover-broker.ts';
import { Retention, type RetentionLimits } from './store/retention.ts';
import type { BrokerEvent } from './store/stored-event.ts';
import type { KnownTrigger, TriggerTable } from './store/trigger-table.ts';
import { type Undeliverable, type UndeliverableStore, undeliverableStore } from './store/undeliverable.ts';
import { endingsOf, outcomesLeft, outcomesOf } from './trigger-outcomes.ts';
import { TriggerSet } from './trigger-set.ts';

export interface DurableBrokerOptions {
  broker: Broker;
  triggers: readonly Trigger[];
  /** One store for the log, one for undeliverable events. */
  stores: { events: Store; undeliverable: Store };
  upstream: Upstream;
  telemetry: Telemetry;
  clock: Clock;
  retention: RetentionLimits;
  segmentBytes?: number;
  commitRecords?: number;
  changed: (summary: EventSummary) => void;
  report: (sentence: string, traceId?: string) => void;
  concurrency?: number;
}

/** What a Trigger has not finished. A Subscription may be called as a Trigger: it is another Broker's. */
export interface Backlog {
  trigger: string;
  /** `channel:NAME` of a channel. */
  broker: string;
  namespace: string;
  events: number;
}

/** One Broker: its log, and one dispatcher per Trigger. */
export interface DurableBroker {
  /** Resolves once all events are on disk; only then may the sender get its 202. */
  publish(events: readonly BrokerEvent[]): Promise<void>;
  configure(broker: Broker, triggers: readonly Trigger[]): void;
  recent(limit: number): EventSummary[];
  /** @see Brokers */
  find(id: string, source?: string): Promise<EventDetail[]>;
  undeliverable(): Undeliverable[];
  backlogs(): Backlog[];
  busy(): boolean;
  close(): Promise<void>;
}

const listedEvents = 1_000;

/** Opens and recovers a broker's log, and starts its dispatchers at their stored positions. */
export async function openDurableBroker(options: DurableBrokerOptions): Promise<DurableBroker> {
  const { broker, stores, clock, report, segmentBytes, commitRecords } = options;
  const {
    log,
    acks: known,
    table,
  } = await recoverBroker(
    {
      store: stores.events,
      clock,
      report,
      ...(segmentBytes ? { segmentBytes } : {}),
      ...(commitRecords ? { commitRecords } : {}),
    },
    listedEvents,
  );
  const name = `${broker.namespace}/${broker.name}`;
  const undeliverable = await undeliverableStore({ store: stores.undeliverable, broker: name, clock, report });
  if (known.unreadable > 0)
    report(`${known.unreadable} acknowledgements cannot be read: their events are delivered again`);
  if (table.damage && log.end.sequence > 1)
    report(`the list of triggers is ${table.damage}: every trigger begins at the oldest event that is kept`);
  const opened = new LoggedBroker(options, name, log, table, known, undeliverable);
  await opened.start(known);
  return opened;
}

class LoggedBroker implements DurableBroker {
  #options: DurableBrokerOptions;
  #name: string;
  #log: Log;
  #events: EventLog;
  #acks: AckFiles;
  #triggers: TriggerSet;
  #retention: Retention;
  #undeliverable: UndeliverableStore;
  #recent: RecentEvents;
  #closed = false;

  constructor(
    options: DurableBrokerOptions,
    name: string,
    log: Log,
    table: TriggerTable,
    known: KnownAcks,
    undeliverable: UndeliverableStore,
  ) {
    const { stores, retention, clock, report, changed } = options;
    this.#options = options;
    this.#name = name;
    this.#log = log;
    this.#events = eventLog(log, () => clock.now());
    this.#undeliverable = undeliverable;
    this.#recent = recentEvents(name, changed);
    this.#triggers = new TriggerSet({
      log,
      table,
      highest: known.highestTrigger,
      dispatch: (...start) => this.#dispatcher(...start),
      removed: (trigger, sequence) => this.#recent.removed(trigger, sequence),
      report,
    });
    const changedLowWatermarks = () => this.#triggers.changedLowWatermarks();
    this.#acks = ackFiles({
      store: stores.events,
      logId: log.id,
      newestSegment: () => log.end.segment,
      changedLowWatermarks,
      clock,
      report,
    });
    this.#retention = new Retention({ log, acks: this.#acks, retention, needed: () => this.#needed(), clock, report });
  }

  async start(known: KnownAcks): Promise<void> {
    const { broker, triggers } = this.#options;
    await this.#triggers.start(
      triggers.map((trigger) => setupOf(broker, trigger)),
      known,
    );
    await this.#recall(known);
    this.#pump();
    this.#onProgress();
  }

  /** Rebuilds the list of recent events from the log and the acknowledgements. */
  async #recall({ acks }: KnownAcks): Promise<void> {
    const first = Math.max(1, this.#log.end.sequence - listedEvents);
    const endings = endingsOf(acks.filter(({ sequence }) => sequence >= first));
    for (let at = await this.#log.locate(first); at.sequence < this.#log.end.sequence; ) {
      const entries = await this.#events.read(at, 256 * 1024);
      for (const entry of entries) this.#recent.add(entry, outcomesOf(entry, this.#triggers.running, endings));
      at = entries.at(-1)?.next ?? this.#log.end;
    }
  }

  #dispatcher(setup: TriggerSetup, known: KnownTrigger, from: Position, over: Set<number>): Dispatcher {
    const { upstream, telemetry, clock, report, concurrency } = this.#options;
    return new Dispatcher({
      setup,
      events: this.#events,
      end: () => this.#log.end,
      from,
      over,
      upstream,
      telemetry,
      clock,
      report,
      ended: (position, ending, attempts, status) => {
        this.#acks.add(position.segment, {
          trigger: known.number,
          sequence: position.sequence,
          ending,
          attempts,
          status,
        });
        this.#onProgress();
      },
      onProgress: () => this.#onProgress(),
      giveUp: (event, failure) => this.#undeliverable.add(event, failure),
      reply: (event) => this.publish([event]),
      observe: (sequence, outcome) => this.#recent.observe(sequence, outcome),
      ...(concurrency ? { concurrency } : {}),
    });
  }

  async publish(events: readonly BrokerEvent[]): Promise<void> {
    await this.#triggers.tabled();
    await this.#events.append(events, (entry) => this.#recent.add(entry, outcomesOf(entry, this.#triggers.running)));
    this.#pump();
    if (this.#triggers.running.size === 0) this.#onProgress();
  }

  configure(broker: Broker, triggers: readonly Trigger[]): void {
    this.#triggers.configure(triggers.map((trigger) => setupOf(broker, trigger)));
  }

  #pump(): void {
    for (const { dispatcher } of this.#triggers.running.values()) dispatcher.pump();
  }

  #onProgress(): void {
    this.#acks.schedule();
    const end = this.#log.end.sequence;
    if (this.#triggers.dispatchers.every(({ lowWatermark }) => lowWatermark === end)) this.#events.forget();
    this.#retention.schedule();
  }

  #needed(): number {
    return Math.min(
      this.#log.end.sequence - listedEvents,
      ...this.#triggers.dispatchers.map(({ lowWatermark }) => lowWatermark),
    );
  }

  recent(limit: number): EventSummary[] {
    return this.#recent.list(limit);
  }

  async find(id: string, source?: string): Promise<EventDetail[]> {
    const { running } = this.#triggers;
    const recent = this.#recent.find(id, source);
    if (recent.length > 0)
      return Promise.all(
        recent.map(async ({ position, summary }) => detailOf(await this.#events.load(position), summary, running)),
      );
    const found = new Map<string, EventDetail>();
    for (let at = this.#log.begin; at.sequence < this.#log.end.sequence && !found.has(source ?? ''); ) {
      const entries = await this.#events.read(at, 1024 * 1024);
      for (const entry of entries) {
        const { attributes } = entry.event;
        if (attributes.id !== id || (source ?? attributes.source) !== attributes.source) continue;
        const summary = summarise(this.#name, entry, outcomesLeft(entry, running, this.undeliverable()));
        found.set(attributes.source as string, detailOf(entry, summary, running));
      }
      at = entries.at(-1)?.next ?? this.#log.end;
    }
    return [...found.values()];
  }

  undeliverable(): Undeliverable[] {
    return this.#undeliverable.list();
  }

  backlogs(): Backlog[] {
    const [namespace = '', broker = ''] = this.#name.split('/');
    return [...this.#triggers.running].map(([trigger, { dispatcher }]) => ({
      ...{ trigger, broker, namespace },
      events: dispatcher.backlog,
    }));
  }

  busy(): boolean {
    return this.#triggers.dispatchers.some((dispatcher) => dispatcher.busy);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all([this.#retention.close(), this.#triggers.stop()]);
    await this.#acks.close();
    await this.#log.close();
    await this.#undeliverable.close();
  }
}
