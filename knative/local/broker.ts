import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from './clock.ts';
import type { EventDetail, EventSummary, Undeliverable } from './event-summary.ts';
import type { Broker, Trigger } from './model.ts';
import type { Telemetry } from './telemetry.ts';
import type { Upstream } from './upstream.ts';

/** The brokers of a platform: one durable log each, one dispatcher a trigger. */
export interface Brokers {
  /** `POST /<namespace>/<broker>`: 202 once the event is stored. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Applies changed brokers and triggers; positions are kept, a new trigger starts at the log's end. */
  update(brokers: readonly Broker[], triggers: readonly Trigger[]): void;
  /** The last events, newest first. */
  recent(most: number): EventSummary[];
  /** One event by its id, or `undefined`. */
  find(id: string): Promise<EventDetail | undefined>;
  undeliverable(): Undeliverable[];
  /** Called after every change of an event's way; returns how to stop it. */
  watch(changed: (event: EventSummary) => void): () => void;
  /** Deliveries are under way or due. */
  busy(): boolean;
  /** Stops taking events, lets running attempts finish for a moment, stores positions. */
  close(): Promise<void>;
}

export interface BrokersOptions {
  /** Where the logs lie, a folder a broker. */
  folder: string;
  brokers: readonly Broker[];
  triggers: readonly Trigger[];
  upstream: Upstream;
  telemetry: Telemetry;
  clock?: Clock;
}

/** Opens every broker's log (recovering it) and starts delivering what is left. */
export async function openBrokers(_options: BrokersOptions): Promise<Brokers> {
  throw new Error('the broker is being written');
}
