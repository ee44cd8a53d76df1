import { type Ack, type AckFiles, ackFiles, type KnownAcks } from './acks.ts';
import type { Clock } from './clock.ts';
import { Dispatcher } from './dispatcher.ts';
import { type EventLog, eventLog, type LogEntry } from './event-log.ts';
import type { EventDetail, EventSummary, TriggerOutcome, Undeliverable } from './event-summary.ts';
import type { Log } from './log.ts';
import type { Broker, Trigger } from './model.ts';
import { type RecentEvents, recentEvents, summarise } from './recent-events.ts';
import { recoverBroker } from './recover-broker.ts';
import type { Store } from './store.ts';
import type { BrokerEvent } from './stored-event.ts';
import type { Telemetry } from './telemetry.ts';
import { setupOf, type TriggerSetup } from './trigger-setup.ts';
import type { KnownTrigger, TriggerTable } from './trigger-table.ts';
import { type UndeliverableStore, undeliverableStore } from './undeliverable.ts';
import type { Upstream } from './upstream.ts';
import { type TriggerVerdict, verdictOf } from './verdicts.ts';

/** What is kept of events that are over: until then everything is. */
export interface Retention {
  maxBytes: number;
  maxAgeMs: number;
}

export interface DurableBrokerOptions {
  broker: Broker;
  triggers: readonly Trigger[];
  /** A store for the log, and one for what could not be delivered. */
  stores: { events: Store; undeliverable: Store };
  upstream: Upstream;
  telemetry: Telemetry;
  clock: Clock;
  retention: Retention;
  segmentBytes?: number;
  commitRecords?: number;
  changed: (summary: EventSummary) => void;
  report: (sentence: string, traceId?: string) => void;
  concurrency?: number;
}

/** One Broker: its log and a dispatcher for each of its Triggers. */
export interface DurableBroker {
  /** Resolves once all of the events are on disk: then they may be acknowledged. */
  publish(events: readonly BrokerEvent[]): Promise<void>;
  configure(broker: Broker, triggers: readonly Trigger[]): void;
  recent(most: number): EventSummary[];
  /** @see Brokers */
  find(id: string, source?: string): Promise<EventDetail[]>;
  undeliverable(): Undeliverable[];
  backlogs(): { trigger: string; events: number }[];
  busy(): boolean;
  close(): Promise<void>;
}

const listedEvents = 1_000;
const graceMs = 5_000;
/** Timers of more than 24.8 days fire at once. */
const longestWaitMs = 24 * 60 * 60 * 1000;

