import type { Broker, Trigger } from '@dormouse/manifests/model';
import { setupOf } from './delivery/trigger-setup.ts';
import type { DurableBroker } from './durable-broker.ts';

/** Opens a broker's log and resumes the deliveries of these Triggers, all of which are the broker's. */
export type OpenBroker = (broker: Broker, triggers: readonly Trigger[]) => Promise<DurableBroker>;

interface Wanted {
  brokers: readonly Broker[];
  triggers: readonly Trigger[];
}

/** The brokers that are open, those that an update is opening, and those that it is closing. */
export class BrokerSet {
  readonly #openBroker: OpenBroker;
  readonly #report: (sentence: string) => void;
  readonly #open = new Map<string, DurableBroker>();
  /** Brokers that an update added and that are not open yet. */
  readonly #opening = new Map<string, Promise<void>>();
  /** Brokers that an update removed and that are not closed yet; they still own their files. */
  readonly #closing = new Map<string, Promise<void>>();
  #wanted: Wanted = { brokers: [], triggers: [] };

  constructor(openBroker: OpenBroker, report: (sentence: string) => void) {
    this.#openBroker = openBroker;
    this.#report = report;
  }

  /** The open ones. */
  get all(): DurableBroker[] {
    return [...this.#open.values()];
  }

  /** @param key `namespace/name` */
  get(key: string): DurableBroker | undefined {
    return this.#open.get(key);
  }

  /** Opens the first brokers, one after the other; rejects with the first that does not open. */
  async open(brokers: readonly Broker[], triggers: readonly Trigger[]): Promise<void> {
    for (const broker of brokers) this.#open.set(keyOf(broker), await this.#openBroker(broker, of(broker, triggers)));
    this.#wanted = { brokers, triggers };
  }

  /**
   * Applies changed brokers and triggers.
   *
   * @throws ManifestError when a filter is invalid; nothing changes then
   */
  update(brokers: readonly Broker[], triggers: readonly Trigger[]): void {
    for (const broker of brokers) for (const trigger of of(broker, triggers)) setupOf(broker, trigger);
    this.#wanted = { brokers, triggers };
    const keys = new Set(brokers.map(keyOf));
    for (const [key, broker] of this.#open) if (!keys.has(key)) this.#remove(key, broker);
    for (const broker of brokers) {
      const key = keyOf(broker);
      const open = this.#open.get(key);
      if (open) open.configure(broker, of(broker, triggers));
      else if (!this.#opening.has(key)) this.#opening.set(key, this.#add(key, broker));
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#opening.values());
    await Promise.all([...this.#closing.values(), ...this.all.map((broker) => broker.close())]);
  }

  /** Opens a broker once its predecessor has closed; what was asked for meanwhile is applied then. */
  async #add(key: string, broker: Broker): Promise<void> {
    try {
      await this.#closing.get(key);
      const opened = await this.#openBroker(broker, of(broker, this.#wanted.triggers));
      this.#open.set(key, opened);
      const { brokers, triggers } = this.#wanted;
      const now = brokers.find((each) => keyOf(each) === key);
      if (now) opened.configure(now, of(now, triggers));
      else this.#remove(key, opened);
    } catch (error) {
      this.#report(`broker ${key} does not open: ${(error as Error).message}`);
    } finally {
      this.#opening.delete(key);
    }
  }

  #remove(key: string, broker: DurableBroker): void {
    this.#open.delete(key);
    const closed = broker
      .close()
      .catch((error: Error) => this.#report(`broker ${key} did not close cleanly: ${error.message}`))
      .finally(() => this.#closing.delete(key));
    this.#closing.set(key, closed);
  }
}

const keyOf = ({ namespace, name }: Broker) => `${namespace}/${name}`;

/** The broker's Triggers. */
const of = (broker: Broker, triggers: readonly Trigger[]) =>
  triggers.filter((trigger) => trigger.namespace === broker.namespace && trigger.broker === broker.name);
