import type { AttemptRecord } from './attempt-history.ts';
import type { TriggerVerdict } from './verdicts.ts';

/**
 * What became of an event at one trigger. `delivered`, `dead-lettered`, `undeliverable`, `filtered` and `removed` are final;
 * `dead-lettered` went to a sink, `undeliverable` is kept on disk because there is none (or it did not take it), and
 * `removed` was the trigger, before it was over.
 */
export type Outcome = 'pending' | 'delivering' | 'retrying' | 'delivered' | 'dead-lettered' | 'undeliverable' | 'filtered' | 'removed';

/** One trigger's part in an event's way, as `/api/events` shows it. */
export interface TriggerOutcome {
  name: string;
  outcome: Outcome;
  /** Deliveries to the subscriber. */
  attempts: number;
  /** Deliveries to the dead-letter sink; absent before the first. */
  dead_letter_attempts?: number;
  /** HTTP status of the last attempt; undefined before it, or when there was no answer. */
  status?: number;
  /** Why the last attempt failed, in a few words. */
  error?: string;
  latencyMs?: number;
  /** Milliseconds since the epoch. */
  nextAttemptAt?: number;
  /** When its outcome became final, RFC 3339; not known of deliveries before the last start. */
  finished_at?: string;
  /** The latest attempts, oldest first. */
  history?: readonly AttemptRecord[];
}

/** An event as the console lists it. */
export interface EventSummary {
  id: string;
  type: string;
  source: string;
  subject: string | undefined;
  time: string;
  trace_id: string | undefined;
  broker: string;
  sequence: number;
  /** The triggers whose filter it passed. */
  triggers: TriggerOutcome[];
}

/** One event and everything that is known of it. */
export interface EventDetail extends EventSummary {
  attributes: Record<string, string>;
  /** UTF-8 text of the data, cut at 64 KiB; base64 when it is not text. */
  data: string | undefined;
  data_base64: string | undefined;
  /** The other triggers: those whose filter it did not pass. */
  filtered: string[];
  /** Every trigger of the broker, and why it gets the event or does not. */
  verdicts: TriggerVerdict[];
}

/** An event that could not be delivered, with its cause. */
export interface Undeliverable {
  id: string;
  type: string;
  source: string;
  subject: string | undefined;
  time: string;
  trace_id: string | undefined;
  broker: string;
  trigger: string;
  destination: string;
  /** How often it was sent to the subscriber. */
  attempts: number;
  /** HTTP status of the last attempt; undefined when there was no answer. */
  status: number | undefined;
  cause: string;
  /** Begin of the last answer's body. */
  body: string;
  /** When it was given up, RFC 3339. */
  failed_at: string;
}