/** Opens a broker's log (recovering it) and starts its dispatchers where they had been. */
export async function openDurableBroker(options: DurableBrokerOptions): Promise<DurableBroker> {
  const { broker, stores, clock, report, segmentBytes, commitRecords } = options;
  const {
    log,
    acks: known,
    table,
  } = await recoverBroker(
    { store: stores.events, clock, report, ...(segmentBytes ? { segmentBytes } : {}), ...(commitRecords ? { commitRecords } : {}) },
    listedEvents,
  );
  const name = `${broker.namespace}/${broker.name}`;
  const undeliverable = await undeliverableStore({ store: stores.undeliverable, broker: name, clock, report });
  if (known.unreadable > 0) report(`${known.unreadable} acknowledgements cannot be read: their events are delivered again`);
  if (table.damage && log.end.sequence > 1) report(`the list of triggers is ${table.damage}: every trigger begins at the oldest event that is kept`);
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
  #table: TriggerTable;
  #undeliverable: UndeliverableStore;
  #recent: RecentEvents;
  #dispatchers = new Map<string, { known: KnownTrigger; dispatcher: Dispatcher; written: number }>();
  /** Dispatchers of triggers that were removed, until what they had begun is over. */
  #leaving = new Set<Promise<void>>();
  #nextNumber: number;
  /** Triggers that are known on disk; until then nothing is acknowledged. */
  #tabled: Promise<void> = Promise.resolve();
  #trimming: Promise<void> | undefined;
  #trimTimer: unknown;
  #closed = false;

  constructor(options: DurableBrokerOptions, name: string, log: Log, table: TriggerTable, known: KnownAcks, undeliverable: UndeliverableStore) {
    const { stores, clock, report, changed } = options;
    this.#options = options;
    this.#name = name;
    this.#log = log;
    this.#events = eventLog(log, () => clock.now());
    this.#table = table;
    this.#undeliverable = undeliverable;
    this.#recent = recentEvents(name, changed);
    this.#nextNumber = 1 + Math.max(known.highestTrigger, ...[...table.triggers.values()].map(({ number }) => number));
    this.#acks = ackFiles({ store: stores.events, logId: log.id, newest: () => log.end.segment, movedFloors: () => this.#movedFloors(), clock, report });
  }

  async start(known: KnownAcks): Promise<void> {
    const { broker, triggers } = this.#options;
    const afresh = this.#table.damage !== undefined && this.#log.end.sequence > 1;
    const setups = triggers.map((trigger) => setupOf(broker, trigger));
    for (const setup of setups) {
      const before = this.#table.triggers.get(setup.name) ?? this.#newTrigger(afresh ? this.#log.begin.sequence : this.#log.end.sequence);
      const floor = Math.max(before.start, known.floors.get(before.number) ?? 0);
      const over = new Set(known.acks.filter(({ trigger, sequence }) => trigger === before.number && sequence >= floor).map(({ sequence }) => sequence));
      this.#dispatchers.set(setup.name, { known: before, dispatcher: this.#dispatcher(setup, before, await this.#log.locate(floor), over), written: floor });
    }
    await this.#storeTable();
    await this.#recall(known);
    for (const { dispatcher } of this.#dispatchers.values()) dispatcher.pump();
    this.#moved();
  }

  /** Lists the newest events again, with what the acknowledgements say of them. */
  async #recall({ acks }: KnownAcks): Promise<void> {
    const first = Math.max(1, this.#log.end.sequence - listedEvents);
    const endings = new Map<string, Ack>(acks.filter(({ sequence }) => sequence >= first).map((ack) => [`${ack.trigger} ${ack.sequence}`, ack]));
    for (let at = await this.#log.locate(first); at.sequence < this.#log.end.sequence; ) {
      const entries = await this.#events.read(at, 256 * 1024);
      for (const entry of entries) this.#recent.add(entry, this.#outcomes(entry, endings));
      at = entries.at(-1)?.next ?? this.#log.end;
    }
  }

  #outcomes(entry: LogEntry, endings?: ReadonlyMap<string, Ack>): TriggerOutcome[] {
    const outcomes: TriggerOutcome[] = [];
    const { sequence } = entry.position;
    for (const [name, { known, dispatcher }] of this.#dispatchers) {
      if (sequence < known.start) continue;
      const ack = endings?.get(`${known.number} ${sequence}`);
      if (ack) outcomes.push({ name, outcome: ack.ending, attempts: ack.attempts, ...(ack.status ? { status: ack.status } : {}) });
      else if (sequence >= dispatcher.floor && dispatcher.setup.matches(entry.event.attributes)) outcomes.push({ name, outcome: 'pending', attempts: 0 });
    }
    return outcomes;
  }

  #newTrigger(start: number): KnownTrigger {
    return { number: this.#nextNumber++, start };
  }

  #dispatcher(setup: TriggerSetup, known: KnownTrigger, from: LogEntry['position'], over: Set<number>): Dispatcher {
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
        this.#acks.add(position.segment, { trigger: known.number, sequence: position.sequence, ending, attempts, status });
        this.#moved();
      },
      moved: () => this.#moved(),
      giveUp: (event, failure) => this.#undeliverable.add(event, failure),
      reply: (event) => this.publish([event]),
      observe: (sequence, outcome) => this.#recent.observe(sequence, outcome),
      ...(concurrency ? { concurrency } : {}),
    });
  }

  async publish(events: readonly BrokerEvent[]): Promise<void> {
    await this.#tabled.catch(() => (this.#tabled = this.#storeTable()));
    await this.#events.append(events, (entry) => this.#recent.add(entry, this.#outcomes(entry)));
    for (const { dispatcher } of this.#dispatchers.values()) dispatcher.pump();
    if (this.#dispatchers.size === 0) this.#moved();
  }

  configure(broker: Broker, triggers: readonly Trigger[]): void {
    const setups = triggers.map((trigger) => setupOf(broker, trigger));
    const names = new Set(setups.map(({ name }) => name));
    let changed = false;
    for (const [name, { dispatcher }] of this.#dispatchers) {
      if (names.has(name)) continue;
      this.#remove(name, dispatcher);
      changed = true;
    }
    for (const setup of setups) {
      const present = this.#dispatchers.get(setup.name);
      if (present) present.dispatcher.setup = setup;
      else {
        const known = this.#newTrigger(this.#log.end.sequence);
        this.#dispatchers.set(setup.name, { known, dispatcher: this.#dispatcher(setup, known, this.#log.end, new Set()), written: known.start });
        changed = true;
      }
    }
    if (changed) this.#tabled = this.#storeTable();
    this.#tabled.catch(() => {}); // publish tells
  }

  #remove(name: string, dispatcher: Dispatcher): void {
    const { sequence } = this.#log.end;
    this.#dispatchers.delete(name);
    const left = dispatcher
      .withdraw(graceMs)
      .catch((error: Error) => this.#options.report(`${name}: ${error.message}`))
      .then(() => this.#recent.removed(name, sequence))
      .finally(() => this.#leaving.delete(left));
    this.#leaving.add(left);
  }

  #storeTable(): Promise<void> {
    const table = new Map([...this.#dispatchers].map(([name, { known }]) => [name, known]));
    return this.#tabled.catch(() => {}).then(() => this.#table.write(table));
  }

  *#movedFloors(): Iterable<{ trigger: number; sequence: number }> {
    for (const entry of this.#dispatchers.values()) {
      const { floor } = entry.dispatcher;
      if (floor === entry.written) continue;
      entry.written = floor;
      yield { trigger: entry.known.number, sequence: floor };
    }
  }

  #moved(): void {
    this.#acks.touch();
    const end = this.#log.end.sequence;
    if ([...this.#dispatchers.values()].every(({ dispatcher }) => dispatcher.floor === end)) this.#events.forget();
    this.#trimSoon();
  }

  #trimSoon(): void {
    if (this.#closed || this.#log.segments.length < 2) return;
    this.#trimming ??= this.#trim().finally(() => {
      this.#trimming = undefined;
      this.#trimLater();
    });
  }

  /** When nothing moves, the oldest segment goes as soon as it is too old. One that is still needed goes when its trigger moves. */
  #trimLater(): void {
    const { clock, retention } = this.#options;
    clock.clearTimeout(this.#trimTimer);
    this.#trimTimer = undefined;
    const [oldest, next] = this.#log.segments;
    const dueMs = (oldest?.lastMs ?? 0) + retention.maxAgeMs - clock.now();
    if (this.#closed || !next || dueMs <= 0) return;
    this.#trimTimer = clock.setTimeout(() => this.#trimSoon(), Math.min(dueMs, longestWaitMs));
  }

  /** Removes the oldest segments that nobody needs any more and that are too many or too old. */
  async #trim(): Promise<void> {
    const { retention, clock, report } = this.#options;
    const { segments, end } = this.#log;
    const needed = Math.min(end.sequence - listedEvents, ...[...this.#dispatchers.values()].map(({ dispatcher }) => dispatcher.floor));
    let bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
    let before = 0;
    for (const [i, segment] of segments.entries()) {
      const next = segments[i + 1];
      if (!next || next.base > needed || (bytes <= retention.maxBytes && segment.lastMs > clock.now() - retention.maxAgeMs)) break;
      bytes -= segment.bytes;
      before = next.base;
    }
    if (before === 0) return;
    try {
      await this.#acks.flush();
      await this.#acks.remove(await this.#log.removeBefore(before));
    } catch (error) {
      report(`old events could not be removed: ${(error as Error).message}`);
    }
  }

  recent(most: number): EventSummary[] {
    return this.#recent.list(most);
  }

  async find(id: string, source?: string): Promise<EventDetail[]> {
    const recent = this.#recent.find(id, source);
    if (recent.length > 0) return Promise.all(recent.map(async ({ position, summary }) => this.#detail(await this.#events.load(position), summary)));
    const found = new Map<string, EventDetail>();
    for (let at = this.#log.begin; at.sequence < this.#log.end.sequence && !found.has(source ?? ''); ) {
      const entries = await this.#events.read(at, 1024 * 1024);
      for (const entry of entries) {
        const { attributes } = entry.event;
        if (attributes.id !== id || (source ?? attributes.source) !== attributes.source) continue;
        found.set(attributes.source as string, this.#detail(entry, summarise(this.#name, entry, this.#leftOf(entry))));
      }
      at = entries.at(-1)?.next ?? this.#log.end;
    }
    return [...found.values()];
  }

  /** What is known of an event that is too old to be listed. */
  #leftOf({ position: { sequence }, event }: LogEntry): TriggerOutcome[] {
    const kept = this.#undeliverable.list().filter(({ id, source }) => id === event.attributes.id && source === event.attributes.source);
    return [...this.#dispatchers].flatMap(([name, { known, dispatcher }]): TriggerOutcome[] => {
      const lost = kept.find(({ trigger }) => trigger === name);
      if (lost)
        return [
          {
            name,
            outcome: 'undeliverable',
            attempts: lost.attempts,
            error: lost.cause,
            finished_at: lost.failed_at,
            ...(lost.status ? { status: lost.status } : {}),
          },
        ];
      const awaited = sequence >= known.start && dispatcher.awaits(sequence) && dispatcher.setup.matches(event.attributes);
      return awaited ? [{ name, outcome: 'pending', attempts: 0 }] : [];
    });
  }

  #verdicts({ attributes }: BrokerEvent, { sequence, triggers }: EventSummary): TriggerVerdict[] {
    return [...this.#dispatchers].map(([trigger, { known, dispatcher }]) =>
      verdictOf(attributes, {
        trigger,
        filters: dispatcher.setup.filters,
        newer: sequence < known.start,
        outcome: triggers.find(({ name }) => name === trigger),
      }),
    );
  }

  #detail({ event }: LogEntry, summary: EventSummary): EventDetail {
    const shown = event.data?.subarray(0, 64 * 1024);
    const text = shown?.toString('utf8');
    const isText = text !== undefined && !text.slice(0, -1).includes('\ufffd');
    const filtered = [...this.#dispatchers].filter(([, { dispatcher }]) => !dispatcher.setup.matches(event.attributes)).map(([name]) => name);
    return {
      ...summary,
      triggers: summary.triggers.map(({ history: _, ...outcome }) => outcome),
      attributes: { ...event.attributes },
      data: isText ? text : undefined,
      data_base64: isText ? undefined : shown?.toString('base64'),
      filtered,
      verdicts: this.#verdicts(event, summary),
    };
  }

  undeliverable(): Undeliverable[] {
    return this.#undeliverable.list();
  }

  backlogs(): { trigger: string; events: number }[] {
    return [...this.#dispatchers].map(([trigger, { dispatcher }]) => ({ trigger, events: dispatcher.backlog }));
  }

  busy(): boolean {
    return [...this.#dispatchers.values()].some(({ dispatcher }) => dispatcher.busy);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all([...this.#leaving, ...[...this.#dispatchers.values()].map(({ dispatcher }) => dispatcher.stop(graceMs))]);
    await this.#trimming;
    this.#options.clock.clearTimeout(this.#trimTimer);
    await this.#acks.close();
    await this.#log.close();
    await this.#undeliverable.close();
  }
}
