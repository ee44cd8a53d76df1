import type { Dispatcher } from './delivery/dispatcher.ts';
import type { TriggerSetup } from './delivery/trigger-setup.ts';
import type { Position } from './log/record.ts';
import type { Log } from './log/segmented-log.ts';
import type { KnownAcks } from './store/acks.ts';
import type { KnownTrigger, TriggerTable } from './store/trigger-table.ts';

/** A Trigger of an open broker. */
export interface RunningTrigger {
  known: KnownTrigger;
  dispatcher: Dispatcher;
  /** The low watermark that was last written. */
  written: number;
}

export interface TriggerSetOptions {
  log: Log;
  table: TriggerTable;
  /** Highest trigger number in the acknowledgements. */
  highest: number;
  dispatch: (setup: TriggerSetup, known: KnownTrigger, from: Position, over: Set<number>) => Dispatcher;
  /** A trigger was removed, and its deliveries in progress have finished. */
  removed: (name: string, sequence: number) => void;
  report: (sentence: string) => void;
}

const graceMs = 5_000;

/** The Triggers of an open broker, each with its dispatcher, and their table on disk. */
export class TriggerSet {
  #options: TriggerSetOptions;
  #running = new Map<string, RunningTrigger>();
  /** Dispatchers of removed triggers that still have deliveries in progress. */
  #leaving = new Set<Promise<void>>();
  #nextNumber: number;
  #tabled: Promise<void> = Promise.resolve();

  constructor(options: TriggerSetOptions) {
    this.#options = options;
    this.#nextNumber =
      1 + Math.max(options.highest, ...[...options.table.triggers.values()].map(({ number }) => number));
  }

  /** By name. */
  get running(): ReadonlyMap<string, RunningTrigger> {
    return this.#running;
  }

  get dispatchers(): Dispatcher[] {
    return [...this.#running.values()].map(({ dispatcher }) => dispatcher);
  }

  /** Resolves once the table is on disk; until then no event is acknowledged. */
  tabled(): Promise<void> {
    return this.#tabled.catch(() => (this.#tabled = this.#store()));
  }

  /** Starts every trigger at its stored position, without the events finished since. */
  async start(setups: readonly TriggerSetup[], { acks, lowWatermarks }: KnownAcks): Promise<void> {
    const { log, table, dispatch } = this.#options;
    const afresh = table.damage !== undefined && log.end.sequence > 1;
    for (const setup of setups) {
      const known = table.triggers.get(setup.name) ?? this.#newcomer(afresh ? log.begin.sequence : log.end.sequence);
      const lowWatermark = Math.max(known.start, lowWatermarks.get(known.number) ?? 0);
      const over = new Set(
        acks
          .filter(({ trigger, sequence }) => trigger === known.number && sequence >= lowWatermark)
          .map(({ sequence }) => sequence),
      );
      this.#running.set(setup.name, {
        known,
        dispatcher: dispatch(setup, known, await log.locate(lowWatermark), over),
        written: lowWatermark,
      });
    }
    await this.#store();
  }

  /** Applies a new set. A trigger that stays keeps its position; a new one starts at the end of the log. */
  configure(setups: readonly TriggerSetup[]): void {
    const { log, dispatch } = this.#options;
    const names = new Set(setups.map(({ name }) => name));
    let changed = false;
    for (const [name, { dispatcher }] of this.#running) {
      if (names.has(name)) continue;
      this.#remove(name, dispatcher);
      changed = true;
    }
    for (const setup of setups) {
      const present = this.#running.get(setup.name);
      if (present) present.dispatcher.setup = setup;
      else {
        const known = this.#newcomer(log.end.sequence);
        this.#running.set(setup.name, {
          known,
          dispatcher: dispatch(setup, known, log.end, new Set()),
          written: known.start,
        });
        changed = true;
      }
    }
    if (changed) this.#tabled = this.#store();
    this.#tabled.catch(() => {}); // `tabled` reports the error to its caller
  }

  /** Low watermarks that changed since the last call; marks them as written. */
  *changedLowWatermarks(): Iterable<{ trigger: number; sequence: number }> {
    for (const trigger of this.#running.values()) {
      const { lowWatermark } = trigger.dispatcher;
      if (lowWatermark === trigger.written) continue;
      trigger.written = lowWatermark;
      yield { trigger: trigger.known.number, sequence: lowWatermark };
    }
  }

  /** Starts nothing more; resolves when the attempts in progress have finished, or after 5 s. */
  async stop(): Promise<void> {
    await Promise.all([...this.#leaving, ...this.dispatchers.map((dispatcher) => dispatcher.stop(graceMs))]);
  }

  #newcomer(start: number): KnownTrigger {
    return { number: this.#nextNumber++, start };
  }

  #remove(name: string, dispatcher: Dispatcher): void {
    const { log, removed, report } = this.#options;
    const { sequence } = log.end;
    this.#running.delete(name);
    const left = dispatcher
      .withdraw(graceMs)
      .catch((error: Error) => report(`${name}: ${error.message}`))
      .then(() => removed(name, sequence))
      .finally(() => this.#leaving.delete(left));
    this.#leaving.add(left);
  }

  #store(): Promise<void> {
    const table = new Map([...this.#running].map(([name, { known }]) => [name, known]));
    return this.#tabled.catch(() => {}).then(() => this.#options.table.write(table));
  }
}
